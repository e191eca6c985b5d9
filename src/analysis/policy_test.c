#include "analysis/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void the_three_built_in_policies_are_there(void **state)
{
    (void)state;
    static const char *const names[] = {"open", "standard", "strict"};
    double before = 3600;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct policy p;
        struct error err;
        assert_true(policy_builtin(str_from(names[i]), &p, &err));
        assert_string_equal(p.name, names[i]);
        for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
            assert_int_not_equal(p.rules[rule].severity, SEVERITY_NONE);
        }
        assert_true(p.rules[RULE_NO_FACE].min_s <
                    before); /* each is stricter than the one before */
        before = p.rules[RULE_NO_FACE].min_s;
    }
}

static void another_name_is_not_found(void **state)
{
    (void)state;
    struct policy p;
    struct error err;
    assert_false(policy_builtin(STR("harsh"), &p, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.message, "open, standard, strict"));
}

static void what_a_document_does_not_name_is_as_in_its_base(void **state)
{
    (void)state;
    struct policy base, p;
    struct error err;
    assert_true(policy_builtin(STR("strict"), &base, &err));
    assert_true(policy_parse(STR("{\"name\":\"Law, final\",\"base\":\"strict\",\"rules\":{"
                                 "\"no-face\":{\"min_s\":5,\"severity\":\"low\"},"
                                 "\"several-faces\":{\"threshold\":3},"
                                 "\"camera-frozen\":{\"on\":false}}}"),
                             &p, &err));
    assert_string_equal(p.name, "Law, final");
    assert_true(p.rules[RULE_NO_FACE].on);
    assert_float_equal(p.rules[RULE_NO_FACE].min_s, 5, 0);
    assert_int_equal(p.rules[RULE_NO_FACE].severity, SEVERITY_LOW);
    assert_float_equal(p.rules[RULE_SEVERAL_FACES].threshold, 3, 0);
    assert_false(p.rules[RULE_CAMERA_FROZEN].on);
    assert_memory_equal(&p.rules[RULE_TOO_DARK], &base.rules[RULE_TOO_DARK],
                        sizeof p.rules[RULE_TOO_DARK]);
}

static void the_text_of_a_policy_reads_back_to_the_same_policy(void **state)
{
    (void)state;
    static const char *const names[] = {"open", "standard", "strict"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct policy p, again;
        struct error err;
        CLEANUP(freep) char *text = NULL;
        CLEANUP(freep) char *second = NULL;
        assert_true(policy_builtin(str_from(names[i]), &p, &err));
        p.rules[RULE_TOO_DARK].threshold = 0.0625;
        p.rules[RULE_NO_FACE].on = false;
        p.review.second = REVIEW_SECOND_VIOLATIONS;
        assert_true(policy_text(&p, &text, &err));
        assert_true(policy_parse(str_from(text), &again, &err));
        assert_true(policy_text(&again, &second, &err));
        assert_string_equal(text, second);
        assert_float_equal(again.rules[RULE_TOO_DARK].threshold, 0.0625, 0);
        assert_false(again.rules[RULE_NO_FACE].on);
        assert_int_equal(again.review.second, REVIEW_SECOND_VIOLATIONS);
    }
}

static void a_wrong_document_is_told_where_it_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *json, *says;
    } cases[] = {
        {"", "not JSON"},
        {"[]", "a policy is a JSON object"},
        {"{\"rules\":[]}", "rules: must be an object"},
        {"{\"rule\":{}}", "rule: is not known here"},
        {"{\"base\":\"harsh\"}", "base: no policy named"},
        {"{\"base\":7}", "base: must be text"},
        {"{\"name\":\"\"}", "name: must have"},
        {"{\"name\":\"a\\nb\"}", "name: must have"},
        {"{\"rules\":{\"gaze\":{}}}", "rules.gaze: is not known here"},
        {"{\"rules\":{\"no-face\":true}}", "rules.no-face: must be an object"},
        {"{\"rules\":{\"no-face\":{\"min_s\":\"5\"}}}", "rules.no-face.min_s: must be a number"},
        {"{\"rules\":{\"no-face\":{\"min_s\":-1}}}", "rules.no-face.min_s: must be a number"},
        {"{\"rules\":{\"no-face\":{\"min_s\":1e9}}}", "from 0 to 3600"},
        {"{\"rules\":{\"no-face\":{\"on\":1}}}", "rules.no-face.on: must be true or false"},
        {"{\"rules\":{\"no-face\":{\"severity\":\"grave\"}}}", "must be low, medium or high"},
        {"{\"rules\":{\"no-face\":{\"threshold\":2}}}", "rules.no-face.threshold: is not known"},
        {"{\"rules\":{\"several-faces\":{\"threshold\":1}}}", "from 2 to 16"},
        {"{\"rules\":{\"too-dark\":{\"on\":true,\"on\":false}}}", "duplicate"},
        {"{\"review\":7}", "review: must be an object"},
        {"{\"review\":{\"second\":\"sometimes\"}}",
         "review.second: must be never, violations or always"},
        {"{\"review\":{\"second\":true}}", "review.second: must be text"},
        {"{\"review\":{\"third\":\"always\"}}", "review.third: is not known here"},
        {"{\"checkin\":[]}", "checkin: must be an object"},
        {"{\"checkin\":{\"face\":true}}", "checkin.face: is not known here"},
        {"{\"checkin\":{\"face_scan\":1}}", "checkin.face_scan: must be true or false"},
        {"{\"checkin\":{\"approval\":\"never\"}}", "checkin.approval: must be before or after"},
        {"{\"checkin\":{\"approval\":true}}", "checkin.approval: must be text"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct policy p;
        struct error err = {0};
        assert_false(policy_parse(str_from(cases[i].json), &p, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        if (!strstr(err.message, cases[i].says))
            fail_msg("%s: says \"%s\", not \"%s\"", cases[i].json, err.message, cases[i].says);
    }
}

static void a_document_over_the_limit_is_refused_unread(void **state)
{
    (void)state;
    char *large = malloc(POLICY_BYTES_MAX + 1);
    assert_non_null(large);
    memset(large, ' ', POLICY_BYTES_MAX + 1);
    struct policy p;
    struct error err;
    assert_false(policy_parse(str_bytes(large, POLICY_BYTES_MAX + 1), &p, &err));
    assert_int_equal(err.code, ERROR_TOO_LARGE);
    free(large);
}

static void a_patch_changes_what_it_names_of_any_policy(void **state)
{
    (void)state;
    struct policy base, p, unchanged;
    struct error err;
    assert_true(policy_parse(STR("{\"name\":\"Law\",\"base\":\"strict\",\"rules\":{"
                                 "\"several-faces\":{\"threshold\":3}}}"),
                             &base, &err));
    unchanged = base;
    assert_true(policy_patch(&base,
                             STR("{\"rules\":{\"no-face\":{\"on\":false},"
                                 "\"camera-frozen\":{\"min_s\":60}}}"),
                             &p, &err));
    assert_string_equal(p.name, "Law");
    assert_false(p.rules[RULE_NO_FACE].on);
    assert_float_equal(p.rules[RULE_CAMERA_FROZEN].min_s, 60, 0);
    assert_float_equal(p.rules[RULE_SEVERAL_FACES].threshold, 3, 0);
    assert_memory_equal(&base, &unchanged, sizeof base);
    base.permitted = 1 << PERMITTED_PAPER;
    assert_true(policy_patch(&base, STR("{\"permitted\":[\"helper\"]}"), &p, &err));
    assert_int_equal(p.permitted, 1 << PERMITTED_PAPER | 1 << PERMITTED_HELPER);
    assert_true(policy_patch(&base, STR("{}"), &p, &err));
    assert_memory_equal(&base, &p, sizeof base);

    static const char *const wrong[][2] = {
        {"{\"base\":\"open\"}",
         "base: is not known here (a patch has app, checkin, permitted, plugin and rules)"},
        {"{\"name\":\"x\"}", "name: is not known here"},
        {"{\"rules\":{\"no-face\":{\"min_s\":-1}}}", "rules.no-face.min_s: must be"},
        {"{\"rules\":{\"no-such\":{}}}", "rules.no-such: is not known here"},
        {"[]", "a patch of a policy is a JSON object"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_false(policy_patch(&base, str_from(wrong[i][0]), &p, &err));
        assert_int_equal(err.code, ERROR_INVALID);
        if (!strstr(err.message, wrong[i][1]))
            fail_msg("\"%s\" instead of \"%s\"", err.message, wrong[i][1]);
    }
}

static void the_check_in_is_as_in_the_base_where_nothing_is_said(void **state)
{
    (void)state;
    struct policy open, standard, strict, p;
    struct error err;
    assert_true(policy_builtin(STR("open"), &open, &err));
    assert_true(policy_builtin(STR("standard"), &standard, &err));
    assert_true(policy_builtin(STR("strict"), &strict, &err));
    assert_false(open.checkin.plugin || open.checkin.app || open.checkin.face_scan ||
                 open.checkin.id_scan || open.checkin.screen);
    assert_int_equal(open.checkin.approval, APPROVAL_AFTER);
    assert_true(standard.checkin.face_scan && standard.checkin.id_scan && standard.checkin.screen);
    assert_false(standard.checkin.plugin || standard.checkin.app);
    assert_int_equal(standard.checkin.approval, APPROVAL_AFTER);
    assert_true(strict.checkin.plugin && strict.checkin.app && strict.checkin.face_scan &&
                strict.checkin.id_scan && strict.checkin.screen);
    assert_int_equal(strict.checkin.approval, APPROVAL_BEFORE);

    /* a policy as it was kept before there was a check-in */
    assert_true(policy_parse(STR("{\"name\":\"old\",\"base\":\"open\",\"rules\":{}}"), &p, &err));
    assert_false(p.checkin.face_scan);
    assert_true(policy_parse(STR("{\"base\":\"strict\",\"checkin\":{\"app\":false,"
                                 "\"approval\":\"after\"}}"),
                             &p, &err));
    assert_true(p.checkin.plugin && p.checkin.face_scan && !p.checkin.app);
    assert_int_equal(p.checkin.approval, APPROVAL_AFTER);
    assert_true(policy_patch(&p, STR("{\"checkin\":{\"face_scan\":false}}"), &p, &err));
    assert_true(!p.checkin.face_scan && p.checkin.id_scan);
}

static void every_rule_has_words_for_people(void **state)
{
    (void)state;
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        assert_true(strlen(rule_name(rule)) > 3);
        assert_true(strlen(rule_title(rule)) > 8);
        assert_true(strlen(rule_meaning(rule)) > 40);
    }
    assert_string_equal(rule_name(RULE_COUNT), "none");
    assert_string_equal(severity_name(SEVERITY_HIGH), "high");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_built_in_policies_are_there),
        cmocka_unit_test(another_name_is_not_found),
        cmocka_unit_test(what_a_document_does_not_name_is_as_in_its_base),
        cmocka_unit_test(the_text_of_a_policy_reads_back_to_the_same_policy),
        cmocka_unit_test(a_wrong_document_is_told_where_it_is_wrong),
        cmocka_unit_test(a_document_over_the_limit_is_refused_unread),
        cmocka_unit_test(a_patch_changes_what_it_names_of_any_policy),
        cmocka_unit_test(the_check_in_is_as_in_the_base_where_nothing_is_said),
        cmocka_unit_test(every_rule_has_words_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
