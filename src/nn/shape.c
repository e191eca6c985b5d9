/* Shapes of what each operation gives. They are worked out twice: at the input size the file
 * declares, where the constants inside the file (the target of a reshape, of a resize) are true,
 * and at the wanted size, where those constants are carried over in proportion. */
#include "nn/graph.h"

#include <string.h>

int64_t shape_count(const struct nn_shape *s)
{
    int64_t count = 1;
    for (int i = 0; i < s->rank; i++)
        count *= s->dims[i];
    return count;
}

bool shape_equal(const struct nn_shape *a, const struct nn_shape *b)
{
    return a->rank == b->rank &&
           (!a->rank || !memcmp(a->dims, b->dims, (size_t)a->rank * sizeof a->dims[0]));
}

int64_t shape_last(const struct nn_shape *s) { return s->rank ? s->dims[s->rank - 1] : 1; }

static bool check(const struct op *op, const struct nn_shape *s, struct error *err)
{
    int64_t count = 1;
    for (int i = 0; i < s->rank; i++) {
        if (s->dims[i] < 1)
            return error_set(err, ERROR_INVALID, "node %s: nothing is left of its input", op->name);
        if (s->dims[i] > GRAPH_DIM_MAX || s->dims[i] > GRAPH_ELEMENTS_MAX / count)
            return error_set(err, ERROR_TOO_LARGE, "node %s: gives too large a tensor", op->name);
        count *= s->dims[i];
    }
    return true;
}

static bool need_rank(const struct op *op, const struct nn_shape *s, int rank, struct error *err)
{
    if (s->rank != rank)
        return error_set(err, ERROR_UNSUPPORTED, "node %s: its input has %d dimensions, not %d",
                         op->name, s->rank, rank);
    return true;
}

static bool slide(struct op *op, const struct nn_shape *in, struct nn_shape *ret, struct error *err)
{
    struct op_window *w = &op->window;
    if (!need_rank(op, in, 4, err))
        return false;
    *ret = *in;
    for (int i = 0; i < 2; i++) {
        int64_t size = in->dims[1 + i], total = 0;
        if (w->same) {
            int64_t steps = (size + w->stride[i] - 1) / w->stride[i];
            total = MAX((steps - 1) * w->stride[i] + w->size[i] - size, 0);
        }
        w->before[i] = total / 2;
        w->after[i] = total - total / 2;
        int64_t room = size + total - w->size[i];
        ret->dims[1 + i] = room < 0 ? 0 : room / w->stride[i] + 1;
    }
    return true;
}

static bool infer_conv(struct op *op, const struct nn_shape *in, struct nn_shape *ret,
                       struct error *err)
{
    if (!slide(op, in, ret, err))
        return false;
    if (in->dims[3] != op->channels_in)
        return error_set(err, ERROR_INVALID,
                         "node %s: %lld channels come in, its weights have %lld", op->name,
                         (long long)in->dims[3], (long long)op->channels_in);
    ret->dims[3] = op->channels_out;
    return true;
}

static bool infer_dense(struct op *op, const struct nn_shape *in, struct nn_shape *ret,
                        struct error *err)
{
    if (!need_rank(op, in, 2, err))
        return false;
    if (in->dims[1] != op->channels_in)
        return error_set(err, ERROR_INVALID, "node %s: %lld numbers come in, its weights have %lld",
                         op->name, (long long)in->dims[1], (long long)op->channels_in);
    *ret = (struct nn_shape){2, {in->dims[0], op->channels_out}};
    return true;
}

static bool infer_pair(struct op *op, const struct nn_shape *a, const struct nn_shape *b,
                       struct nn_shape *ret, struct error *err)
{
    *ret = *a;
    if (shape_equal(a, b))
        return true;
    if (a->rank == 4 && b->rank == 4 && a->dims[0] == b->dims[0] && b->dims[1] == 1 &&
        b->dims[2] == 1 && a->dims[3] == b->dims[3])
        return true;
    return error_set(err, ERROR_UNSUPPORTED, "node %s: its two inputs do not fit", op->name);
}

static bool infer_per_channel(struct op *op, const struct nn_shape *in, struct nn_shape *ret,
                              struct error *err)
{
    if (shape_last(in) != op->channels_in)
        return error_set(err, ERROR_UNSUPPORTED,
                         "node %s: %lld channels come in, its constant has %lld", op->name,
                         (long long)shape_last(in), (long long)op->channels_in);
    *ret = *in;
    return true;
}

static bool infer_mean(struct op *op, const struct nn_shape *in, struct nn_shape *ret,
                       struct error *err)
{
    if (!need_rank(op, in, 4, err))
        return false;
    *ret = op->keeps_dims ? (struct nn_shape){4, {in->dims[0], 1, 1, in->dims[3]}}
                          : (struct nn_shape){2, {in->dims[0], in->dims[3]}};
    return true;
}

static bool infer_pad(struct op *op, const struct nn_shape *in, struct nn_shape *ret,
                      struct error *err)
{
    if (!need_rank(op, in, op->target.rank, err))
        return false;
    *ret = *in;
    for (int i = 0; i < in->rank; i++)
        ret->dims[i] += op->pads[i][0] + op->pads[i][1];
    return true;
}

static bool infer_resize(struct op *op, bool declared, const struct nn_shape *in,
                         struct nn_shape *ret, struct error *err)
{
    if (!need_rank(op, in, 4, err))
        return false;
    for (int i = 0; declared && i < 2; i++)
        if (op->target.dims[i] != 2 * in->dims[1 + i])
            return error_set(err, ERROR_UNSUPPORTED, "node %s: only resizing to twice the size",
                             op->name);
    *ret = (struct nn_shape){4, {in->dims[0], 2 * in->dims[1], 2 * in->dims[2], in->dims[3]}};
    return true;
}

static bool infer_concat(const struct graph *g, struct op *op, bool declared, struct nn_shape *ret,
                         struct error *err)
{
    for (size_t i = 0; i < op->inputs_len; i++) {
        const struct op *from = &g->ops[op->inputs[i]];
        struct nn_shape s = declared ? from->declared : from->shape;
        if (!i) {
            if (op->axis != s.rank - 1 && op->axis != -1)
                return error_set(err, ERROR_UNSUPPORTED,
                                 "node %s: only the last dimension can be joined", op->name);
            *ret = s;
            continue;
        }
        int64_t more = shape_last(&s), *last = &ret->dims[MAX(ret->rank, 1) - 1];
        if (s.rank < 1 || s.rank != ret->rank)
            return error_set(err, ERROR_INVALID, "node %s: its inputs do not fit", op->name);
        s.dims[s.rank - 1] = *last;
        if (!shape_equal(&s, ret))
            return error_set(err, ERROR_INVALID, "node %s: its inputs do not fit", op->name);
        *last += more;
    }
    return true;
}

/* The file's target fits the declared size. At another size the first dimension (the batch) stays
 * what it was asked to be, the last one stays as it is, and the one between takes what is left:
 * [1, 512, 16] boxes of 256x256 pixels are [1, 128, 16] of 128x128. */
static bool infer_reshape(struct op *op, bool declared, const struct nn_shape *in,
                          struct nn_shape *ret, struct error *err)
{
    struct nn_shape s = op->target;
    int64_t count = shape_count(in);
    bool fixed = true;
    for (int i = 0; i < s.rank; i++)
        fixed = fixed && s.dims[i] != -1;
    if (!declared && fixed && s.rank >= 2 && count != shape_count(&op->declared)) {
        s.dims[0] = s.dims[0] == 1 ? in->dims[0] : s.dims[0];
        s.dims[s.rank == 2 ? 0 : 1] = -1;
    }
    int64_t known = 1;
    int open = -1;
    for (int i = 0; i < s.rank; i++) {
        if (s.dims[i] == -1 && open < 0) {
            open = i;
        } else if (s.dims[i] < 1 || s.dims[i] > GRAPH_ELEMENTS_MAX / known) {
            return error_set(err, ERROR_INVALID, "node %s: impossible shape", op->name);
        } else {
            known *= s.dims[i];
        }
    }
    if (open >= 0 && count % known == 0)
        s.dims[open] = count / known;
    else if (open >= 0 || known != count)
        return error_set(err, ERROR_INVALID, "node %s: %lld numbers do not fit its shape", op->name,
                         (long long)count);
    *ret = s;
    return true;
}

static bool infer(const struct graph *g, struct op *op, bool declared, struct nn_shape *ret,
                  struct error *err)
{
    const struct op *a = &g->ops[op->inputs[0]];
    const struct op *b = &g->ops[op->inputs_len > 1 ? op->inputs[1] : op->inputs[0]];
    const struct nn_shape *in = declared ? &a->declared : &a->shape;
    const struct nn_shape *other = declared ? &b->declared : &b->shape;
    switch (op->kind) {
    case OP_NONE:
    case OP_INPUT:
        *ret = declared ? op->declared : op->shape;
        return true;
    case OP_CONV:
        return infer_conv(op, in, ret, err);
    case OP_DENSE:
        return infer_dense(op, in, ret, err);
    case OP_ADD:
    case OP_MUL:
        return infer_pair(op, in, other, ret, err);
    case OP_SCALE:
    case OP_PRELU:
        return infer_per_channel(op, in, ret, err);
    case OP_MAX_POOL:
        return slide(op, in, ret, err);
    case OP_MEAN:
        return infer_mean(op, in, ret, err);
    case OP_PAD:
        return infer_pad(op, in, ret, err);
    case OP_RESIZE:
        return infer_resize(op, declared, in, ret, err);
    case OP_CONCAT:
        return infer_concat(g, op, declared, ret, err);
    case OP_RESHAPE:
        return infer_reshape(op, declared, in, ret, err);
    case OP_ACTIVATION:
    case OP_SOFTMAX:
        *ret = *in;
        return true;
    }
    return error_set(err, ERROR_INTERNAL, "node %s: unknown kind", op->name);
}

bool shape_infer(struct graph *g, size_t at, struct error *err)
{
    struct op *op = &g->ops[at];
    struct nn_shape s = {0};
    if (!infer(g, op, true, &s, err) || !check(op, &s, err))
        return false;
    op->declared = s;
    s = (struct nn_shape){0};
    if (!infer(g, op, false, &s, err) || !check(op, &s, err))
        return false;
    op->shape = s; /* last: the padding kept in op->window is the wanted size's */
    return true;
}

bool shape_work(struct graph *g, struct error *err)
{
    for (size_t i = 0; i < g->ops_len; i++) {
        const struct op *op = &g->ops[i];
        int64_t each = 1;
        if (op->kind == OP_CONV)
            each = op->window.size[0] * op->window.size[1] * (op->depthwise ? 1 : op->channels_in);
        else if (op->kind == OP_MAX_POOL)
            each = op->window.size[0] * op->window.size[1];
        else if (op->kind == OP_DENSE)
            each = op->channels_in;
        if (each > (NN_WORK_MAX - g->work) / shape_count(&op->shape))
            return error_set(err, ERROR_TOO_LARGE, "node %s: more than %lld multiplications",
                             op->name, (long long)NN_WORK_MAX);
        g->work += each * shape_count(&op->shape);
    }
    return true;
}
