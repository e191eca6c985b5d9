#include "proctor/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct document_text draw(enum document document, const char *policy_json,
                                 struct arena *arena)
{
    struct policy policy;
    struct document_text text = {0};
    struct error err = {0};
    if (!policy_parse(str_from(policy_json), &policy, &err) ||
        !document_draw(document, &policy, arena, &text, &err))
        fail_msg("%s: %s", policy_json, err.message);
    return text;
}

static const struct document_item *find(const struct document_text *t, const char *begins)
{
    for (size_t i = 0; i < t->sections_len; i++)
        for (size_t k = 0; k < t->sections[i].len; k++)
            if (str_starts(t->sections[i].items[k].text, str_from(begins)))
                return &t->sections[i].items[k];
    return NULL;
}

static void what_is_permitted_is_shown_as_permitted(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct document_text t =
        draw(DOCUMENT_INSTRUCTIONS, "{\"permitted\":[\"book\",\"headphones\"]}", &arena);
    assert_true(find(&t, "Books and textbooks: permitted in this exam")->permitted);
    assert_true(find(&t, "Headphones: permitted in this exam")->permitted);
    assert_null(find(&t, "Do not use headphones"));
    assert_false(find(&t, "Pens: not permitted")->permitted);
}

/* Every thing of a policy is told of, permitted or not. */
static void each_thing_makes_a_difference(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    char plain[STR_HEX_MAX(32)], hash[STR_HEX_MAX(32)], json[80];
    struct error err;
    struct document_text t = draw(DOCUMENT_INSTRUCTIONS, "{}", &arena);
    assert_true(document_hash(&t, plain, &err));
    for (int i = 0; i < PERMITTED_COUNT; i++) {
        snprintf(json, sizeof json, "{\"permitted\":[\"%s\"]}", permitted_name((enum permitted)i));
        t = draw(DOCUMENT_INSTRUCTIONS, json, &arena);
        assert_true(document_hash(&t, hash, &err));
        if (strcmp(plain, hash) == 0)
            fail_msg("%s reads the same", json);
    }
}

static void steps_that_a_session_has_not_are_not_told(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct document_text open = draw(DOCUMENT_INSTRUCTIONS, "{\"base\":\"open\"}", &arena);
    struct document_text strict = draw(DOCUMENT_INSTRUCTIONS, "{\"base\":\"strict\"}", &arena);
    assert_null(find(&open, "Your face is scanned"));
    assert_non_null(find(&strict, "Your face is scanned"));
    assert_non_null(find(&strict, "You download the desktop app"));
    open = draw(DOCUMENT_AGREEMENT, "{\"base\":\"open\"}", &arena);
    strict = draw(DOCUMENT_AGREEMENT, "{\"base\":\"strict\"}", &arena);
    assert_null(find(&open, "A picture of your photo ID"));
    assert_non_null(find(&strict, "A picture of your photo ID"));
    assert_non_null(find(&open, "Pictures from your camera"));
    assert_null(find(&open, "What the browser's plugin sees"));
    assert_non_null(find(&strict, "What the browser's plugin sees"));
}

static void what_the_plugin_does_is_told_before(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    static const char warns[] = "When you open another page the plugin tells you",
                      blocks[] = "When you open another page the plugin closes it",
                      pages[] = "Pages that your institution named";
    struct document_text t =
        draw(DOCUMENT_INSTRUCTIONS, "{\"base\":\"strict\",\"plugin\":{\"mode\":\"warn\"}}", &arena);
    assert_non_null(find(&t, warns));
    assert_null(find(&t, blocks));
    t = draw(DOCUMENT_INSTRUCTIONS,
             "{\"base\":\"strict\",\"plugin\":{\"allow\":[\"words.example\"]}}", &arena);
    assert_non_null(find(&t, blocks));
    assert_non_null(find(&t, pages));
    t = draw(DOCUMENT_INSTRUCTIONS, "{}", &arena); /* an exam without the plugin */
    assert_null(find(&t, warns));
}

/* Numbers without a gap in each section, whatever the policy leaves out. */
static void paragraphs_are_the_sections_with_numbers(void **state)
{
    (void)state;
    static const char *const bases[] = {"{\"base\":\"open\"}", "{\"base\":\"standard\"}",
                                        "{\"base\":\"strict\"}"};
    for (size_t b = 0; b < ARRAY_LEN(bases); b++) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct document_text t = draw(DOCUMENT_INSTRUCTIONS, bases[b], &arena);
        size_t at = 0;
        for (size_t i = 0; i < t.sections_len; i++) {
            unsigned number = 0;
            if (t.sections[i].title)
                assert_true(str_eq(t.paragraphs[at++], str_from(t.sections[i].title)));
            for (size_t k = 0; k < t.sections[i].len; k++, at++) {
                struct str text = t.sections[i].items[k].text;
                assert_true(str_ends(t.paragraphs[at], text));
                if (t.paragraphs[at].len == text.len)
                    continue;
                char wanted[16];
                snprintf(wanted, sizeof wanted, "%u. ", ++number);
                assert_true(str_starts(t.paragraphs[at], str_from(wanted)));
            }
        }
        assert_int_equal(at, t.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_permitted_is_shown_as_permitted),
        cmocka_unit_test(each_thing_makes_a_difference),
        cmocka_unit_test(steps_that_a_session_has_not_are_not_told),
        cmocka_unit_test(what_the_plugin_does_is_told_before),
        cmocka_unit_test(paragraphs_are_the_sections_with_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
