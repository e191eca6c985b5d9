/* What a proctor does to an attempt: its clock stands, goes on, or it is over. */
#include "campus/test_house.h"

#include "base/clock.h"
#include "campus/beat.h"
#include "campus/ledger.h"
#include "proctor/live.h"

static struct live_act act(const struct attempt_view *v, const char *text)
{
    return (struct live_act){.session_id = v->attempt.session_id,
                             .user_ref = 99,
                             .by = STR("Tomas Rivera"),
                             .text = str_from(text)};
}

static struct attempt find(struct house *h, int64_t id, struct arena *arena)
{
    struct attempt a;
    must(attempt_find(h->c, id, h->candidate, arena, &a, err));
    return a;
}

static void set_paused_us(struct house *h, int64_t us)
{
    char sql[128];
    snprintf(sql, sizeof sql, "UPDATE attempt SET paused_us = %" PRId64, us);
    run_sql(h, sql);
}

static struct attempt_view ledger(struct house *h, int64_t id, struct arena *arena)
{
    struct attempt_view v;
    must(view_any_attempt(h->c, id, arena, &v, err));
    return v;
}

static void a_pause_gives_back_what_it_took(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct live_act pause = act(&v, "a fire alarm"), resume = act(&v, "");
    must(live_pause(&h->p, &pause, err));
    must_fail(ERROR_CONFLICT, live_pause(&h->p, &pause, err));
    refuse(ERROR_BUSY, v, 3, json_string("x"), 1);
    must_fail(ERROR_CONFLICT, attempt_finish(h->c, v.attempt.id, h->candidate, err));
    set_paused_us(h, clock_wall_us() - 90 * SECOND_US);
    must(live_resume(&h->p, &resume, err));
    must_fail(ERROR_CONFLICT, live_resume(&h->p, &resume, err));
    struct attempt a = find(h, v.attempt.id, &arena);
    int64_t given = a.deadline_us - v.attempt.deadline_us;
    assert_true(given >= 90 * SECOND_US && given < 95 * SECOND_US);
    struct attempt_view after = ledger(h, a.id, &arena);
    assert_int_equal(after.times_len, 1);
    assert_int_equal(after.times[0].kind, TIME_PAUSE);
    assert_int_equal(after.times[0].given_us, given);
    assert_string_equal(after.times[0].reason.ptr, "a fire alarm"); /* none was given at the end */
    assert_string_equal(after.times[0].who.ptr, "Tomas Rivera");
    save(h, &v, 3, json_string("x"), 1);
}

static void its_deadline_passes_without_effect_while_it_stands(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct live_act pause = act(&v, "please wait");
    must(live_pause(&h->p, &pause, err));
    must(attempt_sweep(h->c, v.attempt.deadline_us + 3600 * SECOND_US, err));
    assert_int_equal(find(h, v.attempt.id, &arena).state, ATTEMPT_RUNNING);
    assert_int_equal(ledger(h, v.attempt.id, &arena).times_len, 0);
}

static void after_a_day_it_goes_on_by_itself(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct live_act pause = act(&v, "please wait");
    struct live_state live;
    must(live_pause(&h->p, &pause, err));
    set_paused_us(h, clock_wall_us() - ATTEMPT_PAUSE_MAX_US);
    run_sql(h, "UPDATE attempt SET deadline_us = deadline_us - 86400000000");
    must(attempt_sweep(h->c, clock_wall_us(), err));
    struct attempt a = find(h, v.attempt.id, &arena);
    assert_int_equal(a.state, ATTEMPT_RUNNING);
    assert_int_equal(a.paused_us, 0);
    assert_true(a.deadline_us - v.attempt.deadline_us < 5 * SECOND_US); /* all of it, no more */
    must(live_state(&h->p, a.session_id, &arena, &live, err));
    assert_int_equal(live.paused_us, 0);
}

static void an_outage_in_a_pause_is_given_back_once(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    int64_t started = v.attempt.started_us;
    set_paused_us(h, started + 60 * SECOND_US);
    must(beat(h->c, started + 50 * SECOND_US, err));
    must(beat(h->c, started + 200 * SECOND_US, err));
    must(beat(h->c, started + 400 * SECOND_US, err));
    struct attempt_view after = ledger(h, v.attempt.id, &arena);
    assert_int_equal(after.times_len, 1); /* the ten seconds before the pause */
    assert_int_equal(after.times[0].kind, TIME_OUTAGE);
    assert_int_equal(after.times[0].given_us, 10 * SECOND_US);
}

static void an_end_hands_in_what_is_there_whatever_the_state(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct live_act pause = act(&v, "please wait"), end = act(&v, "enough");
    struct live_state live;
    save(h, &v, 3, json_string("x"), 1);
    must(live_pause(&h->p, &pause, err));
    must(live_end(&h->p, &end, err));
    must_fail(ERROR_CONFLICT, live_end(&h->p, &end, err));
    assert_int_equal(find(h, v.attempt.id, &arena).state, ATTEMPT_SUBMITTED);
    must(live_state(&h->p, v.attempt.session_id, &arena, &live, err));
    assert_true(live.ended_us != 0 && live.paused_us == 0);
    assert_string_equal(live.end_reason.ptr, "enough");
}

static void one_that_is_finished_is_handed_in(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct live_act pause = act(&v, "please wait"), end = act(&v, "enough");
    must(attempt_finish(h->c, v.attempt.id, h->candidate, err));
    must_fail(ERROR_CONFLICT, live_pause(&h->p, &pause, err));
    must(live_end(&h->p, &end, err));
    assert_int_equal(find(h, v.attempt.id, &arena).state, ATTEMPT_SUBMITTED);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_pause_gives_back_what_it_took),
        T(its_deadline_passes_without_effect_while_it_stands),
        T(after_a_day_it_goes_on_by_itself),
        T(an_outage_in_a_pause_is_given_back_once),
        T(an_end_hands_in_what_is_there_whatever_the_state),
        T(one_that_is_finished_is_handed_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
