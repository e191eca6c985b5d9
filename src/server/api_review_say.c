/* What reviewers say: the outcome of a session, an answer to an incident, a note. */
#include "proctor/review.h"
#include "server/router.h"
#include "server/server.h"

#define BODY_MAX ((size_t)16 << 10)

static struct review_person person_of(const struct request *q)
{
    return (struct review_person){.user_ref = q->user.id, .name = q->user.full_name};
}

static bool read_note(const json_t *body, struct str *ret, struct error *err)
{
    *ret = STR("");
    return !json_object_get(body, "note") ||
           json_get_str(body, "", "note", REVIEW_NOTE_MAX, ret, err);
}

static bool post_decision(struct server *server, struct request *q, struct response *r,
                          struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct review_person by = person_of(q);
    enum review_outcome outcome;
    struct str name, note;
    if (!request_json(q, &body, err) || !request_json_only(body, "outcome note settle", err) ||
        !json_get_str(body, "", "outcome", 32, &name, err) || !read_note(body, &note, err))
        return false;
    if (!review_outcome_from_name(name, &outcome))
        return error_set(err, ERROR_INVALID,
                         "outcome: must be passed, violation, suspicious, not-enough-evidence or "
                         "none");
    const json_t *settle = json_object_get(body, "settle");
    if (settle && !json_is_boolean(settle))
        return error_set(err, ERROR_INVALID, "settle: must be true or false");
    return review_decide(server->proctor, q->params[0], &by, outcome, json_is_true(settle), note,
                         err) &&
           response_json(r, 201, json_object(), err);
}

static bool put_incident(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct review_person by = person_of(q);
    enum review_answer answer;
    struct str name, note;
    int64_t flag_id;
    if (!request_param_i64(q, 1, &flag_id, err) || !request_json(q, &body, err) ||
        !request_json_only(body, "answer note", err) ||
        !json_get_str(body, "", "answer", 32, &name, err) || !read_note(body, &note, err))
        return false;
    if (!review_answer_from_name(name, &answer))
        return error_set(err, ERROR_INVALID,
                         "answer: must be breaks, breaks-not, cannot-tell or none");
    return review_say(server->proctor, q->params[0], &by, flag_id, answer, note, err) &&
           response_json(r, 200, json_object(), err);
}

static bool post_note(struct server *server, struct request *q, struct response *r,
                      struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct review_person by = person_of(q);
    struct str note;
    return request_json(q, &body, err) && request_json_only(body, "note", err) &&
           json_get_str(body, "", "note", REVIEW_NOTE_MAX, &note, err) &&
           review_note(server->proctor, q->params[0], &by, note, err) &&
           response_json(r, 201, json_object(), err);
}

const struct route review_say_routes[] = {
    {HTTP_POST, "/api/review/sessions/:session/decisions", ROLE_STAFF, BODY_MAX, post_decision,
     NULL},
    {HTTP_PUT, "/api/review/sessions/:session/incidents/:flag", ROLE_STAFF, BODY_MAX, put_incident,
     NULL},
    {HTTP_POST, "/api/review/sessions/:session/notes", ROLE_STAFF, BODY_MAX, post_note, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
