#include "base/buf.h"
#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

static void pieces_are_joined(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    struct error err;
    const char *text;
    buf_add(&b, STR("one"));
    buf_add_char(&b, ' ');
    buf_add_c(&b, "two");
    buf_printf(&b, " %d", 3);
    buf_add(&b, (struct str){NULL, 0});
    assert_good(buf_ok(&b, &err), err);
    assert_str(buf_str(&b), STR("one two 3"));
    assert_good(buf_c_text(&b, &text, &err), err);
    assert_string_equal(text, "one two 3");
    assert_int_equal(b.len, 9); /* the NUL is not part of it */
}

static void integers_are_little_endian(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    buf_add_u32le(&b, 0x01020304);
    buf_add_u64le(&b, UINT64_C(0x1112131415161718));
    assert_str(buf_str(&b), STR("\x04\x03\x02\x01\x18\x17\x16\x15\x14\x13\x12\x11"));
}

static void the_limit_holds_and_says_so(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b;
    struct error err;
    buf_init(&b, 4);
    buf_add(&b, STR("abcd"));
    assert_good(buf_ok(&b, &err), err);
    buf_add_char(&b, 'e');
    assert_error(buf_ok(&b, &err), err, ERROR_TOO_LARGE);
    assert_str(buf_str(&b), STR("abcd"));
    buf_clear(&b);
    buf_add(&b, STR("abcde")); /* from far below the limit too */
    assert_error(buf_ok(&b, &err), err, ERROR_TOO_LARGE);
    assert_int_equal(b.len, 0);
    buf_add_char(&b, 'x'); /* a failure sticks: no text with a hole in it */
    assert_int_equal(b.len, 0);
    buf_clear(&b);
    buf_add_char(&b, 'x');
    assert_str(buf_str(&b), STR("x"));
}

static void absurd_sizes_do_not_wrap(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    struct error err;
    buf_add_char(&b, 'x');
    assert_null(buf_reserve(&b, SIZE_MAX));
    assert_error(buf_ok(&b, &err), err, ERROR_TOO_LARGE);
}

static void reserve_commit_and_consume_move_the_ends(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf b = {0};
    char *at = buf_reserve(&b, 100);
    assert_non_null(at);
    memcpy(at, "headtail", 8);
    buf_commit(&b, 8);
    buf_consume(&b, 4);
    assert_str(buf_str(&b), STR("tail"));
    buf_consume(&b, 0);
    buf_consume(&b, 4);
    assert_int_equal(b.len, 0);
}

static void taking_hands_the_memory_over(void **state)
{
    (void)state;
    struct buf b = {0};
    struct error err;
    char *text;
    size_t len;
    assert_good(buf_take(&b, &text, &len, &err), err); /* also of an empty one */
    assert_string_equal(text, "");
    free(text);
    buf_add(&b, STR("x\0y"));
    assert_good(buf_take(&b, &text, &len, &err), err);
    assert_int_equal(len, 3);
    assert_memory_equal(text, "x\0y", 4);
    free(text);
    assert_null(b.ptr);
}

static void a_failed_allocation_anywhere_is_told_at_the_end(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(buf_done) struct buf b = {0};
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        for (int i = 0; i < 40; i++) { /* some doublings */
            buf_add(&b, STR("0123456789"));
            buf_printf(&b, "%s", "0123456789");
        }
        hit = fault_disarm();
        if (hit) {
            assert_error(buf_ok(&b, &err), err, ERROR_NO_MEMORY);
            assert_true(b.len < 800 && b.len % 10 == 0);
        } else {
            assert_good(buf_ok(&b, &err), err);
            assert_int_equal(b.len, 800);
        }
        assert_true(n < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_joined),
        cmocka_unit_test(integers_are_little_endian),
        cmocka_unit_test(the_limit_holds_and_says_so),
        cmocka_unit_test(absurd_sizes_do_not_wrap),
        cmocka_unit_test(reserve_commit_and_consume_move_the_ends),
        cmocka_unit_test(taking_hands_the_memory_over),
        cmocka_unit_test(a_failed_allocation_anywhere_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
