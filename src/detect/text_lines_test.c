#include "detect/text_lines.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH 400
#define HEIGHT 200
#define MAX_LINES 40

static uint8_t picture[WIDTH * HEIGHT];

static void fill(int x, int y, int width, int height, uint8_t luma)
{
    for (int row = y; row < y + height; row++)
        memset(&picture[row * WIDTH + x], luma, (size_t)width);
}

/* Strokes as letters have them, two pixels wide and four apart. */
static void write_strokes(int x, int y, int letters, uint8_t luma)
{
    for (int i = 0; i < letters; i++) {
        fill(x + 6 * i, y, 2, 10, luma);
        fill(x + 6 * i, y + 4, 4, 2, luma);
    }
}

static size_t find(const struct text_rect *within, struct text_rect ret[MAX_LINES])
{
    struct text_lines *t = NULL;
    struct error err;
    size_t len;
    assert_good(text_lines_create(&t, &err), err);
    assert_good(text_lines_find(t, picture, WIDTH, within, ret, MAX_LINES, &len, &err), err);
    text_lines_destroy(t);
    return len;
}

static const struct text_rect whole = {0, 0, WIDTH, HEIGHT};

static void is_around(const struct text_rect *r, int x, int y, int width, int height)
{
    assert_in_range(r->x, x - 5, x);
    assert_in_range(r->y, y - 5, y);
    assert_in_range(r->x + r->width, x + width, x + width + 6);
    assert_in_range(r->y + r->height, y + height, y + height + 6);
}

static void an_even_picture_has_no_lines(void **state)
{
    (void)state;
    struct text_rect lines[MAX_LINES];
    fill(0, 0, WIDTH, HEIGHT, 200);
    assert_int_equal(find(&whole, lines), 0);
}

static void lines_are_found_dark_on_light_and_light_on_dark(void **state)
{
    (void)state;
    struct text_rect lines[MAX_LINES];
    fill(0, 0, WIDTH, HEIGHT / 2, 235);
    fill(0, HEIGHT / 2, WIDTH, HEIGHT / 2, 30);
    write_strokes(40, 30, 12, 20);
    write_strokes(100, 150, 20, 230);
    assert_int_equal(find(&whole, lines), 2);
    is_around(&lines[0], 40, 30, 70, 10);
    is_around(&lines[1], 100, 150, 118, 10);
}

static void edges_of_windows_are_no_lines(void **state)
{
    (void)state;
    struct text_rect lines[MAX_LINES];
    fill(0, 0, WIDTH, HEIGHT, 235);
    fill(50, 20, 300, 1, 60);
    fill(50, 160, 300, 1, 60);
    fill(50, 20, 1, 140, 60);
    fill(350, 20, 1, 140, 60);
    assert_int_equal(find(&whole, lines), 0);
    write_strokes(80, 80, 10, 20);
    assert_int_equal(find(&whole, lines), 1);
    is_around(&lines[0], 80, 80, 58, 10);
}

static void wide_gaps_part_labels_and_small_ones_join_words(void **state)
{
    (void)state;
    struct text_rect lines[MAX_LINES];
    fill(0, 0, WIDTH, HEIGHT, 235);
    write_strokes(20, 50, 8, 20);
    write_strokes(20 + 8 * 6 + 4, 50, 8, 20); /* a word's space on */
    write_strokes(250, 50, 8, 20);
    assert_int_equal(find(&whole, lines), 2);
    is_around(&lines[0], 20, 50, 98, 10);
}

static void only_the_part_asked_for_is_searched(void **state)
{
    (void)state;
    struct text_rect lines[MAX_LINES];
    const struct text_rect lower = {0, 100, WIDTH, 100};
    fill(0, 0, WIDTH, HEIGHT, 235);
    write_strokes(20, 30, 8, 20);
    write_strokes(20, 130, 8, 20);
    assert_int_equal(find(&lower, lines), 1);
    is_around(&lines[0], 20, 130, 46, 10);
}

static void a_line_is_given_dark_on_white_whatever_it_was(void **state)
{
    (void)state;
    struct text_lines *t = NULL;
    struct error err;
    struct text_rect lines[MAX_LINES];
    const uint8_t *line;
    size_t len;
    fill(0, 0, WIDTH, HEIGHT, 40);
    write_strokes(40, 30, 12, 220);
    assert_good(text_lines_create(&t, &err), err);
    assert_good(text_lines_find(t, picture, WIDTH, &whole, lines, MAX_LINES, &len, &err), err);
    assert_int_equal(len, 1);
    assert_good(text_lines_picture(t, &lines[0], 3, &line, &err), err);
    int width = lines[0].width * 3;
    assert_int_equal(line[0], 255);
    assert_true(line[(35 - lines[0].y) * 3 * width + (40 - lines[0].x) * 3 + 2] < 120);
    assert_in_range(text_lines_ground(t, 300, 100), 38, 42);
    assert_int_equal(text_lines_ground(t, WIDTH, 0), -1);
    text_lines_destroy(t);
}

static void the_smallest_picture_and_noise_are_survived(void **state)
{
    (void)state;
    struct text_rect lines[MAX_LINES];
    const struct text_rect dot = {0, 0, 1, 1}, low = {0, 0, WIDTH, 1}, narrow = {0, 0, 1, HEIGHT};
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof picture; i++)
        picture[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
    assert_int_equal(find(&dot, lines), 0);
    assert_int_equal(find(&low, lines), 0);
    assert_int_equal(find(&narrow, lines), 0);
    assert_true(find(&whole, lines) <= MAX_LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_picture_has_no_lines),
        cmocka_unit_test(lines_are_found_dark_on_light_and_light_on_dark),
        cmocka_unit_test(edges_of_windows_are_no_lines),
        cmocka_unit_test(wide_gaps_part_labels_and_small_ones_join_words),
        cmocka_unit_test(only_the_part_asked_for_is_searched),
        cmocka_unit_test(a_line_is_given_dark_on_white_whatever_it_was),
        cmocka_unit_test(the_smallest_picture_and_noise_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
