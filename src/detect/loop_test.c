/* A person made of two blots that wander about, filmed with noise, live or from a recording. */
#include "detect/detector.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 160
#define HEIGHT 120

struct film {
    void *loop;
    uint32_t noise;
    int noise_most;
    uint8_t luma[WIDTH * HEIGHT], grey[WIDTH * HEIGHT / 4];
    struct observation last;
    float longest_s; /* of what was matched */
    double evidence; /* the most, as a part of what the rule asks for */
    float period_s;  /* then */
};

static struct film *film_new(int noise_most)
{
    const struct detect_options options = {.loop = true};
    const struct detector_setup setup = {.options = &options};
    struct film *film = test_calloc(1, sizeof *film);
    struct error err;
    assert_good(detector_loop.create(&setup, &film->loop, &err), err);
    film->noise_most = noise_most;
    memset(film->grey, 128, sizeof film->grey);
    return film;
}

static void film_end(struct film *film)
{
    detector_loop.destroy(film->loop);
    test_free(film);
}

static double draw(int step, int which) /* -1..1, always the same of the same */
{
    uint32_t x = (uint32_t)step * 2654435761u + (uint32_t)which * 40503u + 1;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    x *= 3266489917u;
    x ^= x >> 16;
    return x / 2147483648.0 - 1;
}

/* From place to place, a new one every 0.7 s, as people do. */
static double wander(double s, int which)
{
    int step = (int)floor(s / 0.7);
    double part = 0.5 - 0.5 * cos(M_PI * (s / 0.7 - step));
    return 1.5 * ((1 - part) * draw(step, which) + part * draw(step + 1, which));
}

static void paint(struct film *film, double s)
{
    double x = WIDTH / 2.0 + 10 * wander(s, 0), y = HEIGHT / 2.0 + 6 * wander(s, 1);
    double hand = WIDTH / 4.0 + 12 * wander(s, 2);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        double dx = i % WIDTH - x, dy = i / WIDTH - y, hx = i % WIDTH - hand, hy = i / WIDTH - 100;
        int value = 120 + i % WIDTH / 8;
        value -= dx * dx / 400 + dy * dy / 700 < 1 ? 50 : 0;
        value += hx * hx + hy * hy < 150 ? 60 : 0;
        film->noise = film->noise * 1664525 + 1013904223;
        value += (int)(film->noise >> 16) % (2 * film->noise_most + 1) - film->noise_most;
        film->luma[i] = (uint8_t)value;
    }
}

/* At `at_s` of the recording's time the scene of `scene_s` is shown. */
static void show(struct film *film, double at_s, double scene_s, bool look)
{
    const struct frame f = {.width = WIDTH,
                            .height = HEIGHT,
                            .time_us = (int64_t)(at_s * 1e6),
                            .planes = {film->luma, film->grey, film->grey},
                            .strides = {WIDTH, WIDTH / 2, WIDTH / 2}};
    paint(film, scene_s);
    if (!look) {
        detector_loop.glance(film->loop, &f);
        return;
    }
    struct error err;
    film->last = (struct observation){.loop = {.period_s = -1}};
    assert_good(detector_loop.look(film->loop, &f, &film->last, &err), err);
    double asked_s = fmin(3 * (double)film->last.loop.period_s, 20);
    if (film->last.loop.period_s > 0)
        film->evidence = fmax(film->evidence, (double)film->last.loop.matched_s / asked_s);
    if (film->last.loop.period_s > 0 && film->last.loop.matched_s > film->longest_s) {
        film->longest_s = film->last.loop.matched_s;
        film->period_s = film->last.loop.period_s;
    }
}

/* From from_s to to_s at 15 pictures a second, a look every half second. `period_s` 0: live. */
static void play(struct film *film, double from_s, double to_s, double period_s)
{
    double next_look = from_s;
    for (int i = 0; from_s + i / 15.0 < to_s; i++) {
        double s = from_s + i / 15.0;
        bool look = s >= next_look - 1e-9;
        next_look += look ? 0.5 : 0;
        /* a recording has pictures of its own, 1/15 s apart as well */
        show(film, s, period_s > 0 ? fmod(s, period_s) : s, look);
    }
}

static void a_stretch_played_again_and_again_is_found_with_its_length(void **state)
{
    (void)state;
    static const double periods[] = {2.4, 3.2, 7};
    for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
        struct film *film = film_new(3);
        play(film, 0, 5 * periods[i], periods[i]);
        double times = (double)film->period_s / periods[i]; /* or several of it */
        assert_true(film->period_s > 0 && round(times) >= 1);
        assert_float_equal(times, round(times), 0.08F);
        assert_true(film->evidence >= 1);
        film_end(film);
    }
}

static void a_living_scene_is_not_matched_for_long(void **state)
{
    (void)state;
    struct film *film = film_new(3);
    play(film, 0, 120, 0);
    assert_true(film->evidence < 0.6);
    film_end(film);
}

static void a_recording_within_a_living_scene_is_found(void **state)
{
    (void)state;
    struct film *film = film_new(3);
    play(film, 0, 30, 0);
    assert_true(film->evidence < 0.6);
    play(film, 30, 50, 4);
    assert_true(film->evidence >= 1 && film->longest_s > 12);
    assert_float_equal(fmod((double)film->period_s + 0.2, 4), 0.2, 0.2);
    play(film, 50, 70, 0);
    assert_true(film->last.loop.matched_s < 6); /* it has ended */
    film_end(film);
}

static void a_picture_that_stands_still_is_no_loop(void **state)
{
    (void)state;
    struct film *film = film_new(0);
    play(film, 0, 8, 0);
    for (int i = 0; i < 40; i++)
        show(film, 8 + i / 2.0, 8, true);
    assert_float_equal(film->longest_s, 0, 0);
    film_end(film);
}

static void a_gap_or_another_size_begins_anew(void **state)
{
    (void)state;
    struct film *film = film_new(2);
    play(film, 0, 16, 3);
    assert_true(film->longest_s > 6);
    show(film, 30, 0, true);
    assert_true(film->last.loop.period_s < 0);
    show(film, 5e4, 0, true); /* far ahead, the ring is not walked through */
    assert_true(film->last.loop.period_s < 0);
    film_end(film);
}

static void nobody_asked_nothing_is_made(void **state)
{
    (void)state;
    const struct detect_options options = {0};
    const struct detector_setup setup = {.options = &options};
    struct error err;
    void *self;
    assert_good(detector_loop.create(&setup, &self, &err), err);
    assert_null(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stretch_played_again_and_again_is_found_with_its_length),
        cmocka_unit_test(a_living_scene_is_not_matched_for_long),
        cmocka_unit_test(a_recording_within_a_living_scene_is_found),
        cmocka_unit_test(a_picture_that_stands_still_is_no_loop),
        cmocka_unit_test(a_gap_or_another_size_begins_anew),
        cmocka_unit_test(nobody_asked_nothing_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
