#include "proctor/stream.h"

#include "crypto/hash.h"
#include "proctor/evidence.h"
#include "proctor/sweep.h"
#include "proctor/test_house.h"
#include "proctor/upload.h"

#include <fcntl.h>
#include <sys/stat.h>

/* Bytes that differ everywhere, so that a wrong offset is seen. */
static void fill(struct buf *b, size_t len, uint32_t seed)
{
    while (b->len < len) {
        seed = seed * 1664525 + 1013904223;
        buf_add_u32le(b, seed);
    }
    b->len = len;
}

static void check_bytes(struct house *h, const char *id, struct str want)
{
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    CLEANUP(buf_done) struct buf got = {0};
    must(stream_read_open(&h->p, str_from(id), &r, err));
    assert_int_equal(stream_read_size(r), want.len);
    must(stream_read_at(r, 0, want.len + 100, &got, err));
    assert_int_equal(got.len, want.len);
    assert_memory_equal(got.ptr, want.ptr, want.len);
    static const size_t parts[][2] = {{1, 1}, {0, 3}, {999, 3000}, {4194303, 2}, {5000000, 70000}};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        struct str part = str_slice(want, parts[i][0], parts[i][0] + parts[i][1]);
        buf_clear(&got);
        must(stream_read_at(r, parts[i][0], parts[i][1], &got, err));
        assert_true(str_eq(buf_str(&got), part));
    }
}

static void what_was_committed_is_read_back_at_any_range(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf all = {0};
    uint64_t size = 0;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    fill(&all, (9 << 20) + 12345, 1); /* over two records of 4 MiB */
    static const size_t cuts[] = {0, 1000, 1001, 4000, 300000, 9000000, (9 << 20) + 12345};
    for (size_t i = 0; i + 1 < ARRAY_LEN(cuts); i++) {
        must(house_write(h, s.id, cuts[i], str_slice(buf_str(&all), cuts[i], cuts[i + 1]), &size,
                         err));
        assert_int_equal(size, cuts[i + 1]);
    }
    check_bytes(h, s.id, buf_str(&all));
}

static void the_digest_of_the_stream_goes_on_from_write_to_write(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    unsigned char want[SHA256_SIZE];
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    sha256(STR(""), want);
    assert_memory_equal(s.sha256, want, sizeof want);
    must(house_write(h, s.id, 0, STR("the first piece,"), &size, err));
    house_close(h); /* another process */
    house_open(h);
    must(house_write(h, s.id, 16, STR(" the second"), &size, err));
    must(stream_find(&h->p, house_session(h), str_from(s.id), USER, &arena, &s, err));
    sha256(STR("the first piece, the second"), want);
    assert_memory_equal(s.sha256, want, sizeof want);
}

static void a_write_that_is_not_committed_leaves_nothing(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf big = {0};
    struct stream_write *w;
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("kept"), &size, err));
    fill(&big, 5 << 20, 2);
    must(stream_write_begin(&h->p, house_session(h), str_from(s.id), USER, 4, &w, err));
    must(stream_write_add(w, buf_str(&big), err));
    stream_write_end(w);
    check_bytes(h, s.id, STR("kept"));
    must(house_write(h, s.id, 4, STR(" on"), &size, err));
    check_bytes(h, s.id, STR("kept on"));
}

static int find_blob(const char *path, const struct stat *st, int flag, struct FTW *ftw);
static char blob_path[PATH_MAX + 64];

static int find_blob(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)ftw;
    if (flag == FTW_F && st->st_size > 0 && strstr(path, "/blobs/"))
        snprintf(blob_path, sizeof blob_path, "%s", path);
    return 0;
}

static void append_to_blob(struct house *h, const char *bytes)
{
    nftw(h->folder, find_blob, 16, FTW_PHYS);
    FILE *f = fopen(blob_path, "ab");
    assert_non_null(f);
    fputs(bytes, f);
    fclose(f);
}

static void a_torn_tail_of_a_crash_is_cut_off(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("acknowledged"), &size, err));
    house_close(h);
    append_to_blob(h, "half a record that nobody was told of");
    house_open(h);
    check_bytes(h, s.id, STR("acknowledged"));
    must(house_write(h, s.id, 12, STR(", and on"), &size, err));
    check_bytes(h, s.id, STR("acknowledged, and on"));
}

static void a_wrong_offset_is_a_conflict_that_names_the_right_one(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    struct error why;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("12345"), &size, err));
    must_fail(ERROR_CONFLICT, house_write(h, s.id, 4, STR("x"), &size, err));
    must_fail(ERROR_CONFLICT, house_write(h, s.id, 6, STR("x"), &size, err));
    assert_false(house_write(h, s.id, 0, STR("x"), &size, &why));
    assert_non_null(strstr(why.message, "5"));
    check_bytes(h, s.id, STR("12345"));
}

static void a_second_writer_has_to_wait(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct stream_write *w;
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(stream_write_begin(&h->p, house_session(h), str_from(s.id), USER, 0, &w, err));
    must(stream_write_add(w, STR("one"), err));
    must_fail(ERROR_BUSY, house_write(h, s.id, 0, STR("two"), &size, err));
    must(stream_write_commit(w, &size, err));
    stream_write_end(w);
    must(house_write(h, s.id, 3, STR("two"), &size, err));
    check_bytes(h, s.id, STR("onetwo"));
}

static void a_stream_has_a_limit_and_its_declared_length(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct stream s;
    struct stream_spec spec = {.kind = STREAM_CAMERA, .length_known = true, .length = 5};
    uint64_t size;
    house_record(h);
    spec.mime = spec.metadata = spec.concat_text = STR("");
    must(stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    must_fail(ERROR_TOO_LARGE, house_write(h, s.id, 0, STR("123456"), &size, err));
    must(house_write(h, s.id, 0, STR("123"), &size, err));
    must_fail(ERROR_CONFLICT,
              stream_set_length(&h->p, house_session(h), str_from(s.id), USER, 9, err));
    must(house_write(h, s.id, 3, STR("45"), &size, err));
    must(stream_find(&h->p, house_session(h), str_from(s.id), USER, &arena, &s, err));
    assert_int_equal(s.state, STREAM_COMPLETE);
    assert_int_equal(s.expires_us, 0);
    must_fail(ERROR_TOO_LARGE, house_write(h, s.id, 5, STR("6"), &size, err));
    spec.length = STREAM_SIZE_MAX + 1;
    must_fail(ERROR_TOO_LARGE,
              stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
}

static void no_stream_grows_over_eight_gibibytes(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(stream_write_endp) struct stream_write *w = NULL;
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("abc"), &size, err));
    char nearly_full[] = "UPDATE stream SET size = 8589934590";
    house_run_sql(h, nearly_full);
    must(stream_write_begin(&h->p, house_session(h), str_from(s.id), USER, 8589934590, &w, err));
    must(stream_write_add(w, STR("12"), err));
    must_fail(ERROR_TOO_LARGE, stream_write_add(w, STR("3"), err));
}

static void the_length_may_be_told_at_the_end(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("abc"), &size, err));
    must_fail(ERROR_CONFLICT,
              stream_set_length(&h->p, house_session(h), str_from(s.id), USER, 2, err));
    must(stream_set_length(&h->p, house_session(h), str_from(s.id), USER, 3, err));
    must(stream_set_length(&h->p, house_session(h), str_from(s.id), USER, 3, err));
    must(stream_find(&h->p, house_session(h), str_from(s.id), USER, &arena, &s, err));
    assert_int_equal(s.state, STREAM_COMPLETE);
    s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(stream_set_length(&h->p, house_session(h), str_from(s.id), USER, 0, err));
    must(stream_find(&h->p, house_session(h), str_from(s.id), USER, &arena, &s, err));
    assert_int_equal(s.state, STREAM_COMPLETE);
}

static void somebody_elses_stream_is_not_found(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct stream_write *w = NULL;
    char other[ID_TEXT_SIZE];
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA), found;
    struct stream_spec spec = {.kind = STREAM_FILE};
    spec.mime = spec.metadata = spec.concat_text = STR("");
    struct str id = str_from(s.id);
    house_make_session(h, "attempt/2", USER + 1, other);
    must_fail(ERROR_NOT_FOUND,
              stream_create(&h->p, house_session(h), USER + 1, &spec, &arena, &found, err));
    must_fail(ERROR_NOT_FOUND,
              stream_find(&h->p, house_session(h), id, USER + 1, &arena, &found, err));
    must_fail(ERROR_NOT_FOUND,
              stream_find(&h->p, str_from(other), id, USER + 1, &arena, &found, err));
    must_fail(ERROR_NOT_FOUND,
              stream_write_begin(&h->p, str_from(other), id, USER + 1, 0, &w, err));
    must_fail(ERROR_NOT_FOUND, stream_terminate(&h->p, str_from(other), id, USER + 1, err));
    must_fail(ERROR_NOT_FOUND, stream_set_length(&h->p, str_from(other), id, USER + 1, 1, err));
    must_fail(ERROR_NOT_FOUND,
              stream_find(&h->p, house_session(h), STR("nothing"), USER, &arena, &found, err));
}

static void recordings_need_a_session_that_records(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct stream s;
    struct stream_spec spec = {.kind = STREAM_CAMERA};
    uint64_t size;
    spec.mime = spec.metadata = spec.concat_text = STR("");
    must_fail(ERROR_CONFLICT, stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    struct stream file = house_make_stream(h, &arena, STREAM_FILE); /* files may come before */
    must(house_write(h, file.id, 0, STR("f"), &size, err));
    house_record(h);
    struct stream camera = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, camera.id, 0, STR("c"), &size, err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(house_write(h, camera.id, 1, STR("c"), &size, err)); /* it grows to its end */
    struct upload_length length = {str_from(camera.id), 2};
    must(upload_end(&h->p, house_session(h), USER, &length, 1, err));
    must_fail(ERROR_CONFLICT, house_write(h, camera.id, 2, STR("c"), &size, err));
    must_fail(ERROR_CONFLICT, stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    spec.kind = STREAM_FILE;
    must_fail(ERROR_CONFLICT, stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    must_fail(ERROR_CONFLICT,
              stream_terminate(&h->p, house_session(h), str_from(camera.id), USER, err));
}

static void a_terminated_recording_keeps_its_bytes_and_a_file_does_not(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    struct stream found;
    uint64_t size;
    house_record(h);
    struct stream camera = house_make_stream(h, &arena, STREAM_CAMERA);
    struct stream file = house_make_stream(h, &arena, STREAM_FILE);
    must(house_write(h, camera.id, 0, STR("evidence"), &size, err));
    must(house_write(h, file.id, 0, STR("file"), &size, err));
    must(stream_terminate(&h->p, house_session(h), str_from(camera.id), USER, err));
    must(stream_terminate(&h->p, house_session(h), str_from(file.id), USER, err));
    must_fail(ERROR_GONE,
              stream_find(&h->p, house_session(h), str_from(camera.id), USER, &arena, &found, err));
    must_fail(ERROR_GONE,
              stream_find(&h->p, house_session(h), str_from(file.id), USER, &arena, &found, err));
    must_fail(ERROR_GONE, stream_terminate(&h->p, house_session(h), str_from(file.id), USER, err));
    must_fail(ERROR_GONE, house_write(h, camera.id, 8, STR("x"), &size, err));
    check_bytes(h, camera.id, STR("evidence"));
    must_fail(ERROR_GONE, stream_read_open(&h->p, str_from(file.id), &r, err));
}

static void parts_are_joined_in_the_order_given(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf all = {0};
    struct stream a, b, joined;
    uint64_t size;
    struct stream_spec spec = {.kind = STREAM_FILE, .concat = STREAM_PARTIAL, .length_known = true};
    spec.mime = spec.metadata = STR("");
    spec.concat_text = STR("partial");
    fill(&all, 5 << 20, 3);
    spec.length = all.len;
    must(stream_create(&h->p, house_session(h), USER, &spec, &arena, &a, err));
    spec.length = 4;
    must(stream_create(&h->p, house_session(h), USER, &spec, &arena, &b, err));
    must(house_write(h, b.id, 0, STR("tail"), &size, err));
    struct str parts[] = {str_from(a.id), str_from(b.id), str_from(b.id)};
    struct stream_spec last = {.kind = STREAM_FILE,
                               .concat = STREAM_FINAL,
                               .mime = STR(""),
                               .metadata = STR("name YQ=="),
                               .concat_text = STR("final;/a /b /b"),
                               .parts = parts,
                               .parts_len = 3};
    must_fail(ERROR_CONFLICT,
              stream_create(&h->p, house_session(h), USER, &last, &arena, &joined, err));
    must(house_write(h, a.id, 0, buf_str(&all), &size, err));
    must(stream_create(&h->p, house_session(h), USER, &last, &arena, &joined, err));
    assert_int_equal(joined.state, STREAM_COMPLETE);
    assert_string_equal(joined.metadata.ptr, "name YQ==");
    buf_add(&all, STR("tailtail"));
    check_bytes(h, joined.id, buf_str(&all));
    last.parts = (struct str[]){str_from(joined.id)};
    last.parts_len = 1;
    must_fail(ERROR_INVALID,
              stream_create(&h->p, house_session(h), USER, &last, &arena, &joined, err));
}

static bool holds_plain; /* set by look_for_plain(), which nftw() gives no context */

static int look_for_plain(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    CLEANUP(freep) char *bytes = NULL;
    size_t len;
    (void)st;
    (void)ftw;
    if (flag == FTW_F && file_read(path, 64 << 20, &bytes, &len, NULL) &&
        memmem(bytes, len, "PLANTED-PLAIN-BYTES", 19))
        holds_plain = true;
    return 0;
}

static void nothing_plain_lies_on_the_disk(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("xx PLANTED-PLAIN-BYTES xx"), &size, err));
    house_close(h);
    holds_plain = false;
    nftw(h->folder, look_for_plain, 16, FTW_PHYS);
    assert_false(holds_plain);
    append_to_blob(h, "PLANTED-PLAIN-BYTES");
    nftw(h->folder, look_for_plain, 16, FTW_PHYS);
    assert_true(holds_plain); /* the search does find what is there */
    house_open(h);
}

static void without_the_sessions_key_nothing_can_be_read(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("a face"), &size, err));
    must(session_erase_key(&h->p, house_session(h), err));
    must_fail(ERROR_GONE, stream_read_open(&h->p, str_from(s.id), &r, err));
    must_fail(ERROR_GONE, house_write(h, s.id, 6, STR("x"), &size, err));
}

static void altered_bytes_are_told(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    CLEANUP(buf_done) struct buf got = {0};
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("0123456789"), &size, err));
    must(house_write(h, s.id, 10, STR("0123456789"), &size, err));
    nftw(h->folder, find_blob, 16, FTW_PHYS);
    int fd = open(blob_path, O_RDWR);
    char byte; /* in the second record of 50 bytes; any may stand there, so it is turned, not set */
    assert_true(fd >= 0 && pread(fd, &byte, 1, 75) == 1);
    byte ^= 1;
    assert_true(pwrite(fd, &byte, 1, 75) == 1);
    close(fd);
    must(stream_read_open(&h->p, str_from(s.id), &r, err));
    must(stream_read_at(r, 0, 10, &got, err));
    must_fail(ERROR_CHECKSUM, stream_read_at(r, 5, 10, &got, err));
    char missing[] = "DELETE FROM piece WHERE start = 0";
    house_run_sql(h, missing);
    stream_read_close(TAKE(r));
    must(stream_read_open(&h->p, str_from(s.id), &r, err));
    must_fail(ERROR_CHECKSUM, stream_read_at(r, 0, 10, &got, err));
}

static void every_piece_is_in_the_evidence(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct evidence_record *records;
    unsigned char head[CHAIN_HASH_SIZE];
    uint64_t size, count;
    size_t len, pieces = 0;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("0123456789"), &size, err));
    must(house_write(h, s.id, 10, STR("abc"), &size, err));
    must(evidence_list(&h->p, house_session(h), 0, 100, STR(""), &arena, &records, &len, err));
    for (size_t i = 0; i < len; i++)
        if (str_eq(records[i].kind, STR("piece"))) {
            pieces++;
            assert_non_null(strstr(records[i].payload.ptr, s.id));
        }
    assert_int_equal(pieces, 2);
    must(evidence_verify(&h->p, house_session(h), &count, head, err));
    assert_int_equal(count, len);
}

static void a_start_time_is_held_between_the_sessions_start_and_now(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session session;
    struct stream s;
    struct stream_spec spec = {.kind = STREAM_CAMERA};
    spec.mime = spec.metadata = spec.concat_text = STR("");
    house_record(h);
    must(session_find(&h->p, house_session(h), &session, err));
    spec.start_us = 1;
    must(stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    assert_int_equal(s.start_us, session.started_us);
    spec.start_us = INT64_MAX;
    must(stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    assert_true(s.start_us <= clock_wall_us() && s.start_us >= session.started_us);
    spec.start_us = session.started_us + 1;
    must(stream_create(&h->p, house_session(h), USER, &spec, &arena, &s, err));
    assert_int_equal(s.start_us, session.started_us + 1);
}

static void an_unfinished_stream_expires(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct stream found;
    uint64_t size;
    house_record(h);
    struct stream camera = house_make_stream(h, &arena, STREAM_CAMERA);
    struct stream file = house_make_stream(h, &arena, STREAM_FILE);
    must(house_write(h, camera.id, 0, STR("kept"), &size, err));
    must(stream_expire(&h->p, clock_wall_us() + STREAM_KEEP_US - 60 * SECOND_US, err));
    must(stream_find(&h->p, house_session(h), str_from(file.id), USER, &arena, &found, err));
    must(stream_expire(&h->p, clock_wall_us() + STREAM_KEEP_US + 60 * SECOND_US, err));
    must_fail(ERROR_GONE,
              stream_find(&h->p, house_session(h), str_from(file.id), USER, &arena, &found, err));
    must(stream_get(&h->p, house_session(h), str_from(camera.id), &arena, &found, err));
    assert_int_equal(found.state, STREAM_CLOSED);
    check_bytes(h, camera.id, STR("kept"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
        T(what_was_committed_is_read_back_at_any_range),
        T(the_digest_of_the_stream_goes_on_from_write_to_write),
        T(a_write_that_is_not_committed_leaves_nothing),
        T(a_torn_tail_of_a_crash_is_cut_off),
        T(a_wrong_offset_is_a_conflict_that_names_the_right_one),
        T(a_second_writer_has_to_wait),
        T(a_stream_has_a_limit_and_its_declared_length),
        T(no_stream_grows_over_eight_gibibytes),
        T(the_length_may_be_told_at_the_end),
        T(somebody_elses_stream_is_not_found),
        T(recordings_need_a_session_that_records),
        T(a_terminated_recording_keeps_its_bytes_and_a_file_does_not),
        T(parts_are_joined_in_the_order_given),
        T(nothing_plain_lies_on_the_disk),
        T(without_the_sessions_key_nothing_can_be_read),
        T(altered_bytes_are_told),
        T(every_piece_is_in_the_evidence),
        T(a_start_time_is_held_between_the_sessions_start_and_now),
        T(an_unfinished_stream_expires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
