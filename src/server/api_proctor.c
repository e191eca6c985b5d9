/* The candidate's side of a session: what the proctored window shows and reports. Every object is
 * looked up together with the signed-in candidate: somebody else's is not found. */
#include "base/clock.h"
#include "proctor/analysis_job.h"
#include "proctor/document.h"
#include "proctor/event.h"
#include "proctor/exam.h"
#include "proctor/provider.h"
#include "proctor/session.h"
#include "proctor/staff.h"
#include "proctor/stream.h"
#include "proctor/upload.h"
#include "server/api_session.h"
#include "server/router.h"
#include "server/server.h"

#include <string.h>

#define BODY_MAX ((size_t)64 << 10)
#define EVENT_KIND_MAX 32

static bool get_tests(struct server *server, struct request *q, struct response *r,
                      struct error *err)
{
    struct proctored_exam *exams;
    struct session *own;
    size_t exams_len, own_len;
    if (!proctored_exam_list(server->proctor, STAFF_SEES_ALL, q->arena, &exams, &exams_len, err) ||
        !session_list_own(server->proctor, q->user.id, q->arena, &own, &own_len, err))
        return false;
    json_t *list = json_array();
    for (size_t i = 0; i < exams_len; i++) {
        const struct proctored_exam *exam = &exams[i];
        json_t *session = NULL;
        for (size_t k = 0; k < own_len && !session; k++) /* newest first */
            if (strcmp(own[k].exam_id, exam->id) == 0)
                session = json_pack("{s:s, s:s}", "id", own[k].id, "state",
                                    session_state_name(own[k].state));
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:I, s:s, s:o}", "exam_id", exam->id, "title",
                            exam->title, "kind", exam->practice ? "practice" : "exam", "duration_s",
                            (json_int_t)exam->duration_s, "launch_path", exam->launch_path,
                            "session", session ? session : json_null()));
    }
    return response_json(r, 200, json_pack("{s:o}", "tests", list), err);
}

static bool get_session(struct server *server, struct request *q, struct response *r,
                        struct error *err)
{
    return api_answer_session(server, q, r, 200, err);
}

static bool post_lease(struct server *server, struct request *q, struct response *r,
                       struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str tab;
    return request_json(q, &body, err) && request_json_only(body, "tab", err) &&
           json_get_str(body, "", "tab", SESSION_TAB_MAX, &tab, err) &&
           session_lease(server->proctor, q->params[0], q->user.id, tab, err) &&
           response_json(r, 200,
                         json_pack("{s:I}", "lease_s", (json_int_t)(SESSION_LEASE_US / SECOND_US)),
                         err);
}

static bool post_consent(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str name, version, hash;
    if (!request_json(q, &body, err) || !request_json_only(body, "document version sha256", err) ||
        !json_get_str(body, "", "document", 32, &name, err) ||
        !json_get_str(body, "", "version", 32, &version, err) ||
        !json_get_str(body, "", "sha256", 64, &hash, err))
        return false;
    enum document document = document_from_name(name);
    if (document == DOCUMENT_NONE)
        return error_set(err, ERROR_INVALID, "document: must be instructions or agreement");
    return session_consent(server->proctor, q->params[0], q->user.id, document, version, hash,
                           err) &&
           api_answer_session(server, q, r, 201, err);
}

static bool post_start(struct server *server, struct request *q, struct response *r,
                       struct error *err)
{
    return session_start(server->proctor, q->params[0], q->user.id, err) &&
           api_answer_session(server, q, r, 200, err);
}

static bool post_end(struct server *server, struct request *q, struct response *r,
                     struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    if (!request_json(q, &body, err) || !request_json_only(body, "streams", err))
        return false;
    json_t *streams = json_object_get(body, "streams");
    size_t len = 0;
    if (!json_is_object(streams) || json_object_size(streams) > STREAM_PER_SESSION_MAX)
        return error_set(err, ERROR_INVALID, "streams: must be an object of at most %d members",
                         STREAM_PER_SESSION_MAX);
    struct upload_length *lengths =
        arena_alloc(q->arena, (json_object_size(streams) + 1) * sizeof *lengths);
    if (!lengths)
        return error_no_memory(err);
    const char *id;
    json_t *bytes;
    json_object_foreach(streams, id, bytes)
    {
        if (!json_is_integer(bytes) || json_integer_value(bytes) < 0)
            return error_set(err, ERROR_INVALID, "streams.%.22s: must be a number of bytes", id);
        lengths[len++] = (struct upload_length){str_from(id), (uint64_t)json_integer_value(bytes)};
    }
    return upload_end(server->proctor, q->params[0], q->user.id, lengths, len, err) &&
           api_answer_session(server, q, r, 200, err);
}

static bool post_event(struct server *server, struct request *q, struct response *r,
                       struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str kind;
    int64_t client_us;
    if (!request_json(q, &body, err) || !request_json_only(body, "kind detail client_us", err) ||
        !json_get_str(body, "", "kind", EVENT_KIND_MAX, &kind, err) ||
        !json_get_i64(body, "", "client_us", 0, INT64_MAX, &client_us, err))
        return false;
    json_t *detail = json_object_get(body, "detail");
    if (detail && !json_is_object(detail))
        return error_set(err, ERROR_INVALID, "detail: must be an object");
    return event_report(server->proctor, q->params[0], q->user.id, kind, json_incref(detail),
                        client_us, err) &&
           response_json(r, 201, json_object(), err);
}

static bool get_receipt(struct server *server, struct request *q, struct response *r,
                        struct error *err)
{
    struct str text;
    if (!upload_receipt(server->proctor, q->params[0], q->user.id, q->arena, &text, err))
        return false;
    response_header(r, "Content-Type", "application/json");
    response_header(r, "Cache-Control", "no-store");
    buf_add(&r->body, text); /* the very bytes that were signed */
    return buf_ok(&r->body, err);
}

const struct route proctor_routes[] = {
    {HTTP_GET, "/api/proctor/tests", ROLE_CANDIDATE, 0, get_tests, NULL},
    {HTTP_GET, "/api/proctor/sessions/:session", ROLE_CANDIDATE, 0, get_session, NULL},
    {HTTP_POST, "/api/proctor/sessions/:session/lease", ROLE_CANDIDATE, 1024, post_lease, NULL},
    {HTTP_POST, "/api/proctor/sessions/:session/consents", ROLE_CANDIDATE, 1024, post_consent,
     NULL},
    {HTTP_POST, "/api/proctor/sessions/:session/start", ROLE_CANDIDATE, 1024, post_start, NULL},
    {HTTP_POST, "/api/proctor/sessions/:session/end", ROLE_CANDIDATE, BODY_MAX, post_end, NULL},
    {HTTP_POST, "/api/proctor/sessions/:session/events", ROLE_CANDIDATE, EVENT_DETAIL_MAX + 256,
     post_event, NULL},
    {HTTP_GET, "/api/proctor/sessions/:session/receipt", ROLE_CANDIDATE, 0, get_receipt, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
