/* Merges operations, so that a run makes fewer passes over memory: constants go into the weights of
 * the convolution before them, a sum becomes a convolution that adds to what is there, limits are
 * applied where a value is made. Only what has one user is merged, so every wanted value is kept.
 *
 * The hard swish of MobileNetV3 is written out in the files with float16(1/6) = 0.16663; here it
 * is done with 1/6, as it was trained. That moves logits by up to 3 % of one unit. */
#include "nn/graph.h"

#include <math.h>
#include <string.h>

#define SIXTH_TOLERANCE 1e-4f /* float16(1/6) is 4.1e-5 away */

static size_t users_of(const struct graph *g, size_t at)
{
    size_t users = 0;
    for (size_t i = at + 1; i < g->ops_len; i++)
        for (size_t k = 0; g->ops[i].kind != OP_NONE && k < g->ops[i].inputs_len; k++)
            users += g->ops[i].inputs[k] == at;
    for (size_t i = 0; i < g->outputs_len; i++)
        users += g->outputs[i] == at;
    return users;
}

static void drop_unused(struct graph *g)
{
    for (size_t i = g->ops_len; i-- > 0;)
        if (g->ops[i].kind != OP_INPUT && !users_of(g, i))
            g->ops[i].kind = OP_NONE;
}

/* What used `from` uses `to` from now on, and `from` is gone. */
static void replace(struct graph *g, size_t from, size_t to)
{
    for (size_t i = from + 1; i < g->ops_len; i++)
        for (size_t k = 0; k < g->ops[i].inputs_len; k++)
            if (g->ops[i].inputs[k] == from)
                g->ops[i].inputs[k] = to;
    for (size_t i = 0; i < g->outputs_len; i++)
        if (g->outputs[i] == from)
            g->outputs[i] = to;
    g->ops[from].kind = OP_NONE;
}

static bool all_near(const float *values, int64_t len, float wanted, float tolerance)
{
    for (int64_t i = 0; i < len; i++)
        if (fabsf(values[i] - wanted) > tolerance)
            return false;
    return true;
}

static bool is_scale(const struct op *op, float scale, float shift)
{
    return op->kind == OP_SCALE && all_near(op->scale, op->channels_in, scale, SIXTH_TOLERANCE) &&
           all_near(op->shift, op->channels_in, shift, 0);
}

/* (x * 1/6) * relu6(x + 3) */
static void find_hard_swish(struct graph *g, size_t at)
{
    struct op *op = &g->ops[at];
    for (size_t k = 0; op->kind == OP_MUL && k < 2; k++) {
        const struct op *sixth = &g->ops[op->inputs[k]], *gate = &g->ops[op->inputs[1 - k]];
        if (!is_scale(sixth, 1.0f / 6, 0) || gate->kind != OP_ACTIVATION ||
            gate->activation.kind != ACTIVATION_CLAMP || gate->activation.min != 0 ||
            gate->activation.max != 6)
            continue;
        const struct op *three = &g->ops[gate->inputs[0]];
        if (!is_scale(three, 1, 3) || three->inputs[0] != sixth->inputs[0] ||
            !shape_equal(&op->shape, &sixth->shape))
            continue;
        op->kind = OP_ACTIVATION;
        op->inputs[0] = three->inputs[0];
        op->inputs_len = 1;
        op->activation = (struct activation){.kind = ACTIVATION_HARD_SWISH};
    }
}

static bool has_weights(const struct op *op) { return op->kind == OP_CONV || op->kind == OP_DENSE; }

static void fold_into_weights(struct graph *g, size_t at, struct op *from)
{
    const struct op *op = &g->ops[at];
    int64_t out = from->channels_out;
    if (!from->bias)
        from->bias = arena_alloc(&g->arena, (size_t)out * sizeof *from->bias);
    if (!from->bias)
        return; /* no memory: it stays an operation of its own */
    int64_t rows = from->kind == OP_DENSE ? from->channels_in
                                          : from->window.size[0] * from->window.size[1] *
                                                (from->depthwise ? 1 : from->channels_in);
    for (int64_t r = 0; op->scales && r < rows; r++)
        for (int64_t c = 0; c < out; c++)
            from->weights[r * out + c] *= op->scale[c];
    for (int64_t c = 0; c < out; c++)
        from->bias[c] = from->bias[c] * op->scale[c] + op->shift[c];
    replace(g, at, op->inputs[0]);
}

static void fuse_scale(struct graph *g, size_t at)
{
    struct op *op = &g->ops[at], *from = &g->ops[op->inputs[0]];
    if (from->activation.kind != ACTIVATION_NONE || users_of(g, op->inputs[0]) != 1)
        return;
    if (has_weights(from) && from->inputs_len == 1) {
        fold_into_weights(g, at, from);
    } else if (from->kind == OP_SCALE) {
        for (int64_t c = 0; c < op->channels_in; c++) {
            op->shift[c] += from->shift[c] * op->scale[c];
            op->scale[c] *= from->scale[c];
        }
        op->scales = op->scales || from->scales;
        op->inputs[0] = from->inputs[0];
        from->kind = OP_NONE;
    }
}

static struct activation clamp_twice(struct activation first, struct activation then)
{
    first.min = fminf(fmaxf(first.min, then.min), then.max);
    first.max = fminf(fmaxf(first.max, then.min), then.max);
    return first;
}

static void fuse_activation(struct graph *g, size_t at)
{
    const struct op *op = &g->ops[at];
    struct op *from = &g->ops[op->inputs[0]];
    if (users_of(g, op->inputs[0]) != 1)
        return;
    bool clamps = op->activation.kind == ACTIVATION_CLAMP;
    bool takes = has_weights(from) || from->kind == OP_ADD || from->kind == OP_MUL ||
                 (from->kind == OP_CONCAT && clamps);
    if (from->activation.kind == ACTIVATION_CLAMP && clamps)
        from->activation = clamp_twice(from->activation, op->activation);
    else if (from->activation.kind == ACTIVATION_NONE && takes)
        from->activation = op->activation;
    else
        return;
    replace(g, at, op->inputs[0]);
}

static bool can_add_to(const struct graph *g, size_t conv, const struct op *sum)
{
    const struct op *op = &g->ops[conv];
    return op->kind == OP_CONV && op->inputs_len == 1 && op->activation.kind == ACTIVATION_NONE &&
           shape_equal(&op->shape, &sum->shape) && users_of(g, conv) == 1;
}

/* conv(x) + y: the convolution moves to where the sum was, so that y is there before it. */
static void fuse_add(struct graph *g, size_t at)
{
    const struct op sum = g->ops[at];
    size_t a = sum.inputs[0], b = sum.inputs[1];
    if (!shape_equal(&g->ops[a].shape, &g->ops[b].shape))
        return;
    size_t conv = MAX(a, b), other = MIN(a, b);
    if (!can_add_to(g, conv, &sum)) {
        conv = MIN(a, b);
        other = MAX(a, b);
        if (!can_add_to(g, conv, &sum))
            return;
    }
    g->ops[at] = g->ops[conv];
    g->ops[at].name = sum.name;
    g->ops[at].inputs[1] = other;
    g->ops[at].inputs_len = 2;
    g->ops[conv].kind = OP_NONE;
}

void graph_fuse(struct graph *g)
{
    for (size_t i = 0; i < g->ops_len; i++)
        find_hard_swish(g, i);
    drop_unused(g);
    for (size_t i = 0; i < g->ops_len; i++) {
        if (g->ops[i].kind == OP_SCALE)
            fuse_scale(g, i);
        else if (g->ops[i].kind == OP_ACTIVATION)
            fuse_activation(g, i);
        else if (g->ops[i].kind == OP_ADD)
            fuse_add(g, i);
    }
}
