/* Attempts as staff see them: who sits an exam, what was added to whose time and why. */
#include "server/api_attempt.h"

#include "campus/view.h"
#include "server/access.h"
#include "server/router.h"
#include "server/server.h"

static json_t *time_or_null(int64_t us) { return us ? json_integer(us) : json_null(); }

json_t *api_times_json(const struct attempt_view *v)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < v->times_len; i++) {
        const struct time_entry *e = &v->times[i];
        if (json_array_append_new(
                list,
                json_pack("{s:I, s:s, s:I, s:o, s:o, s:I, s:s%, s:s%}", "id", (json_int_t)e->id,
                          "kind", time_kind_name(e->kind), "given_us", (json_int_t)e->given_us,
                          "from_us", time_or_null(e->from_us), "to_us", time_or_null(e->to_us),
                          "made_us", (json_int_t)e->made_us, "reason", e->reason.ptr, e->reason.len,
                          "who", e->who.ptr, e->who.len)))
            return NULL;
    }
    return TAKE(list);
}

json_t *api_files_json(const struct attempt_view *v)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < v->files_len; i++) {
        const struct attachment *x = &v->files[i];
        char hex[STR_HEX_MAX(SHA256_SIZE)];
        str_to_hex(str_bytes(x->sha256, sizeof x->sha256), hex);
        if (json_array_append_new(
                list, json_pack("{s:s, s:I, s:s, s:s, s:I, s:I, s:s, s:I, s:s}", "id", x->id,
                                "item_id", (json_int_t)x->item_id, "name", x->name, "state",
                                attachment_state_name(x->state), "length", (json_int_t)x->length,
                                "bytes", (json_int_t)x->size, "sha256", hex, "changed_us",
                                (json_int_t)x->changed_us, "replaces", x->replaces)))
            return NULL;
    }
    return TAKE(list);
}

json_t *api_options_json(const struct item *item)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < item->options_len; i++) {
        const struct item_option *o = &item->options[i];
        if (json_array_append_new(list, json_pack("{s:I, s:s%}", "id", (json_int_t)o->id, "text",
                                                  o->text.ptr, o->text.len)))
            return NULL;
    }
    return TAKE(list);
}

bool api_answer_json(const struct answer *answers, size_t len, int64_t item_id, json_t **ret,
                     struct error *err)
{
    for (size_t i = 0; i < len; i++) {
        const struct answer *a = &answers[i];
        json_t *value;
        if (a->item_id != item_id)
            continue;
        if (!json_parse(a->value, &value, err))
            return error_wrap(err, "a kept answer");
        *ret = json_pack("{s:o, s:I, s:I}", "value", value, "revision", (json_int_t)a->revision,
                         "saved_us", (json_int_t)a->saved_us);
        return *ret || error_no_memory(err);
    }
    *ret = json_null();
    return true;
}

const struct item_state *api_item_state(const struct item_state *states, size_t len,
                                        int64_t item_id)
{
    for (size_t i = 0; i < len; i++)
        if (states[i].item_id == item_id)
            return &states[i];
    return NULL;
}

/* Both sides read the ledger: a candidate their own, staff anybody's. */
static bool get_time(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct attempt_view v;
    int64_t id;
    if (!request_param_i64(q, 0, &id, err) ||
        !(q->user.role == ROLE_CANDIDATE
              ? view_attempt(s->campus, id, q->user.id, q->arena, &v, err)
              : view_any_attempt(s->campus, id, q->arena, &v, err)))
        return false;
    return response_json(
        r, 200,
        json_pack("{s:s, s:o, s:o, s:I, s:o, s:o}", "state", attempt_state_name(v.attempt.state),
                  "started_us", time_or_null(v.attempt.started_us), "deadline_us",
                  time_or_null(v.attempt.deadline_us), "duration_s", (json_int_t)v.exam.duration_s,
                  "time", api_times_json(&v), "attachments", api_files_json(&v)),
        err);
}

static bool get_attempts(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *array = json_array();
    struct attempt_row *list;
    size_t len;
    int64_t exam_id;
    if (!request_param_i64(q, 0, &exam_id, err) ||
        !view_attempts_of_exam(s->campus, exam_id, q->arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        const struct attempt *a = &list[i].attempt;
        if (json_array_append_new(
                array, json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:s%}", "id",
                                 (json_int_t)a->id, "candidate", list[i].user.full_name, "username",
                                 list[i].user.username, "state", attempt_state_name(a->state),
                                 "started_us", time_or_null(a->started_us), "deadline_us",
                                 time_or_null(a->deadline_us), "given_us",
                                 (json_int_t)list[i].given_us, "files", (json_int_t)list[i].files,
                                 "session", a->session_id.ptr, a->session_id.len)))
            return error_no_memory(err);
    }
    return response_json(r, 200, json_pack("{s:O}", "attempts", array), err);
}

static bool get_exams(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *array = json_array();
    struct exam *list;
    size_t len;
    if (!exam_list(s->campus, q->arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        bool seen;
        if (!access_sees_campus_exam(s, q, list[i].id, &seen, err))
            return false;
        if (seen && json_array_append_new(
                        array, json_pack("{s:I, s:s, s:s}", "id", (json_int_t)list[i].id, "title",
                                         list[i].title, "kind", exam_kind_name(list[i].kind))))
            return error_no_memory(err);
    }
    return response_json(r, 200, json_pack("{s:O}", "exams", array), err);
}

#define BOTH (ROLE_CANDIDATE | ROLE_STAFF | ROLE_SUPPORT)

const struct route attempt_routes[] = {
    {HTTP_GET, "/api/campus/attempts/:attempt/time", BOTH, 0, get_time, NULL},
    {HTTP_GET, "/api/campus/exams", ROLE_STAFF, 0, get_exams, NULL},
    {HTTP_GET, "/api/campus/exams/:exam/attempts", ROLE_STAFF, 0, get_attempts, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
