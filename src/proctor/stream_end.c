/* How streams end: their length is told, the candidate's page or the clock ends them, files are
 * removed (stream.h). */
#include "proctor/stream_row.h"

#include <string.h>

struct ending {
    struct str session_id, stream_id;
    int64_t user_ref;
    uint64_t length;
    bool ended; /* the analysis has to be told */
    bool remove;
};

static void tell(struct proctor *p)
{
    if (p->grown)
        p->grown(p->grown_context);
}

static bool length_body(struct db *db, void *context, struct error *err)
{
    struct ending *e = context;
    struct session session;
    struct stream s;
    if (!stream_row_find_own(db, e->session_id, e->stream_id, e->user_ref, NULL, &session, &s, NULL,
                             err))
        return false;
    if (s.state == STREAM_CLOSED)
        return error_set(err, ERROR_GONE, "this stream was ended");
    if (s.length_known && s.length == e->length)
        return true;
    if (s.length_known)
        return error_set(err, ERROR_CONFLICT, "the length was declared as %" PRIu64, s.length);
    if (!stream_check_session(&session, s.kind, false, err))
        return false;
    if (e->length < s.size)
        return error_set(err, ERROR_CONFLICT, "there are %" PRIu64 " bytes already", s.size);
    if (!db_run(db, "UPDATE stream SET length = $1 WHERE id = $2",
                DB_ARGS(DB_U64(e->length), DB_TEXT(e->stream_id)), NULL, err))
        return false;
    if (e->length > s.size)
        return true;
    e->ended = true;
    return stream_row_end(db, &s, STREAM_COMPLETE, "stream-complete", err);
}

bool stream_set_length(struct proctor *p, struct str session_id, struct str stream_id,
                       int64_t user_ref, uint64_t length, struct error *err)
{
    struct ending e = {
        .session_id = session_id, .stream_id = stream_id, .user_ref = user_ref, .length = length};
    if (length > STREAM_SIZE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a stream has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    if (!db_store_write(p->store, length_body, &e, err))
        return false;
    if (e.ended)
        tell(p);
    return true;
}

bool stream_end_in(struct db *db, struct str stream_id, bool complete_it, const char *why,
                   struct error *err)
{
    struct stream s;
    if (!stream_row_find(db, stream_id, NULL, &s, NULL, err))
        return false;
    if (s.state != STREAM_OPEN)
        return true;
    if (!complete_it)
        return stream_row_end(db, &s, STREAM_CLOSED, why, err);
    return db_run(db, "UPDATE stream SET length = size WHERE id = $1", DB_ARGS(DB_TEXT(stream_id)),
                  NULL, err) &&
           stream_row_end(db, &s, STREAM_COMPLETE, why, err);
}

/* ---- termination ---- */

static bool terminate_body(struct db *db, void *context, struct error *err)
{
    struct ending *e = context;
    struct session session;
    struct stream s;
    if (!stream_row_find_own(db, e->session_id, e->stream_id, e->user_ref, NULL, &session, &s, NULL,
                             err))
        return false;
    if (s.state == STREAM_CLOSED)
        return error_set(err, ERROR_GONE, "this stream was ended");
    if (!stream_check_session(&session, s.kind, false, err))
        return false;
    e->remove = s.kind == STREAM_FILE;
    e->ended = !e->remove;
    return stream_row_end(db, &s, STREAM_CLOSED, "stream-terminated", err);
}

static bool removed_body(struct db *db, void *context, struct error *err)
{
    const struct str *stream_id = context;
    return db_run(db, "DELETE FROM piece WHERE stream_id = $1", DB_ARGS(DB_TEXT(*stream_id)), NULL,
                  err) &&
           db_run(db, "UPDATE stream SET to_remove = 0 WHERE id = $1", DB_ARGS(DB_TEXT(*stream_id)),
                  NULL, err);
}

/* The file goes before the mark: after a crash in between it is tried again. */
static bool remove_file(struct proctor *p, struct str stream_id, struct error *err)
{
    struct error why = {0};
    if (!blob_remove(p->blobs, stream_id, &why) && why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.message);
    return db_store_write(p->store, removed_body, &stream_id, err);
}

bool stream_terminate(struct proctor *p, struct str session_id, struct str stream_id,
                      int64_t user_ref, struct error *err)
{
    struct ending e = {.session_id = session_id, .stream_id = stream_id, .user_ref = user_ref};
    if (!db_store_write(p->store, terminate_body, &e, err))
        return false;
    if (e.ended)
        tell(p);
    return !e.remove || remove_file(p, stream_id, err);
}

/* ---- the clock ---- */

#define EXPIRE_STEP 100 /* streams in one round of the sweeper */

struct expiry {
    int64_t now_us;
    bool to_remove; /* or those that have run out of time */
    struct arena *arena;
    struct str *ids;
    size_t len;
};

static bool expiry_body(struct db *db, void *context, struct error *err)
{
    struct expiry *e = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return (e->to_remove
                ? db_query(db, "SELECT id FROM stream WHERE to_remove = 1 LIMIT $1",
                           DB_ARGS(DB_I64(EXPIRE_STEP)), &rows, err)
                : db_query(db, "SELECT id FROM stream WHERE state = 1 AND expires_us < $1 LIMIT $2",
                           DB_ARGS(DB_I64(e->now_us), DB_I64(EXPIRE_STEP)), &rows, err)) &&
           db_collect(rows, e->arena, sizeof *e->ids, db_read_text, &e->ids, &e->len, err);
}

struct expire {
    struct str stream_id;
    int64_t now_us;
};

static bool expire_body(struct db *db, void *context, struct error *err)
{
    const struct expire *e = context;
    struct stream s;
    if (!stream_row_find(db, e->stream_id, NULL, &s, NULL, err))
        return false;
    if (s.state != STREAM_OPEN || s.expires_us >= e->now_us)
        return true; /* it has grown since we looked */
    return stream_row_end(db, &s, STREAM_CLOSED, "stream-expired", err);
}

bool stream_expire(struct proctor *p, int64_t now_us, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct expiry open = {.now_us = now_us, .arena = &arena};
    if (!db_store_read(p->store, expiry_body, &open, err))
        return false;
    for (size_t i = 0; i < open.len; i++) {
        struct expire e = {.stream_id = open.ids[i], .now_us = now_us};
        if (!db_store_write(p->store, expire_body, &e, err))
            return false;
    }
    if (open.len)
        tell(p);
    bool left;
    return stream_remove_marked(p, &left, err);
}

/* ---- deletion ---- */

bool stream_remove_marked(struct proctor *p, bool *ret_left, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct expiry removable = {.to_remove = true, .arena = &arena};
    if (!db_store_read(p->store, expiry_body, &removable, err))
        return false;
    for (size_t i = 0; i < removable.len; i++)
        if (!remove_file(p, removable.ids[i], err))
            return false;
    *ret_left = removable.len == EXPIRE_STEP;
    return true;
}

/* Parts of a concatenation, too. */
bool stream_delete_all_in(struct db *db, struct str session_id, int64_t now_us, struct error *err)
{
    return db_run(
        db,
        "UPDATE stream SET to_remove = 1, deleted_us = $1, hash_state = NULL, mime = '',"
        " metadata = '', concat_text = '', expires_us = 0,"
        " state = CASE WHEN state = $2 THEN $3 ELSE state END WHERE session_id = $4",
        DB_ARGS(DB_I64(now_us), DB_I64(STREAM_OPEN), DB_I64(STREAM_CLOSED), DB_TEXT(session_id)),
        NULL, err);
}

bool stream_marked_in(struct db *db, struct str session_id, bool *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM stream WHERE session_id = $1 AND to_remove = 1 LIMIT 1",
                        DB_ARGS(DB_TEXT(session_id)), ret, &rows, err);
}
