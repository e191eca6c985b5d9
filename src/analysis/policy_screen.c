/* Kinds by name, and the exam's own words. A word is forbidden as it would be read from a screen:
 * letters and digits, whatever stands between them. */
#include "analysis/policy_screen.h"

#include "analysis/rule_table.h"

#include <stdio.h>
#include <string.h>

#define BIT(kind) (UINT32_C(1) << (kind))

/* Whoever may look up anything still sits the exam alone. */
static const uint32_t builtin_kinds[POLICIES_LEN] = {
    [POLICY_OPEN] = BIT(SCREEN_MESSENGER) | BIT(SCREEN_REMOTE),
    [POLICY_STANDARD] = SCREEN_KINDS_ALL,
    [POLICY_STRICT] = SCREEN_KINDS_ALL,
};

void policy_screen_builtin(size_t from, struct policy_screen *ret)
{
    *ret = (struct policy_screen){.kinds = builtin_kinds[from]};
}

static bool parse_kinds(json_t *list, uint32_t *ret, struct error *err)
{
    uint32_t kinds = 0;
    size_t at;
    json_t *item;
    if (!json_is_array(list))
        return error_set(err, ERROR_INVALID, "screen.kinds: must be a list");
    json_array_foreach(list, at, item)
    {
        enum screen_kind kind = json_is_string(item)
                                    ? screen_kind_from_name(str_from(json_string_value(item)))
                                    : SCREEN_NONE;
        if (kind == SCREEN_NONE)
            return error_set(err, ERROR_INVALID,
                             "screen.kinds[%zu]: must be one of ai-chat, search, messenger, "
                             "remote-control, answers",
                             at);
        kinds |= BIT(kind);
    }
    *ret = kinds;
    return true;
}

static bool parse_own(json_t *list, struct policy_screen *ret, struct error *err)
{
    size_t at;
    json_t *item;
    if (!json_is_array(list) || json_array_size(list) > SCREEN_OWN_MAX)
        return error_set(err, ERROR_INVALID, "screen.forbidden: must be a list of at most %d words",
                         SCREEN_OWN_MAX);
    ret->own_len = 0;
    json_array_foreach(list, at, item)
    {
        struct str text = json_is_string(item)
                              ? str_bytes(json_string_value(item), json_string_length(item))
                              : STR("");
        if (!screen_word_is_good(text))
            return error_set(err, ERROR_INVALID,
                             "screen.forbidden[%zu]: must have %d to %d bytes, and letters or "
                             "digits among them",
                             at, SCREEN_WORD_MIN, SCREEN_WORD_MAX - 1);
        snprintf(ret->own[ret->own_len++], SCREEN_WORD_MAX, STR_FMT, STR_ARG(text));
    }
    return true;
}

bool policy_screen_parse(json_t *value, struct policy_screen *ret, struct error *err)
{
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "screen: must be an object");
    json_object_foreach(value, key, member)
    {
        if (strcmp(key, "kinds") == 0) {
            if (!parse_kinds(member, &ret->kinds, err))
                return false;
        } else if (strcmp(key, "forbidden") == 0) {
            if (!parse_own(member, ret, err))
                return false;
        } else {
            return error_set(err, ERROR_INVALID,
                             "screen.%.40s: is not known here (forbidden, kinds)", key);
        }
    }
    return true;
}

static bool append(json_t *list, const char *text)
{
    return json_array_append_new(list, json_string(text)) == 0;
}

bool policy_screen_json(const struct policy_screen *s, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *kinds = json_array();
    CLEANUP(json_decrefp) json_t *own = json_array();
    bool ok = kinds && own;
    for (enum screen_kind kind = SCREEN_NONE + 1; ok && kind < SCREEN_OWN; kind++)
        ok = !(s->kinds & BIT(kind)) || append(kinds, screen_kind_name(kind));
    for (size_t i = 0; ok && i < s->own_len; i++)
        ok = append(own, s->own[i]);
    json_t *o = ok ? json_pack("{s:O, s:O}", "kinds", kinds, "forbidden", own) : NULL;
    if (!o)
        return error_no_memory(err);
    *ret = o;
    return true;
}
