/* The candidate's word: a remark to each flag, and one appeal against the decision until the
 * deadline that the release set. A person who never decided on the session answers it. While an
 * appeal can be made or waits for its answer, nothing of the session is deleted. Only this module
 * touches the tables `appeal` and `annotation`. */
#pragma once
#include "base/arena.h"
#include "proctor/release.h"

#define APPEAL_TEXT_MAX 4000     /* bytes: about a page */
#define APPEAL_NOTE_MAX 1000     /* bytes of a remark to a flag */
#define APPEAL_OPEN_LIST_MAX 500 /* listed for staff */

enum appeal_state {
    APPEAL_NONE = 0, /* nobody has appealed */
    APPEAL_OPEN,     /* it waits for its answer */
    APPEAL_ANSWERED,
};
const char *appeal_state_name(enum appeal_state state); /* "none"; static */

struct appeal {
    enum appeal_state state;
    struct str reason, answer, staff_name; /* in the arena of the call */
    int64_t made_us, answered_us, staff_ref;
    enum review_outcome outcome; /* of the answer: the decision that holds now */
};
struct annotation {
    int64_t flag_id, time_us;
    struct str note;
};

/* The candidate's own; ERROR_NOT_FOUND for somebody else's session, ERROR_CONFLICT before the
 * release and after the deadline. An empty note takes the remark back. `flag_id` is of this
 * session. */
MUST_USE bool appeal_annotate(struct proctor *p, struct str session_id, int64_t user_ref,
                              int64_t flag_id, struct str note, struct error *err);
/* Once; the same text again changes nothing. */
MUST_USE bool appeal_make(struct proctor *p, struct str session_id, int64_t user_ref,
                          struct str reason, struct error *err);

/* `outcome` is the decision that holds from now on, the old one or another. ERROR_FORBIDDEN for
 * whoever decided on this session. */
MUST_USE bool appeal_answer(struct proctor *p, struct str session_id,
                            const struct review_person *by, enum review_outcome outcome,
                            struct str answer, struct error *err);

MUST_USE bool appeal_find_in(struct db *db, struct str session_id, struct arena *arena,
                             struct appeal *ret, struct error *err);
MUST_USE bool appeal_find(struct proctor *p, struct str session_id, struct arena *arena,
                          struct appeal *ret, struct error *err);
MUST_USE bool appeal_annotations(struct proctor *p, struct str session_id, struct arena *arena,
                                 struct annotation **ret, size_t *ret_len, struct error *err);
/* Those that wait, the oldest first. */
struct appeal_waiting {
    struct str session_id;
    int64_t made_us;
};
MUST_USE bool appeal_waiting(struct proctor *p, int64_t viewer, struct arena *arena,
                             struct appeal_waiting **ret, size_t *ret_len, struct error *err);

/* The decision that was told last, by the release or by the answer to an appeal. */
enum review_outcome appeal_holding(const struct release *release, const struct appeal *appeal);
/* Until when everything of the session must be kept: 0 no longer, INT64_MAX until it is answered.
 */
MUST_USE bool appeal_hold_in(struct db *db, struct str session_id, int64_t now_us, int64_t *ret_us,
                             struct error *err);
MUST_USE bool appeal_forget_in(struct db *db, struct str session_id, struct error *err);
