#include "campus/accommodation.h"

#include "base/clock.h"
#include "base/json.h"
#include "campus/campus_private.h"
#include "campus/exam.h"
#include "campus/user.h"
#include "proctor/provider.h"

#include <stdlib.h>

int64_t accommodation_extra_s(const struct accommodation *a, int64_t duration_s)
{
    return (duration_s * a->extra_percent + 99) / 100 + a->extra_minutes * 60;
}

/* ---- setting ---- */

struct setting {
    const struct accommodation *a;
    struct str patch;
    int64_t id;
};

static bool check_numbers(const struct accommodation *a, struct error *err)
{
    if (a->extra_percent < 0 || a->extra_percent > ACCOMMODATION_PERCENT_MAX)
        return error_set(err, ERROR_INVALID, "extra_percent: must be from 0 to %d",
                         ACCOMMODATION_PERCENT_MAX);
    if (a->extra_minutes < 0 || a->extra_minutes > ACCOMMODATION_MINUTES_MAX)
        return error_set(err, ERROR_INVALID, "extra_minutes: must be from 0 to %d",
                         ACCOMMODATION_MINUTES_MAX);
    if (a->patch.len > ACCOMMODATION_PATCH_MAX)
        return error_set(err, ERROR_TOO_LARGE, "policy: has at most %zu bytes",
                         ACCOMMODATION_PATCH_MAX);
    if (a->extra_percent == 0 && a->extra_minutes == 0 && a->patch.len == 0)
        return error_set(err, ERROR_INVALID, "nothing is different: say more time, or a policy");
    return true;
}

static bool set_body(struct db *db, void *context, struct error *err)
{
    struct setting *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    const struct accommodation *a = s->a;
    struct exam exam;
    bool found;
    if (a->exam_id && !exam_find_in(db, a->exam_id, &arena, &exam, err))
        return false;
    if (!db_run(db,
                "INSERT INTO accommodation (user_id, exam_id, extra_percent, extra_minutes, patch,"
                " set_us, set_by) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                " ON CONFLICT (user_id, exam_id) DO UPDATE SET"
                " extra_percent = excluded.extra_percent, extra_minutes = excluded.extra_minutes,"
                " patch = excluded.patch, set_us = excluded.set_us, set_by = excluded.set_by",
                DB_ARGS(DB_I64(a->user_id), DB_I64(a->exam_id), DB_I64(a->extra_percent),
                        DB_I64(a->extra_minutes), DB_TEXT(s->patch), DB_I64(clock_wall_us()),
                        DB_I64(a->set_by)),
                NULL, err) ||
        !db_query_one(db, "SELECT id FROM accommodation WHERE user_id = $1 AND exam_id = $2",
                      DB_ARGS(DB_I64(a->user_id), DB_I64(a->exam_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_INTERNAL, "the accommodation was not kept");
    s->id = db_col_i64(rows, 0);
    return true;
}

bool accommodation_set(struct campus *c, const struct accommodation *a, int64_t *ret_id,
                       struct error *err)
{
    CLEANUP(json_decrefp) json_t *patch = NULL;
    CLEANUP(freep) char *text = NULL;
    struct user user;
    if (!check_numbers(a, err) || !user_find(c, a->user_id, &user, err))
        return false;
    if (user.role != USER_CANDIDATE)
        return error_set(err, ERROR_INVALID, "%s does not sit exams", user.username);
    if (a->patch.len && (!provider_check_accommodations(a->patch, err) ||
                         !json_parse(a->patch, &patch, err) || !json_text(patch, &text, err)))
        return error_wrap(err, "policy");
    struct setting s = {.a = a, .patch = str_from(text)};
    if (!db_store_write(c->store, set_body, &s, err))
        return false;
    *ret_id = s.id;
    return true;
}

static bool remove_body(struct db *db, void *context, struct error *err)
{
    const int64_t *id = context;
    int64_t changed;
    if (!db_run(db, "DELETE FROM accommodation WHERE id = $1", DB_ARGS(DB_I64(*id)), &changed, err))
        return false;
    return changed || error_set(err, ERROR_NOT_FOUND, "no such accommodation");
}

bool accommodation_remove(struct campus *c, int64_t id, struct error *err)
{
    return db_store_write(c->store, remove_body, &id, err);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, user_id, exam_id, extra_percent, extra_minutes, patch, set_us, set_by"             \
    " FROM accommodation"

static bool read_row(struct db_stmt *rows, struct arena *arena, struct accommodation *ret,
                     struct error *err)
{
    *ret = (struct accommodation){
        .id = db_col_i64(rows, 0),
        .user_id = db_col_i64(rows, 1),
        .exam_id = db_col_i64(rows, 2),
        .extra_percent = db_col_i64(rows, 3),
        .extra_minutes = db_col_i64(rows, 4),
        .patch = db_col_copy(rows, 5, arena),
        .set_us = db_col_i64(rows, 6),
        .set_by = db_col_i64(rows, 7),
    };
    return ret->patch.ptr || error_no_memory(err);
}

bool accommodation_find_in(struct db *db, int64_t user_id, int64_t exam_id, struct arena *arena,
                           struct accommodation *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      COLUMNS " WHERE user_id = $1 AND exam_id IN (0, $2)"
                              " ORDER BY exam_id DESC LIMIT 1",
                      DB_ARGS(DB_I64(user_id), DB_I64(exam_id)), &found, &rows, err))
        return false;
    *ret = (struct accommodation){0};
    return !found || read_row(rows, arena, ret, err);
}

struct exam_of {
    int64_t id, exam_id;
};

static bool exam_body(struct db *db, void *context, struct error *err)
{
    struct exam_of *e = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT exam_id FROM accommodation WHERE id = $1", DB_ARGS(DB_I64(e->id)),
                      &found, &rows, err))
        return false;
    e->exam_id = found ? db_col_i64(rows, 0) : 0;
    return true;
}

bool accommodation_exam(struct campus *c, int64_t id, int64_t *ret_exam_id, struct error *err)
{
    struct exam_of e = {.id = id};
    if (!db_store_read(c->store, exam_body, &e, err))
        return false;
    *ret_exam_id = e.exam_id;
    return true;
}

struct listing {
    struct arena *arena;
    struct accommodation *list;
    size_t len;
};

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    return read_row(rows, arena, to, err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " ORDER BY user_id, exam_id", DB_NO_ARGS, &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->list, read_listed, &l->list, &l->len, err);
}

bool accommodation_list(struct campus *c, struct arena *arena, struct accommodation **ret,
                        size_t *ret_len, struct error *err)
{
    struct listing l = {.arena = arena};
    if (!db_store_read(c->store, list_body, &l, err))
        return false;
    *ret = l.list;
    *ret_len = l.len;
    return true;
}

bool accommodation_forget_in(struct db *db, int64_t user_id, struct error *err)
{
    return db_run(db, "DELETE FROM accommodation WHERE user_id = $1", DB_ARGS(DB_I64(user_id)),
                  NULL, err);
}
