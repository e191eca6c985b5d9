/* Writing a stream. The order of things is the promise: the file's lock, then the length (so nobody
 * else can make it stale), then what lies past it is cut off; at the end the file is flushed before
 * the rows that say so are, and only then is anything acknowledged. */
#include "blob/sealed.h"
#include "crypto/crypto.h"
#include "proctor/analysis_job.h"
#include "proctor/evidence.h"
#include "proctor/live.h"
#include "proctor/stream_row.h"

#include <stdlib.h>
#include <string.h>

struct record {
    struct sealed_record at;
    unsigned char sha256[SHA256_SIZE];
};

struct stream_write {
    struct proctor *p; /* borrowed */
    int64_t user_ref;
    struct stream stream; /* as it was at the beginning */
    struct seal_key key;
    struct blob *blob;    /* owned; holds the lock */
    struct hash *hash;    /* owned; over all bytes of the stream so far */
    struct buf plain;     /* of the record that fills up */
    uint64_t sealed_size; /* of the file at the beginning */
    uint64_t size;        /* plain bytes so far, those in `plain` too */
    struct arena arena;   /* the records */
    struct record *records;
    size_t records_len, records_room;
    bool rows_tried; /* from here on only the database knows what is acknowledged */
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

static bool load_hash(struct db *db, struct stream_write *w, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf state = {0};
    CLEANUP(buf_done) struct buf context = {0};
    bool found;
    if (w->stream.size == 0)
        return hash_create(HASH_SHA256, &w->hash, err);
    stream_context(str_from(w->stream.id), "hash", &context);
    if (!buf_ok(&context, err) ||
        !db_query_one(db, "SELECT hash_state FROM stream WHERE id = $1",
                      DB_ARGS(DB_TEXT(str_from(w->stream.id))), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such stream");
    bool good = seal_open(&w->key, buf_str(&context), db_col_text(rows, 0), &state, err) &&
                hash_restore(buf_str(&state), &w->hash, err);
    if (state.ptr)
        crypto_wipe(state.ptr, state.len);
    return good;
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
    if (w->stream.state != STREAM_OPEN)
        return true; /* nothing may be added, which stream_write_add() checks by the length */
    return session_key_in(db, &w->p->deployment_key, b->session_id, &w->key, err) &&
           load_hash(db, w, err);
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
        !blob_open_unsettled(p->blobs, stream_id, &w->blob, err) ||
        !db_store_read(p->store, load_body, &b, err) || !blob_settle(w->blob, w->sealed_size, err))
        return false;
    w->size = w->stream.size;
    *ret = TAKE(w);
    return true;
}

/* ---- adding ---- */

static bool seal_record(struct stream_write *w, struct error *err)
{
    struct record r;
    struct str plain = buf_str(&w->plain);
    struct record *more =
        arena_more(&w->arena, w->records, w->records_len, &w->records_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    w->records = more;
    if (!sealed_append(w->blob, &w->key, str_from(w->stream.id), w->size - plain.len, plain, &r.at,
                       err))
        return false;
    sha256(plain, r.sha256);
    hash_add(w->hash, plain);
    w->records[w->records_len++] = r;
    crypto_wipe(w->plain.ptr, w->plain.len);
    buf_clear(&w->plain);
    return true;
}

bool stream_write_add(struct stream_write *w, struct str bytes, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (w->stream.length_known && bytes.len > w->stream.length - w->size)
        return error_set(err, ERROR_TOO_LARGE, "more than the declared length of %" PRIu64 " bytes",
                         w->stream.length);
    if (bytes.len > STREAM_SIZE_MAX - w->size)
        return error_set(err, ERROR_TOO_LARGE, "a stream has at most %" PRIu64 " bytes",
                         STREAM_SIZE_MAX);
    while (bytes.len) {
        size_t part = MIN(bytes.len, SEALED_RECORD_MAX - w->plain.len);
        buf_add(&w->plain, str_slice(bytes, 0, part));
        if (!buf_ok(&w->plain, err))
            return false;
        w->size += part;
        bytes = str_slice(bytes, part, bytes.len);
        if (w->plain.len == SEALED_RECORD_MAX && !seal_record(w, err))
            return false;
    }
    return true;
}

/* ---- committing ---- */

struct commit {
    struct stream_write *w;
    unsigned char sha256[SHA256_SIZE];
    struct buf hash_state; /* sealed */
};

static bool insert_records(struct db *db, struct stream_write *w, struct error *err)
{
    struct str id = str_from(w->stream.id), session_id = str_from(w->stream.session_id);
    for (size_t i = 0; i < w->records_len; i++) {
        const struct record *r = &w->records[i];
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
                             json_pack("{s:s, s:I, s:I, s:s}", "stream", w->stream.id, "offset",
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
    struct stream_write *w = c->w;
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
    if (now.length_known && w->size > now.length)
        return error_set(err, ERROR_TOO_LARGE, "more than the declared length of %" PRIu64 " bytes",
                         now.length);
    if (!insert_records(db, w, err) ||
        !db_run(db,
                "UPDATE stream SET size = $1, sealed_size = $2, expires_us = $3, sha256 = $4,"
                " hash_state = $5 WHERE id = $6",
                DB_ARGS(DB_U64(w->size), DB_U64(blob_len(w->blob)),
                        DB_I64(clock_wall_us() + STREAM_KEEP_US),
                        DB_BLOB(str_bytes(c->sha256, sizeof c->sha256)),
                        DB_BLOB(buf_str(&c->hash_state)), DB_TEXT(id)),
                NULL, err))
        return false;
    if (now.length_known && w->size == now.length) {
        now.size = w->size;
        memcpy(now.sha256, c->sha256, sizeof now.sha256);
        return stream_row_end(db, &now, STREAM_COMPLETE, "stream-complete", err);
    }
    return !stream_is_recording(&now) || (analysis_job_grown_in(db, id, w->size, false, err) &&
                                          live_grown_in(db, &now, w->size, err));
}

/* The digest so far, and the state from which the next write goes on: it holds some plain bytes, so
 * it is sealed as well. */
static bool save_hash(struct stream_write *w, struct commit *c, struct error *err)
{
    unsigned char state[HASH_STATE_SIZE] = {0};
    struct str plain = str_bytes(state, sizeof state);
    CLEANUP(hash_destroyp) struct hash *copy = NULL;
    CLEANUP(buf_done) struct buf context = {0};
    stream_context(str_from(w->stream.id), "hash", &context);
    hash_save(w->hash, state);
    bool good = buf_ok(&context, err) && hash_restore(plain, &copy, err) &&
                seal_bytes(&w->key, buf_str(&context), plain, &c->hash_state, err);
    crypto_wipe(state, sizeof state);
    if (good)
        hash_finish(copy, c->sha256);
    return good;
}

static bool commit(struct stream_write *w, struct commit *c, struct error *err)
{
    if ((w->plain.len && !seal_record(w, err)) || !blob_flush(w->blob, err) ||
        !save_hash(w, c, err))
        return false;
    w->rows_tried = true;
    return db_store_write(w->p->store, commit_body, c, err);
}

bool stream_write_commit(struct stream_write *w, uint64_t *ret_size, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (w->size > w->stream.size) { /* else there is nothing to keep */
        struct commit c = {.w = w};
        bool good = commit(w, &c, err);
        buf_done(&c.hash_state);
        if (!good)
            return false;
        if (w->p->grown)
            w->p->grown(w->p->grown_context);
    }
    w->committed = true;
    *ret_size = w->size;
    return true;
}

void stream_write_end(struct stream_write *w)
{
    if (!w)
        return;
    if (w->blob && w->records_len && !w->rows_tried) {
        /* Gives the disk its space back now; should it fail, the next writer cuts. Never once rows
         * were tried: a failed commit may be durable all the same. */
        bool cut = blob_cut(w->blob, w->sealed_size, NULL);
        (void)cut;
    }
    blob_close(w->blob);
    hash_destroy(w->hash);
    if (w->plain.ptr)
        crypto_wipe(w->plain.ptr, w->plain.capacity);
    buf_done(&w->plain);
    arena_done(&w->arena);
    seal_key_wipe(&w->key);
    free(w);
}

void stream_write_endp(struct stream_write **w) { stream_write_end(*w); }
