#include "detect/edge_faces.h"

#include "base/clock.h"
#include "support/test.h"

#include <string.h>

#define SIDE 8

static void numbered(float pixels[SIDE * SIDE * 3])
{
    for (int i = 0; i < SIDE * SIDE * 3; i++)
        pixels[i] = (float)i;
}

static float at(const float *pixels, int x, int y) { return pixels[(y * SIDE + x) * 3 + 1]; }

static void beyond_the_edge_is_the_mirror_image_of_what_is_within(void **state)
{
    (void)state;
    float pixels[SIDE * SIDE * 3];
    const struct frame_square right = {.centre_x = 640, .centre_y = 100, .side = 80};
    numbered(pixels);
    edge_mirror(pixels, SIDE, &right, 640, true);
    for (int x = 0; x < SIDE / 2; x++) {
        assert_float_equal(at(pixels, x, 5), (5 * SIDE + x) * 3 + 1, 0);
        assert_float_equal(at(pixels, SIDE - 1 - x, 5), at(pixels, x, 5), 0);
    }
    const struct frame_square left = {.centre_x = 0, .centre_y = 100, .side = 80};
    numbered(pixels);
    edge_mirror(pixels, SIDE, &left, 640, false);
    for (int x = 0; x < SIDE / 2; x++) {
        assert_float_equal(at(pixels, SIDE - 1 - x, 2), (2 * SIDE + SIDE - 1 - x) * 3 + 1, 0);
        assert_float_equal(at(pixels, x, 2), at(pixels, SIDE - 1 - x, 2), 0);
    }
}

static void an_edge_off_the_middle_mirrors_what_there_is(void **state)
{
    (void)state;
    float pixels[SIDE * SIDE * 3];
    const struct frame_square most_within = {.centre_x = 620, .centre_y = 0, .side = 80};
    numbered(pixels); /* the edge lies after the sixth column */
    edge_mirror(pixels, SIDE, &most_within, 640, true);
    assert_float_equal(at(pixels, 6, 0), at(pixels, 5, 0), 0);
    assert_float_equal(at(pixels, 7, 0), at(pixels, 4, 0), 0);
    assert_float_equal(at(pixels, 3, 0), 3 * 3 + 1, 0);
    const struct frame_square most_beyond = {.centre_x = 660, .centre_y = 0, .side = 80};
    numbered(pixels); /* after the second */
    edge_mirror(pixels, SIDE, &most_beyond, 640, true);
    assert_float_equal(at(pixels, 2, 0), at(pixels, 1, 0), 0);
    assert_float_equal(at(pixels, 3, 0), at(pixels, 0, 0), 0);
    assert_float_equal(at(pixels, 4, 0), 4 * 3 + 1, 0); /* no image of that: as it was */
    const struct frame_square elsewhere = {.centre_x = 100, .centre_y = 0, .side = 80};
    numbered(pixels);
    edge_mirror(pixels, SIDE, &elsewhere, 640, true);
    for (int x = 0; x < SIDE; x++)
        assert_float_equal(at(pixels, x, 0), x * 3 + 1, 0);
}

static void an_edge_is_looked_at_when_it_changed_and_now_and_then(void **state)
{
    (void)state;
    struct edge_watch w = {0};
    float cells[EDGE_CELLS] = {0.5F, 0.5F, 0.2F};
    assert_true(edge_watch_due(&w, 0, cells));
    edge_watch_note(&w, 0, cells, false);
    assert_false(edge_watch_due(&w, SECOND_US / 2, cells));
    assert_false(edge_watch_due(&w, 4 * SECOND_US, cells));
    assert_true(edge_watch_due(&w, 5 * SECOND_US, cells));
    cells[2] += 0.01F; /* noise */
    assert_false(edge_watch_due(&w, SECOND_US, cells));
    cells[2] += 0.07F;
    assert_true(edge_watch_due(&w, SECOND_US, cells));
    edge_watch_note(&w, SECOND_US, cells, false);
    assert_false(edge_watch_due(&w, 2 * SECOND_US, cells));
    assert_true(edge_watch_due(&w, SECOND_US, cells)); /* another single picture */
}

static void an_edge_that_changes_all_the_time_is_looked_at_less_often(void **state)
{
    (void)state;
    struct edge_watch w = {0};
    float cells[EDGE_CELLS] = {0};
    int looks = 0;
    edge_watch_note(&w, 0, cells, false);
    for (int64_t at = SECOND_US / 2; at <= 60 * SECOND_US; at += SECOND_US / 2) {
        cells[0] = 1 - cells[0];
        if (!edge_watch_due(&w, at, cells))
            continue;
        looks++;
        edge_watch_note(&w, at, cells, false);
        if (looks == 4)
            assert_true(at <= 3 * SECOND_US); /* at first at once */
    }
    assert_in_range(looks, 30, 35);
}

static void somebody_at_the_edge_is_looked_at_each_time(void **state)
{
    (void)state;
    struct edge_watch w = {0};
    const float cells[EDGE_CELLS] = {0};
    edge_watch_note(&w, 0, cells, true);
    assert_true(edge_watch_due(&w, SECOND_US / 2, cells));
    edge_watch_note(&w, SECOND_US / 2, cells, false);
    assert_false(edge_watch_due(&w, SECOND_US, cells));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(beyond_the_edge_is_the_mirror_image_of_what_is_within),
        cmocka_unit_test(an_edge_off_the_middle_mirrors_what_there_is),
        cmocka_unit_test(an_edge_is_looked_at_when_it_changed_and_now_and_then),
        cmocka_unit_test(an_edge_that_changes_all_the_time_is_looked_at_less_often),
        cmocka_unit_test(somebody_at_the_edge_is_looked_at_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
