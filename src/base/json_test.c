#include "base/json.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static json_t *parse(struct str text)
{
    json_t *value = NULL;
    struct error err;
    assert_good(json_parse(text, &value, &err), err);
    return value;
}

static void equal_values_give_equal_text(void **state)
{
    (void)state;
    json_auto_t *a = parse(STR("{ \"b\": [1, 2.5], \"a\": \"\\u00e9\" }"));
    json_auto_t *b = parse(STR("{\"a\":\"\xc3\xa9\",\"b\":[1,2.5]}"));
    CLEANUP(freep) char *a_text = NULL;
    CLEANUP(freep) char *b_text = NULL;
    struct error err;
    assert_good(json_text(a, &a_text, &err), err);
    assert_good(json_text(b, &b_text, &err), err);
    assert_string_equal(a_text, b_text);
    assert_string_equal(a_text, "{\"a\":\"\xc3\xa9\",\"b\":[1,2.5]}");
}

static void what_is_not_one_good_value_is_refused(void **state)
{
    (void)state;
    static const struct str bad[] = {
        {"", 0},
        {NULL, 0},
        {"{", 1},
        {"{} {}", 5},
        {"{\"a\":1,\"a\":2}", 13}, /* twice the same key: readers would disagree */
        {"\"a\\u0000b\"", 10},     /* NUL */
        {"\"\xc3\"", 3},           /* broken UTF-8 */
        {"{\"a\":1}\0", 8},
        {"1\0", 2},
        {"[1e999]", 7},
        {"nul", 3},
    };
    struct error err;
    json_t *value = NULL;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        err.code = ERROR_NONE;
        if (json_parse(bad[i], &value, &err))
            fail_msg("bad JSON number %zu was accepted", i);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_true(str_is_utf8(str_from(err.message))); /* it goes into an answer */
    }
    assert_null(value);
}

static void depth_is_limited(void **state)
{
    (void)state;
    char deep[100000];
    json_t *value;
    struct error err;
    memset(deep, '[', sizeof deep);
    assert_error(json_parse(str_bytes(deep, sizeof deep), &value, &err), err, ERROR_INVALID);
}

static void members_are_checked_and_named_by_their_path(void **state)
{
    (void)state;
    json_auto_t *root =
        parse(STR("{\"s\":\"text\",\"i\":5,\"d\":0.5,\"b\":true,\"n\":null,\"big\":1e300}"));
    struct error err;
    struct str s;
    int64_t i;
    double d;
    bool b;
    assert_good(json_get_str(root, "", "s", 4, &s, &err), err);
    assert_str(s, STR("text"));
    assert_error(json_get_str(root, "rules", "s", 3, &s, &err), err, ERROR_INVALID);
    assert_non_null(strstr(err.message, "rules.s: "));
    assert_error(json_get_str(root, "", "i", 9, &s, &err), err, ERROR_INVALID);
    assert_int_equal(strncmp(err.message, "i: ", 3), 0);
    assert_error(json_get_str(root, "", "x", 9, &s, &err), err, ERROR_INVALID);
    assert_non_null(strstr(err.message, "missing"));

    assert_good(json_get_i64(root, "", "i", 5, 5, &i, &err), err);
    assert_int_equal(i, 5);
    assert_error(json_get_i64(root, "", "i", 6, 9, &i, &err), err, ERROR_INVALID);
    assert_error(json_get_i64(root, "", "i", 0, 4, &i, &err), err, ERROR_INVALID);
    assert_error(json_get_i64(root, "", "d", 0, 9, &i, &err), err, ERROR_INVALID);
    assert_error(json_get_i64(root, "", "big", 0, INT64_MAX, &i, &err), err, ERROR_INVALID);

    assert_good(json_get_double(root, "", "d", 0, 1, &d, &err), err);
    assert_true(d > 0.49 && d < 0.51);
    assert_good(json_get_double(root, "", "i", 0, 9, &d, &err), err); /* 5 is a number too */
    assert_error(json_get_double(root, "", "i", 0, 4, &d, &err), err, ERROR_INVALID);
    assert_error(json_get_double(root, "", "s", 0, 4, &d, &err), err, ERROR_INVALID);

    assert_good(json_get_bool(root, "", "b", &b, &err), err);
    assert_true(b);
    assert_error(json_get_bool(root, "", "n", &b, &err), err, ERROR_INVALID);
    json_auto_t *list = parse(STR("[1]"));
    assert_error(json_get_bool(list, "", "b", &b, &err), err, ERROR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_values_give_equal_text),
        cmocka_unit_test(what_is_not_one_good_value_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(members_are_checked_and_named_by_their_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
