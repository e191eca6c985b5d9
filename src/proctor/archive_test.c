#include "proctor/archive.h"

#include "base/buf.h"
#include "proctor/evidence.h"
#include "proctor/sweep.h"
#include "proctor/test_house.h"

/* ---- an archive in memory ---- */

static bool take(void *context, struct str bytes, struct error *err)
{
    struct buf *to = context;
    buf_add(to, bytes);
    return buf_ok(to, err);
}

static bool take_some(void *context, struct str bytes, struct error *err)
{
    size_t *room = context;
    if (bytes.len > *room)
        return error_set(err, ERROR_NO_SPACE, "the disk is full");
    *room -= bytes.len;
    return true;
}

static bool give(void *context, void *ret, size_t size, size_t *ret_len, struct error *err)
{
    struct str *rest = context;
    (void)err;
    *ret_len = MIN(size, rest->len);
    if (*ret_len)
        memcpy(ret, rest->ptr, *ret_len);
    *rest = str_slice(*rest, *ret_len, rest->len);
    return true;
}

static bool verify(const struct house *h, struct str archive, struct archive_findings *ret,
                   struct error *err)
{
    return archive_verify(h->p.sign_key.public_bytes, give, &archive, ret, err);
}

static void fill(struct house *h, char ret_stream[ID_TEXT_SIZE])
{
    CLEANUP(arena_done) struct arena arena = {0};
    char piece[600];
    uint64_t size = 0;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    for (int i = 0; i < 5; i++) {
        memset(piece, 'a' + i, sizeof piece);
        must(house_write(h, s.id, size, str_bytes(piece, 300 + 50 * (size_t)i), &size, err));
        if (i == 2) /* a checkpoint between two pieces */
            must(sweep(&h->p, clock_wall_us() + EVIDENCE_SIGN_US, err));
    }
    memcpy(ret_stream, s.id, ID_TEXT_SIZE);
}

static void write_archive(struct house *h, struct buf *to)
{
    must(archive_write_session(&h->p, house_session(h), take, to, err));
}

/* ---- tests ---- */

static void an_archive_is_verified_with_the_public_key_alone(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct archive_findings found;
    CLEANUP(buf_done) struct buf archive = {0};
    fill(h, stream);
    write_archive(h, &archive);
    must(verify(h, buf_str(&archive), &found, err));
    assert_string_equal(found.session, h->session);
    assert_string_equal(found.candidate, "Amara Okafor");
    assert_string_equal(found.exam, "Botany");
    assert_int_equal(found.streams, 1);
    assert_int_equal(found.stream_bytes, 300 + 350 + 400 + 450 + 500);
    assert_int_equal(found.checkpoints, 1);
    assert_true(found.records >= 5 + 1 + 5);
    assert_false(found.report);
}

static void another_key_does_not_verify_it(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct sign_key other;
    struct archive_findings found;
    CLEANUP(buf_done) struct buf archive = {0};
    fill(h, stream);
    write_archive(h, &archive);
    must(sign_key_load_or_create(house_path(h, "other.key"), &other, err));
    struct str rest = buf_str(&archive);
    must_fail(ERROR_CHECKSUM, archive_verify(other.public_bytes, give, &rest, &found, err));
}

/* Position of a text in the archive, which has it. */
static size_t place(struct str archive, const char *text)
{
    const char *at = memmem(archive.ptr, archive.len, text, strlen(text));
    assert_non_null(at);
    return (size_t)(at - archive.ptr);
}

static void the_first_record_that_is_wrong_is_named(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct archive_findings found;
    struct error why = {0};
    CLEANUP(buf_done) struct buf archive = {0};
    fill(h, stream);
    write_archive(h, &archive);
    /* a record: 0 is the making of the session, 1 the first consent */
    size_t at = place(buf_str(&archive), "instructions");
    archive.ptr[at] = 'I';
    assert_false(verify(h, buf_str(&archive), &found, &why));
    assert_int_equal(why.code, ERROR_CHECKSUM);
    assert_non_null(strstr(why.message, "record 1 is wrong"));
    archive.ptr[at] = 'i';
    /* a byte of the recording's third piece */
    at = place(buf_str(&archive), "cccccccccccc");
    archive.ptr[at + 3] = 'x';
    assert_false(verify(h, buf_str(&archive), &found, &why));
    assert_int_equal(why.code, ERROR_CHECKSUM);
    assert_non_null(strstr(why.message, "bytes 650 to 1049"));
    archive.ptr[at + 3] = 'c';
    must(verify(h, buf_str(&archive), &found, err));
}

/* One random alteration; false when it happened to change nothing. */
static bool alter(struct str archive, struct buf *ret)
{
    uint32_t kind = (uint32_t)rand() % 5;
    size_t a = (size_t)rand() % archive.len, b = (size_t)rand() % archive.len;
    size_t len = 1 + (size_t)rand() % 64;
    buf_clear(ret);
    buf_add(ret, archive);
    switch (kind) {
    case 0: /* a bit */
        ret->ptr[a] = (char)(ret->ptr[a] ^ (char)(1 << (b % 8)));
        break;
    case 1: /* some bytes are left out */
        len = MIN(len, archive.len - a);
        buf_clear(ret);
        buf_add(ret, str_slice(archive, 0, a));
        buf_add(ret, str_slice(archive, a + len, archive.len));
        break;
    case 2: /* cut off */
        buf_clear(ret);
        buf_add(ret, str_slice(archive, 0, a));
        break;
    case 3: /* two places change places */
        len = MIN(len, archive.len - MAX(a, b));
        memmove(ret->ptr + a, archive.ptr + b, len);
        memmove(ret->ptr + b, archive.ptr + a, len);
        break;
    default: /* bytes are put in */
        buf_clear(ret);
        buf_add(ret, str_slice(archive, 0, a));
        buf_add(ret, str_slice(archive, b, b + len));
        buf_add(ret, str_slice(archive, a, archive.len));
        break;
    }
    return !str_eq(archive, buf_str(ret));
}

static void ten_thousand_alterations_are_all_found(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct archive_findings found;
    CLEANUP(buf_done) struct buf archive = {0};
    CLEANUP(buf_done) struct buf altered = {0};
    fill(h, stream);
    write_archive(h, &archive);
    srand(20261127);
    for (int done = 0; done < 10000;) {
        struct error why = {0};
        if (!alter(buf_str(&archive), &altered))
            continue;
        if (verify(h, buf_str(&altered), &found, &why))
            fail_msg("alteration %d was not found", done);
        if (why.code != ERROR_CHECKSUM && why.code != ERROR_INVALID)
            fail_msg("alteration %d: %s: %s", done, error_code_name(why.code), why.message);
        done++;
    }
}

static void lines_that_change_places_or_go_are_named(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct archive_findings found;
    struct error why = {0};
    CLEANUP(buf_done) struct buf archive = {0};
    CLEANUP(buf_done) struct buf altered = {0};
    fill(h, stream);
    write_archive(h, &archive);
    /* record 2 is overwritten by spaces: the file keeps its length */
    size_t first = place(buf_str(&archive), "\"agreement") - 1;
    while (archive.ptr[first - 1] != '\n')
        first--;
    size_t end = first;
    while (archive.ptr[end] != '\n')
        end++;
    buf_add(&altered, buf_str(&archive));
    memset(altered.ptr + first, ' ', end - first);
    assert_false(verify(h, buf_str(&altered), &found, &why));
    assert_non_null(strstr(why.message, "record 2 is wrong"));
}

static void records_made_anew_without_the_key_are_found(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct archive_findings found;
    struct error why = {0};
    CLEANUP(buf_done) struct buf archive = {0};
    fill(h, stream);
    /* who can write the database takes another key: the checkpoint in the chain gives it away */
    must(sign_key_load_or_create(house_path(h, "signing2.key"), &h->p.sign_key, err));
    write_archive(h, &archive);
    assert_false(verify(h, buf_str(&archive), &found, &why));
    assert_non_null(strstr(why.message, "made anew"));
}

static void a_full_disk_is_told_as_such(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    fill(h, stream);
    size_t room = 0;
    must_fail(ERROR_NO_SPACE,
              archive_write_session(&h->p, house_session(h), take_some, &room, err));
}

static void what_was_erased_is_left_out_and_counted(void **state)
{
    struct house *h = *state;
    char stream[ID_TEXT_SIZE];
    struct archive_findings found;
    CLEANUP(buf_done) struct buf archive = {0};
    fill(h, stream);
    must(session_erase_key(&h->p, house_session(h), err));
    write_archive(h, &archive);
    must(verify(h, buf_str(&archive), &found, err));
    assert_int_equal(found.streams, 0);
    assert_int_equal(found.erased, 1);
    assert_null(memmem(archive.ptr, archive.len, "aaaaaaaa", 8));
}

static void other_files_are_no_archives(void **state)
{
    struct house *h = *state;
    struct archive_findings found;
    must_fail(ERROR_INVALID, verify(h, STR(""), &found, err));
    must_fail(ERROR_INVALID, verify(h, STR("not a tar at all, but some text"), &found, err));
    must_fail(ERROR_NOT_FOUND, archive_write_session(&h->p, STR("nosuch"), take, NULL, err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_archive_is_verified_with_the_public_key_alone),
        TEST(another_key_does_not_verify_it),
        TEST(the_first_record_that_is_wrong_is_named),
        TEST(ten_thousand_alterations_are_all_found),
        TEST(lines_that_change_places_or_go_are_named),
        TEST(records_made_anew_without_the_key_are_found),
        TEST(a_full_disk_is_told_as_such),
        TEST(what_was_erased_is_left_out_and_counted),
        TEST(other_files_are_no_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
