/* The desktop app of a session: pairing by a code, then what it shows, reports and sends, as the
 * owner of its token. */
#include "analysis/program_table.h"
#include "base/clock.h"
#include "crypto/crypto.h"
#include "proctor/app_link.h"
#include "proctor/event.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "server/api_session.h"
#include "server/plugin_files.h"
#include "server/router.h"
#include "server/state.h"

#define EVENT_KIND_MAX 32
#define UPTIME_MAX_S (INT64_C(10) * 365 * 24 * 3600)

/* ---- pairing ---- */

struct pairing {
    struct str code, version;
    struct app_build_word word;
    unsigned char offered[SHA256_SIZE];
};

/* `ret_offered` is what the word borrows. */
static void lay_beside(struct server *s, struct app_build_word *word,
                       unsigned char ret_offered[SHA256_SIZE])
{
    if (builds_find(s->state->builds, word->platform, ret_offered))
        word->offered = ret_offered;
}

static bool read_pairing(struct server *s, json_t *body, struct pairing *ret, struct error *err)
{
    if (!request_json_only(body, "code version platform sha256", err) ||
        !json_get_str(body, "", "code", 32, &ret->code, err) ||
        !json_get_str(body, "", "version", APP_TEXT_MAX, &ret->version, err) ||
        !json_get_str(body, "", "platform", APP_TEXT_MAX, &ret->word.platform, err) ||
        (json_object_get(body, "sha256") &&
         !json_get_str(body, "", "sha256", 2 * SHA256_SIZE, &ret->word.sha256, err)))
        return false;
    lay_beside(s, &ret->word, ret->offered);
    return true;
}

/* Codes are guessed by nobody in particular, so failures count for an address alone: as a name and
 * as an address. */
static bool pair(struct server *s, struct request *q, struct response *r, const struct pairing *p,
                 char ret_token[TOKEN_TEXT_SIZE], char ret_session[ID_TEXT_SIZE], struct error *err)
{
    struct str peer = request_peer(q);
    struct error why = {0};
    unsigned wait_s = throttle_wait_s(s->state->pairing, peer, peer, clock_monotonic_us());
    if (wait_s > 0) {
        response_header(r, "Retry-After", arena_printf(q->arena, "%u", wait_s));
        return error_set(err, ERROR_THROTTLED, "too many wrong codes, please wait %u s", wait_s);
    }
    bool good =
        app_link_pair(s->proctor, p->code, p->version, &p->word, ret_token, ret_session, &why);
    if (good)
        throttle_passed(s->state->pairing, peer, peer);
    else if (why.code == ERROR_NOT_FOUND)
        throttle_failed(s->state->pairing, peer, peer, clock_monotonic_us());
    return good || error_set(err, why.code, "%s", why.message);
}

static bool post_pair(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct pairing pairing = {.code = STR("")};
    char token[TOKEN_TEXT_SIZE], id[ID_TEXT_SIZE];
    struct session session;
    struct proctored_exam exam;
    if (!request_json(q, &body, err) || !read_pairing(s, body, &pairing, err) ||
        !pair(s, q, r, &pairing, token, id, err) ||
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

struct finished {
    struct str session_id;
    bool is;
};

static json_t *programs_json(const struct policy *policy)
{
    json_t *list = json_array();
    for (enum program_kind kind = PROGRAM_NONE + 1; list && kind < PROGRAM_KINDS; kind++) {
        const struct program_kind_row *row = program_kind_row(kind);
        json_t *names = json_array();
        for (const char *const *name = row->programs; names && *name; name++)
            if (program_forbidden(policy, str_from(*name)) == kind)
                json_array_append_new(names, json_string(*name));
        for (size_t i = 0; names && kind == PROGRAM_OWN && i < policy->app.own_len; i++)
            if (program_forbidden(policy, str_from(policy->app.own[i])) == kind)
                json_array_append_new(names, json_string(policy->app.own[i]));
        json_array_append_new(list, json_pack("{s:s, s:o}", "kind", row->title, "names", names));
    }
    return list;
}

/* May run whatever their kind, and so are none of those that are not known either. */
static json_t *allowed_json(const struct policy_app *app)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < app->allowed_len; i++)
        json_array_append_new(list, json_string(app->allowed[i]));
    return list;
}

static bool is_finished(struct db *db, void *context, struct error *err)
{
    struct finished *f = context;
    return evidence_has_in(db, f->session_id, "finished", &f->is, err);
}

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
    struct plugin_files files;
    const char *plugin = api_plugin_id(s, &files);
    struct finished finished = {.session_id = q->user.session};
    if (!db_store_read(s->proctor->store, is_finished, &finished, err))
        return false;
    return response_json(
        r, 200,
        json_pack("{s:s, s:s, s:O, s:{s:o, s:o, s:o, s:b}, s:s?, s:O, s:I, s:b, s:b}", "state",
                  session_state_name(steps->session.state), "step", step_name(steps_current(steps)),
                  "checks", checks, "policy", "permitted", api_permitted_json(&steps->policy),
                  "programs", programs_json(&steps->policy), "allowed",
                  allowed_json(&steps->policy.app), "unknown", steps->policy.app.unknown, "plugin",
                  plugin, "agreement", agreement, "server_us", (json_int_t)clock_wall_us(), "over",
                  steps->session.state >= SESSION_ENDED, "finished", finished.is),
        err);
}

static bool get_session(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return app_link_seen(s->proctor, q->user.session, NULL, err) && answer_session(s, q, r, err);
}

static bool post_check(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return api_take_check(s, q, q->user.session, true, err) && answer_session(s, q, r, err);
}

/* Both or neither. */
static bool read_phase(const json_t *body, struct app_told *ret, bool *ret_tells, struct error *err)
{
    struct str phase;
    int64_t percent;
    *ret_tells = json_object_get(body, "phase") || json_object_get(body, "percent");
    if (!*ret_tells)
        return true;
    if (!json_get_str(body, "", "phase", 16, &phase, err) ||
        !json_get_i64(body, "", "percent", 0, 100, &percent, err))
        return false;
    *ret = (struct app_told){app_phase_from_name(phase), (int)percent};
    return ret->phase || error_set(err, ERROR_INVALID, "phase: is not known");
}

static bool post_heartbeat(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct app_told told;
    int64_t uptime_s;
    bool tells;
    return request_json(q, &body, err) && request_json_only(body, "uptime_s phase percent", err) &&
           json_get_i64(body, "", "uptime_s", 0, UPTIME_MAX_S, &uptime_s, err) &&
           read_phase(body, &told, &tells, err) &&
           app_link_seen(s->proctor, q->user.session, tells ? &told : NULL, err) &&
           response_json(r, 200, json_pack("{s:I}", "server_us", (json_int_t)clock_wall_us()), err);
}

static bool report_start(struct server *s, const struct request *q, json_t *detail,
                         int64_t client_us, struct error *err)
{
    unsigned char offered[SHA256_SIZE];
    struct app_build_word word = {
        .platform = str_from(json_string_value(json_object_get(detail, "platform"))),
        .sha256 = str_from(json_string_value(json_object_get(detail, "sha256")))};
    lay_beside(s, &word, offered);
    return event_report_app_started(s->proctor, q->user.session, q->user.id, json_incref(detail),
                                    &word, client_us, err);
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
    bool good = str_eq(kind, STR("app-started"))
                    ? report_start(s, q, detail, client_us, err)
                    : event_report_app(s->proctor, q->user.session, q->user.id, kind,
                                       json_incref(detail), client_us, err);
    return good && response_json(r, 201, json_object(), err);
}

const struct route app_routes[] = {
    {HTTP_POST, "/api/app/pair", ROLE_ANYONE, 1024, post_pair, NULL},
    {HTTP_GET, "/api/app/session", ROLE_APP, 0, get_session, NULL},
    {HTTP_POST, "/api/app/checks", ROLE_APP, 8192, post_check, NULL},
    {HTTP_POST, "/api/app/heartbeat", ROLE_APP, 1024, post_heartbeat, NULL},
    {HTTP_GET, "/api/app/probe", ROLE_APP, 0, api_get_probe, NULL},
    {HTTP_POST, "/api/app/probe", ROLE_APP, API_PROBE_MAX, api_post_probe, NULL},
    {HTTP_POST, "/api/app/events", ROLE_APP, EVENT_DETAIL_MAX + 256, post_event, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
