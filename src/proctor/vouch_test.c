#include "proctor/vouch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define EVENT(k, d) ((struct event){.kind = STR(k), .title = "", .detail = STR(d)})
#define SEEN EVENT("plugin-seen", "{\"version\": \"1.0.0\", \"id\": \"abc\"}")
#define PAIRED EVENT("app-paired", "{\"version\": \"0.1.0\", \"platform\": \"linux\"}")
#define BY_PLUGIN                                                                                  \
    EVENT(                                                                                         \
        "app-vouched",                                                                             \
        "{\"plugin\": \"1.0.0\", \"app\": \"0.1.0\", \"same_session\": true, \"nonce\": \"n1\"}")
#define BY_APP(version, nonce)                                                                     \
    EVENT("plugin-vouched", "{\"plugin\": \"" version "\", \"id\": \"abc\", \"app\": \"0.1.0\", "  \
                            "\"nonce\": \"" nonce "\"}")

static struct vouch judged(const struct event *events, size_t len)
{
    struct vouch v;
    struct error err;
    assert_true(vouch_judge(events, len, &v, &err));
    return v;
}
#define JUDGED(...)                                                                                \
    judged((struct event[]){__VA_ARGS__},                                                          \
           sizeof((struct event[]){__VA_ARGS__}) / sizeof(struct event))

static void both_sides_of_one_exchange_agree_in_either_order(void **state)
{
    (void)state;
    struct vouch v = JUDGED(SEEN, PAIRED, BY_PLUGIN, BY_APP("1.0.0", "n1"));
    assert_int_equal(v.state, VOUCH_AGREED);
    assert_string_equal(v.words, "Plugin 1.0.0 and app 0.1.0 vouched for each other: they spoke "
                                 "with each other on one computer.");
    assert_int_equal(JUDGED(SEEN, PAIRED, BY_APP("1.0.0", "n1"), BY_PLUGIN).state, VOUCH_AGREED);
}

static void one_side_alone_is_no_agreement(void **state)
{
    (void)state;
    assert_int_equal(JUDGED(SEEN, PAIRED, BY_PLUGIN).state, VOUCH_ONE_SIDED);
    assert_int_equal(JUDGED(SEEN, PAIRED, BY_PLUGIN, BY_APP("1.0.0", "n2")).state, VOUCH_ONE_SIDED);
    assert_int_equal(JUDGED(SEEN, PAIRED, BY_APP("1.0.0", "n1")).state, VOUCH_NOT_ASKED);
    assert_int_equal(JUDGED(SEEN, PAIRED,
                            EVENT("app-vouched", "{\"app\": \"0.1.0\", \"same_session\": true}"),
                            EVENT("plugin-vouched", "{\"app\": \"0.1.0\"}"))
                         .state,
                     VOUCH_ONE_SIDED); /* without a nonce nothing belongs together */
}

static void a_difference_is_told_and_stays(void **state)
{
    (void)state;
    struct vouch v =
        JUDGED(SEEN, PAIRED, BY_PLUGIN, BY_APP("0.9.0", "n1"), BY_PLUGIN, BY_APP("1.0.0", "n1"));
    assert_int_equal(v.state, VOUCH_DIFFERS);
    assert_non_null(strstr(v.words, "\"0.9.0\" by the other's word, \"1.0.0\" by its own"));
    assert_int_equal(JUDGED(SEEN, EVENT("app-paired", "{\"version\": \"0.2.0\"}"), BY_PLUGIN,
                            BY_APP("1.0.0", "n1"))
                         .state,
                     VOUCH_DIFFERS);
    assert_int_equal(JUDGED(EVENT("plugin-seen", "{\"version\": \"1.0.0\", \"id\": \"other\"}"),
                            PAIRED, BY_PLUGIN, BY_APP("1.0.0", "n1"))
                         .state,
                     VOUCH_DIFFERS);
    assert_int_equal(JUDGED(SEEN, PAIRED,
                            EVENT("app-vouched", "{\"app\": \"0.1.0\", \"same_session\": false}"),
                            BY_PLUGIN)
                         .state,
                     VOUCH_DIFFERS);
}

static void what_was_not_there_or_not_allowed_is_said(void **state)
{
    (void)state;
    assert_int_equal(JUDGED(SEEN).state, VOUCH_NONE);
    assert_int_equal(JUDGED(PAIRED).state, VOUCH_NONE);
    assert_string_equal(JUDGED(PAIRED).words, "");
    assert_int_equal(JUDGED(SEEN, PAIRED).state, VOUCH_NOT_ASKED);
    struct vouch v = JUDGED(
        SEEN, PAIRED, EVENT("app-vouched", "{\"app\": \"\", \"problem\": \"host not found\"}"));
    assert_int_equal(v.state, VOUCH_NOT_REACHED);
    assert_string_equal(vouch_state_name(v.state), "not-reached");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_of_one_exchange_agree_in_either_order),
        cmocka_unit_test(one_side_alone_is_no_agreement),
        cmocka_unit_test(a_difference_is_told_and_stays),
        cmocka_unit_test(what_was_not_there_or_not_allowed_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
