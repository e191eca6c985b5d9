#include "crypto/crypto.h"
#include "crypto/password.h"
#include "support/test.h"

#include <string.h>
#include <time.h>

static void the_right_password_opens_and_others_do_not(void **state)
{
    (void)state;
    struct error err;
    char one[PASSWORD_HASH_SIZE], two[PASSWORD_HASH_SIZE];
    assert_good(password_hash(STR("correct horse"), one, &err), err);
    assert_good(password_hash(STR("correct horse"), two, &err), err);
    assert_int_equal(strncmp(one, "$argon2id$v=19$m=65536,t=2,p=1$", 31), 0);
    assert_string_not_equal(one, two); /* each has its own salt */
    assert_true(password_verify(STR("correct horse"), str_from(one)));
    assert_true(password_verify(STR("correct horse"), str_from(two)));
    assert_false(password_verify(STR("correct horsf"), str_from(one)));
    assert_false(password_verify(STR(""), str_from(one)));
}

static void malformed_hashes_open_nothing(void **state)
{
    (void)state;
    char long_hash[300];
    memset(long_hash, 'x', sizeof long_hash);
    assert_false(password_verify(STR("password"), STR("")));
    assert_false(password_verify(STR(""), STR("")));
    assert_false(password_verify(STR("password"), STR("password")));
    assert_false(password_verify(STR("password"), STR("$argon2id$v=19$m=65536,t=2,p=1$")));
    assert_false(password_verify(STR("password"), str_bytes(long_hash, sizeof long_hash)));
}

static void passwords_have_a_length_in_characters(void **state)
{
    (void)state;
    struct error err;
    char hash[PASSWORD_HASH_SIZE], text[PASSWORD_MAX + 1];
    memset(text, 'x', sizeof text);
    assert_error(password_hash(STR("1234567"), hash, &err), err, ERROR_INVALID);
    assert_error(password_hash(STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"), hash, &err), err,
                 ERROR_INVALID); /* eight bytes, four characters */
    assert_error(password_hash(STR("1234567\xff"), hash, &err), err, ERROR_INVALID);
    assert_error(password_hash(str_bytes(text, sizeof text), hash, &err), err, ERROR_INVALID);
    assert_good(password_hash(str_bytes(text, PASSWORD_MAX), hash, &err), err);
    assert_false(password_verify(str_bytes(text, sizeof text), str_from(hash)));
}

static double seconds_of(struct str hash)
{
    struct timespec before, after;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    bool right = password_verify(STR("wrong password"), hash);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    assert_false(right);
    return (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
}

static void an_unknown_user_costs_the_same_time(void **state)
{
    (void)state;
    struct error err;
    char hash[PASSWORD_HASH_SIZE];
    assert_good(password_hash(STR("correct horse"), hash, &err), err);
    double known = 1e9, unknown = 1e9; /* the least of a few: others use this machine too */
    for (int i = 0; i < 5; i++) {
        double a = seconds_of(str_from(hash)), b = seconds_of(STR(""));
        known = MIN(known, a);
        unknown = MIN(unknown, b);
    }
    if (unknown < known / 2 || unknown > known * 2)
        fail_msg("%.1f ms for a known user, %.1f ms for an unknown one", known * 1e3,
                 unknown * 1e3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_password_opens_and_others_do_not),
        cmocka_unit_test(malformed_hashes_open_nothing),
        cmocka_unit_test(passwords_have_a_length_in_characters),
        cmocka_unit_test(an_unknown_user_costs_the_same_time),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
