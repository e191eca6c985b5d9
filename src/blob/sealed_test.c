#include "base/id.h"
#include "blob/sealed.h"
#include "crypto/crypto.h"
#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

struct stream {
    struct test_folder folder;
    struct blob_store *store;
    struct blob *blob;
    struct seal_key key;
    struct str id;
};

static void stream_done(struct stream *s)
{
    blob_close(s->blob);
    blob_store_close(s->store);
    test_folder_done(&s->folder);
}

static void stream_init(struct stream *s)
{
    struct error err;
    char name[ID_TEXT_SIZE];
    *s = (struct stream){.id = STR("stream-1")};
    test_folder_init(&s->folder);
    seal_key_create(&s->key);
    id_create(name);
    assert_good(blob_store_open(test_path(&s->folder, "b"), &s->store, &err), err);
    assert_good(blob_create(s->store, str_from(name), &s->blob, &err), err);
}

static struct sealed_record append(struct stream *s, uint64_t offset, struct str plain)
{
    struct sealed_record record;
    struct error err;
    assert_good(sealed_append(s->blob, &s->key, s->id, offset, plain, &record, &err), err);
    return record;
}

static void records_are_read_in_any_order(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    struct error err;
    static const char *const texts[] = {"first", "the second", "3"};
    struct sealed_record records[3];
    uint64_t offset = 0;
    for (size_t i = 0; i < 3; i++) {
        records[i] = append(&s, offset, str_from(texts[i]));
        assert_int_equal(records[i].offset, offset);
        assert_int_equal(records[i].len, strlen(texts[i]));
        offset += records[i].len;
    }
    assert_int_equal(records[0].sealed_offset, 0);
    assert_int_equal(records[1].sealed_offset, 5 + SEAL_OVERHEAD);
    assert_int_equal(blob_len(s.blob), offset + 3 * SEAL_OVERHEAD);
    for (size_t i = 3; i-- > 0;) {
        CLEANUP(buf_done) struct buf plain = {0};
        buf_add(&plain, STR(">"));
        assert_good(sealed_read(s.blob, &s.key, s.id, &records[i], &plain, &err), err);
        assert_str(str_slice(buf_str(&plain), 1, plain.len), str_from(texts[i]));
    }
}

static void the_bytes_on_disk_tell_nothing(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    struct error err;
    char on_disk[200];
    static const char plain[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    append(&s, 0, str_from(plain));
    assert_true(blob_len(s.blob) <= sizeof on_disk);
    assert_good(blob_read(s.blob, 0, on_disk, (size_t)blob_len(s.blob), &err), err);
    assert_null(memmem(on_disk, (size_t)blob_len(s.blob), "AAAAAA", 6));
}

static void a_record_opens_only_in_its_place(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    CLEANUP(buf_done) struct buf plain = {0};
    struct error err;
    struct sealed_record one = append(&s, 0, STR("piece one")),
                         two = append(&s, 9, STR("piece two"));
    struct sealed_record swapped = {one.offset, one.len, two.sealed_offset};
    assert_error(sealed_read(s.blob, &s.key, s.id, &swapped, &plain, &err), err, ERROR_CHECKSUM);
    struct sealed_record shifted = {one.offset + 1, one.len, one.sealed_offset};
    assert_error(sealed_read(s.blob, &s.key, s.id, &shifted, &plain, &err), err, ERROR_CHECKSUM);
    assert_error(sealed_read(s.blob, &s.key, STR("stream-2"), &one, &plain, &err), err,
                 ERROR_CHECKSUM);
    struct seal_key other;
    seal_key_create(&other);
    assert_error(sealed_read(s.blob, &other, s.id, &one, &plain, &err), err, ERROR_CHECKSUM);
    struct sealed_record shorter = {one.offset, one.len - 1, one.sealed_offset};
    assert_error(sealed_read(s.blob, &s.key, s.id, &shorter, &plain, &err), err, ERROR_CHECKSUM);
    struct sealed_record past = {two.offset, two.len, two.sealed_offset + 1};
    assert_error(sealed_read(s.blob, &s.key, s.id, &past, &plain, &err), err, ERROR_IO);
    assert_int_equal(plain.len, 0);
    assert_good(sealed_read(s.blob, &s.key, s.id, &two, &plain, &err), err);
    assert_str(buf_str(&plain), STR("piece two"));
}

static void sizes_have_limits(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    CLEANUP(buf_done) struct buf plain = {0};
    CLEANUP(freep) char *large = calloc(1, SEALED_RECORD_MAX + 1);
    char long_id[300];
    struct sealed_record record;
    struct error err;
    memset(long_id, 'i', sizeof long_id);
    assert_error(sealed_append(s.blob, &s.key, s.id, 0, STR(""), &record, &err), err,
                 ERROR_TOO_LARGE);
    assert_error(sealed_append(s.blob, &s.key, s.id, 0, str_bytes(large, SEALED_RECORD_MAX + 1),
                               &record, &err),
                 err, ERROR_TOO_LARGE);
    assert_error(sealed_append(s.blob, &s.key, s.id, UINT64_MAX, STR("x"), &record, &err), err,
                 ERROR_INVALID);
    assert_error(sealed_append(s.blob, &s.key, str_bytes(long_id, sizeof long_id), 0, STR("x"),
                               &record, &err),
                 err, ERROR_INVALID);
    assert_int_equal(blob_len(s.blob), 0);
    record = append(&s, 0, str_bytes(large, SEALED_RECORD_MAX));
    assert_good(sealed_read(s.blob, &s.key, s.id, &record, &plain, &err), err);
    assert_int_equal(plain.len, SEALED_RECORD_MAX);
    record.len = UINT32_MAX; /* a damaged row does not make us take 4 GiB */
    assert_error(sealed_read(s.blob, &s.key, s.id, &record, &plain, &err), err, ERROR_TOO_LARGE);
}

static void a_failure_leaves_no_half_record(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(stream_done) struct stream s;
        stream_init(&s);
        CLEANUP(buf_done) struct buf plain = {0};
        struct sealed_record first = append(&s, 0, STR("first")), second = {0};
        struct error err;
        assert_good(blob_flush(s.blob, &err), err);
        uint64_t before = blob_len(s.blob);
        fault_arm(FAULT_ALL, n);
        bool good = sealed_append(s.blob, &s.key, s.id, 5, STR("second"), &second, &err) &&
                    blob_flush(s.blob, &err);
        bool read_good = good && sealed_read(s.blob, &s.key, s.id, &second, &plain, &err);
        hit = fault_disarm();
        assert_true(read_good != (bool)hit);
        if (!good) {
            assert_int_equal(blob_len(s.blob), before);
            second = append(&s, 5, STR("second"));
        }
        buf_clear(&plain);
        assert_good(sealed_read(s.blob, &s.key, s.id, &first, &plain, &err), err);
        assert_good(sealed_read(s.blob, &s.key, s.id, &second, &plain, &err), err);
        assert_str(buf_str(&plain), STR("firstsecond"));
        assert_int_equal(blob_len(s.blob), before + 6 + SEAL_OVERHEAD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_read_in_any_order),
        cmocka_unit_test(the_bytes_on_disk_tell_nothing),
        cmocka_unit_test(a_record_opens_only_in_its_place),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(a_failure_leaves_no_half_record),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
