/* A model as a short list of tensor operations with known shapes, in an order in which they can be
 * run. graph_create() keeps only what the wanted outputs need; graph_fuse() then merges operations
 * so that fewer passes over memory are left. Values are float32, dense, last dimension fastest. */
#pragma once
#include "base/arena.h"
#include "nn/nn.h"
#include "nn/tfjs.h"

#define GRAPH_OPS_MAX ((size_t)4096)
#define GRAPH_INPUTS_MAX 8
#define GRAPH_DIM_MAX INT64_C(65536)
#define GRAPH_ELEMENTS_MAX (INT64_C(1) << 26) /* one tensor: 256 MiB */
#define GRAPH_KERNEL_MAX 64                   /* width and height of a window, and its stride */

enum op_kind {
    OP_NONE = 0, /* merged into another one */
    OP_INPUT,
    OP_CONV,       /* image[, residual]; HWIO weights, or HWC1 when depthwise */
    OP_DENSE,      /* rows; [in][out] weights */
    OP_ADD,        /* a, b of a's shape or 1x1xC */
    OP_MUL,        /* a, b of a's shape or 1x1xC */
    OP_SCALE,      /* a * scale[c] + shift[c] */
    OP_ACTIVATION, /* one of the below, on its own */
    OP_PRELU,      /* a < 0 ? a * scale[c] : a */
    OP_MAX_POOL,
    OP_MEAN,   /* over height and width */
    OP_PAD,    /* zeros around */
    OP_RESIZE, /* twice the size, bilinear, in[i] stays at out[2i] */
    OP_CONCAT,
    OP_SOFTMAX, /* over the last dimension */
    OP_RESHAPE, /* the same numbers */
};

enum activation_kind {
    ACTIVATION_NONE = 0,
    ACTIVATION_CLAMP,      /* min..max; relu is 0..infinity */
    ACTIVATION_HARD_SWISH, /* x * clamp(x + 3, 0, 6) / 6 */
    ACTIVATION_SIGMOID,
};

struct activation {
    enum activation_kind kind;
    float min, max; /* of CLAMP */
};

struct op_window {
    int64_t size[2], stride[2], before[2], after[2]; /* height, width; padding in pixels */
    bool same;                                       /* padding follows the input's size */
};

struct op {
    enum op_kind kind;
    const char *name;                /* of the node it came from, for messages */
    size_t inputs[GRAPH_INPUTS_MAX]; /* indices of earlier operations */
    size_t inputs_len;
    struct nn_shape declared;     /* at the input size the file declares */
    struct nn_shape shape;        /* at the wanted one */
    struct activation activation; /* done last */
    struct op_window window;      /* CONV and MAX_POOL */
    bool depthwise;
    int64_t channels_in, channels_out; /* CONV and DENSE */
    float *weights;                    /* CONV and DENSE */
    float *bias;                       /* CONV and DENSE: channels_out */
    float *scale, *shift;              /* SCALE, PRELU (scale only): the last dimension */
    bool scales;                       /* SCALE: scale is not all ones */
    int64_t pads[NN_RANK_MAX][2];      /* PAD: before, after */
    struct nn_shape target;            /* RESHAPE: -1 is what is left; RESIZE: height, width */
    int axis;                          /* CONCAT */
    bool keeps_dims;                   /* MEAN */
};

struct graph {
    struct arena arena;   /* what lives as long as the graph */
    struct arena weights; /* op.weights: dropped by graph_drop_weights() */
    struct op *ops;
    size_t ops_len;
    size_t input; /* index of the one OP_INPUT */
    size_t outputs[NN_OUTPUTS_MAX];
    size_t outputs_len;
    int64_t work; /* multiplications in convolutions and numbers written elsewhere, for one run */
};

MUST_USE bool graph_create(const struct tfjs *t, const struct nn_shape *input,
                           const char *const *outputs, size_t outputs_len, struct graph **ret,
                           struct error *err);
void graph_fuse(struct graph *g);
void graph_drop_weights(struct graph *g);
void graph_destroy(struct graph *g);
void graph_destroyp(struct graph **g);

int64_t shape_count(const struct nn_shape *s); /* of a checked shape */
bool shape_equal(const struct nn_shape *a, const struct nn_shape *b);
int64_t shape_last(const struct nn_shape *s); /* the last dimension: channels */
/* Fills declared, shape and padding of g->ops[at], whose inputs have theirs. */
MUST_USE bool shape_infer(struct graph *g, size_t at, struct error *err);
/* Adds up graph.work and refuses what is over NN_WORK_MAX. */
MUST_USE bool shape_work(struct graph *g, struct error *err);
