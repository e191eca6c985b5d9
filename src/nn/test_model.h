/* For the tests of this folder: puts a small model together, node by node, as its files would
 * hold it, and runs it. */
#pragma once
#include "support/test.h"

#include "base/buf.h"
#include "crypto/base64.h"
#include "nn/nn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_VALUES_MAX 8192

struct test_tensor {
    struct nn_shape shape;
    float values[TEST_VALUES_MAX];
};

struct test_model {
    struct buf nodes, manifest, weights, json;
    uint32_t random;
};

#define SHAPE(...) ((struct nn_shape){(int)(sizeof((int64_t[]){__VA_ARGS__}) / 8), {__VA_ARGS__}})

static inline void test_model_done(struct test_model *m)
{
    buf_done(&m->nodes);
    buf_done(&m->manifest);
    buf_done(&m->weights);
    buf_done(&m->json);
}

static inline size_t test_count(const struct nn_shape *s)
{
    size_t count = 1;
    for (int i = 0; i < s->rank; i++)
        count *= (size_t)s->dims[i];
    return count;
}

/* -1 to 1, the same numbers every time. */
static inline float test_random(struct test_model *m)
{
    m->random = m->random * 1664525u + 1013904223u;
    return (float)(m->random >> 8) / 8388608.0f - 1.0f;
}

static inline void test_fill(struct test_model *m, struct nn_shape shape, struct test_tensor *ret)
{
    ret->shape = shape;
    assert_true(test_count(&shape) <= TEST_VALUES_MAX);
    for (size_t i = 0; i < test_count(&shape); i++)
        ret->values[i] = test_random(m);
}

/* A node of `op`; `inputs` are names with spaces between, `attr` the inside of a JSON object. */
static inline void test_node(struct test_model *m, const char *name, const char *op,
                             const char *inputs, const char *attr)
{
    buf_printf(&m->nodes, "%s{\"name\":\"%s\",\"op\":\"%s\",\"input\":[", m->nodes.len ? "," : "",
               name, op);
    struct str rest = str_from(inputs), part;
    for (size_t i = 0; rest.len && str_split(&rest, ' ', &part); i++)
        buf_printf(&m->nodes, "%s\"" STR_FMT "\"", i ? "," : "", STR_ARG(part));
    buf_printf(&m->nodes, "],\"attr\":{%s}}", attr);
}

static inline void test_entry(struct test_model *m, const char *name, const char *dtype,
                              const char *more, struct nn_shape shape)
{
    test_node(m, name, "Const", "", "");
    buf_printf(&m->manifest, "%s{\"name\":\"%s\",\"dtype\":\"%s\"%s,\"shape\":[",
               m->manifest.len ? "," : "", name, dtype, more);
    for (int i = 0; i < shape.rank; i++)
        buf_printf(&m->manifest, "%s%lld", i ? "," : "", (long long)shape.dims[i]);
    buf_printf(&m->manifest, "]}");
}

static inline void test_constant(struct test_model *m, const char *name,
                                 const struct test_tensor *t)
{
    test_entry(m, name, "float32", "", t->shape);
    for (size_t i = 0; i < test_count(&t->shape); i++) {
        uint32_t bits;
        memcpy(&bits, &t->values[i], sizeof bits);
        buf_add_u32le(&m->weights, bits);
    }
}

/* Random numbers as a constant, which come in *ret too. */
static inline void test_weights(struct test_model *m, const char *name, struct nn_shape shape,
                                struct test_tensor *ret)
{
    test_fill(m, shape, ret);
    test_constant(m, name, ret);
}

static inline void test_number(struct test_model *m, const char *name, float value)
{
    test_constant(m, name, &(struct test_tensor){{0}, {value}});
}

static inline void test_ints(struct test_model *m, const char *name, struct nn_shape shape,
                             const int32_t *values)
{
    test_entry(m, name, "int32", "", shape);
    for (size_t i = 0; i < test_count(&shape); i++)
        buf_add_u32le(&m->weights, (uint32_t)values[i]);
}

/* "padding":{"s":"U0FNRQ=="},... of a window; 0 for ksize leaves it out. */
static inline const char *test_window(const char *padding, int stride, int ksize,
                                      const char *fused_a, const char *fused_b)
{
    static char text[600];
    CLEANUP(buf_done) struct buf b = {0};
    buf_printf(&b,
               "\"strides\":{\"list\":{\"i\":[\"1\",\"%d\",\"%d\",\"1\"]}},\"padding\":{\"s\":\"",
               stride, stride);
    base64_encode(&b, str_from(padding));
    buf_printf(&b, "\"}");
    if (ksize)
        buf_printf(&b, ",\"ksize\":{\"list\":{\"i\":[\"1\",\"%d\",\"%d\",\"1\"]}}", ksize, ksize);
    if (fused_a) {
        buf_printf(&b, ",\"fused_ops\":{\"list\":{\"s\":[\"");
        base64_encode(&b, str_from(fused_a));
        if (fused_b) {
            buf_printf(&b, "\",\"");
            base64_encode(&b, str_from(fused_b));
        }
        buf_printf(&b, "\"]}}");
    }
    assert_true(b.len < sizeof text);
    memcpy(text, b.ptr, b.len);
    text[b.len] = '\0';
    return text;
}

/* A placeholder "x" that declares `shape`. */
static inline void test_input(struct test_model *m, struct nn_shape shape)
{
    CLEANUP(buf_done) struct buf b = {0};
    buf_printf(&b, "\"shape\":{\"shape\":{\"dim\":[");
    for (int i = 0; i < shape.rank; i++)
        buf_printf(&b, "%s{\"size\":\"%lld\"}", i ? "," : "", (long long)shape.dims[i]);
    buf_printf(&b, "]}}");
    const char *attr;
    assert_true(buf_c_text(&b, &attr, NULL));
    test_node(m, "x", "Placeholder", "", attr);
}

static inline struct str test_json(struct test_model *m)
{
    buf_clear(&m->json);
    buf_printf(&m->json, "{\"modelTopology\":{\"node\":[");
    buf_add(&m->json, buf_str(&m->nodes));
    buf_printf(&m->json, "]},\"weightsManifest\":[{\"paths\":[\"w.bin\"],\"weights\":[");
    buf_add(&m->json, buf_str(&m->manifest));
    buf_printf(&m->json, "]}]}");
    return buf_str(&m->json);
}

static inline bool test_parse(struct test_model *m, struct nn_shape input, const char *output,
                              struct nn_model **ret, struct error *err)
{
    return nn_model_parse(test_json(m), buf_str(&m->weights), &input, &output, 1, ret, err);
}

/* Runs the model on `x` and gives its outputs, names with spaces between, one tensor for each. */
static inline void test_run(struct test_model *m, const struct test_tensor *x, const char *outputs,
                            struct test_tensor *ret)
{
    char names[NN_OUTPUTS_MAX][64];
    const char *list[NN_OUTPUTS_MAX];
    size_t len = 0;
    struct str rest = str_from(outputs), part;
    for (; rest.len && str_split(&rest, ' ', &part); len++) {
        snprintf(names[len], sizeof names[len], STR_FMT, STR_ARG(part));
        list[len] = names[len];
    }
    CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
    struct error err;
    struct nn_shape shape;
    assert_good(
        nn_model_parse(test_json(m), buf_str(&m->weights), &x->shape, list, len, &model, &err),
        err);
    assert_good(nn_runner_create(model, &r, &err), err);
    float *input = nn_runner_input(r, &shape);
    assert_int_equal(test_count(&shape), test_count(&x->shape));
    memcpy(input, x->values, test_count(&x->shape) * sizeof *input);
    for (int run = 0; run < 2; run++) { /* a run must not spoil the next one */
        assert_good(nn_run(r, &err), err);
        for (size_t i = 0; i < len; i++) {
            const float *values = nn_runner_output(r, i, &ret[i].shape);
            assert_true(test_count(&ret[i].shape) <= TEST_VALUES_MAX);
            if (run)
                assert_memory_equal(ret[i].values, values,
                                    test_count(&ret[i].shape) * sizeof *values);
            memcpy(ret[i].values, values, test_count(&ret[i].shape) * sizeof *values);
        }
    }
}
