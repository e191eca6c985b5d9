/* Each operation in a model of a few nodes, against the same thing written out in plain loops. */
#include "nn/test_model.h"

#include <math.h>
#include <pthread.h>

#define TOLERANCE 2e-5f

static struct test_tensor x, y[NN_OUTPUTS_MAX], want, w, w2, b, b2, s;

static void assert_near(const struct test_tensor *got, const struct test_tensor *wanted)
{
    assert_int_equal(got->shape.rank, wanted->shape.rank);
    for (int i = 0; i < wanted->shape.rank; i++)
        assert_int_equal(got->shape.dims[i], wanted->shape.dims[i]);
    for (size_t i = 0; i < test_count(&wanted->shape); i++)
        if (!(fabsf(got->values[i] - wanted->values[i]) <=
              TOLERANCE * fmaxf(1, fabsf(wanted->values[i]))))
            fail_msg("number %zu is %g, not %g", i, (double)got->values[i],
                     (double)wanted->values[i]);
}

static int64_t last(const struct test_tensor *t) { return t->shape.dims[t->shape.rank - 1]; }

static float at(const struct test_tensor *t, int64_t n, int64_t row, int64_t column, int64_t c,
                float outside)
{
    const int64_t *d = t->shape.dims;
    if (row < 0 || row >= d[1] || column < 0 || column >= d[2])
        return outside;
    return t->values[((n * d[1] + row) * d[2] + column) * d[3] + c];
}

enum window_kind { WINDOW_NONE = 0, WINDOW_CONV, WINDOW_DEPTHWISE, WINDOW_MAX };

static float window_value(enum window_kind kind, const struct test_tensor *in,
                          const struct test_tensor *weights, int64_t size, const int64_t place[3],
                          int64_t c)
{
    double sum = 0;
    float top = -INFINITY;
    int64_t channels = last(in);
    for (int64_t i = 0; i < size; i++)
        for (int64_t j = 0; j < size; j++)
            for (int64_t k = 0; k < channels; k++) {
                if (kind != WINDOW_CONV && k != c)
                    continue;
                float v = at(in, place[0], place[1] + i, place[2] + j, k,
                             kind == WINDOW_MAX ? -INFINITY : 0);
                top = fmaxf(top, v);
                if (kind == WINDOW_CONV)
                    sum += (double)v *
                           (double)
                               weights->values[((i * size + j) * channels + k) * last(weights) + c];
                else if (kind == WINDOW_DEPTHWISE)
                    sum += (double)v * (double)weights->values[(i * size + j) * channels + c];
            }
    return kind == WINDOW_MAX ? top : (float)sum;
}

/* Square windows. SAME as TensorFlow says it: the odd pixel of padding goes below and right. */
static void slide(enum window_kind kind, const struct test_tensor *in,
                  const struct test_tensor *weights, int64_t size, int64_t stride, bool same,
                  struct test_tensor *ret)
{
    int64_t before[2] = {0}, out[2];
    for (int i = 0; i < 2; i++) {
        int64_t n = in->shape.dims[1 + i];
        out[i] = same ? (n + stride - 1) / stride : (n - size) / stride + 1;
        if (same && (out[i] - 1) * stride + size > n)
            before[i] = ((out[i] - 1) * stride + size - n) / 2;
    }
    int64_t channels = kind == WINDOW_CONV ? last(weights) : last(in);
    ret->shape = SHAPE(in->shape.dims[0], out[0], out[1], channels);
    float *to = ret->values;
    for (int64_t n = 0; n < in->shape.dims[0]; n++)
        for (int64_t i = 0; i < out[0]; i++)
            for (int64_t j = 0; j < out[1]; j++)
                for (int64_t c = 0; c < channels; c++) {
                    int64_t place[3] = {n, i * stride - before[0], j * stride - before[1]};
                    *to++ = window_value(kind, in, weights, size, place, c);
                }
}

static void shift(struct test_tensor *t, const struct test_tensor *by)
{
    for (size_t i = 0; i < test_count(&t->shape); i++)
        t->values[i] += by->values[i % test_count(&by->shape)];
}

static void scale(struct test_tensor *t, const struct test_tensor *by)
{
    for (size_t i = 0; i < test_count(&t->shape); i++)
        t->values[i] *= by->values[i % test_count(&by->shape)];
}

static void keep_in(struct test_tensor *t, float min, float max)
{
    for (size_t i = 0; i < test_count(&t->shape); i++)
        t->values[i] = fminf(fmaxf(t->values[i], min), max);
}

static void slope(struct test_tensor *t, const struct test_tensor *by)
{
    for (size_t i = 0; i < test_count(&t->shape); i++)
        t->values[i] *= t->values[i] < 0 ? by->values[i % test_count(&by->shape)] : 1;
}

/* The input "x" and its values. */
static void start(struct test_model *m, struct nn_shape shape)
{
    test_input(m, shape);
    test_fill(m, shape, &x);
}

static void convolutions_pad_stride_and_fuse_as_tensorflow_does(void **state)
{
    (void)state;
    static const struct {
        int64_t height, width, in, out, size, stride;
        bool same, depthwise;
        const char *last;
    } cases[] = {
        {8, 8, 3, 5, 3, 2, true, false, "Relu"},   {9, 7, 3, 16, 5, 2, true, false, NULL},
        {9, 7, 8, 8, 3, 2, false, false, "Relu6"}, {6, 5, 24, 24, 1, 1, false, false, "Prelu"},
        {6, 6, 16, 33, 1, 1, true, false, "Relu"}, {6, 6, 4, 7, 2, 2, false, false, "Prelu"},
        {4, 4, 2, 3, 3, 3, false, false, NULL},    {8, 8, 24, 24, 3, 1, true, true, NULL},
        {9, 8, 18, 18, 5, 1, true, true, "Relu6"}, {8, 9, 32, 32, 3, 2, true, true, "Relu"},
        {7, 7, 5, 5, 3, 2, false, true, NULL},     {1, 1, 16, 16, 3, 1, true, true, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(test_model_done) struct test_model m = {.random = (uint32_t)i};
        bool depthwise = cases[i].depthwise;
        bool prelu = cases[i].last && !strcmp(cases[i].last, "Prelu");
        start(&m, SHAPE(1, cases[i].height, cases[i].width, cases[i].in));
        test_weights(&m, "w",
                     SHAPE(cases[i].size, cases[i].size, cases[i].in, depthwise ? 1 : cases[i].out),
                     &w);
        test_weights(&m, "b", SHAPE(cases[i].out), &b);
        test_weights(&m, "s", SHAPE(1, 1, cases[i].out), &s);
        test_node(&m, "y", depthwise ? "FusedDepthwiseConv2dNative" : "_FusedConv2D",
                  prelu ? "x w b s" : "x w b",
                  test_window(cases[i].same ? "SAME" : "VALID", (int)cases[i].stride, 0, "BiasAdd",
                              cases[i].last));
        test_run(&m, &x, "y", y);
        slide(depthwise ? WINDOW_DEPTHWISE : WINDOW_CONV, &x, &w, cases[i].size, cases[i].stride,
              cases[i].same, &want);
        shift(&want, &b);
        if (prelu)
            slope(&want, &s);
        else if (cases[i].last)
            keep_in(&want, 0, cases[i].last[4] ? 6 : INFINITY);
        assert_near(&y[0], &want);
    }
}

static void float16_weights_are_read_exactly(void **state)
{
    (void)state;
    static const struct {
        uint16_t half;
        float value;
    } cases[] = {
        {0x3c00, 1},           {0xc000, -2},       {0x3555, 0.333251953125f}, {0x0001, 0x1p-24f},
        {0x83ff, -0x3ffp-24f}, {0x0400, 0x1p-14f}, {0x7bff, 65504},           {0x8000, 0}};
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(1, ARRAY_LEN(cases)));
    want = x;
    test_entry(&m, "w", "float32", ",\"quantization\":{\"dtype\":\"float16\"}",
               SHAPE(ARRAY_LEN(cases)));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_add_char(&m.weights, (char)(cases[i].half & 255));
        buf_add_char(&m.weights, (char)(cases[i].half >> 8));
        x.values[i] = 1;
        want.values[i] = cases[i].value;
    }
    test_node(&m, "y", "Mul", "x w", "");
    test_run(&m, &x, "y", y);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_true(y[0].values[i] == want.values[i]);
}

static void dense_layers_multiply_rows(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(2, 37));
    test_weights(&m, "w", SHAPE(37, 19), &w);
    test_weights(&m, "b", SHAPE(19), &b);
    test_node(&m, "y", "_FusedMatMul", "x w b", test_window("SAME", 1, 0, "BiasAdd", "Relu"));
    test_node(&m, "plain", "MatMul", "x w", "");
    test_run(&m, &x, "y plain", y);
    want.shape = SHAPE(2, 19);
    for (int64_t r = 0; r < 2; r++)
        for (int64_t c = 0; c < 19; c++) {
            double sum = 0;
            for (int64_t k = 0; k < 37; k++)
                sum += (double)x.values[r * 37 + k] * (double)w.values[k * 19 + c];
            want.values[r * 19 + c] = (float)sum;
        }
    assert_near(&y[1], &want);
    shift(&want, &b);
    keep_in(&want, 0, INFINITY);
    assert_near(&y[0], &want);
}

static void sums_become_part_of_the_convolution(void **state)
{
    (void)state;
    /* Whether the other addend is needed afterwards, and on which side of the sum it stands. */
    for (int i = 0; i < 4; i++) {
        CLEANUP(test_model_done) struct test_model m = {.random = (uint32_t)i};
        start(&m, SHAPE(1, 6, 7, 16));
        test_weights(&m, "w", SHAPE(1, 1, 16, 16), &w);
        test_weights(&m, "w2", SHAPE(3, 3, 16, 1), &w2);
        test_weights(&m, "b", SHAPE(16), &b);
        test_node(&m, "first", "_FusedConv2D", "x w b",
                  test_window("VALID", 1, 0, "BiasAdd", NULL));
        test_node(&m, "act", "Relu", "first", "");
        test_node(&m, "deep", "DepthwiseConv2dNative", "act w2",
                  test_window("SAME", 1, 0, NULL, NULL));
        test_node(&m, "second", "_FusedConv2D", "deep w b",
                  test_window("SAME", 1, 0, "BiasAdd", NULL));
        test_node(&m, "sum", "AddV2", i & 1 ? "act second" : "second act", "");
        test_node(&m, "y", "Relu", "sum", "");
        test_run(&m, &x, i & 2 ? "y act" : "y", y);
        slide(WINDOW_CONV, &x, &w, 1, 1, true, &want);
        shift(&want, &b);
        keep_in(&want, 0, INFINITY);
        s = want;
        if (i & 2)
            assert_near(&y[1], &s);
        slide(WINDOW_DEPTHWISE, &s, &w2, 3, 1, true, &b2);
        slide(WINDOW_CONV, &b2, &w, 1, 1, true, &want);
        shift(&want, &b);
        shift(&want, &s);
        keep_in(&want, 0, INFINITY);
        assert_near(&y[0], &want);
    }
}

static void a_convolution_adds_to_its_own_input_and_to_another_convolution(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(1, 5, 5, 8));
    test_weights(&m, "w", SHAPE(3, 3, 8, 8), &w);
    test_weights(&m, "w2", SHAPE(5, 5, 8, 8), &w2);
    test_weights(&m, "s", SHAPE(8), &s);
    test_node(&m, "relu", "Relu", "x", "");
    test_node(&m, "a", "Conv2D", "relu w", test_window("SAME", 1, 0, NULL, NULL));
    test_node(&m, "own", "Add", "a relu", "");
    test_node(&m, "pre", "Prelu", "own s", "");
    test_node(&m, "c", "Conv2D", "pre w2", test_window("SAME", 1, 0, NULL, NULL));
    test_node(&m, "d", "Conv2D", "pre w", test_window("SAME", 1, 0, NULL, NULL));
    test_node(&m, "y", "Add", "c d", "");
    test_node(&m, "twice", "Add", "y y", "");
    test_run(&m, &x, "twice", y);
    keep_in(&x, 0, INFINITY);
    slide(WINDOW_CONV, &x, &w, 3, 1, true, &b);
    shift(&b, &x);
    slope(&b, &s);
    slide(WINDOW_CONV, &b, &w2, 5, 1, true, &want);
    slide(WINDOW_CONV, &b, &w, 3, 1, true, &b2);
    shift(&want, &b2);
    b2 = want;
    shift(&want, &b2);
    assert_near(&y[0], &want);
}

static void constants_fold_into_weights_or_stay_behind_the_relu(void **state)
{
    (void)state;
    for (int relu = 0; relu < 2; relu++) {
        CLEANUP(test_model_done) struct test_model m = {0};
        start(&m, SHAPE(1, 5, 6, 8));
        test_weights(&m, "w", SHAPE(3, 3, 8, 1), &w);
        test_weights(&m, "s", SHAPE(8), &s);
        test_weights(&m, "b", SHAPE(1, 1, 1, 8), &b);
        test_number(&m, "three", 3);
        test_node(&m, "c", "DepthwiseConv2dNative", "x w", test_window("SAME", 1, 0, NULL, NULL));
        test_node(&m, "act", "Relu", "c", "");
        test_node(&m, "mul", "Mul", relu ? "act s" : "c s", "");
        test_node(&m, "add", "Add", "b mul", "");
        test_node(&m, "y", "Mul", "three add", "");
        test_run(&m, &x, "y", y);
        slide(WINDOW_DEPTHWISE, &x, &w, 3, 1, true, &want);
        if (relu)
            keep_in(&want, 0, INFINITY);
        scale(&want, &s);
        shift(&want, &b);
        scale(&want, &(struct test_tensor){SHAPE(1), {3}});
        assert_near(&y[0], &want);
    }
}

static void what_is_asked_for_is_kept_though_it_could_be_merged(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(1, 4, 4, 4));
    test_weights(&m, "w", SHAPE(1, 1, 4, 4), &w);
    test_weights(&m, "s", SHAPE(4), &s);
    test_node(&m, "c", "Conv2D", "x w", test_window("SAME", 1, 0, NULL, NULL));
    test_node(&m, "mul", "Mul", "c s", "");
    test_node(&m, "relu", "Relu", "mul", "");
    test_node(&m, "id", "Identity", "relu:0 ^s", "");
    test_run(&m, &x, "c mul relu id x", y);
    slide(WINDOW_CONV, &x, &w, 1, 1, true, &want);
    assert_near(&y[0], &want);
    scale(&want, &s);
    assert_near(&y[1], &want);
    keep_in(&want, 0, INFINITY);
    assert_near(&y[2], &want);
    assert_near(&y[3], &want);
    assert_near(&y[4], &x);
}

static void limits_are_applied_in_order(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(2, 3, 4, 5));
    test_number(&m, "low", -0.25f);
    test_number(&m, "high", 0.5f);
    test_number(&m, "lower", -2);
    test_node(&m, "a", "Minimum", "x high", "");
    test_node(&m, "b", "Maximum", "low a", "");
    test_node(&m, "over", "Maximum", "x high", "");
    test_node(&m, "flat", "Minimum", "over lower", "");
    test_node(&m, "six", "Relu6", "x", "");
    test_run(&m, &x, "b flat six", y);
    want = x;
    keep_in(&want, -0.25f, 0.5f);
    assert_near(&y[0], &want);
    want = x;
    keep_in(&want, -2, -2);
    assert_near(&y[1], &want);
    want = x;
    keep_in(&want, 0, 6);
    assert_near(&y[2], &want);
}

static void hard_swish_is_found_and_exact(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(1, 4, 5, 6));
    scale(&x, &(struct test_tensor){SHAPE(1), {5}});
    test_number(&m, "sixth", 0.1666259765625f);
    test_number(&m, "three", 3);
    test_node(&m, "mul", "Mul", "sixth x", "");
    test_node(&m, "add", "Add", "x three", "");
    test_node(&m, "gate", "Relu6", "add", "");
    test_node(&m, "y", "Mul", "mul gate", "");
    test_run(&m, &x, "y", y);
    want = x;
    for (size_t i = 0; i < test_count(&x.shape); i++)
        want.values[i] = x.values[i] * fminf(fmaxf(x.values[i] + 3, 0), 6) / 6;
    assert_near(&y[0], &want);
}

static void gates_scale_each_channel_of_each_picture(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    static const int32_t axes[] = {1, 2};
    start(&m, SHAPE(2, 4, 5, 12));
    test_ints(&m, "axes", SHAPE(2), axes);
    test_node(&m, "mean", "Mean", "x axes", "\"keep_dims\":{\"b\":true}");
    test_node(&m, "flat", "Mean", "x axes", "");
    test_node(&m, "gate", "Sigmoid", "mean", "");
    test_node(&m, "y", "Mul", "gate x", "");
    test_run(&m, &x, "y flat", y);
    want.shape = SHAPE(2, 12);
    s = x;
    for (size_t n = 0; n < 2; n++)
        for (size_t c = 0; c < 12; c++) {
            double sum = 0;
            for (size_t i = 0; i < 20; i++)
                sum += (double)x.values[(n * 20 + i) * 12 + c];
            want.values[n * 12 + c] = (float)(sum / 20);
            for (size_t i = 0; i < 20; i++)
                s.values[(n * 20 + i) * 12 + c] *= (float)(1 / (1 + exp(-sum / 20)));
        }
    assert_near(&y[1], &want);
    assert_near(&y[0], &s);
}

static void pools_take_the_largest_inside_the_picture(void **state)
{
    (void)state;
    static const struct {
        int64_t size, stride;
        bool same;
    } cases[] = {{2, 2, false}, {2, 2, true}, {3, 1, true}, {3, 2, true}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(test_model_done) struct test_model m = {0};
        start(&m, SHAPE(1, 7, 9, 11));
        shift(&x, &(struct test_tensor){SHAPE(1), {-2}}); /* so that padding zeros would win */
        test_node(&m, "y", "MaxPool", "x",
                  test_window(cases[i].same ? "SAME" : "VALID", (int)cases[i].stride,
                              (int)cases[i].size, NULL, NULL));
        test_run(&m, &x, "y", y);
        slide(WINDOW_MAX, &x, NULL, cases[i].size, cases[i].stride, cases[i].same, &want);
        assert_near(&y[0], &want);
    }
}

static void pads_and_joins_keep_every_number_in_its_place(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    static const int32_t sides[] = {0, 0, 1, 2, 3, 0, 0, 4}, axis = 3;
    start(&m, SHAPE(2, 3, 2, 5));
    test_ints(&m, "sides", SHAPE(4, 2), sides);
    test_ints(&m, "axis", (struct nn_shape){0}, &axis);
    test_node(&m, "pad", "Pad", "x sides", "");
    test_node(&m, "join", "ConcatV2", "x x x axis", "");
    test_node(&m, "y", "Relu", "join", "");
    test_run(&m, &x, "pad y", y);
    want.shape = SHAPE(2, 6, 5, 9);
    s.shape = SHAPE(2, 3, 2, 15);
    float *to = want.values, *join = s.values;
    for (int64_t n = 0; n < 2; n++)
        for (int64_t i = 0; i < 6; i++)
            for (int64_t j = 0; j < 5; j++)
                for (int64_t c = 0; c < 9; c++)
                    *to++ = c < 5 ? at(&x, n, i - 1, j - 3, c, 0) : 0;
    for (size_t i = 0; i < 2 * 3 * 2; i++)
        for (size_t c = 0; c < 15; c++)
            *join++ = fmaxf(x.values[i * 5 + c % 5], 0);
    assert_near(&y[0], &want);
    assert_near(&y[1], &s);
}

static void doubling_a_picture_keeps_its_pixels_and_fills_between(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    static const int32_t size[] = {6, 8};
    start(&m, SHAPE(1, 3, 4, 2));
    test_ints(&m, "size", SHAPE(2), size);
    test_node(&m, "y", "ResizeBilinear", "x size", "");
    test_fill(&m, SHAPE(2, 5, 4, 2), &x); /* another size than declared is doubled as well */
    test_run(&m, &x, "y", y);
    want.shape = SHAPE(2, 10, 8, 2);
    float *to = want.values;
    for (int64_t n = 0; n < 2; n++)
        for (int64_t i = 0; i < 10; i++)
            for (int64_t j = 0; j < 8; j++)
                for (int64_t c = 0; c < 2; c++) {
                    int64_t below = MIN(i / 2 + i % 2, 4), right = MIN(j / 2 + j % 2, 3);
                    *to++ = (at(&x, n, i / 2, j / 2, c, 0) + at(&x, n, below, j / 2, c, 0) +
                             at(&x, n, i / 2, right, c, 0) + at(&x, n, below, right, c, 0)) /
                            4;
                }
    assert_near(&y[0], &want);
}

static void softmax_sums_to_one_and_reshape_changes_only_the_shape(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    static const int32_t target[] = {1, 6, 4}, open[] = {-1, 8};
    start(&m, SHAPE(1, 2, 3, 4));
    test_ints(&m, "target", SHAPE(3), target);
    test_ints(&m, "open", SHAPE(2), open);
    test_node(&m, "rows", "Reshape", "x target", "");
    test_node(&m, "y", "Softmax", "rows", "");
    test_node(&m, "flat", "Reshape", "y open", "");
    test_fill(&m, SHAPE(2, 4, 3, 4), &x);
    x.values[5] = 200; /* exp() of it alone would be infinite */
    test_run(&m, &x, "y flat rows", y);
    want = x;
    want.shape = SHAPE(2, 12, 4);
    assert_near(&y[2], &want);
    for (size_t r = 0; r < 24; r++) {
        double sum = 0, top = -INFINITY;
        for (size_t c = 0; c < 4; c++)
            top = fmax(top, (double)x.values[r * 4 + c]);
        for (size_t c = 0; c < 4; c++)
            sum += exp((double)x.values[r * 4 + c] - top);
        for (size_t c = 0; c < 4; c++)
            want.values[r * 4 + c] = (float)(exp((double)x.values[r * 4 + c] - top) / sum);
    }
    assert_near(&y[0], &want);
    want.shape = SHAPE(12, 8);
    assert_near(&y[1], &want);
}

static void the_input_survives_a_run(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    start(&m, SHAPE(1, 4, 4, 8));
    test_weights(&m, "w", SHAPE(1, 1, 8, 8), &w);
    test_weights(&m, "s", SHAPE(8), &s);
    test_node(&m, "c", "Conv2D", "x w", test_window("SAME", 1, 0, NULL, NULL));
    test_node(&m, "sum", "Add", "c x", "");
    test_node(&m, "y", "Prelu", "sum s", "");
    test_run(&m, &x, "y", y); /* runs twice on what was filled in once */
    slide(WINDOW_CONV, &x, &w, 1, 1, true, &want);
    shift(&want, &x);
    slope(&want, &s);
    assert_near(&y[0], &want);
}

struct worker {
    const struct nn_model *model;
    const struct test_tensor *input, *wanted;
    size_t wrong; /* runs that gave other bits */
};

static void *work(void *arg)
{
    struct worker *me = arg;
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
    struct error err;
    me->wrong = SIZE_MAX;
    if (!nn_runner_create(me->model, &r, &err))
        return NULL;
    memcpy(nn_runner_input(r, NULL), me->input->values,
           test_count(&me->input->shape) * sizeof(float));
    me->wrong = 0;
    for (int i = 0; i < 200; i++)
        if (!nn_run(r, &err) || memcmp(nn_runner_output(r, 0, NULL), me->wanted->values,
                                       test_count(&me->wanted->shape) * sizeof(float)) != 0)
            me->wrong++;
    return NULL;
}

static void threads_share_a_model_and_give_the_same_bits(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
    static const int32_t axes[] = {1, 2};
    struct error err;
    start(&m, SHAPE(1, 16, 16, 16));
    test_weights(&m, "w", SHAPE(3, 3, 16, 24), &w);
    test_weights(&m, "w2", SHAPE(24, 10), &w2);
    test_ints(&m, "axes", SHAPE(2), axes);
    test_node(&m, "c", "Conv2D", "x w", test_window("SAME", 2, 0, NULL, NULL));
    test_node(&m, "r", "Relu", "c", "");
    test_node(&m, "mean", "Mean", "r axes", "");
    test_node(&m, "d", "MatMul", "mean w2", "");
    test_node(&m, "y", "Softmax", "d", "");
    test_run(&m, &x, "y", y);
    assert_good(test_parse(&m, x.shape, "y", &model, &err), err);
    struct worker workers[3];
    pthread_t threads[ARRAY_LEN(workers)];
    for (size_t i = 0; i < ARRAY_LEN(workers); i++) {
        workers[i] = (struct worker){model, &x, &y[0], 0};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < ARRAY_LEN(workers); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(workers[i].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_pad_stride_and_fuse_as_tensorflow_does),
        cmocka_unit_test(float16_weights_are_read_exactly),
        cmocka_unit_test(dense_layers_multiply_rows),
        cmocka_unit_test(sums_become_part_of_the_convolution),
        cmocka_unit_test(a_convolution_adds_to_its_own_input_and_to_another_convolution),
        cmocka_unit_test(constants_fold_into_weights_or_stay_behind_the_relu),
        cmocka_unit_test(what_is_asked_for_is_kept_though_it_could_be_merged),
        cmocka_unit_test(limits_are_applied_in_order),
        cmocka_unit_test(hard_swish_is_found_and_exact),
        cmocka_unit_test(gates_scale_each_channel_of_each_picture),
        cmocka_unit_test(pools_take_the_largest_inside_the_picture),
        cmocka_unit_test(pads_and_joins_keep_every_number_in_its_place),
        cmocka_unit_test(doubling_a_picture_keeps_its_pixels_and_fills_between),
        cmocka_unit_test(softmax_sums_to_one_and_reshape_changes_only_the_shape),
        cmocka_unit_test(the_input_survives_a_run),
        cmocka_unit_test(threads_share_a_model_and_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
