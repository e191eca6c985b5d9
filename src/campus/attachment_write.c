/* Writing an attachment. The order of things is the promise: the blob's lock, then the length (so
 * nobody else can make it stale), then what lies past it is cut off; at the end the blob is flushed
 * before the rows that say so are, and only then is anything acknowledged. */
#include "base/clock.h"
#include "blob/sealed.h"
#include "campus/attachment_row.h"
#include "campus/campus_private.h"
#include "crypto/crypto.h"

#include <stdlib.h>
#include <string.h>

struct attachment_write {
    struct campus *c; /* borrowed */
    int64_t user_id;
    struct attachment x; /* as it was at the beginning */
    struct seal_key key;
    struct blob *blob;    /* owned; holds the lock */
    struct hash *hash;    /* owned; over all bytes so far */
    struct buf plain;     /* of the record that fills up */
    uint64_t sealed_size; /* of the blob at the beginning */
    uint64_t size;        /* plain bytes so far, those in `plain` too */
    struct arena arena;   /* the records */
    struct sealed_record *records;
    size_t records_len, records_room;
    bool rows_tried; /* from here on only the database knows what is acknowledged */
    bool committed;
};

/* ---- beginning ---- */

struct begin {
    struct attachment_write *w;
    struct str id;
    uint64_t offset;
};

static bool check_body(struct db *db, void *context, struct error *err)
{
    struct begin *b = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    struct attachment x;
    /* A reader: an outage that is not yet credited is seen by the commit, which writes. */
    if (!attachment_row_find_own(db, b->id, b->w->user_id, &arena, &a, &x, err))
        return false;
    if (x.state == ATTACHMENT_REMOVED)
        return error_set(err, ERROR_GONE, "this file was removed");
    return a.state < ATTEMPT_SUBMITTED ||
           error_set(err, ERROR_CONFLICT, "the time to send files of this exam is over");
}

static bool load_hash(struct db *db, struct attachment_write *w, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf state = {0};
    CLEANUP(buf_done) struct buf context = {0};
    bool found;
    if (w->x.size == 0)
        return hash_create(HASH_SHA256, &w->hash, err);
    attachment_context(str_from(w->x.id), "hash", &context);
    if (!buf_ok(&context, err) ||
        !db_query_one(db, "SELECT hash_state FROM attachment WHERE id = $1",
                      DB_ARGS(DB_TEXT(str_from(w->x.id))), &found, &rows, err))
        return false;
    bool good = found && seal_open(&w->key, buf_str(&context), db_col_text(rows, 0), &state, err) &&
                hash_restore(buf_str(&state), &w->hash, err);
    if (state.ptr)
        crypto_wipe(state.ptr, state.len);
    return good;
}

static bool load_body(struct db *db, void *context, struct error *err)
{
    struct begin *b = context;
    struct attachment_write *w = b->w;
    if (!attachment_row_find(db, b->id, &w->x, &w->sealed_size, err))
        return false;
    if (w->x.state == ATTACHMENT_REMOVED)
        return error_set(err, ERROR_GONE, "this file was removed");
    if (b->offset != w->x.size)
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, w->x.size);
    if (w->x.state != ATTACHMENT_OPEN)
        return true; /* nothing may be added, which attachment_write_add() checks by the length */
    return attachment_key_in(db, &w->c->deployment_key, w->x.attempt_id, false, &w->key, err) &&
           load_hash(db, w, err);
}

bool attachment_write_begin(struct campus *c, struct str id, int64_t user_id, uint64_t offset,
                            struct attachment_write **ret, struct error *err)
{
    CLEANUP(attachment_write_endp) struct attachment_write *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    w->c = c;
    w->user_id = user_id;
    struct begin b = {.w = w, .id = id, .offset = offset};
    if (!db_store_read(c->store, check_body, &b, err) ||
        !blob_open_unsettled(c->blobs, id, &w->blob, err) ||
        !db_store_read(c->store, load_body, &b, err) || !blob_settle(w->blob, w->sealed_size, err))
        return false;
    w->size = w->x.size;
    *ret = TAKE(w);
    return true;
}

/* ---- adding ---- */

static bool seal_record(struct attachment_write *w, struct error *err)
{
    struct str plain = buf_str(&w->plain);
    struct sealed_record *more =
        arena_more(&w->arena, w->records, w->records_len, &w->records_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    w->records = more;
    if (!sealed_append(w->blob, &w->key, str_from(w->x.id), w->size - plain.len, plain,
                       &w->records[w->records_len], err))
        return false;
    w->records_len++;
    hash_add(w->hash, plain);
    crypto_wipe(w->plain.ptr, w->plain.len);
    buf_clear(&w->plain);
    return true;
}

bool attachment_write_add(struct attachment_write *w, struct str bytes, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (bytes.len > w->x.length - w->size)
        return error_set(err, ERROR_TOO_LARGE, "more than the declared length of %" PRIu64 " bytes",
                         w->x.length);
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
    struct attachment_write *w;
    unsigned char sha256[SHA256_SIZE];
    struct buf hash_state; /* sealed */
};

static bool insert_records(struct db *db, struct attachment_write *w, struct error *err)
{
    for (size_t i = 0; i < w->records_len; i++) {
        const struct sealed_record *r = &w->records[i];
        if (!db_run(db,
                    "INSERT INTO attachment_piece (attachment_id, start, len, sealed_start)"
                    " VALUES ($1, $2, $3, $4)",
                    DB_ARGS(DB_TEXT(str_from(w->x.id)), DB_U64(r->offset), DB_I64(r->len),
                            DB_U64(r->sealed_offset)),
                    NULL, err))
            return false;
    }
    return true;
}

static bool commit_body(struct db *db, void *context, struct error *err)
{
    struct commit *c = context;
    struct attachment_write *w = c->w;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    struct attachment x;
    int64_t now = clock_wall_us();
    if (!attachment_row_find_own(db, str_from(w->x.id), w->user_id, &arena, &a, &x, err) ||
        !attachment_row_may_grow(db, &a, &x, now, err))
        return false;
    if (x.state != ATTACHMENT_OPEN || x.size != w->x.size)
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, x.size);
    if (!insert_records(db, w, err) ||
        !db_run(db,
                "UPDATE attachment SET size = $1, sealed_size = $2, changed_us = $3, sha256 = $4,"
                " hash_state = $5 WHERE id = $6",
                DB_ARGS(DB_U64(w->size), DB_U64(blob_len(w->blob)), DB_I64(now),
                        DB_BLOB(str_bytes(c->sha256, sizeof c->sha256)),
                        DB_BLOB(buf_str(&c->hash_state)), DB_TEXT(str_from(w->x.id))),
                NULL, err))
        return false;
    x.size = w->size;
    memcpy(x.sha256, c->sha256, sizeof x.sha256);
    return w->size < x.length || attachment_row_complete(db, &a, &x, err);
}

/* The digest so far, and the state from which the next write goes on: it holds some plain bytes, so
 * it is sealed as well. */
static bool save_hash(struct attachment_write *w, struct commit *c, struct error *err)
{
    unsigned char state[HASH_STATE_SIZE] = {0};
    struct str plain = str_bytes(state, sizeof state);
    CLEANUP(hash_destroyp) struct hash *copy = NULL;
    CLEANUP(buf_done) struct buf context = {0};
    attachment_context(str_from(w->x.id), "hash", &context);
    hash_save(w->hash, state);
    bool good = buf_ok(&context, err) && hash_restore(plain, &copy, err) &&
                seal_bytes(&w->key, buf_str(&context), plain, &c->hash_state, err);
    crypto_wipe(state, sizeof state);
    if (good)
        hash_finish(copy, c->sha256);
    return good;
}

static bool commit(struct attachment_write *w, struct commit *c, struct error *err)
{
    if ((w->plain.len && !seal_record(w, err)) || !blob_flush(w->blob, err) ||
        !save_hash(w, c, err))
        return false;
    w->rows_tried = true;
    return db_store_write(w->c->store, commit_body, c, err);
}

bool attachment_write_commit(struct attachment_write *w, uint64_t *ret_size, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (w->size > w->x.size) { /* else there is nothing to keep */
        struct commit c = {.w = w};
        bool good = commit(w, &c, err);
        buf_done(&c.hash_state);
        if (!good)
            return false;
    }
    w->committed = true;
    *ret_size = w->size;
    return true;
}

void attachment_write_end(struct attachment_write *w)
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

void attachment_write_endp(struct attachment_write **w) { attachment_write_end(*w); }
