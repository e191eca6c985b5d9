#include "campus/exam.h"

#include "base/clock.h"
#include "campus/campus_private.h"
#include "campus/user.h"
#include "proctor/provider.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const exam_kinds[] = {[EXAM_PRACTICE] = "practice", [EXAM_EXAM] = "exam"};
static const char *const item_kinds[] = {[ITEM_SINGLE] = "single",
                                         [ITEM_MULTIPLE] = "multiple",
                                         [ITEM_NUMERIC] = "numeric",
                                         [ITEM_DESCRIPTIVE] = "descriptive"};

const char *exam_kind_name(enum exam_kind kind)
{
    return kind > EXAM_KIND_NONE && kind <= EXAM_EXAM ? exam_kinds[kind] : "unknown";
}

const char *item_kind_name(enum item_kind kind)
{
    return kind > ITEM_KIND_NONE && kind <= ITEM_DESCRIPTIVE ? item_kinds[kind] : "unknown";
}

/* ---- making ---- */

static bool check_text(struct str text, size_t max, const char *what, struct error *err)
{
    if (text.len == 0 || text.len > max || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "%s: must be text of 1 to %zu bytes", what, max);
    return true;
}

static bool check_item(const struct item *item, struct error *err)
{
    size_t correct = 0;
    bool choice = item->kind == ITEM_SINGLE || item->kind == ITEM_MULTIPLE;
    if (item->kind <= ITEM_KIND_NONE || item->kind > ITEM_DESCRIPTIVE)
        return error_set(err, ERROR_INVALID, "kind: is not known");
    if (!check_text(item->prompt, ITEM_PROMPT_MAX, "prompt", err))
        return false;
    if (!(item->points >= 0) || item->points > 1000)
        return error_set(err, ERROR_INVALID, "points: must be from 0 to 1000");
    if (item->kind == ITEM_NUMERIC && (!isfinite(item->number) || !(item->tolerance >= 0)))
        return error_set(err, ERROR_INVALID, "number and tolerance: must be numbers");
    if (!choice)
        return item->options_len == 0 ||
               error_set(err, ERROR_INVALID, "options: are for choices only");
    if (item->options_len < 2 || item->options_len > ITEM_OPTIONS_MAX)
        return error_set(err, ERROR_INVALID, "options: must be 2 to %d", ITEM_OPTIONS_MAX);
    for (size_t i = 0; i < item->options_len; i++) {
        if (!check_text(item->options[i].text, ITEM_PROMPT_MAX, "option", err))
            return false;
        correct += item->options[i].correct;
    }
    if (item->kind == ITEM_SINGLE && correct != 1)
        return error_set(err, ERROR_INVALID, "options: exactly one must be correct");
    return true;
}

static bool check_spec(const struct exam_spec *s, struct error *err)
{
    if (!check_text(s->title, EXAM_TITLE_MAX, "title", err))
        return false;
    if (s->kind <= EXAM_KIND_NONE || s->kind > EXAM_EXAM)
        return error_set(err, ERROR_INVALID, "kind: must be practice or exam");
    if (s->duration_s <= 0 || s->duration_s > EXAM_DURATION_MAX_S)
        return error_set(err, ERROR_INVALID, "duration_s: must be from 1 to %d",
                         EXAM_DURATION_MAX_S);
    for (size_t i = 0; i < s->items_len; i++)
        if (!check_item(&s->items[i], err))
            return error_wrap(err, "item %zu", i + 1);
    return true;
}

static bool insert_item(struct db *db, int64_t exam_id, int64_t position, const struct item *item,
                        struct error *err)
{
    int64_t item_id;
    bool numeric = item->kind == ITEM_NUMERIC;
    if (!db_insert(db,
                   "INSERT INTO item (exam_id, position, kind, prompt, points, number, tolerance)"
                   " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   DB_ARGS(DB_I64(exam_id), DB_I64(position), DB_I64(item->kind),
                           DB_TEXT(item->prompt), DB_DOUBLE(item->points),
                           numeric ? DB_DOUBLE(item->number) : DB_NULL,
                           numeric ? DB_DOUBLE(item->tolerance) : DB_NULL),
                   &item_id, err))
        return false;
    for (size_t i = 0; i < item->options_len; i++)
        if (!db_run(db,
                    "INSERT INTO item_option (item_id, position, option_text, correct)"
                    " VALUES ($1, $2, $3, $4)",
                    DB_ARGS(DB_I64(item_id), DB_I64((int64_t)i + 1), DB_TEXT(item->options[i].text),
                            DB_I64(item->options[i].correct)),
                    NULL, err))
            return false;
    return true;
}

struct creation {
    const struct exam_spec *spec;
    int64_t id;
};

static bool create_body(struct db *db, void *context, struct error *err)
{
    struct creation *c = context;
    const struct exam_spec *s = c->spec;
    if (!db_insert(db,
                   "INSERT INTO exam (title, kind, duration_s, created_us) VALUES ($1, $2, $3, $4)",
                   DB_ARGS(DB_TEXT(s->title), DB_I64(s->kind), DB_I64(s->duration_s),
                           DB_I64(clock_wall_us())),
                   &c->id, err))
        return false;
    for (size_t i = 0; i < s->items_len; i++)
        if (!insert_item(db, c->id, (int64_t)i + 1, &s->items[i], err))
            return false;
    return true;
}

struct find {
    int64_t id;
    struct arena *arena;
    struct exam exam;
    struct exam *list;
    size_t len;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    return exam_find_in(db, f->id, f->arena, &f->exam, err);
}

static bool staff_add_all(struct campus *c, const struct exam_spec *spec, struct str proctored_id,
                          struct error *err)
{
    const struct provider_person by = {.name = STR("the portal")};
    for (size_t i = 0; i < spec->staff_len; i++) {
        struct user user;
        if (!user_find(c, spec->staff[i], &user, err))
            return false;
        const struct provider_person who = {user.id, str_from(user.full_name)};
        if (!provider_add_staff(c->proctor, proctored_id, &who, &by, err))
            return false;
    }
    return true;
}

bool exam_create(struct campus *c, const struct exam_spec *spec, int64_t *ret_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct creation creation = {.spec = spec};
    struct error why = {0};
    if (!check_spec(spec, err))
        return false;
    if (!db_store_write(c->store, create_body, &creation, &why))
        return why.code == ERROR_CONFLICT
                   ? error_set(err, ERROR_CONFLICT, "there is an exam of that title already")
                   : error_set(err, why.code, "%s", why.message);
    struct find f = {.id = creation.id, .arena = &arena};
    if (!db_store_read(c->store, find_body, &f, err) || !exam_register(c, &f.exam, &arena, err) ||
        !staff_add_all(c, spec, f.exam.proctored_id, err))
        return false;
    *ret_id = creation.id;
    return true;
}

/* ---- the provider ---- */

struct registration {
    int64_t id;
    struct str proctored_id;
};

static bool registered_body(struct db *db, void *context, struct error *err)
{
    struct registration *r = context;
    return db_run(db, "UPDATE exam SET proctored_id = $1 WHERE id = $2",
                  DB_ARGS(DB_TEXT(r->proctored_id), DB_I64(r->id)), NULL, err);
}

bool exam_register(struct campus *c, struct exam *exam, struct arena *arena, struct error *err)
{
    char ref[48], path[80], id[ID_TEXT_SIZE];
    if (exam->proctored_id.len)
        return true;
    if (!c->proctor)
        return error_set(err, ERROR_INTERNAL, "the portal is open without its provider");
    snprintf(ref, sizeof ref, "campus/exam/%" PRId64, exam->id);
    snprintf(path, sizeof path, "/api/campus/exams/%" PRId64 "/launch", exam->id);
    struct provider_exam p = {
        .external_ref = str_from(ref),
        .title = str_from(exam->title),
        .practice = exam->kind == EXAM_PRACTICE,
        .duration_s = exam->duration_s,
        .launch_path = str_from(path),
    };
    if (!provider_register_exam(c->proctor, &p, id, err))
        return false;
    struct registration r = {.id = exam->id, .proctored_id = arena_copy(arena, str_from(id))};
    if (!r.proctored_id.ptr)
        return error_no_memory(err);
    if (!db_store_write(c->store, registered_body, &r, err))
        return false;
    exam->proctored_id = r.proctored_id;
    return true;
}

bool exam_set_policy(struct campus *c, int64_t id, struct str policy_json, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct find f = {.id = id, .arena = &arena};
    return db_store_read(c->store, find_body, &f, err) && exam_register(c, &f.exam, &arena, err) &&
           provider_set_policy(c->proctor, f.exam.proctored_id, policy_json, err);
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, title, kind, duration_s, proctored_id,"                                            \
    " (SELECT COUNT(*) FROM item WHERE exam_id = exam.id) FROM exam"

static bool read_exam(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct exam *ret = to;
    *ret = (struct exam){.id = db_col_i64(rows, 0),
                         .kind = (enum exam_kind)db_col_i64(rows, 2),
                         .duration_s = db_col_i64(rows, 3),
                         .proctored_id = db_col_copy(rows, 4, arena),
                         .items = db_col_i64(rows, 5)};
    str_into(db_col_text(rows, 1), ret->title, sizeof ret->title);
    return ret->proctored_id.ptr || error_no_memory(err);
}

bool exam_find_in(struct db *db, int64_t id, struct arena *arena, struct exam *ret,
                  struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_I64(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such exam");
    return read_exam(rows, arena, ret, err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " ORDER BY kind, id", DB_NO_ARGS, &rows, err) &&
           db_collect(rows, f->arena, sizeof *f->list, read_exam, &f->list, &f->len, err);
}

bool exam_list(struct campus *c, struct arena *arena, struct exam **ret, size_t *ret_len,
               struct error *err)
{
    struct find f = {.arena = arena};
    if (!db_store_read(c->store, list_body, &f, err))
        return false;
    *ret = f.list;
    *ret_len = f.len;
    return true;
}

static bool read_option(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct item_option *o = to;
    *o = (struct item_option){.id = db_col_i64(rows, 0),
                              .text = db_col_copy(rows, 1, arena),
                              .correct = db_col_i64(rows, 2) != 0};
    return o->text.ptr || error_no_memory(err);
}

static bool read_options(struct db *db, struct item *item, struct arena *arena, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT id, option_text, correct FROM item_option WHERE item_id = $1"
                    " ORDER BY position",
                    DB_ARGS(DB_I64(item->id)), &rows, err) &&
           db_collect(rows, arena, sizeof *item->options, read_option, &item->options,
                      &item->options_len, err);
}

#define ITEM_COLUMNS "SELECT id, position, kind, prompt, points, number, tolerance FROM item"

static bool read_item(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct item *ret = to;
    *ret = (struct item){.id = db_col_i64(rows, 0),
                         .position = db_col_i64(rows, 1),
                         .kind = (enum item_kind)db_col_i64(rows, 2),
                         .prompt = db_col_copy(rows, 3, arena),
                         .points = db_col_double(rows, 4),
                         .number = db_col_double(rows, 5),
                         .tolerance = db_col_double(rows, 6)};
    return ret->prompt.ptr || error_no_memory(err);
}

bool exam_item_in(struct db *db, int64_t exam_id, int64_t item_id, struct arena *arena,
                  struct item *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, ITEM_COLUMNS " WHERE id = $1 AND exam_id = $2",
                      DB_ARGS(DB_I64(item_id), DB_I64(exam_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such item in this exam");
    return read_item(rows, arena, ret, err);
}

bool exam_items_in(struct db *db, int64_t exam_id, struct arena *arena, struct item **ret,
                   size_t *ret_len, struct error *err)
{
    struct item *items;
    size_t len;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query(db, ITEM_COLUMNS " WHERE exam_id = $1 ORDER BY position",
                  DB_ARGS(DB_I64(exam_id)), &rows, err) ||
        !db_collect(rows, arena, sizeof *items, read_item, &items, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!read_options(db, &items[i], arena, err))
            return false;
    *ret = items;
    *ret_len = len;
    return true;
}
