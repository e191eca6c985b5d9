/* What is read of the conversations (support.h). */
#include "base/clock.h"
#include "proctor/staff.h"
#include "proctor/support.h"

#define CLOSED_SHOWN_US (24 * 3600 * SECOND_US) /* closed ones stay in the list that long */

const char *support_state_name(enum support_state state)
{
    switch (state) {
    case SUPPORT_OPEN:
        return "open";
    case SUPPORT_ANSWERED:
        return "answered";
    case SUPPORT_CLOSED:
        return "closed";
    case SUPPORT_STATE_NONE:
        break;
    }
    return "none";
}

/* ---- messages ---- */

#define MESSAGE                                                                                    \
    "SELECT id, thread_id, time_us, from_center, author, text, client_id FROM support_message "

struct messages {
    struct arena *arena;
    struct support_message *list;
    size_t len;
};

static bool read_message(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct support_message *one = to;
    *one = (struct support_message){.id = db_col_i64(rows, 0),
                                    .thread_id = db_col_i64(rows, 1),
                                    .time_us = db_col_i64(rows, 2),
                                    .from_center = db_col_i64(rows, 3) != 0,
                                    .author = db_col_copy(rows, 4, arena),
                                    .text = db_col_copy(rows, 5, arena),
                                    .client_id = db_col_copy(rows, 6, arena)};
    return (one->author.ptr && one->text.ptr && one->client_id.ptr) || error_no_memory(err);
}

static bool read_messages(struct messages *m, struct db_stmt *rows, struct error *err)
{
    return db_collect(rows, m->arena, sizeof *m->list, read_message, &m->list, &m->len, err);
}

struct after {
    enum support_log log;
    int64_t key, after;
    size_t max;
    struct messages found;
};

static bool query_after(struct db *db, const struct after *a, struct db_stmt **ret,
                        struct error *err)
{
    switch (a->log) {
    case SUPPORT_LOG_CANDIDATE:
        return db_query(db, MESSAGE "WHERE user_ref = $1 AND id > $2 ORDER BY id LIMIT $3",
                        DB_ARGS(DB_I64(a->key), DB_I64(a->after), DB_U64(a->max)), ret, err);
    case SUPPORT_LOG_THREAD:
        return db_query(db, MESSAGE "WHERE thread_id = $1 AND id > $2 ORDER BY id LIMIT $3",
                        DB_ARGS(DB_I64(a->key), DB_I64(a->after), DB_U64(a->max)), ret, err);
    case SUPPORT_LOG_NONE:
        break;
    }
    return db_query(db, MESSAGE "WHERE id > $1 ORDER BY id LIMIT $2",
                    DB_ARGS(DB_I64(a->after), DB_U64(a->max)), ret, err);
}

static bool after_body(struct db *db, void *context, struct error *err)
{
    struct after *a = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return query_after(db, a, &rows, err) && read_messages(&a->found, rows, err);
}

bool support_after(struct proctor *p, enum support_log log, int64_t key, int64_t after, size_t max,
                   struct arena *arena, struct support_message **ret, size_t *ret_len,
                   struct error *err)
{
    struct after a = {
        .log = log, .key = key, .after = after, .max = max, .found = {.arena = arena}};
    if (!db_store_read(p->store, after_body, &a, err))
        return false;
    *ret = a.found.list;
    *ret_len = a.found.len;
    return true;
}

struct newest {
    enum support_log log;
    int64_t key;
    struct messages found;
    int64_t unread;
    enum support_state state;
};

static bool read_summary(struct db *db, struct newest *n, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT (SELECT COUNT(*) FROM support_message m JOIN support_thread t"
                      " ON t.id = m.thread_id WHERE m.user_ref = $1 AND m.from_center = 1"
                      " AND m.id > t.read_by_candidate),"
                      " COALESCE((SELECT state FROM support_thread WHERE user_ref = $1"
                      " ORDER BY id DESC LIMIT 1), 0)",
                      DB_ARGS(DB_I64(n->key)), &found, &rows, err))
        return false;
    n->unread = found ? db_col_i64(rows, 0) : 0;
    n->state = found ? (enum support_state)db_col_i64(rows, 1) : SUPPORT_STATE_NONE;
    return true;
}

static bool newest_body(struct db *db, void *context, struct error *err)
{
    struct newest *n = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    const struct db_args args = DB_ARGS(DB_I64(n->key), DB_I64(SUPPORT_MESSAGES_MAX));
    bool own = n->log == SUPPORT_LOG_CANDIDATE;
    if (!db_query(db,
                  own ? MESSAGE "WHERE user_ref = $1 ORDER BY id DESC LIMIT $2"
                      : MESSAGE "WHERE thread_id = $1 ORDER BY id DESC LIMIT $2",
                  args, &rows, err) ||
        !read_messages(&n->found, rows, err))
        return false;
    return !own || read_summary(db, n, err);
}

static bool read_newest(struct proctor *p, struct newest *n, struct error *err)
{
    if (!db_store_read(p->store, newest_body, n, err))
        return false;
    struct support_message *list = n->found.list;
    for (size_t i = 0, last = n->found.len; i + 1 < last; i++) { /* oldest first */
        struct support_message one = list[i];
        list[i] = list[--last];
        list[last] = one;
    }
    return true;
}

bool support_of_candidate(struct proctor *p, int64_t user_ref, struct arena *arena,
                          struct support_message **ret, size_t *ret_len, int64_t *ret_unread,
                          enum support_state *ret_state, struct error *err)
{
    struct newest n = {.log = SUPPORT_LOG_CANDIDATE, .key = user_ref, .found = {.arena = arena}};
    if (!read_newest(p, &n, err))
        return false;
    *ret = n.found.list;
    *ret_len = n.found.len;
    *ret_unread = n.unread;
    *ret_state = n.state;
    return true;
}

bool support_messages(struct proctor *p, int64_t thread, struct arena *arena,
                      struct support_message **ret, size_t *ret_len, struct error *err)
{
    struct newest n = {.log = SUPPORT_LOG_THREAD, .key = thread, .found = {.arena = arena}};
    if (!read_newest(p, &n, err))
        return false;
    *ret = n.found.list;
    *ret_len = n.found.len;
    return true;
}

/* ---- threads ---- */

#define THREAD                                                                                     \
    "SELECT id, user_ref, candidate, session_id, state, created_us, changed_us,"                   \
    " (SELECT COUNT(*) FROM support_message WHERE thread_id = t.id AND from_center = 0"            \
    " AND id > t.read_by_center),"                                                                 \
    " COALESCE((SELECT text FROM support_message WHERE thread_id = t.id ORDER BY id DESC LIMIT 1)" \
    ", '') FROM support_thread t "

struct threads {
    int64_t id, viewer, closed_after_us;
    struct arena *arena;
    struct support_thread *list;
    size_t len;
};

static bool read_thread(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct support_thread *one = to;
    *one = (struct support_thread){.id = db_col_i64(rows, 0),
                                   .user_ref = db_col_i64(rows, 1),
                                   .candidate = db_col_copy(rows, 2, arena),
                                   .session_id = db_col_copy(rows, 3, arena),
                                   .state = (enum support_state)db_col_i64(rows, 4),
                                   .created_us = db_col_i64(rows, 5),
                                   .changed_us = db_col_i64(rows, 6),
                                   .unread = db_col_i64(rows, 7),
                                   .last_text = db_col_copy(rows, 8, arena)};
    return (one->candidate.ptr && one->session_id.ptr && one->last_text.ptr) ||
           error_no_memory(err);
}

static bool threads_body(struct db *db, void *context, struct error *err)
{
    struct threads *t = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool good =
        t->id ? db_query(db, THREAD "WHERE id = $1", DB_ARGS(DB_I64(t->id)), &rows, err)
              : db_query(db,
                         THREAD "WHERE (state < $1 OR changed_us > $2) AND " STAFF_SEES_SESSION(
                             "$3", "t.session_id") " ORDER BY state, changed_us DESC LIMIT $4",
                         DB_ARGS(DB_I64(SUPPORT_CLOSED), DB_I64(t->closed_after_us),
                                 DB_I64(t->viewer), DB_I64(SUPPORT_THREADS_MAX)),
                         &rows, err);
    return good && db_collect(rows, t->arena, sizeof *t->list, read_thread, &t->list, &t->len, err);
}

bool support_list(struct proctor *p, int64_t viewer, struct arena *arena,
                  struct support_thread **ret, size_t *ret_len, struct error *err)
{
    struct threads t = {
        .viewer = viewer, .arena = arena, .closed_after_us = clock_wall_us() - CLOSED_SHOWN_US};
    if (!db_store_read(p->store, threads_body, &t, err))
        return false;
    *ret = t.list;
    *ret_len = t.len;
    return true;
}

bool support_thread_find(struct proctor *p, int64_t thread, struct arena *arena,
                         struct support_thread *ret, struct error *err)
{
    struct threads t = {.arena = arena, .id = thread};
    if (thread <= 0)
        return error_set(err, ERROR_NOT_FOUND, "no such conversation");
    if (!db_store_read(p->store, threads_body, &t, err))
        return false;
    if (t.len == 0)
        return error_set(err, ERROR_NOT_FOUND, "no such conversation");
    *ret = t.list[0];
    return true;
}

struct current {
    int64_t user_ref, thread;
};

static bool current_body(struct db *db, void *context, struct error *err)
{
    struct current *c = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT id FROM support_thread WHERE user_ref = $1 AND state < $2"
                      " ORDER BY id DESC LIMIT 1",
                      DB_ARGS(DB_I64(c->user_ref), DB_I64(SUPPORT_CLOSED)), &found, &rows, err))
        return false;
    c->thread = found ? db_col_i64(rows, 0) : 0;
    return true;
}

bool support_current(struct proctor *p, int64_t user_ref, int64_t *ret_thread, struct error *err)
{
    struct current c = {.user_ref = user_ref};
    if (!db_store_read(p->store, current_body, &c, err))
        return false;
    *ret_thread = c.thread;
    return true;
}
