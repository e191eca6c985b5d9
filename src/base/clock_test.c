#include "base/clock.h"
#include "support/test.h"

#include <time.h>

static void http_dates_are_imf_fixdate(void **state)
{
    (void)state;
    char text[CLOCK_HTTP_DATE_MAX];
    clock_http_date(784111777 * SECOND_US, text); /* the example of RFC 9110 */
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
    clock_http_date(0, text);
    assert_string_equal(text, "Thu, 01 Jan 1970 00:00:00 GMT");
    clock_http_date(INT64_C(4107542399) * SECOND_US + 999999, text);
    assert_string_equal(text, "Sun, 28 Feb 2100 23:59:59 GMT");
}

static void the_wall_clock_is_the_systems(void **state)
{
    (void)state;
    time_t before = time(NULL);
    int64_t now = clock_wall_us();
    time_t after = time(NULL);
    assert_true(now / SECOND_US >= before - 1 && now / SECOND_US <= after + 1);
}

static void monotonic_time_does_not_go_back(void **state)
{
    (void)state;
    int64_t last = clock_monotonic_us();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_monotonic_us();
        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(http_dates_are_imf_fixdate),
        cmocka_unit_test(the_wall_clock_is_the_systems),
        cmocka_unit_test(monotonic_time_does_not_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
