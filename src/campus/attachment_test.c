/* Attachments under the portal's own rules, and with every allocation, write and flush failing
 * once. */
#include "campus/test_house.h"

#include "base/buf.h"
#include "campus/attachment.h"
#include "support/fault.h"

static struct attachment make(struct house *h, const struct attempt_view *v, uint64_t length)
{
    struct attachment x = {.length = 0};
    struct attachment_spec spec = {.attempt_id = v->attempt.id,
                                   .user_id = h->candidate,
                                   .item_id = v->items[3].id,
                                   .name = STR("essay.pdf"),
                                   .length = length};
    must(attachment_create(h->c, &spec, &x, err));
    return x;
}

static bool send(struct house *h, const char *id, uint64_t at, struct str bytes, uint64_t *ret_size,
                 struct error *err)
{
    CLEANUP(attachment_write_endp) struct attachment_write *w = NULL;
    return attachment_write_begin(h->c, str_from(id), h->candidate, at, &w, err) &&
           attachment_write_add(w, bytes, err) && attachment_write_commit(w, ret_size, err);
}

static void fill(char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 31 + (i >> 8));
}

static void check_content(struct house *h, const char *id, const char *bytes, size_t len)
{
    CLEANUP(attachment_read_closep) struct attachment_read *r = NULL;
    CLEANUP(buf_done) struct buf got = {0};
    must(attachment_read_open(h->c, str_from(id), &r, err));
    must(attachment_read_at(r, 0, len + 10, &got, err));
    assert_int_equal(got.len, len);
    assert_memory_equal(got.ptr, bytes, len);
    buf_clear(&got);
    must(attachment_read_at(r, len / 2, 7, &got, err));
    assert_memory_equal(got.ptr, bytes + len / 2, 7);
}

static void a_file_is_whole_when_its_length_is_there(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    static char bytes[(5 << 20) + 3]; /* more than one sealed record */
    struct attachment x = make(h, &v, sizeof bytes), seen;
    unsigned char sha[SHA256_SIZE];
    uint64_t size = 0;
    fill(bytes, sizeof bytes);
    must(send(h, x.id, 0, str_bytes(bytes, 100), &size, err));
    assert_int_equal(size, 100);
    must_fail(ERROR_CONFLICT, send(h, x.id, 99, STR("x"), &size, err));
    must(send(h, x.id, 100, str_bytes(bytes + 100, sizeof bytes - 100), &size, err));
    must_fail(ERROR_TOO_LARGE, send(h, x.id, sizeof bytes, STR("x"), &size, err));
    must(attachment_find(h->c, str_from(x.id), h->candidate, &seen, err));
    assert_int_equal(seen.state, ATTACHMENT_COMPLETE);
    sha256(str_bytes(bytes, sizeof bytes), sha);
    assert_memory_equal(seen.sha256, sha, sizeof sha);
    must_fail(ERROR_NOT_FOUND, attachment_find(h->c, str_from(x.id), h->other, &seen, err));
    check_content(h, x.id, bytes, sizeof bytes);
}

static void a_second_writer_is_told_to_wait(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct attachment x = make(h, &v, 10);
    CLEANUP(attachment_write_endp) struct attachment_write *one = NULL;
    struct attachment_write *other = NULL;
    must(attachment_write_begin(h->c, str_from(x.id), h->candidate, 0, &one, err));
    must_fail(ERROR_BUSY,
              attachment_write_begin(h->c, str_from(x.id), h->candidate, 0, &other, err));
}

static void a_write_that_was_dropped_leaves_nothing(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    static char bytes[5 << 20];
    struct attachment x = make(h, &v, sizeof bytes);
    struct attachment_write *w = NULL;
    uint64_t size = 0;
    fill(bytes, sizeof bytes);
    must(attachment_write_begin(h->c, str_from(x.id), h->candidate, 0, &w, err));
    must(attachment_write_add(w, str_bytes(bytes + 7, sizeof bytes - 7), err));
    attachment_write_end(w);
    must(send(h, x.id, 0, str_bytes(bytes, sizeof bytes), &size, err));
    check_content(h, x.id, bytes, sizeof bytes);
}

static void a_removed_file_gives_its_room_back(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    struct attachment x = make(h, &v, 3), seen;
    CLEANUP(blob_closep) struct blob *blob = NULL;
    uint64_t size = 0;
    must(send(h, x.id, 0, STR("abc"), &size, err));
    must_fail(ERROR_NOT_FOUND, attachment_remove(h->c, str_from(x.id), h->other, err));
    must(attachment_remove(h->c, str_from(x.id), h->candidate, err));
    must_fail(ERROR_GONE, attachment_remove(h->c, str_from(x.id), h->candidate, err));
    must_fail(ERROR_GONE, attachment_find(h->c, str_from(x.id), h->candidate, &seen, err));
    must_fail(ERROR_GONE, send(h, x.id, 3, STR(""), &size, err));
    must(attachment_sweep(h->c, err));
    must(attachment_sweep(h->c, err));
    must_fail(ERROR_NOT_FOUND, blob_open_read(h->p.blobs, str_from(x.id), &blob, err));
}

/* Whatever fails, either the whole piece is acknowledged or nothing of it is, and the file ends
 * right. */
static void no_failure_tears_a_file(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt_view v = run_attempt(h, &arena);
    char bytes[3000];
    fill(bytes, sizeof bytes);
    struct attachment x = make(h, &v, sizeof bytes), seen;
    uint64_t at = 0;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        uint64_t size = 0;
        struct error why = {0};
        size_t part = MIN((size_t)20, (size_t)(sizeof bytes - 1 - at));
        if (part == 0)
            fail_msg("more than %zu places can fail", sizeof bytes / 20);
        fault_arm(FAULT_ALL, n);
        bool good = send(h, x.id, at, str_bytes(bytes + at, part), &size, &why);
        hit = fault_disarm();
        must(attachment_find(h->c, str_from(x.id), h->candidate, &seen, err));
        if (good)
            assert_int_equal(seen.size, at + part);
        else
            assert_true(hit && (seen.size == at || seen.size == at + part));
        at = seen.size;
    }
    must(send(h, x.id, at, str_bytes(bytes + at, sizeof bytes - at), &at, err));
    check_content(h, x.id, bytes, sizeof bytes);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(a_file_is_whole_when_its_length_is_there),
        T(a_second_writer_is_told_to_wait),
        T(a_write_that_was_dropped_leaves_nothing),
        T(a_removed_file_gives_its_room_back),
        T(no_failure_tears_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
