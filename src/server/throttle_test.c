#include "support/test.h"

#include "base/clock.h"
#include "server/throttle.h"

#include <stdio.h>

static struct throttle *throttle;

static int create(void **state)
{
    (void)state;
    struct error err;
    return throttle_create(&throttle, &err) ? 0 : -1;
}

static int destroy(void **state)
{
    (void)state;
    throttle_destroy(throttle);
    return 0;
}

static unsigned fail_times(struct str name, struct str address, int times, int64_t now_us)
{
    for (int i = 0; i < times; i++)
        throttle_failed(throttle, name, address, now_us);
    return throttle_wait_s(throttle, name, address, now_us);
}

static void the_fifth_failure_costs_a_second_and_each_more_twice_that(void **state)
{
    (void)state;
    int64_t now = 1000 * SECOND_US;
    struct str name = STR("amara"), here = STR("192.0.2.1");
    assert_int_equal(throttle_wait_s(throttle, name, here, now), 0);
    assert_int_equal(fail_times(name, here, 4, now), 0);
    assert_int_equal(fail_times(name, here, 1, now), 1);
    assert_int_equal(fail_times(name, here, 1, now), 2);
    assert_int_equal(fail_times(name, here, 1, now), 4);
    assert_int_equal(throttle_wait_s(throttle, name, here, now + 3 * SECOND_US), 1);
    assert_int_equal(throttle_wait_s(throttle, name, here, now + 4 * SECOND_US), 0);
    assert_int_equal(fail_times(name, here, 20, now), 300);
    assert_int_equal(throttle_wait_s(throttle, STR("AMARA"), here, now), 300);
}

static void a_neighbour_and_another_place_are_not_held_up(void **state)
{
    (void)state;
    int64_t now = 1000 * SECOND_US;
    assert_true(fail_times(STR("amara"), STR("192.0.2.1"), 9, now) > 0);
    assert_int_equal(throttle_wait_s(throttle, STR("jonas"), STR("192.0.2.1"), now), 0);
    assert_int_equal(throttle_wait_s(throttle, STR("amara"), STR("192.0.2.2"), now), 0);
}

static void the_right_password_or_an_hour_clears_the_count(void **state)
{
    (void)state;
    int64_t now = 1000 * SECOND_US;
    struct str name = STR("amara"), here = STR("192.0.2.1");
    assert_true(fail_times(name, here, 9, now) > 0);
    throttle_passed(throttle, name, here);
    assert_int_equal(throttle_wait_s(throttle, name, here, now), 0);
    assert_int_equal(fail_times(name, here, 4, now), 0);
    now += 3601 * SECOND_US;
    assert_int_equal(fail_times(name, here, 4, now), 0);
}

static void guessing_from_many_places_slows_the_name_and_many_names_slow_the_place(void **state)
{
    (void)state;
    int64_t now = 1000 * SECOND_US;
    char text[32];
    for (int i = 0; i < 80; i++) {
        snprintf(text, sizeof text, "192.0.2.%d", i);
        throttle_failed(throttle, STR("amara"), str_from(text), now);
    }
    assert_int_equal(throttle_wait_s(throttle, STR("amara"), STR("198.51.100.1"), now), 60);
    for (int i = 0; i < 120; i++) {
        snprintf(text, sizeof text, "name%d", i);
        throttle_failed(throttle, str_from(text), STR("203.0.113.1"), now);
    }
    assert_int_equal(throttle_wait_s(throttle, STR("jonas"), STR("203.0.113.1"), now), 10);
    assert_int_equal(throttle_wait_s(throttle, STR("jonas"), STR("203.0.113.2"), now), 0);
}

static void a_flood_of_names_does_not_free_the_one_that_is_guessed_at_from_one_place(void **state)
{
    (void)state;
    int64_t now = 1000 * SECOND_US;
    char text[32];
    for (int i = 0; i < 30000; i++) { /* more than there is room for */
        snprintf(text, sizeof text, "name%d", i);
        throttle_failed(throttle, str_from(text), STR("203.0.113.1"), now + i);
    }
    /* Whatever was pushed out, the place itself is still slowed. */
    assert_int_equal(throttle_wait_s(throttle, STR("amara"), STR("203.0.113.1"), now + 30000), 10);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, create, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(the_fifth_failure_costs_a_second_and_each_more_twice_that),
        EACH(a_neighbour_and_another_place_are_not_held_up),
        EACH(the_right_password_or_an_hour_clears_the_count),
        EACH(guessing_from_many_places_slows_the_name_and_many_names_slow_the_place),
        EACH(a_flood_of_names_does_not_free_the_one_that_is_guessed_at_from_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
