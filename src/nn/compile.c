/* Operation by operation: describes it to oneDNN, lets it choose a kernel for nhwc data and any
 * layout of weights, and brings the weights into that layout. Sums into the destination and
 * activations ride along as post-ops. */
#include "nn/onednn.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void desc_done(dnnl_primitive_desc_t *d)
{
    if (*d)
        dnnl_primitive_desc_destroy(*d);
}

static void attr_done(dnnl_primitive_attr_t *a)
{
    if (*a)
        dnnl_primitive_attr_destroy(*a);
}

static void post_ops_done(dnnl_post_ops_t *p)
{
    if (*p)
        dnnl_post_ops_destroy(*p);
}

static void primitive_done(dnnl_primitive_t *p)
{
    if (*p)
        dnnl_primitive_destroy(*p);
}

static void memory_done(dnnl_memory_t *m)
{
    if (*m)
        dnnl_memory_destroy(*m);
}

bool onednn_error(dnnl_status_t status, const char *node, struct error *err)
{
    switch (status) {
    case dnnl_out_of_memory:
        return error_no_memory(err);
    case dnnl_unimplemented:
    case dnnl_invalid_arguments:
        return error_set(err, ERROR_UNSUPPORTED, "node %s: the engine has no kernel for it", node);
    case dnnl_success:
    case dnnl_iterator_ends:
    case dnnl_runtime_error:
    case dnnl_not_required:
        break;
    }
    return error_set(err, ERROR_INTERNAL, "node %s: the engine failed (status %d)", node,
                     (int)status);
}

struct compiling {
    const struct graph *g;
    const struct op *op;
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    struct step *step;
    struct error *err;
};

static bool ok(struct compiling *c, dnnl_status_t status)
{
    return status == dnnl_success || onednn_error(status, c->op->name, c->err);
}

/* Ours is [batch, height, width, channels]; oneDNN names the same memory n, c, h, w in layout nhwc.
 * Fewer dimensions: the first is the batch, the last the channels. */
static bool image_layout(struct compiling *c, const struct nn_shape *s, dnnl_memory_desc_t *ret)
{
    dnnl_dims_t dims = {1, shape_last(s), 1, 1};
    if (s->rank > 1)
        dims[0] = s->dims[0];
    for (int i = 1; i < s->rank - 1; i++)
        dims[1 + i] = s->dims[i];
    return ok(c, dnnl_memory_desc_init_by_tag(ret, 4, dims, dnnl_f32, dnnl_nhwc));
}

static bool value_layout(struct compiling *c, size_t op, dnnl_memory_desc_t *ret)
{
    return image_layout(c, &c->g->ops[op].shape, ret);
}

static void bind(struct compiling *c, int argument, const dnnl_memory_desc_t *layout, size_t op,
                 dnnl_memory_t constant)
{
    c->step->bindings[c->step->bindings_len++] =
        (struct binding){argument, *layout, constant, false, op};
}

static dnnl_alg_kind_t activation_kind(struct activation a, float *ret_alpha, float *ret_beta)
{
    *ret_alpha = *ret_beta = 0;
    switch (a.kind) {
    case ACTIVATION_HARD_SWISH:
        return dnnl_eltwise_hardswish;
    case ACTIVATION_SIGMOID:
        return dnnl_eltwise_logistic;
    case ACTIVATION_CLAMP:
        if (a.min == 0 && isinf(a.max))
            return dnnl_eltwise_relu;
        *ret_alpha = fmaxf(a.min, -FLT_MAX);
        *ret_beta = fminf(a.max, FLT_MAX);
        return dnnl_eltwise_clip;
    case ACTIVATION_NONE:
        break;
    }
    return dnnl_alg_kind_undef;
}

/* Scratch memory is the runner's, so that one primitive can serve many threads. */
static bool make_attr(struct compiling *c, bool adds, dnnl_primitive_attr_t *ret)
{
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(post_ops_done) dnnl_post_ops_t posts = NULL;
    float alpha, beta;
    dnnl_alg_kind_t kind = activation_kind(c->op->activation, &alpha, &beta);
    if (!ok(c, dnnl_primitive_attr_create(&attr)) ||
        !ok(c, dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user)) ||
        !ok(c, dnnl_post_ops_create(&posts)) ||
        (adds && !ok(c, dnnl_post_ops_append_sum(posts, 1))) ||
        (kind != dnnl_alg_kind_undef &&
         !ok(c, dnnl_post_ops_append_eltwise(posts, 1, kind, alpha, beta))) ||
        !ok(c, dnnl_primitive_attr_set_post_ops(attr, posts)))
        return false;
    *ret = TAKE(attr);
    return true;
}

static bool make_primitive(struct compiling *c, const_dnnl_op_desc_t what,
                           const_dnnl_primitive_attr_t attr, dnnl_primitive_desc_t *ret)
{
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    if (!ok(c, dnnl_primitive_desc_create(&desc, what, attr, c->engine, NULL)) ||
        !ok(c, dnnl_primitive_create(&c->step->primitive, desc)))
        return false;
    const dnnl_memory_desc_t *scratch =
        dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
    c->step->scratch = scratch ? dnnl_memory_desc_get_size(scratch) : 0;
    const char *kernel = "";
    if (!ok(c, dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &kernel)))
        return false;
    c->step->lazy =
        strstr(kernel, "gemm") != NULL; /* the matrix product compiles at its first use */
    if (c->step->scratch)
        bind(c, DNNL_ARG_SCRATCHPAD, scratch, OP_SCRATCH, NULL);
    *ret = TAKE(desc);
    return true;
}

/* Binds a copy of `values`, laid out as `given`, in the layout `wanted`. */
static bool bind_constant(struct compiling *c, int argument, const float *values,
                          const dnnl_memory_desc_t *given, const dnnl_memory_desc_t *wanted)
{
    CLEANUP(memory_done) dnnl_memory_t from = NULL;
    CLEANUP(memory_done) dnnl_memory_t to = NULL;
    void *handle;
    if (!ok(c, dnnl_memory_create(&to, wanted, c->engine, DNNL_MEMORY_ALLOCATE)) ||
        !ok(c, dnnl_memory_get_data_handle(to, &handle)))
        return false;
    if (dnnl_memory_desc_equal(given, wanted)) {
        memcpy(handle, values, dnnl_memory_desc_get_size(given));
        bind(c, argument, wanted, OP_SCRATCH, TAKE(to));
        return true;
    }
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    CLEANUP(primitive_done) dnnl_primitive_t reorder = NULL;
    /* Only read from, though oneDNN's type does not say so. */
    union {
        const float *const_values;
        void *any;
    } borrowed = {.const_values = values};
    if (!ok(c, dnnl_memory_create(&from, given, c->engine, borrowed.any)) ||
        !ok(c,
            dnnl_reorder_primitive_desc_create(&desc, given, c->engine, wanted, c->engine, NULL)) ||
        !ok(c, dnnl_primitive_create(&reorder, desc)))
        return false;
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    if (!ok(c, dnnl_primitive_execute(reorder, c->stream, 2, args)) ||
        !ok(c, dnnl_stream_wait(c->stream)))
        return false;
    bind(c, argument, wanted, OP_SCRATCH, TAKE(to));
    return true;
}

static bool bind_weights(struct compiling *c, const_dnnl_primitive_desc_t desc,
                         const dnnl_memory_desc_t *given, const dnnl_memory_desc_t *bias)
{
    return bind_constant(c, DNNL_ARG_WEIGHTS, c->op->weights, given,
                         dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0)) &&
           (!c->op->bias || bind_constant(c, DNNL_ARG_BIAS, c->op->bias, bias, bias));
}

/* A window in oneDNN's arrays, which are long. */
struct sides {
    dnnl_dims_t size, stride, before, after;
};

static struct sides sides_of(const struct op_window *w)
{
    struct sides s = {0};
    for (int i = 0; i < 2; i++) {
        s.size[i] = w->size[i];
        s.stride[i] = w->stride[i];
        s.before[i] = w->before[i];
        s.after[i] = w->after[i];
    }
    return s;
}

static bool compile_conv(struct compiling *c, size_t at)
{
    const struct op *op = c->op;
    struct sides w = sides_of(&op->window);
    dnnl_dims_t dims = {op->channels_out, op->channels_in, w.size[0], w.size[1]};
    dnnl_dims_t group_dims = {op->channels_out, 1, 1, w.size[0], w.size[1]};
    dnnl_dims_t bias_dims = {op->channels_out};
    const dnnl_dim_t *weight_dims = op->depthwise ? group_dims : dims;
    int weight_rank = op->depthwise ? 5 : 4;
    dnnl_memory_desc_t src, dst, weights, given, bias;
    dnnl_convolution_desc_t what;
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    if (!value_layout(c, op->inputs[0], &src) || !value_layout(c, at, &dst) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&weights, weight_rank, weight_dims, dnnl_f32,
                                            dnnl_format_tag_any)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&given, weight_rank, weight_dims, dnnl_f32,
                                            op->depthwise ? dnnl_hwigo : dnnl_hwio)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_a)) ||
        !ok(c, dnnl_convolution_forward_desc_init(
                   &what, dnnl_forward_inference, dnnl_convolution_direct, &src, &weights,
                   op->bias ? &bias : NULL, &dst, w.stride, w.before, w.after)) ||
        !make_attr(c, op->inputs_len == 2, &attr) || !make_primitive(c, &what, attr, &desc))
        return false;
    bind(c, DNNL_ARG_SRC, &src, op->inputs[0], NULL);
    bind(c, DNNL_ARG_DST, &dst, at, NULL);
    return bind_weights(c, desc, &given, &bias);
}

static bool compile_dense(struct compiling *c, size_t at)
{
    const struct op *op = c->op;
    dnnl_dims_t src_dims = {op->shape.dims[0], op->channels_in};
    dnnl_dims_t dst_dims = {op->shape.dims[0], op->channels_out};
    dnnl_dims_t weight_dims = {op->channels_out, op->channels_in};
    dnnl_dims_t bias_dims = {op->channels_out};
    dnnl_memory_desc_t src, dst, weights, given, bias;
    dnnl_inner_product_desc_t what;
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    if (!ok(c, dnnl_memory_desc_init_by_tag(&src, 2, src_dims, dnnl_f32, dnnl_nc)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&dst, 2, dst_dims, dnnl_f32, dnnl_nc)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&weights, 2, weight_dims, dnnl_f32,
                                            dnnl_format_tag_any)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&given, 2, weight_dims, dnnl_f32, dnnl_io)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&bias, 1, bias_dims, dnnl_f32, dnnl_a)) ||
        !ok(c, dnnl_inner_product_forward_desc_init(&what, dnnl_forward_inference, &src, &weights,
                                                    op->bias ? &bias : NULL, &dst)) ||
        !make_attr(c, false, &attr) || !make_primitive(c, &what, attr, &desc))
        return false;
    bind(c, DNNL_ARG_SRC, &src, op->inputs[0], NULL);
    bind(c, DNNL_ARG_DST, &dst, at, NULL);
    return bind_weights(c, desc, &given, &bias);
}

static bool compile_pool(struct compiling *c, size_t at)
{
    const struct op *op = c->op;
    const struct nn_shape *in = &c->g->ops[op->inputs[0]].shape;
    struct sides w = sides_of(&op->window);
    if (op->kind == OP_MEAN)
        w = (struct sides){.size = {in->dims[1], in->dims[2]}, .stride = {1, 1}};
    dnnl_memory_desc_t src, dst;
    dnnl_pooling_desc_t what;
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    if (!value_layout(c, op->inputs[0], &src) || !value_layout(c, at, &dst) ||
        !ok(c, dnnl_pooling_forward_desc_init(&what, dnnl_forward_inference,
                                              op->kind == OP_MEAN ? dnnl_pooling_avg_exclude_padding
                                                                  : dnnl_pooling_max,
                                              &src, &dst, w.stride, w.size, w.before, w.after)) ||
        !make_attr(c, false, &attr) || !make_primitive(c, &what, attr, &desc))
        return false;
    bind(c, DNNL_ARG_SRC, &src, op->inputs[0], NULL);
    bind(c, DNNL_ARG_DST, &dst, at, NULL);
    return true;
}

static bool compile_pair(struct compiling *c, size_t at)
{
    const struct op *op = c->op;
    dnnl_memory_desc_t a, b, dst;
    dnnl_binary_desc_t what;
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    if (!value_layout(c, op->inputs[0], &a) || !value_layout(c, op->inputs[1], &b) ||
        !value_layout(c, at, &dst) ||
        !ok(c, dnnl_binary_desc_init(&what, op->kind == OP_ADD ? dnnl_binary_add : dnnl_binary_mul,
                                     &a, &b, &dst)) ||
        !make_attr(c, false, &attr) || !make_primitive(c, &what, attr, &desc))
        return false;
    bind(c, DNNL_ARG_SRC_0, &a, op->inputs[0], NULL);
    bind(c, DNNL_ARG_SRC_1, &b, op->inputs[1], NULL);
    bind(c, DNNL_ARG_DST, &dst, at, NULL);
    return true;
}

static bool compile_activation(struct compiling *c, size_t at)
{
    const struct op *op = c->op;
    struct op bare = *op; /* the activation is the operation, not what follows it */
    bare.activation.kind = ACTIVATION_NONE;
    float alpha, beta;
    dnnl_alg_kind_t kind = activation_kind(op->activation, &alpha, &beta);
    dnnl_memory_desc_t layout;
    dnnl_eltwise_desc_t what;
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    struct compiling plain = *c;
    plain.op = &bare;
    if (!value_layout(c, at, &layout) ||
        !ok(c, dnnl_eltwise_forward_desc_init(&what, dnnl_forward_inference, kind, &layout, alpha,
                                              beta)) ||
        !make_attr(&plain, false, &attr) || !make_primitive(c, &what, attr, &desc))
        return false;
    bind(c, DNNL_ARG_SRC, &layout, op->inputs[0], NULL);
    bind(c, DNNL_ARG_DST, &layout, at, NULL);
    return true;
}

static bool compile_prelu(struct compiling *c, size_t at)
{
    const struct op *op = c->op;
    dnnl_dims_t slope_dims = {1, op->channels_in, 1, 1};
    dnnl_memory_desc_t layout, slopes, given;
    dnnl_prelu_desc_t what;
    CLEANUP(attr_done) dnnl_primitive_attr_t attr = NULL;
    CLEANUP(desc_done) dnnl_primitive_desc_t desc = NULL;
    if (!value_layout(c, at, &layout) ||
        !ok(c,
            dnnl_memory_desc_init_by_tag(&slopes, 4, slope_dims, dnnl_f32, dnnl_format_tag_any)) ||
        !ok(c, dnnl_memory_desc_init_by_tag(&given, 4, slope_dims, dnnl_f32, dnnl_nhwc)) ||
        !ok(c, dnnl_prelu_forward_desc_init(&what, dnnl_forward_inference, &layout, &slopes)) ||
        !make_attr(c, false, &attr) || !make_primitive(c, &what, attr, &desc))
        return false;
    bind(c, DNNL_ARG_SRC, &layout, op->inputs[0], NULL);
    bind(c, DNNL_ARG_DST, &layout, at, NULL);
    return bind_constant(c, DNNL_ARG_WEIGHTS, op->scale, &given,
                         dnnl_primitive_desc_query_md(desc, dnnl_query_weights_md, 0));
}

bool step_compile(const struct graph *g, size_t at, dnnl_engine_t engine, dnnl_stream_t stream,
                  struct step *ret, struct error *err)
{
    struct compiling c = {g, &g->ops[at], engine, stream, ret, err};
    ret->op = at;
    switch (c.op->kind) {
    case OP_CONV:
        return compile_conv(&c, at);
    case OP_DENSE:
        return compile_dense(&c, at);
    case OP_ADD:
    case OP_MUL:
        return compile_pair(&c, at);
    case OP_ACTIVATION:
        return compile_activation(&c, at);
    case OP_PRELU:
        return compile_prelu(&c, at);
    case OP_MAX_POOL:
    case OP_MEAN:
        return compile_pool(&c, at);
    case OP_NONE:
    case OP_INPUT:
    case OP_SCALE:
    case OP_PAD:
    case OP_RESIZE:
    case OP_CONCAT:
    case OP_SOFTMAX:
    case OP_RESHAPE:
        break;
    }
    return true; /* a plain kernel, or nothing to do */
}

void step_done(struct step *s)
{
    primitive_done(&s->primitive);
    for (size_t i = 0; i < s->bindings_len; i++)
        if (!s->bindings[i].shared)
            memory_done(&s->bindings[i].constant);
    *s = (struct step){0};
}
