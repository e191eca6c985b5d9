/* How one node of a model becomes operations of a graph. */
#pragma once
#include "nn/graph.h"

/* What a node gives: an operation, or, when `weight` is set, a constant of the file. */
struct node_value {
    const struct tfjs_weight *weight;
    size_t op;
};

struct node_reader {
    const struct tfjs *tfjs;
    struct graph *graph;
    struct nn_shape wanted;    /* of the input */
    struct node_value *values; /* by node; filled for every input of the node being read */
    bool input_seen;
};

/* ERROR_UNSUPPORTED or ERROR_INVALID name the node. */
MUST_USE bool node_read(struct node_reader *r, const struct tfjs_node *n,
                        const struct node_value *inputs, size_t inputs_len, struct node_value *ret,
                        struct error *err);
