#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "support/fault.h"
#include "support/test.h"

#include <string.h>

static void assert_hex(const unsigned char *bytes, size_t len, const char *expected)
{
    char text[STR_HEX_MAX(SHA256_SIZE)];
    str_to_hex(str_bytes(bytes, len), text);
    assert_string_equal(text, expected);
}

static const char sha256_abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void digests_are_those_of_fips_180_4(void **state)
{
    (void)state;
    struct error err;
    unsigned char out[SHA256_SIZE];
    CLEANUP(hash_destroyp) struct hash *h = NULL;
    CLEANUP(hash_destroyp) struct hash *h1 = NULL;
    sha256(STR("abc"), out);
    assert_hex(out, sizeof out, sha256_abc);
    sha256((struct str){NULL, 0}, out);
    assert_hex(out, sizeof out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    char many[1000];
    memset(many, 'a', sizeof many);
    assert_good(hash_create(HASH_SHA256, &h, &err), err);
    for (int i = 0; i < 1000; i++)
        hash_add(h, str_bytes(many, sizeof many));
    assert_int_equal(hash_finish(h, out), SHA256_SIZE);
    assert_hex(out, SHA256_SIZE,
               "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");

    assert_good(hash_create(HASH_SHA1, &h1, &err), err);
    hash_add(h1, STR("a"));
    hash_add(h1, (struct str){NULL, 0});
    hash_add(h1, STR("bc"));
    assert_int_equal(hash_finish(h1, out), SHA1_SIZE);
    assert_hex(out, SHA1_SIZE, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void a_digest_goes_on_from_its_saved_state(void **state)
{
    (void)state;
    struct error err;
    unsigned char saved[HASH_STATE_SIZE], whole[SHA256_SIZE], out[SHA256_SIZE];
    char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    sha256(str_bytes(bytes, sizeof bytes), whole);
    for (size_t cut = 0; cut <= sizeof bytes; cut += 13) { /* within and between blocks */
        CLEANUP(hash_destroyp) struct hash *first = NULL;
        CLEANUP(hash_destroyp) struct hash *second = NULL;
        assert_good(hash_create(HASH_SHA256, &first, &err), err);
        hash_add(first, str_bytes(bytes, cut));
        hash_save(first, saved);
        assert_good(hash_restore(str_bytes(saved, sizeof saved), &second, &err), err);
        hash_add(second, str_bytes(bytes + cut, sizeof bytes - cut));
        hash_finish(second, out);
        assert_memory_equal(out, whole, sizeof out);
    }
    struct hash *none = NULL;
    assert_error(hash_restore(str_bytes(saved, 107), &none, &err), err, ERROR_INVALID);
    saved[40] = 64; /* more bytes waiting than a block holds: would be written past it */
    assert_error(hash_restore(str_bytes(saved, sizeof saved), &none, &err), err, ERROR_INVALID);
    assert_null(none);
}

static void comparing_secrets_knows_their_length(void **state)
{
    (void)state;
    assert_true(crypto_equal(STR("secret"), STR("secret")));
    assert_false(crypto_equal(STR("secret"), STR("secreT")));
    assert_false(crypto_equal(STR("secret"), STR("secre")));
    assert_true(crypto_equal(STR(""), (struct str){NULL, 0}));
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    struct error err = {0};
    struct hash *h = NULL;
    fault_arm(FAULT_MEMORY, 1);
    bool good = hash_create(HASH_SHA1, &h, &err);
    assert_true(fault_disarm());
    assert_false(good);
    assert_int_equal(err.code, ERROR_NO_MEMORY);
    hash_destroy(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_fips_180_4),
        cmocka_unit_test(a_digest_goes_on_from_its_saved_state),
        cmocka_unit_test(comparing_secrets_knows_their_length),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
