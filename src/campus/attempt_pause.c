/* What a proctor does to an attempt while it is sat: its clock stands and goes on, or it is over.
 * The proctor's half asks for it by proctor/provider.h, inside its own write. */
#include "campus/attempt.h"

#include "base/clock.h"
#include "campus/beat.h"
#include "campus/ledger.h"
#include "proctor/provider.h"

static bool pause_in(struct db *db, struct str session_id, const struct provider_act *act,
                     struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    int64_t now = clock_wall_us();
    if (!attempt_of_session_in(db, session_id, &arena, &a, err))
        return false;
    if (a.paused_us)
        return error_set(err, ERROR_CONFLICT, "the exam is paused already");
    if (!attempt_must_run_in(db, &a, now, err))
        return false;
    return db_run(db, "UPDATE attempt SET paused_us = $1, pause_reason = $2 WHERE id = $3",
                  DB_ARGS(DB_I64(now), DB_TEXT(act->reason), DB_I64(a.id)), NULL, err);
}

bool attempt_resume_in(struct db *db, struct attempt *a, struct str reason, struct str by,
                       struct error *err)
{
    if (!a->paused_us)
        return true;
    /* An outage within the pause is given back once, with the pause: so it is looked for first,
     * while the attempt still stands. */
    if (!beat_in(db, clock_wall_us(), err))
        return false;
    struct time_entry e = {.attempt_id = a->id,
                           .kind = TIME_PAUSE,
                           .from_us = a->paused_us,
                           .to_us = clock_wall_us(),
                           .reason = reason,
                           .who = by};
    e.given_us = e.to_us - e.from_us;
    if (e.given_us > 0 && !attempt_give_in(db, a, &e, err)) /* a clock put back gives nothing */
        return false;
    a->deadline_us += MAX(e.given_us, 0);
    a->paused_us = 0;
    return db_run(db, "UPDATE attempt SET paused_us = 0, pause_reason = '' WHERE id = $1",
                  DB_ARGS(DB_I64(a->id)), NULL, err);
}

static bool resume_in(struct db *db, struct str session_id, const struct provider_act *act,
                      struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    return attempt_of_session_in(db, session_id, &arena, &a, err) &&
           attempt_resume_in(db, &a, act->reason.len ? act->reason : a.pause_reason, act->by, err);
}

static bool end_in(struct db *db, struct str session_id, const struct provider_act *act,
                   struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    return attempt_of_session_in(db, session_id, &arena, &a, err) &&
           attempt_resume_in(db, &a, act->reason, act->by, err) && attempt_hand_in_in(db, &a, err);
}

const struct provider_portal attempt_portal = {pause_in, resume_in, end_in};
