#include "proctor/observation.h"

#include "proctor/session.h"
#include "proctor/stream_row.h"

bool observation_seal(const struct seal_key *session_key, struct str stream_id, struct str track,
                      struct buf *to, struct error *err)
{
    CLEANUP(buf_done) struct buf context = {0};
    if (track.len > OBSERVATION_BYTES_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a track has at most %zu bytes",
                         OBSERVATION_BYTES_MAX);
    stream_context(stream_id, "observation", &context);
    return buf_ok(&context, err) && seal_bytes(session_key, buf_str(&context), track, to, err);
}

bool observation_put_in(struct db *db, struct str stream_id, struct str sealed, struct error *err)
{
    return db_run(db,
                  "INSERT INTO observation (stream_id, sealed) VALUES ($1, $2)"
                  " ON CONFLICT (stream_id) DO UPDATE SET sealed = excluded.sealed",
                  DB_ARGS(DB_TEXT(stream_id), DB_BLOB(sealed)), NULL, err);
}

struct read {
    struct proctor *p;
    struct str session_id, stream_id;
    struct buf *to;
};

static bool read_body(struct db *db, void *context, struct error *err)
{
    const struct read *r = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf seal_context = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    bool found;
    stream_context(r->stream_id, "observation", &seal_context);
    if (!buf_ok(&seal_context, err) ||
        !db_query_one(db, "SELECT sealed FROM observation WHERE stream_id = $1",
                      DB_ARGS(DB_TEXT(r->stream_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "of this recording nothing was kept");
    return session_key_in(db, &r->p->deployment_key, r->session_id, &key, err) &&
           seal_open(&key, buf_str(&seal_context), db_col_text(rows, 0), r->to, err);
}

bool observation_read(struct proctor *p, struct str session_id, struct str stream_id,
                      struct buf *to, struct error *err)
{
    struct read r = {.p = p, .session_id = session_id, .stream_id = stream_id, .to = to};
    return db_store_read(p->store, read_body, &r, err);
}

bool observation_reseal_in(struct db *db, struct str stream_id, const struct seal_key *old,
                           const struct seal_key *now, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf context = {0};
    CLEANUP(buf_done) struct buf plain = {0};
    CLEANUP(buf_done) struct buf sealed = {0};
    bool found;
    stream_context(stream_id, "observation", &context);
    if (!buf_ok(&context, err) ||
        !db_query_one(db, "SELECT sealed FROM observation WHERE stream_id = $1",
                      DB_ARGS(DB_TEXT(stream_id)), &found, &rows, err))
        return false;
    return !found || (seal_open(old, buf_str(&context), db_col_text(rows, 0), &plain, err) &&
                      observation_seal(now, stream_id, buf_str(&plain), &sealed, err) &&
                      observation_put_in(db, stream_id, buf_str(&sealed), err));
}

bool observation_forget_in(struct db *db, struct str stream_id, struct error *err)
{
    return db_run(db, "DELETE FROM observation WHERE stream_id = $1", DB_ARGS(DB_TEXT(stream_id)),
                  NULL, err);
}
