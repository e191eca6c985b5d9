#include "detect/detector.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 320
#define HEIGHT 240

static uint8_t luma[WIDTH * HEIGHT], kept[WIDTH * HEIGHT], grey[WIDTH * HEIGHT / 4];

static struct frame picture(void)
{
    memset(grey, 128, sizeof grey);
    return (struct frame){.width = WIDTH,
                          .height = HEIGHT,
                          .planes = {luma, grey, grey},
                          .strides = {WIDTH, WIDTH / 2, WIDTH / 2}};
}

static void paint_squares(uint8_t dark, uint8_t bright)
{
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        luma[i] = (i % WIDTH / 40 + i / WIDTH / 40) % 2 ? bright : dark;
}

/* A mean over 2 * radius + 1 pixels each way. */
static void blur(int radius)
{
    for (int along = 0; along < 2; along++) {
        memcpy(kept, luma, sizeof kept);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            int sum = 0, count = 0;
            for (int k = -radius; k <= radius; k++) {
                int x = i % WIDTH + (along ? 0 : k), y = i / WIDTH + (along ? k : 0);
                if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT)
                    continue;
                sum += kept[y * WIDTH + x];
                count++;
            }
            luma[i] = (uint8_t)(sum / count);
        }
    }
}

static void add_noise(int most)
{
    uint32_t seed = 5;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        seed = seed * 1664525 + 1013904223;
        luma[i] = (uint8_t)(luma[i] + (int)(seed >> 16) % (2 * most + 1) - most);
    }
}

/* With a face in the middle when `face`. */
static struct detect_clarity look(bool face)
{
    const struct detect_options options = {.clarity = true};
    const struct detector_setup setup = {.options = &options};
    struct frame f = picture();
    struct observation o = {.clarity = {-1, -1, -1, -1, -1, -1}};
    struct error err;
    void *self;
    if (face) {
        o.faces_len = 1;
        o.faces[0] = (struct detect_face){.x = 0.35F, .y = 0.3F, .width = 0.3F, .height = 0.4F};
    }
    assert_good(detector_clarity.create(&setup, &self, &err), err);
    assert_non_null(self);
    assert_good(detector_clarity.look(self, &f, &o, &err), err);
    detector_clarity.destroy(self);
    return o.clarity;
}

static void hard_edges_are_sharp_and_blurred_ones_are_not(void **state)
{
    (void)state;
    paint_squares(60, 180);
    struct detect_clarity sharp = look(true), all = look(false);
    assert_true(sharp.face_sharpness > 0.9F && all.sharpness > 0.9F);
    assert_true(sharp.sharpness < 0 && all.face_sharpness < 0); /* one of them is enough */
    blur(2);
    struct detect_clarity soft = look(true);
    blur(4);
    blur(4);
    struct detect_clarity blurred = look(true);
    assert_true(soft.face_sharpness < sharp.face_sharpness);
    assert_true(blurred.face_sharpness < soft.face_sharpness && blurred.face_sharpness < 0.24F);
    assert_true(look(false).sharpness < 0.24F);
}

static void a_sensors_noise_makes_no_blurred_picture_sharp(void **state)
{
    (void)state;
    paint_squares(60, 180);
    blur(5);
    blur(5);
    add_noise(2);
    assert_true(look(false).sharpness < 0.24F);
}

static void of_a_bare_wall_nothing_is_said_about_sharpness(void **state)
{
    (void)state;
    memset(luma, 140, sizeof luma);
    add_noise(4);
    struct detect_clarity c = look(true);
    assert_true(c.sharpness < 0 && c.face_sharpness < 0);
    assert_float_equal(c.white, 0, 0);
}

/* An oval in the middle, as a face. */
static void paint_face(uint8_t around, uint8_t face)
{
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        double across = (i % WIDTH - WIDTH / 2) / (0.15 * WIDTH);
        double down = (i / WIDTH - HEIGHT / 2) / (0.2 * HEIGHT);
        luma[i] = across * across + down * down < 1 ? face : around;
    }
}

static void a_face_and_what_is_around_it_are_measured_apart(void **state)
{
    (void)state;
    paint_face(235, 60);
    struct detect_clarity c = look(true);
    assert_float_equal(c.face_luma, 0.2, 0.01);
    assert_float_equal(c.around_luma, 1, 0.01);
    assert_float_equal(c.face_white, 0, 0.01);
    assert_true(c.white > 0.7F);
    paint_face(60, 235);
    c = look(true);
    assert_float_equal(c.face_luma, 1, 0.01);
    assert_float_equal(c.face_white, 1, 0.01);
    assert_float_equal(c.around_luma, 0.2, 0.01);
    c = look(false);
    assert_true(c.face_luma < 0 && c.around_luma < 0 && c.face_white < 0);
    assert_true(c.white > 0.05F && c.white < 0.2F);
}

static void a_frame_of_one_pixel_is_survived(void **state)
{
    (void)state;
    const struct detect_options options = {.clarity = true};
    const struct detector_setup setup = {.options = &options};
    struct frame f = picture();
    f.width = f.height = 1;
    struct observation o = {.faces_len = 1, .faces = {{.x = -5, .y = 3, .width = 9, .height = 9}}};
    struct error err;
    void *self;
    assert_good(detector_clarity.create(&setup, &self, &err), err);
    assert_good(detector_clarity.look(self, &f, &o, &err), err);
    assert_true(o.clarity.sharpness < 0);
    detector_clarity.destroy(self);
}

static void light_is_measured_every_other_look_and_when_a_face_comes_or_goes(void **state)
{
    (void)state;
    const struct detect_options options = {.clarity = true};
    const struct detector_setup setup = {.options = &options};
    struct frame f = picture();
    struct observation o = {0};
    struct error err;
    void *self;
    assert_good(detector_clarity.create(&setup, &self, &err), err);
    memset(luma, 235, sizeof luma);
    assert_good(detector_clarity.look(self, &f, &o, &err), err);
    assert_float_equal(o.clarity.white, 1, 0);
    memset(luma, 100, sizeof luma);
    f.time_us = 500000;
    assert_good(detector_clarity.look(self, &f, &o, &err), err);
    assert_float_equal(o.clarity.white, 1, 0);
    f.time_us = 1000000;
    assert_good(detector_clarity.look(self, &f, &o, &err), err);
    assert_float_equal(o.clarity.white, 0, 0);
    o.faces_len = 1;
    o.faces[0] = (struct detect_face){.x = 0.3F, .y = 0.3F, .width = 0.3F, .height = 0.4F};
    f.time_us = 1500000;
    assert_good(detector_clarity.look(self, &f, &o, &err), err);
    assert_true(o.clarity.face_luma > 0);
    detector_clarity.destroy(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hard_edges_are_sharp_and_blurred_ones_are_not),
        cmocka_unit_test(a_sensors_noise_makes_no_blurred_picture_sharp),
        cmocka_unit_test(of_a_bare_wall_nothing_is_said_about_sharpness),
        cmocka_unit_test(a_face_and_what_is_around_it_are_measured_apart),
        cmocka_unit_test(a_frame_of_one_pixel_is_survived),
        cmocka_unit_test(light_is_measured_every_other_look_and_when_a_face_comes_or_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
