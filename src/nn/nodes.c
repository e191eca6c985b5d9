/* The TensorFlow operations that are known, one function each and one row in the table at the end.
 * Anything a node may say that would change its result is read or refused. */
#include "nn/nodes.h"

#include <math.h>
#include <string.h>

struct reading {
    struct node_reader *r;
    const struct tfjs_node *n;
    const struct node_value *inputs; /* as many as the table promises */
    size_t inputs_len;
};

static bool unsupported(const struct reading *rd, const char *what, struct error *err)
{
    return error_set(err, ERROR_UNSUPPORTED, "node " STR_FMT " (" STR_FMT "): %s is not supported",
                     STR_ARG(rd->n->name), STR_ARG(rd->n->op), what);
}

static bool wrong(const struct reading *rd, const char *what, struct error *err)
{
    return error_set(err, ERROR_INVALID, "node " STR_FMT " (" STR_FMT "): %s", STR_ARG(rd->n->name),
                     STR_ARG(rd->n->op), what);
}

static struct op *op_add(const struct reading *rd, enum op_kind kind, struct error *err)
{
    struct graph *g = rd->r->graph;
    struct str name = arena_copy(&g->arena, rd->n->name);
    if (g->ops_len == GRAPH_OPS_MAX) {
        error_set(err, ERROR_TOO_LARGE, "the graph needs more than %zu operations", GRAPH_OPS_MAX);
    } else if (!name.ptr) {
        error_no_memory(err);
    } else {
        struct op *op = &g->ops[g->ops_len];
        *op = (struct op){.kind = kind, .name = name.ptr};
        return op;
    }
    return NULL;
}

/* Ends what op_add() began. */
static bool op_finish(const struct reading *rd, struct node_value *ret, struct error *err)
{
    struct graph *g = rd->r->graph;
    if (!shape_infer(g, g->ops_len, err))
        return false;
    *ret = (struct node_value){.op = g->ops_len++};
    return true;
}

static bool take_tensor(const struct reading *rd, size_t at, struct op *op, struct error *err)
{
    if (rd->inputs[at].weight)
        return unsupported(rd, "a constant in this place", err);
    op->inputs[op->inputs_len++] = rd->inputs[at].op;
    return true;
}

static bool need_weight(const struct reading *rd, size_t at, const struct tfjs_weight **ret,
                        struct error *err)
{
    *ret = rd->inputs[at].weight;
    return *ret || unsupported(rd, "anything but a constant in this place", err);
}

static bool need_ints(const struct reading *rd, size_t at, size_t max, int64_t *ret,
                      size_t *ret_len, struct error *err)
{
    const struct tfjs_weight *w;
    if (!need_weight(rd, at, &w, err))
        return false;
    if (!tfjs_ints(w, max, ret, ret_len, err))
        return error_wrap(err, "node " STR_FMT, STR_ARG(rd->n->name));
    return true;
}

static bool read_floats(const struct reading *rd, const struct tfjs_weight *w, struct arena *a,
                        float **ret, struct error *err)
{
    float *values = arena_alloc(a, w->count * sizeof *values);
    if (!values)
        return error_no_memory(err);
    if (!tfjs_floats(w, values, err))
        return error_wrap(err, "node " STR_FMT, STR_ARG(rd->n->name));
    *ret = values;
    return true;
}

/* A constant of `channels` numbers, or of one that stands for all; [C], [1,C], [1,1,C] ... */
static bool read_per_channel(const struct reading *rd, size_t at, int64_t channels, float **ret,
                             struct error *err)
{
    const struct tfjs_weight *w;
    float *few;
    if (!need_weight(rd, at, &w, err))
        return false;
    if (w->count != 1 && (w->count != (size_t)channels || shape_last(&w->shape) != channels))
        return unsupported(rd, "a constant that is not one number a channel", err);
    struct arena *arena = &rd->r->graph->arena;
    float *values = arena_alloc(arena, (size_t)channels * sizeof *values);
    if (!values)
        return error_no_memory(err);
    if (!read_floats(rd, w, arena, &few, err))
        return false;
    for (int64_t i = 0; i < channels; i++)
        values[i] = few[w->count == 1 ? 0 : i];
    *ret = values;
    return true;
}

static int64_t channels_of(const struct reading *rd, size_t at)
{
    return shape_last(&rd->r->graph->ops[rd->inputs[at].op].declared);
}

static struct activation clamp(float min, float max)
{
    return (struct activation){ACTIVATION_CLAMP, min, max};
}

static bool read_activation(const struct reading *rd, struct activation activation,
                            struct node_value *ret, struct error *err)
{
    struct op *op = op_add(rd, OP_ACTIVATION, err);
    if (!op || !take_tensor(rd, 0, op, err))
        return false;
    op->activation = activation;
    return op_finish(rd, ret, err);
}

static bool read_placeholder(const struct reading *rd, struct node_value *ret, struct error *err)
{
    if (rd->r->input_seen)
        return unsupported(rd, "a second input", err);
    struct op *op = op_add(rd, OP_INPUT, err);
    struct nn_shape s, wanted = rd->r->wanted;
    if (!op || !tfjs_attr_shape(rd->n, &s, err))
        return false;
    if (s.rank && s.rank != wanted.rank)
        return error_set(err, ERROR_INVALID,
                         "node " STR_FMT ": the input has %d dimensions, not %d",
                         STR_ARG(rd->n->name), s.rank, wanted.rank);
    op->declared = op->shape = wanted;
    for (int i = 0; i < s.rank; i++) /* an open batch is 1, another open side what was asked for */
        op->declared.dims[i] = s.dims[i] > 0 ? s.dims[i] : i ? wanted.dims[i] : 1;
    if (shape_last(&op->declared) != shape_last(&wanted))
        return error_set(err, ERROR_INVALID, "node " STR_FMT ": the input has %lld channels",
                         STR_ARG(rd->n->name), (long long)shape_last(&op->declared));
    rd->r->graph->input = rd->r->graph->ops_len;
    rd->r->input_seen = true;
    return op_finish(rd, ret, err);
}

static bool read_const(const struct reading *rd, struct node_value *ret, struct error *err)
{
    const struct tfjs_weight *w = tfjs_weight(rd->r->tfjs, rd->n->name);
    if (!w)
        return wrong(rd, "the file has no weight of this name", err);
    *ret = (struct node_value){.weight = w};
    return true;
}

static bool read_identity(const struct reading *rd, struct node_value *ret, struct error *err)
{
    (void)err;
    *ret = rd->inputs[0];
    return true;
}

/* [1, y, x, 1], as strides, dilations and window sizes are written. */
static bool read_sides(const struct reading *rd, const char *key, int64_t ret[2], struct error *err)
{
    int64_t values[4];
    size_t len;
    if (!tfjs_attr_ints(rd->n, key, 4, values, &len, err))
        return false;
    if (len != 4 || values[0] != 1 || values[3] != 1 || values[1] < 1 ||
        values[1] > GRAPH_KERNEL_MAX || values[2] < 1 || values[2] > GRAPH_KERNEL_MAX)
        return error_set(err, ERROR_UNSUPPORTED,
                         "node " STR_FMT ": %s must be [1, y, x, 1] with at most %d",
                         STR_ARG(rd->n->name), key, GRAPH_KERNEL_MAX);
    ret[0] = values[1];
    ret[1] = values[2];
    return true;
}

static bool read_window(const struct reading *rd, struct op_window *ret, struct error *err)
{
    char padding[TFJS_TEXT_MAX], format[TFJS_TEXT_MAX];
    int64_t dilations[4], explicit_pads[8];
    size_t dilations_len, pads_len;
    if (!tfjs_attr_text(rd->n, "padding", padding, err) ||
        !tfjs_attr_text(rd->n, "data_format", format, err) ||
        !tfjs_attr_ints(rd->n, "dilations", 4, dilations, &dilations_len, err) ||
        !tfjs_attr_ints(rd->n, "explicit_paddings", 8, explicit_pads, &pads_len, err) ||
        !read_sides(rd, "strides", ret->stride, err))
        return false;
    if (*format && strcmp(format, "NHWC") != 0)
        return unsupported(rd, "a layout other than NHWC", err);
    for (size_t i = 0; i < dilations_len; i++)
        if (dilations[i] != 1)
            return unsupported(rd, "dilation", err);
    ret->same = strcmp(padding, "SAME") == 0;
    if (pads_len || (!ret->same && strcmp(padding, "VALID") != 0))
        return unsupported(rd, "padding other than SAME and VALID", err);
    return true;
}

/* The end of _FusedConv2D, FusedDepthwiseConv2dNative and _FusedMatMul: a bias, then relu, relu6 or
 * prelu. `*ret_slope` is the input that holds prelu's slopes, or 0. */
static bool read_fused(const struct reading *rd, struct op *op, size_t *ret_slope,
                       struct error *err)
{
    char steps[4][TFJS_TEXT_MAX];
    size_t steps_len, used = 2;
    *ret_slope = 0;
    if (!tfjs_attr_texts(rd->n, "fused_ops", ARRAY_LEN(steps), steps, &steps_len, err))
        return false;
    for (size_t i = 0; i < steps_len; i++) {
        bool last = i + 1 == steps_len;
        bool takes = strcmp(steps[i], "BiasAdd") == 0 || strcmp(steps[i], "Prelu") == 0;
        if (takes && used == rd->inputs_len)
            return wrong(rd, "an input is missing", err);
        if (strcmp(steps[i], "BiasAdd") == 0 && i == 0) {
            if (!read_per_channel(rd, used++, op->channels_out, &op->bias, err))
                return false;
        } else if (strcmp(steps[i], "Prelu") == 0 && last) {
            *ret_slope = used++;
        } else if (strcmp(steps[i], "Relu") == 0 && last) {
            op->activation = clamp(0, INFINITY);
        } else if (strcmp(steps[i], "Relu6") == 0 && last) {
            op->activation = clamp(0, 6);
        } else {
            return unsupported(rd, steps[i], err);
        }
    }
    if (used != rd->inputs_len)
        return wrong(rd, "it has an input too many", err);
    return true;
}

static bool add_prelu(const struct reading *rd, size_t slope, size_t from, struct node_value *ret,
                      struct error *err)
{
    struct op *op = op_add(rd, OP_PRELU, err);
    if (!op)
        return false;
    op->inputs[op->inputs_len++] = from;
    op->channels_in = shape_last(&rd->r->graph->ops[from].declared);
    return read_per_channel(rd, slope, op->channels_in, &op->scale, err) && op_finish(rd, ret, err);
}

static bool finish_fused(const struct reading *rd, struct op *op, struct node_value *ret,
                         struct error *err)
{
    size_t slope;
    if (!read_fused(rd, op, &slope, err) || !op_finish(rd, ret, err))
        return false;
    return !slope || add_prelu(rd, slope, ret->op, ret, err);
}

static bool read_conv(const struct reading *rd, bool depthwise, struct node_value *ret,
                      struct error *err)
{
    const struct tfjs_weight *w;
    struct op *op = op_add(rd, OP_CONV, err);
    if (!op || !take_tensor(rd, 0, op, err) || !need_weight(rd, 1, &w, err) ||
        !read_window(rd, &op->window, err))
        return false;
    if (w->shape.rank != 4 || w->shape.dims[0] > GRAPH_KERNEL_MAX ||
        w->shape.dims[1] > GRAPH_KERNEL_MAX)
        return wrong(rd, "its weights are not height x width x in x out", err);
    op->window.size[0] = w->shape.dims[0];
    op->window.size[1] = w->shape.dims[1];
    op->depthwise = depthwise;
    op->channels_in = w->shape.dims[2];
    op->channels_out = depthwise ? op->channels_in : w->shape.dims[3];
    if (depthwise && w->shape.dims[3] != 1)
        return unsupported(rd, "more than one filter a channel", err);
    return read_floats(rd, w, &rd->r->graph->weights, &op->weights, err) &&
           finish_fused(rd, op, ret, err);
}

static bool read_conv2d(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_conv(rd, false, ret, err);
}

static bool read_depthwise(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_conv(rd, true, ret, err);
}

static bool read_matmul(const struct reading *rd, struct node_value *ret, struct error *err)
{
    const struct tfjs_weight *w;
    bool turned_a, turned_b;
    struct op *op = op_add(rd, OP_DENSE, err);
    if (!op || !take_tensor(rd, 0, op, err) || !need_weight(rd, 1, &w, err) ||
        !tfjs_attr_flag(rd->n, "transpose_a", &turned_a, err) ||
        !tfjs_attr_flag(rd->n, "transpose_b", &turned_b, err))
        return false;
    if (turned_a || turned_b)
        return unsupported(rd, "a transposed matrix", err);
    if (w->shape.rank != 2)
        return wrong(rd, "its weights are not in x out", err);
    op->channels_in = w->shape.dims[0];
    op->channels_out = w->shape.dims[1];
    return read_floats(rd, w, &rd->r->graph->weights, &op->weights, err) &&
           finish_fused(rd, op, ret, err);
}

/* Sum or product of a tensor with a constant (then a scale and a shift) or with another tensor. */
static bool read_pair(const struct reading *rd, enum op_kind kind, struct node_value *ret,
                      struct error *err)
{
    size_t constant = rd->inputs[0].weight ? 0 : 1, tensor = 1 - constant;
    bool both = !rd->inputs[constant].weight;
    struct op *op = op_add(rd, both ? kind : OP_SCALE, err);
    if (!op || !take_tensor(rd, tensor, op, err))
        return false;
    if (both) {
        const struct graph *g = rd->r->graph;
        op->inputs[op->inputs_len++] = rd->inputs[constant].op;
        if (shape_count(&g->ops[op->inputs[0]].declared) <
            shape_count(&g->ops[op->inputs[1]].declared)) {
            op->inputs[0] = rd->inputs[constant].op;
            op->inputs[1] = rd->inputs[tensor].op;
        }
        return op_finish(rd, ret, err);
    }
    op->channels_in = channels_of(rd, tensor);
    op->scales = kind == OP_MUL;
    float *other = arena_alloc(&rd->r->graph->arena, (size_t)op->channels_in * sizeof *other);
    if (!other)
        return error_no_memory(err);
    for (int64_t i = 0; i < op->channels_in; i++)
        other[i] = op->scales ? 0 : 1;
    if (!read_per_channel(rd, constant, op->channels_in, op->scales ? &op->scale : &op->shift, err))
        return false;
    *(op->scales ? &op->shift : &op->scale) = other;
    return op_finish(rd, ret, err);
}

static bool read_add(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_pair(rd, OP_ADD, ret, err);
}

static bool read_mul(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_pair(rd, OP_MUL, ret, err);
}

static bool read_limit(const struct reading *rd, bool lower, struct node_value *ret,
                       struct error *err)
{
    size_t constant = rd->inputs[0].weight ? 0 : 1;
    const struct tfjs_weight *w;
    float limit;
    if (!need_weight(rd, constant, &w, err))
        return false;
    if (w->count != 1)
        return unsupported(rd, "a limit that is not one number", err);
    if (!tfjs_floats(w, &limit, err))
        return error_wrap(err, "node " STR_FMT, STR_ARG(rd->n->name));
    struct reading swapped = *rd;
    swapped.inputs = &rd->inputs[1 - constant];
    swapped.inputs_len = 1;
    return read_activation(&swapped, lower ? clamp(limit, INFINITY) : clamp(-INFINITY, limit), ret,
                           err);
}

static bool read_maximum(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_limit(rd, true, ret, err);
}

static bool read_minimum(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_limit(rd, false, ret, err);
}

static bool read_relu(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_activation(rd, clamp(0, INFINITY), ret, err);
}

static bool read_relu6(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_activation(rd, clamp(0, 6), ret, err);
}

static bool read_sigmoid(const struct reading *rd, struct node_value *ret, struct error *err)
{
    return read_activation(rd, (struct activation){.kind = ACTIVATION_SIGMOID}, ret, err);
}

static bool read_prelu(const struct reading *rd, struct node_value *ret, struct error *err)
{
    if (rd->inputs[0].weight)
        return unsupported(rd, "a constant in this place", err);
    return add_prelu(rd, 1, rd->inputs[0].op, ret, err);
}

static bool read_max_pool(const struct reading *rd, struct node_value *ret, struct error *err)
{
    struct op *op = op_add(rd, OP_MAX_POOL, err);
    if (!op || !take_tensor(rd, 0, op, err) || !read_window(rd, &op->window, err) ||
        !read_sides(rd, "ksize", op->window.size, err))
        return false;
    return op_finish(rd, ret, err);
}

static bool read_mean(const struct reading *rd, struct node_value *ret, struct error *err)
{
    int64_t axes[2];
    size_t axes_len;
    struct op *op = op_add(rd, OP_MEAN, err);
    if (!op || !take_tensor(rd, 0, op, err) || !need_ints(rd, 1, 2, axes, &axes_len, err) ||
        !tfjs_attr_flag(rd->n, "keep_dims", &op->keeps_dims, err))
        return false;
    if (axes_len != 2 || MIN(axes[0], axes[1]) != 1 || MAX(axes[0], axes[1]) != 2)
        return unsupported(rd, "a mean over anything but height and width", err);
    return op_finish(rd, ret, err);
}

static bool read_pad(const struct reading *rd, struct node_value *ret, struct error *err)
{
    int64_t pads[2 * NN_RANK_MAX];
    size_t len;
    struct op *op = op_add(rd, OP_PAD, err);
    if (!op || !take_tensor(rd, 0, op, err) || !need_ints(rd, 1, ARRAY_LEN(pads), pads, &len, err))
        return false;
    if (len % 2)
        return wrong(rd, "its paddings are not pairs", err);
    for (size_t i = 0; i < len; i++) {
        if (pads[i] < 0 || pads[i] > GRAPH_DIM_MAX)
            return wrong(rd, "impossible padding", err);
        op->pads[i / 2][i % 2] = pads[i];
    }
    op->target.rank = (int)(len / 2);
    return op_finish(rd, ret, err);
}

static bool read_resize(const struct reading *rd, struct node_value *ret, struct error *err)
{
    bool corners, half_pixel;
    size_t len;
    struct op *op = op_add(rd, OP_RESIZE, err);
    if (!op || !take_tensor(rd, 0, op, err) || !need_ints(rd, 1, 2, op->target.dims, &len, err) ||
        !tfjs_attr_flag(rd->n, "align_corners", &corners, err) ||
        !tfjs_attr_flag(rd->n, "half_pixel_centers", &half_pixel, err))
        return false;
    if (len != 2)
        return wrong(rd, "its size is not height and width", err);
    if (corners || half_pixel)
        return unsupported(rd, "aligning corners or pixel centres", err);
    return op_finish(rd, ret, err);
}

static bool read_concat(const struct reading *rd, struct node_value *ret, struct error *err)
{
    size_t parts = rd->inputs_len - 1, axes_len;
    int64_t axis;
    if (parts > GRAPH_INPUTS_MAX)
        return unsupported(rd, "joining so many tensors", err);
    struct op *op = op_add(rd, OP_CONCAT, err);
    if (!op || !need_ints(rd, parts, 1, &axis, &axes_len, err))
        return false;
    if (axis < -1 || axis >= NN_RANK_MAX)
        return wrong(rd, "impossible axis", err);
    op->axis = (int)axis;
    for (size_t i = 0; i < parts; i++)
        if (!take_tensor(rd, i, op, err))
            return false;
    return op_finish(rd, ret, err);
}

static bool read_softmax(const struct reading *rd, struct node_value *ret, struct error *err)
{
    struct op *op = op_add(rd, OP_SOFTMAX, err);
    return op && take_tensor(rd, 0, op, err) && op_finish(rd, ret, err);
}

static bool read_reshape(const struct reading *rd, struct node_value *ret, struct error *err)
{
    size_t len;
    struct op *op = op_add(rd, OP_RESHAPE, err);
    if (!op || !take_tensor(rd, 0, op, err) ||
        !need_ints(rd, 1, NN_RANK_MAX, op->target.dims, &len, err))
        return false;
    op->target.rank = (int)len;
    return op_finish(rd, ret, err);
}

static const struct {
    const char *name;
    size_t inputs_min, inputs_max;
    bool (*read)(const struct reading *rd, struct node_value *ret, struct error *err);
} known[] = {
    {"Placeholder", 0, 0, read_placeholder},
    {"Const", 0, 0, read_const},
    {"Identity", 1, 1, read_identity},
    {"Conv2D", 2, 2, read_conv2d},
    {"_FusedConv2D", 2, 4, read_conv2d},
    {"DepthwiseConv2dNative", 2, 2, read_depthwise},
    {"FusedDepthwiseConv2dNative", 2, 4, read_depthwise},
    {"MatMul", 2, 2, read_matmul},
    {"_FusedMatMul", 2, 4, read_matmul},
    {"Add", 2, 2, read_add},
    {"AddV2", 2, 2, read_add},
    {"BiasAdd", 2, 2, read_add},
    {"Mul", 2, 2, read_mul},
    {"Relu", 1, 1, read_relu},
    {"Relu6", 1, 1, read_relu6},
    {"Minimum", 2, 2, read_minimum},
    {"Maximum", 2, 2, read_maximum},
    {"Prelu", 2, 2, read_prelu},
    {"Sigmoid", 1, 1, read_sigmoid},
    {"Softmax", 1, 1, read_softmax},
    {"MaxPool", 1, 1, read_max_pool},
    {"Mean", 2, 2, read_mean},
    {"Pad", 2, 2, read_pad},
    {"ResizeBilinear", 2, 2, read_resize},
    {"ConcatV2", 2, TFJS_INPUTS_MAX, read_concat},
    {"Reshape", 2, 2, read_reshape},
};

bool node_read(struct node_reader *r, const struct tfjs_node *n, const struct node_value *inputs,
               size_t inputs_len, struct node_value *ret, struct error *err)
{
    struct reading rd = {r, n, inputs, inputs_len};
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!str_eq(n->op, str_from(known[i].name)))
            continue;
        if (inputs_len < known[i].inputs_min || inputs_len > known[i].inputs_max)
            return wrong(&rd, "wrong number of inputs", err);
        return known[i].read(&rd, ret, err);
    }
    return unsupported(&rd, "this operation", err);
}
