#include "detect/detector.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 320
#define HEIGHT 240

static uint8_t luma[WIDTH * HEIGHT], grey[WIDTH * HEIGHT / 4];

static void paint(int left, int top, int width, int height, uint8_t level)
{
    for (int y = top; y < top + height; y++)
        memset(&luma[y * WIDTH + left], level, (size_t)width);
}

/* Grey bars as of a test card, from bright to dark; the last is black. */
static void paint_bars(void)
{
    static const uint8_t levels[8] = {180, 162, 131, 112, 84, 65, 50, 16};
    for (int i = 0; i < 8; i++)
        paint(i * WIDTH / 8, 0, WIDTH / 8, HEIGHT, levels[i]);
}

/* Light falls off towards the corners: by `part` of 256. */
static void shade(int part)
{
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        int x = i % WIDTH - WIDTH / 2, y = i / WIDTH - HEIGHT / 2;
        int away = (x * x + y * y) * part / (WIDTH * WIDTH / 4 + HEIGHT * HEIGHT / 4);
        luma[i] = (uint8_t)(16 + (luma[i] - 16) * (256 - away) / 256);
    }
}

static struct detect_drawn look(int faces)
{
    const struct detect_options options = {.drawn = true};
    const struct detector_setup setup = {.options = &options};
    const struct frame f = {.width = WIDTH,
                            .height = HEIGHT,
                            .planes = {luma, grey, grey},
                            .strides = {WIDTH, WIDTH / 2, WIDTH / 2}};
    struct observation o = {.faces_len = faces, .drawn = {.part = -1}};
    struct error err;
    void *self;
    assert_good(detector_drawn.create(&setup, &self, &err), err);
    assert_non_null(self);
    assert_good(detector_drawn.look(self, &f, &o, &err), err);
    detector_drawn.destroy(self);
    return o.drawn;
}

static void bars_are_drawn(void **state)
{
    (void)state;
    paint_bars();
    struct detect_drawn d = look(0);
    assert_true(d.part > 0.8F && d.part < 0.9F); /* without the black one */
    assert_true(d.contrast > 0.7F && d.contrast < 0.8F);
}

static void a_logo_on_a_ground_is_drawn(void **state)
{
    (void)state;
    paint(0, 0, WIDTH, HEIGHT, 60);
    paint(120, 80, 80, 60, 235);
    struct detect_drawn d = look(0);
    assert_true(d.part > 0.9F && d.contrast > 0.7F);
}

static void what_light_falls_on_is_not(void **state)
{
    (void)state;
    paint_bars();
    shade(90); /* a third less in the corners */
    assert_true(look(0).part < 0.1F);
}

static void one_even_colour_has_no_contrast(void **state)
{
    (void)state;
    paint(0, 0, WIDTH, HEIGHT, 90);
    struct detect_drawn d = look(0);
    assert_true(d.part > 0.99F && d.contrast == 0);
}

/* A lamp in a dark room: what a camera cannot show is of one level without anybody's drawing it. */
static void the_ends_of_the_scale_are_no_areas(void **state)
{
    (void)state;
    paint(0, 0, WIDTH, HEIGHT, 16);
    paint(100, 40, 60, 60, 235);
    struct detect_drawn d = look(0);
    assert_true(d.part == 0 && d.contrast == 1);
}

static void noise_is_seen_by_a_sensor(void **state)
{
    (void)state;
    uint32_t seed = 5;
    paint_bars();
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        seed = seed * 1664525 + 1013904223;
        luma[i] = (uint8_t)(luma[i] + (int)(seed >> 16) % 9 - 4);
    }
    assert_true(look(0).part == 0);
}

static void it_is_not_looked_for_where_there_is_a_face_or_nobody_asks(void **state)
{
    (void)state;
    paint_bars();
    assert_true(look(1).part < 0 && look(-1).part < 0);
    const struct detect_options none = {.loop = true};
    const struct detector_setup setup = {.options = &none};
    struct error err;
    void *self = luma;
    assert_good(detector_drawn.create(&setup, &self, &err), err);
    assert_null(self);
    detector_drawn.destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_are_drawn),
        cmocka_unit_test(a_logo_on_a_ground_is_drawn),
        cmocka_unit_test(what_light_falls_on_is_not),
        cmocka_unit_test(one_even_colour_has_no_contrast),
        cmocka_unit_test(the_ends_of_the_scale_are_no_areas),
        cmocka_unit_test(noise_is_seen_by_a_sensor),
        cmocka_unit_test(it_is_not_looked_for_where_there_is_a_face_or_nobody_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
