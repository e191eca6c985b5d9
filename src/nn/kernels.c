#include "nn/kernels.h"

#include <math.h>
#include <string.h>

void kernel_scale(const float *in, float *out, int64_t rows, int64_t channels, const float *scale,
                  const float *shift)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < channels; c++)
            out[r * channels + c] = in[r * channels + c] * scale[c] + shift[c];
}

void kernel_softmax(const float *in, float *out, int64_t rows, int64_t channels)
{
    for (int64_t r = 0; r < rows; r++, in += channels, out += channels) {
        float top = in[0];
        for (int64_t c = 1; c < channels; c++)
            top = fmaxf(top, in[c]);
        double sum = 0;
        for (int64_t c = 0; c < channels; c++) {
            out[c] = expf(in[c] - top);
            sum += (double)out[c];
        }
        for (int64_t c = 0; c < channels; c++)
            out[c] = (float)((double)out[c] / sum);
    }
}

void kernel_pad(const float *in, const struct nn_shape *in_shape, float *out,
                const struct nn_shape *out_shape, const int64_t pads[NN_RANK_MAX][2])
{
    /* The same picture with four dimensions, the missing ones in front. */
    int64_t from[NN_RANK_MAX] = {1, 1, 1, 1}, to[NN_RANK_MAX] = {1, 1, 1, 1};
    int64_t before[NN_RANK_MAX] = {0};
    int missing = NN_RANK_MAX - in_shape->rank;
    for (int i = 0; i < in_shape->rank; i++) {
        from[missing + i] = in_shape->dims[i];
        to[missing + i] = out_shape->dims[i];
        before[missing + i] = pads[i][0];
    }
    memset(out, 0, (size_t)(to[0] * to[1] * to[2] * to[3]) * sizeof *out);
    for (int64_t n = 0; n < from[0]; n++)
        for (int64_t y = 0; y < from[1]; y++)
            for (int64_t x = 0; x < from[2]; x++, in += from[3]) {
                int64_t row = ((n + before[0]) * to[1] + y + before[1]) * to[2] + x + before[2];
                memcpy(out + row * to[3] + before[3], in, (size_t)from[3] * sizeof *in);
            }
}

static void double_row(const float *above, const float *below, int64_t width, int64_t channels,
                       float *out)
{
    for (int64_t x = 0; x < width; x++) {
        const float *a = above + x * channels, *b = below + x * channels;
        int64_t right = x + 1 < width ? channels : 0;
        float *left_out = out + 2 * x * channels, *right_out = left_out + channels;
        for (int64_t c = 0; c < channels; c++) {
            float here = (a[c] + b[c]) * 0.5f, next = (a[right + c] + b[right + c]) * 0.5f;
            left_out[c] = here;
            right_out[c] = (here + next) * 0.5f;
        }
    }
}

void kernel_resize_twice(const float *in, const struct nn_shape *in_shape, float *out)
{
    int64_t height = in_shape->dims[1], width = in_shape->dims[2], channels = in_shape->dims[3];
    int64_t row = width * channels;
    for (int64_t n = 0; n < in_shape->dims[0]; n++)
        for (int64_t y = 0; y < height; y++, in += row, out += 4 * row) {
            double_row(in, in, width, channels, out);
            double_row(in, y + 1 < height ? in + row : in, width, channels, out + 2 * row);
        }
}

void kernel_copy_rows(const float *in, int64_t rows, int64_t channels, float *out, int64_t stride,
                      float min, float max)
{
    for (int64_t r = 0; r < rows; r++, in += channels, out += stride)
        for (int64_t c = 0; c < channels; c++) {
            float value = in[c] < min ? min : in[c];
            out[c] = value > max ? max : value;
        }
}
