#include "proctor/support.h"

#include "base/clock.h"
#include "proctor/audit.h"
#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/test_house.h"

#define AGENT 20

static struct support_post post_of(int64_t user, const char *id, const char *text)
{
    return (struct support_post){.by = {user, user == AGENT ? STR("Mei") : STR("Amara Okafor")},
                                 .client_id = str_from(id),
                                 .text = str_from(text)};
}

static void a_conversation_goes_from_open_to_answered_to_closed_and_then_begins_anew(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message m, n;
    struct support_thread t;
    struct support_post ask = post_of(USER, "client-1", "  Help\nme "),
                        answer = post_of(AGENT, "client-1", "Gladly"), more = ask;
    ask.session_id = house_session(h);
    must(support_ask(&h->p, &ask, &arena, &m, err));
    assert_true(str_eq(m.text, STR("Help\nme")));
    assert_false(m.from_center);
    must(support_thread_find(&h->p, m.thread_id, &arena, &t, err));
    assert_int_equal(t.state, SUPPORT_OPEN);
    assert_int_equal(t.unread, 1);
    assert_true(str_eq(t.session_id, house_session(h)));
    must(support_read_by_center(&h->p, t.id, m.id, err));
    must(support_answer(&h->p, t.id, &answer, &arena, &n, err)); /* its id is the agent's own */
    must(support_thread_find(&h->p, t.id, &arena, &t, err));
    assert_int_equal(t.state, SUPPORT_ANSWERED);
    assert_int_equal(t.unread, 0);
    must(support_close(&h->p, t.id, &answer.by, err));
    must(support_close(&h->p, t.id, &answer.by, err));
    answer.client_id = STR("client-2");
    must_fail(ERROR_CONFLICT, support_answer(&h->p, t.id, &answer, &arena, &n, err));
    more.client_id = STR("client-2");
    must(support_ask(&h->p, &more, &arena, &n, err));
    assert_int_not_equal(n.thread_id, t.id);

    struct audit_entry *audit;
    struct evidence_record *records;
    size_t len;
    must(audit_list(&h->p, 0, house_session(h), 0, 10, &arena, &audit, &len, err));
    assert_int_equal(len, 1);
    assert_true(str_eq(audit[0].action, STR("conversation-closed")));
    assert_true(str_eq(audit[0].actor, STR("Mei")));
    assert_int_equal(audit[0].user_ref, USER);
    must(evidence_list(&h->p, house_session(h), 0, 100, STR("piece"), &arena, &records, &len, err));
    size_t messages = 0, actions = 0;
    for (size_t i = 0; i < len; i++) {
        messages += str_eq(records[i].kind, STR("support-message"));
        actions += str_eq(records[i].kind, STR("staff-action"));
    }
    assert_int_equal(messages, 2);
    assert_int_equal(actions, 1);
}

static void the_same_message_again_is_the_one_that_is_there(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message a, b;
    struct support_post ask = post_of(USER, "client-1", "Help"), other = ask;
    other.text = STR("Another text under the same name");
    must(support_ask(&h->p, &ask, &arena, &a, err));
    must(support_ask(&h->p, &other, &arena, &b, err));
    assert_int_equal(a.id, b.id);
    assert_true(str_eq(b.text, STR("Help")));
}

static void the_desk_can_write_first(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message m, *list;
    struct support_post hello = post_of(AGENT, "client-1", "Can I help?");
    size_t len;
    int64_t unread;
    enum support_state thread;
    hello.session_id = house_session(h);
    must(support_answer(&h->p, 0, &hello, &arena, &m, err));
    must(support_of_candidate(&h->p, USER, &arena, &list, &len, &unread, &thread, err));
    assert_int_equal(len, 1);
    assert_int_equal(unread, 1);
    assert_int_equal(thread, SUPPORT_ANSWERED);
    must(support_read_by_candidate(&h->p, USER, m.id, err));
    must(support_of_candidate(&h->p, USER, &arena, &list, &len, &unread, &thread, err));
    assert_int_equal(unread, 0);
    hello.session_id = STR("nothing");
    hello.client_id = STR("client-2");
    must_fail(ERROR_NOT_FOUND, support_answer(&h->p, 0, &hello, &arena, &m, err));
}

static void another_candidates_session_is_not_found_and_nothing_is_kept(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message m, *list;
    struct support_post ask = post_of(USER + 1, "client-1", "Help");
    size_t len;
    int64_t unread;
    enum support_state thread;
    ask.session_id = house_session(h);
    must_fail(ERROR_NOT_FOUND, support_ask(&h->p, &ask, &arena, &m, err));
    must(support_of_candidate(&h->p, USER + 1, &arena, &list, &len, &unread, &thread, err));
    assert_int_equal(len, 0);
    assert_int_equal(thread, SUPPORT_STATE_NONE);
}

static void texts_that_are_no_plain_text_are_refused(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message m;
    static char long_text[SUPPORT_TEXT_MAX + 2];
    memset(long_text, 'x', SUPPORT_TEXT_MAX + 1);
    const char *const bad[] = {"", " \n\t ", "a\x07", "a\rb", "a\x7f", "\xff\xfe", long_text};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct support_post ask = post_of(USER, "client-1", bad[i]);
        must_fail(ERROR_INVALID, support_ask(&h->p, &ask, &arena, &m, err));
    }
    long_text[SUPPORT_TEXT_MAX] = '\0';
    struct support_post ask = post_of(USER, "client-1", long_text);
    must(support_ask(&h->p, &ask, &arena, &m, err));
}

static void who_writes_too_much_waits_but_may_repeat(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message m;
    char id[32];
    for (int i = 0; i < SUPPORT_RATE_MESSAGES; i++) {
        snprintf(id, sizeof id, "client-%d", i);
        struct support_post ask = post_of(USER, id, "Help");
        must(support_ask(&h->p, &ask, &arena, &m, err));
    }
    struct support_post one_more = post_of(USER, "client-x", "Help"),
                        again = post_of(USER, "client-0", "Help");
    must_fail(ERROR_THROTTLED, support_ask(&h->p, &one_more, &arena, &m, err));
    must(support_ask(&h->p, &again, &arena, &m, err));
    house_run_sql(h, "UPDATE support_message SET time_us = time_us - 61000000");
    must(support_ask(&h->p, &one_more, &arena, &m, err));
}

static void old_notices_go_and_the_newest_number_stays(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct support_message m;
    struct support_post ask = post_of(USER, "client-1", "Help");
    struct change *changes;
    size_t len;
    int64_t before, after;
    must(support_ask(&h->p, &ask, &arena, &m, err));
    must(change_list(&h->p, 0, 100, &arena, &changes, &len, err));
    assert_int_equal(len, 3);
    assert_true(str_eq(changes[0].topic, STR("support/candidate/7")) && changes[0].event.len == 0);
    assert_true(str_eq(changes[2].topic, STR("support")));
    must(change_newest(&h->p, &before, err));
    must(change_prune(&h->p, clock_wall_us() + 2 * CHANGE_KEEP_US, err));
    must(change_newest(&h->p, &after, err));
    assert_int_equal(before, after);
    must(change_list(&h->p, 0, 100, &arena, &changes, &len, err));
    assert_int_equal(len, 1);
}

static void a_reason_must_say_something(void **state)
{
    (void)state;
    must_fail(ERROR_INVALID, audit_check_reason(STR(""), err));
    must_fail(ERROR_INVALID, audit_check_reason(STR("  \n"), err));
    must(audit_check_reason(STR("The camera is built in"), err));
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_conversation_goes_from_open_to_answered_to_closed_and_then_begins_anew),
        EACH(the_same_message_again_is_the_one_that_is_there),
        EACH(the_desk_can_write_first),
        EACH(another_candidates_session_is_not_found_and_nothing_is_kept),
        EACH(texts_that_are_no_plain_text_are_refused),
        EACH(who_writes_too_much_waits_but_may_repeat),
        EACH(old_notices_go_and_the_newest_number_stays),
        EACH(a_reason_must_say_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
