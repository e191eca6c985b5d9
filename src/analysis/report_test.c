#include "analysis/report.h"

#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define MODELS                                                                                     \
    "{\"blazeface\":\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}"

static const struct flag flags[] = {
    {.rule = RULE_NO_FACE,
     .severity = SEVERITY_MEDIUM,
     .from_us = 10500000,
     .to_us = 16000400,
     .confidence = 2.0 / 3,
     .samples = 12,
     .hits = 8,
     .numbers = "no face in 8 of 12 looks, 5.5 s",
     .best_us = 12500000},
    {.rule = RULE_SEVERAL_FACES,
     .severity = SEVERITY_HIGH,
     .from_us = 30100000,
     .to_us = 36000000,
     .confidence = 1,
     .samples = 12,
     .hits = 12,
     .numbers = "<2 faces & \"more\">",
     .best_us = 31000000},
};

static const struct report_picture pictures[] = {
    {12500000, {"\xff\xd8jpeg\xff\xd9", 8}},
    {0},
};

static struct report_recording recording(const char *name)
{
    return (struct report_recording){
        .name = name,
        .sha256 = "ab12",
        .bytes = 3066313,
        .duration_us = 59470000,
        .flags = flags,
        .flags_len = ARRAY_LEN(flags),
        .pictures = pictures,
        .models = MODELS,
        .isa = "avx2",
        .frames = 893,
        .damaged_packets = 3,
    };
}

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
    struct report_recording r = recording("exam.webm");
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
    assert_non_null(strstr(text, "\"models\":" MODELS));
    assert_non_null(strstr(text, "\"name\":\"standard\",\"plugin\":{"));
    assert_non_null(strstr(text, "\"version\":1}"));
    assert_null(strchr(text, '\n'));
    assert_null(strstr(text, "\": "));
}

static void the_page_needs_nothing_and_lets_nothing_in(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = recording("<script>alert(1)</script>'\"&\n.webm");
    CLEANUP(buf_done) struct buf page = {0};
    const char *text;
    strcpy(p.name, "Law & <b>order</b>");
    assert_good(report_html(&p, &r, 1, &page, &err), err);
    assert_good(buf_c_text(&page, &text, &err), err);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<b>"));
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
    assert_non_null(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt;&#39;&quot;&amp; .webm"));
    assert_non_null(strstr(text, "Law &amp; &lt;b&gt;order&lt;/b&gt;"));
    assert_non_null(strstr(text, "&lt;2 faces &amp; &quot;more&quot;&gt;"));
    assert_non_null(strstr(text, "default-src 'none'"));
    assert_non_null(strstr(text, "data:image/jpeg;base64,/9hqcGVn/9k="));
    assert_non_null(strstr(text, "no picture"));
    assert_non_null(strstr(text, "0:10.5 to 0:16.0"));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_non_null(strstr(text, "never a verdict"));
    assert_non_null(strstr(text, "2 flags were raised, to be looked at as 2 incidents"));
    assert_non_null(strstr(text, "3 damaged pieces"));
}

static void without_flags_it_says_so(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = recording("clean.webm");
    CLEANUP(buf_done) struct buf page = {0};
    CLEANUP(json_decrefp) json_t *root = NULL;
    CLEANUP(freep) char *json = NULL;
    const char *text;
    r.flags_len = 0;
    r.flags = NULL;
    r.pictures = NULL;
    r.duration_us = 0;
    assert_good(report_html(&p, &r, 1, &page, &err), err);
    assert_good(buf_c_text(&page, &text, &err), err);
    assert_non_null(strstr(text, "No flags"));
    assert_good(report_json(&p, &r, 1, &root, &err), err);
    assert_good(json_text(root, &json, &err), err);
    assert_non_null(strstr(json, "\"flags\":[],"));
}

static void a_name_that_is_no_utf8_is_shown_as_far_as_it_is(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = recording("caf\xe9.webm");
    CLEANUP(buf_done) struct buf page = {0};
    CLEANUP(json_decrefp) json_t *root = NULL;
    CLEANUP(freep) char *json = NULL;
    assert_good(report_html(&p, &r, 1, &page, &err), err);
    assert_true(str_is_utf8(buf_str(&page)));
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
    struct flag late = flags[1], same = flags[0];
    same.rule = RULE_TOO_DARK;
    assert_true(report_flag_order(&flags[0], &late) < 0);
    assert_true(report_flag_order(&late, &flags[0]) > 0);
    assert_true(report_flag_order(&flags[0], &same) < 0);
    assert_int_equal(report_flag_order(&same, &same), 0);
}

static void without_memory_it_fails_and_leaks_nothing(void **state)
{
    (void)state;
    struct policy p = standard();
    struct report_recording r = recording("exam.webm");
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(buf_done) struct buf page = {0};
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = report_html(&p, &r, 1, &page, &err);
        hit = fault_disarm();
        assert_true(good || err.code == ERROR_NO_MEMORY);
        assert_true(good || hit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_is_canonical_and_holds_what_was_found),
        cmocka_unit_test(the_page_needs_nothing_and_lets_nothing_in),
        cmocka_unit_test(without_flags_it_says_so),
        cmocka_unit_test(a_name_that_is_no_utf8_is_shown_as_far_as_it_is),
        cmocka_unit_test(times_are_shown_as_people_read_them),
        cmocka_unit_test(flags_are_ordered_by_beginning_then_rule),
        cmocka_unit_test(without_memory_it_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
