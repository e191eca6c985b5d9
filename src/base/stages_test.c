#include "base/stages.h"
#include "support/test.h"

#include <string.h>
#include <time.h>

/* Uses the processor for so long. */
static void work_us(int64_t us)
{
    struct timespec from, now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while ((int64_t)(now.tv_sec - from.tv_sec) * 1000000 + (now.tv_nsec - from.tv_nsec) / 1000 <
           us);
}

static int64_t time_of(struct stages *s, const char *name)
{
    struct stage each;
    for (size_t i = 0; stages_get(s, i, &each); i++)
        if (strcmp(each.name, name) == 0)
            return each.cpu_us;
    return -1;
}

static void an_inner_stage_is_not_the_outer_ones_time(void **state)
{
    (void)state;
    struct error err;
    CLEANUP(stages_destroyp) struct stages *s = NULL;
    assert_true(stages_create("outer", &s, &err));
    work_us(2000);
    const char *before = stages_enter(s, "inner");
    assert_string_equal(before, "outer");
    work_us(5000);
    assert_string_equal(stages_enter(s, before), "inner");
    work_us(1000);
    assert_in_range(time_of(s, "outer"), 2900, 4900);
    assert_in_range(time_of(s, "inner"), 4900, 7900);
    assert_int_equal(time_of(s, "another"), -1);
    struct stage outer;
    assert_true(stages_get(s, 0, &outer));
    assert_int_equal(outer.entries, 2);
}

static void more_stages_than_there_is_room_for_share_the_last(void **state)
{
    (void)state;
    static const char names[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl";
    struct error err;
    struct stage stage;
    CLEANUP(stages_destroyp) struct stages *s = NULL;
    assert_true(stages_create("first", &s, &err));
    for (size_t i = 0; i + 1 < sizeof names; i++)
        stages_enter(s, names + i); /* each another text */
    assert_true(stages_get(s, STAGES_MAX - 1, &stage));
    assert_false(stages_get(s, STAGES_MAX, &stage));
}

static void without_a_clock_nothing_is_measured(void **state)
{
    (void)state;
    struct stage stage;
    assert_string_equal(stages_enter(NULL, "any"), "any");
    assert_false(stages_get(NULL, 0, &stage));
    stages_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_inner_stage_is_not_the_outer_ones_time),
        cmocka_unit_test(more_stages_than_there_is_room_for_share_the_last),
        cmocka_unit_test(without_a_clock_nothing_is_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
