#include "base/buf.h"
#include "media/frame.h"
#include "media/picture.h"
#include "support/fault.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A picture painted by `luma`, grey. */
static struct frame *paint(int width, int height, bool full_range, int (*luma)(int x, int y))
{
    int chroma_width = (width + 1) / 2, chroma_height = (height + 1) / 2;
    uint8_t *y_plane = test_malloc((size_t)(width * height));
    uint8_t *grey = test_malloc((size_t)(chroma_width * chroma_height));
    for (int i = 0; i < width * height; i++)
        y_plane[i] = (uint8_t)luma(i % width, i / width);
    memset(grey, 128, (size_t)(chroma_width * chroma_height));
    struct frame from = {
        .width = width,
        .height = height,
        .time_us = 5,
        .planes = {y_plane, grey, grey},
        .strides = {width, chroma_width, chroma_width},
        .full_range = full_range,
    };
    struct frame *f;
    struct error err;
    assert_good(frame_create(&from, &f, &err), err);
    test_free(y_plane);
    test_free(grey);
    return f;
}

static int white(int x, int y)
{
    (void)x, (void)y;
    return 235;
}

static int left_half(int x, int y)
{
    (void)y;
    return x < 40 ? 235 : 16;
}

static int stripes(int x, int y)
{
    (void)y;
    return x % 2 ? 235 : 16;
}

static int slope(int x, int y) { return x + y; }

static void the_last_unref_frees(void **state)
{
    (void)state;
    struct frame *f = paint(80, 60, false, white);
    struct frame *second = frame_ref(f);
    assert_ptr_equal(f, second);
    frame_unref(f);
    assert_int_equal(second->planes[0][0], 235);
    assert_int_equal(second->time_us, 5);
    frame_unref(second); /* the sanitizer tells of a leak */
    frame_unref(NULL);
}

static void a_wide_frame_is_letterboxed_in_the_middle(void **state)
{
    (void)state;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    CLEANUP(frame_unrefp) struct frame *f = paint(80, 60, false, white);
    struct error err;
    struct letterbox box;
    static float tensor[32 * 32 * 3];
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_tensor(s, f, 32, 1 / 127.5f, -1, tensor, &box, &err), err);
    assert_float_equal(box.scale, 0.4, 1e-9);
    assert_float_equal(box.left, 0, 0);
    assert_float_equal(box.top, 4, 0);
    for (int i = 0; i < 32 * 32 * 3; i++) {
        int row = i / (32 * 3);
        assert_float_equal(tensor[i], (row < 4 || row >= 28 ? -1 : 1), 0.02);
    }
}

static void a_high_frame_has_bars_at_its_sides(void **state)
{
    (void)state;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    CLEANUP(frame_unrefp) struct frame *f = paint(30, 60, false, white);
    struct error err;
    struct letterbox box;
    static float tensor[20 * 20 * 3];
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_tensor(s, f, 20, 1, 0, tensor, &box, &err), err);
    assert_float_equal(box.left, 5, 0);
    for (int i = 0; i < 20 * 20; i++)
        assert_float_equal(tensor[i * 3 + 1], (i % 20 < 5 || i % 20 >= 15 ? 0 : 255), 3);
}

static void shrinking_averages_the_area(void **state)
{
    (void)state;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    CLEANUP(frame_unrefp) struct frame *f = paint(320, 320, false, stripes);
    struct error err;
    struct letterbox box;
    static float tensor[32 * 32 * 3];
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_tensor(s, f, 32, 1, 0, tensor, &box, &err), err);
    for (int i = 0; i < 32 * 32 * 3; i++)
        assert_float_equal(tensor[i], 127.5, 3); /* point sampling would give 0 or 255 */
}

static void full_and_limited_range_are_told_apart(void **state)
{
    (void)state;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    CLEANUP(frame_unrefp) struct frame *full = paint(64, 64, true, white);
    CLEANUP(frame_unrefp) struct frame *limited = paint(64, 64, false, white);
    struct error err;
    struct letterbox box;
    static float tensor[16 * 16 * 3];
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_tensor(s, full, 16, 1, 0, tensor, &box, &err), err);
    assert_float_equal(tensor[0], 235, 2);
    assert_good(frame_to_tensor(s, limited, 16, 1, 0, tensor, &box, &err), err);
    assert_float_equal(tensor[0], 255, 2);
    struct frame_square square = {32, 32, 20, 0};
    frame_square_to_tensor(full, &square, 16, 1, 0, tensor);
    assert_float_equal(tensor[0], 235, 0.5);
    frame_square_to_tensor(limited, &square, 16, 1, 0, tensor);
    assert_float_equal(tensor[0], 255, 0.5);
}

static void odd_and_tiny_frames_work(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {2, 1}, {1, 7}, {3, 3}, {17, 5}, {4095, 1}, {1, 2000}};
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    struct error err;
    static float tensor[64 * 64 * 3];
    assert_good(frame_scaler_create(&s, &err), err);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        CLEANUP(frame_unrefp) struct frame *f = paint(sizes[i][0], sizes[i][1], false, white);
        CLEANUP(buf_done) struct buf jpeg = {0};
        struct letterbox box;
        assert_good(frame_to_tensor(s, f, 64, 1, 0, tensor, &box, &err), err);
        size_t middle = ((size_t)(box.top + sizes[i][1] * box.scale / 2) * 64 +
                         (size_t)(box.left + sizes[i][0] * box.scale / 2)) *
                        3;
        assert_float_equal(tensor[middle], 255, 4);
        assert_good(frame_to_jpeg(s, f, 64, &jpeg, &err), err);
        assert_true(jpeg.len > 100);
    }
}

static void a_turned_square_is_sampled_upright(void **state)
{
    (void)state;
    CLEANUP(frame_unrefp) struct frame *f = paint(80, 80, false, left_half);
    static float tensor[8 * 8 * 3];
    struct frame_square square = {40, 40, 40, 0};
    frame_square_to_tensor(f, &square, 8, 1, 0, tensor);
    assert_float_equal(tensor[(4 * 8 + 1) * 3], 255, 3);
    assert_float_equal(tensor[(4 * 8 + 6) * 3], 0, 3);
    square.angle = acos(-1) / 2; /* its x axis points down: what is left lies below */
    frame_square_to_tensor(f, &square, 8, 1, 0, tensor);
    assert_float_equal(tensor[(1 * 8 + 4) * 3], 0, 3);
    assert_float_equal(tensor[(6 * 8 + 4) * 3], 255, 3);
}

static void outside_of_the_frame_is_black(void **state)
{
    (void)state;
    CLEANUP(frame_unrefp) struct frame *f = paint(40, 40, false, white);
    static float tensor[8 * 8 * 3];
    struct frame_square square = {0, 20, 40, 0};
    frame_square_to_tensor(f, &square, 8, 2, -1, tensor);
    assert_float_equal(tensor[(4 * 8 + 1) * 3], -1, 1e-6);
    assert_float_equal(tensor[(4 * 8 + 6) * 3], 509, 1);
    struct frame_square absurd = {1e30, -1e30, 1e20, 1};
    frame_square_to_tensor(f, &absurd, 8, 1, 0, tensor);
    assert_float_equal(tensor[0], 0, 0);
}

static void a_jpeg_is_no_larger_than_asked_and_reads_back(void **state)
{
    (void)state;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    CLEANUP(frame_unrefp) struct frame *f = paint(160, 90, false, slope);
    CLEANUP(buf_done) struct buf small = {0};
    CLEANUP(buf_done) struct buf again = {0};
    CLEANUP(buf_done) struct buf same = {0};
    CLEANUP(frame_unrefp) struct frame *read_small = NULL;
    CLEANUP(frame_unrefp) struct frame *read_same = NULL;
    struct error err;
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_jpeg(s, f, 80, &small, &err), err);
    assert_good(frame_to_jpeg(s, f, 500, &same, &err), err);
    assert_good(frame_to_jpeg(s, f, 80, &again, &err), err);
    assert_str(buf_str(&again), buf_str(&small));
    assert_good(frame_from_jpeg(buf_str(&small), &read_small, &err), err);
    assert_int_equal(read_small->width, 80);
    assert_int_equal(read_small->height, 45);
    assert_good(frame_from_jpeg(buf_str(&same), &read_same, &err), err);
    assert_int_equal(read_same->width, 160);
    assert_true(read_same->full_range);
    for (int x = 5; x < 155; x += 10) /* limited to full range */
        assert_float_equal(read_same->planes[0][40 * read_same->strides[0] + x],
                           fmax(0, (x + 40 - 16) * 255.0 / 219), 4);
}

static void damaged_jpegs_are_refused(void **state)
{
    (void)state;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    CLEANUP(frame_unrefp) struct frame *f = paint(160, 90, false, slope);
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct frame *read = NULL;
    struct error err;
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_jpeg(s, f, 160, &jpeg, &err), err);
    assert_error(frame_from_jpeg(STR(""), &read, &err), err, ERROR_INVALID);
    assert_error(frame_from_jpeg(STR("\x89PNG...."), &read, &err), err, ERROR_INVALID);
    assert_error(frame_from_jpeg(str_slice(buf_str(&jpeg), 0, 200), &read, &err), err,
                 ERROR_INVALID);
    char *size = memmem(jpeg.ptr, jpeg.len, "\xff\xc0", 2); /* claims 65535 x 65535 */
    assert_non_null(size);
    memset(size + 5, 0xff, 4);
    assert_false(frame_from_jpeg(buf_str(&jpeg), &read, &err));
    assert_null(read);
}

static void sizes_over_the_limits_are_refused(void **state)
{
    (void)state;
    static const int sizes[][2] = {{0, 5}, {5, 0}, {-1, 5}, {8193, 1}, {1, 8193}, {8192, 8192}};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct frame from = {.width = sizes[i][0], .height = sizes[i][1]}, *f;
        struct error err;
        assert_error(frame_create(&from, &f, &err), err, ERROR_TOO_LARGE);
    }
}

static void orientation_is_read_from_the_matrix(void **state)
{
    (void)state;
    static const struct {
        int32_t a, b, c, d;
        struct orientation turn;
    } cases[] = {
        {1, 0, 0, 1, {false, false, false}}, {0, 1, -1, 0, {true, true, false}},
        {-1, 0, 0, -1, {false, true, true}}, {0, -1, 1, 0, {true, false, true}},
        {-1, 0, 0, 1, {false, true, false}}, {0, 0, 0, 0, {false, false, false}},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int32_t matrix[9] = {cases[i].a * 65536,
                             cases[i].b * 65536,
                             0,
                             cases[i].c * 65536,
                             cases[i].d * 65536,
                             0,
                             0,
                             0,
                             1 << 30};
        struct orientation turn =
            orientation_from_side_data((const uint8_t *)matrix, sizeof matrix);
        assert_int_equal(turn.transpose, cases[i].turn.transpose);
        assert_int_equal(turn.mirror_x, cases[i].turn.mirror_x);
        assert_int_equal(turn.mirror_y, cases[i].turn.mirror_y);
    }
    assert_false(orientation_from_side_data((const uint8_t *)"short", 5).transpose);
    assert_false(orientation_from_side_data(NULL, 0).transpose);
}

static void wide_pixels_widen_and_absurd_ones_are_ignored(void **state)
{
    (void)state;
    static const struct {
        int width, height;
        AVRational aspect;
        int shown_width, shown_height;
    } cases[] = {
        {720, 576, {16, 15}, 768, 576}, {100, 100, {1, 2}, 100, 200},  {100, 100, {0, 1}, 100, 100},
        {100, 100, {-1, 2}, 100, 100},  {100, 100, {1, 99}, 100, 100}, {8192, 4, {2, 1}, 8192, 2},
        {1, 8192, {1, 8}, 1, 8192},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int width, height;
        picture_display_size(cases[i].width, cases[i].height, cases[i].aspect,
                             (struct orientation){0}, &width, &height);
        assert_int_equal(width, cases[i].shown_width);
        assert_int_equal(height, cases[i].shown_height);
    }
}

static void running_out_of_memory_leaves_nothing_behind(void **state)
{
    (void)state;
    CLEANUP(frame_unrefp) struct frame *f = paint(80, 60, false, slope);
    static float tensor[32 * 32 * 3];
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
        CLEANUP(frame_unrefp) struct frame *copy = NULL;
        CLEANUP(buf_done) struct buf jpeg = {0};
        struct letterbox box;
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = frame_scaler_create(&s, &err) &&
                    frame_to_tensor(s, f, 32, 1, 0, tensor, &box, &err) &&
                    frame_to_jpeg(s, f, 32, &jpeg, &err) && frame_create(f, &copy, &err);
        hit = fault_disarm();
        assert_int_equal(good, !hit);
        if (!good)
            assert_int_equal(err.code, ERROR_NO_MEMORY);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_unref_frees),
        cmocka_unit_test(a_wide_frame_is_letterboxed_in_the_middle),
        cmocka_unit_test(a_high_frame_has_bars_at_its_sides),
        cmocka_unit_test(shrinking_averages_the_area),
        cmocka_unit_test(full_and_limited_range_are_told_apart),
        cmocka_unit_test(odd_and_tiny_frames_work),
        cmocka_unit_test(a_turned_square_is_sampled_upright),
        cmocka_unit_test(outside_of_the_frame_is_black),
        cmocka_unit_test(a_jpeg_is_no_larger_than_asked_and_reads_back),
        cmocka_unit_test(damaged_jpegs_are_refused),
        cmocka_unit_test(sizes_over_the_limits_are_refused),
        cmocka_unit_test(orientation_is_read_from_the_matrix),
        cmocka_unit_test(wide_pixels_widen_and_absurd_ones_are_ignored),
        cmocka_unit_test(running_out_of_memory_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
