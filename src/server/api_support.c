/* The chat with the support center, both sides of it. A candidate has no ids to guess: their routes
 * are about themselves, and a thread by its number is somebody else's unless it is theirs. */
#include "server/api_support.h"
#include "base/clock.h"
#include "proctor/support.h"
#include "server/access.h"
#include "server/api_desk.h"
#include "server/router.h"
#include "server/server.h"
#include "server/state.h"

#define POST_MAX ((size_t)16 << 10)
#define LOG_BATCH 20                 /* messages read at a time... */
#define LOG_BYTES ((size_t)16 << 10) /* ...of which as many are told as fit, at least one */

static struct support_author author(const struct request *q)
{
    return (struct support_author){.user_ref = q->user.id, .name = q->user.full_name};
}

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

/* ---- JSON ---- */

static json_t *message_json(const struct support_message *m)
{
    return json_pack("{s:I, s:I, s:I, s:s, s:o, s:o, s:o}", "id", (json_int_t)m->id, "thread",
                     (json_int_t)m->thread_id, "time_us", (json_int_t)m->time_us, "from",
                     m->from_center ? "center" : "candidate", "author", text_json(m->author),
                     "client_id", text_json(m->client_id), "text", text_json(m->text));
}

static json_t *messages_json(const struct support_message *list, size_t len)
{
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(all, message_json(&list[i]));
    return all;
}

static json_t *thread_json(const struct support_thread *t)
{
    return json_pack("{s:I, s:o, s:o, s:s, s:I, s:I, s:I, s:o}", "id", (json_int_t)t->id,
                     "candidate", text_json(t->candidate), "session",
                     t->session_id.len ? text_json(t->session_id) : json_null(), "state",
                     support_state_name(t->state), "created_us", (json_int_t)t->created_us,
                     "changed_us", (json_int_t)t->changed_us, "unread", (json_int_t)t->unread,
                     "last_text", text_json(t->last_text));
}

/* ---- streams ---- */

/* As many as fit; the first in any case. */
static bool tell(const struct support_message *list, size_t len, struct buf *to, int64_t *ret_last,
                 struct error *err)
{
    for (size_t i = 0; i < len && to->len < LOG_BYTES; i++) {
        CLEANUP(json_decrefp) json_t *one = message_json(&list[i]);
        CLEANUP(freep) char *text = NULL;
        if (!one)
            return error_no_memory(err);
        if (!json_text(one, &text, err))
            return false;
        event_text_add(to, list[i].id, "message", str_from(text));
        *ret_last = list[i].id;
    }
    return true;
}

static bool read_log(struct server *s, enum support_log log, int64_t key, int64_t after,
                     struct buf *to, int64_t *ret_last, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message *list;
    size_t len;
    return support_after(s->proctor, log, key, after, LOG_BATCH, &arena, &list, &len, err) &&
           tell(list, len, to, ret_last, err);
}

static bool read_candidate(struct server *s, int64_t key, int64_t after, struct buf *to,
                           int64_t *ret_last, struct error *err)
{
    return read_log(s, SUPPORT_LOG_CANDIDATE, key, after, to, ret_last, err);
}

static bool read_thread(struct server *s, int64_t key, int64_t after, struct buf *to,
                        int64_t *ret_last, struct error *err)
{
    return read_log(s, SUPPORT_LOG_THREAD, key, after, to, ret_last, err);
}

static const struct event_log candidate_log = {read_candidate};
const struct event_log api_support_thread_log = {read_thread};

/* A number of the query; 0 when it is not there. */
static bool query_number(const struct request *q, const char *name, int64_t *ret, struct error *err)
{
    struct str text = request_query(q, name);
    *ret = 0;
    if (text.ptr && (!str_to_i64(text, ret) || *ret < 0))
        return error_set(err, ERROR_INVALID, "%s: must be a number", name);
    return true;
}

static bool get_own_events(struct server *s, struct request *q, struct response *r,
                           struct error *err)
{
    char topic[SUPPORT_TOPIC_MAX];
    int64_t after;
    support_topic(SUPPORT_LOG_CANDIDATE, q->user.id, topic);
    if (!query_number(q, "after", &after, err))
        return false;
    const struct events_wish wish = {
        .topics = {topic}, .log = &candidate_log, .log_key = q->user.id, .log_after = after};
    return events_answer(s->state->events, q, r, &wish, err);
}

static bool get_desk_events(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    char topic[SUPPORT_TOPIC_MAX];
    int64_t thread, after;
    if (!query_number(q, "thread", &thread, err) || !query_number(q, "after", &after, err) ||
        (thread && !access_thread(s, q, thread, err)))
        return false;
    support_topic(SUPPORT_LOG_THREAD, thread, topic);
    const struct events_wish wish = {.topics = {SUPPORT_TOPIC, thread ? topic : NULL},
                                     .log = thread ? &api_support_thread_log : NULL,
                                     .log_key = thread,
                                     .log_after = after};
    return events_answer(s->state->events, q, r, &wish, err);
}

/* ---- the candidate ---- */

static bool get_contact(struct server *s, struct request *q, struct response *r, struct error *err)
{
    (void)q;
    const struct server_contact *c = &s->options.contact;
    return response_json(
        r, 200, json_pack("{s:s, s:s, s:s}", "name", c->name, "phone", c->phone, "hours", c->hours),
        err);
}

static bool get_own(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct support_message *list;
    size_t len;
    int64_t unread;
    enum support_state state;
    return support_of_candidate(s->proctor, q->user.id, q->arena, &list, &len, &unread, &state,
                                err) &&
           response_json(r, 200,
                         json_pack("{s:s, s:I, s:I, s:o, s:I}", "state", support_state_name(state),
                                   "user", (json_int_t)q->user.id, "unread", (json_int_t)unread,
                                   "messages", messages_json(list, len), "server_us",
                                   (json_int_t)clock_wall_us()),
                         err);
}

static bool answer_post(struct server *s, struct response *r, bool good,
                        const struct support_message *m, struct error *err)
{
    if (!good) {
        if (err->code == ERROR_THROTTLED)
            response_header(r, "Retry-After", "60");
        return false;
    }
    events_poke(s->state->events);
    return response_json(r, 201, json_pack("{s:o}", "message", message_json(m)), err);
}

static bool post_own(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct support_post post = {.by = author(q)};
    struct support_message m;
    if (!request_json(q, &body, err) || !request_json_only(body, "client_id text session", err) ||
        !json_get_str(body, "", "client_id", SUPPORT_CLIENT_ID_MAX, &post.client_id, err) ||
        !json_get_str(body, "", "text", POST_MAX, &post.text, err))
        return false;
    json_t *session = json_object_get(body, "session");
    if (session && !json_is_null(session) &&
        !json_get_str(body, "", "session", 64, &post.session_id, err))
        return false;
    return answer_post(s, r, support_ask(s->proctor, &post, q->arena, &m, err), &m, err);
}

static bool get_up_to(const struct request *q, int64_t *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    return request_json(q, &body, err) && request_json_only(body, "up_to", err) &&
           json_get_i64(body, "", "up_to", 0, INT64_MAX, ret, err);
}

static bool post_own_read(struct server *s, struct request *q, struct response *r,
                          struct error *err)
{
    int64_t up_to;
    r->status = 204;
    return get_up_to(q, &up_to, err) &&
           support_read_by_candidate(s->proctor, q->user.id, up_to, err);
}

/* ---- threads: a candidate's own, any for the desk ---- */

static bool find_thread(struct server *s, const struct request *q, struct support_thread *ret,
                        struct error *err)
{
    int64_t id;
    if (!request_param_i64(q, 0, &id, err) ||
        !support_thread_find(s->proctor, id, q->arena, ret, err))
        return false;
    if (q->user.role == ROLE_CANDIDATE && ret->user_ref != q->user.id)
        return error_set(err, ERROR_NOT_FOUND, "no such conversation");
    return true;
}

static bool get_threads(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct support_thread *list;
    size_t len;
    if (!support_list(s->proctor, access_viewer(q), q->arena, &list, &len, err))
        return false;
    json_t *all = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(all, thread_json(&list[i]));
    return response_json(
        r, 200, json_pack("{s:o, s:I}", "threads", all, "server_us", (json_int_t)clock_wall_us()),
        err);
}

static bool get_thread(struct server *s, struct request *q, struct response *r, struct error *err)
{
    struct support_thread thread;
    struct support_message *list;
    size_t len;
    return find_thread(s, q, &thread, err) &&
           support_messages(s->proctor, thread.id, q->arena, &list, &len, err) &&
           response_json(r, 200,
                         json_pack("{s:o, s:o, s:I}", "thread", thread_json(&thread), "messages",
                                   messages_json(list, len), "server_us",
                                   (json_int_t)clock_wall_us()),
                         err);
}

static bool read_answer(const struct request *q, json_t **ret_body, struct support_post *ret,
                        struct error *err)
{
    *ret = (struct support_post){.by = author(q)};
    return request_json(q, ret_body, err) && request_json_only(*ret_body, "client_id text", err) &&
           json_get_str(*ret_body, "", "client_id", SUPPORT_CLIENT_ID_MAX, &ret->client_id, err) &&
           json_get_str(*ret_body, "", "text", POST_MAX, &ret->text, err);
}

static bool post_answer(struct server *s, struct request *q, struct response *r, struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct support_post post;
    struct support_message m;
    int64_t id;
    return request_param_i64(q, 0, &id, err) && read_answer(q, &body, &post, err) &&
           answer_post(s, r, support_answer(s->proctor, id, &post, q->arena, &m, err), &m, err);
}

/* The desk writes first. */
static bool post_to_session(struct server *s, struct request *q, struct response *r,
                            struct error *err)
{
    CLEANUP(json_decrefp) json_t *body = NULL;
    struct support_post post;
    struct support_message m;
    if (!read_answer(q, &body, &post, err))
        return false;
    post.session_id = q->params[0];
    return answer_post(s, r, support_answer(s->proctor, 0, &post, q->arena, &m, err), &m, err);
}

static bool post_read(struct server *s, struct request *q, struct response *r, struct error *err)
{
    int64_t id, up_to;
    r->status = 204;
    if (!request_param_i64(q, 0, &id, err) || !get_up_to(q, &up_to, err) ||
        !support_read_by_center(s->proctor, id, up_to, err))
        return false;
    events_poke(s->state->events);
    return true;
}

static bool post_close(struct server *s, struct request *q, struct response *r, struct error *err)
{
    const struct support_author by = author(q);
    int64_t id;
    r->status = 204;
    if (!request_param_i64(q, 0, &id, err) || !support_close(s->proctor, id, &by, err))
        return false;
    events_poke(s->state->events);
    return true;
}

const struct route support_routes[] = {
    {HTTP_GET, "/api/support/contact", ROLE_ANYONE, 0, get_contact, NULL},
    {HTTP_GET, "/api/support/own", ROLE_CANDIDATE, 0, get_own, NULL},
    {HTTP_GET, "/api/support/own/events", ROLE_CANDIDATE, 0, get_own_events, NULL},
    {HTTP_POST, "/api/support/own/messages", ROLE_CANDIDATE, POST_MAX, post_own, NULL},
    {HTTP_POST, "/api/support/own/read", ROLE_CANDIDATE, 256, post_own_read, NULL},
    {HTTP_GET, "/api/support/threads", ROLE_DESK, 0, get_threads, NULL},
    {HTTP_GET, "/api/support/threads/:thread", ROLE_CANDIDATE | ROLE_DESK, 0, get_thread, NULL},
    {HTTP_POST, "/api/support/threads/:thread/messages", ROLE_DESK, POST_MAX, post_answer, NULL},
    {HTTP_POST, "/api/support/threads/:thread/read", ROLE_DESK, 256, post_read, NULL},
    {HTTP_POST, "/api/support/threads/:thread/close", ROLE_DESK, 256, post_close, NULL},
    {HTTP_GET, "/api/support/events", ROLE_DESK, 0, get_desk_events, NULL},
    {HTTP_GET, "/api/support/sessions", ROLE_DESK, 0, desk_get_sessions, NULL},
    {HTTP_GET, "/api/support/sessions/:session", ROLE_DESK, 0, desk_get_session, NULL},
    {HTTP_POST, "/api/support/sessions/:session/messages", ROLE_DESK, POST_MAX, post_to_session,
     NULL},
    {HTTP_POST, "/api/support/sessions/:session/time", ROLE_DESK, 4096, desk_post_time, NULL},
    {HTTP_GET, "/api/support/audit", ROLE_DESK, 0, desk_get_audit, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
