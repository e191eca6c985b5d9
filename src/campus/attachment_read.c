/* Reading an attachment by range: the record that holds the next byte is looked up and opened, and
 * stays open, for readers go on where they were. */
#include "blob/sealed.h"
#include "campus/attachment_row.h"
#include "campus/campus_private.h"
#include "crypto/crypto.h"

#include <stdlib.h>

struct attachment_read {
    struct campus *c; /* borrowed */
    struct attachment x;
    struct seal_key key;
    struct blob *blob; /* owned */
    struct buf record; /* plain bytes of the record that starts at record_start */
    uint64_t record_start;
};

struct opening {
    struct attachment_read *r;
    struct str id;
};

static bool open_body(struct db *db, void *context, struct error *err)
{
    struct opening *o = context;
    struct attachment_read *r = o->r;
    if (!attachment_row_find(db, o->id, &r->x, NULL, err))
        return false;
    if (r->x.state == ATTACHMENT_REMOVED)
        return error_set(err, ERROR_GONE, "this file was removed");
    if (r->x.state != ATTACHMENT_COMPLETE)
        return error_set(err, ERROR_CONFLICT, "this file is not complete");
    return attachment_key_in(db, &r->c->deployment_key, r->x.attempt_id, false, &r->key, err);
}

bool attachment_read_open(struct campus *c, struct str id, struct attachment_read **ret,
                          struct error *err)
{
    CLEANUP(attachment_read_closep) struct attachment_read *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    r->c = c;
    struct opening o = {.r = r, .id = id};
    if (!db_store_read(c->store, open_body, &o, err) ||
        !blob_open_read(c->blobs, id, &r->blob, err))
        return false;
    *ret = TAKE(r);
    return true;
}

/* ---- records ---- */

struct lookup {
    const struct attachment_read *r;
    uint64_t at;
    struct sealed_record record;
};

static bool lookup_body(struct db *db, void *context, struct error *err)
{
    struct lookup *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT start, len, sealed_start FROM attachment_piece"
                      " WHERE attachment_id = $1 AND start <= $2 ORDER BY start DESC LIMIT 1",
                      DB_ARGS(DB_TEXT(str_from(l->r->x.id)), DB_U64(l->at)), &found, &rows, err))
        return false;
    int64_t len = found ? db_col_i64(rows, 1) : 0;
    uint64_t start = found ? (uint64_t)db_col_i64(rows, 0) : 0;
    if (len <= 0 || (uint64_t)len > SEALED_RECORD_MAX || l->at - start >= (uint64_t)len)
        return error_set(err, ERROR_CHECKSUM, "the piece at %" PRIu64 " is missing", l->at);
    l->record = (struct sealed_record){
        .offset = start, .len = (uint32_t)len, .sealed_offset = (uint64_t)db_col_i64(rows, 2)};
    return true;
}

static void forget_record(struct attachment_read *r)
{
    if (r->record.ptr)
        crypto_wipe(r->record.ptr, r->record.len);
    buf_clear(&r->record);
}

static bool open_record(struct attachment_read *r, uint64_t at, struct error *err)
{
    struct lookup l = {.r = r, .at = at};
    if (r->record.len && at >= r->record_start && at - r->record_start < r->record.len)
        return true;
    forget_record(r);
    if (!db_store_read(r->c->store, lookup_body, &l, err))
        return false;
    if (!sealed_read(r->blob, &r->key, str_from(r->x.id), &l.record, &r->record, err)) {
        forget_record(r);
        return false;
    }
    r->record_start = l.record.offset;
    return true;
}

bool attachment_read_at(struct attachment_read *r, uint64_t at, size_t len, struct buf *to,
                        struct error *err)
{
    if (at >= r->x.size)
        return true;
    uint64_t end = at + MIN((uint64_t)len, r->x.size - at);
    while (at < end) {
        if (!open_record(r, at, err))
            return false;
        size_t from = (size_t)(at - r->record_start);
        size_t until = (size_t)MIN((uint64_t)r->record.len, end - r->record_start);
        buf_add(to, str_slice(buf_str(&r->record), from, until));
        at = r->record_start + until;
    }
    return buf_ok(to, err);
}

void attachment_read_close(struct attachment_read *r)
{
    if (!r)
        return;
    forget_record(r);
    buf_done(&r->record);
    blob_close(r->blob);
    seal_key_wipe(&r->key);
    free(r);
}

void attachment_read_closep(struct attachment_read **r) { attachment_read_close(*r); }
