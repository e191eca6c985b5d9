/* The operations that are simpler in plain C than as a primitive of a library. Dense float32, last
 * dimension fastest; `in` and `out` may be the same only where it says so. */
#pragma once
#include "base/base.h"
#include "nn/graph.h"

/* out = in * scale[c] + shift[c]; `in` may be `out`. */
void kernel_scale(const float *in, float *out, int64_t rows, int64_t channels, const float *scale,
                  const float *shift);
/* Over each row; `in` may be `out`. */
void kernel_softmax(const float *in, float *out, int64_t rows, int64_t channels);
/* Zeros around; `in_shape` has `rank` dimensions. */
void kernel_pad(const float *in, const struct nn_shape *in_shape, float *out,
                const struct nn_shape *out_shape, const int64_t pads[NN_RANK_MAX][2]);
/* Twice the height and width: out[2i] = in[i], out[2i+1] the mean of in[i] and in[i+1], the last
 * one repeated. What TensorFlow's ResizeBilinear does when it aligns neither corners nor centres.
 */
void kernel_resize_twice(const float *in, const struct nn_shape *in_shape, float *out);
/* Copies `rows` of `channels` into wider rows of `stride` numbers, each kept in min..max. */
void kernel_copy_rows(const float *in, int64_t rows, int64_t channels, float *out, int64_t stride,
                      float min, float max);
