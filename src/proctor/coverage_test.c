#include "proctor/coverage.h"

#include "proctor/flag.h"
#include "proctor/report_session.h"
#include "proctor/test_house.h"
#include "proctor/upload.h"

#define S SECOND_US

static void what_no_recording_covers_is_a_gap(void **state)
{
    (void)state;
    struct coverage_span spans[] = {{50 * S, 80 * S}, {-5 * S, 10 * S}, {8 * S, 30 * S}}, gaps[4];
    assert_int_equal(coverage_gaps(spans, 3, 0, 100 * S, 10 * S, gaps), 2);
    assert_int_equal(gaps[0].from_us, 30 * S);
    assert_int_equal(gaps[0].to_us, 50 * S);
    assert_int_equal(gaps[1].from_us, 80 * S);
    assert_int_equal(gaps[1].to_us, 100 * S);
    assert_int_equal(coverage_gaps(spans, 3, 0, 100 * S, 21 * S, gaps), 0); /* short ones */
    assert_int_equal(coverage_gaps(spans, 3, 10 * S, 30 * S, 0, gaps), 0);
    assert_int_equal(coverage_gaps(spans, 0, 0, 100 * S, 10 * S, gaps),
                     1); /* no recording at all */
    assert_int_equal(gaps[0].to_us, 100 * S);
    assert_int_equal(coverage_gaps(spans, 3, 200 * S, 100 * S, 0, gaps), 0);
}

/* A session of a minute's exam whose streams are said to be final, without a decoder. */
static void finish(struct house *h)
{
    must(provider_exam_started(&h->p, house_session(h), err));
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, NULL, 0, err));
    char times[] = "UPDATE session SET exam_us = started_us, ended_us = started_us + 60000000";
    house_run_sql(h, times);
}

static struct stream stream_of(struct house *h, struct arena *arena, enum stream_kind kind)
{
    struct stream s = house_make_stream(h, arena, kind);
    uint64_t size;
    must(house_write(h, s.id, 0, STR("bytes"), &size, err));
    return s;
}

static size_t flags_of(struct house *h, struct arena *arena, struct flag_row **ret)
{
    size_t len;
    bool made;
    must(report_session_make(&h->p, house_session(h), &made, err));
    assert_true(made);
    must(flag_list(&h->p, house_session(h), arena, ret, &len, err));
    return len;
}

#define FINAL(kind, lasts)                                                                         \
    "UPDATE analysis SET state = 3, duration_us = " lasts                                          \
    " WHERE stream_id IN (SELECT id FROM stream WHERE kind = " kind ")"
#define START(kind, start)                                                                         \
    "UPDATE stream SET start_us = (SELECT started_us FROM session) + " start " WHERE kind = " kind

static void a_share_and_a_camera_that_stop_early_are_told(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    struct str text;
    _Static_assert(ANALYSIS_FINAL == 3 && STREAM_CAMERA == 2 && STREAM_SCREEN == 3, "as below");
    house_record(h);
    stream_of(h, &arena, STREAM_CAMERA);
    stream_of(h, &arena, STREAM_SCREEN);
    finish(h);
    char camera[] = FINAL("2", "40000000"), screen[] = FINAL("3", "30000000");
    char camera_start[] = START("2", "-1000000"), screen_start[] = START("3", "15000000");
    house_run_sql(h, camera);
    house_run_sql(h, screen);
    house_run_sql(h, camera_start);
    house_run_sql(h, screen_start);
    assert_int_equal(flags_of(h, &arena, &flags), 3);
    assert_int_equal(flags[0].flag.rule, RULE_SCREEN_LOST); /* before it was shared */
    assert_int_equal(flags[0].flag.to_us, 15 * S);
    assert_int_equal(flags[1].flag.rule, RULE_CAMERA_LOST);
    assert_int_equal(flags[1].flag.from_us, 39 * S);
    assert_int_equal(flags[1].flag.to_us, 60 * S);
    assert_string_equal(flags[1].flag.numbers, "no recording of the camera from 0:39.0 to 1:00.0 "
                                               "of the exam, 21.0 s of 60.0 s");
    assert_string_equal(flags[1].stream_id, "");
    assert_false(flags[1].flag.open);
    assert_int_equal(flags[2].flag.rule, RULE_SCREEN_LOST);
    assert_int_equal(flags[2].flag.from_us, 45 * S);
    assert_true(flags[0].id != flags[1].id && flags[1].id > (INT64_C(1) << 40));
    must(report_session_text(&h->p, house_session(h), &arena, &text, err));
    assert_non_null(memmem(text.ptr, text.len, "\"session_flags\":[{", 18));
}

static void without_a_share_only_the_camera_is_judged(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    house_record(h);
    stream_of(h, &arena, STREAM_CAMERA);
    finish(h);
    char camera[] = FINAL("2", "58000000"), start[] = START("2", "-1000000");
    house_run_sql(h, camera);
    house_run_sql(h, start);
    assert_int_equal(flags_of(h, &arena, &flags), 0); /* three seconds are none to speak of */
}

static void a_share_that_an_exam_asks_for_and_that_never_began_is_told(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    house_record(h);
    stream_of(h, &arena, STREAM_CAMERA);
    finish(h);
    char camera[] = FINAL("2", "58000000"), start[] = START("2", "-1000000");
    house_run_sql(h, camera);
    house_run_sql(h, start);
    char policy[] = "UPDATE session SET policy = "
                    "'{\"checkin\":{\"face_scan\":false,\"id_scan\":false,\"screen\":true}}'";
    house_run_sql(h, policy);
    assert_int_equal(flags_of(h, &arena, &flags), 1);
    assert_int_equal(flags[0].flag.rule, RULE_SCREEN_LOST);
    assert_int_equal(flags[0].flag.from_us, 0);
    assert_int_equal(flags[0].flag.to_us, 60 * S);
}

static void a_recording_that_cannot_be_read_covers_nothing(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    _Static_assert(ANALYSIS_FAILED == 4, "as below");
    house_record(h);
    stream_of(h, &arena, STREAM_CAMERA);
    finish(h);
    char failed[] = "UPDATE analysis SET state = 4";
    house_run_sql(h, failed);
    assert_int_equal(flags_of(h, &arena, &flags), 1);
    assert_int_equal(flags[0].flag.from_us, 0);
    assert_int_equal(flags[0].flag.to_us, 60 * S);
}

static void an_exam_that_was_not_begun_raises_nothing(void **state)
{
    struct house *h = *state;
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    house_record(h);
    must(provider_exam_ended(&h->p, house_session(h), err));
    must(upload_end(&h->p, house_session(h), USER, NULL, 0, err));
    char times[] = "UPDATE session SET ended_us = started_us + 60000000";
    house_run_sql(h, times);
    assert_int_equal(flags_of(h, &arena, &flags), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, house_set_up, house_tear_down)
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_no_recording_covers_is_a_gap),
        T(a_share_and_a_camera_that_stop_early_are_told),
        T(without_a_share_only_the_camera_is_judged),
        T(a_share_that_an_exam_asks_for_and_that_never_began_is_told),
        T(a_recording_that_cannot_be_read_covers_nothing),
        T(an_exam_that_was_not_begun_raises_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
