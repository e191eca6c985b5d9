/* What the detectors of head, light, loops and still pictures say of real recordings. The looks and
 * glances are taken as the decoder takes them. */
#include "base/file.h"
#include "detect/detect.h"
#include "media/reader.h"
#include "support/media.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct seen {
    int looks, heads, blurred, white, turned_left, turned_right;
    double still_s, loop_part; /* the longest; the most of what the rule asks for */
    double gaze_least, gaze_most;
};

static void note(struct seen *s, const struct observation *o)
{
    s->looks++;
    s->heads += o->head.known;
    s->blurred += o->clarity.face_sharpness > 0 && o->clarity.face_sharpness < 0.24F;
    s->white += o->clarity.face_white >= 0.25F;
    s->turned_left += o->head.known && o->head.yaw < -20;
    s->turned_right += o->head.known && o->head.yaw > 20;
    if (o->still.moved >= 0.07F)
        s->still_s = fmax(s->still_s, (double)o->still.seconds);
    if (o->loop.period_s > 0)
        s->loop_part =
            fmax(s->loop_part, (double)o->loop.matched_s / fmin(3 * (double)o->loop.period_s, 20));
    if (o->head.gaze > -8) {
        s->gaze_least = fmin(s->gaze_least, (double)o->head.gaze);
        s->gaze_most = fmax(s->gaze_most, (double)o->head.gaze);
    }
}

/* The folder of the models and the path of a clip. */
static void find_parts(const char *name, char folder[TEST_PATH_MAX], char path[TEST_PATH_MAX])
{
    char clip[TEST_PATH_MAX];
    snprintf(clip, sizeof clip, "video/%s", name);
    test_need_models(folder);
    test_need_media(clip, path);
}

static struct seen watch(const char *name, const struct detect_options *options)
{
    char folder[TEST_PATH_MAX], path[TEST_PATH_MAX];
    find_parts(name, folder, path);
    CLEANUP(detect_destroyp) struct detect *d = NULL;
    CLEANUP(reader_closep) struct reader *r = NULL;
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct seen s = {0};
    struct error err;
    assert_good(detect_create_wanted(folder, options, &d, &err), err);
    assert_good(reader_open(fd, NULL, &r, &err), err);
    bool glances = detect_wants_glances(d);
    assert_int_equal(glances, options->loop);
    for (int64_t next_us = 0;;) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        struct observation o;
        assert_good(reader_next(r, glances ? 0 : next_us, &f, &err), err);
        if (!f)
            return s;
        if (f->time_us < next_us) {
            detect_glance(d, f);
            continue;
        }
        assert_good(detect_look(d, f, &o, &err), err);
        next_us = (f->time_us / DETECT_INTERVAL_US + 1) * DETECT_INTERVAL_US;
        note(&s, &o);
    }
}

static const struct detect_options most = {
    .head = true, .clarity = true, .loop = true, .still_limit = 0.3};

static void a_photograph_held_into_the_camera_is_still(void **state)
{
    (void)state;
    struct seen s = watch("spoof_phone_screen_held_into_camera.mp4", &most);
    assert_true(s.still_s >= 8);
    assert_true(s.loop_part < 0.5);
}

static void people_are_neither_still_nor_a_loop(void **state)
{
    (void)state;
    static const char *const names[] = {"gaze_center_steady_portrait.webm",
                                        "talking_man_backlit_mediarecorder_vp9.webm",
                                        "second_face_at_right_edge_office.mp4"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct seen s = watch(names[i], &most);
        assert_true(s.still_s < 5);
        assert_true(s.loop_part < 0.9); /* one of the clips was played twice by those who made it */
        assert_int_equal(s.blurred, 0);
        assert_int_equal(s.white, 0);
    }
}

static void a_recording_that_repeats_is_a_loop(void **state)
{
    (void)state;
    struct seen s = watch("same_3s_replayed_in_a_loop.mp4", &most);
    assert_true(s.loop_part >= 1);
    assert_true(s.still_s < 2);
}

static void a_head_that_turns_is_seen_to_both_sides(void **state)
{
    (void)state;
    struct seen s = watch("head_turns_woman_white_wall.mp4", &most);
    assert_int_equal(s.heads, s.looks);
    assert_true(s.turned_left >= 5 && s.turned_right >= 5);
}

static void too_much_light_is_seen_while_it_lasts(void **state)
{
    (void)state;
    struct seen s = watch("lighting_normal_dark_verydark_overexposed.mp4", &most);
    assert_in_range(s.white, 7, 9); /* four seconds of sixteen */
}

static void eyes_that_move_alone_are_seen_by_the_iris_only_when_asked(void **state)
{
    (void)state;
    struct detect_options options = {.head = true};
    struct seen s = watch("gaze_eyes_to_left_portrait.mp4", &options);
    assert_float_equal(s.gaze_least, 0, 0);
    options.gaze = true;
    s = watch("gaze_eyes_to_left_portrait.mp4", &options);
    struct seen ahead = watch("gaze_center_steady_portrait.webm", &options);
    assert_true(s.gaze_least < ahead.gaze_least - 0.05);
    assert_true(s.turned_left == 0 && s.turned_right == 0);
}

#define SINGLES 12

/* As the pictures of a face scan are: turned further from one to the next. */
static void a_single_picture_is_seen_the_same_whatever_came_before(void **state)
{
    (void)state;
    struct frame *frames[SINGLES] = {0};
    struct observation forward[SINGLES], backward;
    char folder[TEST_PATH_MAX], path[TEST_PATH_MAX];
    struct error err;
    CLEANUP(detect_destroyp) struct detect *d = NULL;
    CLEANUP(reader_closep) struct reader *r = NULL;
    const struct detect_options options = {.head = true, .single = true};
    find_parts("head_turns_woman_white_wall.mp4", folder, path);
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_good(detect_create_wanted(folder, &options, &d, &err), err);
    assert_good(reader_open(fd, NULL, &r, &err), err);
    for (int i = 0; i < SINGLES; i++) {
        assert_good(reader_next(r, i * 150000, &frames[i], &err), err);
        assert_non_null(frames[i]);
        frames[i]->time_us = 0; /* pictures have none */
        assert_good(detect_look(d, frames[i], &forward[i], &err), err);
        assert_true(forward[i].faces_len >= 1);
    }
    for (int i = SINGLES - 1; i >= 0; i--) {
        assert_good(detect_look(d, frames[i], &backward, &err), err);
        assert_memory_equal(&backward, &forward[i], sizeof backward);
        frame_unref(frames[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_photograph_held_into_the_camera_is_still),
        cmocka_unit_test(people_are_neither_still_nor_a_loop),
        cmocka_unit_test(a_recording_that_repeats_is_a_loop),
        cmocka_unit_test(a_head_that_turns_is_seen_to_both_sides),
        cmocka_unit_test(a_single_picture_is_seen_the_same_whatever_came_before),
        cmocka_unit_test(too_much_light_is_seen_while_it_lasts),
        cmocka_unit_test(eyes_that_move_alone_are_seen_by_the_iris_only_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
