#include "base/id.h"
#include "crypto/base64.h"
#include "crypto/crypto.h"
#include "support/fault.h"
#include "support/test.h"

static void text_is_that_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"},
                                           {"\xfb\xff\xbf", "+/+/"}};
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        CLEANUP(buf_done) struct buf text = {0};
        CLEANUP(buf_done) struct buf bytes = {0};
        base64_encode(&text, str_from(pairs[i][0]));
        assert_good(buf_ok(&text, &err), err);
        assert_str(buf_str(&text), str_from(pairs[i][1]));
        assert_good(base64_decode(&bytes, buf_str(&text), &err), err);
        assert_str(buf_str(&bytes), str_from(pairs[i][0]));
    }
}

static void every_length_comes_back(void **state)
{
    (void)state;
    struct error err;
    char bytes[100];
    random_bytes(bytes, sizeof bytes);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        CLEANUP(buf_done) struct buf text = {0};
        CLEANUP(buf_done) struct buf back = {0};
        buf_add_char(&back, '>'); /* what is there already stays */
        base64_encode(&text, str_bytes(bytes, len));
        assert_good(base64_decode(&back, buf_str(&text), &err), err);
        assert_str(str_slice(buf_str(&back), 1, back.len), str_bytes(bytes, len));
    }
}

static void other_text_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Zg",     "Zg=",      "Zg===", "Z===", "====", "Zg==Zg==", "Zm9-",     "Zm9_",      "Zm 9v",
        "Zm9v\n", "Zm9v    ", "Zh==",  "Zm9=", "=Zm9", "Zm=9",     "Zm9v====", "\xc3\xa9Zm"};
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        CLEANUP(buf_done) struct buf bytes = {0};
        err.code = ERROR_NONE;
        if (base64_decode(&bytes, str_from(bad[i]), &err))
            fail_msg("\"%s\" was accepted", bad[i]);
        assert_int_equal(err.code, ERROR_INVALID);
        assert_int_equal(bytes.len, 0);
    }
}

static void no_room_is_told(void **state)
{
    (void)state;
    struct error err;
    CLEANUP(buf_done) struct buf small;
    CLEANUP(buf_done) struct buf none = {0};
    buf_init(&small, 5);
    assert_error(base64_decode(&small, STR("Zm9vYmFy"), &err), err, ERROR_TOO_LARGE);
    fault_arm(FAULT_MEMORY, 1);
    base64_encode(&none, STR("foo"));
    assert_true(fault_disarm());
    assert_error(buf_ok(&none, &err), err, ERROR_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_that_of_rfc_4648),
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(other_text_is_refused),
        cmocka_unit_test(no_room_is_told),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
