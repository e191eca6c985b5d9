/* Answers: the last revision of each item of an attempt. Only this module touches the table
 * `answer`. Each save is in the session's evidence too, by item, revision and the SHA-256 of the
 * value. */
#pragma once
#include "base/json.h"
#include "campus/attempt.h"

#define ANSWER_NUMERIC_MAX 64              /* bytes */
#define ANSWER_TEXT_MAX ((size_t)64 << 10) /* bytes of a descriptive answer */
#define ANSWER_REVISION_MAX INT64_C(1000000000)

struct answer {
    int64_t item_id, revision, saved_us;
    struct str value;    /* canonical JSON */
    int64_t deadline_us; /* when the attempt ends: a page learns when that moves; of a save alone */
};

/* Saves a newer revision; an older or equal one changes nothing and gives the kept one. `value` is
 * borrowed; JSON null clears the answer. ERROR_CONFLICT unless the attempt is running and in time,
 * ERROR_NOT_FOUND for an item of another exam, ERROR_INVALID for a value that does not fit it. */
MUST_USE bool answer_save(struct campus *c, int64_t attempt_id, int64_t user_id, int64_t item_id,
                          const json_t *value, int64_t revision, struct answer *ret,
                          struct error *err);
/* In the order of the items; in the arena. */
MUST_USE bool answer_list_in(struct db *db, int64_t attempt_id, struct arena *arena,
                             struct answer **ret, size_t *ret_len, struct error *err);

/* For erasing: what was answered goes; points that were given stay. */
MUST_USE bool answer_forget_in(struct db *db, int64_t attempt_id, struct error *err);
