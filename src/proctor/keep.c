#include "proctor/keep.h"

bool keep_begin_in(struct db *db, struct str session_id, struct str exam_id, int64_t user_ref,
                   struct error *err)
{
    struct terms t;
    int64_t now = clock_wall_us();
    if (!terms_find_in(db, exam_id, &t, err))
        return false;
    return db_run(db,
                  "INSERT INTO keep (session_id, exam_id, user_ref, from_us, appeal_days,"
                  " staff_names, recordings_days, derived_days, identity_days,"
                  " recordings_look_us, derived_look_us, identity_look_us)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                  DB_ARGS(DB_TEXT(session_id), DB_TEXT(exam_id), DB_I64(user_ref), DB_I64(now),
                          DB_I64(t.appeal_days), DB_I64(t.staff_names),
                          DB_I64(t.keep_days[TERMS_RECORDINGS]), DB_I64(t.keep_days[TERMS_DERIVED]),
                          DB_I64(t.keep_days[TERMS_IDENTITY]),
                          DB_I64(now + t.keep_days[TERMS_RECORDINGS] * TERMS_DAY_US),
                          DB_I64(now + t.keep_days[TERMS_DERIVED] * TERMS_DAY_US),
                          DB_I64(now + t.keep_days[TERMS_IDENTITY] * TERMS_DAY_US)),
                  NULL, err);
}

bool keep_ended_in(struct db *db, struct str session_id, int64_t now_us, struct error *err)
{
    return db_run(db,
                  "UPDATE keep SET from_us = $1, recordings_look_us = $1 + recordings_days * $2,"
                  " derived_look_us = $1 + derived_days * $2,"
                  " identity_look_us = $1 + identity_days * $2,"
                  " recordings_gone_us = 0, derived_gone_us = 0, identity_gone_us = 0"
                  " WHERE session_id = $3",
                  DB_ARGS(DB_I64(now_us), DB_I64(TERMS_DAY_US), DB_TEXT(session_id)), NULL, err);
}

bool keep_find_in(struct db *db, struct str session_id, struct keep *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT user_ref, from_us, appeal_days, staff_names, recordings_days,"
                      " derived_days, identity_days, recordings_gone_us, derived_gone_us,"
                      " identity_gone_us FROM keep WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    struct keep k = {
        .user_ref = db_col_i64(rows, 0),
        .terms = {.appeal_days = db_col_i64(rows, 2), .staff_names = db_col_i64(rows, 3) != 0}};
    str_into(session_id, k.session_id, sizeof k.session_id);
    for (int i = 0; i < TERMS_PARTS; i++) {
        k.terms.keep_days[i] = db_col_i64(rows, 4 + i);
        k.due_us[i] = db_col_i64(rows, 1) + k.terms.keep_days[i] * TERMS_DAY_US;
        k.gone_us[i] = db_col_i64(rows, 4 + TERMS_PARTS + i);
    }
    *ret = k;
    return true;
}

struct finding {
    struct str session_id;
    struct keep keep;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct finding *f = context;
    return keep_find_in(db, f->session_id, &f->keep, err);
}

bool keep_find(struct proctor *p, struct str session_id, struct keep *ret, struct error *err)
{
    struct finding f = {.session_id = session_id};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.keep;
    return true;
}

/* ---- shorter terms ---- */

static bool shorten_exam(struct db *db, struct str exam_id, struct error *err)
{
    struct terms t;
    if (!terms_find_in(db, exam_id, &t, err))
        return false;
    return db_run(db,
                  "UPDATE keep SET"
                  " recordings_days = CASE WHEN recordings_days > $1 THEN $1"
                  " ELSE recordings_days END,"
                  " derived_days = CASE WHEN derived_days > $2 THEN $2 ELSE derived_days END,"
                  " identity_days = CASE WHEN identity_days > $3 THEN $3 ELSE identity_days END"
                  " WHERE exam_id = $4",
                  DB_ARGS(DB_I64(t.keep_days[TERMS_RECORDINGS]), DB_I64(t.keep_days[TERMS_DERIVED]),
                          DB_I64(t.keep_days[TERMS_IDENTITY]), DB_TEXT(exam_id)),
                  NULL, err) &&
           db_run(db,
                  "UPDATE keep SET recordings_look_us = from_us + recordings_days * $1,"
                  " derived_look_us = from_us + derived_days * $1,"
                  " identity_look_us = from_us + identity_days * $1 WHERE exam_id = $2",
                  DB_ARGS(DB_I64(TERMS_DAY_US), DB_TEXT(exam_id)), NULL, err);
}

static bool exams(struct db *db, struct arena *arena, struct str **ret, size_t *ret_len,
                  struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, "SELECT DISTINCT exam_id FROM keep", DB_NO_ARGS, &rows, err) &&
           db_collect(rows, arena, sizeof **ret, db_read_text, ret, ret_len, err);
}

bool keep_shorten_in(struct db *db, struct str exam_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct str *list;
    size_t len;
    if (exam_id.len)
        return shorten_exam(db, exam_id, err);
    if (!exams(db, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!shorten_exam(db, list[i], err))
            return false;
    return true;
}

/* ---- for the sweeper ---- */

static const struct {
    const char *due, *postpone, *gone;
} sql[TERMS_PARTS] = {
    [TERMS_RECORDINGS] = {"SELECT session_id FROM keep WHERE recordings_gone_us = 0"
                          " AND recordings_look_us <= $1 ORDER BY recordings_look_us LIMIT $2",
                          "UPDATE keep SET recordings_look_us = $1 WHERE session_id = $2",
                          "UPDATE keep SET recordings_gone_us = $1 WHERE session_id = $2"
                          " AND recordings_gone_us = 0"},
    [TERMS_DERIVED] = {"SELECT session_id FROM keep WHERE derived_gone_us = 0"
                       " AND derived_look_us <= $1 ORDER BY derived_look_us LIMIT $2",
                       "UPDATE keep SET derived_look_us = $1 WHERE session_id = $2",
                       "UPDATE keep SET derived_gone_us = $1 WHERE session_id = $2"
                       " AND derived_gone_us = 0"},
    [TERMS_IDENTITY] = {"SELECT session_id FROM keep WHERE identity_gone_us = 0"
                        " AND identity_look_us <= $1 ORDER BY identity_look_us LIMIT $2",
                        "UPDATE keep SET identity_look_us = $1 WHERE session_id = $2",
                        "UPDATE keep SET identity_gone_us = $1 WHERE session_id = $2"
                        " AND identity_gone_us = 0"},
};

struct due {
    enum terms_part part;
    int64_t now_us;
    size_t max;
    struct arena *arena;
    struct str *ids;
    size_t len;
};

static bool due_body(struct db *db, void *context, struct error *err)
{
    struct due *d = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, sql[d->part].due, DB_ARGS(DB_I64(d->now_us), DB_U64(d->max)), &rows, err) &&
           db_collect(rows, d->arena, sizeof *d->ids, db_read_text, &d->ids, &d->len, err);
}

bool keep_due(struct proctor *p, enum terms_part part, int64_t now_us, size_t max,
              struct arena *arena, struct str **ret_ids, size_t *ret_len, struct error *err)
{
    struct due d = {.part = part, .now_us = now_us, .max = max, .arena = arena};
    if (!db_store_read(p->store, due_body, &d, err))
        return false;
    *ret_ids = d.ids;
    *ret_len = d.len;
    return true;
}

bool keep_postpone_in(struct db *db, struct str session_id, enum terms_part part, int64_t us,
                      struct error *err)
{
    return db_run(db, sql[part].postpone, DB_ARGS(DB_I64(us), DB_TEXT(session_id)), NULL, err);
}

bool keep_gone_in(struct db *db, struct str session_id, enum terms_part part, int64_t now_us,
                  struct error *err)
{
    return db_run(db, sql[part].gone, DB_ARGS(DB_I64(now_us), DB_TEXT(session_id)), NULL, err);
}

bool keep_identity_until_in(struct db *db, int64_t user_ref, int64_t *ret_us, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT MAX(from_us + identity_days * $1) FROM keep WHERE user_ref = $2",
                      DB_ARGS(DB_I64(TERMS_DAY_US), DB_I64(user_ref)), &found, &rows, err))
        return false;
    *ret_us = found && !db_col_null(rows, 0) ? db_col_i64(rows, 0) : 0;
    return true;
}
