#include "paper/paper.h"

#include "analysis/report_testing.h"
#include "paper/testing.h"
#include "support/fault.h"

static struct policy standard(void)
{
    struct policy p;
    struct error err;
    assert_good(policy_builtin(STR("standard"), &p, &err), err);
    return p;
}

static const struct paper_wish page_wish = {.format = PAPER_HTML};

static void the_page_needs_nothing_and_lets_nothing_in(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = testing_recording("<script>alert(1)</script>'\"&\n.webm");
    CLEANUP(buf_done) struct buf page = {0};
    const char *text;
    strcpy(p.name, "Law & <b>order</b>");
    assert_good(paper_recordings(&p, &r, 1, &page_wish, &page, &err), err);
    assert_good(buf_c_text(&page, &text, &err), err);
    assert_well_formed(text);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, "<b>"));
    assert_non_null(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt;&#39;&quot;&amp;"));
    assert_non_null(strstr(text, "Law &amp; &lt;b&gt;order&lt;/b&gt;"));
    assert_non_null(strstr(text, "&lt;2 faces &amp; &quot;more&quot;&gt;"));
    assert_non_null(strstr(text, "data:image/jpeg;base64,/9j/w"));
    assert_non_null(strstr(text, "no picture"));
    assert_non_null(strstr(text, "0:10.5\xe2\x80\x93"
                                 "0:16.0 (5.5 s)"));
    assert_non_null(strstr(text, "never a verdict"));
    assert_non_null(strstr(text, "Flags: 2, to be looked at as incidents: 2."));
    assert_non_null(strstr(text, "Damaged pieces"));
}

static void without_flags_it_says_so(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = testing_recording("caf\xe9.webm");
    CLEANUP(buf_done) struct buf page = {0};
    const char *text;
    r.flags_len = 0;
    r.flags = NULL;
    r.pictures = NULL;
    r.duration_us = 0;
    assert_good(paper_recordings(&p, &r, 1, &page_wish, &page, &err), err);
    assert_good(buf_c_text(&page, &text, &err), err);
    assert_true(str_is_utf8(buf_str(&page)));
    assert_non_null(strstr(text, "No flags"));
    assert_non_null(strstr(text, "caf?.webm"));
}

static void it_is_a_pdf_too(void **state)
{
    (void)state;
    struct policy p = standard();
    struct error err;
    struct report_recording r = testing_recording("exam.webm");
    CLEANUP(buf_done) struct buf page = {0};
    const struct paper_wish wish = {.format = PAPER_PDF, .language = PAPER_GERMAN};
    assert_good(paper_recordings(&p, &r, 1, &wish, &page, &err), err);
    assert_true(str_starts(buf_str(&page), STR("%PDF-")));
}

static void without_memory_it_fails_and_leaks_nothing(void **state)
{
    (void)state;
    struct policy p = standard();
    struct report_recording r = testing_recording("exam.webm");
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(buf_done) struct buf page = {0};
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = paper_recordings(&p, &r, 1, &page_wish, &page, &err);
        hit = fault_disarm();
        assert_true(good || err.code == ERROR_NO_MEMORY);
        assert_true(good || hit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_needs_nothing_and_lets_nothing_in),
        cmocka_unit_test(without_flags_it_says_so),
        cmocka_unit_test(it_is_a_pdf_too),
        cmocka_unit_test(without_memory_it_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
