#include "support/test.h"

#include "base/buf.h"
#include "server/range.h"
#include "server/uri.h"

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void an_address_is_split_and_its_path_decoded(void **state)
{
    (void)state;
    struct str path, query;
    struct error err;
    assert_good(uri_parse(STR("/a%20b/%C3%B6?x=%20&y"), &arena, &path, &query, &err), err);
    assert_str(path, STR("/a b/\xc3\xb6"));
    assert_str(query, STR("x=%20&y"));
    assert_good(uri_parse(STR("/"), &arena, &path, &query, &err), err);
    assert_str(path, STR("/"));
    assert_null(query.ptr);
    assert_good(uri_parse(STR("/a?"), &arena, &path, &query, &err), err);
    assert_str(path, STR("/a"));
    assert_int_equal(query.len, 0);
}

static void a_tricky_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",     "a",     "*",    "http://x/y", "/%",
                                        "/%2",  "/%zz",  "/%00", "/a%2fb",     "/a%2Fb",
                                        "/%0a", "/\xff", "/%ff", "/%c0%af",    "/%7f"};
    struct str path, query;
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_error(uri_parse(str_from(texts[i]), &arena, &path, &query, &err), err,
                     ERROR_INVALID);
    CLEANUP(buf_done) struct buf text = {0};
    buf_add_char(&text, '/');
    for (size_t i = 0; i < URI_MAX; i++)
        buf_add_char(&text, 'a');
    assert_error(uri_parse(buf_str(&text), &arena, &path, &query, &err), err, ERROR_INVALID);
}

static void a_query_argument_is_found_and_decoded(void **state)
{
    (void)state;
    struct str query = STR("a=1&b=x+y%26z&&c&%61b=2&bad=%zz&a=3");
    assert_str(uri_query_find(query, STR("a"), &arena), STR("1"));
    assert_str(uri_query_find(query, STR("b"), &arena), STR("x y&z"));
    assert_str(uri_query_find(query, STR("c"), &arena), STR(""));
    assert_non_null(uri_query_find(query, STR("c"), &arena).ptr);
    assert_str(uri_query_find(query, STR("ab"), &arena), STR("2"));
    assert_null(uri_query_find(query, STR("bad"), &arena).ptr);
    assert_null(uri_query_find(query, STR("d"), &arena).ptr);
    assert_null(uri_query_find((struct str){NULL, 0}, STR("a"), &arena).ptr);
}

static void a_pattern_takes_parts_of_the_right_letters(void **state)
{
    (void)state;
    const char *pattern = "/api/sessions/:session/streams/:stream";
    struct str params[2] = {{NULL, 0}};
    assert_true(uri_match(pattern, STR("/api/sessions/aB-_9/streams/7"), params, 2));
    assert_str(params[0], STR("aB-_9"));
    assert_str(params[1], STR("7"));
    static const char *const texts[] = {
        "/api/sessions/a/streams",
        "/api/sessions/a/streams/",
        "/api/sessions//streams/7",
        "/api/sessions/a/streams/7/",
        "api/sessions/a/streams/7",
        "/api/sessions/a/streams/7/8",
        "/api/sessions/a/stream/7",
        "/api/sessions/a.b/streams/7",
        "/API/sessions/a/streams/7",
        "/api/sessions/0123456789012345678901234567890123456789012345678901234567890123456789"
        "/streams/7"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_false(uri_match(pattern, str_from(texts[i]), params, 2));
    assert_false(uri_match(pattern, STR("/api/sessions/a/streams/7"), params, 1));
    assert_str(params[0], STR("aB-_9")); /* a miss leaves the result alone */
    assert_true(uri_match("/", STR("/"), params, 0));
}

static void a_range_is_cut_to_the_size(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        uint64_t size;
        enum range_result result;
        uint64_t from, to;
    } rows[] = {
        {"bytes=0-9", 100, RANGE_PART, 0, 10},
        {"bytes=90-", 100, RANGE_PART, 90, 100},
        {"bytes=90-200", 100, RANGE_PART, 90, 100},
        {"bytes=-10", 100, RANGE_PART, 90, 100},
        {"bytes=-200", 100, RANGE_PART, 0, 100},
        {"Bytes= 5-5 ", 100, RANGE_PART, 5, 6},
        {"bytes=100-", 100, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=-0", 100, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=0-", 0, RANGE_UNSATISFIABLE, 0, 0},
        {"bytes=9-5", 100, RANGE_NONE, 0, 100},
        {"bytes=0-9,20-29", 100, RANGE_NONE, 0, 100},
        {"items=0-9", 100, RANGE_NONE, 0, 100},
        {"bytes=", 100, RANGE_NONE, 0, 100},
        {"bytes=-", 100, RANGE_NONE, 0, 100},
        {"bytes=a-b", 100, RANGE_NONE, 0, 100},
        {"", 100, RANGE_NONE, 0, 100},
        {"bytes=0-18446744073709551615", 100, RANGE_PART, 0, 100},
        {"bytes=0-18446744073709551616", 100, RANGE_NONE, 0, 100},
        {"bytes=18446744073709551615-", UINT64_MAX, RANGE_UNSATISFIABLE, 0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        uint64_t from = 0, to = 0;
        if (range_parse(str_from(rows[i].header), rows[i].size, &from, &to) != rows[i].result)
            fail_msg("%s: another result", rows[i].header);
        if (rows[i].result != RANGE_UNSATISFIABLE && (from != rows[i].from || to != rows[i].to))
            fail_msg("%s: %" PRIu64 " to %" PRIu64, rows[i].header, from, to);
    }
    char text[RANGE_TEXT_MAX];
    range_text(RANGE_PART, 5, 6, 100, text);
    assert_string_equal(text, "bytes 5-5/100");
    range_text(RANGE_UNSATISFIABLE, 0, 0, 100, text);
    assert_string_equal(text, "bytes */100");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, open_arena, drop_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(an_address_is_split_and_its_path_decoded),
        EACH(a_tricky_address_is_refused),
        EACH(a_query_argument_is_found_and_decoded),
        EACH(a_pattern_takes_parts_of_the_right_letters),
        EACH(a_range_is_cut_to_the_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
