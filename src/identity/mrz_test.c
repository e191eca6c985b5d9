#include "identity/mrz.h"

#include "support/test.h"

#include <string.h>

/* The specimens of ICAO 9303 parts 4, 5, 6 and 7. */
#define TD3                                                                                        \
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                                               \
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n"
#define TD2                                                                                        \
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                                       \
    "D231458907UTO7408122F1204159<<<<<<<6\n"
#define TD1                                                                                        \
    "I<UTOD231458907<<<<<<<<<<<<<<<\n"                                                             \
    "7408122F1204159UTO<<<<<<<<<<<6\n"                                                             \
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n"
#define VISA_A                                                                                     \
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                                               \
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<\n"

static struct mrz parsed(const char *text)
{
    struct mrz m;
    struct error err;
    if (!mrz_parse(str_from(text), 2026, &m, &err))
        fail_msg("%s", err.message);
    return m;
}

static void check_eriksson(const struct mrz *m)
{
    assert_true(m->valid);
    assert_int_equal(m->repaired, 0);
    assert_string_equal(m->surname, "ERIKSSON");
    assert_string_equal(m->given, "ANNA MARIA");
    assert_false(m->name_cut);
    assert_string_equal(m->issuer, "UTO");
}

static void a_passport_is_read(void **state)
{
    (void)state;
    struct mrz m = parsed(TD3);
    check_eriksson(&m);
    assert_int_equal(m.format, MRZ_TD3);
    assert_string_equal(m.type, "P");
    assert_string_equal(m.number, "L898902C3");
    assert_string_equal(m.nationality, "UTO");
    assert_int_equal(m.sex, 'F');
    assert_int_equal(m.birth.year, 1974);
    assert_int_equal(m.birth.month, 8);
    assert_int_equal(m.birth.day, 12);
    assert_int_equal(m.expiry.year, 2012);
    assert_int_equal(m.expiry.month, 4);
    assert_int_equal(m.expiry.day, 15);
    assert_string_equal(m.optional[0], "ZE184226B");
    for (int i = 0; i < MRZ_CHECKED; i++)
        assert_int_equal(m.checks[i], MRZ_CHECK_RIGHT);
}

static void cards_and_visas_are_read(void **state)
{
    (void)state;
    struct mrz m = parsed(TD2);
    check_eriksson(&m);
    assert_int_equal(m.format, MRZ_TD2);
    assert_string_equal(m.number, "D23145890");
    assert_int_equal(m.checks[MRZ_CHECKED_OPTIONAL], MRZ_CHECK_ABSENT);
    m = parsed(TD1);
    check_eriksson(&m);
    assert_int_equal(m.format, MRZ_TD1);
    assert_string_equal(m.number, "D23145890");
    assert_string_equal(m.optional[0], "");
    m = parsed(VISA_A);
    assert_int_equal(m.format, MRZ_VISA_A);
    assert_int_equal(m.checks[MRZ_CHECKED_COMPOSITE], MRZ_CHECK_ABSENT);
    assert_true(m.valid);
    assert_string_equal(m.number, "L8988901C");
}

static void spaces_and_empty_lines_do_not_count(void **state)
{
    (void)state;
    struct mrz m =
        parsed("\nI<UTOERIKSSON<<ANNA<MARIA <<<<<<<<<<<\r\n\n D231458907UTO7408122F1204159 "
               "<<<<<<<6\r\n");
    check_eriksson(&m);
}

static void the_check_digit_is_that_of_the_standard(void **state)
{
    (void)state;
    assert_int_equal(mrz_check_digit(STR("520727")), 3); /* 9303-3 section 4.9, example 1 */
    assert_int_equal(mrz_check_digit(STR("AB2134<<<")), 5);
    assert_int_equal(mrz_check_digit(STR("")), 0);
    assert_int_equal(mrz_check_digit(STR("a")), -1);
}

/* Each character of the specimen, changed to each other one: whatever a check digit is over, no
 * change is taken for valid as it is, unless its value is the same. Few are put right wrongly. */
static void no_single_misreading_passes_where_a_check_digit_is(void **state)
{
    (void)state;
    int changes = 0, wrong = 0;
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
    for (size_t at = 45; at < 45 + 44; at++) {
        bool checked = at - 45 < 10 || (at - 45 >= 13 && at - 45 < 20) || at - 45 >= 21;
        for (const char *c = characters; checked && *c; c++) {
            char text[] = TD3;
            struct mrz m, right = parsed(TD3);
            struct error err;
            text[at] = *c;
            changes++;
            if (!mrz_parse(str_from(text), 2026, &m, &err) || !m.valid || *c == TD3[at] ||
                strcmp(m.lines[1], right.lines[1]) == 0)
                continue;
            int before = mrz_check_digit(str_bytes(&TD3[at], 1));
            if (m.repaired == 0) /* 6 and G, for one */
                assert_int_equal(mrz_check_digit(str_bytes(c, 1)), before);
            else
                wrong++;
        }
    }
    assert_in_range(wrong, 0, changes / 100);
}

static void letters_and_digits_taken_for_each_other_are_put_right(void **state)
{
    (void)state;
    struct mrz m = parsed("P<UT0ER1K550N<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<\n"
                          "L8989O2C36UT074O8I22F12O4I59ZE184226B<<<<<1O\n");
    assert_true(m.valid);
    assert_int_equal(m.repaired, 13);
    assert_string_equal(m.lines[0], "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<");
    assert_string_equal(m.lines[1], "L898902C36UTO7408122F1204159ZE184226B<<<<<10");
}

static void nothing_is_put_right_when_the_digits_still_disagree(void **state)
{
    (void)state;
    const char *text = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                       "L898902D36UTO74O8122F1204159ZE184226B<<<<<10\n"; /* C3 is D3 */
    struct mrz m = parsed(text);
    assert_false(m.valid);
    assert_int_equal(m.repaired, 0);
    assert_int_equal(m.checks[MRZ_CHECKED_NUMBER], MRZ_CHECK_WRONG);
    assert_string_equal(m.lines[1], "L898902D36UTO74O8122F1204159ZE184226B<<<<<10");
}

static void a_long_document_number_goes_on_behind_its_digit(void **state)
{
    (void)state;
    struct mrz m = parsed("I<UTOD23145890<7349<<<<<<<<<<<\n" /* 9303-5, figure of note j */
                          "3407127M9507122UTO<<<<<<<<<<<2\n"
                          "STEVENSON<<PETER<JOHN<<<<<<<<<\n");
    assert_true(m.valid);
    assert_string_equal(m.number, "D23145890734");
    assert_string_equal(m.optional[0], "");
    assert_int_equal(m.birth.year, 1934);
}

static void dates_may_be_unknown_but_not_impossible(void **state)
{
    (void)state;
    struct mrz m = parsed("I<UTOD231458907<<<<<<<<<<<<<<<\n"
                          "74<<<<8F1204159UTO<<<<<<<<<<<6\n"
                          "ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n");
    assert_int_equal(m.birth.year, 1974);
    assert_int_equal(m.birth.month, 0);
    assert_int_equal(m.birth.day, 0);
    m = parsed("I<UTOD231458907<<<<<<<<<<<<<<<\n"
               "7413120F1204159UTO<<<<<<<<<<<6\n" /* month 13 */
               "ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n");
    assert_false(m.valid);
}

static void names_may_be_one_word_or_cut(void **state)
{
    (void)state;
    struct mrz m = parsed("P<UTOARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n"
                          "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n");
    assert_true(m.valid);
    assert_string_equal(m.surname, "ARKFREITH");
    assert_string_equal(m.given, "");
    m = parsed("P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K\n"
               "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n");
    assert_true(m.valid);
    assert_true(m.name_cut);
    assert_string_equal(m.given, "CHAYAPA DEJTHAMRONG K");
    m = parsed("P<UTOERIKSSON<<ANNA<<<<<<K<<<<<<<<<<<<<<<<<<\n" /* a filler was misread */
               "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n");
    assert_false(m.valid);
}

static void other_text_is_no_zone(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "\n\n",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "hello\nworld",
        "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<",
        "<<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6",
        "A\nB\nC\nD",
        TD3 "A",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\nL",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct mrz m;
        struct error err;
        assert_false(mrz_parse(str_from(texts[i]), 2026, &m, &err));
        assert_int_equal(err.code, ERROR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_passport_is_read),
        cmocka_unit_test(cards_and_visas_are_read),
        cmocka_unit_test(spaces_and_empty_lines_do_not_count),
        cmocka_unit_test(the_check_digit_is_that_of_the_standard),
        cmocka_unit_test(no_single_misreading_passes_where_a_check_digit_is),
        cmocka_unit_test(letters_and_digits_taken_for_each_other_are_put_right),
        cmocka_unit_test(nothing_is_put_right_when_the_digits_still_disagree),
        cmocka_unit_test(a_long_document_number_goes_on_behind_its_digit),
        cmocka_unit_test(dates_may_be_unknown_but_not_impossible),
        cmocka_unit_test(names_may_be_one_word_or_cut),
        cmocka_unit_test(other_text_is_no_zone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
