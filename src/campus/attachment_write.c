/* Writing an attachment: what the attempt allows, and the rows that say what is acknowledged. The
 * bytes are sealed_write's, whose order of things is the promise. */
#include "base/clock.h"
#include "blob/sealed_write.h"
#include "campus/attachment_row.h"
#include "campus/campus_private.h"

#include <stdlib.h>
#include <string.h>

struct attachment_write {
    struct campus *c; /* borrowed */
    int64_t user_id;
    struct attachment x;         /* as it was at the beginning */
    struct sealed_write *sealed; /* owned */
    uint64_t sealed_size;        /* of the blob at the beginning */
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

/* So that something can be added. */
static bool resume(struct db *db, struct attachment_write *w, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!attachment_key_in(db, &w->c->deployment_key, w->x.attempt_id, false, &key, err) ||
        !db_query_one(db, "SELECT hash_state FROM attachment WHERE id = $1",
                      DB_ARGS(DB_TEXT(str_from(w->x.id))), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such attachment");
    return sealed_write_resume(w->sealed, &key, w->x.size, db_col_text(rows, 0), err);
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
    /* Else nothing may be added, which attachment_write_add() checks by the length. */
    return w->x.state != ATTACHMENT_OPEN || resume(db, w, err);
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
        !sealed_write_open(c->blobs, id, &w->sealed, err) ||
        !db_store_read(c->store, load_body, &b, err) ||
        !sealed_write_settle(w->sealed, w->x.size, w->sealed_size, err))
        return false;
    *ret = TAKE(w);
    return true;
}

/* ---- adding ---- */

bool attachment_write_add(struct attachment_write *w, struct str bytes, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (bytes.len > w->x.length - sealed_write_size(w->sealed))
        return error_set(err, ERROR_TOO_LARGE, "more than the declared length of %" PRIu64 " bytes",
                         w->x.length);
    return sealed_write_add(w->sealed, bytes, err);
}

/* ---- committing ---- */

struct commit {
    struct attachment_write *w;
    struct sealed_written written;
};

static bool insert_pieces(struct db *db, const struct commit *c, struct error *err)
{
    for (size_t i = 0; i < c->written.pieces_len; i++) {
        const struct sealed_record *r = &c->written.pieces[i].at;
        if (!db_run(db,
                    "INSERT INTO attachment_piece (attachment_id, start, len, sealed_start)"
                    " VALUES ($1, $2, $3, $4)",
                    DB_ARGS(DB_TEXT(str_from(c->w->x.id)), DB_U64(r->offset), DB_I64(r->len),
                            DB_U64(r->sealed_offset)),
                    NULL, err))
            return false;
    }
    return true;
}

static bool commit_body(struct db *db, void *context, struct error *err)
{
    struct commit *c = context;
    const struct attachment_write *w = c->w;
    const struct sealed_written *written = &c->written;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    struct attachment x;
    int64_t now = clock_wall_us();
    if (!attachment_row_find_own(db, str_from(w->x.id), w->user_id, &arena, &a, &x, err) ||
        !attachment_row_may_grow(db, &a, &x, now, err))
        return false;
    if (x.state != ATTACHMENT_OPEN || x.size != w->x.size)
        return error_set(err, ERROR_CONFLICT, "the next byte is %" PRIu64, x.size);
    if (!insert_pieces(db, c, err) ||
        !db_run(db,
                "UPDATE attachment SET size = $1, sealed_size = $2, changed_us = $3, sha256 = $4,"
                " hash_state = $5 WHERE id = $6",
                DB_ARGS(DB_U64(written->size), DB_U64(written->sealed_size), DB_I64(now),
                        DB_BLOB(str_bytes(written->sha256, sizeof written->sha256)),
                        DB_BLOB(written->hash_state), DB_TEXT(str_from(w->x.id))),
                NULL, err))
        return false;
    x.size = written->size;
    memcpy(x.sha256, written->sha256, sizeof x.sha256);
    return x.size < x.length || attachment_row_complete(db, &a, &x, err);
}

bool attachment_write_commit(struct attachment_write *w, uint64_t *ret_size, struct error *err)
{
    if (w->committed)
        return error_set(err, ERROR_INTERNAL, "this write is over");
    if (sealed_write_size(w->sealed) > w->x.size) { /* else there is nothing to keep */
        struct commit c = {.w = w};
        if (!sealed_write_flush(w->sealed, &c.written, err) ||
            !db_store_write(w->c->store, commit_body, &c, err))
            return false;
    }
    w->committed = true;
    *ret_size = sealed_write_size(w->sealed);
    return true;
}

void attachment_write_end(struct attachment_write *w)
{
    if (!w)
        return;
    sealed_write_end(w->sealed);
    free(w);
}

void attachment_write_endp(struct attachment_write **w) { attachment_write_end(*w); }
