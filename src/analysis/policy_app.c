#include "analysis/policy_app.h"

#include "analysis/program_table.h"
#include "analysis/rule_table.h"

#include <stdio.h>
#include <string.h>

#define BIT(kind) (UINT32_C(1) << (kind))
#define ALL_KINDS ((BIT(PROGRAM_OWN) - 1) & ~BIT(PROGRAM_NONE))
#define SILENT_MIN_S 60.0 /* the app is heard of every quarter of this */
#define SILENT_MAX_S 3600.0

/* Whoever may look up anything may have any program open, but sits the exam alone. */
static const struct policy_app builtin[POLICIES_LEN] = {
    [POLICY_OPEN] = {.kinds = BIT(PROGRAM_MESSENGER) | BIT(PROGRAM_REMOTE), .silent_s = 300},
    [POLICY_STANDARD] = {.kinds = ALL_KINDS, .silent_s = 120, .unknown = true},
    [POLICY_STRICT] = {.kinds = ALL_KINDS, .silent_s = 60, .unknown = true},
};

void policy_app_builtin(size_t from, struct policy_app *ret) { *ret = builtin[from]; }

static bool parse_kinds(json_t *list, uint32_t *ret, struct error *err)
{
    uint32_t kinds = 0;
    size_t at;
    json_t *item;
    if (!json_is_array(list))
        return error_set(err, ERROR_INVALID, "app.forbid: must be a list");
    json_array_foreach(list, at, item)
    {
        enum program_kind kind = json_is_string(item)
                                     ? program_kind_from_name(str_from(json_string_value(item)))
                                     : PROGRAM_NONE;
        if (kind == PROGRAM_NONE)
            return error_set(err, ERROR_INVALID,
                             "app.forbid[%zu]: must be one of office, messenger, remote-control, "
                             "recorder, browser, virtual-machine, ai-assistant",
                             at);
        kinds |= BIT(kind);
    }
    *ret = kinds;
    return true;
}

static bool is_name(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == '/' || name.ptr[i] == '\\')
            return false;
    return name.len > 0 && name.len < PROGRAM_NAME_MAX;
}

static bool parse_names(json_t *list, const char *what, char ret[][PROGRAM_NAME_MAX],
                        size_t *ret_len, struct error *err)
{
    size_t at, len = 0;
    json_t *item;
    if (!json_is_array(list) || json_array_size(list) > PROGRAM_OWN_MAX)
        return error_set(err, ERROR_INVALID, "app.%s: must be a list of at most %d names", what,
                         PROGRAM_OWN_MAX);
    json_array_foreach(list, at, item)
    {
        struct str name = json_is_string(item)
                              ? str_bytes(json_string_value(item), json_string_length(item))
                              : STR("");
        if (!is_name(name))
            return error_set(err, ERROR_INVALID,
                             "app.%s[%zu]: must be the name of a program, of at most %d bytes, "
                             "without a folder",
                             what, at, PROGRAM_NAME_MAX - 1);
        str_into(name, ret[len++], PROGRAM_NAME_MAX);
    }
    *ret_len = len;
    return true;
}

bool policy_app_parse(json_t *value, struct policy_app *ret, struct error *err)
{
    struct policy_app a = *ret;
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "app: must be an object");
    json_object_foreach(value, key, member)
    {
        bool good;
        if (strcmp(key, "forbid") == 0)
            good = parse_kinds(member, &a.kinds, err);
        else if (strcmp(key, "programs") == 0)
            good = parse_names(member, key, a.own, &a.own_len, err);
        else if (strcmp(key, "allow") == 0)
            good = parse_names(member, key, a.allowed, &a.allowed_len, err);
        else if (strcmp(key, "silent_s") == 0)
            good = json_get_double(value, "app", key, SILENT_MIN_S, SILENT_MAX_S, &a.silent_s, err);
        else if (strcmp(key, "unknown") == 0)
            good = json_get_bool(value, "app", key, &a.unknown, err);
        else
            good = error_set(err, ERROR_INVALID,
                             "app.%.40s: is not known here (allow, forbid, programs, silent_s,"
                             " unknown)",
                             key);
        if (!good)
            return false;
    }
    *ret = a;
    return true;
}

static json_t *names_json(const char names[][PROGRAM_NAME_MAX], size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < len; i++)
        json_array_append_new(list, json_string(names[i]));
    return list;
}

bool policy_app_json(const struct policy_app *a, json_t **ret, struct error *err)
{
    json_t *kinds = json_array();
    for (enum program_kind kind = PROGRAM_NONE + 1; kinds && kind < PROGRAM_OWN; kind++)
        if (a->kinds & BIT(kind))
            json_array_append_new(kinds, json_string(program_kind_row(kind)->name));
    json_t *o =
        json_pack("{s:o, s:o, s:o, s:f, s:b}", "forbid", kinds, "programs",
                  names_json(a->own, a->own_len), "allow", names_json(a->allowed, a->allowed_len),
                  "silent_s", a->silent_s, "unknown", a->unknown);
    if (!o)
        return error_no_memory(err);
    *ret = o;
    return true;
}
