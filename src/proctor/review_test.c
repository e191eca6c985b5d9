#include "proctor/review.h"

#include "base/clock.h"
#include "proctor/event.h"
#include "proctor/flag.h"
#include "proctor/summary.h"
#include "proctor/test_house.h"

static const struct review_person helena = {3, {"Helena Marsh", 12}};
static const struct review_person tomas = {4, {"Tomas Rivera", 12}};
static const struct review_person ruth = {5, {"Ruth Adeyemi", 12}};

struct raise {
    struct str session_id;
    struct str stream_id;
    int64_t start_us;
    enum rule rule;
    enum severity severity;
    int64_t from_s;
    uint32_t index;
};

static bool raise_body(struct db *db, void *context, struct error *err)
{
    const struct raise *r = context;
    const struct flag flag = {.rule = r->rule,
                              .severity = r->severity,
                              .from_us = r->from_s * SECOND_US,
                              .to_us = (r->from_s + 2) * SECOND_US,
                              .confidence = 1,
                              .samples = 4,
                              .hits = 4,
                              .numbers = "4 of 4 looks"};
    return flag_put_in(db, r->session_id, r->stream_id, r->start_us, r->index, &flag, err) &&
           summary_refresh_in(db, r->session_id, err);
}

/* Two incidents: a medium one of one flag, a high one of two. */
static void raise_flags(struct house *h)
{
    CLEANUP(arena_done) struct arena arena = {0};
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    struct raise r = {.session_id = house_session(h),
                      .stream_id = str_from(s.id),
                      .start_us = s.start_us,
                      .rule = RULE_NO_FACE,
                      .severity = SEVERITY_MEDIUM,
                      .from_s = 10};
    must(db_store_write(h->p.store, raise_body, &r, err));
    r.index = 1;
    r.from_s = 60;
    r.severity = SEVERITY_HIGH;
    r.rule = RULE_SEVERAL_FACES;
    must(db_store_write(h->p.store, raise_body, &r, err));
    r.index = 2;
    r.from_s = 64;
    r.rule = RULE_NO_FACE;
    must(db_store_write(h->p.store, raise_body, &r, err));
}

static size_t list(struct house *h, struct summary_query q, struct arena *arena,
                   struct summary **ret)
{
    char next[SUMMARY_CURSOR_SIZE];
    int64_t total;
    size_t len;
    q.exam_id = str_from(h->exam);
    q.search = q.search.ptr ? q.search : STR("");
    q.limit = q.limit ? q.limit : 100;
    must(summary_list(&h->p, &q, arena, ret, &len, &total, next, err));
    assert_int_equal(total, len);
    return len;
}

static void a_decision_counts_until_another_is_made(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct review_seen seen;
    struct summary *rows;
    struct event *events;
    size_t len, told = 0;
    house_record(h);
    must_fail(ERROR_CONFLICT,
              review_decide(&h->p, house_session(h), &helena, REVIEW_PASSED, false, STR(""), err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(review_decide(&h->p, house_session(h), &helena, REVIEW_SUSPICIOUS, false, STR("a phone?"),
                       err));
    must(review_decide(&h->p, house_session(h), &tomas, REVIEW_PASSED, false, STR("a calculator"),
                       err));
    must(review_seen(&h->p, house_session(h), 99, &arena, &seen, err)); /* anybody: it is settled */
    assert_int_equal(seen.decisions_len, 2);
    assert_int_equal(seen.state, REVIEW_SETTLED);
    assert_int_equal(seen.decisions[0].outcome, REVIEW_PASSED);
    assert_true(str_eq(seen.decisions[0].name, tomas.name));
    assert_true(str_eq(seen.decisions[1].note, STR("a phone?")));
    assert_int_equal(list(h, (struct summary_query){0}, &arena, &rows), 1);
    assert_int_equal(rows[0].outcome, REVIEW_PASSED);
    must(event_list(&h->p, house_session(h), &arena, &events, &len, err));
    for (size_t i = 0; i < len; i++)
        told += str_eq(events[i].kind, STR("decision"));
    assert_int_equal(told, 2); /* both are evidence */
}

static void an_answer_is_given_to_an_incident_by_its_first_flag(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    struct review_seen seen;
    struct review_tally *tallies;
    size_t len;
    raise_flags(h);
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    assert_int_equal(len, 3);
    must_fail(ERROR_NOT_FOUND, review_say(&h->p, house_session(h), &helena, flags[2].id,
                                          REVIEW_BREAKS, STR(""), err));
    must(review_say(&h->p, house_session(h), &helena, flags[1].id, REVIEW_CANNOT_TELL, STR(""),
                    err));
    must(review_say(&h->p, house_session(h), &helena, flags[1].id, REVIEW_BREAKS_NOT,
                    STR("a poster"), err));
    must(review_say(&h->p, house_session(h), &tomas, flags[1].id, REVIEW_BREAKS, STR(""), err));
    must(review_seen(&h->p, house_session(h), helena.user_ref, &arena, &seen, err));
    assert_int_equal(seen.answers_len,
                     2); /* a later answer of one person takes the place of the earlier */
    must(review_tally(&h->p, helena.user_ref, str_from(h->exam), &arena, &tallies, &len, err));
    assert_int_equal(len, 1);
    assert_true(str_eq(tallies[0].rule, STR("several-faces")));
    assert_int_equal(tallies[0].breaks, 1);
    assert_int_equal(tallies[0].breaks_not, 1);
}

/* A session of an exam that asks for two reviewers of every decision, with flags, ended. */
static void two_look(struct house *h)
{
    must(provider_set_policy(
        &h->p, str_from(h->exam),
        STR("{\"checkin\":{\"face_scan\":false,\"id_scan\":false,\"screen\":false},"
            "\"review\":{\"second\":\"always\"}}"),
        err));
    house_make_session(h, "attempt/two", USER, h->session);
    raise_flags(h);
    must(provider_exam_ended(&h->p, house_session(h), err));
}

static struct review_seen seen_by(struct house *h, int64_t viewer, struct arena *arena)
{
    struct review_seen seen;
    must(review_seen(&h->p, house_session(h), viewer, arena, &seen, err));
    return seen;
}

static int64_t told_of(struct house *h, int64_t viewer, struct arena *arena)
{
    struct review_tally *tallies;
    size_t len;
    int64_t all = 0;
    must(review_tally(&h->p, viewer, str_from(h->exam), arena, &tallies, &len, err));
    for (size_t i = 0; i < len; i++)
        all += tallies[i].breaks + tallies[i].breaks_not + tallies[i].cannot_tell;
    return all;
}

static size_t words_in_events(struct house *h, const struct review_seen *seen, struct arena *arena)
{
    struct event *events;
    size_t len, words = 0;
    must(event_list(&h->p, house_session(h), arena, &events, &len, err));
    for (size_t i = 0; i < len; i++) {
        CLEANUP(json_decrefp) json_t *detail = NULL;
        must(json_parse(events[i].detail, &detail, err));
        bool word = str_eq(events[i].kind, STR("decision")) ||
                    str_eq(events[i].kind, STR("incident-answered")) ||
                    str_eq(events[i].kind, STR("note"));
        words += word && review_seen_event(seen, events[i].kind, detail);
    }
    return words;
}

static size_t waiting_for(struct house *h, int64_t viewer, enum review_state state,
                          struct arena *arena)
{
    struct summary *rows;
    return list(h, (struct summary_query){.review = state, .viewer = viewer}, arena, &rows);
}

static void nobody_sees_the_words_of_the_first_until_the_second_has_decided(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    size_t len;
    two_look(h);
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    must(review_say(&h->p, house_session(h), &helena, flags[0].id, REVIEW_BREAKS, STR(""), err));
    must(review_note(&h->p, house_session(h), &helena, STR("look at 0:10"), err));
    assert_int_equal(told_of(h, helena.user_ref, &arena), 1); /* also before she decided */
    assert_int_equal(told_of(h, tomas.user_ref, &arena), 0);
    must(review_decide(&h->p, house_session(h), &helena, REVIEW_VIOLATION, false, STR("a phone"),
                       err));

    struct review_seen own = seen_by(h, helena.user_ref, &arena);
    struct review_seen blind = seen_by(h, tomas.user_ref, &arena);
    struct review_seen nobody = seen_by(h, 0, &arena);
    assert_int_equal(own.decisions_len, 1);
    assert_int_equal(own.answers_len, 1);
    assert_int_equal(own.own, REVIEW_VIOLATION);
    assert_int_equal(words_in_events(h, &own, &arena), 3);
    assert_true(blind.blind);
    assert_int_equal(blind.state, REVIEW_WAITING);
    assert_int_equal(blind.may, REVIEW_MAY_DECIDE);
    assert_int_equal(blind.decisions_len + blind.answers_len, 0);
    assert_int_equal(words_in_events(h, &blind, &arena), 0);
    assert_int_equal(nobody.decisions_len + nobody.answers_len, 0);
    assert_int_equal(told_of(h, tomas.user_ref, &arena), 0);
    assert_int_equal(blind.outcome, REVIEW_NONE);
    assert_int_equal(waiting_for(h, tomas.user_ref, REVIEW_WAITING, &arena), 1);
    assert_int_equal(waiting_for(h, helena.user_ref, REVIEW_WAITING, &arena), 0);

    must(review_decide(&h->p, house_session(h), &tomas, REVIEW_PASSED, false, STR(""), err));
    blind = seen_by(h, tomas.user_ref, &arena);
    assert_false(blind.blind);
    assert_int_equal(blind.state, REVIEW_DIFFERS);
    assert_int_equal(blind.decisions_len, 2);
    assert_int_equal(words_in_events(h, &blind, &arena), 4);
    assert_int_equal(told_of(h, tomas.user_ref, &arena), 1);
    assert_int_equal(waiting_for(h, ruth.user_ref, REVIEW_DIFFERS, &arena), 1);
    assert_int_equal(waiting_for(h, tomas.user_ref, REVIEW_DIFFERS, &arena), 0);

    must_fail(ERROR_CONFLICT,
              review_decide(&h->p, house_session(h), &ruth, REVIEW_PASSED, false, STR("x"), err));
    must_fail(ERROR_INVALID,
              review_decide(&h->p, house_session(h), &ruth, REVIEW_PASSED, true, STR(" "), err));
    must(review_decide(&h->p, house_session(h), &ruth, REVIEW_SUSPICIOUS, true,
                       STR("The angle says little."), err));
    assert_int_equal(seen_by(h, helena.user_ref, &arena).outcome, REVIEW_SUSPICIOUS);
}

static void a_summary_tells_incidents_by_severity(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct summary *rows;
    int64_t sessions, incidents;
    raise_flags(h);
    assert_int_equal(list(h, (struct summary_query){0}, &arena, &rows), 1);
    assert_int_equal(rows[0].state, SESSION_RECORDING);
    assert_int_equal(rows[0].incidents[SEVERITY_HIGH], 1);
    assert_int_equal(rows[0].incidents[SEVERITY_MEDIUM], 1);
    assert_int_equal(rows[0].incidents[SEVERITY_LOW], 0);
    assert_int_equal(rows[0].rules[RULE_NO_FACE], 2);
    must(summary_count(&h->p, str_from(h->exam), &sessions, &incidents, err));
    assert_int_equal(sessions, 1);
    assert_int_equal(incidents, 2);
}

static void pages_follow_each_other_in_every_order(void **state)
{
    struct house *h = *state;
    char id[ID_TEXT_SIZE], ref[32];
    for (int i = 0; i < 25; i++) {
        snprintf(ref, sizeof ref, "attempt/more/%d", i);
        house_make_session(h, ref, 100 + i, id);
    }
    for (int sort = 0; sort < SUMMARY_SORTS; sort++) {
        CLEANUP(arena_done) struct arena arena = {0};
        char next[SUMMARY_CURSOR_SIZE] = "";
        struct summary *seen[26], *rows;
        int64_t total;
        size_t len, count = 0;
        do {
            char after[SUMMARY_CURSOR_SIZE];
            memcpy(after, next, sizeof after);
            struct summary_query q = {.exam_id = str_from(h->exam),
                                      .sort = (enum summary_sort)sort,
                                      .search = STR("okaf"),
                                      .after = str_from(after),
                                      .limit = 7};
            must(summary_list(&h->p, &q, &arena, &rows, &len, &total, next, err));
            assert_int_equal(total, 26);
            for (size_t i = 0; i < len; i++) {
                for (size_t k = 0; k < count; k++)
                    assert_string_not_equal(seen[k]->session_id, rows[i].session_id);
                assert_true(count < 26);
                seen[count++] = &rows[i];
            }
        } while (next[0]);
        assert_int_equal(count, 26);
    }
}

static void filters_leave_what_they_say(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    char id[ID_TEXT_SIZE];
    struct summary *rows;
    raise_flags(h);
    house_make_session(h, "attempt/2", 8, id);
    assert_int_equal(list(h, (struct summary_query){.severity = SEVERITY_HIGH}, &arena, &rows), 1);
    assert_string_equal(rows[0].session_id, h->session);
    assert_int_equal(list(h, (struct summary_query){.state = SESSION_CREATED}, &arena, &rows), 1);
    assert_string_equal(rows[0].session_id, id);
    assert_int_equal(list(h, (struct summary_query){.by_outcome = true}, &arena, &rows), 2);
    assert_int_equal(list(h,
                          (struct summary_query){.by_outcome = true, .outcome = REVIEW_VIOLATION},
                          &arena, &rows),
                     0);
    /* what means something to LIKE is text here */
    assert_int_equal(list(h, (struct summary_query){.search = STR("%")}, &arena, &rows), 0);
    assert_int_equal(list(h, (struct summary_query){.search = STR("A_ara")}, &arena, &rows), 0);
    struct summary_query wrong = {
        .exam_id = str_from(h->exam), .search = STR(""), .after = STR("not a cursor"), .limit = 10};
    char next[SUMMARY_CURSOR_SIZE];
    int64_t total;
    size_t len;
    must_fail(ERROR_INVALID, summary_list(&h->p, &wrong, &arena, &rows, &len, &total, next, err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_decision_counts_until_another_is_made),
        TEST(an_answer_is_given_to_an_incident_by_its_first_flag),
        TEST(nobody_sees_the_words_of_the_first_until_the_second_has_decided),
        TEST(a_summary_tells_incidents_by_severity),
        TEST(pages_follow_each_other_in_every_order),
        TEST(filters_leave_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
