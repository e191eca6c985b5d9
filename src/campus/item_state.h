/* What a candidate has done with each item beside answering it: seen it, marked it for review. Kept
 * at the server so that the palette is the same after a crash and on another computer. Only this
 * module touches the table `item_state`. */
#pragma once
#include "campus/attempt.h"

struct item_state {
    int64_t item_id;
    bool marked;
    int64_t seen_us; /* when it was last put on the screen: the newest is where the candidate was */
};

/* The item is on the screen now, and marked or not. ERROR_CONFLICT unless the attempt is running
 * and in time, ERROR_NOT_FOUND for an item of another exam. */
MUST_USE bool item_state_set(struct campus *c, int64_t attempt_id, int64_t user_id, int64_t item_id,
                             bool marked, struct error *err);
/* Those that were seen, by item; in the arena. */
MUST_USE bool item_state_list_in(struct db *db, int64_t attempt_id, struct arena *arena,
                                 struct item_state **ret, size_t *ret_len, struct error *err);
MUST_USE bool item_state_forget_in(struct db *db, int64_t attempt_id, struct error *err);
