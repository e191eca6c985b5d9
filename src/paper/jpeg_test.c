#include "paper/jpeg.h"

#include "analysis/report_testing.h"
#include "support/test.h"

#include <string.h>

static void the_size_is_read_from_the_frame(void **state)
{
    (void)state;
    int width = 0, height = 0;
    assert_true(jpeg_size(TESTING_JPEG, &width, &height));
    assert_int_equal(width, 2);
    assert_int_equal(height, 1);
}

static void whatever_is_cut_off_or_another_kind_is_refused(void **state)
{
    (void)state;
    int width = -1, height = -1;
    char bytes[sizeof TESTING_JPEG_BYTES];
    for (size_t len = 0; len < 15; len++)
        assert_false(jpeg_size(str_bytes(TESTING_JPEG_BYTES, len), &width, &height));
    static const struct {
        size_t at;
        char value;
    } wrong[] = {
        {0, 0},          /* no JPEG */
        {3, (char)0xc3}, /* lossless */
        {3, (char)0xc9}, /* arithmetic */
        {3, (char)0xda}, /* a scan before any frame */
        {5, 7},          /* a header too short for what it holds */
        {5, 1},          /* a length that does not even hold itself */
        {6, 12},         /* 12 bits */
        {7, (char)0x80}, /* 32769 lines */
        {8, 0},          /* no line */
        {11, 4},         /* four colours */
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        memcpy(bytes, TESTING_JPEG_BYTES, sizeof bytes);
        bytes[wrong[i].at] = wrong[i].value;
        assert_false(jpeg_size(str_bytes(bytes, sizeof bytes - 1), &width, &height));
    }
    assert_true(width == -1 && height == -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_size_is_read_from_the_frame),
        cmocka_unit_test(whatever_is_cut_off_or_another_kind_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
