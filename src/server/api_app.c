/* The desktop app of a session: pairing by a code, then what it shows, reports and sends, as the
 * owner of its token. */
#include "base/clock.h"
#include "crypto/crypto.h"
#include "proctor/app_link.h"
#include "proctor/event.h"
#include "proctor/exam.h"
#include "server/api_session.h"
#include "server/router.h"
#include "server/state.h"

#define EVENT_KIND_MAX 32
#define UPTIME_MAX_S (INT64_C(10) * 365 * 24 * 3600)

/* ---- pairing ---- */

static bool read_pairing(json_t *body, struct str *ret_code, struct str *ret_version,
                         struct str *ret_platform, struct error *err)
{
    return request_json_only(body, "code version platform", err) &&
           json_get_str(body, "", "code", 32, ret_code, err) &&
           json_get_str(body, "", "version", APP_TEXT_MAX, ret_version, err) &&
           json_get_str(body, "", "platform", APP_TEXT_MAX, ret_platform, err);
}

/* Codes are guessed by nobody in particular, so failures count for an address alone: as a name and
 * as an address. */
static bool pair(struct server *s, struct request *q, struct response *r, struct str code,
                 struct str version, struct str platform, char ret_token[TOKEN_TEXT_SIZE],
                 char ret_session[ID_TEXT_SIZE], struct error *err)
{
    struct str peer = request_peer(q);
    struct error why = {0};
    unsigned wait_s = throttle_wait_s(s->state->pairing, peer, peer, clock_monotonic_us());
    if (wait_s > 0) {
        response_header(r, "Retry-After", arena_printf(q->arena, "%u", wait_s));
        return error_set(err, ERROR_THROTTLED, "too many wrong codes, please wait %u s", wait_s);
    }
    bool good = app_link_pair(s->proctor, code, version, platform, ret_token, ret_session, &why);
    if (good)
        throttle_passed(s->state->pairing, peer, peer);
    else if (why.code == ERROR_NOT_FOUND)
        throttle_failed(s->state->pairing, peer, peer, clock_monotonic_us());
    return good || error_set(err, why.code, "%s", why.message);
}

static bool post_pair(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str code, version, platform;
    char token[TOKEN_TEXT_SIZE], id[ID_TEXT_SIZE];
    struct session session;
    struct proctored_exam exam;
    if (!request_json(q, &body, err) || !read_pairing(body, &code, &version, &platform, err) ||
        !pair(s, q, r, code, version, platform, token, id, err) ||
        !session_find(s->proctor, str_from(id), &session, err) ||
        !proctored_exam_find(s->proctor, str_from(session.exam_id), &exam, err))
        return false;
    json_t *answer =
        json_pack("{s:s, s:s, s:s, s:s, s:I}", "token", token, "session", id, "candidate",
                  session.candidate, "exam", exam.title, "server_us", (json_int_t)clock_wall_us());
    crypto_wipe(token, sizeof token);
    return response_json(r, 201, answer, err);
}

/* ---- as the app ---- */

static bool answer_session(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    struct steps *steps = ARENA_NEW(q->arena, struct steps);
    CLEANUP(json_decrefp) json_t *checks = NULL;
    CLEANUP(json_decrefp) json_t *agreement = NULL;
    if (!steps)
        return error_no_memory(err);
    if (!steps_read_own(s->proctor, q->user.session, q->user.id, q->arena, steps, err) ||
        !api_checks_json(steps, &checks, err) ||
        !api_document_json(steps, q->arena, DOCUMENT_AGREEMENT, &agreement, err))
        return false;
    return response_json(r, 200,
                         json_pack("{s:s, s:s, s:O, s:{s:o}, s:O, s:I, s:b}", "state",
                                   session_state_name(steps->session.state), "step",
                                   step_name(steps_current(steps)), "checks", checks, "policy",
                                   "permitted", api_permitted_json(&steps->policy), "agreement",
                                   agreement, "server_us", (json_int_t)clock_wall_us(), "over",
                                   steps->session.state >= SESSION_ENDED),
                         err);
}

static bool get_session(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return app_link_seen(s->proctor, q->user.session, err) && answer_session(s, q, r, err);
}

static bool post_check(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return api_take_check(s, q, q->user.session, true, err) && answer_session(s, q, r, err);
}

static bool post_heartbeat(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    int64_t uptime_s;
    return request_json(q, &body, err) && request_json_only(body, "uptime_s", err) &&
           json_get_i64(body, "", "uptime_s", 0, UPTIME_MAX_S, &uptime_s, err) &&
           app_link_seen(s->proctor, q->user.session, err) &&
           response_json(r, 200, json_pack("{s:I}", "server_us", (json_int_t)clock_wall_us()), err);
}

static bool post_event(struct server *s, struct request *q, struct response *r, struct error *err)
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
    return event_report_app(s->proctor, q->user.session, q->user.id, kind, json_incref(detail),
                            client_us, err) &&
           response_json(r, 201, json_object(), err);
}

const struct route app_routes[] = {
    {HTTP_POST, "/api/app/pair", ROLE_ANYONE, 1024, post_pair, NULL},
    {HTTP_GET, "/api/app/session", ROLE_APP, 0, get_session, NULL},
    {HTTP_POST, "/api/app/checks", ROLE_APP, 8192, post_check, NULL},
    {HTTP_POST, "/api/app/heartbeat", ROLE_APP, 1024, post_heartbeat, NULL},
    {HTTP_POST, "/api/app/events", ROLE_APP, EVENT_DETAIL_MAX + 256, post_event, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
