/* Writing: asking, answering, closing, and what was seen. Reading is in support_read.c. */
#include "proctor/support.h"

#include "base/clock.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "proctor/audit.h"
#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/session.h"

#include <stdio.h>

void support_topic(enum support_log log, int64_t key, char ret[SUPPORT_TOPIC_MAX])
{
    snprintf(ret, SUPPORT_TOPIC_MAX, "%s/%" PRId64,
             log == SUPPORT_LOG_CANDIDATE ? "support/candidate" : "support/thread", key);
}

/* ---- what may be written ---- */

static bool check_post(const struct support_post *post, struct str *ret_text, struct error *err)
{
    struct str text = str_trim(post->text), id = post->client_id;
    if (text.len == 0)
        return error_set(err, ERROR_INVALID, "text: write something");
    if (text.len > SUPPORT_TEXT_MAX)
        return error_set(err, ERROR_INVALID, "text: at most %d bytes", SUPPORT_TEXT_MAX);
    if (!str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "text: must be UTF-8");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return error_set(err, ERROR_INVALID, "text: plain text only");
    }
    if (id.len < 8 || id.len > SUPPORT_CLIENT_ID_MAX)
        return error_set(err, ERROR_INVALID, "client_id: 8 to %d characters",
                         SUPPORT_CLIENT_ID_MAX);
    *ret_text = text;
    return true;
}

/* ---- one message ---- */

struct posting {
    const struct support_post *post;
    struct str text; /* trimmed */
    int64_t thread;  /* of an answer; 0: of the session's candidate */
    bool from_center;
    int64_t message; /* what became of it */
};

/* The thread as far as writing needs it. */
struct place {
    int64_t id, user_ref;
    char session_id[ID_TEXT_SIZE];
    enum support_state state;
};

static bool find_sent(struct db *db, const struct posting *p, bool *ret_found, int64_t *ret_id,
                      struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query_one(db, "SELECT id FROM support_message WHERE author_ref = $1 AND client_id = $2",
                      DB_ARGS(DB_I64(p->post->by.user_ref), DB_TEXT(p->post->client_id)), ret_found,
                      &rows, err))
        return false;
    if (*ret_found)
        *ret_id = db_col_i64(rows, 0);
    return true;
}

/* Counted in the database, so that it holds for all processes together. */
static bool check_rate(struct db *db, int64_t author_ref, int64_t now_us, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT COUNT(*) FROM support_message WHERE author_ref = $1 AND time_us > $2",
                      DB_ARGS(DB_I64(author_ref), DB_I64(now_us - SUPPORT_RATE_S * SECOND_US)),
                      &found, &rows, err))
        return false;
    if (found && db_col_i64(rows, 0) >= SUPPORT_RATE_MESSAGES)
        return error_set(err, ERROR_THROTTLED, "that was many messages; please wait a minute");
    return true;
}

static void read_place(struct db_stmt *rows, struct place *ret)
{
    *ret = (struct place){.id = db_col_i64(rows, 0),
                          .user_ref = db_col_i64(rows, 1),
                          .state = (enum support_state)db_col_i64(rows, 3)};
    str_into(db_col_text(rows, 2), ret->session_id, sizeof ret->session_id);
}

static bool find_place(struct db *db, int64_t id, struct place *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT id, user_ref, session_id, state FROM support_thread WHERE id = $1",
                      DB_ARGS(DB_I64(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such conversation");
    read_place(rows, ret);
    return true;
}

/* The thread that a candidate's conversation goes on in, or a new one. */
static bool current_place(struct db *db, int64_t user_ref, struct str candidate, int64_t now_us,
                          struct place *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT id, user_ref, session_id, state FROM support_thread"
                      " WHERE user_ref = $1 AND state < $2 ORDER BY id DESC LIMIT 1",
                      DB_ARGS(DB_I64(user_ref), DB_I64(SUPPORT_CLOSED)), &found, &rows, err))
        return false;
    if (found) {
        read_place(rows, ret);
        return true;
    }
    *ret = (struct place){.user_ref = user_ref, .state = SUPPORT_OPEN};
    return db_insert(
        db,
        "INSERT INTO support_thread (user_ref, candidate, state, created_us,"
        " changed_us) VALUES ($1, $2, $3, $4, $4)",
        DB_ARGS(DB_I64(user_ref), DB_TEXT(candidate), DB_I64(SUPPORT_OPEN), DB_I64(now_us)),
        &ret->id, err);
}

static bool find_answered_place(struct db *db, const struct posting *p, int64_t now_us,
                                struct place *ret, struct error *err)
{
    struct session s;
    if (p->thread) {
        if (!find_place(db, p->thread, ret, err))
            return false;
        if (ret->state == SUPPORT_CLOSED)
            return error_set(err, ERROR_CONFLICT, "this conversation is closed");
        return true;
    }
    if (!session_find_in(db, p->post->session_id, &s, err) ||
        !current_place(db, s.user_ref, str_from(s.candidate), now_us, ret, err))
        return false;
    str_into(p->post->session_id, ret->session_id, sizeof ret->session_id);
    return true;
}

static bool find_asked_place(struct db *db, const struct posting *p, int64_t now_us,
                             struct place *ret, struct error *err)
{
    const struct support_post *post = p->post;
    struct session s;
    if (post->session_id.len &&
        !session_find_own_in(db, post->session_id, post->by.user_ref, &s, err))
        return false;
    if (!current_place(db, post->by.user_ref, post->by.name, now_us, ret, err))
        return false;
    if (post->session_id.len)
        str_into(post->session_id, ret->session_id, sizeof ret->session_id);
    return true;
}

/* That it was said, and the hash of what: a reviewer can ask whether help went too far. */
static bool add_evidence(struct db *db, const struct posting *p, const struct place *at,
                         struct error *err)
{
    unsigned char hash[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    if (!at->session_id[0])
        return true;
    sha256(p->text, hash);
    str_to_hex(str_bytes(hash, sizeof hash), hex);
    return evidence_add_in(db, str_from(at->session_id), "support-message",
                           json_pack("{s:I, s:s, s:I, s:s}", "message", (json_int_t)p->message,
                                     "from", p->from_center ? "center" : "candidate", "user",
                                     (json_int_t)p->post->by.user_ref, "sha256", hex),
                           err);
}

static bool note(struct db *db, int64_t thread, int64_t user_ref, bool log, const char *event,
                 struct error *err)
{
    char topic[SUPPORT_TOPIC_MAX], data[64];
    snprintf(data, sizeof data, "{\"thread\":%" PRId64 "}", thread);
    for (enum support_log which = SUPPORT_LOG_CANDIDATE; which <= SUPPORT_LOG_THREAD; which++) {
        support_topic(which, which == SUPPORT_LOG_CANDIDATE ? user_ref : thread, topic);
        if (!change_note_in(db, topic, log ? NULL : event, log ? STR("") : str_from(data), err))
            return false;
    }
    /* Heard by desks that may not see this conversation: that something changed, and no more. */
    return change_note_in(db, SUPPORT_TOPIC, "thread", STR("{}"), err);
}

static bool insert(struct db *db, struct posting *p, const struct place *at, int64_t now_us,
                   struct error *err)
{
    const struct support_post *post = p->post;
    enum support_state state = p->from_center ? SUPPORT_ANSWERED : SUPPORT_OPEN;
    return db_insert(db,
                     "INSERT INTO support_message (thread_id, user_ref, from_center, author_ref,"
                     " author, time_us, client_id, text) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                     DB_ARGS(DB_I64(at->id), DB_I64(at->user_ref), DB_I64(p->from_center),
                             DB_I64(post->by.user_ref), DB_TEXT(post->by.name), DB_I64(now_us),
                             DB_TEXT(post->client_id), DB_TEXT(p->text)),
                     &p->message, err) &&
           db_run(db,
                  "UPDATE support_thread SET state = $1, changed_us = $2, session_id = $3"
                  " WHERE id = $4",
                  DB_ARGS(DB_I64(state), DB_I64(now_us), DB_TEXT(str_from(at->session_id)),
                          DB_I64(at->id)),
                  NULL, err) &&
           add_evidence(db, p, at, err) && note(db, at->id, at->user_ref, true, NULL, err);
}

static bool post_body(struct db *db, void *context, struct error *err)
{
    struct posting *p = context;
    struct place at;
    int64_t now_us = clock_wall_us();
    bool sent;
    if (!find_sent(db, p, &sent, &p->message, err))
        return false;
    if (sent)
        return true;
    return check_rate(db, p->post->by.user_ref, now_us, err) &&
           (p->from_center ? find_answered_place(db, p, now_us, &at, err)
                           : find_asked_place(db, p, now_us, &at, err)) &&
           insert(db, p, &at, now_us, err);
}

/* What is kept: the first of those with this client_id. */
static bool read_back(struct proctor *proctor, const struct posting *p, struct arena *arena,
                      struct support_message *ret, struct error *err)
{
    struct support_message *found;
    size_t len;
    if (!support_after(proctor, SUPPORT_LOG_NONE, 0, p->message - 1, 1, arena, &found, &len, err))
        return false;
    if (len == 0)
        return error_set(err, ERROR_INTERNAL, "a message has gone");
    *ret = found[0];
    return true;
}

static bool post(struct proctor *proctor, struct posting *p, struct arena *arena,
                 struct support_message *ret, struct error *err)
{
    return check_post(p->post, &p->text, err) &&
           db_store_write(proctor->store, post_body, p, err) &&
           read_back(proctor, p, arena, ret, err);
}

bool support_ask(struct proctor *p, const struct support_post *what, struct arena *arena,
                 struct support_message *ret, struct error *err)
{
    struct posting posting = {.post = what};
    return post(p, &posting, arena, ret, err);
}

bool support_answer(struct proctor *p, int64_t thread, const struct support_post *what,
                    struct arena *arena, struct support_message *ret, struct error *err)
{
    struct posting posting = {.post = what, .thread = thread, .from_center = true};
    return post(p, &posting, arena, ret, err);
}

/* ---- seen, closed ---- */

struct seen {
    int64_t key, up_to;
};

static bool candidate_seen_body(struct db *db, void *context, struct error *err)
{
    const struct seen *s = context;
    return db_run(db,
                  "UPDATE support_thread SET read_by_candidate = $1"
                  " WHERE user_ref = $2 AND read_by_candidate < $1",
                  DB_ARGS(DB_I64(s->up_to), DB_I64(s->key)), NULL, err);
}

bool support_read_by_candidate(struct proctor *p, int64_t user_ref, int64_t up_to,
                               struct error *err)
{
    struct seen s = {.key = user_ref, .up_to = up_to};
    return db_store_write(p->store, candidate_seen_body, &s, err);
}

static bool center_seen_body(struct db *db, void *context, struct error *err)
{
    const struct seen *s = context;
    struct place at;
    int64_t changed;
    if (!find_place(db, s->key, &at, err) ||
        !db_run(db,
                "UPDATE support_thread SET read_by_center = $1"
                " WHERE id = $2 AND read_by_center < $1",
                DB_ARGS(DB_I64(s->up_to), DB_I64(s->key)), &changed, err))
        return false;
    return changed == 0 || change_note_in(db, SUPPORT_TOPIC, "thread", STR("{}"), err);
}

bool support_read_by_center(struct proctor *p, int64_t thread, int64_t up_to, struct error *err)
{
    struct seen s = {.key = thread, .up_to = up_to};
    return db_store_write(p->store, center_seen_body, &s, err);
}

struct closing {
    int64_t thread;
    const struct support_author *by;
};

static bool candidate_of(struct db *db, int64_t thread, char ret[SESSION_CANDIDATE_MAX + 1],
                         struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT candidate FROM support_thread WHERE id = $1",
                      DB_ARGS(DB_I64(thread)), &found, &rows, err))
        return false;
    str_into(found ? db_col_text(rows, 0) : STR(""), ret, SESSION_CANDIDATE_MAX + 1);
    return true;
}

static bool close_body(struct db *db, void *context, struct error *err)
{
    const struct closing *c = context;
    struct place at;
    char candidate[SESSION_CANDIDATE_MAX + 1];
    if (!find_place(db, c->thread, &at, err) || !candidate_of(db, c->thread, candidate, err))
        return false;
    if (at.state == SUPPORT_CLOSED)
        return true;
    const struct audit_entry entry = {.actor_ref = c->by->user_ref,
                                      .actor = c->by->name,
                                      .action = STR("conversation-closed"),
                                      .session_id = str_from(at.session_id),
                                      .user_ref = at.user_ref,
                                      .candidate = str_from(candidate),
                                      .reason = STR("")};
    return db_run(db, "UPDATE support_thread SET state = $1, changed_us = $2 WHERE id = $3",
                  DB_ARGS(DB_I64(SUPPORT_CLOSED), DB_I64(clock_wall_us()), DB_I64(c->thread)), NULL,
                  err) &&
           audit_add_in(db, &entry, json_pack("{s:I}", "thread", (json_int_t)c->thread), err) &&
           note(db, c->thread, at.user_ref, false, "closed", err);
}

bool support_close(struct proctor *p, int64_t thread, const struct support_author *by,
                   struct error *err)
{
    struct closing c = {.thread = thread, .by = by};
    return db_store_write(p->store, close_body, &c, err);
}

bool support_forget_in(struct db *db, int64_t user_ref, struct str session_id, struct error *err)
{
    return db_run(db,
                  "DELETE FROM support_message WHERE thread_id IN (SELECT id FROM support_thread"
                  " WHERE user_ref = $1 AND ($2 = '' OR session_id = $2))",
                  DB_ARGS(DB_I64(user_ref), DB_TEXT(session_id)), NULL, err) &&
           db_run(db,
                  "DELETE FROM support_thread WHERE user_ref = $1"
                  " AND ($2 = '' OR session_id = $2)",
                  DB_ARGS(DB_I64(user_ref), DB_TEXT(session_id)), NULL, err);
}
