/* The time of an attempt: what is given, outages, who learns of it. */
#include "campus/test_house.h"

#include "base/clock.h"
#include "campus/beat.h"
#include "campus/ledger.h"
#include "proctor/evidence.h"

#define GIVE(kind_of, us)                                                                          \
    (&(struct time_entry){.kind = (kind_of),                                                       \
                          .given_us = (us),                                                        \
                          .reason = STR("a fire alarm"),                                           \
                          .who = STR("Mei Tanaka")})

struct ledger_read {
    int64_t attempt_id;
    struct arena *arena;
    struct time_entry *list;
    size_t len;
};

static bool ledger_body(struct db *db, void *context, struct error *err)
{
    struct ledger_read *r = context;
    return ledger_list_in(db, r->attempt_id, r->arena, &r->list, &r->len, err);
}

static struct ledger_read ledger(struct house *h, int64_t attempt_id, struct arena *arena)
{
    struct ledger_read r = {.attempt_id = attempt_id, .arena = arena};
    must(db_store_read(h->p.store, ledger_body, &r, err));
    return r;
}

static struct attempt find(struct house *h, int64_t id, struct arena *arena)
{
    struct attempt a;
    must(attempt_find(h->c, id, h->candidate, arena, &a, err));
    return a;
}

static void time_that_is_given_moves_the_deadline_and_is_in_the_ledger(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct evidence_record *records;
    size_t len;
    must(attempt_add_time(h->c, v.attempt.id, GIVE(TIME_SUPPORT, 300 * SECOND_US), err));
    struct attempt a = find(h, v.attempt.id, &arena);
    assert_int_equal(a.deadline_us, v.attempt.deadline_us + 300 * SECOND_US);
    struct ledger_read r = ledger(h, a.id, &arena);
    assert_int_equal(r.len, 1);
    assert_int_equal(r.list[0].given_us, 300 * SECOND_US);
    assert_string_equal(r.list[0].who.ptr, "Mei Tanaka");
    must(evidence_list(&h->p, a.session_id, 0, 100, STR(""), &arena, &records, &len, err));
    assert_string_equal(records[len - 1].kind.ptr, "time-given");
    assert_string_equal(records[len - 1].payload.ptr,
                        "{\"by\":\"Mei Tanaka\",\"kind\":\"support\",\"reason\":\"a fire alarm\","
                        "\"seconds\":300.0}");
}

static void what_was_given_before_the_start_counts_from_the_start(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    h->candidate = add_user(h, "amara", USER_CANDIDATE);
    must(attempt_launch(h->c, make_exam(h), h->candidate, &arena, &a, err));
    must(attempt_add_time(h->c, a.id, GIVE(TIME_EXTRA, 450 * SECOND_US), err));
    check_in(h, a.session_id, h->candidate);
    must(session_start(&h->p, a.session_id, h->candidate, err));
    must(attempt_start(h->c, a.id, h->candidate, err));
    a = find(h, a.id, &arena);
    assert_int_equal(a.deadline_us - a.started_us, (1800 + 450) * SECOND_US);
}

static void no_time_is_given_without_a_reason_or_after_the_end(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct time_entry e = *GIVE(TIME_SUPPORT, SECOND_US);
    e.reason = STR("");
    must_fail(ERROR_INVALID, attempt_add_time(h->c, v.attempt.id, &e, err));
    must_fail(ERROR_INVALID, attempt_add_time(h->c, v.attempt.id, GIVE(TIME_SUPPORT, 0), err));
    must_fail(ERROR_INVALID, attempt_add_time(h->c, v.attempt.id, GIVE(TIME_SUPPORT, -1), err));
    must_fail(ERROR_INVALID,
              attempt_add_time(h->c, v.attempt.id, GIVE(TIME_SUPPORT, TIME_GIVEN_MAX_US + 1), err));
    must_fail(ERROR_INVALID, attempt_add_time(h->c, v.attempt.id, GIVE(TIME_KIND_NONE, 1), err));
    must_fail(ERROR_NOT_FOUND, attempt_add_time(h->c, 4711, GIVE(TIME_SUPPORT, 1), err));
    must(attempt_finish(h->c, v.attempt.id, h->candidate, err));
    must_fail(ERROR_CONFLICT, attempt_add_time(h->c, v.attempt.id, GIVE(TIME_SUPPORT, 1), err));
    assert_int_equal(ledger(h, v.attempt.id, &arena).len, 0);
}

/* From here on the server's heartbeat is told what time it is. */

static void a_gap_in_the_heartbeat_is_given_back_once(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    int64_t t = v.attempt.started_us + 60 * SECOND_US, before = v.attempt.deadline_us;
    must(beat(h->c, t, err));
    must(beat(h->c, t + BEAT_GAP_US, err)); /* late, but no gap */
    assert_int_equal(find(h, v.attempt.id, &arena).deadline_us, before);
    t += BEAT_GAP_US;
    must(beat(h->c, t + 180 * SECOND_US, err));
    must(beat(h->c, t + 181 * SECOND_US, err));
    assert_int_equal(find(h, v.attempt.id, &arena).deadline_us, before + 180 * SECOND_US);
    struct ledger_read r = ledger(h, v.attempt.id, &arena);
    assert_int_equal(r.len, 1);
    assert_int_equal(r.list[0].kind, TIME_OUTAGE);
    assert_int_equal(r.list[0].from_us, t);
    assert_int_equal(r.list[0].to_us, t + 180 * SECOND_US);
    assert_int_equal(r.list[0].who.len, 0);
}

static void an_exam_that_began_in_the_gap_gets_what_is_left_of_it(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    int64_t started = v.attempt.started_us;
    must(beat(h->c, started - 100 * SECOND_US, err));
    must(beat(h->c, started + 20 * SECOND_US, err));
    assert_int_equal(ledger(h, v.attempt.id, &arena).list[0].given_us, 20 * SECOND_US);
}

static void a_deadline_inside_the_gap_ends_nothing(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    int64_t deadline = v.attempt.deadline_us, away = deadline - 30 * SECOND_US;
    must(beat(h->c, away, err));
    /* The sweeper is the first to look after the server is back: not even it is too early. */
    must(attempt_sweep(h->c, deadline + 600 * SECOND_US, err));
    struct attempt a = find(h, v.attempt.id, &arena);
    assert_int_equal(a.state, ATTEMPT_RUNNING);
    assert_int_equal(a.deadline_us, deadline + 600 * SECOND_US + 30 * SECOND_US);
    must(attempt_sweep(h->c, a.deadline_us - 1, err));
    assert_int_equal(find(h, v.attempt.id, &arena).state, ATTEMPT_RUNNING);
}

static void what_was_over_before_the_gap_stays_over(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    int64_t deadline = v.attempt.deadline_us;
    must(beat(h->c, deadline + 1, err));
    must(attempt_sweep(h->c, deadline + 900 * SECOND_US, err));
    assert_int_equal(find(h, v.attempt.id, &arena).state, ATTEMPT_FINISHED);
    assert_int_equal(ledger(h, v.attempt.id, &arena).len, 0);
}

static void the_time_to_complete_uploads_is_given_back_too(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    must(attempt_finish(h->c, v.attempt.id, h->candidate, err));
    struct attempt a = find(h, v.attempt.id, &arena), b;
    assert_int_equal(a.grace_until_us, a.finished_us + ATTEMPT_GRACE_US);
    must(beat(h->c, a.finished_us + SECOND_US, err));
    must(beat(h->c, a.finished_us + 61 * SECOND_US, err));
    b = find(h, v.attempt.id, &arena);
    assert_int_equal(b.grace_until_us, a.grace_until_us + 60 * SECOND_US);
    assert_int_equal(b.deadline_us, a.deadline_us);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(time_that_is_given_moves_the_deadline_and_is_in_the_ledger),
        T(what_was_given_before_the_start_counts_from_the_start),
        T(no_time_is_given_without_a_reason_or_after_the_end),
        T(a_gap_in_the_heartbeat_is_given_back_once),
        T(an_exam_that_began_in_the_gap_gets_what_is_left_of_it),
        T(a_deadline_inside_the_gap_ends_nothing),
        T(what_was_over_before_the_gap_stays_over),
        T(the_time_to_complete_uploads_is_given_back_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
