#include "support/test.h"

#include <string.h>

static void slices_are_clamped(void **state)
{
    (void)state;
    assert_str(str_slice(STR("hello"), 1, 3), STR("el"));
    assert_str(str_slice(STR("hello"), 3, 99), STR("lo"));
    assert_int_equal(str_slice(STR("hello"), 9, 99).len, 0);
    assert_int_equal(str_slice(STR("hello"), 3, 1).len, 0);
    assert_null(str_slice((struct str){NULL, 0}, 0, 5).ptr);
    assert_int_equal(str_from(NULL).len, 0);
}

static void comparing_knows_length_and_case(void **state)
{
    (void)state;
    assert_true(str_eq(STR(""), (struct str){NULL, 0}));
    assert_true(str_eq(STR("a"), STR("a")));
    assert_false(str_eq(STR("a"), STR("ab")));
    assert_false(str_eq(STR("a"), STR("A")));
    assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_eq_nocase(STR("[a"), STR("{a"))); /* 0x5b and 0x7b: no letters */
    assert_true(str_starts(STR("/api/x"), STR("/api/")));
    assert_false(str_starts(STR("/a"), STR("/api/")));
    assert_true(str_ends(STR("clip.webm"), STR(".webm")));
    assert_false(str_ends(STR("webm"), STR(".webm")));
}

static void trimming_takes_ascii_space_only(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n a b \v\f")), STR("a b"));
    assert_int_equal(str_trim(STR("   ")).len, 0);
    assert_str(str_trim(STR("\xc2\xa0x")), STR("\xc2\xa0x")); /* a no-break space is text */
}

static void splitting_gives_every_part_also_empty_ones(void **state)
{
    (void)state;
    struct str rest = STR("a,,b,"), part;
    static const char *const parts[] = {"a", "", "b", ""};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        assert_true(str_split(&rest, ',', &part));
        assert_str(part, str_from(parts[i]));
    }
    assert_false(str_split(&rest, ',', &part));
    rest = STR("");
    assert_true(str_split(&rest, ',', &part));
    assert_int_equal(part.len, 0);
    assert_false(str_split(&rest, ',', &part));
}

static void whole_numbers_are_digits_that_fit(void **state)
{
    (void)state;
    uint64_t u = 7;
    int64_t i = 7;
    assert_true(str_to_u64(STR("18446744073709551615"), &u));
    assert_true(u == UINT64_MAX);
    assert_true(str_to_u64(STR("007"), &u));
    assert_int_equal(u, 7);
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "+1",
                                      "-1",
                                      "0x1",
                                      "1.0",
                                      "18446744073709551616",
                                      "99999999999999999999999"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++)
        assert_false(str_to_u64(str_from(bad[k]), &u));
    assert_int_equal(u, 7);
    assert_true(str_to_i64(STR("-9223372036854775808"), &i));
    assert_true(i == INT64_MIN);
    assert_true(str_to_i64(STR("9223372036854775807"), &i));
    assert_true(i == INT64_MAX);
    assert_false(str_to_i64(STR("9223372036854775808"), &i));
    assert_false(str_to_i64(STR("-9223372036854775809"), &i));
    assert_false(str_to_i64(STR("-"), &i));
    assert_false(str_to_i64(STR("--1"), &i));
}

static void decimal_numbers_are_those_of_json(void **state)
{
    (void)state;
    double d = 0;
    assert_true(str_to_double(STR("-1.5e3"), &d));
    assert_true(d > -1500.5 && d < -1499.5);
    assert_true(str_to_double(STR("0.25"), &d));
    assert_true(d > 0.249 && d < 0.251);
    static const char *const good[] = {"0", "-0", "10", "1e5", "1E+5", "1.0e-5", "0.0"};
    for (size_t k = 0; k < ARRAY_LEN(good); k++)
        assert_true(str_to_double(str_from(good[k]), &d));
    static const char *const bad[] = {"",      "-",   ".5",    "1.",  "01",  "+1",  " 1",
                                      "1 ",    "1e",  "e5",    "0x1", "inf", "nan", "1,5",
                                      "1e999", "--1", "1.5.2", "-.5", "1e+", "1-1"};
    for (size_t k = 0; k < ARRAY_LEN(bad); k++)
        if (str_to_double(str_from(bad[k]), &d))
            fail_msg("\"%s\" was taken for a number", bad[k]);
}

static void utf8_is_shortest_form_without_surrogates_or_nul(void **state)
{
    (void)state;
    assert_true(str_is_utf8(STR("")));
    assert_true(str_is_utf8(STR("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf")));
    static const struct str bad[] = {
        {"a\0b", 3},         /* NUL */
        {"\x80", 1},         /* a rest without its beginning */
        {"\xc3", 1},         /* a beginning without its rest */
        {"\xe2\x82", 2},     /* cut short */
        {"\xc0\xaf", 2},     /* '/' in two bytes */
        {"\xe0\x80\xaf", 3}, /* in three */
        {"\xf0\x80\x80\xaf", 4},
        {"\xed\xa0\x80", 3},     /* a surrogate */
        {"\xf4\x90\x80\x80", 4}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", 4},
        {"\xff", 1},
        {"\xc3(", 2},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (str_is_utf8(bad[i]))
            fail_msg("bad UTF-8 number %zu was accepted", i);
}

static void fixed_text_is_cut_to_fit_and_says_so(void **state)
{
    (void)state;
    char text[4];
    assert_true(str_into(STR("abc"), text, sizeof text));
    assert_string_equal(text, "abc");
    assert_false(str_into(STR("abcd"), text, sizeof text));
    assert_string_equal(text, "abc");
    assert_true(str_into((struct str){NULL, 0}, text, sizeof text));
    assert_string_equal(text, "");
}

static void hex_goes_both_ways(void **state)
{
    (void)state;
    char text[STR_HEX_MAX(3)];
    unsigned char bytes[3] = {0};
    str_to_hex(STR("\x00\x7f\xff"), text);
    assert_string_equal(text, "007fff");
    assert_true(str_from_hex(STR("007fff"), bytes, sizeof bytes));
    assert_memory_equal(bytes, "\x00\x7f\xff", 3);
    assert_false(str_from_hex(STR("007ff"), bytes, sizeof bytes));
    assert_false(str_from_hex(STR("007fff00"), bytes, sizeof bytes));
    assert_false(str_from_hex(STR("007fFF"), bytes, sizeof bytes)); /* one text per value */
    assert_false(str_from_hex(STR("007fg0"), bytes, sizeof bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_clamped),
        cmocka_unit_test(comparing_knows_length_and_case),
        cmocka_unit_test(trimming_takes_ascii_space_only),
        cmocka_unit_test(splitting_gives_every_part_also_empty_ones),
        cmocka_unit_test(whole_numbers_are_digits_that_fit),
        cmocka_unit_test(decimal_numbers_are_those_of_json),
        cmocka_unit_test(utf8_is_shortest_form_without_surrogates_or_nul),
        cmocka_unit_test(fixed_text_is_cut_to_fit_and_says_so),
        cmocka_unit_test(hex_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
