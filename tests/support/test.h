/* cmocka with what it wants included first, and what our tests share. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

/* A fresh folder below $TMPDIR or /tmp; removed with all that is in it by test_folder_done(). */
struct test_folder {
    char path[200];
};
void test_folder_init(struct test_folder *ret);
void test_folder_done(struct test_folder *folder); /* CLEANUP(test_folder_done) */
/* "FOLDER/name"; one of a few buffers in turn, so not for keeping. */
const char *test_path(const struct test_folder *folder, const char *name);

/* The call succeeded, else its message is shown. */
#define assert_good(call, err)                                                                     \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s: %s", #call, error_code_name((err).code), (err).message);             \
    } while (0)
/* The call failed with this code. */
#define assert_error(call, err, expected)                                                          \
    do {                                                                                           \
        (err) = (struct error){0};                                                                 \
        if (call)                                                                                  \
            fail_msg("%s: succeeded, expected %s", #call, error_code_name(expected));              \
        if ((err).code != (expected))                                                              \
            fail_msg("%s: %s (%s), expected %s", #call, error_code_name((err).code),               \
                     (err).message, error_code_name(expected));                                    \
    } while (0)
#define assert_str(actual, expected)                                                               \
    do {                                                                                           \
        struct str actual_ = (actual), expected_ = (expected);                                     \
        if (!str_eq(actual_, expected_))                                                           \
            fail_msg("\"" STR_FMT "\" is not \"" STR_FMT "\"", STR_ARG(actual_),                   \
                     STR_ARG(expected_));                                                          \
    } while (0)
