#include "support/test.h"

#include "server/static.h"

static const struct asset table[] = {
    {"/index.html", "text/html", "\"1\"", {"", 0}, {NULL, 0}},
    {"/proctor.html", "text/html", "\"2\"", {"", 0}, {NULL, 0}},
    {"/exam.html", "text/html", "\"3\"", {"", 0}, {NULL, 0}},
    {"/assets/a-123.js", "text/javascript", "\"4\"", {"", 0}, {NULL, 0}},
};

static const char *found(const char *path)
{
    const struct asset *a = static_find(table, ARRAY_LEN(table), str_from(path));
    return a ? a->path : "nothing";
}

static void each_path_is_answered_by_its_page(void **state)
{
    (void)state;
    assert_string_equal(found("/"), "/index.html");
    assert_string_equal(found("/profile"), "/index.html");
    assert_string_equal(found("/results/12"), "/index.html");
    assert_string_equal(found("/proctortrack"), "/proctor.html");
    assert_string_equal(found("/proctortrack/session/abc"), "/proctor.html");
    assert_string_equal(found("/exam/"), "/exam.html");
    assert_string_equal(found("/assets/a-123.js"), "/assets/a-123.js");
    assert_string_equal(found("/assets/a-124.js"), "nothing");
    assert_string_equal(found("/profiles"), "nothing");
    assert_string_equal(found("/examination"), "nothing");
    assert_string_equal(found("/../etc/passwd"), "nothing");
    assert_string_equal(found("/review/"), "nothing"); /* its page is not in this table */
    assert_true(static_is_page(STR("/review/")));
    assert_false(static_is_page(STR("/favicon.ico")));
}

static void gzip_is_sent_to_those_who_take_it(void **state)
{
    (void)state;
    assert_true(static_takes_gzip(STR("gzip, deflate, br")));
    assert_true(static_takes_gzip(STR("br;q=1.0, GZIP; q=0.5")));
    assert_false(static_takes_gzip(STR("br, gzip;q=0")));
    assert_false(static_takes_gzip(STR("gzip;q=0.000")));
    assert_false(static_takes_gzip(STR("gzip;q=x")));
    assert_false(static_takes_gzip(STR("identity")));
    assert_false(static_takes_gzip((struct str){NULL, 0}));
}

static void an_etag_is_found_in_a_list(void **state)
{
    (void)state;
    assert_true(static_matches(STR("\"a\""), "\"a\""));
    assert_true(static_matches(STR("\"b\", W/\"a\""), "\"a\""));
    assert_true(static_matches(STR("*"), "\"a\""));
    assert_false(static_matches(STR("\"ab\""), "\"a\""));
    assert_false(static_matches((struct str){NULL, 0}, "\"a\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_path_is_answered_by_its_page),
        cmocka_unit_test(gzip_is_sent_to_those_who_take_it),
        cmocka_unit_test(an_etag_is_found_in_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
