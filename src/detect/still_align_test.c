/* Made-up faces: a smooth scene with eyes and a mouth, seen from elsewhere. */
#include "detect/still_align.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

struct view {
    double turn, zoom, right, down, tilt, gain, offset;
    double eye_shift, lids; /* what a living face does */
    int noise;
};

static double blot(double x, double y, double at_x, double at_y, double wide, double high)
{
    double a = (x - at_x) / wide, b = (y - at_y) / high;
    return exp(-(a * a + b * b));
}

/* Brightness at a place of the face; 0, 0 is its middle, 1 its edge. */
static double face(const struct view *v, double x, double y)
{
    double value = 150 + 40 * blot(x, y, 0, 0, 0.9, 1.1) - 50 * blot(x, y, 0, -1, 0.9, 0.35);
    for (int side = -1; side <= 1; side += 2) {
        value += 45 * (1 - v->lids) * blot(x, y, 0.35 * side, -0.2, 0.2, 0.12);
        value -= 110 * (1 - v->lids) * blot(x, y, 0.35 * side + v->eye_shift, -0.2, 0.1, 0.1);
        value -= 60 * blot(x, y, 0.35 * side, -0.38, 0.2, 0.1);
    }
    return value - 70 * blot(x, y, 0, 0.45, 0.3, 0.11) - 30 * blot(x, y, 0.06, 0.15, 0.12, 0.2);
}

static struct still_picture *seen(const struct view *v)
{
    struct still_picture *p = test_malloc(sizeof *p);
    uint32_t seed = 11 + (uint32_t)(v->right * 1000 + v->turn * 3000 + v->noise);
    for (int i = 0; i < STILL_PIXELS; i++) {
        double x = (i % STILL_SIDE - (STILL_SIDE - 1) / 2.0) / (STILL_SIDE / 2.0);
        double y = (i / STILL_SIDE - (STILL_SIDE - 1) / 2.0) / (STILL_SIDE / 2.0);
        double depth = (1 + v->tilt * x) / (1 + v->zoom);
        double across = (x * cos(v->turn) - y * sin(v->turn)) / depth + v->right;
        double along = (x * sin(v->turn) + y * cos(v->turn)) / depth + v->down;
        seed = seed * 1664525 + 1013904223;
        int noise = v->noise ? (int)(seed >> 16) % (2 * v->noise + 1) - v->noise : 0;
        p->luma[i] = (float)(face(v, across, along) * (1 + v->gain) + v->offset + noise / 6.0);
        p->seen[i] = 1;
    }
    return p;
}

static double compare(const struct view *first, const struct view *second)
{
    struct still_picture *a = seen(first), *b = seen(second);
    struct still_reference *r = test_malloc(sizeof *r);
    assert_true(still_reference_init(r, a));
    double difference = still_difference(r, b);
    test_free(r);
    test_free(a);
    test_free(b);
    return difference;
}

static void a_flat_picture_is_the_same_however_it_is_held(void **state)
{
    (void)state;
    const struct view first = {.noise = 1};
    static const struct view views[] = {
        {.noise = 2},
        {.right = 0.08, .down = -0.05, .noise = 1},
        {.turn = 0.08, .zoom = 0.06, .noise = 1},
        {.tilt = 0.08, .right = -0.04, .noise = 1},
        {.turn = -0.05, .tilt = -0.06, .zoom = -0.05, .gain = 0.2, .offset = -20, .noise = 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        assert_true(compare(&first, &views[i]) < 0.3);
}

static void eyes_that_move_or_close_are_seen_whatever_else_moves(void **state)
{
    (void)state;
    const struct view first = {.noise = 1};
    static const struct view views[] = {
        {.lids = 0.9, .noise = 1},
        {.eye_shift = 0.06, .noise = 1},
        {.lids = 0.9, .turn = 0.05, .right = 0.05, .noise = 1},
        {.eye_shift = -0.06, .zoom = 0.05, .tilt = 0.05, .gain = -0.1, .noise = 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        assert_true(compare(&first, &views[i]) > 0.6);
}

static void what_has_no_detail_is_not_compared(void **state)
{
    (void)state;
    struct still_picture p;
    struct still_reference *r = test_malloc(sizeof *r);
    for (int i = 0; i < STILL_PIXELS; i++) {
        p.luma[i] = 100 + (float)(i % 2);
        p.seen[i] = 1;
    }
    assert_false(still_reference_init(r, &p));
    memset(p.seen, 0, sizeof p.seen);
    assert_false(still_reference_init(r, &p));
    test_free(r);
}

static void a_face_cut_off_too_far_is_unknown(void **state)
{
    (void)state;
    const struct view view = {0};
    struct still_picture *a = seen(&view), *b = seen(&view);
    struct still_reference *r = test_malloc(sizeof *r);
    assert_true(still_reference_init(r, a));
    for (int i = 0; i < STILL_PIXELS; i++)
        b->seen[i] = i % STILL_SIDE < STILL_SIDE / 2;
    assert_true(still_difference(r, b) < 0);
    for (int i = 0; i < STILL_PIXELS; i++) /* another picture altogether: no sense, no crash */
        b->luma[i] = i % 2 ? 0 : 255, b->seen[i] = 1;
    double difference = still_difference(r, b);
    assert_true(difference < 0 || difference > 1);
    test_free(r);
    test_free(a);
    test_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flat_picture_is_the_same_however_it_is_held),
        cmocka_unit_test(eyes_that_move_or_close_are_seen_whatever_else_moves),
        cmocka_unit_test(what_has_no_detail_is_not_compared),
        cmocka_unit_test(a_face_cut_off_too_far_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
