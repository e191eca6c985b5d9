/* Attempts: one try of a candidate at an exam. Only this module (attempt*.c) touches
 * the table `attempt`. The state moves only forward (created, running, finished, submitted), and
 * the server's clock decides.
 */
#pragma once
#include "campus/exam.h"

struct time_entry;

enum attempt_state {
    ATTEMPT_STATE_NONE = 0,
    ATTEMPT_CREATED,
    ATTEMPT_RUNNING,
    ATTEMPT_FINISHED,
    ATTEMPT_SUBMITTED,
};

#define ATTEMPT_GRACE_US (600 * INT64_C(1000000)) /* from finished to handed in by the server */
#define ATTEMPT_PAUSE_MAX_US (24 * 3600 * INT64_C(1000000)) /* then the clock goes on by itself */

struct attempt {
    int64_t id, exam_id, user_id;
    enum attempt_state state;
    struct str session_id; /* the provider's; empty until it is made */
    int64_t created_us, started_us, deadline_us, finished_us, submitted_us; /* 0: not yet */
    int64_t extra_s;        /* of the time to the deadline: an accommodation's, since the start */
    int64_t grace_until_us; /* when the server hands in what is finished; 0 before that */
    int64_t paused_us;      /* its clock stands since then: `deadline_us` moves when it goes on */
    struct str pause_reason;
};

const char *attempt_state_name(enum attempt_state state); /* "created"; static */

/* Makes the attempt and its proctoring session, or gives those that are there. ERROR_CONFLICT when
 * the attempt is over, ERROR_NOT_FOUND without such an exam. In the arena. */
MUST_USE bool attempt_launch(struct campus *c, int64_t exam_id, int64_t user_id,
                             struct arena *arena, struct attempt *ret, struct error *err);
/* Somebody else's attempt is ERROR_NOT_FOUND. A running one whose deadline has passed is finished.
 */
MUST_USE bool attempt_find(struct campus *c, int64_t id, int64_t user_id, struct arena *arena,
                           struct attempt *ret, struct error *err);
MUST_USE bool attempt_find_in(struct db *db, int64_t id, int64_t user_id, struct arena *arena,
                              struct attempt *ret, struct error *err);
/* For staff and the server itself: anybody's. */
MUST_USE bool attempt_get_in(struct db *db, int64_t id, struct arena *arena, struct attempt *ret,
                             struct error *err);
/* The attempt of a proctoring session. */
MUST_USE bool attempt_of_session_in(struct db *db, struct str session_id, struct arena *arena,
                                    struct attempt *ret, struct error *err);
/* All attempts at an exam, by when they were made; in the arena. */
MUST_USE bool attempt_list_of_exam_in(struct db *db, int64_t exam_id, struct arena *arena,
                                      struct attempt **ret, size_t *ret_len, struct error *err);

/* "Start Exam": ERROR_CONFLICT unless the session is recording. Again is fine. */
MUST_USE bool attempt_start(struct campus *c, int64_t id, int64_t user_id, struct error *err);
/* "Finish Exam": no answer is taken any more. Again is fine. */
MUST_USE bool attempt_finish(struct campus *c, int64_t id, int64_t user_id, struct error *err);
/* "Home": graded as far as the server can, and the recording ends. Again is fine. */
MUST_USE bool attempt_submit(struct campus *c, int64_t id, int64_t user_id, struct error *err);
/* This candidate's attempts, newest first; in the arena. */
MUST_USE bool attempt_list(struct campus *c, int64_t user_id, struct arena *arena,
                           struct attempt **ret, size_t *ret_len, struct error *err);

/* ---- time (attempt_time.c; what was given and why is in campus/ledger.h) ---- */

/* How long this attempt has in all when it is started now. */
MUST_USE bool attempt_allowed_us_in(struct db *db, const struct attempt *a, const struct exam *exam,
                                    int64_t *ret_us, struct error *err);
/* Is its time over? An outage that was not credited yet is first, so a->deadline_us may move. */
MUST_USE bool attempt_is_over_in(struct db *db, struct attempt *a, int64_t now_us, bool *ret,
                                 struct error *err);
/* ERROR_CONFLICT unless it is running and its time is not over. */
MUST_USE bool attempt_must_run_in(struct db *db, struct attempt *a, int64_t now_us,
                                  struct error *err);
/* Gives the span back to every attempt that was running at `from_us` or began in it. */
MUST_USE bool attempt_credit_outage_in(struct db *db, int64_t from_us, int64_t to_us,
                                       struct error *err);
/* Those that are running, or finished and not handed in, whose time was not over at `from_us`. */
MUST_USE bool attempt_open_list_in(struct db *db, int64_t from_us, struct arena *arena,
                                   struct attempt **ret, size_t *ret_len, struct error *err);

/* ---- what a proctor asks for (attempt_pause.c) ---- */

struct provider_portal;
extern const struct provider_portal attempt_portal; /* of proctor/provider.h */
/* Ends the pause, if there is one: a ledger entry gives the time back. */
MUST_USE bool attempt_resume_in(struct db *db, struct attempt *a, struct str reason, struct str by,
                                struct error *err);
/* Hands in what there is, whatever state it is in; for `by` of the evidence. */
MUST_USE bool attempt_hand_in_in(struct db *db, struct attempt *a, struct error *err);
/* For attempt_pause.c: an entry and all that moves with it. */
MUST_USE bool attempt_give_in(struct db *db, const struct attempt *a,
                              const struct time_entry *given, struct error *err);

/* Finishes what has reached its deadline and hands in what has reached the end of its grace. */
MUST_USE bool attempt_sweep(struct campus *c, int64_t now_us, struct error *err);

/* For erasing: nothing can be added to it any more. */
MUST_USE bool attempt_close_in(struct db *db, int64_t id, struct error *err);
