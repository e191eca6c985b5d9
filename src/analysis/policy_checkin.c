/* Which steps of the check-in an exam asks for. */
#include "analysis/policy_checkin.h"

#include "analysis/rule_table.h"

#include <string.h>

/* `standard` needs nothing but a browser; what it asks of a candidate a person can put right
 * afterwards, so nobody is kept out of an exam by a queue of profiles that wait. */
static const struct policy_checkin builtin[POLICIES_LEN] = {
    [POLICY_OPEN] = {.approval = APPROVAL_AFTER},
    [POLICY_STANDARD] = {.face_scan = true,
                         .id_scan = true,
                         .screen = true,
                         .approval = APPROVAL_AFTER},
    [POLICY_STRICT] = {.plugin = true,
                       .app = true,
                       .face_scan = true,
                       .id_scan = true,
                       .screen = true,
                       .approval = APPROVAL_BEFORE},
};

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"plugin", offsetof(struct policy_checkin, plugin)},
    {"app", offsetof(struct policy_checkin, app)},
    {"face_scan", offsetof(struct policy_checkin, face_scan)},
    {"id_scan", offsetof(struct policy_checkin, id_scan)},
    {"screen", offsetof(struct policy_checkin, screen)},
};

void policy_checkin_builtin(size_t from, struct policy_checkin *ret) { *ret = builtin[from]; }

static bool parse_approval(json_t *object, enum approval *ret, struct error *err)
{
    struct str text;
    if (!json_get_str(object, "checkin", "approval", 16, &text, err))
        return false;
    bool before = str_eq(text, STR("before"));
    if (!before && !str_eq(text, STR("after")))
        return error_set(err, ERROR_INVALID, "checkin.approval: must be before or after");
    *ret = before ? APPROVAL_BEFORE : APPROVAL_AFTER;
    return true;
}

static bool parse_member(json_t *object, const char *key, struct policy_checkin *ret,
                         struct error *err)
{
    if (strcmp(key, "approval") == 0)
        return parse_approval(object, &ret->approval, err);
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (strcmp(key, members[i].name) == 0)
            return json_get_bool(object, "checkin", key, (bool *)((char *)ret + members[i].offset),
                                 err);
    return error_set(err, ERROR_INVALID,
                     "checkin.%.40s: is not known here (app, approval, face_scan, id_scan, plugin, "
                     "screen)",
                     key);
}

bool policy_checkin_parse(json_t *value, struct policy_checkin *ret, struct error *err)
{
    struct policy_checkin c = *ret;
    const char *key;
    json_t *member;
    if (!json_is_object(value))
        return error_set(err, ERROR_INVALID, "checkin: must be an object");
    json_object_foreach(value, key, member)
    {
        if (!parse_member(value, key, &c, err))
            return false;
    }
    *ret = c;
    return true;
}

bool policy_checkin_json(const struct policy_checkin *c, json_t **ret, struct error *err)
{
    json_t *o = json_pack("{s:b, s:b, s:b, s:b, s:b, s:s}", "plugin", c->plugin, "app", c->app,
                          "face_scan", c->face_scan, "id_scan", c->id_scan, "screen", c->screen,
                          "approval", c->approval == APPROVAL_BEFORE ? "before" : "after");
    if (!o)
        return error_no_memory(err);
    *ret = o;
    return true;
}
