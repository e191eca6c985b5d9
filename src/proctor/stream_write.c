/* Writing a stream: what a session allows, and the rows and links of the chain that say what is
 * acknowledged. The bytes are sealed_write's, whose order of things is the promise. */
#include "blob/sealed_write.h"
#include "proctor/analysis_job.h"
#include "proctor/evidence.h"
#include "proctor/live.h"
#include "proctor/stream_row.h"

#include <stdlib.h>
#include <string.h>

struct stream_write {
    struct proctor *p; /* borrowed */
    int64_t user_ref;
    struct stream stream;        /* as it was at the beginning */
    struct sealed_write *sealed; /* owned */
    uint64_t sealed_size;        /* of the file at the beginning */
    bool committed;
};

/* ---- beginning ---- */

struct begin {
    struct stream_write *w;
    struct str session_id, stream_id;
    uint64_t offset;
};

static bool check_access(struct db *db, void *context, struct error *err)
{
    struct begin *b = context;
    struct session session;
    struct stream s;
    if (!stream_row_find_own(db, b->session_id, b->stream_id, b->w->user_ref, NULL, &session, &s,
                             NULL, err))
        return false;
    if (s.state == STREAM_CLOSED)
        return error_set(err, ERROR_GONE, "this stream was ended");
    return stream_check_session(&session, s.kind, false, err);
}

/* So that something can be added. */
static bool resume(struct db *db, struct begin *b, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!session_key_in(db, &b->w->p->deployment_key, b->session_id, &key, err) ||
        !db_query_one(db, "SELECT hash_state FROM stream WHERE id = $1",
                      DB_ARGS(DB_TEXT(b->stream_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such stream");
    return sealed_write_resume(b->w->sealed, &key, b->w->stream.size, db_col_text(rows, 0), err);
}

static bool load_body(struct db *db, void *context, struct error *err)
{
    struct begin *b = context;
    struct stream_write *w = b->w;
    if (!stream_row_find(db, b->stream_id, NULL, &w->stream, &w->sealed_size, err))
        return false;
    if (w->stream.state == STREAM_CLOSED)
        return error_set(err, ERROR_GONE, "this stream was ended");
    if (b->offset != w->stream.size)
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, w->stream.size);
    /* Else nothing may be added, which stream_write_add() checks by the length. */
    return w->stream.state != STREAM_OPEN || resume(db, b, err);
}

bool stream_write_begin(struct proctor *p, struct str session_id, struct str stream_id,
                        int64_t user_ref, uint64_t offset, struct stream_write **ret,
                        struct error *err)
{
    CLEANUP(stream_write_endp) struct stream_write *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    w->p = p;
    w->user_ref = user_ref;
    struct begin b = {.w = w, .session_id = session_id, .stream_id = stream_id, .offset = offset};
    if (!db_store_read(p->store, check_access, &b, err) ||
        !sealed_write_open(p->blobs, stream_id, &w->sealed, err) ||
        !db_store_read(p->store, load_body, &b, err) ||
        !sealed_write_settle(w->sealed, w->stream.size, w->sealed_size, err))
        return false;
    *ret = TAKE(w);
    return true;
}

/* ---- adding ---- */

bool stream_write_add(struct stream_write *w, struct str bytes, struct error *err)
{
    uint64_t size = sealed_write_size(w->sealed);
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (w->stream.length_known && bytes.len > w->stream.length - size)
        return error_set(err, ERROR_TOO_LARGE, "more than the declared length of %" PRIu64 " bytes",
                         w->stream.length);
    if (bytes.len > STREAM_SIZE_MAX - size)
        return error_set(err, ERROR_TOO_LARGE, "a stream has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    return sealed_write_add(w->sealed, bytes, err);
}

/* ---- committing ---- */

struct commit {
    struct stream_write *w;
    struct sealed_written written;
};

static bool insert_pieces(struct db *db, const struct commit *c, struct error *err)
{
    const struct stream *s = &c->w->stream;
    struct str id = str_from(s->id), session_id = str_from(s->session_id);
    for (size_t i = 0; i < c->written.pieces_len; i++) {
        const struct sealed_piece *r = &c->written.pieces[i];
        char hex[STR_HEX_MAX(SHA256_SIZE)];
        str_to_hex(str_bytes(r->sha256, sizeof r->sha256), hex);
        if (!db_run(db,
                    "INSERT INTO piece (stream_id, start, len, sealed_start, sha256)"
                    " VALUES ($1, $2, $3, $4, $5)",
                    DB_ARGS(DB_TEXT(id), DB_U64(r->at.offset), DB_I64(r->at.len),
                            DB_U64(r->at.sealed_offset),
                            DB_BLOB(str_bytes(r->sha256, sizeof r->sha256))),
                    NULL, err) ||
            !evidence_add_in(db, session_id, "piece",
                             json_pack("{s:s, s:I, s:I, s:s}", "stream", s->id, "offset",
                                       (json_int_t)r->at.offset, "length", (json_int_t)r->at.len,
                                       "sha256", hex),
                             err))
            return false;
    }
    return true;
}

static bool commit_body(struct db *db, void *context, struct error *err)
{
    struct commit *c = context;
    const struct stream_write *w = c->w;
    const struct sealed_written *written = &c->written;
    struct str id = str_from(w->stream.id), session_id = str_from(w->stream.session_id);
    struct session session;
    struct stream now;
    if (!stream_row_find_own(db, session_id, id, w->user_ref, NULL, &session, &now, NULL, err) ||
        !stream_check_session(&session, now.kind, false, err))
        return false;
    if (now.state != STREAM_OPEN)
        return error_set(err, ERROR_GONE, "this stream was ended");
    if (now.size != w->stream.size)
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, now.size);
    if (now.length_known && written->size > now.length)
        return error_set(err, ERROR_TOO_LARGE, "more than the declared length of %" PRIu64 " bytes",
                         now.length);
    if (!insert_pieces(db, c, err) ||
        !db_run(db,
                "UPDATE stream SET size = $1, sealed_size = $2, expires_us = $3, sha256 = $4,"
                " hash_state = $5 WHERE id = $6",
                DB_ARGS(DB_U64(written->size), DB_U64(written->sealed_size),
                        DB_I64(clock_wall_us() + STREAM_KEEP_US),
                        DB_BLOB(str_bytes(written->sha256, sizeof written->sha256)),
                        DB_BLOB(written->hash_state), DB_TEXT(id)),
                NULL, err))
        return false;
    if (now.length_known && written->size == now.length) {
        now.size = written->size;
        memcpy(now.sha256, written->sha256, sizeof now.sha256);
        return stream_row_end(db, &now, STREAM_COMPLETE, "stream-complete", err);
    }
    return !stream_is_recording(&now) ||
           (analysis_job_grown_in(db, id, written->size, false, err) &&
            live_grown_in(db, &now, written->size, err));
}

bool stream_write_commit(struct stream_write *w, uint64_t *ret_size, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (sealed_write_size(w->sealed) > w->stream.size) { /* else there is nothing to keep */
        struct commit c = {.w = w};
        if (!sealed_write_flush(w->sealed, &c.written, err) ||
            !db_store_write(w->p->store, commit_body, &c, err))
            return false;
        if (w->p->grown)
            w->p->grown(w->p->grown_context);
    }
    w->committed = true;
    *ret_size = sealed_write_size(w->sealed);
    return true;
}

void stream_write_end(struct stream_write *w)
{
    if (!w)
        return;
    sealed_write_end(w->sealed);
    free(w);
}

void stream_write_endp(struct stream_write **w) { stream_write_end(*w); }
