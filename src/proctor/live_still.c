/* Stills: one of each camera and screen, a few seconds old, sealed with the session's key. They are
 * made by the sandboxed decoder and are never opened here but to be sent. */
#include "proctor/live.h"

#include "crypto/seal.h"
#include "proctor/stream_row.h"

static void still_context(struct str stream_id, struct buf *to)
{
    stream_context(stream_id, "still", to);
}

bool live_still_seal(const struct seal_key *session_key, struct str stream_id, struct str jpeg,
                     struct buf *to, struct error *err)
{
    CLEANUP(buf_done) struct buf context = {0};
    if (jpeg.len > LIVE_STILL_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a still has at most %zu bytes", LIVE_STILL_MAX);
    still_context(stream_id, &context);
    return buf_ok(&context, err) && seal_bytes(session_key, buf_str(&context), jpeg, to, err);
}

/* Only of a session that is live: what comes later nobody watches. */
bool live_still_put_in(struct db *db, const struct live_still *s, struct error *err)
{
    return db_run(db,
                  "INSERT INTO live_still (session_id, kind, exam_id, stream_id, taken_us, put_us,"
                  " sealed) SELECT session_id, $1, exam_id, $2, $3, $4, $5 FROM live"
                  " WHERE session_id = $6 AND state IN (3, 4)"
                  " ON CONFLICT (session_id, kind) DO UPDATE SET stream_id = excluded.stream_id,"
                  " taken_us = excluded.taken_us, put_us = excluded.put_us,"
                  " sealed = excluded.sealed",
                  DB_ARGS(DB_I64(s->kind), DB_TEXT(s->stream_id), DB_I64(s->taken_us),
                          DB_I64(clock_wall_us()), DB_BLOB(s->sealed), DB_TEXT(s->session_id)),
                  NULL, err);
}

struct opening {
    struct proctor *p;
    struct str session_id;
    enum stream_kind kind;
    struct buf *to;
    char stream_id[ID_TEXT_SIZE];
};

static bool open_body(struct db *db, void *context, struct error *err)
{
    struct opening *o = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf sealing = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    bool found;
    if (!db_query_one(db,
                      "SELECT stream_id, sealed FROM live_still WHERE session_id = $1"
                      " AND kind = $2",
                      DB_ARGS(DB_TEXT(o->session_id), DB_I64(o->kind)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "there is no still");
    str_into(db_col_text(rows, 0), o->stream_id, sizeof o->stream_id);
    still_context(str_from(o->stream_id), &sealing);
    return buf_ok(&sealing, err) &&
           session_key_in(db, &o->p->deployment_key, o->session_id, &key, err) &&
           seal_open(&key, buf_str(&sealing), db_col_text(rows, 1), o->to, err);
}

bool live_still(struct proctor *p, struct str session_id, enum stream_kind kind, struct buf *to,
                char ret_stream_id[ID_TEXT_SIZE], struct error *err)
{
    struct opening o = {.p = p, .session_id = session_id, .kind = kind, .to = to};
    if (!db_store_read(p->store, open_body, &o, err))
        return false;
    str_into(str_from(o.stream_id), ret_stream_id, ID_TEXT_SIZE);
    return true;
}
