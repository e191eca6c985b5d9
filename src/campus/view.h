/* What the portal's pages show, each read as one consistent picture. All in the arena of the call.
 */
#pragma once
#include "campus/grade.h"

struct assessment {
    struct exam exam;
    bool tried; /* then `attempt` is there */
    struct attempt attempt;
};
/* Practice tests first. */
MUST_USE bool view_assessments(struct campus *c, int64_t user_id, struct arena *arena,
                               struct assessment **ret, size_t *ret_len, struct error *err);

struct attempt_view {
    struct attempt attempt;
    struct exam exam;
    bool may_start;     /* created, and its session records */
    int64_t extra_s;    /* comes to the exam's duration: an accommodation */
    struct item *items; /* only while it is running */
    struct answer *answers;
    size_t items_len, answers_len;
};
MUST_USE bool view_attempt(struct campus *c, int64_t attempt_id, int64_t user_id,
                           struct arena *arena, struct attempt_view *ret, struct error *err);

struct result {
    struct exam exam;
    int64_t submitted_us;
    struct grade_sum sum;
};
/* Newest first. */
MUST_USE bool view_results(struct campus *c, int64_t user_id, struct arena *arena,
                           struct result **ret, size_t *ret_len, struct error *err);
