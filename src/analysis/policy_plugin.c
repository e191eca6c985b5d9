#include "analysis/policy_plugin.h"

#include "analysis/rule_table.h"

#include <string.h>

#define BIT(reading) (UINT32_C(1) << (reading))

/* Whoever may look up anything is only noted. `strict` asks for what else the browser can tell, and
 * goes on without it where the candidate says no: that is put on record. */
static const struct policy_plugin builtin[POLICIES_LEN] = {
    [POLICY_OPEN] = {.mode = PLUGIN_REPORT},
    [POLICY_STANDARD] = {.mode = PLUGIN_WARN},
    [POLICY_STRICT] = {.mode = PLUGIN_BLOCK,
                       .ask = BIT(PLUGIN_READS_DOWNLOADS) | BIT(PLUGIN_READS_EXTENSIONS)},
};

static const char *const modes[] = {
    [PLUGIN_REPORT] = "report",
    [PLUGIN_WARN] = "warn",
    [PLUGIN_BLOCK] = "block",
};
static const char *const readings[PLUGIN_READINGS] = {
    [PLUGIN_READS_DOWNLOADS] = "downloads",
    [PLUGIN_READS_EXTENSIONS] = "extensions",
    [PLUGIN_READS_APP] = "app",
};

void policy_plugin_builtin(size_t from, struct policy_plugin *ret) { *ret = builtin[from]; }

const char *plugin_mode_name(enum plugin_mode mode)
{
    return mode > PLUGIN_MODE_NONE && (size_t)mode < ARRAY_LEN(modes) ? modes[mode] : "report";
}

const char *plugin_reading_name(enum plugin_reading reading)
{
    return (size_t)reading < PLUGIN_READINGS ? readings[reading] : "none";
}

/* ---- questions ---- */

bool policy_allows_host(const struct policy *p, struct str host)
{
    for (size_t i = 0; i < p->plugin.allow_len; i++) {
        struct str allowed = str_from(p->plugin.allow[i]);
        if (!str_starts(allowed, STR("*."))) {
            if (str_eq_nocase(host, allowed))
                return true;
            continue;
        }
        struct str domain = str_slice(allowed, 2, allowed.len);
        size_t before = host.len > domain.len ? host.len - domain.len : 0;
        if (str_eq_nocase(host, domain) || /* "*.example.org" is example.org, too */
            (before > 1 && host.ptr[before - 1] == '.' &&
             str_eq_nocase(str_slice(host, before, host.len), domain)))
            return true;
    }
    return false;
}

bool policy_allows_extension(const struct policy *p, struct str id)
{
    for (size_t i = 0; i < p->plugin.extensions_len; i++)
        if (str_eq(id, str_from(p->plugin.extensions[i])))
            return true;
    return false;
}

/* ---- JSON ---- */

static bool is_host(struct str text)
{
    if (str_starts(text, STR("*.")))
        text = str_slice(text, 2, text.len);
    bool dot = true; /* neither at the beginning nor twice */
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '.' && dot)
            return false;
        dot = c == '.';
        if (!dot && c != '-' && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return text.len > 0 && !dot;
}

static bool is_extension_id(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 'a' || text.ptr[i] > 'p')
            return false;
    return text.len == PLUGIN_ID_SIZE - 1;
}

static struct str text_of(const json_t *item)
{
    return json_is_string(item) ? str_bytes(json_string_value(item), json_string_length(item))
                                : STR("");
}

static bool parse_allow(json_t *list, struct policy_plugin *p, struct error *err)
{
    size_t at, len = 0;
    json_t *item;
    if (!json_is_array(list) || json_array_size(list) > PLUGIN_LIST_MAX)
        return error_set(err, ERROR_INVALID, "plugin.allow: must be a list of at most %d hosts",
                         PLUGIN_LIST_MAX);
    json_array_foreach(list, at, item)
    {
        struct str host = text_of(item);
        if (host.len >= PLUGIN_HOST_SIZE || !is_host(host))
            return error_set(err, ERROR_INVALID,
                             "plugin.allow[%zu]: must be a host in small letters, as in "
                             "dictionary.example.org or *.example.org, of at most %d bytes",
                             at, PLUGIN_HOST_SIZE - 1);
        str_into(host, p->allow[len++], PLUGIN_HOST_SIZE);
    }
    p->allow_len = len;
    return true;
}

static bool parse_extensions(json_t *list, struct policy_plugin *p, struct error *err)
{
    size_t at, len = 0;
    json_t *item;
    if (!json_is_array(list) || json_array_size(list) > PLUGIN_LIST_MAX)
        return error_set(err, ERROR_INVALID, "plugin.extensions: must be a list of at most %d ids",
                         PLUGIN_LIST_MAX);
    json_array_foreach(list, at, item)
    {
        struct str id = text_of(item);
        if (!is_extension_id(id))
            return error_set(err, ERROR_INVALID,
                             "plugin.extensions[%zu]: must be the id of an extension, 32 letters "
                             "from a to p",
                             at);
        str_into(id, p->extensions[len++], PLUGIN_ID_SIZE);
    }
    p->extensions_len = len;
    return true;
}

static bool parse_ask(json_t *list, uint32_t *ret, struct error *err)
{
    uint32_t ask = 0;
    size_t at;
    json_t *item;
    if (!json_is_array(list))
        return error_set(err, ERROR_INVALID, "plugin.ask: must be a list");
    json_array_foreach(list, at, item)
    {
        size_t reading = 0;
        while (reading < PLUGIN_READINGS && !str_eq(text_of(item), str_from(readings[reading])))
            reading++;
        if (reading == PLUGIN_READINGS)
            return error_set(err, ERROR_INVALID,
                             "plugin.ask[%zu]: must be one of downloads, extensions, app", at);
        ask |= BIT(reading);
    }
    *ret = ask;
    return true;
}

static bool parse_mode(json_t *object, enum plugin_mode *ret, struct error *err)
{
    struct str text;
    if (!json_get_str(object, "plugin", "mode", 16, &text, err))
        return false;
    for (enum plugin_mode mode = PLUGIN_MODE_NONE + 1; (size_t)mode < ARRAY_LEN(modes); mode++)
        if (str_eq(text, str_from(modes[mode]))) {
            *ret = mode;
            return true;
        }
    return error_set(err, ERROR_INVALID, "plugin.mode: must be report, warn or block");
}

bool policy_plugin_parse(json_t *value, struct policy_plugin *ret, struct error *err)
{
    struct policy_plugin p = *ret;
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "plugin: must be an object");
    json_object_foreach(value, key, member)
    {
        bool good;
        if (strcmp(key, "mode") == 0)
            good = parse_mode(value, &p.mode, err);
        else if (strcmp(key, "allow") == 0)
            good = parse_allow(member, &p, err);
        else if (strcmp(key, "extensions") == 0)
            good = parse_extensions(member, &p, err);
        else if (strcmp(key, "ask") == 0)
            good = parse_ask(member, &p.ask, err);
        else
            good = error_set(err, ERROR_INVALID,
                             "plugin.%.40s: is not known here (allow, ask, extensions, mode)", key);
        if (!good)
            return false;
    }
    *ret = p;
    return true;
}

bool policy_plugin_json(const struct policy_plugin *p, json_t **ret, struct error *err)
{
    json_t *allow = json_array(), *extensions = json_array(), *ask = json_array();
    for (size_t i = 0; i < p->allow_len; i++)
        json_array_append_new(allow, json_string(p->allow[i]));
    for (size_t i = 0; i < p->extensions_len; i++)
        json_array_append_new(extensions, json_string(p->extensions[i]));
    for (size_t i = 0; i < PLUGIN_READINGS; i++)
        if (p->ask & BIT(i))
            json_array_append_new(ask, json_string(readings[i]));
    json_t *o = json_pack("{s:s, s:o, s:o, s:o}", "mode", plugin_mode_name(p->mode), "allow", allow,
                          "extensions", extensions, "ask", ask);
    if (!o)
        return error_no_memory(err);
    *ret = o;
    return true;
}
