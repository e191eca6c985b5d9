/* Made-up licences in the form of the standard's versions. */
#include "identity/aamva.h"

#include "support/test.h"

#include <string.h>

/* "\n\x1e\r" as the standard has it. */
#define HEAD "@\n\x1e\rANSI "

static void is_date(struct mrz_date d, int year, int month, int day)
{
    assert_int_equal(d.year, year);
    assert_int_equal(d.month, month);
    assert_int_equal(d.day, day);
}

static void a_licence_of_today_has_name_and_dates(void **state)
{
    (void)state;
    struct aamva a;
    const char text[] = HEAD "636026100102DL00410288ZA03290015DLDAQD12345678\nDCSNAVARRO\nDDEN\n"
                             "DACSOFIA\nDDFN\nDADMAE\nDDGN\nDCAD\nDBD08242020\nDBB01311999\n"
                             "DBA02012031\nDBC2\nDAU064 in\nDCGUSA\n\rZAZAA\r";
    assert_true(aamva_parse(str_from(text), &a));
    assert_int_equal(a.version, 10);
    assert_true(a.licence);
    assert_false(a.cut);
    assert_string_equal(a.family, "NAVARRO");
    assert_string_equal(a.given, "SOFIA MAE");
    is_date(a.expiry, 2031, 2, 1);
    is_date(a.birth, 1999, 1, 31);
}

static void older_ones_have_their_names_in_one(void **state)
{
    (void)state;
    struct aamva a;
    assert_true(aamva_parse(STR("@\n\x1e\r"
                                "AAMVA6360100101DL00290192DLDAANAVARRO,SOFIA,MAE\nDBA20310201\n"
                                "DBB19990131\n\r"),
                            &a));
    assert_int_equal(a.version, 1);
    assert_string_equal(a.family, "");
    assert_string_equal(a.given, "NAVARRO SOFIA MAE");
    is_date(a.expiry, 2031, 2, 1);
    assert_true(aamva_parse(STR(HEAD "636000030002DL00410278DLDCSNAVARRO\nDCTSOFIA,MAE\n"
                                     "DBA02012031\n\r"),
                            &a));
    assert_string_equal(a.given, "SOFIA MAE");
}

static void an_identity_card_of_canada_with_accents_and_a_cut_name(void **state)
{
    (void)state;
    struct aamva a;
    assert_true(aamva_parse(STR(HEAD "636012080002ID00410278IDDAQ1\nDCSB\xc9LANGER\nDDET\n"
                                     "DACZO\xcb\nDADNONE\nDBA20310228\nDCGCAN\n\r"),
                            &a));
    assert_false(a.licence);
    assert_true(a.cut);
    assert_string_equal(a.family, "B\xc3\x89LANGER");
    assert_string_equal(a.given, "ZO\xc3\x8b");
    is_date(a.expiry, 2031, 2, 28);
}

static void what_is_no_licence_is_told(void **state)
{
    (void)state;
    struct aamva a;
    assert_false(aamva_parse(STR(""), &a));
    assert_false(aamva_parse(STR("https://example.org/ANSI"), &a));
    assert_false(aamva_parse(STR(HEAD "63602608"), &a));
    assert_false(aamva_parse(STR(HEAD "636026080102DL00410288DLDAQ12\nDBA02012031\n\r"), &a));
    assert_false(aamva_parse(STR(HEAD "63x026080102DL00410288DLDCSA\n\r"), &a));
    assert_true(aamva_parse(STR(HEAD "636026080102DL00410288DLDCSA\nDBA02452031\n\r"), &a));
    assert_int_equal(a.expiry.year, 0); /* no such month */
}

static void long_names_are_cut_at_their_room(void **state)
{
    (void)state;
    struct aamva a;
    char text[700] = HEAD "636026080102DL00410288DLDCS";
    size_t at = strlen(text);
    memset(text + at, '\xe9', 600);
    assert_true(aamva_parse(str_from(text), &a));
    assert_true(strlen(a.family) < sizeof a.family);
    assert_true(str_is_utf8(str_from(a.family)));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_licence_of_today_has_name_and_dates),
        cmocka_unit_test(older_ones_have_their_names_in_one),
        cmocka_unit_test(an_identity_card_of_canada_with_accents_and_a_cut_name),
        cmocka_unit_test(what_is_no_licence_is_told),
        cmocka_unit_test(long_names_are_cut_at_their_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
