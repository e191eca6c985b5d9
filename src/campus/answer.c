#include "campus/answer.h"

#include "base/clock.h"
#include "campus/campus_private.h"
#include "crypto/hash.h"
#include "proctor/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- does the value fit the item? ---- */

static bool has_option(const struct item *item, const json_t *value)
{
    for (size_t i = 0; i < item->options_len; i++)
        if (json_is_integer(value) && json_integer_value(value) == item->options[i].id)
            return true;
    return false;
}

static bool check_multiple(const struct item *item, const json_t *value, struct error *err)
{
    if (!json_is_array(value) || json_array_size(value) > item->options_len)
        return error_set(err, ERROR_INVALID, "value: must be a list of options");
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!has_option(item, json_array_get(value, i)))
            return error_set(err, ERROR_INVALID, "value: is not an option of this item");
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_array_get(value, i), json_array_get(value, k)))
                return error_set(err, ERROR_INVALID, "value: names an option twice");
    }
    return true;
}

static bool check_value(const struct item *item, const json_t *value, struct error *err)
{
    struct str text = {json_string_value(value), json_string_length(value)};
    double number;
    if (json_is_null(value))
        return true;
    switch (item->kind) {
    case ITEM_SINGLE:
        return has_option(item, value) ||
               error_set(err, ERROR_INVALID, "value: is not an option of this item");
    case ITEM_MULTIPLE:
        return check_multiple(item, value, err);
    case ITEM_NUMERIC:
        if (!json_is_string(value) || text.len > ANSWER_NUMERIC_MAX)
            return error_set(err, ERROR_INVALID, "value: must be text of at most %d bytes",
                             ANSWER_NUMERIC_MAX);
        return text.len == 0 || str_to_double(text, &number) ||
               error_set(err, ERROR_INVALID, "value: must be a decimal number such as -1.5");
    case ITEM_DESCRIPTIVE:
        if (!json_is_string(value))
            return error_set(err, ERROR_INVALID, "value: must be text");
        return text.len <= ANSWER_TEXT_MAX ||
               error_set(err, ERROR_TOO_LARGE, "value: at most %zu bytes", ANSWER_TEXT_MAX);
    case ITEM_KIND_NONE:
        break;
    }
    return error_set(err, ERROR_INTERNAL, "an item of no kind");
}

/* ---- saving ---- */

struct save {
    int64_t attempt_id, user_id, item_id, revision;
    const json_t *value;
    char *text; /* owned */
    struct arena arena;
    struct answer answer;
    int64_t deadline_us;
};

static bool find_kept(struct db *db, struct save *s, bool *ret_found, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query_one(
            db, "SELECT revision, saved_us FROM answer WHERE attempt_id = $1 AND item_id = $2",
            DB_ARGS(DB_I64(s->attempt_id), DB_I64(s->item_id)), ret_found, &rows, err))
        return false;
    if (*ret_found)
        s->answer =
            (struct answer){.revision = db_col_i64(rows, 0), .saved_us = db_col_i64(rows, 1)};
    return true;
}

static bool check_item(struct db *db, struct save *s, const struct attempt *a, struct error *err)
{
    struct item *items;
    size_t len;
    if (!exam_items_in(db, a->exam_id, &s->arena, &items, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (items[i].id == s->item_id)
            return check_value(&items[i], s->value, err);
    return error_set(err, ERROR_NOT_FOUND, "no such item in this exam");
}

static bool add_milestone(struct db *db, const struct save *s, const struct attempt *a,
                          struct error *err)
{
    unsigned char digest[SHA256_SIZE];
    char hex[STR_HEX_MAX(SHA256_SIZE)], detail[200];
    sha256(str_from(s->text), digest);
    str_to_hex(str_bytes(digest, sizeof digest), hex);
    snprintf(detail, sizeof detail,
             "{\"item\":%" PRId64 ",\"revision\":%" PRId64 ",\"sha256\":\"%s\"}", s->item_id,
             s->revision, hex);
    return provider_milestone_in(db, a->session_id, STR("answered"), str_from(detail), err);
}

static bool save_body(struct db *db, void *context, struct error *err)
{
    struct save *s = context;
    struct attempt a;
    bool found;
    int64_t now = clock_wall_us();
    if (!attempt_find_in(db, s->attempt_id, s->user_id, &s->arena, &a, err))
        return false;
    if (!attempt_must_run_in(db, &a, now, err))
        return false;
    s->deadline_us = a.deadline_us;
    if (!check_item(db, s, &a, err) || !find_kept(db, s, &found, err))
        return false;
    s->answer.item_id = s->item_id;
    if (found && s->revision <= s->answer.revision)
        return true;
    s->answer = (struct answer){.item_id = s->item_id, .revision = s->revision, .saved_us = now};
    return db_run(db,
                  "INSERT INTO answer (attempt_id, item_id, revision, value, saved_us)"
                  " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (attempt_id, item_id) DO UPDATE SET"
                  " revision = excluded.revision, value = excluded.value,"
                  " saved_us = excluded.saved_us",
                  DB_ARGS(DB_I64(s->attempt_id), DB_I64(s->item_id), DB_I64(s->revision),
                          DB_TEXT(str_from(s->text)), DB_I64(now)),
                  NULL, err) &&
           add_milestone(db, s, &a, err);
}

bool answer_save(struct campus *c, int64_t attempt_id, int64_t user_id, int64_t item_id,
                 const json_t *value, int64_t revision, struct answer *ret, struct error *err)
{
    struct save s = {.attempt_id = attempt_id,
                     .user_id = user_id,
                     .item_id = item_id,
                     .revision = revision,
                     .value = value};
    if (revision < 1 || revision > ANSWER_REVISION_MAX)
        return error_set(err, ERROR_INVALID, "revision: must be a whole number from 1 on");
    if (!json_text(value, &s.text, err))
        return false;
    bool good = db_store_write(c->store, save_body, &s, err);
    arena_done(&s.arena);
    free(s.text);
    if (good) {
        *ret = s.answer;
        ret->deadline_us = s.deadline_us;
    }
    return good;
}

static bool read_answer(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct answer *answer = to;
    *answer = (struct answer){.item_id = db_col_i64(rows, 0),
                              .revision = db_col_i64(rows, 1),
                              .value = db_col_copy(rows, 2, arena),
                              .saved_us = db_col_i64(rows, 3)};
    return answer->value.ptr || error_no_memory(err);
}

bool answer_list_in(struct db *db, int64_t attempt_id, struct arena *arena, struct answer **ret,
                    size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT item_id, revision, value, saved_us FROM answer WHERE attempt_id = $1"
                    " ORDER BY item_id",
                    DB_ARGS(DB_I64(attempt_id)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_answer, ret, ret_len, err);
}

bool answer_forget_in(struct db *db, int64_t attempt_id, struct error *err)
{
    return db_run(db, "DELETE FROM answer WHERE attempt_id = $1", DB_ARGS(DB_I64(attempt_id)), NULL,
                  err);
}
