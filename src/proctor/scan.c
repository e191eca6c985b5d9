#include "proctor/scan.h"

#include "base/clock.h"

#include <stdio.h>

static const char *const states[SCAN_STATES] = {
    [SCAN_STATE_NONE] = "unknown", [SCAN_SCANNING] = "scanning",   [SCAN_READY] = "ready",
    [SCAN_FAILED] = "failed",      [SCAN_APPROVED] = "approved",   [SCAN_UNSURE] = "unsure",
    [SCAN_REJECTED] = "rejected",  [SCAN_CONFIRMED] = "confirmed",
};

const char *scan_state_name(enum scan_state state)
{
    return (size_t)state < SCAN_STATES ? states[state] : "unknown";
}

bool scan_create_in(struct db *db, struct str session_id, enum profile_part part,
                    enum scan_state state, char ret_id[ID_TEXT_SIZE], struct error *err)
{
    char id[ID_TEXT_SIZE];
    id_create(id);
    if (!db_run(db,
                "DELETE FROM scan_part WHERE scan_id IN (SELECT id FROM scan WHERE session_id = $1"
                " AND part = $2 AND state <> $3)",
                DB_ARGS(DB_TEXT(session_id), DB_I64(part), DB_I64(SCAN_CONFIRMED)), NULL, err) ||
        !db_run(db,
                "INSERT INTO scan (id, session_id, part, state, judged, created_us)"
                " VALUES ($1, $2, $3, $4, $4, $5)",
                DB_ARGS(DB_TEXT(str_from(id)), DB_TEXT(session_id), DB_I64(part), DB_I64(state),
                        DB_I64(clock_wall_us())),
                NULL, err))
        return false;
    str_into(str_from(id), ret_id, ID_TEXT_SIZE);
    return true;
}

bool scan_find_in(struct db *db, struct str session_id, struct str scan_id, enum profile_part part,
                  struct scan *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT id, session_id, part, state, judged, created_us FROM scan"
                      " WHERE id = $1 AND session_id = $2 AND part = $3",
                      DB_ARGS(DB_TEXT(scan_id), DB_TEXT(session_id), DB_I64(part)), &found, &rows,
                      err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such scan");
    *ret = (struct scan){.part = (enum profile_part)db_col_i64(rows, 2),
                         .state = (enum scan_state)db_col_i64(rows, 3),
                         .judged = (enum scan_state)db_col_i64(rows, 4),
                         .created_us = db_col_i64(rows, 5)};
    str_into(db_col_text(rows, 0), ret->id, sizeof ret->id);
    str_into(db_col_text(rows, 1), ret->session_id, sizeof ret->session_id);
    return true;
}

/* A face scan gets ready or fails; what is ready or was judged can be confirmed. */
static bool may_move(enum scan_state from, enum scan_state to)
{
    if (to == SCAN_READY || to == SCAN_FAILED)
        return from == SCAN_SCANNING;
    return to == SCAN_CONFIRMED && (from == SCAN_READY || from == SCAN_APPROVED ||
                                    from == SCAN_UNSURE || from == SCAN_REJECTED);
}

bool scan_move_in(struct db *db, struct str scan_id, enum scan_state to, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT state FROM scan WHERE id = $1", DB_ARGS(DB_TEXT(scan_id)), &found,
                      &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such scan");
    enum scan_state from = (enum scan_state)db_col_i64(rows, 0);
    db_donep(&rows);
    if (!may_move(from, to))
        return error_set(err, ERROR_CONFLICT, "a scan that is %s cannot become %s",
                         scan_state_name(from), scan_state_name(to));
    return db_run(db, "UPDATE scan SET state = $1 WHERE id = $2",
                  DB_ARGS(DB_I64(to), DB_TEXT(scan_id)), NULL, err);
}

/* ---- counting ---- */

static bool count(struct db *db, const char *sql, struct db_args args, size_t *ret,
                  struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, sql, args, &found, &rows, err))
        return false;
    *ret = found ? (size_t)db_col_i64(rows, 0) : 0;
    return true;
}

bool scan_count_in(struct db *db, struct str session_id, enum profile_part part, int64_t since_us,
                   size_t *ret, struct error *err)
{
    return count(db,
                 "SELECT COUNT(*) FROM scan WHERE session_id = $1 AND part = $2"
                 " AND created_us >= $3",
                 DB_ARGS(DB_TEXT(session_id), DB_I64(part), DB_I64(since_us)), ret, err);
}

bool scan_count_rejected_in(struct db *db, struct str session_id, size_t *ret, struct error *err)
{
    return count(db,
                 "SELECT COUNT(*) FROM scan WHERE session_id = $1 AND part = $2 AND judged = $3",
                 DB_ARGS(DB_TEXT(session_id), DB_I64(PROFILE_ID), DB_I64(SCAN_REJECTED)), ret, err);
}

bool scan_confirmed_in(struct db *db, struct str session_id, enum profile_part part, bool *ret,
                       struct error *err)
{
    size_t n;
    if (!count(db, "SELECT COUNT(*) FROM scan WHERE session_id = $1 AND part = $2 AND state = $3",
               DB_ARGS(DB_TEXT(session_id), DB_I64(part), DB_I64(SCAN_CONFIRMED)), &n, err))
        return false;
    *ret = n > 0;
    return true;
}

/* ---- parts ---- */

#define CONTEXT_MAX (ID_TEXT_SIZE + SCAN_PART_MAX + 8)

static struct str context_of(struct str scan_id, const char *name, char ret[CONTEXT_MAX])
{
    int len = snprintf(ret, CONTEXT_MAX, "scan/" STR_FMT "/%s", STR_ARG(scan_id), name);
    return str_slice(str_from(ret), 0, (size_t)MAX(len, 0));
}

bool scan_add_part_in(struct db *db, const struct seal_key *key, struct str scan_id,
                      const char *name, struct str bytes, struct error *err)
{
    CLEANUP(buf_done) struct buf sealed = {0};
    char context[CONTEXT_MAX];
    return seal_bytes(key, context_of(scan_id, name, context), bytes, &sealed, err) &&
           buf_ok(&sealed, err) &&
           db_run(db, "INSERT INTO scan_part (scan_id, name, sealed) VALUES ($1, $2, $3)",
                  DB_ARGS(DB_TEXT(scan_id), DB_TEXT(str_from(name)), DB_BLOB(buf_str(&sealed))),
                  NULL, err);
}

bool scan_part_in(struct db *db, const struct seal_key *key, struct str scan_id, const char *name,
                  struct buf *to, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    char context[CONTEXT_MAX];
    bool found;
    if (!db_query_one(db, "SELECT sealed FROM scan_part WHERE scan_id = $1 AND name = $2",
                      DB_ARGS(DB_TEXT(scan_id), DB_TEXT(str_from(name))), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "nothing is kept of this scan");
    return seal_open(key, context_of(scan_id, name, context), db_col_text(rows, 0), to, err) &&
           buf_ok(to, err);
}

bool scan_has_part_in(struct db *db, struct str scan_id, const char *name, bool *ret,
                      struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM scan_part WHERE scan_id = $1 AND name = $2",
                        DB_ARGS(DB_TEXT(scan_id), DB_TEXT(str_from(name))), ret, &rows, err);
}

bool scan_drop_parts_in(struct db *db, struct str scan_id, struct error *err)
{
    return db_run(db, "DELETE FROM scan_part WHERE scan_id = $1", DB_ARGS(DB_TEXT(scan_id)), NULL,
                  err);
}

bool scan_drop_session_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db,
                  "DELETE FROM scan_part WHERE scan_id IN"
                  " (SELECT id FROM scan WHERE session_id = $1)",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}

bool scan_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return scan_drop_session_in(db, session_id, err) &&
           db_run(db, "DELETE FROM scan WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)), NULL,
                  err);
}
