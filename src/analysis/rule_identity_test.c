#include "analysis/rules.h"
#include "support/test.h"

#include <string.h>

#define FLAGS_MAX 8

struct found {
    struct flag flags[FLAGS_MAX];
    size_t len;
};

static void keep(void *context, uint32_t index, const struct flag *flag)
{
    struct found *f = context;
    assert_true(index < FLAGS_MAX && index <= f->len);
    f->flags[index] = *flag;
    f->len = MAX(f->len, index + 1);
}

/* A candidate in usual light. */
static struct observation usual(int look)
{
    struct observation o;
    memset(&o, 0, sizeof o);
    o.time_us = look * DETECT_INTERVAL_US;
    o.faces_len = 1;
    o.faces[0] = (struct detect_face){0.3f, 0.3f, 0.4f, 0.4f, 0.9f, 1};
    o.luma_mean = 0.5f;
    o.luma_deviation = 0.2f;
    o.detail = 0.05f;
    o.motion = 0.01f;
    o.motion_peak = 0.1f;
    o.changed = 0.5f;
    return o;
}

struct part {
    int looks;
    struct detect_likeness enrolled, earlier;
};

/* Runs the parts one after the other under "standard". */
static struct found judge(const struct part *parts, size_t len)
{
    struct found found = {.len = 0};
    struct policy policy;
    struct rules *rules;
    struct error err;
    int look = 0;
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        policy.rules[rule].on = rule == RULE_IDENTITY_MISMATCH || rule == RULE_PERSON_CHANGED;
    assert_good(rules_create(&policy, &rules, &err), err);
    for (size_t i = 0; i < len; i++)
        for (int k = 0; k < parts[i].looks; k++, look++) {
            struct observation o = usual(look);
            o.identity.enrolled = parts[i].enrolled;
            o.identity.earlier = parts[i].earlier;
            assert_good(rules_feed(rules, &o, keep, &found, &err), err);
        }
    assert_good(rules_end(rules, look * DETECT_INTERVAL_US, keep, &found, &err), err);
    rules_destroy(rules);
    return found;
}

static const struct detect_likeness match = {IDENTITY_MATCH, 1, 0.95f, 0};
static const struct detect_likeness unsure = {IDENTITY_UNSURE, 5, 0.58f, 0};
static const struct detect_likeness mismatch = {IDENTITY_MISMATCH, 3, 0.42f, 0};
static const struct detect_likeness unchecked = {IDENTITY_UNCHECKED, 0, 0, 0};
static const struct detect_likeness nobody = {IDENTITY_NONE, 0, 0, 0};

static void is_flag(const struct found *found, size_t i, enum rule rule, double from_s, double to_s)
{
    assert_true(i < found->len);
    assert_int_equal(found->flags[i].rule, rule);
    assert_float_equal((float)((double)found->flags[i].from_us / 1e6), (float)from_s, 1e-4);
    assert_float_equal((float)((double)found->flags[i].to_us / 1e6), (float)to_s, 1e-4);
}

static void a_person_who_matches_raises_nothing(void **state)
{
    (void)state;
    const struct part parts[] = {{600, match, match}};
    assert_int_equal(judge(parts, ARRAY_LEN(parts)).len, 0);
}

static void not_knowing_raises_nothing(void **state)
{
    (void)state;
    const struct part parts[] = {
        {60, unchecked, unchecked}, {60, unsure, unsure}, {60, nobody, nobody}};
    assert_int_equal(judge(parts, ARRAY_LEN(parts)).len, 0);
}

static void another_than_the_enrolled_is_flagged_as_long_as_in_view(void **state)
{
    (void)state;
    const struct part parts[] = {{20, match, nobody}, {20, mismatch, nobody}, {20, match, nobody}};
    struct found found = judge(parts, ARRAY_LEN(parts));
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_IDENTITY_MISMATCH, 10, 20);
    assert_int_equal(found.flags[0].severity, SEVERITY_HIGH);
    assert_string_equal(found.flags[0].numbers,
                        "likeness to the enrolled face 0.42 to 0.42 in 20 of 20 looks, 10.0 s; the "
                        "same person has 0.60 and more");
}

static void another_than_before_began_with_the_first_comparison(void **state)
{
    (void)state;
    struct detect_likeness late = mismatch;
    late.since_s = 1; /* two looks before there were enough of them */
    const struct part parts[] = {
        {20, nobody, match}, {2, nobody, unsure}, {1, nobody, late}, {20, nobody, mismatch}};
    struct found found = judge(parts, ARRAY_LEN(parts));
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_PERSON_CHANGED, 10, 21.5);
}

static void a_moment_in_which_nothing_can_be_told_does_not_end_it(void **state)
{
    (void)state;
    const struct part parts[] = {
        {10, nobody, mismatch}, {6, nobody, unchecked}, {10, nobody, mismatch}};
    struct found found = judge(parts, ARRAY_LEN(parts));
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_PERSON_CHANGED, 0, 13);
    assert_float_equal((float)found.flags[0].confidence, 1, 0); /* of the looks that could tell */
}

static void too_few_comparisons_and_too_short_spans_raise_nothing(void **state)
{
    (void)state;
    struct detect_likeness few = mismatch;
    few.samples = 2;
    const struct part parts[] = {
        {60, few, few}, {20, match, match}, {5, mismatch, mismatch}, {20, match, match}};
    assert_int_equal(judge(parts, ARRAY_LEN(parts)).len, 0);
}

static void likeness_between_the_thresholds_counts_in_one_stream_only(void **state)
{
    (void)state;
    const struct detect_likeness between = {IDENTITY_UNSURE, 5, 0.53f, 0};
    const struct part parts[] = {{20, match, match}, {20, between, between}};
    struct found found = judge(parts, ARRAY_LEN(parts));
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_PERSON_CHANGED, 10, 20);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_who_matches_raises_nothing),
        cmocka_unit_test(not_knowing_raises_nothing),
        cmocka_unit_test(another_than_the_enrolled_is_flagged_as_long_as_in_view),
        cmocka_unit_test(another_than_before_began_with_the_first_comparison),
        cmocka_unit_test(a_moment_in_which_nothing_can_be_told_does_not_end_it),
        cmocka_unit_test(too_few_comparisons_and_too_short_spans_raise_nothing),
        cmocka_unit_test(likeness_between_the_thresholds_counts_in_one_stream_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
