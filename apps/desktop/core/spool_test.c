#include "app_core/spool.h"
#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct vault_key key = {"0123456789abcdef0123456789abcde"};

static struct spool *make(const char *path)
{
    struct spool *s;
    struct error err;
    assert_good(spool_create(path, "screen-0", &key, STR("{\"kind\":\"app\"}"), &s, &err), err);
    return s;
}

static struct spool *again(const char *path)
{
    struct spool *s;
    struct error err;
    assert_good(spool_open(path, "screen-0", &key, &s, &err), err);
    return s;
}

static void holds(struct spool *s, const char *text)
{
    CLEANUP(buf_done) struct buf all = {0};
    struct error err;
    for (uint64_t at = 0; at < spool_size(s); at = all.len)
        assert_good(spool_read(s, at, 7, &all, &err), err);
    assert_str(buf_str(&all), str_from(text));
}

static void what_was_accepted_is_there_after_a_crash(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    struct error err;
    (void)state;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "a.spool");
    struct spool *s = make(path);
    assert_good(spool_append(s, STR("one, "), &err), err);
    assert_good(spool_append(s, STR("two, "), &err), err);
    holds(s, "one, two, ");
    spool_close(s); /* nothing is done at the end that a kill would leave out */
    s = again(path);
    assert_str(spool_about(s), STR("{\"kind\":\"app\"}"));
    assert_false(spool_is_finished(s));
    assert_good(spool_append(s, STR("three"), &err), err);
    assert_good(spool_finish(s, &err), err);
    assert_good(spool_finish(s, &err), err);
    assert_error(spool_append(s, STR("four"), &err), err, ERROR_CONFLICT);
    spool_close(s);
    s = again(path);
    assert_true(spool_is_finished(s));
    holds(s, "one, two, three");
    spool_close(s);
}

static void reading_begins_anywhere(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    struct error err;
    (void)state;
    test_folder_init(&folder);
    struct spool *s = make(test_path(&folder, "a.spool"));
    assert_good(spool_append(s, STR("abcde"), &err), err);
    assert_good(spool_append(s, STR("fghij"), &err), err);
    for (uint64_t at = 0; at <= 10; at++) {
        CLEANUP(buf_done) struct buf b = {0};
        assert_good(spool_read(s, at, 100, &b, &err), err);
        assert_str(buf_str(&b), str_slice(STR("abcdefghij"), (size_t)at, 10));
    }
    spool_close(s);
}

/* Killed in the middle of a write, at every byte of it. */
static void a_torn_record_is_cut_off(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    CLEANUP(buf_done) struct buf whole = {0};
    struct error err;
    (void)state;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "a.spool");
    struct spool *s = make(path);
    assert_good(spool_append(s, STR("kept"), &err), err);
    assert_good(disk_read(path, 1 << 20, &whole, &err), err);
    size_t before = whole.len;
    assert_good(spool_append(s, STR("torn"), &err), err);
    spool_close(s);
    buf_clear(&whole);
    assert_good(disk_read(path, 1 << 20, &whole, &err), err);
    for (size_t len = before; len < whole.len; len++) {
        assert_good(disk_replace(path, str_slice(buf_str(&whole), 0, len), &err), err);
        s = again(path);
        holds(s, "kept");
        assert_good(spool_append(s, STR(" and more"), &err), err);
        holds(s, "kept and more");
        spool_close(s);
        s = again(path);
        holds(s, "kept and more");
        spool_close(s);
    }
}

static void a_full_disk_loses_nothing_and_is_tried_again(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(test_folder_done) struct test_folder folder;
        struct error err;
        test_folder_init(&folder);
        const char *path = test_path(&folder, "a.spool");
        struct spool *s = make(path);
        assert_good(spool_append(s, STR("before "), &err), err);
        fault_arm(FAULT_ALL, n);
        bool good = spool_append(s, STR("during "), &err);
        hit = fault_disarm();
        if (!good) {
            holds(s, "before ");
            assert_good(spool_append(s, STR("during "), &err), err);
        } else {
            assert_false(hit);
        }
        assert_good(spool_append(s, STR("after"), &err), err);
        holds(s, "before during after");
        spool_close(s);
        s = again(path);
        holds(s, "before during after");
        spool_close(s);
    }
}

static void making_one_fails_whole(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(test_folder_done) struct test_folder folder;
        struct spool *s = NULL;
        struct error err;
        test_folder_init(&folder);
        const char *path = test_path(&folder, "a.spool");
        fault_arm(FAULT_MEMORY | FAULT_WRITE | FAULT_FLUSH, n);
        bool good = spool_create(path, "screen-0", &key, STR("{}"), &s, &err);
        hit = fault_disarm();
        if (!good)
            assert_good(spool_create(path, "screen-0", &key, STR("{}"), &s, &err), err);
        spool_close(s);
    }
}

static void nothing_can_be_read_or_changed_without_the_key(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    CLEANUP(buf_done) struct buf bytes = {0};
    static const struct vault_key other = {"another key of thirty-two bytes"};
    struct spool *s;
    struct error err;
    (void)state;
    test_folder_init(&folder);
    const char *path = test_path(&folder, "a.spool");
    s = make(path);
    assert_good(spool_append(s, STR("a picture of the screen"), &err), err);
    spool_close(s);
    assert_good(disk_read(path, 1 << 20, &bytes, &err), err);
    assert_null(memmem(bytes.ptr, bytes.len, "picture", 7));
    assert_null(memmem(bytes.ptr, bytes.len, "kind", 4));
    assert_error(spool_open(path, "screen-0", &other, &s, &err), err, ERROR_CHECKSUM);
    assert_error(spool_open(path, "screen-1", &key, &s, &err), err, ERROR_CHECKSUM);
    bytes.ptr[bytes.len - 1] ^= 1; /* a changed record is none */
    assert_good(disk_replace(path, buf_str(&bytes), &err), err);
    s = again(path);
    holds(s, "");
    spool_close(s);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    struct error err;
    const struct CMUnitTest tests[] = {
        T(what_was_accepted_is_there_after_a_crash),
        T(reading_begins_anywhere),
        T(a_torn_record_is_cut_off),
        T(a_full_disk_loses_nothing_and_is_tried_again),
        T(making_one_fails_whole),
        T(nothing_can_be_read_or_changed_without_the_key),
    };
    return vault_start(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
