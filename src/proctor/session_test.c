#include "analysis/policy.h"
#include "proctor/evidence.h"
#include "proctor/sweep.h"
#include "proctor/test_house.h"
#include "proctor/upload.h"

struct move {
    struct str id;
    enum session_state to;
    bool moved;
};

static bool move_body(struct db *db, void *context, struct error *err)
{
    struct move *m = context;
    return session_move_in(db, m->id, m->to, &m->moved, err);
}

static void force_state(struct house *h, enum session_state state)
{
    char sql[100];
    snprintf(sql, sizeof sql, "UPDATE session SET state = %d", (int)state);
    house_run_sql(h, sql);
}

static void only_the_listed_moves_are_allowed(void **state)
{
    struct house *h = *state;
    for (int from = SESSION_CREATED; from <= SESSION_REPORTED; from++)
        for (int to = SESSION_CREATED; to <= SESSION_REPORTED; to++) {
            struct session s;
            struct move m = {.id = house_session(h), .to = (enum session_state)to};
            struct error why = {0};
            bool listed = to == from + 1 || (from == SESSION_RECORDING && to == SESSION_ENDED);
            force_state(h, (enum session_state)from);
            bool good = db_store_write(h->p.store, move_body, &m, &why);
            assert_int_equal(good, listed || from == to);
            if (good)
                assert_int_equal(m.moved, from != to);
            else
                assert_int_equal(why.code, ERROR_CONFLICT);
            must(session_find(&h->p, house_session(h), &s, err));
            assert_int_equal(s.state, good ? to : from);
        }
}

static void every_move_is_on_record_with_its_time(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    struct session s;
    size_t len;
    house_record(h);
    must(provider_exam_started(&h->p, house_session(h), err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(session_find(&h->p, house_session(h), &s, err));
    assert_true(s.created_us > 0 && s.agreed_us >= s.created_us && s.started_us >= s.agreed_us &&
                s.exam_us >= s.started_us && s.ended_us >= s.exam_us && s.uploaded_us == 0);
    must(evidence_list(&h->p, house_session(h), 0, 100, STR(""), &arena, &records, &len, err));
    static const char *const kinds[] = {
        "session-created", "consent",   "consent", "agreed", "check", "check",
        "check",           "check",     "check",   "check",  "check", "recording-started",
        "exam-started",    "exam-ended"};
    assert_int_equal(len, ARRAY_LEN(kinds));
    for (size_t i = 0; i < len; i++)
        assert_string_equal(records[i].kind.ptr, kinds[i]);
}

static void an_attempt_has_one_session(void **state)
{
    struct house *h = *state;
    char again[ID_TEXT_SIZE], other[ID_TEXT_SIZE];
    house_make_session(h, "attempt/1", USER, again);
    house_make_session(h, "attempt/2", USER, other);
    assert_string_equal(again, h->session);
    assert_string_not_equal(other, h->session);
}

static void a_session_of_somebody_else_is_not_found(void **state)
{
    struct house *h = *state;
    struct session s;
    must_fail(ERROR_NOT_FOUND, session_find_own(&h->p, house_session(h), USER + 1, &s, err));
    must_fail(ERROR_NOT_FOUND, session_lease(&h->p, house_session(h), USER + 1, STR("a"), err));
    must_fail(ERROR_NOT_FOUND, session_start(&h->p, house_session(h), USER + 1, err));
    must_fail(ERROR_NOT_FOUND, session_find(&h->p, STR("0000000000000000000000"), &s, err));
}

static void consents_are_for_the_text_that_is_shown_and_in_order(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session_consent_row *rows;
    struct session s;
    char hash[STR_HEX_MAX(32)];
    size_t len;
    struct document_text text;
    must(session_document(&h->p, house_session(h), DOCUMENT_AGREEMENT, &arena, &text, err));
    struct str version = str_from(text.version);
    must(document_hash(&text, hash, err));
    must_fail(ERROR_CONFLICT, session_start(&h->p, house_session(h), USER, err));
    must_fail(ERROR_CONFLICT, session_consent(&h->p, house_session(h), USER, DOCUMENT_AGREEMENT,
                                              version, str_from(hash), err));
    house_accept(h, DOCUMENT_INSTRUCTIONS);
    must_fail(ERROR_CONFLICT, session_consent(&h->p, house_session(h), USER, DOCUMENT_AGREEMENT,
                                              STR("2001-01"), str_from(hash), err));
    hash[0] = hash[0] == '0' ? '1' : '0';
    must_fail(ERROR_CONFLICT, session_consent(&h->p, house_session(h), USER, DOCUMENT_AGREEMENT,
                                              version, str_from(hash), err));
    house_accept(h, DOCUMENT_AGREEMENT);
    house_accept(h, DOCUMENT_AGREEMENT); /* again changes nothing */
    must(session_find(&h->p, house_session(h), &s, err));
    assert_int_equal(s.state, SESSION_AGREED);
    must(session_consents(&h->p, house_session(h), &arena, &rows, &len, err));
    assert_int_equal(len, 2);
    assert_int_equal(rows[1].document, DOCUMENT_AGREEMENT);
    assert_true(str_eq(rows[1].version, version));
    assert_true(rows[1].accepted_us > 0);
}

static void the_instructions_have_the_guides_three_lists(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct document_text text;
    must(session_document(&h->p, house_session(h), DOCUMENT_INSTRUCTIONS, &arena, &text, err));
    static const char *const lists[] = {"Test environment rules",
                                        "The computer you use to take the test", "Your behavior"};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        bool found = false;
        for (size_t k = 0; k < text.len; k++)
            found = found || str_eq(text.paragraphs[k], str_from(lists[i]));
        assert_true(found);
    }
}

static void starting_again_changes_nothing_and_after_the_end_is_refused(void **state)
{
    struct house *h = *state;
    struct session before, after;
    house_record(h);
    must(session_find(&h->p, house_session(h), &before, err));
    must(session_start(&h->p, house_session(h), USER, err));
    must(session_find(&h->p, house_session(h), &after, err));
    assert_int_equal(after.started_us, before.started_us);
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must_fail(ERROR_CONFLICT, session_start(&h->p, house_session(h), USER, err));
    must_fail(ERROR_CONFLICT, provider_exam_started(&h->p, house_session(h), err));
}

static void a_second_tab_waits_until_the_first_is_silent(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    size_t len;
    house_record(h);
    must(session_lease(&h->p, house_session(h), USER, STR("one"), err));
    must(session_lease(&h->p, house_session(h), USER, STR("one"), err));
    must_fail(ERROR_CONFLICT, session_lease(&h->p, house_session(h), USER, STR("two"), err));
    char sql[] = "UPDATE session SET seen_us = seen_us - 21000000";
    house_run_sql(h, sql);
    must(session_lease(&h->p, house_session(h), USER, STR("two"), err));
    must_fail(ERROR_CONFLICT, session_lease(&h->p, house_session(h), USER, STR("one"), err));
    must(evidence_list(&h->p, house_session(h), HOUSE_RECORDS, 100, STR(""), &arena, &records, &len,
                       err));
    assert_int_equal(len, 3);
    assert_string_equal(records[0].kind.ptr, "connection-lost");
    assert_string_equal(records[1].kind.ptr, "connection-back");
    assert_string_equal(records[2].kind.ptr, "tab-changed");
}

static void silence_is_put_on_record_once(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    size_t len;
    house_record(h);
    must(session_lease(&h->p, house_session(h), USER, STR("one"), err));
    must(sweep(&h->p, clock_wall_us(), err));
    char sql[] = "UPDATE session SET seen_us = seen_us - 21000000";
    house_run_sql(h, sql);
    must(sweep(&h->p, clock_wall_us(), err));
    must(sweep(&h->p, clock_wall_us(), err));
    must(session_lease(&h->p, house_session(h), USER, STR("one"), err));
    must(evidence_list(&h->p, house_session(h), HOUSE_RECORDS, 100, STR(""), &arena, &records, &len,
                       err));
    assert_int_equal(len, 2);
    assert_string_equal(records[0].kind.ptr, "connection-lost");
    assert_string_equal(records[1].kind.ptr, "connection-back");
}

static void a_session_that_nobody_came_back_to_moves_on_after_three_days(void **state)
{
    struct house *h = *state;
    struct session s;
    int64_t later = clock_wall_us() + SESSION_KEEP_US + SECOND_US;
    house_record(h);
    must(sweep(&h->p, clock_wall_us(), err));
    must(session_find(&h->p, house_session(h), &s, err));
    assert_int_equal(s.state, SESSION_RECORDING);
    must(sweep(&h->p, later, err)); /* ended, a moment ago by the server's clock */
    must(session_find(&h->p, house_session(h), &s, err));
    assert_int_equal(s.state, SESSION_UPLOADED); /* `later` is three days after that, too */
}

static void the_evidence_tells_every_alteration(void **state)
{
    struct house *h = *state;
    uint64_t records;
    unsigned char head[CHAIN_HASH_SIZE], other[CHAIN_HASH_SIZE];
    static const char *const alterations[] = {
        "UPDATE evidence SET payload = '{\"a\":2}' WHERE seq = 3",
        "UPDATE evidence SET kind = 'other' WHERE seq = 3",
        "UPDATE evidence SET time_us = time_us + 1 WHERE seq = 3",
        "UPDATE evidence SET hash = zeroblob(32) WHERE seq = 3",
        "DELETE FROM evidence WHERE seq = 3",
        "DELETE FROM evidence WHERE seq = 0",
    };
    house_record(h);
    must(provider_milestone(&h->p, house_session(h), STR("answered"), STR("{\"item\":1}"), err));
    must(evidence_verify(&h->p, house_session(h), &records, head, err));
    assert_int_equal(records, HOUSE_RECORDS + 1);
    for (size_t i = 0; i < ARRAY_LEN(alterations); i++) {
        char save[] = "CREATE TABLE kept AS SELECT * FROM evidence";
        char clear[] = "DELETE FROM evidence";
        char restore[] = "INSERT INTO evidence SELECT * FROM kept";
        char drop[] = "DROP TABLE kept";
        char sql[200];
        snprintf(sql, sizeof sql, "%s", alterations[i]);
        house_run_sql(h, save);
        house_run_sql(h, sql);
        must_fail(ERROR_CHECKSUM, evidence_verify(&h->p, house_session(h), &records, other, err));
        house_run_sql(h, clear);
        house_run_sql(h, restore);
        house_run_sql(h, drop);
        must(evidence_verify(&h->p, house_session(h), &records, other, err));
        assert_memory_equal(head, other, sizeof head);
    }
}

static void the_policy_is_the_exams_when_the_session_was_made(void **state)
{
    struct house *h = *state;
    struct provider_exam strict = {.external_ref = STR("test/1"),
                                   .title = STR("Botany II"),
                                   .duration_s = 1800,
                                   .launch_path = STR("/launch/1"),
                                   .policy_json = STR("{\"base\":\"strict\"}")};
    char id[ID_TEXT_SIZE], sql[] = "UPDATE session SET state = 2 WHERE policy LIKE '%strict%'";
    struct session s;
    must(provider_register_exam(&h->p, &strict, id, err));
    assert_string_equal(id, h->exam);
    house_run_sql(h, sql);
    must(session_find(&h->p, house_session(h), &s, err));
    assert_int_equal(s.state, SESSION_CREATED);
    strict.policy_json = STR("{\"rules\":{\"no-such-rule\":{}}}");
    must_fail(ERROR_INVALID, provider_register_exam(&h->p, &strict, id, err));
}

struct policy_read {
    const char *session;
    struct policy policy;
};

static bool read_policy(struct db *db, void *context, struct error *err)
{
    struct policy_read *r = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct str text;
    return session_policy_in(db, str_from(r->session), &arena, &text, err) &&
           policy_parse(text, &r->policy, err);
}

static void accommodations_are_part_of_the_sessions_policy(void **state)
{
    struct house *h = *state;
    char id[ID_TEXT_SIZE];
    struct provider_attempt attempt = {
        .exam_id = str_from(h->exam),
        .attempt_ref = STR("attempt/77"),
        .user_ref = USER,
        .candidate = STR("Amara Okafor"),
        .exam_url = STR("/exam/?attempt=77"),
        .return_url = STR("/"),
        .accommodations_json = STR("{\"permitted\":[\"helper\"],\"rules\":{\"no-face\":"
                                   "{\"min_s\":30},\"camera-frozen\":{\"on\":false}}}")};
    must(provider_create_session(&h->p, &attempt, id, err));
    struct policy_read with = {.session = id}, without = {.session = h->session};
    must(db_store_read(h->p.store, read_policy, &with, err));
    must(db_store_read(h->p.store, read_policy, &without, err));
    assert_true(with.policy.rules[RULE_NO_FACE].min_s == 30);
    assert_false(with.policy.rules[RULE_CAMERA_FROZEN].on);
    assert_true(with.policy.permitted & 1 << PERMITTED_HELPER);
    assert_true(without.policy.rules[RULE_CAMERA_FROZEN].on);
    assert_true(without.policy.rules[RULE_NO_FACE].min_s == 4);

    attempt.attempt_ref = STR("attempt/78");
    attempt.accommodations_json = STR("{\"rules\":{\"no-face\":{\"min_s\":\"long\"}}}");
    struct error why = {0};
    assert_false(provider_create_session(&h->p, &attempt, id, &why));
    assert_int_equal(why.code, ERROR_INVALID);
    assert_non_null(strstr(why.message, "accommodations: rules.no-face.min_s"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
    const struct CMUnitTest tests[] = {
        T(only_the_listed_moves_are_allowed),
        T(every_move_is_on_record_with_its_time),
        T(an_attempt_has_one_session),
        T(a_session_of_somebody_else_is_not_found),
        T(consents_are_for_the_text_that_is_shown_and_in_order),
        T(the_instructions_have_the_guides_three_lists),
        T(starting_again_changes_nothing_and_after_the_end_is_refused),
        T(a_second_tab_waits_until_the_first_is_silent),
        T(silence_is_put_on_record_once),
        T(a_session_that_nobody_came_back_to_moves_on_after_three_days),
        T(the_evidence_tells_every_alteration),
        T(the_policy_is_the_exams_when_the_session_was_made),
        T(accommodations_are_part_of_the_sessions_policy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
