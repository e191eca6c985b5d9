#include "detect/screen_words.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static const char own[][SCREEN_WORD_MAX] = {"stats-help.example", "Herr Müller", "42 answers"};

/* Points of each kind in this line alone. */
static void points_in(const char *line, bool top, int ret[SCREEN_KINDS])
{
    struct screen_words *w = NULL;
    struct error err;
    struct screen_match matches[SCREEN_LINE_MATCHES_MAX];
    const struct screen_place place = {top};
    memset(ret, 0, SCREEN_KINDS * sizeof *ret);
    assert_good(screen_words_create(own, ARRAY_LEN(own), &w, &err), err);
    size_t len = screen_words_match(w, str_from(line), &place, matches);
    for (size_t i = 0; i < len; i++) {
        assert_in_range(matches[i].id, 1, SCREEN_ID_MAX);
        ret[matches[i].kind] += matches[i].points;
    }
    screen_words_destroy(w);
}

static int points(const char *line, enum screen_kind kind)
{
    int all[SCREEN_KINDS];
    points_in(line, false, all);
    return all[kind];
}

static int points_at_top(const char *line, enum screen_kind kind)
{
    int all[SCREEN_KINDS];
    points_in(line, true, all);
    return all[kind];
}

static void words_of_a_window_are_known(void **state)
{
    (void)state;
    assert_true(points("About 48,200,000 results (0.41 seconds)", SCREEN_SEARCH) >= 3);
    assert_true(points("People also ask", SCREEN_SEARCH) >= 3);
    assert_true(points("+ New chat", SCREEN_AI_CHAT) == 2);
    assert_true(points("Thought for 12 seconds v", SCREEN_AI_CHAT) >= 3);
    assert_true(points("last seen today at 14:02", SCREEN_MESSENGER) >= 3);
    assert_true(points("Allow remote control", SCREEN_REMOTE) >= 3);
}

static void an_address_counts_where_a_browser_shows_it(void **state)
{
    (void)state;
    assert_true(points_at_top("chatgpt.com/c/67f2-91ab", SCREEN_AI_CHAT) >= 3);
    assert_true(points("Visit chatgpt.com for more about it", SCREEN_AI_CHAT) < 3);
    assert_true(points_at_top("web.whatsapp.com", SCREEN_MESSENGER) >= 3);
    assert_true(points_at_top("@ https://en.wikipedia.org/wiki/Zinc", SCREEN_ANSWERS) >= 3);
}

static void a_name_alone_is_not_enough(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "ChatGPT",
        "O Google",
        "Messenger RNA",
        "WhatsApp",
        "Wikipedia",
        "Remote Desktop",
        "Describe what ChatGPT, Claude and Gemini have in common and where they differ.",
        "Friends keep in touch by WhatsApp, Telegram and Discord; what do the three cost?",
        "Google and Bing are the search engines that most people know.",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct screen_words *w = NULL;
        struct error err;
        struct screen_match m[SCREEN_LINE_MATCHES_MAX];
        assert_good(screen_words_create(NULL, 0, &w, &err), err);
        size_t len = screen_words_match(w, str_from(lines[i]), &(struct screen_place){0}, m);
        for (size_t k = 0; k < len; k++)
            if (!m[k].name || m[k].points >= SCREEN_POINTS_MIN)
                fail_msg("\"%s\": %s", lines[i], screen_kind_name(m[k].kind));
        screen_words_destroy(w);
    }
}

static void what_an_exam_says_raises_nothing(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Utopia Online Exam - Statistics 101",
        "Question 4 of 20",
        "Time left 1:29:46",
        "A fair coin is tossed five times. What is the probability of exactly three heads?",
        "Explain in your own words the difference between standard deviation and standard error.",
        "About half of the results were read online.",
        "Submit and finish",
        "Save answer",
        "The search for a new chart of the coast began in 1768.",
        "Candidate: Daniel Martins",
        "Sign in to Chromium?",
        "You are sharing your screen",
        "Attempt 2 of 3, 15 points",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        for (enum screen_kind kind = SCREEN_NONE + 1; kind < SCREEN_KINDS; kind++)
            if (points(lines[i], kind) > 0)
                fail_msg("\"%s\" is %s", lines[i], screen_kind_name(kind));
}

static void errors_of_reading_are_forgiven_as_far_as_the_word_is_long(void **state)
{
    (void)state;
    assert_int_equal(points("Messager", SCREEN_MESSENGER), 2);
    assert_int_equal(points("| Atex- oniine", SCREEN_MESSENGER), 1);
    assert_true(points("Abouf 11,200 resuits", SCREEN_SEARCH) >= 2);
    assert_int_equal(points("Send a messaqe", SCREEN_AI_CHAT), 2);
    assert_int_equal(points("sing", SCREEN_SEARCH), 0);    /* bing */
    assert_int_equal(points("engine", SCREEN_AI_CHAT), 0); /* gemini */
}

static void words_end_where_words_end(void **state)
{
    (void)state;
    assert_int_equal(points("Bingo", SCREEN_SEARCH), 0);
    assert_int_equal(points("undiscordant", SCREEN_MESSENGER), 0);
    assert_int_equal(points("an online exam", SCREEN_MESSENGER), 0); /* online ends the line */
}

static void the_exams_own_words_are_enough_by_themselves(void **state)
{
    (void)state;
    assert_true(points("www.stats-help.example/sd", SCREEN_OWN) >= SCREEN_POINTS_MIN);
    assert_true(points("Chat with Herr Müller", SCREEN_OWN) >= SCREEN_POINTS_MIN);
    assert_true(points("All 42 answers", SCREEN_OWN) >= SCREEN_POINTS_MIN);
    assert_int_equal(points("All 17 answers", SCREEN_OWN), 0);
}

static void every_word_has_a_number_of_its_own_that_leads_back_to_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < screen_table_len; i++) {
        enum screen_kind kind = SCREEN_NONE;
        const struct screen_word *word = &screen_table[i];
        int32_t id = screen_word_id(str_from(word->text));
        const char *text = screen_word_text(id, &kind);
        assert_non_null(text);
        assert_string_equal(text, word->text);
        assert_int_equal(kind, word->kind);
        assert_true(word->alone >= 1 && word->alone <= SCREEN_POINTS_MIN);
        assert_true(word->within >= 0 && word->within <= word->alone);
    }
    enum screen_kind kind;
    assert_null(screen_word_text(0, &kind));
}

static void kinds_have_names_that_lead_back(void **state)
{
    (void)state;
    for (enum screen_kind kind = SCREEN_NONE + 1; kind < SCREEN_OWN; kind++) {
        assert_int_equal(screen_kind_from_name(str_from(screen_kind_name(kind))), kind);
        assert_true(strlen(screen_kind_title(kind)) > 3);
    }
    assert_int_equal(screen_kind_from_name(STR("own")), SCREEN_NONE);
    assert_int_equal(screen_kind_from_name(STR("")), SCREEN_NONE);
}

static void a_word_without_letters_is_none(void **state)
{
    (void)state;
    assert_false(screen_word_is_good(STR("")));
    assert_false(screen_word_is_good(STR("... --")));
    assert_false(screen_word_is_good(STR("a")));
    assert_false(screen_word_is_good(STR("\xff\xfe words")));
    assert_true(screen_word_is_good(STR("go")));
    char much[SCREEN_WORD_MAX + 1];
    memset(much, 'a', sizeof much);
    assert_false(screen_word_is_good(str_bytes(much, SCREEN_WORD_MAX)));
    assert_true(screen_word_is_good(str_bytes(much, SCREEN_WORD_MAX - 1)));
}

static void strange_lines_are_survived(void **state)
{
    (void)state;
    char line[3000];
    memset(line, 'a', sizeof line);
    for (size_t i = 0; i < sizeof line; i += 7)
        line[i] = i % 2 ? ' ' : '9';
    line[sizeof line - 1] = '\0';
    assert_int_equal(points(line, SCREEN_SEARCH), 0);
    assert_int_equal(points("", SCREEN_SEARCH), 0);
    assert_int_equal(points("\xc3", SCREEN_SEARCH), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_a_window_are_known),
        cmocka_unit_test(an_address_counts_where_a_browser_shows_it),
        cmocka_unit_test(a_name_alone_is_not_enough),
        cmocka_unit_test(what_an_exam_says_raises_nothing),
        cmocka_unit_test(errors_of_reading_are_forgiven_as_far_as_the_word_is_long),
        cmocka_unit_test(words_end_where_words_end),
        cmocka_unit_test(the_exams_own_words_are_enough_by_themselves),
        cmocka_unit_test(every_word_has_a_number_of_its_own_that_leads_back_to_it),
        cmocka_unit_test(kinds_have_names_that_lead_back),
        cmocka_unit_test(a_word_without_letters_is_none),
        cmocka_unit_test(strange_lines_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
