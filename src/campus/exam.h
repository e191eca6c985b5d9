/* Exams, their items (questions) and the options to choose from. Only this module touches the
 * tables `exam`, `item` and `item_option`. */
#pragma once
#include "base/arena.h"
#include "campus/campus.h"

enum exam_kind { EXAM_KIND_NONE = 0, EXAM_PRACTICE, EXAM_EXAM };
enum item_kind { ITEM_KIND_NONE = 0, ITEM_SINGLE, ITEM_MULTIPLE, ITEM_NUMERIC, ITEM_DESCRIPTIVE };

#define EXAM_TITLE_MAX 200
#define EXAM_DURATION_MAX_S (24 * 3600)
#define ITEM_PROMPT_MAX 4000
#define ITEM_OPTIONS_MAX 20

struct exam {
    int64_t id;
    char title[EXAM_TITLE_MAX + 1];
    enum exam_kind kind;
    int64_t duration_s;
    int64_t items;           /* how many */
    struct str proctored_id; /* in the arena of the call */
};
struct item_option {
    int64_t id;
    struct str text;
    bool correct;
};
struct item {
    int64_t id;
    int64_t position; /* from 1 */
    enum item_kind kind;
    struct str prompt;
    double points;
    double number, tolerance; /* numeric */
    const struct item_option *options;
    size_t options_len;
};

const char *exam_kind_name(enum exam_kind kind); /* "practice"; static */
const char *item_kind_name(enum item_kind kind); /* "single"; static */

struct exam_spec {
    struct str title;
    enum exam_kind kind;
    int64_t duration_s;
    const struct item *items; /* ids and positions are given, those of the options too */
    size_t items_len;
    const int64_t *staff; /* users: its staff from the beginning, as who makes an exam is */
    size_t staff_len;
};
/* Makes the exam and registers it for proctoring. A title that is taken is ERROR_CONFLICT. */
MUST_USE bool exam_create(struct campus *c, const struct exam_spec *spec, int64_t *ret_id,
                          struct error *err);
/* How it is proctored (docs/policy.md) in the attempts that are opened from now on. */
MUST_USE bool exam_set_policy(struct campus *c, int64_t id, struct str policy_json,
                              struct error *err);
/* All, practice tests first; in the arena. */
MUST_USE bool exam_list(struct campus *c, struct arena *arena, struct exam **ret, size_t *ret_len,
                        struct error *err);
MUST_USE bool exam_find_in(struct db *db, int64_t id, struct arena *arena, struct exam *ret,
                           struct error *err);
/* Makes sure that the exam is registered for proctoring (a crash may have come between); the
 * provider's id is in exam->proctored_id. */
MUST_USE bool exam_register(struct campus *c, struct exam *exam, struct arena *arena,
                            struct error *err);
/* One item, without its options; an item of another exam is ERROR_NOT_FOUND. */
MUST_USE bool exam_item_in(struct db *db, int64_t exam_id, int64_t item_id, struct arena *arena,
                           struct item *ret, struct error *err);
/* Items by position, with their options; in the arena. */
MUST_USE bool exam_items_in(struct db *db, int64_t exam_id, struct arena *arena, struct item **ret,
                            size_t *ret_len, struct error *err);
