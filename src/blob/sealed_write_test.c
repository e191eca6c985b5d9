#include "blob/sealed_write.h"
#include "crypto/crypto.h"
#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define PIECES_MAX 16

/* A stream and what its rows would say. */
struct stream {
    struct test_folder folder;
    struct blob_store *store;
    struct seal_key key;
    char id[ID_TEXT_SIZE];
    uint64_t size, sealed_size;
    unsigned char sha256[SHA256_SIZE];
    struct buf hash_state;
    struct sealed_piece pieces[PIECES_MAX];
    size_t pieces_len;
};

static void stream_done(struct stream *s)
{
    buf_done(&s->hash_state);
    blob_store_close(s->store);
    test_folder_done(&s->folder);
}

static void stream_init(struct stream *s)
{
    struct error err;
    CLEANUP(blob_closep) struct blob *blob = NULL;
    *s = (struct stream){0};
    test_folder_init(&s->folder);
    seal_key_create(&s->key);
    id_create(s->id);
    assert_good(blob_store_open(test_path(&s->folder, "b"), &s->store, &err), err);
    assert_good(blob_create(s->store, str_from(s->id), &blob, &err), err);
}

static bool begin(struct stream *s, struct sealed_write **ret, struct error *err)
{
    return sealed_write_open(s->store, str_from(s->id), ret, err) &&
           sealed_write_resume(*ret, &s->key, s->size, buf_str(&s->hash_state), err) &&
           sealed_write_settle(*ret, s->size, s->sealed_size, err);
}

/* As a transaction does. */
static void note(struct stream *s, const struct sealed_written *w)
{
    s->size = w->size;
    s->sealed_size = w->sealed_size;
    memcpy(s->sha256, w->sha256, sizeof s->sha256);
    buf_clear(&s->hash_state);
    buf_add(&s->hash_state, w->hash_state);
    for (size_t i = 0; i < w->pieces_len; i++)
        s->pieces[s->pieces_len++] = w->pieces[i];
}

static void write_all(struct stream *s, struct str bytes)
{
    CLEANUP(sealed_write_endp) struct sealed_write *w = NULL;
    struct sealed_written written;
    struct error err;
    assert_good(begin(s, &w, &err), err);
    assert_good(sealed_write_add(w, bytes, &err), err);
    assert_good(sealed_write_flush(w, &written, &err), err);
    note(s, &written);
}

/* All that the rows say is there, is `plain`, and has the digests they say. */
static void assert_stream(const struct stream *s, struct str plain)
{
    CLEANUP(blob_closep) struct blob *blob = NULL;
    CLEANUP(buf_done) struct buf all = {0};
    unsigned char digest[SHA256_SIZE];
    struct error err;
    buf_add(&all, STR(""));
    assert_good(blob_open_read(s->store, str_from(s->id), &blob, &err), err);
    for (size_t i = 0; i < s->pieces_len; i++) {
        CLEANUP(buf_done) struct buf piece = {0};
        const struct sealed_piece *p = &s->pieces[i];
        assert_int_equal(p->at.offset, all.len);
        assert_good(sealed_read(blob, &s->key, str_from(s->id), &p->at, &piece, &err), err);
        sha256(buf_str(&piece), digest);
        assert_memory_equal(digest, p->sha256, sizeof digest);
        buf_add(&all, buf_str(&piece));
    }
    assert_int_equal(all.len, plain.len);
    assert_true(plain.len == 0 || memcmp(all.ptr, plain.ptr, plain.len) == 0);
    sha256(plain, digest);
    assert_memory_equal(digest, s->sha256, sizeof digest);
}

static void writes_go_on_where_the_last_one_ended(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    write_all(&s, STR("one, "));
    write_all(&s, STR("two, and "));
    write_all(&s, STR("three"));
    assert_int_equal(s.pieces_len, 3);
    assert_stream(&s, STR("one, two, and three"));
}

static void bytes_of_any_sizes_fill_records(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    CLEANUP(freep) char *bytes = malloc(2 * SEALED_RECORD_MAX + 5);
    size_t len = 2 * SEALED_RECORD_MAX + 5;
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    {
        CLEANUP(sealed_write_endp) struct sealed_write *w = NULL;
        struct sealed_written written;
        struct error err;
        assert_good(begin(&s, &w, &err), err);
        for (size_t at = 0, part = 1; at < len; at += part, part = part * 3 + 1) {
            part = MIN(part, len - at);
            assert_good(sealed_write_add(w, str_bytes(bytes + at, part), &err), err);
            assert_int_equal(sealed_write_size(w), at + part);
        }
        assert_good(sealed_write_flush(w, &written, &err), err);
        note(&s, &written);
    }
    assert_int_equal(s.pieces_len, 3);
    assert_stream(&s, str_bytes(bytes, len));
}

static void what_is_dropped_leaves_nothing(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    CLEANUP(freep) char *large = calloc(1, SEALED_RECORD_MAX);
    struct error err;
    write_all(&s, STR("kept"));
    {
        CLEANUP(sealed_write_endp) struct sealed_write *w = NULL;
        assert_good(begin(&s, &w, &err), err);
        assert_good(sealed_write_add(w, str_bytes(large, SEALED_RECORD_MAX), &err), err);
    }
    CLEANUP(blob_closep) struct blob *blob = NULL;
    assert_good(blob_open_read(s.store, str_from(s.id), &blob, &err), err);
    assert_int_equal(blob_len(blob), s.sealed_size);
    write_all(&s, STR(" too"));
    assert_stream(&s, STR("kept too"));
}

/* The rows were never written, or the process was killed before: the next write cuts it off. */
static void a_torn_tail_is_cut_off(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    write_all(&s, STR("kept"));
    {
        CLEANUP(sealed_write_endp) struct sealed_write *w = NULL;
        struct sealed_written written;
        struct error err;
        assert_good(begin(&s, &w, &err), err);
        assert_good(sealed_write_add(w, STR("nobody knows of this"), &err), err);
        assert_good(sealed_write_flush(w, &written, &err), err);
        assert_true(written.sealed_size > s.sealed_size);
    }
    write_all(&s, STR(" too"));
    assert_stream(&s, STR("kept too"));
}

static void there_is_one_writer_and_it_needs_to_resume(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    write_all(&s, STR("a"));
    CLEANUP(sealed_write_endp) struct sealed_write *w = NULL;
    CLEANUP(sealed_write_endp) struct sealed_write *second = NULL;
    struct sealed_written written;
    struct error err;
    assert_good(sealed_write_open(s.store, str_from(s.id), &w, &err), err);
    assert_error(sealed_write_open(s.store, str_from(s.id), &second, &err), err, ERROR_BUSY);
    assert_good(sealed_write_settle(w, s.size, s.sealed_size, &err), err);
    assert_int_equal(sealed_write_size(w), 1);
    assert_error(sealed_write_add(w, STR("b"), &err), err, ERROR_INTERNAL);
    assert_error(sealed_write_flush(w, &written, &err), err, ERROR_INTERNAL);
}

static void an_altered_state_of_the_hash_is_found(void **state)
{
    (void)state;
    CLEANUP(stream_done) struct stream s;
    stream_init(&s);
    write_all(&s, STR("bytes"));
    CLEANUP(sealed_write_endp) struct sealed_write *w = NULL;
    struct error err;
    assert_good(sealed_write_open(s.store, str_from(s.id), &w, &err), err);
    assert_error(sealed_write_resume(w, &s.key, s.size, STR(""), &err), err, ERROR_CHECKSUM);
    s.hash_state.ptr[9] ^= 1;
    assert_error(sealed_write_resume(w, &s.key, s.size, buf_str(&s.hash_state), &err), err,
                 ERROR_CHECKSUM);
    s.hash_state.ptr[9] ^= 1;
    assert_good(sealed_write_resume(w, &s.key, s.size, buf_str(&s.hash_state), &err), err);
}

static void a_failure_at_any_place_loses_nothing(void **state)
{
    (void)state;
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(stream_done) struct stream s;
        stream_init(&s);
        write_all(&s, STR("first"));
        struct sealed_write *w = NULL;
        struct sealed_written written;
        struct error err;
        fault_arm(FAULT_ALL, n);
        bool good = begin(&s, &w, &err) && sealed_write_add(w, STR(" second"), &err) &&
                    sealed_write_flush(w, &written, &err);
        hit = fault_disarm();
        assert_true(good != (bool)hit);
        if (good)
            note(&s, &written);
        sealed_write_end(w);
        if (!good)
            write_all(&s, STR(" second"));
        assert_stream(&s, STR("first second"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_go_on_where_the_last_one_ended),
        cmocka_unit_test(bytes_of_any_sizes_fill_records),
        cmocka_unit_test(what_is_dropped_leaves_nothing),
        cmocka_unit_test(a_torn_tail_is_cut_off),
        cmocka_unit_test(there_is_one_writer_and_it_needs_to_resume),
        cmocka_unit_test(an_altered_state_of_the_hash_is_found),
        cmocka_unit_test(a_failure_at_any_place_loses_nothing),
    };
    return crypto_start(NULL) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
