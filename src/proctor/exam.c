#include "proctor/exam.h"

#include "base/clock.h"
#include "proctor/staff.h"

#include <stdlib.h>
#include <string.h>

struct registration {
    const struct provider_exam *exam;
    const char *policy; /* canonical JSON */
    char id[ID_TEXT_SIZE];
};

static bool register_body(struct db *db, void *context, struct error *err)
{
    struct registration *r = context;
    const struct provider_exam *e = r->exam;
    char id[ID_TEXT_SIZE];
    id_create(id);
    if (!db_run(db,
                "INSERT INTO proctored_exam"
                " (id, external_ref, title, practice, duration_s, launch_path, policy, created_us,"
                " staffed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)"
                " ON CONFLICT (external_ref) DO UPDATE SET title = excluded.title,"
                " practice = excluded.practice, duration_s = excluded.duration_s,"
                " launch_path = excluded.launch_path, policy = excluded.policy",
                DB_ARGS(DB_TEXT(str_from(id)), DB_TEXT(e->external_ref), DB_TEXT(e->title),
                        DB_I64(e->practice), DB_I64(e->duration_s), DB_TEXT(e->launch_path),
                        DB_TEXT(str_from(r->policy)), DB_I64(clock_wall_us())),
                NULL, err))
        return false;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT id FROM proctored_exam WHERE external_ref = $1",
                      DB_ARGS(DB_TEXT(e->external_ref)), &found, &rows, err))
        return false;
    if (!found || !str_into(db_col_text(rows, 0), r->id, sizeof r->id))
        return error_set(err, ERROR_INTERNAL, "the exam was not registered");
    return true;
}

static bool check_text(struct str text, size_t max, const char *what, struct error *err)
{
    if (text.len == 0 || text.len > max || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "%s: must be text of 1 to %zu bytes", what, max);
    return true;
}

bool proctored_exam_register(struct proctor *p, const struct provider_exam *exam,
                             char ret_id[ID_TEXT_SIZE], struct error *err)
{
    struct policy policy;
    CLEANUP(freep) char *policy_json = NULL;
    if (!check_text(exam->external_ref, PROCTORED_EXAM_REF_MAX, "external_ref", err) ||
        !check_text(exam->title, PROCTORED_EXAM_TITLE_MAX, "title", err) ||
        !check_text(exam->launch_path, PROCTORED_EXAM_PATH_MAX, "launch_path", err))
        return false;
    if (exam->duration_s <= 0)
        return error_set(err, ERROR_INVALID, "duration_s: must be more than 0");
    if (!(exam->policy_json.len ? policy_parse(exam->policy_json, &policy, err)
                                : policy_builtin(STR("standard"), &policy, err)) ||
        !policy_text(&policy, &policy_json, err))
        return error_wrap(err, "policy");
    struct registration r = {.exam = exam, .policy = policy_json};
    if (!db_store_write(p->store, register_body, &r, err))
        return false;
    memcpy(ret_id, r.id, sizeof r.id);
    return true;
}

struct policy_change {
    struct str id;
    const char *policy; /* canonical JSON */
};

static bool policy_body(struct db *db, void *context, struct error *err)
{
    const struct policy_change *c = context;
    int64_t changed;
    if (!db_run(db, "UPDATE proctored_exam SET policy = $1 WHERE id = $2",
                DB_ARGS(DB_TEXT(str_from(c->policy)), DB_TEXT(c->id)), &changed, err))
        return false;
    return changed || error_set(err, ERROR_NOT_FOUND, "no such exam");
}

bool proctored_exam_set_policy(struct proctor *p, struct str id, struct str policy_json,
                               struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    struct policy policy;
    if (!policy_parse(policy_json, &policy, err) || !policy_text(&policy, &text, err))
        return false;
    struct policy_change c = {id, text};
    return db_store_write(p->store, policy_body, &c, err);
}

/* ---- reading ---- */

#define COLUMNS "SELECT id, title, launch_path, practice, duration_s FROM proctored_exam"

static void read_exam(struct db_stmt *rows, struct proctored_exam *ret)
{
    *ret = (struct proctored_exam){.practice = db_col_i64(rows, 3) != 0,
                                   .duration_s = db_col_i64(rows, 4)};
    str_into(db_col_text(rows, 0), ret->id, sizeof ret->id);
    str_into(db_col_text(rows, 1), ret->title, sizeof ret->title);
    str_into(db_col_text(rows, 2), ret->launch_path, sizeof ret->launch_path);
}

struct exam_read {
    struct str id;
    int64_t viewer;
    struct proctored_exam exam;
    struct arena *arena;
    struct proctored_exam *list;
    size_t len;
};

bool proctored_exam_find_in(struct db *db, struct str id, struct proctored_exam *ret,
                            struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_TEXT(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such exam");
    read_exam(rows, ret);
    return true;
}

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct exam_read *r = context;
    return proctored_exam_find_in(db, r->id, &r->exam, err);
}

bool proctored_exam_find(struct proctor *p, struct str id, struct proctored_exam *ret,
                         struct error *err)
{
    struct exam_read r = {.id = id};
    if (!db_store_read(p->store, find_body, &r, err))
        return false;
    *ret = r.exam;
    return true;
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    (void)err;
    read_exam(rows, to);
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct exam_read *r = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    COLUMNS " WHERE " STAFF_SEES_EXAM(
                        "$1", "proctored_exam.id") " ORDER BY practice DESC, title, id",
                    DB_ARGS(DB_I64(r->viewer)), &rows, err) &&
           db_collect(rows, r->arena, sizeof *r->list, read_listed, &r->list, &r->len, err);
}

bool proctored_exam_list(struct proctor *p, int64_t viewer, struct arena *arena,
                         struct proctored_exam **ret, size_t *ret_len, struct error *err)
{
    struct exam_read r = {.viewer = viewer, .arena = arena};
    if (!db_store_read(p->store, list_body, &r, err))
        return false;
    *ret = r.list;
    *ret_len = r.len;
    return true;
}

bool proctored_exam_policy_in(struct db *db, struct str id, struct arena *arena, struct str *ret,
                              struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT policy FROM proctored_exam WHERE id = $1", DB_ARGS(DB_TEXT(id)),
                      &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such exam");
    struct str text = db_col_copy(rows, 0, arena);
    if (!text.ptr)
        return error_no_memory(err);
    *ret = text;
    return true;
}

bool proctored_exam_unstaffed_in(struct db *db, struct arena *arena, struct str **ret,
                                 size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, "SELECT id FROM proctored_exam WHERE staffed = 0", DB_NO_ARGS, &rows,
                    err) &&
           db_collect(rows, arena, sizeof **ret, db_read_text, ret, ret_len, err);
}

bool proctored_exam_staffed_in(struct db *db, struct str id, struct error *err)
{
    return db_run(db, "UPDATE proctored_exam SET staffed = 1 WHERE id = $1", DB_ARGS(DB_TEXT(id)),
                  NULL, err);
}
