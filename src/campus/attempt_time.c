/* How long an attempt has, and what moves its deadline. The clock of the server decides, and a
 * deadline only ever moves together with the entry of the ledger that says why. */
#include "campus/attempt.h"

#include "base/clock.h"
#include "base/json.h"
#include "campus/beat.h"
#include "campus/campus_private.h"
#include "campus/ledger.h"
#include "proctor/provider.h"

#include <stdlib.h>

/* The one place that says how long an attempt has when it is started: what was given before it
 * (an accommodation) is in the ledger already. */
bool attempt_allowed_us_in(struct db *db, const struct attempt *a, const struct exam *exam,
                           int64_t *ret_us, struct error *err)
{
    int64_t given_us;
    if (!ledger_sum_in(db, a->id, &given_us, err))
        return false;
    *ret_us = exam->duration_s * SECOND_US + given_us;
    return true;
}

bool attempt_is_over_in(struct db *db, struct attempt *a, int64_t now_us, bool *ret,
                        struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    *ret = a->state > ATTEMPT_RUNNING;
    if (a->state != ATTEMPT_RUNNING || a->paused_us || now_us < a->deadline_us)
        return true;
    if (!beat_in(db, now_us, err) ||
        !db_query_one(db, "SELECT deadline_us FROM attempt WHERE id = $1", DB_ARGS(DB_I64(a->id)),
                      &found, &rows, err))
        return false;
    if (found)
        a->deadline_us = db_col_i64(rows, 0);
    *ret = now_us >= a->deadline_us;
    return true;
}

bool attempt_must_run_in(struct db *db, struct attempt *a, int64_t now_us, struct error *err)
{
    bool over;
    if (a->state == ATTEMPT_CREATED)
        return error_set(err, ERROR_CONFLICT, "the exam has not been started");
    /* "Busy" is what a page tries again: an answer given just before the pause is not lost. */
    if (a->paused_us)
        return error_set(err, ERROR_BUSY, "the exam is paused");
    if (!attempt_is_over_in(db, a, now_us, &over, err))
        return false;
    return !over || error_set(err, ERROR_CONFLICT, "the exam is over");
}

/* ---- giving ---- */

static bool add_milestone(struct db *db, const struct attempt *a, const struct time_entry *e,
                          struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(json_decrefp)
    json_t *detail = json_pack("{s:s, s:f, s:s%, s:s%}", "kind", time_kind_name(e->kind), "seconds",
                               (double)e->given_us / (double)SECOND_US, "reason", e->reason.ptr,
                               e->reason.len, "by", e->who.ptr ? e->who.ptr : "", e->who.len);
    if (!detail)
        return error_no_memory(err);
    return a->session_id.len == 0 ||
           (json_text(detail, &text, err) &&
            provider_milestone_in(db, a->session_id, STR("time-given"), str_from(text), err));
}

bool attempt_give_in(struct db *db, const struct attempt *a, const struct time_entry *given,
                     struct error *err)
{
    struct time_entry e = *given;
    e.attempt_id = a->id;
    e.made_us = clock_wall_us();
    /* One that has not begun takes the sum of the ledger when it begins. */
    const char *column = a->state == ATTEMPT_RUNNING
                             ? "UPDATE attempt SET deadline_us = deadline_us + $1 WHERE id = $2"
                         : a->state == ATTEMPT_FINISHED
                             ? "UPDATE attempt SET grace_until_us = grace_until_us + $1"
                               " WHERE id = $2"
                             : NULL;
    return ledger_add_in(db, &e, err) &&
           (!column || db_run(db, column, DB_ARGS(DB_I64(e.given_us), DB_I64(a->id)), NULL, err)) &&
           add_milestone(db, a, &e, err);
}

static bool check_given(const struct time_entry *e, struct error *err)
{
    if (e->kind <= TIME_KIND_NONE || e->kind > TIME_SUPPORT)
        return error_set(err, ERROR_INVALID, "kind: is not known");
    if (e->given_us <= 0 || e->given_us > TIME_GIVEN_MAX_US)
        return error_set(err, ERROR_INVALID, "seconds: must be from 1 to %d",
                         (int)(TIME_GIVEN_MAX_US / SECOND_US));
    if (e->reason.len == 0 || e->reason.len > TIME_REASON_MAX || !str_is_utf8(e->reason))
        return error_set(err, ERROR_INVALID, "reason: must be text of 1 to %d bytes",
                         TIME_REASON_MAX);
    return (e->who.len <= TIME_WHO_MAX && str_is_utf8(e->who)) ||
           error_set(err, ERROR_INVALID, "who: must be text of at most %d bytes", TIME_WHO_MAX);
}

bool attempt_add_time_in(struct db *db, int64_t attempt_id, const struct time_entry *given,
                         struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    bool over;
    if (!check_given(given, err) || !attempt_get_in(db, attempt_id, &arena, &a, err) ||
        !attempt_is_over_in(db, &a, clock_wall_us(), &over, err))
        return false;
    if (over)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    return attempt_give_in(db, &a, given, err);
}

struct giving {
    int64_t attempt_id;
    const struct time_entry *given;
};

static bool giving_body(struct db *db, void *context, struct error *err)
{
    const struct giving *g = context;
    return attempt_add_time_in(db, g->attempt_id, g->given, err);
}

bool attempt_add_time(struct campus *c, int64_t attempt_id, const struct time_entry *given,
                      struct error *err)
{
    struct giving g = {.attempt_id = attempt_id, .given = given};
    return db_store_write(c->store, giving_body, &g, err);
}

/* ---- outages ---- */

/* An attempt had `deadline - from` left when the server went away, and has as much when it is back.
 * One that was finished has its time to complete uploads credited instead. */
bool attempt_credit_outage_in(struct db *db, int64_t from_us, int64_t to_us, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt *list;
    size_t len;
    if (!attempt_open_list_in(db, from_us, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        const struct attempt *a = &list[i];
        int64_t since = a->state == ATTEMPT_RUNNING ? a->started_us : a->finished_us;
        struct time_entry e = {.kind = TIME_OUTAGE,
                               .from_us = MAX(from_us, since),
                               .to_us = to_us,
                               .reason = STR("the server was away"),
                               .who = STR("")};
        if (a->paused_us) /* what comes behind is given back with the pause */
            e.to_us = MIN(to_us, a->paused_us);
        e.given_us = e.to_us - e.from_us;
        if (e.given_us > 0 && !attempt_give_in(db, a, &e, err))
            return error_wrap(err, "attempt %" PRId64, a->id);
    }
    return true;
}
