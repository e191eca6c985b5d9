#include "proctor/review.h"

#include "base/clock.h"
#include "proctor/event.h"
#include "proctor/flag.h"
#include "proctor/summary.h"
#include "proctor/test_house.h"

static const struct review_person helena = {3, {"Helena Marsh", 12}};
static const struct review_person tomas = {4, {"Tomas Rivera", 12}};

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
    struct review_entry *entries;
    struct summary *rows;
    struct event *events;
    size_t len, told = 0;
    house_record(h);
    must_fail(ERROR_CONFLICT,
              review_decide(&h->p, house_session(h), &helena, REVIEW_PASSED, STR(""), err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(review_decide(&h->p, house_session(h), &helena, REVIEW_SUSPICIOUS, STR("a phone?"), err));
    must(review_decide(&h->p, house_session(h), &tomas, REVIEW_PASSED, STR("a calculator"), err));
    must(review_history(&h->p, house_session(h), &arena, &entries, &len, err));
    assert_int_equal(len, 2);
    assert_int_equal(entries[0].outcome, REVIEW_PASSED);
    assert_true(str_eq(entries[0].name, tomas.name));
    assert_true(str_eq(entries[1].note, STR("a phone?")));
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
    struct review_answer_row *answers;
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
    must(review_answers(&h->p, house_session(h), &arena, &answers, &len, err));
    assert_int_equal(len, 2); /* a later answer of one person takes the place of the earlier */
    must(review_tally(&h->p, str_from(h->exam), &arena, &tallies, &len, err));
    assert_int_equal(len, 1);
    assert_true(str_eq(tallies[0].rule, STR("several-faces")));
    assert_int_equal(tallies[0].breaks, 1);
    assert_int_equal(tallies[0].breaks_not, 1);
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
        TEST(a_summary_tells_incidents_by_severity),
        TEST(pages_follow_each_other_in_every_order),
        TEST(filters_leave_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
