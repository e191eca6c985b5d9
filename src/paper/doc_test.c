#include "paper/doc.h"

#include "analysis/report_testing.h"
#include "paper/testing.h"
#include "paper/words.h"
#include "support/fault.h"

#define HOSTILE "<script>alert(1)</script>'\"&\n\x07\xe2\x80\xae"
#define NAMES "Zoë Müller, Марія Шевченко, Ωμέγα, 王小明, 김민준, أحمد, שרה"

static void text_is_cleaned_of_what_could_make_it_read_as_another(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct doc d;
    doc_init(&d, &arena, "en");
    assert_str(doc_clean(&d, STR("a\tb\x7f"
                                 "c\nd")),
               STR("a b c\nd"));
    assert_str(doc_clean(&d, STR("x\xe2\x80\xaey\xe2\x81\xa6z")), STR("xyz")); /* U+202E, U+2066 */
    assert_str(doc_clean(&d, STR("x\xe2\x80\xa8y\xc2\x85z")), STR("x y z"));   /* U+2028, U+0085 */
    assert_str(doc_clean(&d, STR("caf\xe9 <b>")), STR("caf? <b>"));
    assert_str(doc_clean(&d, STR("\xe2\x80")), STR("??"));
    assert_str(doc_clean(&d, STR(NAMES)), STR(NAMES));
    assert_str(doc_fill(&d, "{b}: {a} of {a}, {c}", STR("1"), STR("{a}")), STR("{a}: 1 of 1, {c}"));
    assert_true(doc_ok(&d, NULL));
}

static void a_long_cell_is_cut_between_characters(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    const struct doc_column columns[] = {{.title = "One", .weight = 1}};
    char text[DOC_CELL_MAX + 100];
    struct doc d;
    for (size_t i = 0; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    doc_init(&d, &arena, "en");
    doc_table(&d, STR(""), columns, 1, "none");
    doc_row(&d, (const struct str[]){str_bytes(text, sizeof text - 1 - (sizeof text - 1) % 2)});
    struct str cell = d.blocks[0].cells[0];
    assert_true(str_is_utf8(cell) && cell.len <= DOC_CELL_MAX + 3 && str_ends(cell, STR("…")));
}

/* One block of each kind, some with what a stranger wrote. */
static void fill(struct doc *d)
{
    const struct doc_column columns[] = {{.title = "Name", .weight = 2},
                                         {.title = "Number", .weight = 1, .number = true}};
    words_into(&words_en, d);
    d->title = STR("Report");
    d->subtitle = doc_clean(d, STR(HOSTILE));
    d->head = doc_clean(d, STR(NAMES));
    d->foot = STR("State");
    d->made_us = INT64_C(1795799895000000);
    doc_heading(d, 2, STR("First " HOSTILE));
    doc_text(d, STR(HOSTILE));
    doc_note(d, STR("note"));
    doc_notice(d, STR("notice"));
    doc_facts(d);
    doc_fact(d, "name", STR(HOSTILE));
    doc_fact_mono(d, "hash", STR("0123456789abcdef"));
    doc_table(d, STR("A table"), columns, 2, "none");
    doc_row(d, (const struct str[]){STR(HOSTILE), STR("1")});
    doc_table(d, STR("An empty table"), columns, 2, "there is nothing");
    doc_drawing(d, STR("A drawing of " HOSTILE), 20);
    doc_shape(d, (struct doc_shape){.w = 10, .h = 5, .text = STR(HOSTILE)});
    doc_shape(d, (struct doc_shape){.kind = DOC_LABEL, .y = 10, .w = 30, .text = STR(HOSTILE)});
    doc_shape(d, (struct doc_shape){.kind = DOC_DIAMOND, .w = 5, .h = 5, .text = STR("x")});
    doc_heading(d, 3, STR("Incident"));
    struct doc_block *b = doc_item(d, STR("Flag " HOSTILE), STR("high"), DOC_INK_HIGH);
    b->jpeg = TESTING_JPEG;
    b->jpeg_width = 2;
    b->jpeg_height = 1;
    b->alt = doc_clean(d, STR("Picture " HOSTILE));
    doc_fact(d, "measured", STR(HOSTILE));
    doc_said(d, DOC_PERSON, STR("Helena " NAMES), STR("Passed"), STR(HOSTILE));
    doc_said(d, DOC_CANDIDATE, STR(""), STR(""), STR("I was there."));
}

static void a_page_is_well_formed_and_text_stays_text(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf page = {0};
    struct error err;
    struct doc d;
    const char *text;
    doc_init(&d, &arena, "en");
    fill(&d);
    assert_good(doc_html(&d, &page, &err), err);
    assert_good(buf_c_text(&page, &text, &err), err);
    assert_well_formed(text);
    assert_null(strstr(text, "<script"));
    assert_null(strstr(text, " style=\""));
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_non_null(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt;&#39;&quot;&amp;"));
    assert_non_null(strstr(text, "<html lang=\"en\">"));
    assert_non_null(strstr(text, "<th scope=\"col\""));
    assert_non_null(strstr(text, "<th scope=\"row\">"));
    assert_non_null(strstr(text, "there is nothing"));
    assert_non_null(strstr(text, "role=\"img\" aria-label=\"A drawing of &lt;script"));
    assert_non_null(strstr(text, "prefers-color-scheme:dark"));
    assert_non_null(strstr(text, "Said by a person"));
    assert_non_null(strstr(text, "Said by the candidate"));
    assert_non_null(strstr(text, "Noticed by the program"));
}

/* The policy that goes with the page names the style that is in it, and lets nothing else in. */
static void the_policy_of_a_page_is_that_of_its_header(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf page = {0};
    char policy[DOC_POLICY_MAX];
    struct error err;
    struct doc d;
    const char *text;
    doc_init(&d, &arena, "en");
    assert_good(doc_html(&d, &page, &err), err);
    assert_good(buf_c_text(&page, &text, &err), err);
    doc_html_policy(policy);
    const char *source = strstr(policy, "style-src 'sha256-");
    assert_non_null(source);
    assert_int_equal(strlen(source), strlen("style-src 'sha256-'") + 44);
    assert_non_null(strstr(text, source));
    assert_null(strstr(policy, "unsafe"));
}

static size_t count_of(struct str bytes, struct str what)
{
    size_t count = 0;
    for (size_t i = 0; i + what.len <= bytes.len; i++)
        count += memcmp(bytes.ptr + i, what.ptr, what.len) == 0;
    return count;
}

static void a_pdf_is_the_same_twice_and_holds_the_picture_as_it_came(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf one = {0};
    CLEANUP(buf_done) struct buf other = {0};
    struct error err;
    struct doc d;
    doc_init(&d, &arena, "en");
    fill(&d);
    assert_good(doc_pdf(&d, &one, &err), err);
    assert_good(doc_pdf(&d, &other, &err), err);
    assert_str(buf_str(&one), buf_str(&other));
    assert_true(str_starts(buf_str(&one), STR("%PDF-1.5")));
    assert_int_equal(count_of(buf_str(&one), TESTING_JPEG), 1);
    assert_int_equal(count_of(buf_str(&one), STR("/DCTDecode")), 1);
    assert_true(count_of(buf_str(&one), STR("/Outlines")) >= 1);
    assert_true(count_of(buf_str(&one), STR("/StructTreeRoot")) >= 1);
    assert_int_equal(count_of(buf_str(&one), STR("/MarkInfo << /Marked true >>")), 1);
    assert_int_equal(count_of(buf_str(&one), STR("/Lang (en)")), 1);
    assert_int_equal(count_of(buf_str(&one), STR("Date (20261127171815Z)")),
                     2); /* made and changed */
    assert_true(count_of(buf_str(&one), STR("/Type /Page ")) == 1);
}

/* Hundreds of flags, notes longer than a page, tables over many: each page is full, none is cut. */
static void what_is_long_goes_over_many_pages(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf pdf = {0};
    const struct doc_column columns[] = {{.title = "Event", .weight = 1},
                                         {.title = "Detail", .weight = 2}};
    char words[8001];
    struct error err;
    struct doc d;
    doc_init(&d, &arena, "de");
    words_into(&words_de, &d);
    for (size_t i = 0; i + 1 < sizeof words; i++)
        words[i] = "Lang wird es. "[i % 14];
    words[sizeof words - 1] = '\0';
    doc_heading(&d, 2, STR("Vorfälle"));
    for (int i = 0; i < 40; i++)
        doc_item(&d, STR("Niemand im Bild"), STR("hoch"), DOC_INK_HIGH)->text = STR("Bedeutung");
    doc_said(&d, DOC_PERSON, STR("Helena"), STR("Bestanden"), str_from(words));
    doc_table(&d, STR("Ereignisse"), columns, 2, "");
    for (int i = 0; i < 120; i++)
        doc_row(&d, (const struct str[]){STR("geschah"), str_from(words)});
    assert_good(doc_pdf(&d, &pdf, &err), err);
    assert_true(count_of(buf_str(&pdf), STR("/Type /Page ")) > 15);
}

static void without_memory_nothing_leaks(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(arena_done) struct arena arena = {0};
        CLEANUP(buf_done) struct buf page = {0};
        struct error err = {0};
        struct doc d;
        fault_arm(FAULT_MEMORY, n);
        doc_init(&d, &arena, "en");
        fill(&d);
        bool good = doc_html(&d, &page, &err);
        hit = fault_disarm();
        assert_true(good || err.code == ERROR_NO_MEMORY);
        assert_true(good || hit);
    }
}

/* ---- words ---- */

static void both_languages_have_every_text(void **state)
{
    (void)state;
    const char *en[sizeof words_en / sizeof(char *)], *de[ARRAY_LEN(en)];
    memcpy(en, &words_en, sizeof words_en);
    memcpy(de, &words_de, sizeof words_de);
    for (size_t i = 0; i < ARRAY_LEN(en); i++) {
        if (!en[i] || !de[i])
            fail_msg("text %zu is missing, after \"%s\"", i, i && en[i - 1] ? en[i - 1] : "");
        for (const char *hole = "{a}"; hole; hole = hole[1] == 'a' ? "{b}" : NULL)
            if (!strstr(en[i], hole) != !strstr(de[i], hole))
                fail_msg("%s is not in both of \"%s\" and \"%s\"", hole, en[i], de[i]);
    }
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (!words_rules_de[rule].title || !words_rules_de[rule].meaning)
            fail_msg("%s has no German words", rule_name((enum rule)rule));
    for (const struct words_kind *w = words_acts_en; w->kind; w++)
        assert_string_not_equal(words_act(PAPER_GERMAN, str_from(w->kind)), w->text);
}

static void times_are_written_as_in_the_language(void **state)
{
    (void)state;
    CLEANUP(arena_done) struct arena arena = {0};
    const int64_t us = INT64_C(1795799895000000);
    struct doc d;
    doc_init(&d, &arena, "en");
    assert_str(words_time(&d, PAPER_ENGLISH, us), STR("27 Nov 2026, 17:18:15 UTC"));
    assert_str(words_time(&d, PAPER_GERMAN, us), STR("27.11.2026, 17:18:15 UTC"));
    assert_str(words_time(&d, PAPER_ENGLISH, 0), STR("not yet"));
    assert_str(words_span(&d, us, us + 8000000), STR("17:18:15–17:18:23 (8.0 s)"));
    assert_str(words_length(&d, 59400000), STR("59 s"));
    assert_str(words_length(&d, 61000000), STR("1 min 01 s"));
    assert_str(words_length(&d, INT64_C(3723000000)), STR("1 h 02 min 03 s"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cleaned_of_what_could_make_it_read_as_another),
        cmocka_unit_test(a_long_cell_is_cut_between_characters),
        cmocka_unit_test(a_page_is_well_formed_and_text_stays_text),
        cmocka_unit_test(the_policy_of_a_page_is_that_of_its_header),
        cmocka_unit_test(a_pdf_is_the_same_twice_and_holds_the_picture_as_it_came),
        cmocka_unit_test(what_is_long_goes_over_many_pages),
        cmocka_unit_test(without_memory_nothing_leaks),
        cmocka_unit_test(both_languages_have_every_text),
        cmocka_unit_test(times_are_written_as_in_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
