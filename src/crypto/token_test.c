#include "crypto/crypto.h"
#include "crypto/hash.h"
#include "crypto/token.h"
#include "support/test.h"

#include <string.h>

static void a_token_is_found_by_its_hash(void **state)
{
    (void)state;
    char text[TOKEN_TEXT_SIZE], other[TOKEN_TEXT_SIZE];
    unsigned char hash[TOKEN_HASH_SIZE], again[TOKEN_HASH_SIZE], sha[SHA256_SIZE];
    token_create(text, hash);
    token_create(other, again);
    assert_int_equal(strlen(text), TOKEN_TEXT_SIZE - 1);
    assert_string_not_equal(text, other);
    assert_memory_not_equal(hash, again, sizeof hash);
    assert_true(token_hash(str_from(text), again));
    assert_memory_equal(hash, again, sizeof hash);
    sha256(str_from(text), sha);
    assert_memory_equal(hash, sha, sizeof hash);
}

static void other_texts_are_no_tokens(void **state)
{
    (void)state;
    char text[TOKEN_TEXT_SIZE];
    unsigned char hash[TOKEN_HASH_SIZE];
    token_create(text, hash);
    assert_false(token_hash(STR(""), hash));
    assert_false(token_hash(str_slice(str_from(text), 0, 63), hash));
    text[5] = 'A'; /* one token has one text */
    assert_false(token_hash(str_from(text), hash));
    text[5] = '\'';
    assert_false(token_hash(str_from(text), hash));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_found_by_its_hash),
        cmocka_unit_test(other_texts_are_no_tokens),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
