#include "detect/detector.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 320
#define HEIGHT 240

struct painted {
    uint8_t luma[WIDTH * HEIGHT], blue[WIDTH * HEIGHT / 4], red[WIDTH * HEIGHT / 4];
    struct frame frame;
};

/* Grey of this luma everywhere. */
static struct painted *paint(uint8_t luma)
{
    struct painted *p = test_malloc(sizeof *p);
    memset(p->luma, luma, sizeof p->luma);
    memset(p->blue, 128, sizeof p->blue);
    memset(p->red, 128, sizeof p->red);
    p->frame = (struct frame){.width = WIDTH,
                              .height = HEIGHT,
                              .planes = {p->luma, p->blue, p->red},
                              .strides = {WIDTH, WIDTH / 2, WIDTH / 2}};
    return p;
}

static void add_squares(struct painted *p, int size, int step, uint8_t luma)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (x % step < size && y % step < size)
                p->luma[y * WIDTH + x] = luma;
}

/* Another draw each time, as a sensor's. */
static void add_noise(struct painted *p, int most)
{
    static uint32_t seed = 7;
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        seed = seed * 1664525 + 1013904223;
        p->luma[i] = (uint8_t)(p->luma[i] + (int)(seed >> 16) % (2 * most + 1) - most);
    }
}

static struct observation look(void *light, const struct frame *f)
{
    struct observation o = {0};
    struct error err;
    assert_good(detector_light.look(light, f, &o, &err), err);
    return o;
}

static void *light_new(void)
{
    void *light = NULL;
    struct error err;
    static struct detector_finds finds; /* must outlive it */
    const struct detect_options options = {0};
    struct detector_setup setup = {.options = &options, .finds = &finds};
    assert_good(detector_light.create(&setup, &light, &err), err);
    return light;
}

static void black_and_white_are_nought_and_one(void **state)
{
    (void)state;
    void *light = light_new();
    static const struct {
        uint8_t luma;
        bool full;
        double mean;
    } cases[] = {{16, false, 0}, {235, false, 1}, {0, false, 0},  {255, false, 1},
                 {0, true, 0},   {255, true, 1},  {51, true, 0.2}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct painted *p = paint(cases[i].luma);
        p->frame.full_range = cases[i].full;
        struct observation o = look(light, &p->frame);
        assert_float_equal(o.luma_mean, cases[i].mean, 1e-5);
        assert_float_equal(o.luma_deviation, 0, 1e-4);
        assert_float_equal(o.detail, 0, 1e-6);
        test_free(p);
    }
    detector_light.destroy(light);
}

static void a_slope_is_no_detail_but_squares_are(void **state)
{
    (void)state;
    void *light = light_new();
    struct painted *slope = paint(0), *squares = paint(60);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        slope->luma[i] = (uint8_t)(20 + i % WIDTH * 200 / WIDTH);
    add_squares(squares, 40, 80, 200);
    struct observation o = look(light, &slope->frame), with = look(light, &squares->frame);
    assert_true(o.luma_deviation > 0.2);
    assert_true(o.detail < 0.001);
    assert_true(with.detail > 0.03);
    test_free(slope);
    test_free(squares);
    detector_light.destroy(light);
}

static void light_through_a_finger_is_red(void **state)
{
    (void)state;
    void *light = light_new();
    struct painted *p = paint(100);
    memset(p->red, 128 + 56, sizeof p->red);
    assert_float_equal(look(light, &p->frame).redness, 0.25, 1e-5);
    test_free(p);
    detector_light.destroy(light);
}

static void the_first_look_and_one_of_another_size_compare_nothing(void **state)
{
    (void)state;
    void *light = light_new();
    struct painted *p = paint(100);
    assert_float_equal(look(light, &p->frame).motion, -1, 0);
    assert_float_equal(look(light, &p->frame).changed, 0, 0);
    p->frame.width /= 2;
    struct observation o = look(light, &p->frame);
    assert_float_equal(o.motion, -1, 0);
    assert_float_equal(o.motion_peak, -1, 0);
    assert_float_equal(o.changed, -1, 0);
    assert_float_equal(look(light, &p->frame).motion, 0, 0);
    test_free(p);
    detector_light.destroy(light);
}

static void noise_changes_pixels_but_moves_nothing(void **state)
{
    (void)state;
    void *light = light_new();
    for (int i = 0; i < 4; i++) {
        struct painted *p = paint(100);
        add_squares(p, 40, 80, 180);
        add_noise(p, 2);
        struct observation o = look(light, &p->frame);
        if (i > 0) {
            assert_true(o.changed > 0.6);
            assert_true(o.motion_peak < 0.006);
        }
        test_free(p);
    }
    detector_light.destroy(light);
}

static void a_small_stir_peaks(void **state)
{
    (void)state;
    void *light = light_new();
    struct painted *p = paint(100);
    look(light, &p->frame);
    for (int y = 100; y < 110; y++) /* something of 10 x 10 pixels */
        memset(p->luma + y * WIDTH + 150, 180, 10);
    struct observation o = look(light, &p->frame);
    assert_true(o.motion_peak > 0.05);
    assert_true(o.motion < 0.001);
    assert_true(o.changed > 0 && o.changed < 0.01);
    test_free(p);
    detector_light.destroy(light);
}

static void tiny_frames_are_looked_at_too(void **state)
{
    (void)state;
    void *light = light_new();
    uint8_t one = 235, grey = 128;
    struct frame f = {
        .width = 1, .height = 1, .planes = {&one, &grey, &grey}, .strides = {1, 1, 1}};
    assert_float_equal(look(light, &f).luma_mean, 1, 1e-5);
    assert_float_equal(look(light, &f).changed, 0, 0);
    detector_light.destroy(light);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(black_and_white_are_nought_and_one),
        cmocka_unit_test(a_slope_is_no_detail_but_squares_are),
        cmocka_unit_test(light_through_a_finger_is_red),
        cmocka_unit_test(the_first_look_and_one_of_another_size_compare_nothing),
        cmocka_unit_test(noise_changes_pixels_but_moves_nothing),
        cmocka_unit_test(a_small_stir_peaks),
        cmocka_unit_test(tiny_frames_are_looked_at_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
