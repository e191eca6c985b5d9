/* One chain a session. A record is appended by the store's writer alone, so `seq` has no gaps and
 * the time of a record is never before the one in front of it. */
#include "proctor/evidence.h"

#include "base/clock.h"
#include "db/db.h"
#include "proctor/signed_text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct head {
    uint64_t records;
    int64_t time_us; /* of the last one */
    unsigned char hash[CHAIN_HASH_SIZE];
    bool is_signed; /* the last one is a checkpoint, or there is none */
};

static bool read_head(struct db *db, struct str session_id, struct head *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT seq, hash, time_us, kind FROM evidence WHERE session_id = $1"
                      " ORDER BY seq DESC LIMIT 1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    *ret = (struct head){.is_signed = true};
    if (!found)
        return true;
    struct str hash = db_col_text(rows, 1);
    if (hash.len != CHAIN_HASH_SIZE || db_col_i64(rows, 0) < 0)
        return error_set(err, ERROR_CHECKSUM, "the head of the evidence was altered");
    memcpy(ret->hash, hash.ptr, CHAIN_HASH_SIZE);
    ret->records = (uint64_t)db_col_i64(rows, 0) + 1;
    ret->time_us = db_col_i64(rows, 2);
    ret->is_signed = str_eq(db_col_text(rows, 3), STR(EVIDENCE_CHECKPOINT));
    return true;
}

bool evidence_head_in(struct db *db, struct str session_id, uint64_t *ret_records,
                      unsigned char ret_hash[CHAIN_HASH_SIZE], struct error *err)
{
    struct head head;
    if (!read_head(db, session_id, &head, err))
        return false;
    memcpy(ret_hash, head.hash, CHAIN_HASH_SIZE);
    *ret_records = head.records;
    return true;
}

bool evidence_has_in(struct db *db, struct str session_id, const char *kind, bool *ret,
                     struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM evidence WHERE session_id = $1 AND kind = $2 LIMIT 1",
                        DB_ARGS(DB_TEXT(session_id), DB_TEXT(str_from(kind))), ret, &rows, err);
}

bool evidence_last_us_in(struct db *db, struct str session_id, const char *kind, int64_t *ret_us,
                         struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT MAX(time_us) FROM evidence WHERE session_id = $1 AND kind = $2",
                      DB_ARGS(DB_TEXT(session_id), DB_TEXT(str_from(kind))), &found, &rows, err))
        return false;
    *ret_us = found && !db_col_null(rows, 0) ? db_col_i64(rows, 0) : 0;
    return true;
}

/* The first record behind a checkpoint puts the chain on the list of those to sign. */
static bool note_unsigned(struct db *db, struct str session_id, bool is_checkpoint, bool was_signed,
                          int64_t now_us, struct error *err)
{
    if (is_checkpoint)
        return db_run(db, "DELETE FROM evidence_unsigned WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), NULL, err);
    return !was_signed || db_run(db,
                                 "INSERT INTO evidence_unsigned (session_id, since_us)"
                                 " VALUES ($1, $2) ON CONFLICT (session_id) DO NOTHING",
                                 DB_ARGS(DB_TEXT(session_id), DB_I64(now_us)), NULL, err);
}

bool evidence_append_in(struct db *db, struct str session_id, struct str kind,
                        struct str payload_json, struct error *err)
{
    unsigned char hash[CHAIN_HASH_SIZE];
    struct head head;
    if (kind.len == 0 || kind.len > EVIDENCE_KIND_MAX)
        return error_set(err, ERROR_INVALID, "the kind of a record has 1 to %d bytes",
                         EVIDENCE_KIND_MAX);
    if (payload_json.len > EVIDENCE_PAYLOAD_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a record has at most %zu bytes",
                         EVIDENCE_PAYLOAD_MAX);
    if (!read_head(db, session_id, &head, err))
        return false;
    int64_t now = clock_wall_us();
    int64_t time_us = head.records ? MAX(now, head.time_us) : now; /* the clock may be set back */
    return chain_hash(head.hash, head.records, time_us, kind, payload_json, hash, err) &&
           db_run(db,
                  "INSERT INTO evidence (session_id, seq, time_us, kind, payload, hash)"
                  " VALUES ($1, $2, $3, $4, $5, $6)",
                  DB_ARGS(DB_TEXT(session_id), DB_U64(head.records), DB_I64(time_us), DB_TEXT(kind),
                          DB_TEXT(payload_json), DB_BLOB(str_bytes(hash, sizeof hash))),
                  NULL, err) &&
           note_unsigned(db, session_id, str_eq(kind, STR(EVIDENCE_CHECKPOINT)), head.is_signed,
                         now, err);
}

bool evidence_add_in(struct db *db, struct str session_id, const char *kind, json_t *payload,
                     struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = payload;
    CLEANUP(freep) char *text = NULL;
    if (!owned)
        return error_no_memory(err);
    return json_text(owned, &text, err) &&
           evidence_append_in(db, session_id, str_from(kind), str_from(text), err);
}

/* ---- reading ---- */

struct list {
    struct str session_id, without;
    uint64_t from_seq;
    size_t max;
    struct arena *arena;
    struct evidence_record *records;
    size_t len;
};

static bool read_record(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct evidence_record *ret = to;
    struct str hash = db_col_text(rows, 4);
    *ret = (struct evidence_record){
        .seq = (uint64_t)db_col_i64(rows, 0),
        .time_us = db_col_i64(rows, 1),
        .kind = db_col_copy(rows, 2, arena),
        .payload = db_col_copy(rows, 3, arena),
    };
    if (!ret->kind.ptr || !ret->payload.ptr)
        return error_no_memory(err);
    if (hash.len != sizeof ret->hash)
        return error_set(err, ERROR_CHECKSUM, "record %" PRIu64 " of the evidence was altered",
                         ret->seq);
    memcpy(ret->hash, hash.ptr, sizeof ret->hash);
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT seq, time_us, kind, payload, hash FROM evidence"
                    " WHERE session_id = $1 AND seq >= $2 AND kind <> $3 ORDER BY seq LIMIT $4",
                    DB_ARGS(DB_TEXT(l->session_id), DB_U64(l->from_seq), DB_TEXT(l->without),
                            DB_U64(l->max)),
                    &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->records, read_record, &l->records, &l->len, err);
}

bool evidence_list(struct proctor *p, struct str session_id, uint64_t from_seq, size_t max,
                   struct str without, struct arena *arena, struct evidence_record **ret,
                   size_t *ret_len, struct error *err)
{
    struct list l = {.session_id = session_id,
                     .without = without.ptr ? without : STR(""),
                     .from_seq = from_seq,
                     .max = max,
                     .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.records;
    *ret_len = l.len;
    return true;
}

bool evidence_list_kinds_in(struct db *db, struct str session_id, const char *const *kinds,
                            size_t kinds_len, size_t max, struct arena *arena,
                            struct evidence_record **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf sql = {0};
    struct list l = {.session_id = session_id, .arena = arena};
    struct db_value values[EVIDENCE_KINDS_MAX + 2] = {DB_TEXT(session_id)};
    const char *text;
    assert(kinds_len > 0 && kinds_len <= EVIDENCE_KINDS_MAX);
    /* "<> 'piece'" lets the index of the other kinds be used. */
    buf_add_c(&sql, "SELECT seq, time_us, kind, payload, hash FROM evidence"
                    " WHERE session_id = $1 AND kind <> 'piece' AND kind IN (");
    for (size_t i = 0; i < kinds_len; i++) {
        buf_printf(&sql, "%s$%zu", i ? ", " : "", i + 2);
        values[i + 1] = DB_TEXT(str_from(kinds[i]));
    }
    buf_printf(&sql, ") ORDER BY seq DESC LIMIT $%zu", kinds_len + 2);
    values[kinds_len + 1] = DB_U64(max);
    if (!buf_c_text(&sql, &text, err) ||
        !db_query(db, text, (struct db_args){values, kinds_len + 2}, &rows, err) ||
        !db_collect(rows, arena, sizeof *l.records, read_record, &l.records, &l.len, err))
        return false;
    for (size_t i = 0; i < l.len / 2; i++) { /* oldest first */
        struct evidence_record one = l.records[i];
        l.records[i] = l.records[l.len - 1 - i];
        l.records[l.len - 1 - i] = one;
    }
    *ret = l.records;
    *ret_len = l.len;
    return true;
}

#define VERIFY_STEP 1000 /* records read at a time, so that memory does not grow with the chain */

static bool verify_some(const struct evidence_record *records, size_t len, uint64_t *at,
                        unsigned char hash[CHAIN_HASH_SIZE], struct error *err)
{
    unsigned char next[CHAIN_HASH_SIZE];
    for (size_t i = 0; i < len; i++) {
        const struct evidence_record *r = &records[i];
        if (r->seq != *at)
            return error_set(err, ERROR_CHECKSUM, "record %" PRIu64 " of the evidence is missing",
                             *at);
        if (!chain_hash(hash, r->seq, r->time_us, r->kind, r->payload, next, err))
            return false;
        if (memcmp(next, r->hash, sizeof next) != 0)
            return error_set(err, ERROR_CHECKSUM, "record %" PRIu64 " of the evidence was altered",
                             r->seq);
        memcpy(hash, next, sizeof next);
        ++*at;
    }
    return true;
}

bool evidence_verify(struct proctor *p, struct str session_id, uint64_t *ret_records,
                     unsigned char ret_head[CHAIN_HASH_SIZE], struct error *err)
{
    unsigned char hash[CHAIN_HASH_SIZE] = {0};
    uint64_t at = 0;
    for (size_t len = VERIFY_STEP; len == VERIFY_STEP;) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct evidence_record *records;
        if (!evidence_list(p, session_id, at, VERIFY_STEP, STR(""), &arena, &records, &len, err) ||
            !verify_some(records, len, &at, hash, err))
            return false;
    }
    *ret_records = at;
    memcpy(ret_head, hash, sizeof hash);
    return true;
}

bool evidence_last_but_in(struct db *db, struct str session_id, const char *const *kinds,
                          size_t kinds_len, uint64_t *ret_records, int64_t *ret_us,
                          unsigned char ret_hash[CHAIN_HASH_SIZE], struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf sql = {0};
    struct db_value values[EVIDENCE_KINDS_MAX + 1] = {DB_TEXT(session_id)};
    struct evidence_record last = {0};
    const char *text;
    bool found;
    assert(kinds_len > 0 && kinds_len <= EVIDENCE_KINDS_MAX);
    buf_add_c(&sql, "SELECT seq, time_us, kind, payload, hash FROM evidence"
                    " WHERE session_id = $1 AND kind NOT IN (");
    for (size_t i = 0; i < kinds_len; i++) {
        buf_printf(&sql, "%s$%zu", i ? ", " : "", i + 2);
        values[i + 1] = DB_TEXT(str_from(kinds[i]));
    }
    buf_add_c(&sql, ") ORDER BY seq DESC LIMIT 1");
    if (!buf_c_text(&sql, &text, err) ||
        !db_query_one(db, text, (struct db_args){values, kinds_len + 1}, &found, &rows, err) ||
        (found && !read_record(rows, &arena, &last, err)))
        return false;
    *ret_records = found ? last.seq + 1 : 0;
    *ret_us = last.time_us;
    memcpy(ret_hash, last.hash, sizeof last.hash);
    return true;
}

/* ---- checkpoints ---- */

struct checkpoint {
    struct proctor *p;
    struct str session_id;
};

static bool checkpoint_body(struct db *db, void *context, struct error *err)
{
    const struct checkpoint *c = context;
    struct head head;
    char hex[STR_HEX_MAX(CHAIN_HASH_SIZE)];
    CLEANUP(freep) char *text = NULL;
    if (!read_head(db, c->session_id, &head, err))
        return false;
    if (head.is_signed)
        return true;
    str_to_hex(str_bytes(head.hash, sizeof head.hash), hex);
    CLEANUP(json_decrefp)
    json_t *object = json_pack("{s:s%, s:I, s:s}", "session", c->session_id.ptr, c->session_id.len,
                               "records", (json_int_t)head.records, "head", hex);
    return signed_text(&c->p->sign_key, object, &text, err) &&
           evidence_append_in(db, c->session_id, STR(EVIDENCE_CHECKPOINT), str_from(text), err);
}

bool evidence_checkpoint(struct proctor *p, struct str session_id, struct error *err)
{
    struct checkpoint c = {.p = p, .session_id = session_id};
    return db_store_write(p->store, checkpoint_body, &c, err);
}

struct unsigned_list {
    int64_t before_us;
    size_t max;
    struct arena *arena;
    struct str *ids;
    size_t len;
};

static bool unsigned_body(struct db *db, void *context, struct error *err)
{
    struct unsigned_list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT session_id FROM evidence_unsigned WHERE since_us <= $1"
                    " ORDER BY since_us LIMIT $2",
                    DB_ARGS(DB_I64(l->before_us), DB_U64(l->max)), &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->ids, db_read_text, &l->ids, &l->len, err);
}

bool evidence_unsigned(struct proctor *p, int64_t before_us, size_t max, struct arena *arena,
                       struct str **ret_ids, size_t *ret_len, struct error *err)
{
    struct unsigned_list l = {.before_us = before_us, .max = max, .arena = arena};
    if (!db_store_read(p->store, unsigned_body, &l, err))
        return false;
    *ret_ids = l.ids;
    *ret_len = l.len;
    return true;
}

bool evidence_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "DELETE FROM evidence WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                  NULL, err) &&
           db_run(db, "DELETE FROM evidence_unsigned WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
