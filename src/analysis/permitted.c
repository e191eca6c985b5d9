/* The names of things that may be permitted. Of some, no detector knows anything (paper, a drink):
 * permitting them says so to whoever reads the policy or judges the recording. */
#include "analysis/permitted.h"

#include "analysis/rule_table.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum rule silences; /* RULE_NONE: no rule is about it alone */
} items[] = {
    [PERMITTED_BOOK] = {"book", RULE_BOOK},
    [PERMITTED_CALCULATOR] = {"calculator", RULE_NONE}, /* see look_phone() */
    [PERMITTED_DRINK] = {"drink", RULE_NONE},
    [PERMITTED_HEADPHONES] = {"headphones", RULE_NONE},
    [PERMITTED_HELPER] = {"helper", RULE_SEVERAL_PEOPLE},
    [PERMITTED_LAPTOP] = {"laptop", RULE_LAPTOP},
    [PERMITTED_PAPER] = {"paper", RULE_NONE},
    [PERMITTED_PEN] = {"pen", RULE_NONE},
    [PERMITTED_PHONE] = {"phone", RULE_PHONE},
    [PERMITTED_SECOND_SCREEN] = {"second-screen", RULE_SECOND_SCREEN},
};

_Static_assert(ARRAY_LEN(items) == PERMITTED_COUNT, "each thing has its row");

const char *permitted_name(enum permitted thing)
{
    return (size_t)thing < ARRAY_LEN(items) ? items[thing].name : "unknown";
}

static bool find(const char *name, size_t *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        if (strcmp(items[i].name, name) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool refuse(const char *path, size_t at, struct error *err)
{
    char known[200] = "";
    size_t len = 0;
    for (size_t i = 0; i < ARRAY_LEN(items) && len < sizeof known; i++)
        len +=
            (size_t)snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "", items[i].name);
    return error_set(err, ERROR_INVALID, "%s[%zu]: must be one of %s", path, at, known);
}

bool permitted_parse(json_t *list, const char *path, uint32_t *ret, struct error *err)
{
    uint32_t permitted = 0;
    size_t at;
    json_t *item;
    if (!json_is_array(list))
        return error_set(err, ERROR_INVALID, "%s: must be a list", path);
    json_array_foreach(list, at, item)
    {
        size_t which;
        if (!json_is_string(item) || !find(json_string_value(item), &which))
            return refuse(path, at, err);
        permitted |= UINT32_C(1) << which;
    }
    *ret = permitted;
    return true;
}

bool permitted_json(uint32_t permitted, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; list && i < ARRAY_LEN(items); i++)
        if (permitted & UINT32_C(1) << i && json_array_append_new(list, json_string(items[i].name)))
            return error_no_memory(err);
    if (!list)
        return error_no_memory(err);
    *ret = TAKE(list);
    return true;
}

bool permitted_silences(uint32_t permitted, enum rule rule)
{
    for (size_t i = 0; i < ARRAY_LEN(items); i++)
        if (permitted & UINT32_C(1) << i && items[i].silences == rule)
            return true;
    if ((rule == RULE_SECOND_DISPLAY && permitted & UINT32_C(1) << PERMITTED_SECOND_SCREEN) ||
        (rule == RULE_HEADPHONES && permitted & UINT32_C(1) << PERMITTED_HEADPHONES))
        return true;
    /* Somebody who helps has a face, too. */
    return rule == RULE_SEVERAL_FACES && permitted & UINT32_C(1) << PERMITTED_HELPER;
}
