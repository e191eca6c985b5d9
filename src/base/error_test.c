#include "support/test.h"

#include <errno.h>
#include <string.h>

static void setting_and_wrapping_return_false(void **state)
{
    (void)state;
    struct error err;
    assert_false(error_set(&err, ERROR_CONFLICT, "next piece starts at %d", 7));
    assert_false(error_wrap(&err, "stream %d", 3));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_string_equal(err.message, "stream 3: next piece starts at 7");
    assert_false(error_set(NULL, ERROR_IO, "nobody asks"));
    assert_false(error_wrap(NULL, "nobody asks"));
    assert_false(error_errno(NULL, EIO, "nobody asks"));
}

static void long_messages_are_cut_and_stay_utf8(void **state)
{
    (void)state;
    struct error err;
    char text[400] = "";
    for (size_t shift = 0; shift < 3; shift++) { /* a letter of three bytes ends at every place */
        memset(text, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof text; i += 3)
            memcpy(text + i, "\xe2\x82\xac", 4);
        error_set(&err, ERROR_INVALID, "%s", text);
        assert_in_range(strlen(err.message), ERROR_MESSAGE_MAX - 4, ERROR_MESSAGE_MAX - 1);
        assert_true(str_is_utf8(str_from(err.message)));
        error_wrap(&err, "before");
        assert_true(str_is_utf8(str_from(err.message)));
        assert_true(strlen(err.message) < ERROR_MESSAGE_MAX);
    }
}

static void what_a_stranger_sent_cannot_break_a_message(void **state)
{
    (void)state;
    struct error err;
    error_set(&err, ERROR_INVALID, "no \xff such\nline \xc3");
    assert_string_equal(err.message, "no ? such?line ?");
}

static void errno_becomes_a_code(void **state)
{
    (void)state;
    static const struct {
        int number;
        enum error_code code;
    } cases[] = {{ENOSPC, ERROR_NO_SPACE},
                 {EDQUOT, ERROR_NO_SPACE},
                 {ENOENT, ERROR_NOT_FOUND},
                 {ENOMEM, ERROR_NO_MEMORY},
                 {EIO, ERROR_IO}};
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_false(error_errno(&err, cases[i].number, "file %d", 1));
        assert_int_equal(err.code, cases[i].code);
        assert_int_equal(strncmp(err.message, "file 1: ", 8), 0);
    }
}

static void every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = ERROR_NONE; a <= ERROR_INTERNAL; a++) {
        assert_string_not_equal(error_code_name((enum error_code)a), "unknown");
        for (int b = ERROR_NONE; b < a; b++)
            assert_string_not_equal(error_code_name((enum error_code)a),
                                    error_code_name((enum error_code)b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(setting_and_wrapping_return_false),
        cmocka_unit_test(long_messages_are_cut_and_stay_utf8),
        cmocka_unit_test(what_a_stranger_sent_cannot_break_a_message),
        cmocka_unit_test(errno_becomes_a_code),
        cmocka_unit_test(every_code_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
