/* The check-in from the candidate's page: plugin, scans, checks, screen, the app's code. Every
 * session and scan is looked up together with the signed-in candidate: somebody else's is not
 * found. Pictures are passed on as bytes; nothing here looks into them. */
#include "base/clock.h"
#include "base/id.h"
#include "proctor/app_link.h"
#include "proctor/face_scan.h"
#include "proctor/id_scan.h"
#include "proctor/screen_consent.h"
#include "server/api_session.h"
#include "server/downloads.h"
#include "server/events.h"
#include "server/inbound.h"
#include "server/router.h"
#include "server/state.h"

#include <string.h>

#define BUSY_S "2" /* an examiner may be free again by then */
#define HOUR_S "600"

/* ---- pictures ---- */

static bool check_jpeg(const struct request *q, struct error *err)
{
    struct str rest = request_header(q, "Content-Type"), type;
    if (!str_split(&rest, ';', &type) || !str_eq_nocase(str_trim(type), STR("image/jpeg")))
        return error_set(err, ERROR_UNSUPPORTED, "Content-Type: must be image/jpeg");
    if (!str_starts(q->body, STR("\xff\xd8\xff")))
        return error_set(err, ERROR_INVALID, "the body is no JPEG");
    return true;
}

static bool answer_jpeg(struct response *r, struct error *err)
{
    response_header(r, "Content-Type", "image/jpeg");
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

/* 503 and 429 say when to come again. */
static bool refuse(struct response *r, const struct error *err)
{
    if (err->code == ERROR_BUSY)
        response_header(r, "Retry-After", BUSY_S);
    else if (err->code == ERROR_THROTTLED)
        response_header(r, "Retry-After", HOUR_S);
    return false;
}

/* ---- plugin, screen, checks ---- */

static bool post_plugin(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str version, id;
    return request_json(q, &body, err) && request_json_only(body, "version id", err) &&
           json_get_str(body, "", "version", PLUGIN_TEXT_MAX, &version, err) &&
           json_get_str(body, "", "id", PLUGIN_TEXT_MAX, &id, err) &&
           plugin_report(s->proctor, q->params[0], q->user.id, version, id, err) &&
           api_answer_session(s, q, r, 200, err);
}

static bool post_screen(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str surface, label;
    return request_json(q, &body, err) && request_json_only(body, "surface label", err) &&
           json_get_str(body, "", "surface", 16, &surface, err) &&
           json_get_str(body, "", "label", SCREEN_LABEL_MAX, &label, err) &&
           screen_consent_give(s->proctor, q->params[0], q->user.id, surface, label, err) &&
           api_answer_session(s, q, r, 200, err);
}

static bool post_check(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return api_take_check(s, q, q->params[0], false, err) && api_answer_session(s, q, r, 200, err);
}

/* ---- what has changed ---- */

/* A page asks for the whole SESSION again at each: notices carry nothing of it. */
static bool get_events(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct session session;
    char topic[APP_TOPIC_MAX];
    if (!session_find_own(s->proctor, q->params[0], q->user.id, &session, err))
        return false;
    app_link_topic(q->params[0], topic);
    const struct events_wish wish = {.topics = {topic}};
    return events_answer(s->state->events, q, r, &wish, err);
}

/* ---- network probe ---- */

bool api_get_probe(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct str text = request_query(q, "bytes");
    uint64_t bytes;
    (void)s;
    if (!str_to_u64(text, &bytes) || bytes == 0 || bytes > API_PROBE_MAX)
        return error_set(err, ERROR_INVALID, "bytes: must be a number from 1 to %zu",
                         API_PROBE_MAX);
    char *room = buf_reserve(&r->body, (size_t)bytes);
    if (!room)
        return error_no_memory(err);
    random_bytes(room, (size_t)bytes); /* nothing on the way can make it shorter */
    buf_commit(&r->body, (size_t)bytes);
    response_header(r, "Content-Type", "application/octet-stream");
    response_header(r, "Cache-Control", "no-store");
    return true;
}

bool api_post_probe(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)s;
    (void)q;
    return response_json(r, 200, json_pack("{s:I}", "server_us", (json_int_t)clock_wall_us()), err);
}

/* ---- face scan ---- */

static json_t *name_json(const char *name) { return name ? json_string(name) : json_null(); }

static bool answer_face_scan(struct response *r, unsigned status, const struct face_scan *scan,
                             struct error *err)
{
    const struct challenge_step *step = &scan->step;
    return response_json(r, status,
                         json_pack("{s:s, s:s, s:o, s:o, s:i, s:i, s:o, s:o}", "id", scan->id,
                                   "state", scan_state_name(scan->state), "prompt",
                                   name_json(challenge_prompt_name(step->prompt)), "guidance",
                                   name_json(challenge_guidance_name(step->guidance)), "done",
                                   step->done, "of", step->of, "expires_us",
                                   step->expires_us ? json_integer(step->expires_us) : json_null(),
                                   "reason",
                                   step->reason[0] ? json_string(step->reason) : json_null()),
                         err);
}

static bool post_face_scan(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct str camera;
    struct face_scan scan;
    if (!request_json(q, &body, err) || !request_json_only(body, "camera", err) ||
        !json_get_str(body, "", "camera", FACE_SCAN_LABEL_MAX, &camera, err))
        return false;
    if (!face_scan_begin(s->proctor, q->params[0], q->user.id, camera, &scan, err))
        return refuse(r, err);
    return answer_face_scan(r, 201, &scan, err);
}

static bool post_frame(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct face_scan scan;
    int64_t captured_ms;
    bool locked;
    if (!check_jpeg(q, err))
        return false;
    if (!str_to_i64(request_header(q, "X-Captured-Ms"), &captured_ms) || captured_ms < 0)
        return error_set(err, ERROR_INVALID, "X-Captured-Ms: must be a number of milliseconds");
    if (face_scan_look(s->proctor, q->params[0], q->user.id, q->params[1], q->body, captured_ms,
                       &scan, &locked, err))
        return answer_face_scan(r, 200, &scan, err);
    if (locked) { /* by the look before, not by other candidates */
        response_error(r, q, 423, err);
        return true;
    }
    if (err->code == ERROR_THROTTLED) {
        response_header(r, "Retry-After", "1");
        return false;
    }
    return refuse(r, err);
}

static bool confirm_face(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return face_scan_confirm(s->proctor, q->params[0], q->user.id, q->params[1], err) &&
           api_answer_session(s, q, r, 200, err);
}

static bool get_face_picture(struct server *s, struct request *q, struct response *r,
                             struct error *err)
{
    return face_scan_picture(s->proctor, q->params[0], q->user.id, q->params[1], &r->body, err) &&
           answer_jpeg(r, err);
}

/* ---- ID scan ---- */

static bool post_guidance(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    enum document_guidance guidance;
    if (!check_jpeg(q, err))
        return false;
    if (!id_scan_guidance(s->proctor, q->params[0], q->user.id, q->body, &guidance, err))
        return refuse(r, err);
    return response_json(
        r, 200, json_pack("{s:o}", "guidance", name_json(document_guidance_name(guidance))), err);
}

static bool post_id_scan(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct id_scan *scan = ARENA_NEW(q->arena, struct id_scan);
    if (!scan)
        return error_no_memory(err);
    if (!check_jpeg(q, err))
        return false;
    if (!id_scan_make(s->proctor, q->params[0], q->user.id, q->body, scan, err))
        return refuse(r, err);
    json_t *answer = id_scan_reading_json(&scan->reading);
    if (!answer)
        return error_no_memory(err);
    json_object_del(answer, "name_reason"); /* it is one of the reasons where it matters */
    json_object_del(answer, "verdict");
    json_object_set_new(answer, "id", json_string(scan->id));
    json_object_set_new(answer, "state", json_string(scan_state_name(scan->state)));
    return response_json(r, 201, answer, err);
}

static bool confirm_id(struct server *s, struct request *q, struct response *r, struct error *err)
{
    return id_scan_confirm(s->proctor, q->params[0], q->user.id, q->params[1], err) &&
           api_answer_session(s, q, r, 200, err);
}

static bool get_id_picture(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    return id_scan_picture(s->proctor, q->params[0], q->user.id, q->params[1], &r->body, err) &&
           answer_jpeg(r, err);
}

/* ---- the app ---- */

/* What the app shall call: as browsers name this server. */
static char *origin_of(const struct server *s, const struct request *q)
{
    const struct inbound *in = q->transport;
    struct str host = request_header(q, "Host");
    if (s->options.public_origin)
        return arena_printf(q->arena, "%s", s->options.public_origin);
    return arena_printf(q->arena, "%s://" STR_FMT, in->tls ? "https" : "http", STR_ARG(host));
}

/* Percent-encodes all but the letters that need none in a query (RFC 3986, section 2.3). */
static bool encode(const char *text, struct arena *arena, char **ret, struct error *err)
{
    CLEANUP(buf_done) struct buf to = {0};
    const char *plain;
    for (const char *c = text; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                      (*c >= '0' && *c <= '9') || strchr("-._~", *c);
        if (letter)
            buf_add_char(&to, *c);
        else
            buf_printf(&to, "%%%02X", (unsigned)(unsigned char)*c);
    }
    if (!buf_c_text(&to, &plain, err))
        return false;
    *ret = arena_printf(arena, "%s", plain);
    return *ret || error_no_memory(err);
}

static bool post_app_code(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    char code[APP_CODE_SIZE], *origin = origin_of(s, q), *encoded;
    int64_t expires_us;
    if (!origin)
        return error_no_memory(err);
    if (!encode(origin, q->arena, &encoded, err) ||
        !app_link_code(s->proctor, q->params[0], q->user.id, code, &expires_us, err))
        return false;
    char *link = arena_printf(q->arena, "proctortrack://pair?server=%s&code=%s", encoded, code);
    if (!link)
        return error_no_memory(err);
    return response_json(r, 201,
                         json_pack("{s:s, s:s, s:I}", "code", code, "link", link, "expires_us",
                                   (json_int_t)expires_us),
                         err);
}

static bool get_download(struct server *s, struct request *q, struct response *r, struct error *err)
{
    unsigned char sha256[SHA256_SIZE];
    return (!builds_find(s->state->builds, q->params[0], sha256) ||
            app_build_given(s->proctor, q->params[0], sha256, err)) &&
           downloads_answer(s->options.downloads, q->params[0], q, r, err);
}

#define SESSION "/api/proctor/sessions/:session"

const struct route checkin_routes[] = {
    {HTTP_POST, SESSION "/plugin", ROLE_CANDIDATE, 1024, post_plugin, NULL},
    {HTTP_POST, SESSION "/face-scans", ROLE_CANDIDATE, 1024, post_face_scan, NULL},
    {HTTP_POST, SESSION "/face-scans/:scan/frames", ROLE_CANDIDATE, FACE_SCAN_FRAME_MAX, post_frame,
     NULL},
    {HTTP_POST, SESSION "/face-scans/:scan/confirm", ROLE_CANDIDATE, 1024, confirm_face, NULL},
    {HTTP_GET, SESSION "/face-scans/:scan/picture", ROLE_CANDIDATE, 0, get_face_picture, NULL},
    {HTTP_POST, SESSION "/id-scans/guidance", ROLE_CANDIDATE, ID_SCAN_GUIDANCE_MAX, post_guidance,
     NULL},
    {HTTP_POST, SESSION "/id-scans", ROLE_CANDIDATE, ID_SCAN_PICTURE_MAX, post_id_scan, NULL},
    {HTTP_POST, SESSION "/id-scans/:scan/confirm", ROLE_CANDIDATE, 1024, confirm_id, NULL},
    {HTTP_GET, SESSION "/id-scans/:scan/picture", ROLE_CANDIDATE, 0, get_id_picture, NULL},
    {HTTP_POST, SESSION "/checks", ROLE_CANDIDATE, 8192, post_check, NULL},
    {HTTP_POST, SESSION "/screen-consent", ROLE_CANDIDATE, 1024, post_screen, NULL},
    {HTTP_POST, SESSION "/app-code", ROLE_CANDIDATE, 1024, post_app_code, NULL},
    {HTTP_GET, SESSION "/events", ROLE_CANDIDATE, 0, get_events, NULL},
    {HTTP_GET, "/api/proctor/probe", ROLE_SIGNED_IN, 0, api_get_probe, NULL},
    {HTTP_POST, "/api/proctor/probe", ROLE_SIGNED_IN, API_PROBE_MAX, api_post_probe, NULL},
    {HTTP_GET, "/api/proctor/downloads/:platform", ROLE_SIGNED_IN, 0, get_download, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
