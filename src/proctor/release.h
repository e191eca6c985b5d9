/* The release of a session's result: from then on the candidate reads the decision and their own
 * flags, and may appeal until a deadline (proctor/appeal.h). What was told is kept as it was told:
 * another decision afterwards is told by another release. Only this module touches the table
 * `release`. */
#pragma once
#include "base/arena.h"
#include "base/id.h"
#include "proctor/review.h"

struct release {
    bool made;
    enum review_outcome outcome;
    int64_t released_us, appeal_until_us; /* appeal_until_us 0: there is no appeal */
    int64_t staff_ref;
    struct str decided_by, staff_name; /* in the arena of the call */
};

/* ERROR_CONFLICT, with what is missing, unless the session's report is made and a person has
 * decided, and while an appeal waits for its answer. Releasing the same outcome again changes
 * nothing. */
MUST_USE bool release_make(struct proctor *p, struct str session_id, const struct review_person *by,
                           struct error *err);
/* All of an exam that are decided and not told yet; *ret_made of them, *ret_left are not decided.
 */
MUST_USE bool release_exam(struct proctor *p, struct str exam_id, const struct review_person *by,
                           size_t *ret_made, size_t *ret_left, struct error *err);
MUST_USE bool release_find_in(struct db *db, struct str session_id, struct arena *arena,
                              struct release *ret, struct error *err);
MUST_USE bool release_find(struct proctor *p, struct str session_id, struct arena *arena,
                           struct release *ret, struct error *err);
/* The names in it go. */
MUST_USE bool release_forget_in(struct db *db, struct str session_id, struct error *err);
