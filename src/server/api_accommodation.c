/* Accommodations over HTTP, for those who set up exams: who has more time, and what is different in
 * the proctoring of whom. */
#include "campus/accommodation.h"
#include "campus/user.h"
#include "server/access.h"
#include "server/router.h"
#include "server/server.h"

#define BODY_MAX (6 * ACCOMMODATION_PATCH_MAX + 1024) /* "\u00e9" is six bytes for two */

static bool one_json(struct server *s, const struct accommodation *a, json_t **ret,
                     struct error *err)
{
    CLEANUP(json_decrefp) json_t *policy = NULL;
    struct user user;
    if (!user_find(s->campus, a->user_id, &user, err) ||
        (a->patch.len && !json_parse(a->patch, &policy, err)))
        return false;
    *ret = json_pack("{s:I, s:s, s:s, s:o, s:I, s:I, s:o, s:I}", "id", (json_int_t)a->id,
                     "username", user.username, "full_name", user.full_name, "exam_id",
                     a->exam_id ? json_integer(a->exam_id) : json_null(), "extra_percent",
                     (json_int_t)a->extra_percent, "extra_minutes", (json_int_t)a->extra_minutes,
                     "policy", policy ? json_incref(policy) : json_null(), "set_us",
                     (json_int_t)a->set_us);
    return *ret || error_no_memory(err);
}

static bool get_all(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *array = json_array();
    struct accommodation *list;
    size_t len;
    if (!accommodation_list(s->campus, q->arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        json_t *one;
        bool seen;
        if (!access_sees_campus_exam(s, q, list[i].exam_id, &seen, err))
            return false;
        if (!seen)
            continue;
        if (!one_json(s, &list[i], &one, err))
            return false;
        if (json_array_append_new(array, one))
            return error_no_memory(err);
    }
    return response_json(r, 200, json_pack("{s:O}", "accommodations", array), err);
}

/* A number that may be left out. */
static bool number(const json_t *body, const char *name, int64_t max, int64_t *ret,
                   struct error *err)
{
    *ret = 0;
    return !json_object_get(body, name) || json_get_i64(body, "", name, 0, max, ret, err);
}

static bool find_person(struct server *s, struct str username, struct user *ret, struct error *err)
{
    return user_find_name(s->campus, username, ret, err) || error_wrap(err, "username");
}

static bool read_body(struct server *s, const json_t *body, char **ret_patch,
                      struct accommodation *ret, struct error *err)
{
    const json_t *exam = json_object_get(body, "exam_id"),
                 *policy = json_object_get(body, "policy");
    struct str username;
    struct user user;
    if (!request_json_only(body, "username exam_id extra_percent extra_minutes policy", err) ||
        !json_get_str(body, "", "username", USER_NAME_MAX, &username, err) ||
        !find_person(s, username, &user, err) ||
        !number(body, "extra_percent", ACCOMMODATION_PERCENT_MAX, &ret->extra_percent, err) ||
        !number(body, "extra_minutes", ACCOMMODATION_MINUTES_MAX, &ret->extra_minutes, err))
        return false;
    if (exam && !json_is_null(exam) &&
        !json_get_i64(body, "", "exam_id", 1, INT64_MAX, &ret->exam_id, err))
        return false;
    if (policy && !json_is_null(policy)) {
        if (!json_text(policy, ret_patch, err))
            return false;
        ret->patch = str_from(*ret_patch);
    }
    ret->user_id = user.id;
    return true;
}

static bool post_one(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    CLEANUP(freep) char *patch = NULL;
    struct accommodation a = {.set_by = q->user.id};
    int64_t id;
    return request_json(q, &body, err) && read_body(s, body, &patch, &a, err) &&
           access_campus_exam(s, q, a.exam_id, err) && accommodation_set(s->campus, &a, &id, err) &&
           response_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), err);
}

static bool delete_one(struct server *s, struct request *q, struct response *r, struct error *err)
{
    int64_t id;
    if (!request_param_i64(q, 0, &id, err) || !accommodation_remove(s->campus, id, err))
        return false;
    r->status = 204;
    return true;
}

#define ROLE_EXAMS (ROLE_INSTRUCTOR | ROLE_ADMIN)

const struct route accommodation_routes[] = {
    {HTTP_GET, "/api/campus/accommodations", ROLE_STAFF, 0, get_all, NULL},
    {HTTP_POST, "/api/campus/accommodations", ROLE_EXAMS, BODY_MAX, post_one, NULL},
    {HTTP_DELETE, "/api/campus/accommodations/:id", ROLE_EXAMS, 0, delete_one, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
