/* Cards drawn on a desk, with print on them, noise, and a hand that covers an edge. */
#include "identity/card_edges.h"

#include "support/test.h"

#include <math.h>
#include <string.h>

#define WIDTH 640
#define HEIGHT 480

static uint32_t seed;
static int noise(int most)
{
    seed = seed * 1664525 + 1013904223;
    return (int)(seed >> 16) % (2 * most + 1) - most;
}

/* A card of so many pixels across about a middle, turned, with lines of print and a photo. */
static void draw(double x, double y, double across, double aspect, double angle, struct grey *ret)
{
    struct error err;
    seed = 1;
    assert_good(grey_create(WIDTH, HEIGHT, ret, &err), err);
    for (int py = 0; py < HEIGHT; py++)
        for (int px = 0; px < WIDTH; px++) {
            double dx = px - x, dy = py - y;
            double u = (cos(angle) * dx + sin(angle) * dy) / across + 0.5;
            double v = (cos(angle) * dy - sin(angle) * dx) * aspect / across + 0.5;
            int value = 90 + py / 20; /* a desk, lighter towards the front */
            if (u >= 0 && u < 1 && v >= 0 && v < 1) {
                value = 190;
                if (u > 0.07 && u < 0.32 && v > 0.25 && v < 0.8)
                    value = 110; /* the photo */
                else if (u > 0.4 && u < 0.9 && (int)(v * 20) % 3 == 0 && (int)(u * 60) % 2)
                    value = 60; /* print */
            }
            ret->pixels[py * WIDTH + px] = (uint8_t)(value + noise(6));
        }
}

static void is_near(const double corner[2], double x, double y)
{
    assert_true(hypot(corner[0] - x, corner[1] - y) < 8);
}

static void a_card_is_found_upright_and_slanted(void **state)
{
    (void)state;
    static const double angles[] = {0, 0.1, -0.2, 0.28};
    for (size_t i = 0; i < ARRAY_LEN(angles); i++) {
        CLEANUP(grey_done) struct grey g = {0};
        struct card_edges card;
        struct error err;
        draw(320, 240, 380, 1.586, angles[i], &g);
        assert_good(card_edges_find(&g, &card, &err), err);
        assert_true(card.found && !card.cut);
        double c = cos(angles[i]), s = sin(angles[i]), a = 190, b = 190 / 1.586;
        is_near(card.corners[0], 320 - a * c + b * s, 240 - a * s - b * c);
        is_near(card.corners[2], 320 + a * c - b * s, 240 + a * s + b * c);
        assert_true(fabs(card.part - 380 * 380 / 1.586 / (WIDTH * HEIGHT)) < 0.03);
    }
}

static void a_finger_on_an_edge_does_not_hide_it(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey g = {0};
    struct card_edges card;
    struct error err;
    draw(320, 240, 400, 1.586, 0.05, &g);
    for (int y = 320; y < 420; y++)
        for (int x = 270; x < 340; x++)
            g.pixels[y * WIDTH + x] = 150;
    assert_good(card_edges_find(&g, &card, &err), err);
    assert_true(card.found);
}

static void a_card_that_is_cut_off_is_told(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey g = {0};
    struct card_edges card;
    struct error err;
    draw(320, 400, 420, 1.586, 0.03, &g); /* its lower third lies under the picture */
    assert_good(card_edges_find(&g, &card, &err), err);
    assert_true(!card.found && card.cut);
}

static void a_desk_and_a_scan_without_a_rim_have_no_card(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey desk = {0};
    CLEANUP(grey_done) struct grey scan = {0};
    struct card_edges card;
    struct error err;
    draw(-2000, 0, 100, 1.586, 0, &desk);
    assert_good(card_edges_find(&desk, &card, &err), err);
    assert_true(!card.found && !card.cut);
    draw(320, 240, 900, 1.3, 0, &scan);
    assert_good(card_edges_find(&scan, &card, &err), err);
    assert_false(card.found);
}

static void a_card_is_rectified(void **state)
{
    (void)state;
    CLEANUP(grey_done) struct grey g = {0};
    CLEANUP(grey_done) struct grey flat = {0};
    struct card_edges card;
    struct error err;
    draw(320, 240, 400, 1.586, 0.25, &g);
    assert_good(card_edges_find(&g, &card, &err), err);
    assert_true(card.found);
    assert_good(card_rectify(&g, &card, 800, &flat, &err), err);
    assert_int_equal(flat.width, 800);
    assert_in_range(flat.height, 480, 530);
    /* The photo is at its place, and the paper beside it. */
    assert_in_range(flat.pixels[flat.height / 2 * 800 + 160], 95, 125);
    assert_in_range(flat.pixels[flat.height / 2 * 800 + 290], 175, 205);
    assert_in_range(flat.pixels[flat.height / 2 * 800 + 24], 175, 205);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_found_upright_and_slanted),
        cmocka_unit_test(a_finger_on_an_edge_does_not_hide_it),
        cmocka_unit_test(a_card_that_is_cut_off_is_told),
        cmocka_unit_test(a_desk_and_a_scan_without_a_rim_have_no_card),
        cmocka_unit_test(a_card_is_rectified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
