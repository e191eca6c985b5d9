/* Deleting what there is of a session: by the clock when its terms (proctor/keep.h) are over, or
 * all of a user at once. A part is deleted in one write that destroys the key which sealed it, its
 * rows, and marks its files; the files go after it, and then a receipt is signed
 * (proctor/deletion.h). What an appeal may need is held. */
#pragma once
#include "proctor/keep.h"

/* One round; any process may do it at any time. Goes on after a failure and reports the first. */
MUST_USE bool retention_sweep(struct proctor *p, int64_t now_us, struct error *err);
/* ERROR_CONFLICT while an appeal of this user waits for its answer. */
MUST_USE bool retention_may_erase(struct proctor *p, int64_t user_ref, struct error *err);
/* Everything of this user: recordings, what was derived from them, identity, conversations, names.
 * Sessions stay as numbers and times. ERROR_CONFLICT while an appeal of theirs waits for its
 * answer. Files are gone and receipts signed when it returns. */
MUST_USE bool retention_erase_user(struct proctor *p, int64_t user_ref, size_t *ret_sessions,
                                   struct error *err);
