#include "campus/test_house.h"

#include "campus/accommodation.h"
#include "campus/demo.h"
#include "proctor/evidence.h"

/* ---- people ---- */

static void a_password_is_checked_and_changed(void **state)
{
    struct house *h = *state;
    struct user user;
    int64_t id = add_user(h, "amara", USER_CANDIDATE);
    must(user_check_password(h->c, STR("amara"), STR("a long password"), &user, err));
    assert_int_equal(user.id, id);
    assert_int_equal(user.role, USER_CANDIDATE);
    must_fail(ERROR_UNAUTHORIZED,
              user_check_password(h->c, STR("amara"), STR("a long passwore"), &user, err));
    must_fail(ERROR_UNAUTHORIZED,
              user_check_password(h->c, STR("nobody"), STR("a long password"), &user, err));
    must_fail(ERROR_UNAUTHORIZED, user_check_password(h->c, STR("' OR 1=1"), STR(""), &user, err));
    must(user_set_password(h->c, STR("amara"), STR("another long one"), err));
    must_fail(ERROR_UNAUTHORIZED,
              user_check_password(h->c, STR("amara"), STR("a long password"), &user, err));
    must(user_check_password(h->c, STR("amara"), STR("another long one"), &user, err));
    must_fail(ERROR_NOT_FOUND,
              user_set_password(h->c, STR("nobody"), STR("another long one"), err));
    char off[] = "UPDATE person SET active = 0";
    run_sql(h, off);
    must_fail(ERROR_UNAUTHORIZED,
              user_check_password(h->c, STR("amara"), STR("another long one"), &user, err));
}

static void what_is_wrong_with_a_new_user_is_said(void **state)
{
    struct house *h = *state;
    int64_t id;
    const struct user_spec good = {.username = STR("ada.lovelace"),
                                   .full_name = STR("Ada Lovelace"),
                                   .email = STR("ada@example.org"),
                                   .password = STR("12345678"),
                                   .role = USER_INSTRUCTOR};
    static const char *const names[] = {"", "Ada", "1ada", "ada lovelace", "ada;", "\xc3\xa9"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct user_spec bad = good;
        bad.username = str_from(names[i]);
        must_fail(ERROR_INVALID, user_create(h->c, &bad, &id, err));
    }
    struct user_spec bad = good;
    bad.password = STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"); /* eight bytes, four characters */
    must_fail(ERROR_INVALID, user_create(h->c, &bad, &id, err));
    bad = good;
    bad.email = STR("no address");
    must_fail(ERROR_INVALID, user_create(h->c, &bad, &id, err));
    bad = good;
    bad.full_name = STR("two\nlines");
    must_fail(ERROR_INVALID, user_create(h->c, &bad, &id, err));
    bad = good;
    bad.role = USER_ROLE_NONE;
    must_fail(ERROR_INVALID, user_create(h->c, &bad, &id, err));
    must(user_create(h->c, &good, &id, err));
    must_fail(ERROR_CONFLICT, user_create(h->c, &good, &id, err));
}

/* ---- attempts ---- */

static void an_attempt_goes_only_forward(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a, again;
    struct attempt_view v;
    struct session session;
    h->candidate = add_user(h, "amara", USER_CANDIDATE);
    h->other = add_user(h, "jonas", USER_CANDIDATE);
    int64_t exam = make_exam(h), user = h->candidate;
    must_fail(ERROR_NOT_FOUND, attempt_launch(h->c, exam + 9, user, &arena, &a, err));
    must(attempt_launch(h->c, exam, user, &arena, &a, err));
    must(attempt_launch(h->c, exam, user, &arena, &again, err));
    assert_int_equal(a.id, again.id);
    assert_true(str_eq(a.session_id, again.session_id));
    must_fail(ERROR_CONFLICT, attempt_start(h->c, a.id, user, err)); /* nothing is recorded */
    must_fail(ERROR_CONFLICT, attempt_finish(h->c, a.id, user, err));
    must_fail(ERROR_CONFLICT, attempt_submit(h->c, a.id, user, err));
    must(view_attempt(h->c, a.id, user, &arena, &v, err));
    assert_false(v.may_start);
    assert_int_equal(v.items_len, 0);
    check_in(h, a.session_id, user);
    must(session_start(&h->p, a.session_id, user, err));
    must(view_attempt(h->c, a.id, user, &arena, &v, err));
    assert_true(v.may_start);
    must(attempt_start(h->c, a.id, user, err));
    must(attempt_start(h->c, a.id, user, err));
    must(view_attempt(h->c, a.id, user, &arena, &v, err));
    assert_int_equal(v.attempt.state, ATTEMPT_RUNNING);
    assert_int_equal(v.attempt.deadline_us, v.attempt.started_us + 1800 * SECOND_US);
    assert_int_equal(v.items_len, 4);
    must_fail(ERROR_CONFLICT, attempt_submit(h->c, a.id, user, err));
    must(attempt_finish(h->c, a.id, user, err));
    must(attempt_finish(h->c, a.id, user, err));
    must_fail(ERROR_CONFLICT, attempt_start(h->c, a.id, user, err));
    must(view_attempt(h->c, a.id, user, &arena, &v, err));
    assert_int_equal(v.items_len, 0);
    must(session_find(&h->p, a.session_id, &session, err));
    assert_int_equal(session.state, SESSION_EXAM); /* the recording goes on until "Home" */
    must(attempt_submit(h->c, a.id, user, err));
    must(attempt_submit(h->c, a.id, user, err));
    must(session_find(&h->p, a.session_id, &session, err));
    assert_int_equal(session.state, SESSION_ENDED);
    must_fail(ERROR_CONFLICT, attempt_launch(h->c, exam, user, &arena, &a, err));
}

static int64_t accommodate(struct house *h, int64_t exam, int64_t percent, int64_t minutes,
                           struct str patch)
{
    int64_t id = 0;
    const struct accommodation a = {.user_id = h->candidate,
                                    .exam_id = exam,
                                    .extra_percent = percent,
                                    .extra_minutes = minutes,
                                    .patch = patch};
    must(accommodation_set(h->c, &a, &id, err));
    return id;
}

struct policy_read {
    struct str session_id, policy;
    struct arena *arena;
};

static bool policy_body(struct db *db, void *context, struct error *err)
{
    struct policy_read *r = context;
    return session_policy_in(db, r->session_id, r->arena, &r->policy, err);
}

/* Has the policy of this session the patched number? */
static bool is_patched(struct house *h, struct str session_id, struct arena *arena)
{
    struct policy_read r = {.session_id = session_id, .arena = arena};
    must(db_store_read(h->p.store, policy_body, &r, err));
    return strstr(r.policy.ptr, "\"no-face\":{\"min_s\":30.0") != NULL;
}

static void extra_time_and_a_patch_hold_for_one_candidate(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    struct attempt_view v;
    int64_t exam = make_exam(h);
    h->candidate = add_user(h, "amara", USER_CANDIDATE);
    h->other = add_user(h, "jonas", USER_CANDIDATE);
    int64_t general = accommodate(h, 0, 50, 0, STR(""));
    assert_int_equal(accommodate(h, 0, 100, 0, STR("")), general); /* in its place */
    accommodate(h, exam, 10, 5, STR("{\"rules\": {\"no-face\": {\"min_s\": 30}}}"));
    must(attempt_launch(h->c, exam, h->candidate, &arena, &a, err));
    must(view_attempt(h->c, a.id, h->candidate, &arena, &v, err));
    assert_int_equal(v.extra_s, 180 + 300); /* the exam's own, not added to that of all exams */
    assert_true(is_patched(h, a.session_id, &arena));
    check_in(h, a.session_id, h->candidate);
    must(session_start(&h->p, a.session_id, h->candidate, err));
    must(attempt_start(h->c, a.id, h->candidate, err));
    accommodate(h, exam, 0, 60, STR("")); /* too late for this one */
    must(view_attempt(h->c, a.id, h->candidate, &arena, &v, err));
    assert_int_equal(v.extra_s, 480);
    assert_int_equal(v.attempt.deadline_us, v.attempt.started_us + (1800 + 480) * SECOND_US);
    must(attempt_launch(h->c, exam, h->other, &arena, &a, err));
    must(view_attempt(h->c, a.id, h->other, &arena, &v, err));
    assert_int_equal(v.extra_s, 0);
    assert_false(is_patched(h, a.session_id, &arena));
}

static void an_accommodation_that_is_wrong_is_refused_by_its_place(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct accommodation *list;
    size_t len;
    int64_t id, staff = add_user(h, "ada", USER_INSTRUCTOR);
    h->candidate = add_user(h, "amara", USER_CANDIDATE);
    struct accommodation bad = {.user_id = h->candidate};
    must_fail(ERROR_INVALID, accommodation_set(h->c, &bad, &id, err)); /* nothing is different */
    bad.extra_minutes = 10;
    bad.exam_id = 77;
    must_fail(ERROR_NOT_FOUND, accommodation_set(h->c, &bad, &id, err));
    bad.exam_id = 0;
    bad.user_id = staff;
    must_fail(ERROR_INVALID, accommodation_set(h->c, &bad, &id, err));
    bad.user_id = 999;
    must_fail(ERROR_NOT_FOUND, accommodation_set(h->c, &bad, &id, err));
    bad.user_id = h->candidate;
    bad.extra_percent = -1;
    must_fail(ERROR_INVALID, accommodation_set(h->c, &bad, &id, err));
    bad.extra_percent = 0;
    bad.patch = STR("{\"rules\": {\"no-face\": {\"min_s\": -1}}}");
    struct error why = {0};
    assert_false(accommodation_set(h->c, &bad, &id, &why));
    assert_int_equal(why.code, ERROR_INVALID);
    assert_non_null(strstr(why.message, "policy: rules.no-face.min_s"));
    must(accommodation_list(h->c, &arena, &list, &len, err));
    assert_int_equal(len, 0);
    id = accommodate(h, 0, 0, 10, STR("{\"permitted\": [\"paper\"]}"));
    must(accommodation_list(h->c, &arena, &list, &len, err));
    assert_int_equal(len, 1);
    assert_int_equal(list[0].id, id);
    must(accommodation_remove(h->c, id, err));
    must_fail(ERROR_NOT_FOUND, accommodation_remove(h->c, id, err));
}

static void somebody_elses_attempt_is_not_found(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena), seen;
    struct answer answer;
    int64_t id = v.attempt.id, other = h->other;
    must_fail(ERROR_NOT_FOUND, view_attempt(h->c, id, other, &arena, &seen, err));
    must_fail(ERROR_NOT_FOUND, attempt_start(h->c, id, other, err));
    must_fail(ERROR_NOT_FOUND, attempt_finish(h->c, id, other, err));
    must_fail(ERROR_NOT_FOUND, attempt_submit(h->c, id, other, err));
    CLEANUP(json_decrefp) json_t *text = json_string("x");
    must_fail(ERROR_NOT_FOUND, answer_save(h->c, id, other, v.items[3].id, text, 1, &answer, err));
}

static void the_servers_clock_ends_an_attempt(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct attempt a;
    int64_t id = v.attempt.id, now = clock_wall_us();
    save(h, &v, 3, json_string("in time"), 1);
    must(attempt_sweep(h->c, v.attempt.deadline_us - 1, err));
    must(attempt_find(h->c, id, h->candidate, &arena, &a, err));
    assert_int_equal(a.state, ATTEMPT_RUNNING);
    char over[] = "UPDATE attempt SET deadline_us = started_us";
    run_sql(h, over);
    refuse(ERROR_CONFLICT, v, 3, json_string("too late"), 2); /* before any sweep */
    must(attempt_sweep(h->c, now, err));
    must(attempt_sweep(h->c, now, err));
    must(attempt_find(h->c, id, h->candidate, &arena, &a, err));
    assert_int_equal(a.state, ATTEMPT_FINISHED);
    must(attempt_sweep(h->c, a.finished_us + ATTEMPT_GRACE_US - 1, err));
    must(attempt_find(h->c, id, h->candidate, &arena, &a, err));
    assert_int_equal(a.state, ATTEMPT_FINISHED);
    must(attempt_sweep(h->c, a.finished_us + ATTEMPT_GRACE_US, err));
    must(attempt_find(h->c, id, h->candidate, &arena, &a, err));
    assert_int_equal(a.state, ATTEMPT_SUBMITTED);
    struct session session;
    must(session_find(&h->p, a.session_id, &session, err));
    assert_int_equal(session.state, SESSION_ENDED);
}

static void the_sweeper_works_by_itself(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct session session;
    char over[] = "UPDATE attempt SET state = 3, finished_us = 1";
    run_sql(h, over);
    must(campus_sweeper_start(h->c, err));
    int64_t until = clock_monotonic_us() + 20 * SECOND_US;
    do
        must(session_find(&h->p, v.attempt.session_id, &session, err));
    while (session.state != SESSION_ENDED && clock_monotonic_us() < until);
    assert_int_equal(session.state, SESSION_ENDED);
}

/* ---- answers ---- */

static void the_newest_revision_of_an_answer_is_kept(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena), after;
    struct answer first = save(h, &v, 3, json_string("one"), 1);
    assert_int_equal(first.revision, 1);
    assert_true(first.saved_us >= v.attempt.started_us);
    assert_int_equal(save(h, &v, 3, json_string("three"), 3).revision, 3);
    assert_int_equal(save(h, &v, 3, json_string("two, late"), 2).revision, 3);
    assert_int_equal(save(h, &v, 3, json_string("three again"), 3).revision, 3);
    must(view_attempt(h->c, v.attempt.id, h->candidate, &arena, &after, err));
    assert_int_equal(after.answers_len, 1);
    assert_string_equal(after.answers[0].value.ptr, "\"three\"");
    save(h, &v, 3, json_null(), 4);
    must(view_attempt(h->c, v.attempt.id, h->candidate, &arena, &after, err));
    assert_string_equal(after.answers[0].value.ptr, "null");
    must(attempt_finish(h->c, v.attempt.id, h->candidate, err));
    refuse(ERROR_CONFLICT, v, 3, json_string("late"), 5);
}

static void a_value_that_does_not_fit_its_item_is_refused(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    int64_t a = v.items[1].options[0].id, yes = v.items[0].options[1].id;
    char *big = calloc(1, ANSWER_TEXT_MAX + 2);
    memset(big, 'x', ANSWER_TEXT_MAX + 1);
    refuse(ERROR_INVALID, v, 0, json_integer(a), 1); /* an option of another item */
    refuse(ERROR_INVALID, v, 0, json_string("yes"), 1);
    refuse(ERROR_INVALID, v, 1, json_integer(a), 1);
    refuse(ERROR_INVALID, v, 1, json_pack("[I]", yes), 1);
    refuse(ERROR_INVALID, v, 1, json_pack("[I, I]", a, a), 1);
    refuse(ERROR_INVALID, v, 2, json_real(2.5), 1);
    refuse(ERROR_INVALID, v, 2, json_string("two"), 1);
    refuse(ERROR_INVALID, v, 3, json_integer(3), 1);
    refuse(ERROR_TOO_LARGE, v, 3, json_string(big), 1);
    refuse(ERROR_INVALID, v, 3, json_string("x"), 0);
    big[ANSWER_TEXT_MAX] = '\0';
    save(h, &v, 3, json_string(big), 1);
    save(h, &v, 2, json_string(""), 1);
    v.items[3].id += 1000;
    refuse(ERROR_NOT_FOUND, v, 3, json_string("x"), 2);
    free(big);
}

static void every_save_is_evidence_without_the_answer_itself(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct evidence_record *records;
    char want[200];
    size_t len;
    save(h, &v, 3, json_string("my secret thought"), 7);
    must(evidence_list(&h->p, v.attempt.session_id, 0, 100, STR(""), &arena, &records, &len, err));
    /* SHA-256 of "\"my secret thought\"" */
    snprintf(want, sizeof want, "{\"item\":%" PRId64 ",\"revision\":7,\"sha256\":\"%s\"}",
             v.items[3].id, "2f33133b4fc89b9e244ad593ea2140cc81c5908eb596a77edaae6e99f4b35ce4");
    assert_string_equal(records[len - 1].kind.ptr, "answered");
    assert_string_equal(records[len - 1].payload.ptr, want);
}

/* ---- grades ---- */

static void choices_and_numbers_are_graded_and_texts_wait(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct result *results;
    size_t len;
    const struct item_option *m = v.items[1].options;
    save(h, &v, 0, json_integer(v.items[0].options[1].id), 1);
    save(h, &v, 1, json_pack("[I, I]", m[2].id, m[0].id), 1);
    save(h, &v, 2, json_string("2.505"), 1);
    must(view_results(h->c, h->candidate, &arena, &results, &len, err));
    assert_int_equal(len, 0);
    must(attempt_finish(h->c, v.attempt.id, h->candidate, err));
    must(attempt_submit(h->c, v.attempt.id, h->candidate, err));
    must(view_results(h->c, h->candidate, &arena, &results, &len, err));
    assert_int_equal(len, 1);
    assert_true(results[0].sum.complete); /* nothing was written, so nobody has to read it */
    assert_true(results[0].sum.points == 6 && results[0].sum.points_max == 10);
}

static void an_answer_gets_its_points(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    const struct item_option *m = v.items[1].options, *s = v.items[0].options;
    const struct {
        size_t item;
        json_t *value;
        bool graded;
        double points;
    } cases[] = {
        {0, json_integer(s[1].id), true, 1},
        {0, json_integer(s[0].id), true, 0},
        {0, json_null(), true, 0},
        {1, json_pack("[I, I]", m[0].id, m[2].id), true, 2},
        {1, json_pack("[I]", m[0].id), true, 0},
        {1, json_pack("[I, I, I]", m[0].id, m[1].id, m[2].id), true, 0},
        {1, json_array(), true, 0},
        {2, json_string("2.5"), true, 3},
        {2, json_string("2.49"), true, 3},
        {2, json_string("25e-1"), true, 3},
        {2, json_string("2.52"), true, 0},
        {2, json_string(""), true, 0},
        {3, json_string("a text"), false, 0},
        {3, json_string(""), true, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = NULL;
        double points = -1;
        must(json_text(cases[i].value, &text, err));
        bool graded = grade_answer(&v.items[cases[i].item], str_from(text), &points);
        if (graded != cases[i].graded || (graded && points != cases[i].points))
            fail_msg("%s of item %zu: %g points", text, cases[i].item, points);
        free(text);
        json_decref(cases[i].value);
    }
    double points = -1;
    assert_true(grade_answer(&v.items[3], STR(""), &points));
    assert_true(points == 0);
}

/* ---- the demo ---- */

static void the_demo_is_made_once_and_its_people_can_sign_in(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct demo demo, again;
    struct user user;
    struct assessment *list;
    size_t len;
    size_t roles[USER_ADMIN + 1] = {0};
    must(campus_demo_seed(h->c, NULL, &demo, err));
    assert_true(demo.made);
    for (size_t i = 0; i < DEMO_USERS; i++) {
        must(user_check_password(h->c, str_from(demo.users[i].username),
                                 str_from(demo.users[i].password), &user, err));
        roles[user.role]++;
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(demo.users[i].password, demo.users[k].password);
    }
    assert_int_equal(roles[USER_CANDIDATE], 2);
    for (int role = USER_INSTRUCTOR; role <= USER_ADMIN; role++)
        assert_int_equal(roles[role], 1);
    must(campus_demo_seed(h->c, "a password for all", &again, err));
    assert_false(again.made);
    must(user_check_password(h->c, str_from(demo.users[0].username),
                             str_from(demo.users[0].password), &user, err));
    must(view_assessments(h->c, user.id, &arena, &list, &len, err));
    assert_int_equal(len, 2);
    assert_int_equal(list[0].exam.kind, EXAM_PRACTICE);
    assert_int_equal(list[0].exam.items, 4);
    assert_int_equal(list[1].exam.items, 5);
    assert_int_equal(list[1].exam.duration_s, 1800);
    assert_false(list[1].tried);
}

static void the_demo_keeps_out_of_a_database_with_people_of_its_own(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct demo demo;
    struct user *users;
    size_t len;
    add_user(h, "ada.lovelace", USER_ADMIN);
    must(campus_demo_seed(h->c, NULL, &demo, err));
    assert_true(demo.others && !demo.made);
    must(user_list(h->c, &arena, &users, &len, err));
    assert_int_equal(len, 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_password_is_checked_and_changed),
        T(what_is_wrong_with_a_new_user_is_said),
        T(an_attempt_goes_only_forward),
        T(extra_time_and_a_patch_hold_for_one_candidate),
        T(an_accommodation_that_is_wrong_is_refused_by_its_place),
        T(somebody_elses_attempt_is_not_found),
        T(the_servers_clock_ends_an_attempt),
        T(the_sweeper_works_by_itself),
        T(the_newest_revision_of_an_answer_is_kept),
        T(a_value_that_does_not_fit_its_item_is_refused),
        T(every_save_is_evidence_without_the_answer_itself),
        T(choices_and_numbers_are_graded_and_texts_wait),
        T(an_answer_gets_its_points),
        T(the_demo_is_made_once_and_its_people_can_sign_in),
        T(the_demo_keeps_out_of_a_database_with_people_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
