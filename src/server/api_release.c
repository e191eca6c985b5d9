/* Staff's side of releases and appeals: telling a result, and answering what a candidate says to
 * it. */
#include "proctor/appeal.h"
#include "proctor/exam.h"
#include "proctor/release.h"
#include "proctor/session.h"
#include "server/access.h"
#include "server/router.h"
#include "server/server.h"

#define BODY_MAX ((size_t)32 << 10)

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static struct review_person person_of(const struct request *q)
{
    return (struct review_person){.user_ref = q->user.id, .name = q->user.full_name};
}

/* ---- RELEASE of docs/protocol.md ---- */

static json_t *release_json(const struct release *r, const struct appeal *a)
{
    if (!r->made)
        return json_null();
    return json_pack("{s:s, s:s, s:I, s:o, s:o, s:o}", "outcome", review_outcome_name(r->outcome),
                     "holding", review_outcome_name(appeal_holding(r, a)), "released_us",
                     (json_int_t)r->released_us, "appeal_until_us", time_json(r->appeal_until_us),
                     "by", text_json(r->staff_name), "decided_by", text_json(r->decided_by));
}

static json_t *appeal_json(const struct appeal *a, bool may_answer)
{
    if (a->state == APPEAL_NONE)
        return json_null();
    bool answered = a->state == APPEAL_ANSWERED;
    return json_pack(
        "{s:s, s:o, s:I, s:b, s:o, s:o, s:o, s:o}", "state", appeal_state_name(a->state), "reason",
        text_json(a->reason), "made_us", (json_int_t)a->made_us, "may_answer", may_answer,
        "outcome", answered ? json_string(review_outcome_name(a->outcome)) : json_null(), "answer",
        answered ? text_json(a->answer) : json_null(), "answered_us", time_json(a->answered_us),
        "by", answered ? text_json(a->staff_name) : json_null());
}

struct standing {
    struct str session_id;
    int64_t user_ref;
    bool decided;
    enum review_outcome outcome;
};

static bool standing_body(struct db *db, void *context, struct error *err)
{
    struct standing *s = context;
    return review_has_decided_in(db, s->session_id, s->user_ref, &s->decided, err) &&
           review_outcome_in(db, s->session_id, &s->outcome, err);
}

static bool answer_release(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    struct proctor *p = s->proctor;
    struct str id = q->params[0];
    struct session session;
    struct release release;
    struct appeal appeal;
    struct annotation *notes;
    size_t len;
    struct standing now = {.session_id = id, .user_ref = q->user.id};
    if (!session_find(p, id, &session, err) || !release_find(p, id, q->arena, &release, err) ||
        !appeal_find(p, id, q->arena, &appeal, err) ||
        !appeal_annotations(p, id, q->arena, &notes, &len, err) ||
        !db_store_read(p->store, standing_body, &now, err))
        return false;
    json_t *remarks = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(
            remarks, json_pack("{s:I, s:o, s:I}", "flag", (json_int_t)notes[i].flag_id, "note",
                               text_json(notes[i].note), "time_us", (json_int_t)notes[i].time_us));
    bool may_release = session.state >= SESSION_REPORTED && now.outcome != REVIEW_NONE &&
                       appeal.state != APPEAL_OPEN &&
                       (!release.made || appeal_holding(&release, &appeal) != now.outcome) &&
                       (q->user.role & (ROLE_INSTRUCTOR | ROLE_ADMIN));
    return response_json(
        r, 200,
        json_pack("{s:o, s:o, s:o, s:b}", "release", release_json(&release, &appeal), "appeal",
                  appeal_json(&appeal, appeal.state == APPEAL_OPEN && !now.decided), "remarks",
                  remarks, "may_release", may_release),
        err);
}

static bool post_release(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct review_person by = person_of(q);
    return release_make(s->proctor, q->params[0], &by, err) && answer_release(s, q, r, err);
}

static bool post_release_exam(struct server *s, struct request *q, struct response *r,
                              struct error *err)
{
    struct review_person by = person_of(q);
    struct proctored_exam exam;
    size_t made, left;
    return proctored_exam_find(s->proctor, q->params[0], &exam, err) &&
           release_exam(s->proctor, q->params[0], &by, &made, &left, err) &&
           response_json(
               r, 200,
               json_pack("{s:I, s:I}", "released", (json_int_t)made, "left", (json_int_t)left),
               err);
}

/* ---- appeals ---- */

static bool get_appeals(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct appeal_waiting *list;
    size_t len;
    if (!appeal_waiting(s->proctor, access_viewer(q), q->arena, &list, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *array = json_array();
    for (size_t i = 0; i < len; i++) {
        struct session session;
        struct proctored_exam exam;
        struct standing now = {.session_id = list[i].session_id, .user_ref = q->user.id};
        if (!session_find(s->proctor, list[i].session_id, &session, err) ||
            !proctored_exam_find(s->proctor, str_from(session.exam_id), &exam, err) ||
            !db_store_read(s->proctor->store, standing_body, &now, err))
            return false;
        if (json_array_append_new(
                array, json_pack("{s:s, s:s, s:s, s:I, s:b}", "session", session.id, "candidate",
                                 session.candidate, "exam", exam.title, "made_us",
                                 (json_int_t)list[i].made_us, "may_answer", !now.decided)))
            return error_no_memory(err);
    }
    return response_json(r, 200, json_pack("{s:O}", "appeals", array), err);
}

static bool post_answer(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct review_person by = person_of(q);
    enum review_outcome outcome;
    struct str name, answer;
    if (!request_json(q, &body, err) || !request_json_only(body, "outcome answer", err) ||
        !json_get_str(body, "", "outcome", 32, &name, err) ||
        !json_get_str(body, "", "answer", APPEAL_TEXT_MAX, &answer, err))
        return false;
    if (!review_outcome_from_name(name, &outcome) || outcome == REVIEW_NONE)
        return error_set(err, ERROR_INVALID,
                         "outcome: must be passed, violation, suspicious or not-enough-evidence");
    return appeal_answer(s->proctor, q->params[0], &by, outcome, answer, err) &&
           answer_release(s, q, r, err);
}

const struct route release_routes[] = {
    {HTTP_GET, "/api/review/sessions/:session/release", ROLE_STAFF, 0, answer_release, NULL},
    {HTTP_POST, "/api/review/sessions/:session/release", ROLE_INSTRUCTOR | ROLE_ADMIN, 1024,
     post_release, NULL},
    {HTTP_POST, "/api/review/exams/:exam/release", ROLE_INSTRUCTOR | ROLE_ADMIN, 1024,
     post_release_exam, NULL},
    {HTTP_GET, "/api/review/appeals", ROLE_STAFF, 0, get_appeals, NULL},
    {HTTP_POST, "/api/review/sessions/:session/appeal/answer", ROLE_STAFF, BODY_MAX, post_answer,
     NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
