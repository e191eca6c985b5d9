#include "crypto/chain.h"
#include "crypto/crypto.h"
#include "support/test.h"

#include <string.h>

static const unsigned char zero[CHAIN_HASH_SIZE];

static void next(const unsigned char previous[CHAIN_HASH_SIZE], uint64_t seq, int64_t time_us,
                 struct str kind, struct str payload, unsigned char ret[CHAIN_HASH_SIZE])
{
    struct error err;
    assert_good(chain_hash(previous, seq, time_us, kind, payload, ret, &err), err);
}

static void records_hash_as_the_format_says(void **state)
{
    (void)state;
    unsigned char first[CHAIN_HASH_SIZE], second[CHAIN_HASH_SIZE], expected[CHAIN_HASH_SIZE];
    /* Made with Python's hashlib and struct. */
    next(zero, 0, 1700000000000000, STR("start"), STR(""), first);
    assert_true(
        str_from_hex(STR("fe4b504bd693451521b985affb0f58f1b7fd5dbaf91f2386bf11f7d30a6bf3d4"),
                     expected, sizeof expected));
    assert_memory_equal(first, expected, sizeof expected);
    next(first, 1, -1, STR("piece"), STR("\0payload"), second);
    assert_true(
        str_from_hex(STR("b4b683251a044844d6bbb3650d5eb4a4cc69f530ca6b102570df8fc358649f3b"),
                     expected, sizeof expected));
    assert_memory_equal(second, expected, sizeof expected);
}

static void every_part_counts(void **state)
{
    (void)state;
    unsigned char base[CHAIN_HASH_SIZE], other[CHAIN_HASH_SIZE], previous[CHAIN_HASH_SIZE] = {0};
    next(zero, 5, 7, STR("kind"), STR("payload"), base);
    next(zero, 6, 7, STR("kind"), STR("payload"), other);
    assert_memory_not_equal(base, other, sizeof base);
    next(zero, 5, 8, STR("kind"), STR("payload"), other);
    assert_memory_not_equal(base, other, sizeof base);
    next(zero, 5, 7, STR("kin"), STR("dpayload"), other); /* the border does not move */
    assert_memory_not_equal(base, other, sizeof base);
    next(zero, 5, 7, STR("kind"), STR("payloae"), other);
    assert_memory_not_equal(base, other, sizeof base);
    previous[31] = 1;
    next(previous, 5, 7, STR("kind"), STR("payload"), other);
    assert_memory_not_equal(base, other, sizeof base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_hash_as_the_format_says),
        cmocka_unit_test(every_part_counts),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
