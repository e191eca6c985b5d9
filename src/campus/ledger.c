#include "campus/ledger.h"

static const char *const names[] = {[TIME_EXTRA] = "extra",
                                    [TIME_OUTAGE] = "outage",
                                    [TIME_PAUSE] = "pause",
                                    [TIME_SUPPORT] = "support"};

const char *time_kind_name(enum time_kind kind)
{
    return kind > TIME_KIND_NONE && kind <= TIME_SUPPORT ? names[kind] : "unknown";
}

bool ledger_add_in(struct db *db, const struct time_entry *e, struct error *err)
{
    return db_run(db,
                  "INSERT INTO time_entry (attempt_id, kind, given_us, from_us, to_us, made_us,"
                  " reason, who) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                  DB_ARGS(DB_I64(e->attempt_id), DB_I64(e->kind), DB_I64(e->given_us),
                          DB_I64(e->from_us), DB_I64(e->to_us), DB_I64(e->made_us),
                          DB_TEXT(e->reason), DB_TEXT(e->who)),
                  NULL, err);
}

bool ledger_sum_in(struct db *db, int64_t attempt_id, int64_t *ret_us, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT COALESCE(SUM(given_us), 0) FROM time_entry WHERE attempt_id = $1",
                      DB_ARGS(DB_I64(attempt_id)), &found, &rows, err))
        return false;
    *ret_us = found ? db_col_i64(rows, 0) : 0;
    return true;
}

static bool read_entry(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct time_entry *e = to;
    *e = (struct time_entry){.id = db_col_i64(rows, 0),
                             .attempt_id = db_col_i64(rows, 1),
                             .kind = (enum time_kind)db_col_i64(rows, 2),
                             .given_us = db_col_i64(rows, 3),
                             .from_us = db_col_i64(rows, 4),
                             .to_us = db_col_i64(rows, 5),
                             .made_us = db_col_i64(rows, 6),
                             .reason = db_col_copy(rows, 7, arena),
                             .who = db_col_copy(rows, 8, arena)};
    return (e->reason.ptr && e->who.ptr) || error_no_memory(err);
}

bool ledger_list_in(struct db *db, int64_t attempt_id, struct arena *arena, struct time_entry **ret,
                    size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT id, attempt_id, kind, given_us, from_us, to_us, made_us, reason, who"
                    " FROM time_entry WHERE attempt_id = $1 ORDER BY id",
                    DB_ARGS(DB_I64(attempt_id)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_entry, ret, ret_len, err);
}

bool ledger_forget_in(struct db *db, int64_t attempt_id, struct error *err)
{
    return db_run(db, "UPDATE time_entry SET reason = '', who = '' WHERE attempt_id = $1",
                  DB_ARGS(DB_I64(attempt_id)), NULL, err);
}
