#include "campus/attempt.h"

#include "base/clock.h"
#include "campus/accommodation.h"
#include "campus/campus_private.h"
#include "campus/grade.h"
#include "campus/ledger.h"
#include "campus/user.h"
#include "proctor/provider.h"

#include <stdio.h>

static const char *const names[] = {[ATTEMPT_CREATED] = "created",
                                    [ATTEMPT_RUNNING] = "running",
                                    [ATTEMPT_FINISHED] = "finished",
                                    [ATTEMPT_SUBMITTED] = "submitted"};

const char *attempt_state_name(enum attempt_state state)
{
    return state > ATTEMPT_STATE_NONE && state <= ATTEMPT_SUBMITTED ? names[state] : "unknown";
}

/* ---- rows ---- */

#define COLUMNS                                                                                    \
    "SELECT id, exam_id, user_id, state, session_id, created_us, started_us, deadline_us,"         \
    " finished_us, submitted_us, extra_s, grace_until_us, paused_us, pause_reason FROM attempt"

static bool read_attempt(struct db_stmt *rows, struct arena *arena, struct attempt *ret,
                         struct error *err)
{
    *ret = (struct attempt){
        .id = db_col_i64(rows, 0),
        .exam_id = db_col_i64(rows, 1),
        .user_id = db_col_i64(rows, 2),
        .state = (enum attempt_state)db_col_i64(rows, 3),
        .session_id = db_col_copy(rows, 4, arena),
        .created_us = db_col_i64(rows, 5),
        .started_us = db_col_i64(rows, 6),
        .deadline_us = db_col_i64(rows, 7),
        .finished_us = db_col_i64(rows, 8),
        .submitted_us = db_col_i64(rows, 9),
        .extra_s = db_col_i64(rows, 10),
        .grace_until_us = db_col_i64(rows, 11),
        .paused_us = db_col_i64(rows, 12),
        .pause_reason = db_col_copy(rows, 13, arena),
    };
    return (ret->session_id.ptr && ret->pause_reason.ptr) || error_no_memory(err);
}

bool attempt_get_in(struct db *db, int64_t id, struct arena *arena, struct attempt *ret,
                    struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_I64(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such attempt");
    return read_attempt(rows, arena, ret, err);
}

bool attempt_find_in(struct db *db, int64_t id, int64_t user_id, struct arena *arena,
                     struct attempt *ret, struct error *err)
{
    struct attempt a;
    if (!attempt_get_in(db, id, arena, &a, err))
        return false;
    if (a.user_id != user_id)
        return error_set(err, ERROR_NOT_FOUND, "no such attempt");
    *ret = a;
    return true;
}

bool attempt_of_session_in(struct db *db, struct str session_id, struct arena *arena,
                           struct attempt *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found = false;
    if (session_id.len && !db_query_one(db, COLUMNS " WHERE session_id = $1",
                                        DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such attempt");
    return read_attempt(rows, arena, ret, err);
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    return read_attempt(rows, arena, to, err);
}

static bool read_list(struct db_stmt *rows, struct arena *arena, struct attempt **ret,
                      size_t *ret_len, struct error *err)
{
    return db_collect(rows, arena, sizeof **ret, read_listed, ret, ret_len, err);
}

bool attempt_list_of_exam_in(struct db *db, int64_t exam_id, struct arena *arena,
                             struct attempt **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " WHERE exam_id = $1 ORDER BY created_us, id",
                    DB_ARGS(DB_I64(exam_id)), &rows, err) &&
           read_list(rows, arena, ret, ret_len, err);
}

bool attempt_open_list_in(struct db *db, int64_t from_us, struct arena *arena, struct attempt **ret,
                          size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    COLUMNS " WHERE state IN (2, 3) AND ((state = 2 AND deadline_us > $1) OR"
                            " (state = 3 AND grace_until_us > $1)) ORDER BY id",
                    DB_ARGS(DB_I64(from_us)), &rows, err) &&
           read_list(rows, arena, ret, ret_len, err);
}
_Static_assert(ATTEMPT_RUNNING == 2 && ATTEMPT_FINISHED == 3, "the queries name the states");

/* ---- states ---- */

/* Who makes the move: the candidate, the clock when the time is over, or staff. */
static const char by_candidate[] = "candidate", by_clock[] = "clock", by_staff[] = "staff";

/* Whoever reviews sees why this candidate had longer. */
/* An accommodation's time is in the ledger like any other that is given. */
static bool give_extra_time(struct db *db, const struct attempt *a, int64_t extra_s, int64_t now_us,
                            struct error *err)
{
    const struct time_entry entry = {.attempt_id = a->id,
                                     .kind = TIME_EXTRA,
                                     .given_us = extra_s * SECOND_US,
                                     .made_us = now_us,
                                     .reason = STR("Extra time that was arranged for you"),
                                     .who = STR("")};
    char detail[64];
    snprintf(detail, sizeof detail, "{\"seconds\":%" PRId64 "}", extra_s);
    return extra_s == 0 ||
           (ledger_add_in(db, &entry, err) &&
            provider_milestone_in(db, a->session_id, STR("extra-time"), str_from(detail), err));
}

static bool begin(struct db *db, struct attempt *a, int64_t now_us, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct exam exam;
    struct accommodation own;
    int64_t allowed_us;
    if (a->session_id.len == 0)
        return error_set(err, ERROR_CONFLICT, "start the recording first");
    if (!exam_find_in(db, a->exam_id, &arena, &exam, err) ||
        !accommodation_find_in(db, a->user_id, a->exam_id, &arena, &own, err))
        return false;
    int64_t extra_s = accommodation_extra_s(&own, exam.duration_s);
    return provider_exam_started_in(db, a->session_id, err) &&
           give_extra_time(db, a, extra_s, now_us, err) &&
           attempt_allowed_us_in(db, a, &exam, &allowed_us, err) &&
           db_run(db,
                  "UPDATE attempt SET state = $1, started_us = $2, deadline_us = $3, extra_s = $4"
                  " WHERE id = $5",
                  DB_ARGS(DB_I64(ATTEMPT_RUNNING), DB_I64(now_us), DB_I64(now_us + allowed_us),
                          DB_I64(extra_s), DB_I64(a->id)),
                  NULL, err);
}

static bool finish(struct db *db, struct attempt *a, const char *by, int64_t now_us,
                   struct error *err)
{
    char detail[64];
    snprintf(detail, sizeof detail, "{\"by\":\"%s\"}", by);
    return db_run(db,
                  "UPDATE attempt SET state = $1, finished_us = $2, grace_until_us = $3"
                  " WHERE id = $4",
                  DB_ARGS(DB_I64(ATTEMPT_FINISHED), DB_I64(now_us),
                          DB_I64(now_us + ATTEMPT_GRACE_US), DB_I64(a->id)),
                  NULL, err) &&
           provider_milestone_in(db, a->session_id, STR("finished"), str_from(detail), err);
}

static bool submit(struct db *db, struct attempt *a, int64_t now_us, struct error *err)
{
    return db_run(db, "UPDATE attempt SET state = $1, submitted_us = $2 WHERE id = $3",
                  DB_ARGS(DB_I64(ATTEMPT_SUBMITTED), DB_I64(now_us), DB_I64(a->id)), NULL, err) &&
           grade_attempt_in(db, a->id, a->exam_id, err) &&
           provider_exam_ended_in(db, a->session_id, err);
}

/* The one place where a state changes: to the next one, or not at all. */
static bool move(struct db *db, struct attempt *a, enum attempt_state to, const char *by,
                 int64_t now_us, struct error *err)
{
    if ((int)to != (int)a->state + 1)
        return error_set(err, ERROR_CONFLICT, "an attempt that is %s cannot become %s",
                         attempt_state_name(a->state), attempt_state_name(to));
    if (!(to == ATTEMPT_RUNNING    ? begin(db, a, now_us, err)
          : to == ATTEMPT_FINISHED ? finish(db, a, by, now_us, err)
                                   : submit(db, a, now_us, err)))
        return false;
    a->state = to;
    return true;
}

struct step {
    int64_t id, user_id;
    enum attempt_state to; /* none: only what the clock does */
};

static bool step_body(struct db *db, void *context, struct error *err)
{
    const struct step *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    bool over;
    int64_t now = clock_wall_us();
    if (!attempt_find_in(db, s->id, s->user_id, &arena, &a, err) ||
        !attempt_is_over_in(db, &a, now, &over, err))
        return false;
    /* The time may be over without the sweeper having seen it. That is kept even where the step
     * that was asked for is refused after it. */
    if (a.state == ATTEMPT_RUNNING && over && !move(db, &a, ATTEMPT_FINISHED, by_clock, now, err))
        return false;
    if (s->to == ATTEMPT_FINISHED && a.paused_us)
        return error_set(err, ERROR_CONFLICT, "the exam is paused");
    if (s->to == ATTEMPT_RUNNING && a.state > ATTEMPT_RUNNING)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    if (a.state >= s->to)
        return true;
    if (s->to == ATTEMPT_FINISHED && a.state == ATTEMPT_CREATED)
        return error_set(err, ERROR_CONFLICT, "the exam has not been started");
    if (s->to == ATTEMPT_SUBMITTED && a.state < ATTEMPT_FINISHED)
        return error_set(err, ERROR_CONFLICT, "finish the exam before you hand it in");
    return move(db, &a, s->to, by_candidate, now, err);
}

bool attempt_hand_in_in(struct db *db, struct attempt *a, struct error *err)
{
    int64_t now = clock_wall_us();
    if (a->state == ATTEMPT_RUNNING && !move(db, a, ATTEMPT_FINISHED, by_staff, now, err))
        return false;
    if (a->state == ATTEMPT_FINISHED && !move(db, a, ATTEMPT_SUBMITTED, by_staff, now, err))
        return false;
    /* One that was never started has nothing to hand in: only its recording ends. */
    return a->state == ATTEMPT_SUBMITTED || provider_exam_ended_in(db, a->session_id, err);
}

bool attempt_start(struct campus *c, int64_t id, int64_t user_id, struct error *err)
{
    struct step s = {.id = id, .user_id = user_id, .to = ATTEMPT_RUNNING};
    return db_store_write(c->store, step_body, &s, err);
}

bool attempt_finish(struct campus *c, int64_t id, int64_t user_id, struct error *err)
{
    struct step s = {.id = id, .user_id = user_id, .to = ATTEMPT_FINISHED};
    return db_store_write(c->store, step_body, &s, err);
}

bool attempt_submit(struct campus *c, int64_t id, int64_t user_id, struct error *err)
{
    struct step s = {.id = id, .user_id = user_id, .to = ATTEMPT_SUBMITTED};
    return db_store_write(c->store, step_body, &s, err);
}

/* ---- launching ---- */

struct launch {
    int64_t exam_id, user_id;
    struct arena *arena;
    struct exam exam;
    struct accommodation accommodation;
    struct attempt attempt;
    struct str session_id;
};

static bool exam_body(struct db *db, void *context, struct error *err)
{
    struct launch *l = context;
    return exam_find_in(db, l->exam_id, l->arena, &l->exam, err) &&
           accommodation_find_in(db, l->user_id, l->exam_id, l->arena, &l->accommodation, err);
}

static bool launch_body(struct db *db, void *context, struct error *err)
{
    struct launch *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_run(db,
                "INSERT INTO attempt (exam_id, user_id, state, created_us) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (exam_id, user_id) DO NOTHING",
                DB_ARGS(DB_I64(l->exam_id), DB_I64(l->user_id), DB_I64(ATTEMPT_CREATED),
                        DB_I64(clock_wall_us())),
                NULL, err) ||
        !db_query_one(db, COLUMNS " WHERE exam_id = $1 AND user_id = $2",
                      DB_ARGS(DB_I64(l->exam_id), DB_I64(l->user_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_INTERNAL, "the attempt was not made");
    return read_attempt(rows, l->arena, &l->attempt, err);
}

static bool session_body(struct db *db, void *context, struct error *err)
{
    struct launch *l = context;
    return db_run(db, "UPDATE attempt SET session_id = $1 WHERE id = $2",
                  DB_ARGS(DB_TEXT(l->session_id), DB_I64(l->attempt.id)), NULL, err);
}

/* The provider gives the same session for the same attempt: a crash in between makes no second one.
 */
static bool make_session(struct campus *c, struct launch *l, struct error *err)
{
    struct user user;
    char ref[48], url[64], id[ID_TEXT_SIZE];
    snprintf(ref, sizeof ref, "campus/attempt/%" PRId64, l->attempt.id);
    snprintf(url, sizeof url, "/exam/?attempt=%" PRId64, l->attempt.id);
    if (!user_find(c, l->user_id, &user, err))
        return false;
    struct provider_attempt p = {
        .exam_id = l->exam.proctored_id,
        .attempt_ref = str_from(ref),
        .user_ref = l->user_id,
        .candidate = str_from(user.full_name),
        .exam_url = str_from(url),
        .return_url = STR("/"),
        .accommodations_json = l->accommodation.patch,
    };
    if (!provider_create_session(c->proctor, &p, id, err))
        return false;
    l->session_id = arena_copy(l->arena, str_from(id));
    if (!l->session_id.ptr)
        return error_no_memory(err);
    if (!db_store_write(c->store, session_body, l, err))
        return false;
    l->attempt.session_id = l->session_id;
    return true;
}

bool attempt_launch(struct campus *c, int64_t exam_id, int64_t user_id, struct arena *arena,
                    struct attempt *ret, struct error *err)
{
    struct launch l = {.exam_id = exam_id, .user_id = user_id, .arena = arena};
    if (!db_store_read(c->store, exam_body, &l, err) || !exam_register(c, &l.exam, arena, err) ||
        !db_store_write(c->store, launch_body, &l, err))
        return false;
    if (l.attempt.state == ATTEMPT_SUBMITTED)
        return error_set(err, ERROR_CONFLICT, "this test has been handed in");
    if (l.attempt.session_id.len == 0 && !make_session(c, &l, err))
        return false;
    *ret = l.attempt;
    return true;
}

/* ---- finding ---- */

struct find {
    int64_t id, user_id;
    struct arena *arena;
    struct attempt attempt;
    struct attempt *list;
    size_t len;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    return attempt_find_in(db, f->id, f->user_id, f->arena, &f->attempt, err);
}

bool attempt_find(struct campus *c, int64_t id, int64_t user_id, struct arena *arena,
                  struct attempt *ret, struct error *err)
{
    struct find f = {.id = id, .user_id = user_id, .arena = arena};
    if (!db_store_read(c->store, find_body, &f, err))
        return false;
    if (f.attempt.state == ATTEMPT_RUNNING && clock_wall_us() >= f.attempt.deadline_us) {
        struct step s = {.id = id, .user_id = user_id, .to = ATTEMPT_STATE_NONE};
        if (!db_store_write(c->store, step_body, &s, err) ||
            !db_store_read(c->store, find_body, &f, err))
            return false;
    }
    *ret = f.attempt;
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " WHERE user_id = $1 ORDER BY created_us DESC, id DESC",
                    DB_ARGS(DB_I64(f->user_id)), &rows, err) &&
           read_list(rows, f->arena, &f->list, &f->len, err);
}

bool attempt_list(struct campus *c, int64_t user_id, struct arena *arena, struct attempt **ret,
                  size_t *ret_len, struct error *err)
{
    struct find f = {.user_id = user_id, .arena = arena};
    if (!db_store_read(c->store, list_body, &f, err))
        return false;
    *ret = f.list;
    *ret_len = f.len;
    return true;
}

/* ---- the clock ---- */

#define SWEEP_MAX 200 /* attempts in one round */

struct due {
    int64_t now_us;
    int64_t ids[SWEEP_MAX];
    size_t len;
};

static bool due_body(struct db *db, void *context, struct error *err)
{
    struct due *d = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query(
            db,
            "SELECT id FROM attempt WHERE state IN (2, 3) AND ((state = 2 AND"
            " deadline_us <= $1 AND (paused_us = 0 OR paused_us <= $2)) OR"
            " (state = 3 AND grace_until_us <= $1)) LIMIT $3",
            DB_ARGS(DB_I64(d->now_us), DB_I64(d->now_us - ATTEMPT_PAUSE_MAX_US), DB_I64(SWEEP_MAX)),
            &rows, err))
        return false;
    for (bool row = true; row && d->len < SWEEP_MAX;) {
        if (!db_next(rows, &row, err))
            return false;
        if (row)
            d->ids[d->len++] = db_col_i64(rows, 0);
    }
    return true;
}

struct sweep_one {
    int64_t id, now_us;
};

static bool sweep_body(struct db *db, void *context, struct error *err)
{
    const struct sweep_one *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    bool over;
    if (!attempt_get_in(db, s->id, &arena, &a, err))
        return false;
    /* Nobody has thought of it for a day; by its deadline it has at most a day's time left. */
    if (a.paused_us && s->now_us - a.paused_us >= ATTEMPT_PAUSE_MAX_US)
        return attempt_resume_in(db, &a, STR("the pause had lasted for a day"), STR(""), err) &&
               provider_pause_over_in(db, a.session_id, err);
    if (!attempt_is_over_in(db, &a, s->now_us, &over, err))
        return false;
    if (a.state == ATTEMPT_RUNNING)
        return !over || move(db, &a, ATTEMPT_FINISHED, by_clock, s->now_us, err);
    if (a.state == ATTEMPT_FINISHED && a.grace_until_us <= s->now_us)
        return move(db, &a, ATTEMPT_SUBMITTED, by_clock, s->now_us, err);
    return true; /* the candidate was faster */
}

bool attempt_sweep(struct campus *c, int64_t now_us, struct error *err)
{
    struct due due = {.now_us = now_us};
    bool good = true;
    if (!db_store_read(c->store, due_body, &due, err))
        return false;
    for (size_t i = 0; i < due.len; i++) {
        struct sweep_one s = {.id = due.ids[i], .now_us = now_us};
        struct error why;
        if (!db_store_write(c->store, sweep_body, &s, &why) && good)
            good = error_set(err, why.code, "attempt %" PRId64 ": %s", s.id, why.message);
    }
    return good;
}

bool attempt_close_in(struct db *db, int64_t id, struct error *err)
{
    return db_run(db, "UPDATE attempt SET state = $1 WHERE id = $2",
                  DB_ARGS(DB_I64(ATTEMPT_SUBMITTED), DB_I64(id)), NULL, err);
}
