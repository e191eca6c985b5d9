#include "analysis/report.h"

#include "analysis/report_testing.h"
#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static struct policy standard(void)
{
    struct policy p;
    struct error err;
    assert_good(policy_builtin(STR("standard"), &p, &err), err);
    return p;
}

static void the_json_is_canonical_and_holds_what_was_found(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = testing_recording("exam.webm");
    CLEANUP(json_decrefp) json_t *root = NULL;
    CLEANUP(freep) char *text = NULL;
    assert_good(report_json(&p, &r, 1, &root, &err), err);
    assert_good(json_text(root, &text, &err), err);
    assert_non_null(strstr(
        text,
        "{\"confidence\":0.667,\"from_s\":10.5,\"numbers\":\"no face in 8 of 12 looks, 5.5 s\","
        "\"rule\":\"no-face\",\"severity\":\"medium\",\"title\":\"Nobody in "
        "view\",\"to_s\":16.0}"));
    assert_non_null(strstr(text, "\"duration_s\":59.47,"));
    assert_non_null(strstr(text, "\"incidents\":[{\"from_s\":10.5,\"rules\":[\"no-face\"],"
                                 "\"severity\":\"medium\",\"to_s\":16.0},{\"from_s\":30.1,"));
    assert_non_null(strstr(text, "\"models\":" TESTING_MODELS));
    assert_non_null(strstr(text, "\"name\":\"standard\",\"plugin\":{"));
    assert_non_null(strstr(text, "\"version\":1}"));
    assert_null(strchr(text, '\n'));
    assert_null(strstr(text, "\": "));
}

static void a_name_that_is_no_utf8_is_shown_as_far_as_it_is(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = testing_recording("caf\xe9.webm");
    CLEANUP(json_decrefp) json_t *root = NULL;
    CLEANUP(freep) char *json = NULL;
    assert_good(report_json(&p, &r, 1, &root, &err), err);
    assert_good(json_text(root, &json, &err), err);
    assert_non_null(strstr(json, "\"name\":\"caf?.webm\""));
}

static void times_are_shown_as_people_read_them(void **state)
{
    (void)state;
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "0:00.0"},
        {-5, "0:00.0"},
        {49999, "0:00.0"},
        {50000, "0:00.1"},
        {59949999, "0:59.9"},
        {59950000, "1:00.0"},
        {3599950000, "1:00:00.0"},
        {7325500000, "2:02:05.5"},
        {INT64_C(172800000000), "48:00:00.0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[REPORT_TIME_MAX];
        report_time(cases[i].us, text);
        assert_string_equal(text, cases[i].text);
    }
}

static void flags_are_ordered_by_beginning_then_rule(void **state)
{
    (void)state;
    struct flag late = testing_flags[1], same = testing_flags[0];
    same.rule = RULE_TOO_DARK;
    assert_true(report_flag_order(&testing_flags[0], &late) < 0);
    assert_true(report_flag_order(&late, &testing_flags[0]) > 0);
    assert_true(report_flag_order(&testing_flags[0], &same) < 0);
    assert_int_equal(report_flag_order(&same, &same), 0);
}

static void without_memory_it_fails_and_leaks_nothing(void **state)
{
    (void)state;
    struct policy p = standard();
    struct report_recording r = testing_recording("exam.webm");
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(json_decrefp) json_t *root = NULL;
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = report_json(&p, &r, 1, &root, &err);
        hit = fault_disarm();
        assert_true(good || err.code == ERROR_NO_MEMORY);
        assert_true(good || hit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_is_canonical_and_holds_what_was_found),
        cmocka_unit_test(a_name_that_is_no_utf8_is_shown_as_far_as_it_is),
        cmocka_unit_test(times_are_shown_as_people_read_them),
        cmocka_unit_test(flags_are_ordered_by_beginning_then_rule),
        cmocka_unit_test(without_memory_it_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
