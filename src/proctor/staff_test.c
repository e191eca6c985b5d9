/* Who sees which exam, and what is in it. */
#include "proctor/audit.h"
#include "proctor/exam.h"
#include "proctor/staff.h"
#include "proctor/test_house.h"

static const struct provider_person olga = {21, {"Olga", sizeof "Olga" - 1}},
                                    pavel = {22, {"Pavel", sizeof "Pavel" - 1}},
                                    ruth = {23, {"Ruth", sizeof "Ruth" - 1}};

static bool sees_exam(struct house *h, int64_t viewer, const char *exam)
{
    bool seen = false;
    must(staff_sees_exam(&h->p, viewer, str_from(exam), &seen, err));
    return seen;
}

static bool sees_session(struct house *h, int64_t viewer, const char *session)
{
    bool seen = false;
    must(staff_sees_session(&h->p, viewer, str_from(session), &seen, err));
    return seen;
}

static bool sees_candidate(struct house *h, int64_t viewer, int64_t user)
{
    bool seen = false;
    must(staff_sees_candidate(&h->p, viewer, user, &seen, err));
    return seen;
}

static size_t audited(struct house *h, int64_t viewer)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct audit_entry *entries;
    size_t len = 0;
    must(audit_list(&h->p, viewer, STR(""), 0, 100, &arena, &entries, &len, err));
    return len;
}

static void staff_see_their_exam_with_its_sessions_and_candidates_and_no_other(void **state)
{
    struct house *h = *state;
    assert_false(sees_exam(h, olga.user_ref, h->exam));
    assert_false(sees_session(h, olga.user_ref, h->session));
    assert_false(sees_candidate(h, olga.user_ref, USER));
    must(staff_add(&h->p, str_from(h->exam), &olga, &ruth, err));
    assert_true(sees_exam(h, olga.user_ref, h->exam));
    assert_true(sees_session(h, olga.user_ref, h->session));
    assert_true(sees_candidate(h, olga.user_ref, USER));
    assert_false(sees_candidate(h, olga.user_ref, USER + 1));
    assert_false(sees_exam(h, pavel.user_ref, h->exam));
    assert_false(sees_exam(h, olga.user_ref, "another"));
    assert_true(sees_exam(h, STAFF_SEES_ALL, h->exam));
    must(staff_remove(&h->p, str_from(h->exam), &olga, &ruth, err));
    assert_false(sees_session(h, olga.user_ref, h->session));
}

static void changes_are_audited_once_for_those_who_see_all(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct staff_member *list;
    size_t len = 0;
    must(staff_add(&h->p, str_from(h->exam), &olga, &ruth, err));
    must(staff_add(&h->p, str_from(h->exam), &olga, &pavel, err));
    must(staff_list(&h->p, str_from(h->exam), &arena, &list, &len, err));
    assert_int_equal(len, 1);
    assert_int_equal(list[0].user_ref, olga.user_ref);
    assert_true(str_eq(list[0].added_by, STR("Ruth")));
    must(staff_remove(&h->p, str_from(h->exam), &pavel, &ruth, err));
    assert_int_equal(audited(h, STAFF_SEES_ALL), 1);
    assert_int_equal(audited(h, olga.user_ref), 0);
    must_fail(ERROR_NOT_FOUND, staff_add(&h->p, STR("another"), &olga, &ruth, err));
    must_fail(ERROR_NOT_FOUND, staff_list(&h->p, STR("another"), &arena, &list, &len, err));
}

static void a_look_of_an_administrator_is_noted_once_an_hour(void **state)
{
    struct house *h = *state;
    must(staff_looked(&h->p, str_from(h->exam), &ruth, err));
    must(staff_looked(&h->p, str_from(h->exam), &ruth, err));
    assert_int_equal(audited(h, STAFF_SEES_ALL), 1);
    must_fail(ERROR_NOT_FOUND, staff_looked(&h->p, STR("another"), &ruth, err));
    must(staff_add(&h->p, str_from(h->exam), &pavel, &ruth, err));
    must(staff_looked(&h->p, str_from(h->exam), &pavel, err)); /* an exam of theirs */
    assert_int_equal(audited(h, STAFF_SEES_ALL), 2);
}

static bool age_body(struct db *db, void *context, struct error *err)
{
    (void)context;
    return db_run(db, "UPDATE proctored_exam SET staffed = 0", DB_NO_ARGS, NULL, err);
}

static void exams_of_before_are_given_everybody_once(void **state)
{
    struct house *h = *state;
    const struct provider_person people[] = {olga, pavel};
    bool wanted = true;
    must(staff_wanted(&h->p, &wanted, err));
    assert_false(wanted);
    must(db_store_write(h->p.store, age_body, NULL, err));
    must(staff_wanted(&h->p, &wanted, err));
    assert_true(wanted);
    must(staff_adopt(&h->p, people, ARRAY_LEN(people), err));
    assert_true(sees_exam(h, olga.user_ref, h->exam) && sees_exam(h, pavel.user_ref, h->exam));
    must(staff_remove(&h->p, str_from(h->exam), &olga, &ruth, err));
    must(staff_adopt(&h->p, people, ARRAY_LEN(people), err));
    assert_false(sees_exam(h, olga.user_ref, h->exam));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(staff_see_their_exam_with_its_sessions_and_candidates_and_no_other),
        CASE(changes_are_audited_once_for_those_who_see_all),
        CASE(a_look_of_an_administrator_is_noted_once_an_hour),
        CASE(exams_of_before_are_given_everybody_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
