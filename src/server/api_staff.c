/* Who is on the staff of an exam: administrators say so. */
#include "campus/user.h"
#include "proctor/exam.h"
#include "proctor/staff.h"
#include "server/api_review.h"
#include "server/router.h"
#include "server/server.h"
#include "server/state.h"

#define FOUND_MAX 20

static json_t *person_json(const struct user *user)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:b}", "id", (json_int_t)user->id, "username",
                     user->username, "full_name", user->full_name, "role",
                     user_role_name(user->role), "active", user->active);
}

static bool member_json(struct server *s, const struct staff_member *m, json_t **ret,
                        struct error *err)
{
    struct user user;
    if (!user_find(s->campus, m->user_ref, &user, err))
        return false;
    *ret = person_json(&user);
    if (json_object_set_new(*ret, "added_us", json_integer(m->added_us)) ||
        json_object_set_new(*ret, "added_by", json_stringn(m->added_by.ptr, m->added_by.len)))
        return error_no_memory(err);
    return true;
}

static bool answer_staff(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct proctored_exam exam;
    struct staff_member *list;
    size_t len;
    if (!proctored_exam_find(s->proctor, q->params[0], &exam, err) ||
        !staff_list(s->proctor, q->params[0], q->arena, &list, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *array = json_array();
    for (size_t i = 0; i < len; i++) {
        json_t *one;
        if (!member_json(s, &list[i], &one, err))
            return false;
        if (json_array_append_new(array, one))
            return error_no_memory(err);
    }
    return response_json(
        r, 200, json_pack("{s:o, s:O}", "exam", review_exam_json(&exam), "staff", array), err);
}

static bool find_person(struct server *s, const struct request *q, struct user *ret,
                        struct error *err)
{
    int64_t id;
    return request_param_i64(q, 1, &id, err) && user_find(s->campus, id, ret, err);
}

static bool put_staff(struct server *s, struct request *q, struct response *r, struct error *err)
{
    const struct provider_person by = {q->user.id, q->user.full_name};
    struct user user;
    if (!find_person(s, q, &user, err))
        return false;
    if (!user_role_is_exam_staff(user.role) || !user.active)
        return error_set(err, ERROR_INVALID, "only an instructor or a proctor can be staff");
    const struct provider_person who = {user.id, str_from(user.full_name)};
    return staff_add(s->proctor, q->params[0], &who, &by, err) && answer_staff(s, q, r, err);
}

static bool delete_staff(struct server *s, struct request *q, struct response *r, struct error *err)
{
    const struct provider_person by = {q->user.id, q->user.full_name};
    struct user user;
    if (!find_person(s, q, &user, err))
        return false;
    const struct provider_person who = {user.id, str_from(user.full_name)};
    if (!staff_remove(s->proctor, q->params[0], &who, &by, err))
        return false;
    events_end_user(s->state->events, user.id); /* what is open may be of this exam */
    return answer_staff(s, q, r, err);
}

static bool get_people(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct str text = request_query(q, "q");
    struct user *list;
    size_t len;
    if (!user_search_staff(s->campus, text.ptr ? text : STR(""), FOUND_MAX, q->arena, &list, &len,
                           err))
        return false;
    CLEANUP(json_decrefp) json_t *array = json_array();
    for (size_t i = 0; i < len; i++)
        if (json_array_append_new(array, person_json(&list[i])))
            return error_no_memory(err);
    return response_json(r, 200, json_pack("{s:O}", "people", array), err);
}

const struct route staff_routes[] = {
    {HTTP_GET, "/api/review/people", ROLE_ADMIN, 0, get_people, NULL},
    {HTTP_GET, "/api/review/exams/:exam/staff", ROLE_ADMIN, 0, answer_staff, NULL},
    {HTTP_PUT, "/api/review/exams/:exam/staff/:person", ROLE_ADMIN, 256, put_staff, NULL},
    {HTTP_DELETE, "/api/review/exams/:exam/staff/:person", ROLE_ADMIN, 0, delete_staff, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
