/* Reading a stream by range: the rows of the pieces that overlap it are looked up, each record is
 * opened and compared with its row. The last record stays open, for readers go on where they were.
 */
#include "blob/sealed.h"
#include "crypto/crypto.h"
#include "proctor/stream_row.h"

#include <stdlib.h>
#include <string.h>

struct stream_read {
    struct proctor *p; /* borrowed */
    char id[ID_TEXT_SIZE];
    struct seal_key key;
    struct blob *blob; /* owned */
    uint64_t size;
    struct buf record; /* plain bytes of the record that starts at record_start */
    uint64_t record_start;
};

static bool open_body(struct db *db, void *context, struct error *err)
{
    struct stream_read *r = context;
    struct stream s;
    if (!stream_row_find(db, str_from(r->id), NULL, &s, NULL, err))
        return false;
    if (s.state == STREAM_CLOSED && s.kind == STREAM_FILE)
        return error_set(err, ERROR_GONE, "this file was removed");
    if (s.deleted_us)
        return error_set(err, ERROR_GONE, "the recordings of this session were deleted");
    r->size = s.size;
    return session_key_in(db, &r->p->deployment_key, str_from(s.session_id), &r->key, err);
}

bool stream_read_open(struct proctor *p, struct str stream_id, struct stream_read **ret,
                      struct error *err)
{
    CLEANUP(stream_read_closep) struct stream_read *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    r->p = p;
    if (!str_into(stream_id, r->id, sizeof r->id))
        return error_set(err, ERROR_NOT_FOUND, "no such stream");
    if (!db_store_read(p->store, open_body, r, err) ||
        !blob_open_read(p->blobs, stream_id, &r->blob, err))
        return false;
    *ret = TAKE(r);
    return true;
}

uint64_t stream_read_size(const struct stream_read *r) { return r->size; }

static bool refresh_body(struct db *db, void *context, struct error *err)
{
    struct stream_read *r = context;
    struct stream s;
    if (!stream_row_find(db, str_from(r->id), NULL, &s, NULL, err))
        return false;
    r->size = MAX(r->size, s.size);
    return true;
}

bool stream_read_refresh(struct stream_read *r, struct error *err)
{
    return db_store_read(r->p->store, refresh_body, r, err);
}

/* ---- the index ---- */

struct piece {
    struct sealed_record at;
    unsigned char sha256[SHA256_SIZE];
};

struct lookup {
    struct stream_read *r;
    uint64_t from, to;
    struct arena arena;
    struct piece *pieces;
    size_t len;
};

static bool read_piece(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct piece *ret = to;
    (void)arena;
    struct str sha = db_col_text(rows, 3);
    int64_t len = db_col_i64(rows, 1);
    if (sha.len != SHA256_SIZE || len <= 0 || (uint64_t)len > SEALED_RECORD_MAX)
        return error_set(err, ERROR_CHECKSUM, "the row of a piece was altered");
    *ret = (struct piece){.at = {.offset = (uint64_t)db_col_i64(rows, 0),
                                 .len = (uint32_t)len,
                                 .sealed_offset = (uint64_t)db_col_i64(rows, 2)}};
    memcpy(ret->sha256, sha.ptr, SHA256_SIZE);
    return true;
}

static bool lookup_body(struct db *db, void *context, struct error *err)
{
    struct lookup *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    /* No record is longer than SEALED_RECORD_MAX: what overlaps starts at most that far before. */
    int64_t first = (int64_t)l->from - (int64_t)SEALED_RECORD_MAX;
    return db_query(
               db,
               "SELECT start, len, sealed_start, sha256 FROM piece WHERE stream_id = $1"
               " AND start > $2 AND start < $3 AND start + len > $4 ORDER BY start",
               DB_ARGS(DB_TEXT(str_from(l->r->id)), DB_I64(first), DB_U64(l->to), DB_U64(l->from)),
               &rows, err) &&
           db_collect(rows, &l->arena, sizeof *l->pieces, read_piece, &l->pieces, &l->len, err);
}

/* ---- reading ---- */

static void forget_record(struct stream_read *r)
{
    if (r->record.ptr)
        crypto_wipe(r->record.ptr, r->record.len);
    buf_clear(&r->record);
}

static bool open_record(struct stream_read *r, const struct piece *piece, struct error *err)
{
    unsigned char sha[SHA256_SIZE];
    if (r->record.len && r->record_start == piece->at.offset)
        return true;
    forget_record(r);
    if (!sealed_read(r->blob, &r->key, str_from(r->id), &piece->at, &r->record, err)) {
        forget_record(r);
        return false;
    }
    sha256(buf_str(&r->record), sha);
    if (memcmp(sha, piece->sha256, sizeof sha) != 0) {
        forget_record(r);
        return error_set(err, ERROR_CHECKSUM, "the piece at %" PRIu64 " was altered",
                         piece->at.offset);
    }
    r->record_start = piece->at.offset;
    return true;
}

/* What the open record has of [at, end); the next byte that is missing is *ret_at. */
static bool take_from_record(struct stream_read *r, uint64_t at, uint64_t end, struct buf *to,
                             uint64_t *ret_at)
{
    if (r->record.len == 0 || at < r->record_start || at - r->record_start >= r->record.len)
        return false;
    size_t from = (size_t)(at - r->record_start);
    size_t until = (size_t)MIN((uint64_t)r->record.len, end - r->record_start);
    buf_add(to, str_slice(buf_str(&r->record), from, until));
    *ret_at = r->record_start + until;
    return true;
}

static bool read_pieces(struct lookup *l, uint64_t at, uint64_t end, struct buf *to,
                        struct error *err)
{
    if (!db_store_read(l->r->p->store, lookup_body, l, err))
        return false;
    for (size_t i = 0; i < l->len && at < end; i++) {
        if (!open_record(l->r, &l->pieces[i], err))
            return false;
        if (!take_from_record(l->r, at, end, to, &at))
            break;
    }
    if (at < end)
        return error_set(err, ERROR_CHECKSUM, "the piece at %" PRIu64 " is missing", at);
    return true;
}

bool stream_read_at(struct stream_read *r, uint64_t at, size_t len, struct buf *to,
                    struct error *err)
{
    if (at >= r->size)
        return true;
    uint64_t end = at + MIN((uint64_t)len, r->size - at);
    if (at < end && take_from_record(r, at, end, to, &at) && at == end)
        return buf_ok(to, err);
    if (at < end) {
        struct lookup l = {.r = r, .from = at, .to = end};
        bool good = read_pieces(&l, at, end, to, err);
        arena_done(&l.arena);
        if (!good)
            return false;
    }
    return buf_ok(to, err);
}

void stream_read_close(struct stream_read *r)
{
    if (!r)
        return;
    forget_record(r);
    buf_done(&r->record);
    blob_close(r->blob);
    seal_key_wipe(&r->key);
    free(r);
}

void stream_read_closep(struct stream_read **r) { stream_read_close(*r); }
