/* What the portal's pages show, each read as one consistent picture. All in the arena of the call.
 */
#pragma once
#include "campus/attachment.h"
#include "campus/grade.h"
#include "campus/item_state.h"
#include "campus/ledger.h"
#include "campus/user.h"
#include "proctor/provider.h"

struct assessment {
    struct exam exam;
    bool tried; /* then `attempt` is there */
    struct attempt attempt;
    enum provider_stage stage; /* of its session, once it is handed in */
};
/* Practice tests first. */
MUST_USE bool view_assessments(struct campus *c, int64_t user_id, struct arena *arena,
                               struct assessment **ret, size_t *ret_len, struct error *err);

struct attempt_view {
    struct attempt attempt;
    struct exam exam;
    bool may_start;     /* created, and its session records */
    int64_t extra_s;    /* comes to the exam's duration: an accommodation */
    struct item *items; /* only while it is running, and does not stand */
    struct answer *answers;
    struct item_state *states;
    size_t items_len, answers_len, states_len;
    struct attachment *files; /* in every state */
    struct time_entry *times;
    size_t files_len, times_len;
};
MUST_USE bool view_attempt(struct campus *c, int64_t attempt_id, int64_t user_id,
                           struct arena *arena, struct attempt_view *ret, struct error *err);

/* The same for staff: anybody's, without the items. */
MUST_USE bool view_any_attempt(struct campus *c, int64_t attempt_id, struct arena *arena,
                               struct attempt_view *ret, struct error *err);
/* Of an exam, for staff: whose attempt it is and how far. */
struct attempt_row {
    struct attempt attempt;
    struct user user;
    int64_t given_us; /* all that was added to its time */
    size_t files;     /* complete ones */
};
MUST_USE bool view_attempts_of_exam(struct campus *c, int64_t exam_id, struct arena *arena,
                                    struct attempt_row **ret, size_t *ret_len, struct error *err);

/* What was answered in the attempt of a proctoring session, for staff: all items, and what there is
 * of answers. ERROR_NOT_FOUND when the session is of no attempt here: of another portal's. */
struct answers_view {
    struct attempt attempt;
    struct item *items;
    struct answer *answers;
    struct item_state *states;
    size_t items_len, answers_len, states_len;
};
MUST_USE bool view_answers_of_session(struct campus *c, struct str session_id, struct arena *arena,
                                      struct answers_view *ret, struct error *err);

struct result {
    struct exam exam;
    int64_t submitted_us;
    struct grade_sum sum;
};
/* Newest first. */
MUST_USE bool view_results(struct campus *c, int64_t user_id, struct arena *arena,
                           struct result **ret, size_t *ret_len, struct error *err);
