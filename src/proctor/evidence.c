/* One chain a session. A record is appended by the store's writer alone, so `seq` has no gaps and
 * the time of a record is never before the one in front of it. */
#include "proctor/evidence.h"

#include "base/clock.h"
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

bool evidence_head_in(struct db *db, struct str session_id, uint64_t *ret_records,
                      unsigned char ret_hash[CHAIN_HASH_SIZE], struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT seq, hash FROM evidence WHERE session_id = $1"
                      " ORDER BY seq DESC LIMIT 1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    memset(ret_hash, 0, CHAIN_HASH_SIZE);
    *ret_records = 0;
    if (!found)
        return true;
    struct str hash = db_col_text(rows, 1);
    if (hash.len != CHAIN_HASH_SIZE || db_col_i64(rows, 0) < 0)
        return error_set(err, ERROR_CHECKSUM, "the head of the evidence was altered");
    memcpy(ret_hash, hash.ptr, CHAIN_HASH_SIZE);
    *ret_records = (uint64_t)db_col_i64(rows, 0) + 1;
    return true;
}

bool evidence_has_in(struct db *db, struct str session_id, const char *kind, bool *ret,
                     struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM evidence WHERE session_id = $1 AND kind = $2 LIMIT 1",
                        DB_ARGS(DB_TEXT(session_id), DB_TEXT(str_from(kind))), ret, &rows, err);
}

/* The time that the next record may have: now, unless the clock was set back since the last one. */
static bool next_time(struct db *db, struct str session_id, uint64_t records, int64_t *ret_us,
                      struct error *err)
{
    int64_t now = clock_wall_us();
    *ret_us = now;
    if (records == 0)
        return true;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT time_us FROM evidence WHERE session_id = $1 AND seq = $2",
                      DB_ARGS(DB_TEXT(session_id), DB_U64(records - 1)), &found, &rows, err))
        return false;
    if (found)
        *ret_us = MAX(now, db_col_i64(rows, 0));
    return true;
}

bool evidence_append_in(struct db *db, struct str session_id, struct str kind,
                        struct str payload_json, struct error *err)
{
    unsigned char previous[CHAIN_HASH_SIZE], hash[CHAIN_HASH_SIZE];
    uint64_t records;
    int64_t time_us;
    if (kind.len == 0 || kind.len > EVIDENCE_KIND_MAX)
        return error_set(err, ERROR_INVALID, "the kind of a record has 1 to %d bytes",
                         EVIDENCE_KIND_MAX);
    if (payload_json.len > EVIDENCE_PAYLOAD_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a record has at most %zu bytes",
                         EVIDENCE_PAYLOAD_MAX);
    return evidence_head_in(db, session_id, &records, previous, err) &&
           next_time(db, session_id, records, &time_us, err) &&
           chain_hash(previous, records, time_us, kind, payload_json, hash, err) &&
           db_run(db,
                  "INSERT INTO evidence (session_id, seq, time_us, kind, payload, hash)"
                  " VALUES ($1, $2, $3, $4, $5, $6)",
                  DB_ARGS(DB_TEXT(session_id), DB_U64(records), DB_I64(time_us), DB_TEXT(kind),
                          DB_TEXT(payload_json), DB_BLOB(str_bytes(hash, sizeof hash))),
                  NULL, err);
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

static bool read_record(struct db_stmt *rows, struct arena *arena, struct evidence_record *ret,
                        struct error *err)
{
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
    if (!db_query(db,
                  "SELECT seq, time_us, kind, payload, hash FROM evidence"
                  " WHERE session_id = $1 AND seq >= $2 AND kind <> $3 ORDER BY seq LIMIT $4",
                  DB_ARGS(DB_TEXT(l->session_id), DB_U64(l->from_seq), DB_TEXT(l->without),
                          DB_U64(l->max)),
                  &rows, err))
        return false;
    size_t room = 0;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        struct evidence_record *records =
            arena_more(l->arena, l->records, l->len, &room, sizeof *records);
        if (!records)
            return error_no_memory(err);
        l->records = records;
        if (!read_record(rows, l->arena, &l->records[l->len], err))
            return false;
        l->len++;
    }
    return true;
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
