/* modules: proctor
 *
 * What a candidate's page hands on of the plugin is a stranger's: {"run", "events"}. What is taken
 * of it is flat, small and of the plugin's own kinds, says where it stands, and no detail can say
 * that in its stead. */
#include "proctor/event.h"
#include "proctor/evidence.h"
#include "proctor/plugin_told.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

static void is_recorded(const struct plugin_told *told, struct str run, const char *text)
{
    CLEANUP(json_decrefp) json_t *kept = NULL;
    const char *key;
    json_t *value;
    int64_t seq, client_us;
    struct str whose;
    require(strlen(text) <= PLUGIN_DETAIL_MAX && json_parse(str_from(text), &kept, NULL));
    require(json_get_i64(kept, "", "seq", 1, INT32_MAX, &seq, NULL) && seq == told->seq);
    require(json_get_i64(kept, "", "client_us", 0, INT64_MAX, &client_us, NULL) &&
            client_us == told->client_us);
    require(json_get_str(kept, "", "run", PLUGIN_RUN_MAX, &whose, NULL) && str_eq(whose, run));
    json_object_foreach(kept, key, value) require(!json_is_object(value) && !json_is_array(value));
    require(json_object_size(kept) == json_object_size(told->detail) + 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str run;
    size_t at;
    json_t *event;
    if (!json_parse(str_bytes(data, size), &body, NULL) ||
        !json_get_str(body, "", "run", PLUGIN_RUN_MAX, &run, NULL) ||
        !plugin_told_check(run, json_object_get(body, "events"), NULL))
        return 0;
    json_array_foreach(json_object_get(body, "events"), at, event)
    {
        CLEANUP(freep) char *text = NULL;
        struct plugin_told told;
        if (!plugin_told_read(event, at, &told, NULL))
            continue;
        require(event_is_of_plugin(told.kind) && told.kind.len <= EVIDENCE_KIND_MAX);
        if (plugin_told_text(&told, run, &text, NULL))
            is_recorded(&told, run, text);
    }
    return 0;
}
