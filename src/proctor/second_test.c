/* How decisions of several people become one. */
#include "proctor/second.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ANNA = 1, BO, CARA, DAN };

static void say(struct second *s, int64_t who, enum review_outcome outcome)
{
    struct error err = {0};
    if (!second_add(s, &(struct second_word){who, outcome, false, false}, &err))
        fail_msg("%s", err.message);
}

static void settle(struct second *s, int64_t who, enum review_outcome outcome)
{
    struct error err = {0};
    if (!second_add(s, &(struct second_word){who, outcome, true, false}, &err))
        fail_msg("%s", err.message);
}

static void refuse(struct second *s, int64_t who, enum review_outcome outcome, bool settles)
{
    struct error err = {0};
    const struct second before = *s;
    assert_false(second_add(s, &(struct second_word){who, outcome, settles, false}, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_memory_equal(s, &before, sizeof before);
}

static void check(const struct second *s, enum review_state state, enum review_outcome outcome)
{
    assert_int_equal(s->state, state);
    assert_int_equal(second_outcome(s), outcome);
}

static void where_one_is_enough_the_last_word_counts(void **state)
{
    struct second s;
    (void)state;
    second_begin(&s, REVIEW_SECOND_NEVER);
    check(&s, REVIEW_OPEN, REVIEW_NONE);
    say(&s, ANNA, REVIEW_VIOLATION);
    check(&s, REVIEW_SETTLED, REVIEW_VIOLATION);
    say(&s, BO, REVIEW_PASSED);
    check(&s, REVIEW_SETTLED, REVIEW_PASSED);
    say(&s, CARA, REVIEW_NONE); /* takes it back, whoever it was of */
    check(&s, REVIEW_OPEN, REVIEW_NONE);
    assert_false(second_is_blind(&s));
}

static void two_who_agree_settle_it(void **state)
{
    struct second s;
    (void)state;
    second_begin(&s, REVIEW_SECOND_ALWAYS);
    assert_true(second_is_blind(&s));
    say(&s, ANNA, REVIEW_PASSED);
    check(&s, REVIEW_WAITING, REVIEW_NONE);
    assert_true(second_is_blind(&s));
    say(&s, ANNA, REVIEW_PASSED); /* nobody is their own second */
    check(&s, REVIEW_WAITING, REVIEW_NONE);
    refuse(&s, BO, REVIEW_NONE, false); /* there is nothing of theirs */
    refuse(&s, BO, REVIEW_PASSED, true);
    say(&s, BO, REVIEW_PASSED);
    check(&s, REVIEW_SETTLED, REVIEW_PASSED);
    assert_false(second_is_blind(&s));
    refuse(&s, CARA, REVIEW_VIOLATION, false);
    refuse(&s, CARA, REVIEW_VIOLATION, true);
    assert_int_equal(second_may(&s, CARA), REVIEW_MAY_NOTHING);
    assert_int_equal(second_own(&s, BO), REVIEW_PASSED);
    assert_int_equal(second_own(&s, CARA), REVIEW_NONE);
}

static void two_who_differ_come_together_or_a_third_settles_it(void **state)
{
    struct second s, together;
    (void)state;
    second_begin(&s, REVIEW_SECOND_ALWAYS);
    say(&s, ANNA, REVIEW_VIOLATION);
    say(&s, BO, REVIEW_PASSED);
    check(&s, REVIEW_DIFFERS, REVIEW_NONE);
    together = s;
    say(&together, ANNA, REVIEW_PASSED);
    check(&together, REVIEW_SETTLED, REVIEW_PASSED);

    assert_int_equal(second_may(&s, CARA), REVIEW_MAY_SETTLE);
    assert_int_equal(second_may(&s, BO), REVIEW_MAY_DECIDE);
    refuse(&s, CARA, REVIEW_SUSPICIOUS, false); /* who means to be the second does not settle */
    refuse(&s, BO, REVIEW_VIOLATION, true);     /* nor does one of the two */
    settle(&s, CARA, REVIEW_SUSPICIOUS);
    check(&s, REVIEW_SETTLED, REVIEW_SUSPICIOUS);
    refuse(&s, ANNA, REVIEW_SUSPICIOUS, false);
    refuse(&s, DAN, REVIEW_PASSED, true);
    settle(&s, CARA, REVIEW_NOT_ENOUGH);
    check(&s, REVIEW_SETTLED, REVIEW_NOT_ENOUGH);
    settle(&s, CARA, REVIEW_NONE);
    check(&s, REVIEW_DIFFERS, REVIEW_NONE);
    settle(&s, DAN, REVIEW_PASSED);
    check(&s, REVIEW_SETTLED, REVIEW_PASSED);
}

static void what_is_taken_back_leaves_the_others_word(void **state)
{
    struct second s;
    (void)state;
    second_begin(&s, REVIEW_SECOND_ALWAYS);
    say(&s, ANNA, REVIEW_VIOLATION);
    say(&s, ANNA, REVIEW_NONE); /* before anybody else has looked */
    check(&s, REVIEW_OPEN, REVIEW_NONE);
    say(&s, ANNA, REVIEW_VIOLATION);
    say(&s, BO, REVIEW_VIOLATION);
    say(&s, ANNA, REVIEW_NONE); /* Bo's stands, as the first */
    check(&s, REVIEW_WAITING, REVIEW_NONE);
    assert_int_equal(s.first.user_ref, BO);
    say(&s, CARA, REVIEW_VIOLATION);
    check(&s, REVIEW_SETTLED, REVIEW_VIOLATION);
    say(&s, CARA, REVIEW_NONE);
    say(&s, BO, REVIEW_NONE);
    check(&s, REVIEW_OPEN, REVIEW_NONE);
}

static void only_a_violation_needs_a_second_look_where_the_policy_says_so(void **state)
{
    struct second s;
    (void)state;
    second_begin(&s, REVIEW_SECOND_VIOLATIONS);
    say(&s, ANNA, REVIEW_SUSPICIOUS);
    check(&s, REVIEW_SETTLED, REVIEW_SUSPICIOUS);
    say(&s, BO, REVIEW_VIOLATION);
    check(&s, REVIEW_WAITING, REVIEW_NONE);
    assert_int_equal(s.first.user_ref, BO);
    say(&s, BO, REVIEW_PASSED);
    check(&s, REVIEW_SETTLED, REVIEW_PASSED);
    say(&s, BO, REVIEW_VIOLATION);
    say(&s, ANNA, REVIEW_PASSED);
    check(&s, REVIEW_DIFFERS, REVIEW_NONE);
    say(&s, BO, REVIEW_NONE); /* what is left needs nobody else */
    check(&s, REVIEW_SETTLED, REVIEW_PASSED);
}

static void an_appeal_stands_whatever_was_before(void **state)
{
    struct second s;
    struct error err = {0};
    (void)state;
    second_begin(&s, REVIEW_SECOND_ALWAYS);
    say(&s, ANNA, REVIEW_VIOLATION);
    say(&s, BO, REVIEW_VIOLATION);
    assert_true(second_add(&s, &(struct second_word){CARA, REVIEW_PASSED, false, true}, &err));
    check(&s, REVIEW_SETTLED, REVIEW_PASSED);
    say(&s, DAN, REVIEW_VIOLATION); /* a new decision is looked at by two again */
    check(&s, REVIEW_WAITING, REVIEW_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_one_is_enough_the_last_word_counts),
        cmocka_unit_test(two_who_agree_settle_it),
        cmocka_unit_test(two_who_differ_come_together_or_a_third_settles_it),
        cmocka_unit_test(what_is_taken_back_leaves_the_others_word),
        cmocka_unit_test(only_a_violation_needs_a_second_look_where_the_policy_says_so),
        cmocka_unit_test(an_appeal_stands_whatever_was_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
