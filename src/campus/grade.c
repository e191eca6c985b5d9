#include "campus/grade.h"

#include "base/json.h"
#include "campus/attachment.h"

#include <math.h>

/* ---- one answer ---- */

static bool right_single(const struct item *item, const json_t *value)
{
    for (size_t i = 0; i < item->options_len; i++)
        if (json_is_integer(value) && json_integer_value(value) == item->options[i].id)
            return item->options[i].correct;
    return false;
}

static bool has_id(const json_t *list, int64_t id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_integer_value(json_array_get(list, i)) == id)
            return true;
    return false;
}

static bool right_multiple(const struct item *item, const json_t *value)
{
    if (!json_is_array(value))
        return false;
    for (size_t i = 0; i < item->options_len; i++)
        if (has_id(value, item->options[i].id) != item->options[i].correct)
            return false;
    return true;
}

static bool right_numeric(const struct item *item, const json_t *value)
{
    double number;
    struct str text = {json_string_value(value), json_string_length(value)};
    return json_is_string(value) && str_to_double(text, &number) &&
           fabs(number - item->number) <= item->tolerance;
}

bool grade_answer(const struct item *item, struct str value, double *ret_points)
{
    CLEANUP(json_decrefp) json_t *json = NULL;
    bool right = false;
    *ret_points = 0;
    if (value.len == 0 || !json_parse(value, &json, NULL) || json_is_null(json))
        return true; /* nothing was answered */
    switch (item->kind) {
    case ITEM_SINGLE:
        right = right_single(item, json);
        break;
    case ITEM_MULTIPLE:
        right = right_multiple(item, json);
        break;
    case ITEM_NUMERIC:
        right = right_numeric(item, json);
        break;
    case ITEM_DESCRIPTIVE:
        return json_string_length(json) == 0;
    case ITEM_KIND_NONE:
        break;
    }
    *ret_points = right ? item->points : 0;
    return true;
}

/* ---- an attempt ---- */

static struct str answer_of(const struct answer *answers, size_t len, int64_t item_id)
{
    for (size_t i = 0; i < len; i++)
        if (answers[i].item_id == item_id)
            return answers[i].value;
    return STR("");
}

/* What was handed in as a file has to be read by a person, whether there is text with it or not. */
static bool has_file(const struct attachment *files, size_t len, int64_t item_id)
{
    for (size_t i = 0; i < len; i++)
        if (files[i].item_id == item_id && files[i].state == ATTACHMENT_COMPLETE)
            return true;
    return false;
}

bool grade_attempt_in(struct db *db, int64_t attempt_id, int64_t exam_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct item *items;
    struct answer *answers;
    struct attachment *files;
    size_t items_len, answers_len, files_len;
    if (!exam_items_in(db, exam_id, &arena, &items, &items_len, err) ||
        !answer_list_in(db, attempt_id, &arena, &answers, &answers_len, err) ||
        !attachment_list_in(db, attempt_id, &arena, &files, &files_len, err))
        return false;
    for (size_t i = 0; i < items_len; i++) {
        double points;
        bool graded =
            grade_answer(&items[i], answer_of(answers, answers_len, items[i].id), &points) &&
            !has_file(files, files_len, items[i].id);
        if (!db_run(db, "INSERT INTO grade (attempt_id, item_id, points) VALUES ($1, $2, $3)",
                    DB_ARGS(DB_I64(attempt_id), DB_I64(items[i].id),
                            graded ? DB_DOUBLE(points) : DB_NULL),
                    NULL, err))
            return false;
    }
    return true;
}

bool grade_sum_in(struct db *db, int64_t attempt_id, int64_t exam_id, struct grade_sum *ret,
                  struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct grade_sum sum = {.complete = true};
    struct item *items;
    size_t len;
    if (!exam_items_in(db, exam_id, &arena, &items, &len, err) ||
        !db_query(db, "SELECT points FROM grade WHERE attempt_id = $1", DB_ARGS(DB_I64(attempt_id)),
                  &rows, err))
        return false;
    for (size_t i = 0; i < len; i++)
        sum.points_max += items[i].points;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        sum.complete = sum.complete && !db_col_null(rows, 0);
        sum.points += db_col_null(rows, 0) ? 0 : db_col_double(rows, 0);
    }
    *ret = sum;
    return true;
}
