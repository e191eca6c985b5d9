/* The live wall: who sits an exam just now, one of them from near, and what a proctor does. The
 * candidate's side of it is at the end. */
#include "base/clock.h"
#include "proctor/audit.h"
#include "proctor/event.h"
#include "proctor/exam.h"
#include "proctor/flag.h"
#include "proctor/live.h"
#include "proctor/session.h"
#include "proctor/staff.h"
#include "proctor/stream.h"
#include "proctor/support.h"
#include "server/access.h"
#include "server/api_review.h"
#include "server/api_support.h"
#include "server/live_ticker.h"
#include "server/router.h"
#include "server/server.h"
#include "server/state.h"

#define BODY_MAX ((size_t)4096)
#define ACTS_MAX 50 /* told of a session, the newest */

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

/* ---- the wall ---- */

static bool get_wall(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct proctored_exam exam;
    json_t *rows;
    return proctored_exam_find(s->proctor, q->params[0], &exam, err) &&
           live_list(s->proctor, q->params[0], &rows, err) &&
           response_json(r, 200,
                         json_pack("{s:o, s:o, s:I}", "exam", review_exam_json(&exam), "sessions",
                                   rows, "server_us", (json_int_t)clock_wall_us()),
                         err);
}

static bool get_wall_events(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    struct proctored_exam exam;
    char topic[LIVE_TOPIC_MAX];
    live_topic_exam(q->params[0], topic);
    const struct events_wish wish = {.topics = {topic}};
    return proctored_exam_find(s->proctor, q->params[0], &exam, err) &&
           live_ticker_want(s->state->live, q->params[0], err) &&
           events_answer(s->state->events, q, r, &wish, err);
}

static bool is_watched(enum stream_kind kind)
{
    return kind == STREAM_CAMERA || kind == STREAM_SCREEN || kind == STREAM_APP;
}

/* A look at a still is a look at the recording, and is put on record as one. */
static bool get_still(struct server *s, struct request *q, struct response *r, struct error *err)
{
    char stream_id[ID_TEXT_SIZE];
    struct str kind = request_query(q, "kind");
    enum stream_kind which = kind.ptr ? stream_kind_from_name(kind) : STREAM_CAMERA;
    struct session session;
    if (!is_watched(which))
        return error_set(err, ERROR_INVALID, "kind: must be camera, screen or app");
    if (!session_find(s->proctor, q->params[0], &session, err) ||
        !live_still(s->proctor, q->params[0], which, &r->body, stream_id, err) ||
        !event_viewed(s->proctor, q->params[0], str_from(stream_id), q->user.id, false, err))
        return false;
    response_header(r, "Content-Type", "image/jpeg");
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

/* ---- one session ---- */

static json_t *streams_json(const struct stream *streams, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct stream *x = &streams[i];
        if (is_watched(x->kind))
            json_array_append_new(list,
                                  json_pack("{s:s, s:s, s:s, s:I, s:I, s:b}", "id", x->id, "kind",
                                            stream_kind_name(x->kind), "mime", x->mime, "start_us",
                                            (json_int_t)x->start_us, "bytes", (json_int_t)x->size,
                                            "open", x->state == STREAM_OPEN));
    }
    return list;
}

static json_t *flags_json(const struct flag_row *flags, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct flag *f = &flags[i].flag;
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:b, s:s, s:b}", "id",
                            (json_int_t)flags[i].id, "rule", rule_name(f->rule), "title",
                            rule_title(f->rule), "severity", severity_name(f->severity), "from_us",
                            (json_int_t)(flags[i].start_us + f->from_us), "to_us",
                            (json_int_t)(flags[i].start_us + f->to_us), "open", f->open, "numbers",
                            f->numbers, "picture", flags[i].picture));
    }
    return list;
}

static json_t *warnings_json(const struct live_warning *list, size_t len)
{
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(
            all, json_pack("{s:I, s:o, s:o, s:I, s:o}", "id", (json_int_t)list[i].id, "text",
                           text_json(list[i].text), "by", text_json(list[i].by), "made_us",
                           (json_int_t)list[i].made_us, "acknowledged_us",
                           time_json(list[i].acknowledged_us)));
    return all;
}

static json_t *acts_json(const struct audit_entry *list, size_t len)
{
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(
            all, json_pack("{s:I, s:I, s:o, s:o, s:o}", "id", (json_int_t)list[i].id, "time_us",
                           (json_int_t)list[i].time_us, "by", text_json(list[i].actor), "action",
                           text_json(list[i].action), "reason", text_json(list[i].reason)));
    return all;
}

/* The candidate's conversation, unless it is of an exam that this person is no staff of. */
static bool current_thread(struct server *s, const struct request *q, int64_t user_ref,
                           int64_t *ret, struct error *err)
{
    if (!support_current(s->proctor, user_ref, ret, err))
        return false;
    if (*ret == 0 || access_thread(s, q, *ret, err))
        return true;
    *ret = 0;
    return err->code == ERROR_NOT_FOUND;
}

static bool get_session(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct proctor *p = s->proctor;
    struct str id = q->params[0];
    struct session session;
    struct proctored_exam exam;
    struct stream *streams;
    struct flag_row *flags;
    struct live_warning *warnings;
    struct live_state state;
    struct audit_entry *acts;
    size_t streams_len, flags_len, warnings_len, acts_len;
    int64_t thread;
    CLEANUP(json_decrefp) json_t *row = NULL;
    if (!session_find(p, id, &session, err) ||
        !proctored_exam_find(p, str_from(session.exam_id), &exam, err) ||
        !live_find(p, id, &row, err) || !live_state(p, id, q->arena, &state, err) ||
        !stream_list(p, id, q->arena, &streams, &streams_len, err) ||
        !flag_list(p, id, q->arena, &flags, &flags_len, err) ||
        !live_warnings(p, id, q->arena, &warnings, &warnings_len, err) ||
        !audit_list(p, STAFF_SEES_ALL, id, 0, ACTS_MAX, q->arena, &acts, &acts_len, err) ||
        !current_thread(s, q, session.user_ref, &thread, err))
        return false;
    return response_json(
        r, 200,
        json_pack("{s:O, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "session", row, "exam",
                  review_exam_json(&exam), "server_us", (json_int_t)clock_wall_us(), "streams",
                  streams_json(streams, streams_len), "flags", flags_json(flags, flags_len),
                  "warnings", warnings_json(warnings, warnings_len), "acts",
                  acts_json(acts, acts_len), "thread", thread ? json_integer(thread) : json_null(),
                  "pause_reason", text_json(state.pause_reason), "end_reason",
                  text_json(state.end_reason)),
        err);
}

/* `thread`, with `after`: its messages come by this stream, too. */
static bool query_number(const struct request *q, const char *name, int64_t *ret, struct error *err)
{
    struct str text = request_query(q, name);
    *ret = 0;
    if (text.ptr && (!str_to_i64(text, ret) || *ret < 0))
        return error_set(err, ERROR_INVALID, "%s: must be a number", name);
    return true;
}

static bool get_session_events(struct server *s, struct request *q, struct response *r,
                               struct error *err)
{
    char topic[LIVE_TOPIC_MAX], thread_topic[SUPPORT_TOPIC_MAX];
    struct session session;
    int64_t thread, after;
    if (!query_number(q, "thread", &thread, err) || !query_number(q, "after", &after, err) ||
        (thread && !access_thread(s, q, thread, err)) ||
        !session_find(s->proctor, q->params[0], &session, err) ||
        !live_watch(s->proctor, q->params[0], err) ||
        !live_ticker_want(s->state->live, str_from(session.exam_id), err))
        return false;
    live_topic_session(q->params[0], topic);
    support_topic(SUPPORT_LOG_THREAD, thread, thread_topic);
    const struct events_wish wish = {.topics = {topic, thread ? thread_topic : NULL},
                                     .log = thread ? &api_support_thread_log : NULL,
                                     .log_key = thread,
                                     .log_after = after};
    return events_answer(s->state->events, q, r, &wish, err);
}

/* ---- acts ---- */

/* `name` is the one member; `optional`: it may be missing. */
static bool read_act(const struct request *q, const char *name, bool optional, json_t **ret_body,
                     struct live_act *ret, struct error *err)
{
    *ret = (struct live_act){.session_id = q->params[0],
                             .user_ref = q->user.id,
                             .by = q->user.full_name,
                             .text = STR("")};
    if (!request_json(q, ret_body, err) || !request_json_only(*ret_body, name, err))
        return false;
    return (optional && !json_object_get(*ret_body, name)) ||
           json_get_str(*ret_body, "", name, LIVE_TEXT_MAX, &ret->text, err);
}

static bool done(struct server *s, struct response *r, bool good, struct error *err)
{
    if (good)
        events_poke(s->state->events);
    return good && response_json(r, 201, json_object(), err);
}

static bool post_warning(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct live_act act;
    int64_t id;
    if (!read_act(q, "text", false, &body, &act, err) || !live_warn(s->proctor, &act, &id, err))
        return false;
    events_poke(s->state->events);
    return response_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), err);
}

static bool post_pause(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct live_act act;
    return read_act(q, "reason", false, &body, &act, err) &&
           done(s, r, live_pause(s->proctor, &act, err), err);
}

static bool post_resume(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct live_act act;
    return read_act(q, "reason", true, &body, &act, err) &&
           done(s, r, live_resume(s->proctor, &act, err), err);
}

static bool post_end(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct live_act act;
    return read_act(q, "reason", false, &body, &act, err) &&
           done(s, r, live_end(s->proctor, &act, err), err);
}

static bool post_note(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct live_act act;
    return read_act(q, "text", false, &body, &act, err) &&
           done(s, r, live_note(s->proctor, &act, err), err);
}

static bool post_lower(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct live_act act;
    return read_act(q, "", true, &body, &act, err) &&
           done(s, r, live_lower_hand(s->proctor, &act, err), err);
}

/* ---- the candidate ---- */

static bool post_hand(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    bool raised;
    return request_json(q, &body, err) && request_json_only(body, "raised", err) &&
           json_get_bool(body, "", "raised", &raised, err) &&
           done(s, r, live_raise_hand(s->proctor, q->params[0], q->user.id, raised, err), err);
}

static bool post_acknowledge(struct server *s, struct request *q, struct response *r,
                             struct error *err)
{
    int64_t warning;
    return request_param_i64(q, 1, &warning, err) &&
           done(s, r, live_acknowledge(s->proctor, q->params[0], q->user.id, warning, err), err);
}

#define SESSION "/api/review/sessions/:session/live"
#define OWN "/api/proctor/sessions/:session"

const struct route live_routes[] = {
    {HTTP_GET, "/api/review/exams/:exam/live", ROLE_STAFF, 0, get_wall, NULL},
    {HTTP_GET, "/api/review/exams/:exam/live/events", ROLE_STAFF, 0, get_wall_events, NULL},
    {HTTP_GET, SESSION, ROLE_STAFF, 0, get_session, NULL},
    {HTTP_GET, SESSION "/events", ROLE_STAFF, 0, get_session_events, NULL},
    {HTTP_GET, SESSION "/still", ROLE_STAFF, 0, get_still, NULL},
    {HTTP_POST, SESSION "/warnings", ROLE_STAFF, BODY_MAX, post_warning, NULL},
    {HTTP_POST, SESSION "/pause", ROLE_STAFF, BODY_MAX, post_pause, NULL},
    {HTTP_POST, SESSION "/resume", ROLE_STAFF, BODY_MAX, post_resume, NULL},
    {HTTP_POST, SESSION "/end", ROLE_STAFF, BODY_MAX, post_end, NULL},
    {HTTP_POST, SESSION "/notes", ROLE_STAFF, BODY_MAX, post_note, NULL},
    {HTTP_POST, SESSION "/lower-hand", ROLE_STAFF, BODY_MAX, post_lower, NULL},
    {HTTP_POST, OWN "/hand", ROLE_CANDIDATE, 256, post_hand, NULL},
    {HTTP_POST, OWN "/warnings/:warning/acknowledge", ROLE_CANDIDATE, 256, post_acknowledge, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
