#include "media/timeline.h"
#include "support/test.h"

#define STEP 40000

static void a_recording_begins_at_zero_whatever_it_claims(void **state)
{
    (void)state;
    struct timeline t = {0};
    assert_int_equal(timeline_mend(&t, 0, 7000000, STEP), 0);
    assert_int_equal(timeline_mend(&t, 1, 7010000, STEP), 10000);
    assert_int_equal(timeline_mend(&t, 0, 7040000, STEP), 40000);
    assert_int_equal(t.jumps, 0);
}

static void sound_that_begins_early_is_put_at_zero(void **state)
{
    (void)state;
    struct timeline t = {0};
    timeline_mend(&t, 0, 7000, STEP);
    assert_int_equal(timeline_mend(&t, 1, -7000, STEP), 0);
    assert_int_equal(t.jumps, 0);
}

static void pictures_out_of_order_are_no_jump(void **state)
{
    (void)state;
    struct timeline t = {0};
    static const int64_t raw[] = {0, 160000, 80000, 40000, 120000};
    for (size_t i = 0; i < ARRAY_LEN(raw); i++)
        assert_int_equal(timeline_mend(&t, 0, raw[i], STEP), raw[i]);
    assert_int_equal(t.jumps, 0);
}

static void a_recorder_started_anew_goes_on_where_it_was(void **state)
{
    (void)state;
    struct timeline t = {0};
    for (int64_t i = 0; i < 100; i++) {
        timeline_mend(&t, 0, i * STEP, STEP);
        timeline_mend(&t, 1, i * STEP + 5000, STEP);
    }
    assert_int_equal(timeline_mend(&t, 0, 0, STEP), 100 * STEP);
    assert_int_equal(timeline_mend(&t, 1, 5000, STEP), 100 * STEP + 5000);
    assert_int_equal(timeline_mend(&t, 0, STEP, STEP), 101 * STEP);
    assert_int_equal(t.jumps, 2);
}

static void a_wild_time_costs_one_step_and_not_the_rest(void **state)
{
    (void)state;
    struct timeline t = {0};
    timeline_mend(&t, 0, 0, STEP);
    assert_int_equal(timeline_mend(&t, 0, INT64_C(9000000000), STEP), STEP);
    assert_int_equal(timeline_mend(&t, 0, 2 * STEP, STEP), 2 * STEP);
    assert_int_equal(timeline_mend(&t, 0, 3 * STEP, STEP), 3 * STEP);
    assert_int_equal(t.jumps, 2);
}

static void a_gap_in_the_picture_is_real_while_the_sound_goes_on(void **state)
{
    (void)state;
    struct timeline t = {0};
    int64_t hour_us = INT64_C(3600000000);
    timeline_mend(&t, 0, 0, STEP);
    for (int64_t at = 0; at <= hour_us; at += 1000000)
        assert_int_equal(timeline_mend(&t, 1, at, 20000), at);
    assert_int_equal(timeline_mend(&t, 0, hour_us, STEP), hour_us);
    assert_int_equal(t.jumps, 0);
}

static void the_wildest_numbers_stay_in_range(void **state)
{
    (void)state;
    static const int64_t wild[] = {INT64_MIN, INT64_MAX, 0, -1, INT64_MIN + 1, INT64_MAX - 1};
    for (size_t first = 0; first < ARRAY_LEN(wild); first++) {
        struct timeline t = {0};
        for (size_t i = 0; i < 4 * ARRAY_LEN(wild); i++) {
            int64_t at = timeline_mend(&t, i % 3, wild[(first + i) % ARRAY_LEN(wild)], STEP);
            assert_in_range(at, 0, 4 * ARRAY_LEN(wild) * TIMELINE_GAP_MAX_US);
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_begins_at_zero_whatever_it_claims),
        cmocka_unit_test(sound_that_begins_early_is_put_at_zero),
        cmocka_unit_test(pictures_out_of_order_are_no_jump),
        cmocka_unit_test(a_recorder_started_anew_goes_on_where_it_was),
        cmocka_unit_test(a_wild_time_costs_one_step_and_not_the_rest),
        cmocka_unit_test(a_gap_in_the_picture_is_real_while_the_sound_goes_on),
        cmocka_unit_test(the_wildest_numbers_stay_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
