#include "crypto/crypto.h"
#include "crypto/seal.h"
#include "support/fault.h"
#include "support/test.h"

#include <string.h>

static struct seal_key new_key(void)
{
    struct seal_key key;
    seal_key_create(&key);
    return key;
}

static void what_is_sealed_opens_again(void **state)
{
    (void)state;
    struct seal_key key = new_key();
    struct error err;
    char plain[1000];
    memset(plain, 'p', sizeof plain);
    for (size_t len = 0; len <= sizeof plain; len += 125) {
        CLEANUP(buf_done) struct buf sealed = {0};
        CLEANUP(buf_done) struct buf back = {0};
        buf_add(&sealed, STR("head"));
        assert_good(seal_bytes(&key, STR("context"), str_bytes(plain, len), &sealed, &err), err);
        assert_int_equal(sealed.len, 4 + len + SEAL_OVERHEAD);
        assert_good(seal_open(&key, STR("context"), str_slice(buf_str(&sealed), 4, sealed.len),
                              &back, &err),
                    err);
        assert_str(buf_str(&back), str_bytes(plain, len));
    }
}

static void the_format_is_xchacha20_poly1305(void **state)
{
    (void)state;
    /* draft-irtf-cfrg-xchacha-03, appendix A.3.1 */
    static const char record_hex[] =
        "404142434445464748494a4b4c4d4e4f5051525354555657"
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4e"
        "da7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2"
        "383565d3fff921f9664c97637da9768812f615c68b13b52e"
        "c0875924c1c7987947deafd8780acf49";
    static const char text[] =
        "Ladies and Gentlemen of the class of '99: If I could offer you only "
        "one tip for the future, sunscreen would be it.";
    unsigned char record[(sizeof record_hex - 1) / 2], context[12];
    struct seal_key key;
    struct error err;
    CLEANUP(buf_done) struct buf plain = {0};
    for (size_t i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = (unsigned char)(0x80 + i);
    assert_true(str_from_hex(STR("50515253c0c1c2c3c4c5c6c7"), context, sizeof context));
    assert_true(str_from_hex(str_from(record_hex), record, sizeof record));
    assert_good(seal_open(&key, str_bytes(context, sizeof context),
                          str_bytes(record, sizeof record), &plain, &err),
                err);
    assert_str(buf_str(&plain), str_from(text));
}

static void any_change_is_noticed(void **state)
{
    (void)state;
    struct seal_key key = new_key(), other = new_key();
    struct error err;
    CLEANUP(buf_done) struct buf sealed = {0};
    CLEANUP(buf_done) struct buf back = {0};
    assert_good(seal_bytes(&key, STR("stream 1"), STR("the plain text"), &sealed, &err), err);
    struct str whole = buf_str(&sealed);
    for (size_t bit = 0; bit < whole.len * 8; bit++) {
        sealed.ptr[bit / 8] ^= (char)(1 << bit % 8);
        assert_error(seal_open(&key, STR("stream 1"), whole, &back, &err), err, ERROR_CHECKSUM);
        sealed.ptr[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t len = 0; len < whole.len; len++)
        assert_error(seal_open(&key, STR("stream 1"), str_slice(whole, 0, len), &back, &err), err,
                     ERROR_CHECKSUM);
    assert_error(seal_open(&key, STR("stream 2"), whole, &back, &err), err, ERROR_CHECKSUM);
    assert_error(seal_open(&key, STR(""), whole, &back, &err), err, ERROR_CHECKSUM);
    assert_error(seal_open(&other, STR("stream 1"), whole, &back, &err), err, ERROR_CHECKSUM);
    assert_int_equal(back.len, 0);
    assert_good(seal_open(&key, STR("stream 1"), whole, &back, &err), err);
}

static void equal_texts_are_sealed_differently(void **state)
{
    (void)state;
    struct seal_key key = new_key();
    struct error err;
    CLEANUP(buf_done) struct buf a = {0};
    CLEANUP(buf_done) struct buf b = {0};
    assert_good(seal_bytes(&key, STR(""), STR("same"), &a, &err), err);
    assert_good(seal_bytes(&key, STR(""), STR("same"), &b, &err), err);
    assert_false(str_eq(buf_str(&a), buf_str(&b)));
    assert_memory_not_equal(a.ptr + 24, b.ptr + 24, 4);
}

static void keys_are_wrapped_for_one_purpose(void **state)
{
    (void)state;
    struct seal_key deployment = new_key(), key = new_key(), back;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct error err;
    seal_wrap(&deployment, &key, STR("session 7"), wrapped);
    struct str w = str_bytes(wrapped, sizeof wrapped);
    assert_good(seal_unwrap(&deployment, w, STR("session 7"), &back, &err), err);
    assert_memory_equal(back.bytes, key.bytes, sizeof key.bytes);
    back = new_key();
    struct seal_key before = back;
    assert_error(seal_unwrap(&deployment, w, STR("session 8"), &back, &err), err, ERROR_CHECKSUM);
    assert_error(seal_unwrap(&key, w, STR("session 7"), &back, &err), err, ERROR_CHECKSUM);
    assert_error(seal_unwrap(&deployment, str_slice(w, 0, 71), STR("session 7"), &back, &err), err,
                 ERROR_CHECKSUM);
    assert_error(seal_unwrap(&deployment, STR(""), STR("session 7"), &back, &err), err,
                 ERROR_CHECKSUM);
    assert_memory_equal(&back, &before, sizeof back); /* written only on success */
    seal_key_wipe(&key);
    static const unsigned char zero[SEAL_KEY_SIZE];
    assert_memory_equal(key.bytes, zero, sizeof zero);
}

static void no_memory_leaves_the_buf_as_it_was(void **state)
{
    (void)state;
    struct seal_key key = new_key();
    for (uint64_t n = 1, hit = 1; hit; n++) {
        struct error err = {0};
        CLEANUP(buf_done) struct buf sealed = {0};
        CLEANUP(buf_done) struct buf back = {0};
        fault_arm(FAULT_MEMORY, n);
        bool sealed_good = seal_bytes(&key, STR("c"), STR("plain"), &sealed, &err);
        bool opened = sealed_good && seal_open(&key, STR("c"), buf_str(&sealed), &back, &err);
        hit = fault_disarm();
        assert_true(opened != (bool)hit);
        if (!opened) {
            assert_int_equal(err.code, ERROR_NO_MEMORY);
            assert_int_equal(sealed_good ? back.len : sealed.len, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sealed_opens_again),
        cmocka_unit_test(the_format_is_xchacha20_poly1305),
        cmocka_unit_test(any_change_is_noticed),
        cmocka_unit_test(equal_texts_are_sealed_differently),
        cmocka_unit_test(keys_are_wrapped_for_one_purpose),
        cmocka_unit_test(no_memory_leaves_the_buf_as_it_was),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
