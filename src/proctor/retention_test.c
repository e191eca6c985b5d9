#include "proctor/retention.h"

#include "proctor/appeal.h"
#include "proctor/deletion.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/observation.h"
#include "proctor/signed_text.h"
#include "proctor/sweep.h"
#include "proctor/test_house.h"

static const struct review_person helena = {3, {"Helena Marsh", 12}};
static const struct review_person tomas = {4, {"Tomas Rivera", 12}};

#define DAYS(n) ((n)*TERMS_DAY_US)

struct body {
    struct house *h;
    struct str id, sealed;
    struct keep keep;
    struct flag flag;
    struct seal_key key;
};

static bool keep_body(struct db *db, void *context, struct error *err)
{
    struct body *b = context;
    return keep_find_in(db, house_session(b->h), &b->keep, err);
}

static struct keep kept(struct house *h)
{
    struct body b = {.h = h};
    must(db_store_read(h->p.store, keep_body, &b, err));
    return b.keep;
}

static void set_terms(struct house *h, int64_t recordings, int64_t derived, int64_t identity)
{
    struct terms_change c = {
        .keep_days = {recordings, derived, identity}, .appeal_days = -1, .staff_names = -1};
    must(terms_set(&h->p, STR(""), &c, err));
}

/* A session with a recording, a track, a flag with its picture, that was handed in and reported. */
static bool derive_body(struct db *db, void *context, struct error *err)
{
    struct body *b = context;
    CLEANUP(seal_key_wipe) struct seal_key key = {0};
    CLEANUP(buf_done) struct buf track = {0};
    CLEANUP(buf_done) struct buf picture = {0};
    struct str session = house_session(b->h);
    return session_key_in(db, &b->h->p.deployment_key, session, &key, err) &&
           observation_seal(&key, b->id, STR("a track"), &track, err) &&
           observation_put_in(db, b->id, buf_str(&track), err) &&
           flag_put_in(db, session, b->id, 1, 0, &b->flag, err) &&
           flag_picture_seal(&key, b->id, 0, STR("a picture"), &picture, err) &&
           flag_put_picture_in(db, b->id, 0, buf_str(&picture), err);
}

static bool end_body(struct db *db, void *context, struct error *err)
{
    struct body *b = context;
    struct str session = house_session(b->h);
    return session_move_in(db, session, SESSION_ENDED, NULL, err) &&
           stream_end_in(db, b->id, true, "stream-complete", err) &&
           session_move_in(db, session, SESSION_UPLOADED, NULL, err) &&
           session_move_in(db, session, SESSION_REPORTED, NULL, err);
}

static struct stream sit(struct house *h)
{
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    s.metadata = s.concat_text = STR("");
    must(house_write(h, s.id, 0, STR("some bytes"), &size, err));
    struct body b = {.h = h,
                     .id = str_from(s.id),
                     .flag = {.rule = RULE_NO_FACE,
                              .severity = SEVERITY_LOW,
                              .to_us = SECOND_US,
                              .confidence = 1,
                              .samples = 1,
                              .hits = 1,
                              .numbers = "1 of 1"}};
    must(db_store_write(h->p.store, derive_body, &b, err));
    must(db_store_write(h->p.store, end_body, &b, err));
    return s;
}

static bool has_recording(struct house *h, const struct stream *s)
{
    CLEANUP(stream_read_closep) struct stream_read *r = NULL;
    struct error err;
    if (stream_read_open(&h->p, str_from(s->id), &r, &err))
        return true;
    assert_int_equal(err.code, ERROR_GONE);
    return false;
}

static bool has_derived(struct house *h, const struct stream *s)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(buf_done) struct buf track = {0};
    CLEANUP(buf_done) struct buf picture = {0};
    struct flag_row *flags;
    size_t len;
    must(flag_list(&h->p, house_session(h), &arena, &flags, &len, err));
    if (len == 0) {
        must_fail(ERROR_NOT_FOUND,
                  observation_read(&h->p, house_session(h), str_from(s->id), &track, err));
        return false;
    }
    must(observation_read(&h->p, house_session(h), str_from(s->id), &track, err));
    must(flag_picture(&h->p, house_session(h), flags[0].id, &picture, err));
    assert_true(str_eq(buf_str(&track), STR("a track")));
    assert_true(str_eq(buf_str(&picture), STR("a picture")));
    return true;
}

static size_t receipts(struct house *h, struct arena *arena, struct deletion **ret)
{
    size_t len;
    must(deletion_list(&h->p, house_session(h), arena, ret, &len, err));
    for (size_t i = 0; i < len; i++) {
        assert_true((*ret)[i].is_signed);
        must(signed_text_verify(h->p.sign_key.public_bytes, (*ret)[i].receipt, err));
    }
    return len;
}

static void recordings_go_first_and_what_was_derived_stays_readable(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct deletion *list;
    set_terms(h, 10, 20, 30);
    struct stream s = sit(h);
    int64_t now = clock_wall_us();
    must(sweep(&h->p, now + DAYS(9), err));
    assert_true(has_recording(h, &s));
    assert_int_equal(receipts(h, &arena, &list), 0);
    must(sweep(&h->p, now + DAYS(11), err));
    assert_false(has_recording(h, &s));
    must_fail(ERROR_NOT_FOUND, blob_remove(h->p.blobs, str_from(s.id), err));
    assert_true(has_derived(h, &s));
    assert_int_equal(receipts(h, &arena, &list), 1);
    assert_non_null(strstr(list[0].receipt.ptr, "\"replaced\""));
    must(sweep(&h->p, now + DAYS(19), err)); /* once */
    assert_int_equal(receipts(h, &arena, &list), 1);
    must(sweep(&h->p, now + DAYS(21), err));
    assert_false(has_derived(h, &s));
    assert_int_equal(receipts(h, &arena, &list), 2);
    assert_non_null(strstr(list[1].receipt.ptr, "\"chain_head\""));
    must(sweep(&h->p, now + DAYS(31), err));
    assert_int_equal(receipts(h, &arena, &list), 3);
}

/* The wrapped key as it was opens nothing that a copy of the files would hold. */
static bool key_body(struct db *db, void *context, struct error *err)
{
    struct body *b = context;
    CLEANUP(seal_key_wipe) struct seal_key key = {0};
    if (!session_key_in(db, &b->h->p.deployment_key, house_session(b->h), &key, err))
        return false;
    b->key = key;
    return true;
}

static void the_key_that_opened_the_recordings_is_another_afterwards(void **state)
{
    struct house *h = *state;
    struct body before = {.h = h}, after = {.h = h};
    set_terms(h, 10, 20, 30);
    sit(h);
    must(db_store_read(h->p.store, key_body, &before, err));
    must(sweep(&h->p, clock_wall_us() + DAYS(11), err));
    must(db_store_read(h->p.store, key_body, &after, err));
    assert_memory_not_equal(&before.key, &after.key, sizeof before.key);
    must(sweep(&h->p, clock_wall_us() + DAYS(21), err));
    must_fail(ERROR_GONE, db_store_read(h->p.store, key_body, &after, err));
}

static void an_appeal_holds_everything_until_it_is_answered(void **state)
{
    struct house *h = *state;
    set_terms(h, 1, 1, 1);
    struct stream s = sit(h);
    int64_t now = clock_wall_us();
    must_fail(ERROR_CONFLICT, release_make(&h->p, house_session(h), &helena, err));
    must(review_decide(&h->p, house_session(h), &helena, REVIEW_VIOLATION, false, STR(""), err));
    must(release_make(&h->p, house_session(h), &helena, err));
    must(sweep(&h->p, now + DAYS(10), err)); /* two weeks to appeal */
    assert_true(has_recording(h, &s) && has_derived(h, &s));
    must(appeal_make(&h->p, house_session(h), USER, STR("Please look again."), err));
    must(sweep(&h->p, now + DAYS(400), err));
    assert_true(has_recording(h, &s) && has_derived(h, &s));
    must_fail(ERROR_CONFLICT, retention_erase_user(&h->p, USER, &(size_t){0}, err));
    must_fail(ERROR_FORBIDDEN,
              appeal_answer(&h->p, house_session(h), &helena, REVIEW_PASSED, STR("No."), err));
    must(appeal_answer(&h->p, house_session(h), &tomas, REVIEW_PASSED, STR("Yes."), err));
    must(sweep(&h->p, now + DAYS(402), err));
    assert_false(has_recording(h, &s));
    must(sweep(&h->p, now + DAYS(404), err)); /* what was derived waits for the recordings */
    assert_false(has_derived(h, &s));
}

static void a_release_that_nobody_appealed_holds_until_its_deadline(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct release r;
    set_terms(h, 1, 1, 1);
    struct stream s = sit(h);
    must(review_decide(&h->p, house_session(h), &helena, REVIEW_SUSPICIOUS, false, STR(""), err));
    must(release_make(&h->p, house_session(h), &helena, err));
    must(release_find(&h->p, house_session(h), &arena, &r, err));
    must(sweep(&h->p, r.appeal_until_us - SECOND_US, err));
    assert_true(has_recording(h, &s));
    must(sweep(&h->p, r.appeal_until_us + DAYS(1), err));
    assert_false(has_recording(h, &s));
}

static void a_session_keeps_its_terms_unless_they_become_shorter(void **state)
{
    struct house *h = *state;
    int64_t days = kept(h).terms.keep_days[TERMS_RECORDINGS];
    set_terms(h, days + 100, days + 300, -1);
    assert_int_equal(kept(h).terms.keep_days[TERMS_RECORDINGS], days);
    set_terms(h, 5, -1, -1);
    assert_int_equal(kept(h).terms.keep_days[TERMS_RECORDINGS], 5);
    struct terms_change c = {.keep_days = {7, -1, -1}, .appeal_days = 0, .staff_names = 1};
    must(terms_set(&h->p, str_from(h->exam), &c, err)); /* longer again: not for this one */
    assert_int_equal(kept(h).terms.keep_days[TERMS_RECORDINGS], 5);
    assert_int_not_equal(kept(h).terms.appeal_days, 0);
    c = (struct terms_change){.keep_days = {-1, 6, -1}, .appeal_days = -1, .staff_names = -1};
    must_fail(ERROR_INVALID, terms_set(&h->p, str_from(h->exam), &c, err));
    c.keep_days[TERMS_DERIVED] = TERMS_DAYS_MAX + 1;
    must_fail(ERROR_INVALID, terms_set(&h->p, STR(""), &c, err));
}

static void who_never_began_finds_a_session_that_works(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct deletion *list;
    set_terms(h, 10, 20, 30);
    house_accept(h, DOCUMENT_INSTRUCTIONS);
    must(sweep(&h->p, clock_wall_us() + DAYS(50), err));
    must(sweep(&h->p, clock_wall_us() + DAYS(52), err));
    assert_int_equal(receipts(h, &arena, &list), 3);
    struct stream s = sit(h);
    assert_true(has_recording(h, &s) && has_derived(h, &s));
    assert_int_equal(kept(h).gone_us[TERMS_RECORDINGS], 0);
}

static void what_goes_on_is_left_alone(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    uint64_t size;
    set_terms(h, 1, 1, 1);
    house_record(h);
    struct stream s = house_make_stream(h, &arena, STREAM_CAMERA);
    must(house_write(h, s.id, 0, STR("some bytes"), &size, err));
    must(retention_sweep(&h->p, clock_wall_us() + DAYS(2), err));
    assert_true(has_recording(h, &s));
}

static void nothing_of_an_erased_user_is_theirs_any_more(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct deletion *list;
    struct session s;
    size_t sessions, len;
    struct stream stream = sit(h);
    must(retention_erase_user(&h->p, USER, &sessions, err));
    assert_int_equal(sessions, 1);
    assert_false(has_recording(h, &stream));
    assert_int_equal(receipts(h, &arena, &list), 1);
    must(session_find(&h->p, house_session(h), &s, err));
    assert_string_equal(s.candidate, SESSION_ERASED_NAME);
    must_fail(ERROR_NOT_FOUND, session_find_own(&h->p, house_session(h), USER, &s, err));
    must(deletion_list_user(&h->p, USER, &arena, &list, &len, err));
    assert_int_equal(len, 1);
    must(retention_erase_user(&h->p, USER, &sessions, err)); /* again is fine */
    must(sweep(&h->p, clock_wall_us() + DAYS(4000), err));
    assert_int_equal(receipts(h, &arena, &list), 1);
}

#define A_TEST(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        A_TEST(recordings_go_first_and_what_was_derived_stays_readable),
        A_TEST(the_key_that_opened_the_recordings_is_another_afterwards),
        A_TEST(an_appeal_holds_everything_until_it_is_answered),
        A_TEST(a_release_that_nobody_appealed_holds_until_its_deadline),
        A_TEST(a_session_keeps_its_terms_unless_they_become_shorter),
        A_TEST(who_never_began_finds_a_session_that_works),
        A_TEST(what_goes_on_is_left_alone),
        A_TEST(nothing_of_an_erased_user_is_theirs_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
