#include "analysis/incidents.h"

#include "support/test.h"

#define S INT64_C(1000000)

static void flags_that_overlap_or_follow_closely_are_one(void **state)
{
    (void)state;
    const struct incident_part parts[] = {
        {1 * S, 20 * S, SEVERITY_LOW},
        {2 * S, 3 * S, SEVERITY_HIGH},
        {25 * S, 26 * S, SEVERITY_LOW}, /* five seconds after the longest, not the last */
        {31 * S + 1, 40 * S, SEVERITY_MEDIUM},
    };
    struct incident found[ARRAY_LEN(parts)];
    assert_int_equal(incidents_make(parts, ARRAY_LEN(parts), found), 2);
    assert_true(found[0].from_us == 1 * S && found[0].to_us == 26 * S);
    assert_int_equal(found[0].severity, SEVERITY_HIGH);
    assert_int_equal(found[0].first, 0);
    assert_int_equal(found[0].len, 3);
    assert_true(found[1].from_us == 31 * S + 1 && found[1].first == 3 && found[1].len == 1);
    assert_int_equal(incidents_make(parts, 0, found), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_that_overlap_or_follow_closely_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
