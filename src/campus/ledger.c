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

bool ledger_list_in(struct db *db, int64_t attempt_id, struct arena *arena, struct time_entry **ret,
                    size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct time_entry *list = NULL;
    size_t len = 0, room = 0;
    if (!db_query(db,
                  "SELECT id, kind, given_us, from_us, to_us, made_us, reason, who FROM time_entry"
                  " WHERE attempt_id = $1 ORDER BY id",
                  DB_ARGS(DB_I64(attempt_id)), &rows, err))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        struct time_entry *more = arena_more(arena, list, len, &room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        list = more;
        list[len] = (struct time_entry){.id = db_col_i64(rows, 0),
                                        .attempt_id = attempt_id,
                                        .kind = (enum time_kind)db_col_i64(rows, 1),
                                        .given_us = db_col_i64(rows, 2),
                                        .from_us = db_col_i64(rows, 3),
                                        .to_us = db_col_i64(rows, 4),
                                        .made_us = db_col_i64(rows, 5),
                                        .reason = db_col_copy(rows, 6, arena),
                                        .who = db_col_copy(rows, 7, arena)};
        if (!list[len].reason.ptr || !list[len].who.ptr)
            return error_no_memory(err);
        len++;
    }
    *ret = list;
    *ret_len = len;
    return true;
}

bool ledger_forget_in(struct db *db, int64_t attempt_id, struct error *err)
{
    return db_run(db, "UPDATE time_entry SET reason = '', who = '' WHERE attempt_id = $1",
                  DB_ARGS(DB_I64(attempt_id)), NULL, err);
}
