/* The portal over HTTP: assessments, attempts, answers, results. Every attempt is looked up
 * together with the signed-in candidate: somebody else's is not found. */
#include "base/clock.h"
#include "campus/view.h"
#include "proctor/provider.h"
#include "server/api_attempt.h"
#include "server/router.h"
#include "server/server.h"

/* A descriptive answer of 64 KiB may be written with six bytes a character: "\u00e9". */
#define ANSWER_BODY_MAX (6 * ANSWER_TEXT_MAX + 1024)

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static bool get_assessments(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    struct assessment *list;
    size_t len;
    if (!view_assessments(s->campus, q->user.id, q->arena, &list, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *array = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct exam *exam = &list[i].exam;
        const struct attempt *a = &list[i].attempt;
        json_t *attempt = json_null();
        if (list[i].tried && a->session_id.len) {
            char *url = provider_session_url(q->arena, a->session_id);
            if (!url)
                return error_no_memory(err);
            attempt = json_pack("{s:I, s:s, s:o, s:s, s:o}", "id", (json_int_t)a->id, "state",
                                attempt_state_name(a->state), "submitted_us",
                                time_json(a->submitted_us), "session_url", url, "stage",
                                list[i].stage ? json_string(provider_stage_name(list[i].stage))
                                              : json_null());
        }
        if (json_array_append_new(array, json_pack("{s:I, s:s, s:s, s:I, s:I, s:o}", "exam_id",
                                                   (json_int_t)exam->id, "title", exam->title,
                                                   "kind", exam_kind_name(exam->kind), "duration_s",
                                                   (json_int_t)exam->duration_s, "items",
                                                   (json_int_t)exam->items, "attempt", attempt)))
            return error_no_memory(err);
    }
    return response_json(r, 200, json_pack("{s:O}", "assessments", array), err);
}

static bool post_launch(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct attempt a;
    int64_t exam_id;
    if (!request_param_i64(q, 0, &exam_id, err) ||
        !attempt_launch(s->campus, exam_id, q->user.id, q->arena, &a, err))
        return false;
    char *url = provider_session_url(q->arena, a.session_id);
    if (!url)
        return error_no_memory(err);
    return response_json(
        r, 200, json_pack("{s:I, s:s}", "attempt_id", (json_int_t)a.id, "session_url", url), err);
}

/* ---- ATTEMPT ---- */

static bool items_json(const struct attempt_view *v, json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < v->items_len; i++) {
        const struct item *item = &v->items[i];
        json_t *answer;
        if (!api_answer_json(v->answers, v->answers_len, item->id, &answer, err))
            return false;
        const struct item_state *seen = api_item_state(v->states, v->states_len, item->id);
        if (json_array_append_new(
                list,
                json_pack("{s:I, s:I, s:s, s:s%, s:f, s:o, s:o, s:o, s:b}", "id",
                          (json_int_t)item->id, "position", (json_int_t)item->position, "kind",
                          item_kind_name(item->kind), "prompt", item->prompt.ptr, item->prompt.len,
                          "points", item->points, "options", api_options_json(item), "answer",
                          answer, "seen_us", time_json(seen ? seen->seen_us : 0), "marked",
                          (int)(seen && seen->marked))))
            return error_no_memory(err);
    }
    *ret = TAKE(list);
    return true;
}

static json_t *pause_json(const struct attempt *a)
{
    if (a->state != ATTEMPT_RUNNING || !a->paused_us)
        return json_null();
    return json_pack("{s:I, s:s%}", "since_us", (json_int_t)a->paused_us, "reason",
                     a->pause_reason.ptr, a->pause_reason.len);
}

static bool answer_attempt(struct server *s, struct request *q, struct response *r, int64_t id,
                           struct error *err)
{
    struct attempt_view v;
    json_t *items;
    if (!view_attempt(s->campus, id, q->user.id, q->arena, &v, err) || !items_json(&v, &items, err))
        return false;
    return response_json(
        r, 200,
        json_pack("{s:I, s:{s:I, s:s, s:s, s:I}, s:I, s:s, s:b, s:o, s:o, s:I, s:o, s:o, s:o, s:o,"
                  " s:{s:I, s:I, s:I}, s:o}",
                  "id", (json_int_t)v.attempt.id, "exam", "id", (json_int_t)v.exam.id, "title",
                  v.exam.title, "kind", exam_kind_name(v.exam.kind), "duration_s",
                  (json_int_t)v.exam.duration_s, "extra_s", (json_int_t)v.extra_s, "state",
                  attempt_state_name(v.attempt.state), "may_start", (int)v.may_start, "started_us",
                  time_json(v.attempt.started_us), "deadline_us", time_json(v.attempt.deadline_us),
                  "server_us", (json_int_t)clock_wall_us(), "items", items, "grace_until_us",
                  time_json(v.attempt.grace_until_us), "time", api_times_json(&v), "attachments",
                  api_files_json(&v), "limits", "file_bytes", (json_int_t)ATTACHMENT_SIZE_MAX,
                  "files_of_item", (json_int_t)ATTACHMENTS_PER_ITEM, "all_bytes",
                  (json_int_t)ATTACHMENTS_SIZE_MAX, "paused", pause_json(&v.attempt)),
        err);
}

static bool get_attempt(struct server *s, struct request *q, struct response *r, struct error *err)
{
    int64_t id;
    return request_param_i64(q, 0, &id, err) && answer_attempt(s, q, r, id, err);
}

typedef bool attempt_step(struct campus *c, int64_t id, int64_t user_id, struct error *err);

static bool step(struct server *s, struct request *q, struct response *r, attempt_step *take,
                 struct error *err)
{
    int64_t id;
    return request_param_i64(q, 0, &id, err) && take(s->campus, id, q->user.id, err) &&
           answer_attempt(s, q, r, id, err);
}

static bool post_start(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return step(s, q, r, attempt_start, err);
}

static bool post_finish(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return step(s, q, r, attempt_finish, err);
}

static bool post_submit(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return step(s, q, r, attempt_submit, err);
}

static bool put_answer(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct answer answer;
    int64_t id, item_id, revision;
    if (!request_param_i64(q, 0, &id, err) || !request_param_i64(q, 1, &item_id, err) ||
        !request_json(q, &body, err) || !request_json_only(body, "value revision", err) ||
        !json_get_i64(body, "", "revision", 1, ANSWER_REVISION_MAX, &revision, err))
        return false;
    const json_t *value = json_object_get(body, "value");
    if (!value)
        return error_set(err, ERROR_INVALID, "value: is missing");
    return answer_save(s->campus, id, q->user.id, item_id, value, revision, &answer, err) &&
           response_json(r, 200,
                         json_pack("{s:I, s:I, s:I}", "saved_us", (json_int_t)answer.saved_us,
                                   "revision", (json_int_t)answer.revision, "deadline_us",
                                   (json_int_t)answer.deadline_us),
                         err);
}

static bool put_item_state(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    int64_t id, item_id;
    bool marked;
    if (!request_param_i64(q, 0, &id, err) || !request_param_i64(q, 1, &item_id, err) ||
        !request_json(q, &body, err) || !request_json_only(body, "marked", err) ||
        !json_get_bool(body, "", "marked", &marked, err) ||
        !item_state_set(s->campus, id, q->user.id, item_id, marked, err))
        return false;
    r->status = 204;
    return true;
}

/* ---- results ---- */

static bool get_results(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct result *list;
    size_t len;
    if (!view_results(s->campus, q->user.id, q->arena, &list, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *array = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct result *x = &list[i];
        json_t *points = x->sum.complete ? json_real(x->sum.points) : json_null();
        if (json_array_append_new(array,
                                  json_pack("{s:s, s:s, s:I, s:o, s:f, s:s}", "exam_title",
                                            x->exam.title, "kind", exam_kind_name(x->exam.kind),
                                            "submitted_us", (json_int_t)x->submitted_us, "points",
                                            points, "points_max", x->sum.points_max, "state",
                                            x->sum.complete ? "graded" : "awaiting grading")))
            return error_no_memory(err);
    }
    return response_json(r, 200, json_pack("{s:O}", "results", array), err);
}

const struct route campus_routes[] = {
    {HTTP_GET, "/api/campus/assessments", ROLE_CANDIDATE, 0, get_assessments, NULL},
    {HTTP_POST, "/api/campus/exams/:exam/launch", ROLE_CANDIDATE, 1024, post_launch, NULL},
    {HTTP_GET, "/api/campus/attempts/:attempt", ROLE_CANDIDATE, 0, get_attempt, NULL},
    {HTTP_POST, "/api/campus/attempts/:attempt/start", ROLE_CANDIDATE, 1024, post_start, NULL},
    {HTTP_PUT, "/api/campus/attempts/:attempt/answers/:item", ROLE_CANDIDATE, ANSWER_BODY_MAX,
     put_answer, NULL},
    {HTTP_PUT, "/api/campus/attempts/:attempt/items/:item", ROLE_CANDIDATE, 1024, put_item_state,
     NULL},
    {HTTP_POST, "/api/campus/attempts/:attempt/finish", ROLE_CANDIDATE, 1024, post_finish, NULL},
    {HTTP_POST, "/api/campus/attempts/:attempt/submit", ROLE_CANDIDATE, 1024, post_submit, NULL},
    {HTTP_GET, "/api/campus/results", ROLE_CANDIDATE, 0, get_results, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
