/* The committed pictures (tests/media) are of pages made for this: an AI chat that no list names,
 * and an exam that speaks of many that are on the lists. */
#include "base/file.h"
#include "detect/detector.h"
#include "detect/screen_clock.h"
#include "media/reader.h"
#include "support/media.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)
#define PICTURE_MAX ((size_t)64 << 10)

static struct frame *committed(const char *name)
{
    char path[TEST_PATH_MAX];
    CLEANUP(freep) char *bytes = NULL;
    size_t len;
    struct frame *f = NULL;
    struct error err;
    snprintf(path, sizeof path, "%s/tests/media/%s", test_source_folder(), name);
    assert_good(file_read(path, PICTURE_MAX, &bytes, &len, &err), err);
    assert_good(frame_from_jpeg(str_bytes(bytes, len), &f, &err), err);
    return f;
}

/* Of one brightness. */
static struct frame *even(int width, int height, uint8_t luma)
{
    size_t pixels = (size_t)width * (size_t)height;
    uint8_t *plane = test_malloc(pixels);
    struct frame *f = NULL;
    struct error err;
    memset(plane, luma, pixels);
    const struct frame from = {.width = width,
                               .height = height,
                               .planes = {plane, plane, plane},
                               .strides = {width, (width + 1) / 2, (width + 1) / 2},
                               .full_range = true};
    assert_good(frame_create(&from, &f, &err), err);
    test_free(plane);
    return f;
}

static const char own[][SCREEN_WORD_MAX] = {"electrons"};

static struct detect *detector(size_t own_len)
{
    struct detect *d = NULL;
    struct error err;
    const struct detect_options options = {
        .screen = {.on = true, .words = true, .own = own, .own_len = own_len}};
    assert_good(detect_create_wanted("/nowhere", &options, &d, &err), err);
    return d;
}

static struct detect_screen look(struct detect *d, struct frame *f, int second)
{
    struct observation o;
    struct error err;
    f->time_us = second * SECOND;
    assert_good(detect_look(d, f, &o, &err), err);
    assert_int_equal(o.screen.known, 1);
    assert_int_equal(o.faces_len, -1);
    return o.screen;
}

static bool is_there(const struct detect_screen *o, enum screen_kind kind)
{
    for (int i = 0; i < o->words_len; i++)
        if (o->words[i].kind == (int32_t)kind)
            return true;
    return false;
}

static void a_chat_is_known_by_the_words_of_its_window(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *d = detector(0);
    struct frame *chat = committed("screen_chat.jpg");
    struct detect_screen o = look(d, chat, 0);
    assert_int_equal(o.words_len, -1); /* not settled: it may be about to change */
    o = look(d, chat, 1);
    assert_true(is_there(&o, SCREEN_AI_CHAT));
    assert_false(is_there(&o, SCREEN_SEARCH));
    for (int i = 0; i < o.words_len; i++) {
        assert_true(o.words[i].x >= 0 && o.words[i].x + o.words[i].width <= 1);
        assert_true(o.words[i].y >= 0 && o.words[i].y + o.words[i].height <= 1);
    }
    struct detect_screen again = look(d, chat, 2);
    assert_int_equal(again.words_len, o.words_len);
    frame_unref(chat);
}

static void an_exam_may_speak_of_anything(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *d = detector(0);
    struct frame *exam = committed("screen_exam.jpg");
    (void)look(d, exam, 0);
    struct detect_screen o = look(d, exam, 1);
    assert_int_equal(o.words_len, 0);
    frame_unref(exam);
}

static void going_elsewhere_and_back_is_seen(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *d = detector(0);
    struct frame *exam = committed("screen_exam.jpg"), *chat = committed("screen_chat.jpg");
    (void)look(d, exam, 0);
    (void)look(d, exam, 1);
    struct detect_screen o = look(d, chat, 2);
    assert_true(o.stirred > 0.1F);
    assert_true(o.replaced < 0); /* it has not settled yet */
    assert_int_equal(o.words_len, -1);
    o = look(d, chat, 3);
    assert_true(o.replaced > 0.3F);
    assert_true(is_there(&o, SCREEN_AI_CHAT));
    assert_true(o.shown_s > 0.9F && o.shown_s < 1.1F);
    o = look(d, exam, 4);
    o = look(d, exam, 5);
    assert_true(o.replaced > 0.3F);
    assert_int_equal(o.words_len, 0);
    frame_unref(exam);
    frame_unref(chat);
}

static void the_exams_own_words_are_found_in_running_text(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *d = detector(1);
    struct frame *chat = committed("screen_chat.jpg");
    (void)look(d, chat, 0);
    struct detect_screen o = look(d, chat, 1);
    assert_true(is_there(&o, SCREEN_OWN));
    frame_unref(chat);
}

static void black_is_told_from_dark(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *d = detector(0);
    struct frame *black = even(640, 360, 2), *dark = even(640, 360, 30);
    assert_true(look(d, black, 0).black > 0.999F);
    assert_true(look(d, dark, 1).black < 0.001F);
    frame_unref(black);
    frame_unref(dark);
}

static void sizes_may_change_and_be_tiny(void **state)
{
    (void)state;
    CLEANUP(detect_destroyp) struct detect *d = detector(0);
    const int sides[][2] = {{640, 360}, {1, 1}, {2, 900}, {900, 2}, {1280, 720}};
    for (int i = 0; i < (int)ARRAY_LEN(sides); i++) {
        struct frame *f = even(sides[i][0], sides[i][1], (uint8_t)(40 * i));
        struct detect_screen o = look(d, f, 2 * i);
        assert_true(o.stirred < 0);
        o = look(d, f, 2 * i + 1);
        assert_int_equal(o.words_len, 0);
        frame_unref(f);
    }
}

static void without_words_nothing_is_read(void **state)
{
    (void)state;
    struct detect *d = NULL;
    struct error err;
    const struct detect_options options = {.screen = {.on = true}};
    assert_good(detect_create_wanted("/nowhere", &options, &d, &err), err);
    struct frame *chat = committed("screen_chat.jpg");
    (void)look(d, chat, 0);
    assert_int_equal(look(d, chat, 1).words_len, -1);
    assert_non_null(strstr(detect_models(d), "tesseract-eng")); /* for clocks */
    frame_unref(chat);
    detect_destroy(d);
}

static void a_time_is_told_from_other_numbers(void **state)
{
    (void)state;
    static const char *const times[] = {"01:29:46", "Time left 0:42", "9:05 left", "1.29.46"};
    static const char *const others[] = {"",
                                         ":",
                                         "3.14",
                                         "00:00:00",
                                         "0:00",
                                         "12:345",
                                         "1:99",
                                         "Question 4 of 20",
                                         "10/32 = 5/16",
                                         "a:12",
                                         ":12"};
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        assert_true(clock_watch_is_time(str_from(times[i])));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (clock_watch_is_time(str_from(others[i])))
            fail_msg("\"%s\" is no time that runs", others[i]);
}

/* ---- real recordings ---- */

struct seen {
    int looks, black, still;
    int kinds[SCREEN_KINDS]; /* looks that show it */
    float still_s;           /* most */
};

struct part {
    double from_s, to_s;
    struct seen seen;
};

static void count(struct seen *seen, const struct detect_screen *o)
{
    seen->looks++;
    seen->black += o->black >= 0.99F;
    seen->still += o->still_s >= 1.5F;
    seen->still_s = o->still_s > seen->still_s ? o->still_s : seen->still_s;
    for (enum screen_kind kind = SCREEN_NONE + 1; kind < SCREEN_KINDS; kind++)
        seen->kinds[kind] += is_there(o, kind);
}

/* Fills what was seen in each part. */
static void watch(const char *name, struct part *parts, size_t len)
{
    char path[TEST_PATH_MAX], part_of[TEST_PATH_MAX];
    snprintf(part_of, sizeof part_of, "screen/%s", name);
    test_need_media(part_of, path);
    struct error err;
    CLEANUP(detect_destroyp) struct detect *d = detector(0);
    CLEANUP(reader_closep) struct reader *r = NULL;
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_good(reader_open(fd, NULL, &r, &err), err);
    for (int64_t next_us = 0;;) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        struct observation o;
        assert_good(reader_next(r, next_us, &f, &err), err);
        if (!f)
            return;
        next_us = (f->time_us / DETECT_SCREEN_INTERVAL_US + 1) * DETECT_SCREEN_INTERVAL_US;
        assert_good(detect_look(d, f, &o, &err), err);
        double s = (double)f->time_us / 1e6;
        for (size_t i = 0; i < len; i++)
            if (s >= parts[i].from_s && s < parts[i].to_s)
                count(&parts[i].seen, &o.screen);
    }
}

static void is_clean(const struct seen *seen)
{
    assert_true(seen->looks > 5);
    assert_int_equal(seen->black, 0);
    assert_int_equal(seen->still, 0);
    for (enum screen_kind kind = SCREEN_NONE + 1; kind < SCREEN_KINDS; kind++)
        assert_int_equal(seen->kinds[kind], 0);
}

static void a_recorded_exam_with_other_tabs_behind_shows_nothing(void **state)
{
    (void)state;
    struct part exam = {0, 100, {0}};
    watch("exam_only_typing.mp4", &exam, 1);
    is_clean(&exam.seen);
}

static void a_recorded_messenger_over_the_exam_is_found_and_gone(void **state)
{
    (void)state;
    struct part parts[] = {{8.5, 14.7, {0}}, {15.5, 100, {0}}};
    watch("exam_with_messenger_popup.mp4", parts, 2);
    assert_int_equal(parts[0].seen.kinds[SCREEN_MESSENGER], parts[0].seen.looks);
    assert_int_equal(parts[1].seen.kinds[SCREEN_MESSENGER], 0);
}

static void a_browsers_recording_shows_the_search_engine_then_the_chat(void **state)
{
    (void)state;
    struct part parts[] = {{9, 14.9, {0}}, {16, 20, {0}}};
    watch("exam_search_chat_mediarecorder_vp8.webm", parts, 2);
    assert_int_equal(parts[0].seen.kinds[SCREEN_SEARCH], parts[0].seen.looks);
    assert_int_equal(parts[0].seen.kinds[SCREEN_AI_CHAT], 0);
    assert_int_equal(parts[1].seen.kinds[SCREEN_AI_CHAT], parts[1].seen.looks);
    assert_int_equal(parts[1].seen.kinds[SCREEN_SEARCH], 0);
}

static void a_recorded_clock_that_stands_still_is_told(void **state)
{
    (void)state;
    struct part parts[] = {{8.5, 15.9, {0}}, {16.5, 100, {0}}};
    watch("exam_screen_freezes_while_clock_should_run.mp4", parts, 2);
    assert_int_equal(parts[0].seen.still, parts[0].seen.looks);
    assert_true(parts[0].seen.still_s >= 8);
    assert_int_equal(parts[1].seen.still, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chat_is_known_by_the_words_of_its_window),
        cmocka_unit_test(an_exam_may_speak_of_anything),
        cmocka_unit_test(going_elsewhere_and_back_is_seen),
        cmocka_unit_test(the_exams_own_words_are_found_in_running_text),
        cmocka_unit_test(black_is_told_from_dark),
        cmocka_unit_test(sizes_may_change_and_be_tiny),
        cmocka_unit_test(without_words_nothing_is_read),
        cmocka_unit_test(a_time_is_told_from_other_numbers),
        cmocka_unit_test(a_recorded_exam_with_other_tabs_behind_shows_nothing),
        cmocka_unit_test(a_recorded_messenger_over_the_exam_is_found_and_gone),
        cmocka_unit_test(a_browsers_recording_shows_the_search_engine_then_the_chat),
        cmocka_unit_test(a_recorded_clock_that_stands_still_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
