#include "analysis/event_rules.h"
#include "analysis/program_table.h"
#include "base/clock.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define S SECOND_US
#define START (1000 * S) /* of the exam */

struct house {
    struct arena arena;
    struct policy policy;
    struct event_fact facts[200];
    json_t *details[200];
    size_t len;
    struct flag *flags;
    size_t flags_len;
    int64_t due_us;
};

static int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    struct error err;
    if (!h || !policy_builtin(STR("strict"), &h->policy, &err))
        return -1;
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct house *h = *state;
    for (size_t i = 0; i < h->len; i++)
        json_decref(h->details[i]);
    arena_done(&h->arena);
    free(h);
    return 0;
}

static void happens(struct house *h, int64_t at_s, const char *kind, const char *detail)
{
    struct error err;
    assert_good(json_parse(str_from(detail), &h->details[h->len], &err), err);
    h->facts[h->len] = (struct event_fact){START + at_s * S, str_from(kind), h->details[h->len]};
    h->len++;
}

static void judge(struct house *h, int64_t to_s, bool open)
{
    struct error err;
    struct event_judged judged;
    assert_good(event_rules_judge(&h->policy, h->facts, h->len, START, START + to_s * S, open,
                                  &h->arena, &judged, &err),
                err);
    h->flags = judged.flags;
    h->flags_len = judged.len;
    h->due_us = judged.due_us;
}

static void is_flag(const struct flag *f, enum rule rule, int64_t from_s, int64_t to_s)
{
    assert_int_equal(f->rule, rule);
    assert_int_equal(f->from_us, from_s * S);
    assert_int_equal(f->to_us, to_s * S);
}

static void it_says_when_time_alone_changes_something(void **state)
{
    static const char shown[] = "{\"shown\":true,\"window\":7,\"program\":\"hint\"}";
    struct house *h = *state;
    judge(h, 1, true);
    assert_true(h->due_us == EVENT_RULES_NEVER);
    happens(h, 10, "overlay-window", shown); /* a flag after 2 s */
    judge(h, 10, true);
    assert_int_equal(h->flags_len, 0);
    assert_int_equal(h->due_us, START + 12 * S);
    judge(h, 13, true);
    assert_int_equal(h->flags_len, 1);
    assert_int_equal(h->due_us, START + 43 * S); /* that it goes on */
    happens(h, 20, "app-started", "{}");
    judge(h, 21, true);
    assert_int_equal(h->due_us, START + 30 * S + 1); /* not told again by then: it was over */
    judge(h, 31, true);
    assert_true(h->due_us == EVENT_RULES_NEVER);
    happens(h, 40, "overlay-window", shown);
    judge(h, 60, false);
    assert_true(h->due_us == EVENT_RULES_NEVER); /* the exam is over */
}

static void a_forbidden_program_is_a_flag_from_its_start_to_its_end(void **state)
{
    struct house *h = *state;
    happens(h, 10, "program-started", "{\"name\":\"soffice.bin\"}");
    happens(h, 12, "program-started", "{\"name\":\"discord\"}");
    happens(h, 20, "program-ended", "{\"name\":\"soffice.bin\"}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 2);
    is_flag(&h->flags[0], RULE_PROGRAM_FORBIDDEN, 10, 20);
    is_flag(&h->flags[1], RULE_PROGRAM_FORBIDDEN, 12, 60);
    assert_non_null(strstr(h->flags[0].numbers, "soffice.bin (office program), from 0:10"));
    assert_false(h->flags[1].open);
}

static void what_the_app_calls_forbidden_is_judged_by_the_policy_alone(void **state)
{
    struct house *h = *state;
    struct error err;
    assert_good(policy_parse(STR("{\"base\":\"strict\",\"app\":{\"forbid\":[\"messenger\"],"
                                 "\"programs\":[\"Maple\"],\"allow\":[\"zoom\"]}}"),
                             &h->policy, &err),
                err);
    happens(h, 1, "program-started", "{\"name\":\"winword\",\"kind\":\"office\"}");
    happens(h, 2, "program-started", "{\"name\":\"zoom\"}");
    happens(h, 3, "program-started", "{\"name\":\"maple.exe\"}");
    happens(h, 4, "program-started", "{\"name\":\"Slack\"}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 2);
    assert_non_null(strstr(h->flags[0].numbers, "maple.exe (forbidden by this exam)"));
    assert_non_null(strstr(h->flags[1].numbers, "Slack"));
}

static void what_began_before_the_exam_counts_from_its_start(void **state)
{
    struct house *h = *state;
    happens(h, -30, "display-changed", "{\"count\":2}");
    happens(h, -20, "program-started", "{\"name\":\"skype\"}");
    happens(h, -10, "program-ended", "{\"name\":\"skype\"}");
    happens(h, 5, "display-changed", "{\"count\":1}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 1);
    is_flag(&h->flags[0], RULE_SECOND_DISPLAY, 0, 5);
}

static void nothing_counts_after_the_finish(void **state)
{
    struct house *h = *state;
    happens(h, 50, "device-changed", "{\"headphones\":\"BT-Headset\"}");
    happens(h, 61, "display-changed", "{\"count\":3}");
    happens(h, 62, "program-started", "{\"name\":\"skype\"}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 1);
    is_flag(&h->flags[0], RULE_HEADPHONES, 50, 60);
}

static void what_lasts_shorter_than_the_policy_says_is_none(void **state)
{
    struct house *h = *state;
    h->policy.rules[RULE_SECOND_DISPLAY].min_s = 10;
    happens(h, 5, "display-changed", "{\"count\":2}");
    happens(h, 14, "display-changed", "{\"count\":1}");
    happens(h, 20, "display-changed", "{\"count\":2}");
    judge(h, 25, true);
    assert_int_equal(h->flags_len, 0);
    judge(h, 31, true);
    assert_int_equal(h->flags_len, 1);
    assert_true(h->flags[0].open);
    assert_string_equal(h->flags[0].numbers, "2 displays, from 0:20.0 of the exam, still going on");
}

static bool is_open(const struct house *h, enum rule rule)
{
    for (size_t i = 0; i < h->flags_len; i++)
        if (h->flags[i].rule == rule && h->flags[i].open)
            return true;
    return false;
}

static void what_goes_on_is_open_until_an_event_or_the_end_closes_it(void **state)
{
    static const struct {
        enum rule rule;
        const char *begins, *says, *ends, *unsays;
    } pairs[] = {
        {RULE_SECOND_DISPLAY, "display-changed", "{\"count\":2}", "display-changed",
         "{\"count\":1}"},
        {RULE_PROGRAM_FORBIDDEN, "program-started", "{\"name\":\"skype\"}", "program-ended",
         "{\"name\":\"skype\"}"},
        {RULE_PLUGIN_LOST, "plugin-lost", "{}", "plugin-back", "{}"},
        {RULE_PLUGIN_LOST, "plugin-lost", "{}", "plugin-started", "{\"count\":1}"},
        {RULE_APP_LOST, "app-lost", "{}", "app-back", "{}"},
        {RULE_SECOND_DISPLAY, "browser-displays", "{\"count\":2}", "plugin-ended", "{}"},
        {RULE_HEADPHONES, "device-changed", "{\"headphones\":\"Buds\"}", "app-closed", "{}"},
    };
    struct house *h = *state;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        int64_t at_s = 20 * (int64_t)i;
        happens(h, at_s, pairs[i].begins, pairs[i].says);
        judge(h, at_s + 8, true);
        assert_true(is_open(h, pairs[i].rule));
        judge(h, at_s + 8, false);
        assert_false(is_open(h, pairs[i].rule));
        happens(h, at_s + 9, pairs[i].ends, pairs[i].unsays);
        judge(h, at_s + 10, true);
        assert_false(is_open(h, pairs[i].rule));
    }
}

/* What ended while it was away nobody saw end; what it tells again went on. */
static void an_app_that_begins_anew_says_what_still_is(void **state)
{
    struct house *h = *state;
    happens(h, 10, "program-started", "{\"name\":\"skype\"}");
    happens(h, 10, "display-changed", "{\"count\":2}");
    happens(h, 15, "app-lost", "{}");
    happens(h, 20, "app-started", "{}");
    judge(h, 21, true);
    assert_true(is_open(h, RULE_PROGRAM_FORBIDDEN));
    happens(h, 22, "display-changed", "{\"count\":2}");
    happens(h, 22, "app-back", "{}");
    judge(h, 40, true);
    assert_int_equal(h->flags_len, 3);
    is_flag(&h->flags[0], RULE_PROGRAM_FORBIDDEN, 10, 20);
    is_flag(&h->flags[1], RULE_SECOND_DISPLAY, 10, 40);
    is_flag(&h->flags[2], RULE_APP_LOST, 15, 22);
    assert_true(is_open(h, RULE_SECOND_DISPLAY));
    assert_false(is_open(h, RULE_PROGRAM_FORBIDDEN));
}

static void what_is_permitted_raises_nothing(void **state)
{
    struct house *h = *state;
    h->policy.permitted = UINT32_C(1) << PERMITTED_SECOND_SCREEN | UINT32_C(1)
                                                                       << PERMITTED_HEADPHONES;
    happens(h, 5, "display-changed", "{\"count\":2}");
    happens(h, 6, "device-changed", "{\"headphones\":\"Earbuds\"}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 0);
}

static void another_page_in_front_is_a_flag_until_ours_is_back(void **state)
{
    struct house *h = *state;
    happens(h, 1, "window-changed", "{\"program\":\"chromium\",\"title\":\"Exam - Proctortrack\"}");
    happens(h, 10, "window-changed", "{\"program\":\"chromium\",\"title\":\"Krebs cycle\"}");
    happens(h, 14, "window-changed", "{\"program\":\"xterm\",\"title\":\"root\"}");
    happens(h, 20, "window-changed", "{\"program\":\"firefox\",\"title\":\"Krebs\"}");
    happens(h, 25, "window-changed", "{\"program\":\"firefox\",\"title\":\"ATP\"}");
    happens(h, 30, "window-changed",
            "{\"program\":\"chromium\",\"title\":\"Exam - Proctortrack\"}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 3);
    is_flag(&h->flags[0], RULE_OTHER_SITE, 10, 14);
    is_flag(&h->flags[1], RULE_OTHER_SITE, 20, 25);
    is_flag(&h->flags[2], RULE_OTHER_SITE, 25, 30);
    assert_non_null(strstr(h->flags[2].numbers, "ATP"));
}

static void signs_overlays_and_silences_have_their_flags(void **state)
{
    struct house *h = *state;
    happens(h, 1, "virtual-machine", "{\"sign\":\"VirtualBox\"}");
    happens(h, 2, "remote-session", "{\"sign\":\"RDP\"}");
    happens(h, 3, "overlay-window", "{\"shown\":true,\"window\":7,\"program\":\"helper\"}");
    happens(h, 9, "overlay-window", "{\"shown\":false,\"window\":7,\"program\":\"helper\"}");
    happens(h, 11, "remote-session", "{\"sign\":\"\"}");
    happens(h, 20, "app-lost", "{\"silent_us\":60000000}");
    happens(h, 40, "app-back", "{\"silent_us\":80000000}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 4);
    is_flag(&h->flags[0], RULE_VIRTUAL_MACHINE, 1, 60);
    is_flag(&h->flags[1], RULE_REMOTE_SESSION, 2, 11);
    is_flag(&h->flags[2], RULE_OVERLAY_WINDOW, 3, 9);
    is_flag(&h->flags[3], RULE_APP_LOST, 20, 40);
}

/* Details are a stranger's. */
static void details_of_any_form_are_no_reason_to_end(void **state)
{
    struct house *h = *state;
    happens(h, 1, "program-started", "{\"name\":7}");
    happens(h, 2, "display-changed", "{\"count\":\"many\"}");
    happens(h, 3, "window-changed", "{}");
    happens(h, 4, "overlay-window",
            "{\"shown\":true,\"window\":-1,\"title\":"
            "\"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3"
            "\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\"}");
    for (int i = 0; i < 120; i++) { /* more at a time than there is room for */
        char detail[64];
        snprintf(detail, sizeof detail, "{\"shown\":true,\"window\":%d}", i);
        happens(h, 5, "overlay-window", detail);
    }
    judge(h, 60, false);
    assert_true(h->flags_len > 0);
    for (size_t i = 0; i < h->flags_len; i++)
        assert_true(str_is_utf8(str_from(h->flags[i].numbers)));
}

static void another_site_is_a_flag_as_long_as_the_plugin_sees_it_in_front(void **state)
{
    struct house *h = *state;
    h->policy.rules[RULE_TAB_OPENED].on = false;
    h->policy.rules[RULE_FOCUS_LOST].on = false;
    happens(h, 10, "tab-shown", "{\"host\":\"chat.example\",\"title\":\"New chat\"}");
    happens(h, 15, "tab-shown", "{\"host\":\"search.example\",\"title\":\"\"}");
    happens(h, 20, "focus-lost", "{}");
    happens(h, 30, "tab-shown", "{\"host\":\"search.example\",\"title\":\"\"}");
    happens(h, 40, "exam-shown", "{}");
    happens(h, 50, "tab-shown", "{\"host\":\"\",\"title\":\"New tab\"}"); /* nobody's page */
    happens(h, 52, "tab-shown", "{\"host\":\"bad.example\",\"closed\":true}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 3);
    is_flag(&h->flags[0], RULE_OTHER_SITE, 10, 15);
    is_flag(&h->flags[1], RULE_OTHER_SITE, 15, 20);
    is_flag(&h->flags[2], RULE_OTHER_SITE, 30, 40);
    assert_non_null(strstr(h->flags[0].numbers, "chat.example: New chat, from 0:10"));
}

static void app_and_plugin_report_each_for_itself(void **state)
{
    struct house *h = *state;
    happens(h, 10, "window-changed", "{\"program\":\"chrome\",\"title\":\"Weather\"}");
    happens(h, 11, "tab-shown", "{\"host\":\"weather.example\",\"title\":\"Weather\"}");
    happens(h, 20, "exam-shown", "{}");
    happens(h, 22, "window-changed", "{\"program\":\"chrome\",\"title\":\"Exam - Proctortrack\"}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 2);
    is_flag(&h->flags[0], RULE_OTHER_SITE, 10, 22);
    is_flag(&h->flags[1], RULE_OTHER_SITE, 11, 20);
}

static void what_the_policy_allows_to_open_is_no_flag(void **state)
{
    struct house *h = *state;
    struct error err;
    assert_good(policy_patch(&h->policy,
                             STR("{\"plugin\":{\"allow\":[\"words.example\",\"*.uni.example\"],"
                                 "\"extensions\":[\"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb\"]}}"),
                             &h->policy, &err),
                err);
    happens(h, 1, "tab-opened", "{\"host\":\"Words.example\"}");
    happens(h, 2, "tab-shown", "{\"host\":\"words.example\"}");
    happens(h, 12, "tab-shown", "{\"host\":\"library.uni.example\"}");
    happens(h, 22, "tab-shown", "{\"host\":\"uni.example\"}");
    happens(h, 32, "extension-risk",
            "{\"id\":\"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb\",\"name\":\"Reader\",\"on\":true}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 0);
    assert_false(policy_allows_host(&h->policy, STR("otherwords.example")));
    assert_false(policy_allows_host(&h->policy, STR("evil-uni.example")));
    assert_false(policy_allows_host(&h->policy, STR(".uni.example")));
    assert_false(policy_allows_host(&h->policy, STR("")));
}

static void what_happens_in_a_moment_is_a_flag_without_length(void **state)
{
    struct house *h = *state;
    happens(h, -5, "pasted", "{\"chars\":90,\"own\":false}"); /* before the exam */
    happens(h, 10, "tab-opened", "{\"host\":\"chat.example\",\"title\":\"\"}");
    happens(h, 11, "tab-opened", "{\"host\":\"\",\"title\":\"\"}"); /* nothing in it */
    happens(h, 20, "pasted", "{\"chars\":120,\"own\":false}");
    happens(h, 21, "pasted", "{\"chars\":120,\"own\":true}");
    happens(h, 22, "copied", "{\"chars\":300}");
    happens(h, 23, "download-started", "{\"host\":\"files.example\"}");
    happens(h, 70, "pasted", "{\"chars\":90,\"own\":false}"); /* after it */
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 4);
    is_flag(&h->flags[0], RULE_TAB_OPENED, 10, 10);
    is_flag(&h->flags[1], RULE_PASTE, 20, 20);
    is_flag(&h->flags[2], RULE_EXAM_COPIED, 22, 22);
    is_flag(&h->flags[3], RULE_DOWNLOAD, 23, 23);
    assert_string_equal(h->flags[1].numbers, "120 characters, at 0:20.0 of the exam");
    h->policy.rules[RULE_PASTE].threshold = 121;
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 3);
}

static void what_the_plugin_saw_ends_with_its_watch(void **state)
{
    struct house *h = *state;
    happens(h, 10, "plugin-started", "{\"count\":2}");
    happens(h, 11, "tab-shown", "{\"host\":\"chat.example\"}");
    happens(h, 15, "extension-risk", "{\"id\":\"x\",\"name\":\"Recorder\",\"on\":true}");
    happens(h, 20, "plugin-lost", "{}");
    happens(h, 25, "extension-risk", "{\"id\":\"x\",\"name\":\"Recorder\",\"on\":false}");
    happens(h, 30, "plugin-back", "{}");
    happens(h, 31, "plugin-started", "{\"count\":1}");
    judge(h, 60, false);
    assert_int_equal(h->flags_len, 4);
    is_flag(&h->flags[0], RULE_SECOND_DISPLAY, 10, 31);
    is_flag(&h->flags[1], RULE_OTHER_SITE, 11, 31);
    is_flag(&h->flags[2], RULE_EXTENSION_RISK, 15, 25);
    is_flag(&h->flags[3], RULE_PLUGIN_LOST, 20, 30);
}

static void every_kind_of_the_policy_reads_back(void **state)
{
    struct house *h = *state;
    CLEANUP(freep) char *text = NULL;
    struct policy again;
    struct error err;
    assert_good(policy_text(&h->policy, &text, &err), err);
    assert_good(policy_parse(str_from(text), &again, &err), err);
    assert_memory_equal(&again.app, &h->policy.app, sizeof again.app);
    assert_error(policy_parse(STR("{\"app\":{\"forbid\":[\"games\"]}}"), &again, &err), err,
                 ERROR_INVALID);
    assert_non_null(strstr(err.message, "app.forbid[0]"));
    assert_error(policy_parse(STR("{\"app\":{\"programs\":[\"/bin/sh\"]}}"), &again, &err), err,
                 ERROR_INVALID);
    assert_error(policy_parse(STR("{\"app\":{\"silent_s\":1}}"), &again, &err), err, ERROR_INVALID);
    assert_error(policy_parse(STR("{\"app\":{\"unknown\":1}}"), &again, &err), err, ERROR_INVALID);
    assert_good(policy_parse(STR("{\"app\":{\"unknown\":false}}"), &again, &err), err);
    assert_false(again.app.unknown);
}

static void what_the_plugin_does_reads_back(void **state)
{
    struct house *h = *state;
    CLEANUP(freep) char *text = NULL;
    struct policy again;
    struct error err;
    static const char *const wrong[][2] = {
        {"{\"plugin\":{\"mode\":\"shout\"}}", "plugin.mode"},
        {"{\"plugin\":{\"allow\":[\"https://x.example/\"]}}", "plugin.allow[0]"},
        {"{\"plugin\":{\"allow\":[\"x.example\",\"*\"]}}", "plugin.allow[1]"},
        {"{\"plugin\":{\"allow\":[\"x..example\"]}}", "plugin.allow[0]"},
        {"{\"plugin\":{\"allow\":[\"*.\"]}}", "plugin.allow[0]"},
        {"{\"plugin\":{\"extensions\":[\"zz\"]}}", "plugin.extensions[0]"},
        {"{\"plugin\":{\"ask\":[\"files\"]}}", "plugin.ask[0]"},
        {"{\"plugin\":{\"colour\":1}}", "plugin.colour"},
        {"{\"plugin\":[]}", "plugin"},
    };
    assert_good(policy_patch(&h->policy,
                             STR("{\"plugin\":{\"mode\":\"warn\",\"allow\":[\"*.uni.example\"],"
                                 "\"ask\":[\"app\"],"
                                 "\"extensions\":[\"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb\"]}}"),
                             &h->policy, &err),
                err);
    assert_good(policy_text(&h->policy, &text, &err), err);
    assert_good(policy_parse(str_from(text), &again, &err), err);
    assert_memory_equal(&again.plugin, &h->policy.plugin, sizeof again.plugin);
    assert_int_equal(again.plugin.mode, PLUGIN_WARN);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_error(policy_parse(str_from(wrong[i][0]), &again, &err), err, ERROR_INVALID);
        assert_non_null(strstr(err.message, wrong[i][1]));
    }
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(it_says_when_time_alone_changes_something),
        T(a_forbidden_program_is_a_flag_from_its_start_to_its_end),
        T(what_the_app_calls_forbidden_is_judged_by_the_policy_alone),
        T(what_began_before_the_exam_counts_from_its_start),
        T(nothing_counts_after_the_finish),
        T(what_lasts_shorter_than_the_policy_says_is_none),
        T(what_goes_on_is_open_until_an_event_or_the_end_closes_it),
        T(an_app_that_begins_anew_says_what_still_is),
        T(what_is_permitted_raises_nothing),
        T(another_page_in_front_is_a_flag_until_ours_is_back),
        T(signs_overlays_and_silences_have_their_flags),
        T(details_of_any_form_are_no_reason_to_end),
        T(another_site_is_a_flag_as_long_as_the_plugin_sees_it_in_front),
        T(app_and_plugin_report_each_for_itself),
        T(what_the_policy_allows_to_open_is_no_flag),
        T(what_happens_in_a_moment_is_a_flag_without_length),
        T(what_the_plugin_saw_ends_with_its_watch),
        T(every_kind_of_the_policy_reads_back),
        T(what_the_plugin_does_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
