#include "campus/attachment_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void a_name_is_made_harmless(void **state)
{
    (void)state;
    static const struct {
        const char *given, *want;
    } cases[] = {
        {"essay.pdf", "essay.pdf"},
        {"Aufsatz \xc3\xbc"
         "ber B\xc3\xa4ume.docx",
         "Aufsatz \xc3\xbc"
         "ber B\xc3\xa4ume.docx"},
        {"../../etc/passwd", "passwd"},
        {"C:\\Users\\me\\a.txt", "a.txt"},
        {"a/b/", "file"},
        {"..", "file"},
        {"", "file"},
        {".htaccess", "htaccess"},
        {"  x  ", "x"},
        {"x. . .", "x"},
        {"a\r\nSet-Cookie: b", "aSet-Cookie b"},
        {"a\x7f\xc2\x85"
         "b",
         "ab"},
        {"annex\xe2\x80\xae"
         "fdp.exe",
         "annexfdp.exe"}, /* right-to-left override */
        {"a\xe2\x80\x8b"
         "b",
         "ab"}, /* zero width space */
        {"<b>\"|?*", "b"},
        {"CON", "file"},
        {"nul.txt", "file"},
        {"com1.log", "file"},
        {"console.log", "console.log"},
        {"\xff\xfe", "file"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char name[ATTACHMENT_NAME_MAX + 1];
        attachment_name(str_from(cases[i].given), name);
        assert_string_equal(name, cases[i].want);
    }
}

static void a_long_name_keeps_its_ending_and_whole_characters(void **state)
{
    (void)state;
    char given[600] = "", name[ATTACHMENT_NAME_MAX + 1];
    for (int i = 0; i < 150; i++)
        strcat(given, "\xc3\xa4");
    strcat(given, ".docx");
    attachment_name(str_from(given), name);
    assert_true(strlen(name) <= ATTACHMENT_NAME_MAX && strlen(name) > ATTACHMENT_NAME_MAX - 4);
    assert_true(str_is_utf8(str_from(name)));
    assert_true(str_ends(str_from(name), STR("\xc3\xa4.docx")));
}

static void a_name_goes_into_a_header_in_both_forms(void **state)
{
    (void)state;
    char text[ATTACHMENT_DISPOSITION_MAX], longest[ATTACHMENT_NAME_MAX + 1];
    attachment_disposition(STR("\xc3\xa4 b.txt"), text);
    assert_string_equal(text, "attachment; filename=\"__b.txt\"; filename*=UTF-8''%C3%A4%20b.txt");
    memset(longest, ' ', sizeof longest);
    attachment_disposition(str_bytes(longest, ATTACHMENT_NAME_MAX), text);
    assert_true(strlen(text) < sizeof text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_made_harmless),
        cmocka_unit_test(a_long_name_keeps_its_ending_and_whole_characters),
        cmocka_unit_test(a_name_goes_into_a_header_in_both_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
