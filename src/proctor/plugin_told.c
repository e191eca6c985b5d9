#include "proctor/plugin_told.h"

#include "proctor/event.h"
#include "proctor/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_flat(json_t *detail)
{
    const char *key;
    json_t *value;
    json_object_foreach(detail, key, value)
    {
        bool ours = strcmp(key, "seq") == 0 || strcmp(key, "run") == 0 ||
                    strcmp(key, "client_us") == 0; /* written by plugin_told_text() */
        if (ours || json_is_object(value) || json_is_array(value))
            return false;
    }
    return true;
}

bool plugin_told_read(const json_t *event, size_t at, struct plugin_told *ret, struct error *err)
{
    char path[32];
    snprintf(path, sizeof path, "events[%zu]", at);
    if (!json_is_object(event) || json_object_size(event) != 4)
        return error_set(err, ERROR_INVALID,
                         "%s: must be an object of seq, kind, detail and client_us", path);
    if (!json_get_i64(event, path, "seq", 1, INT32_MAX, &ret->seq, err) ||
        !json_get_i64(event, path, "client_us", 0, INT64_MAX, &ret->client_us, err) ||
        !json_get_str(event, path, "kind", EVIDENCE_KIND_MAX, &ret->kind, err))
        return false;
    if (!event_is_of_plugin(ret->kind))
        return error_set(err, ERROR_INVALID, "%s.kind: is not one that the plugin may report",
                         path);
    ret->detail = json_object_get(event, "detail");
    if (!json_is_object(ret->detail) || !is_flat(ret->detail))
        return error_set(err, ERROR_INVALID,
                         "%s.detail: must be an object of texts, numbers and truths", path);
    return true;
}

bool plugin_told_check(struct str run, const json_t *events, struct error *err)
{
    bool plain = run.len > 0 && run.len <= PLUGIN_RUN_MAX;
    for (size_t i = 0; plain && i < run.len; i++) {
        char c = run.ptr[i];
        plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
    if (!plain)
        return error_set(err, ERROR_INVALID, "run: must be 1 to %d letters and digits",
                         PLUGIN_RUN_MAX);
    if (!json_is_array(events) || json_array_size(events) > PLUGIN_BATCH_MAX)
        return error_set(err, ERROR_INVALID, "events: must be a list of at most %d",
                         PLUGIN_BATCH_MAX);
    return true;
}

bool plugin_told_text(const struct plugin_told *told, struct str run, char **ret, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(json_decrefp) json_t *payload = json_copy(told->detail); /* it is flat */
    if (!payload || json_object_set_new(payload, "client_us", json_integer(told->client_us)) ||
        json_object_set_new(payload, "seq", json_integer(told->seq)) ||
        json_object_set_new(payload, "run", json_stringn(run.ptr, run.len)))
        return error_no_memory(err);
    if (!json_text(payload, &text, err))
        return false;
    if (strlen(text) > PLUGIN_DETAIL_MAX)
        return error_set(err, ERROR_TOO_LARGE, "detail: at most %d bytes", PLUGIN_DETAIL_MAX);
    *ret = TAKE(text);
    return true;
}
