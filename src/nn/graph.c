/* Builds the operations of a graph from the nodes of a model: walks back from the wanted outputs,
 * so that what they do not need is never looked at, and turns each node into one or two
 * operations. How a node is read stands in nodes.c. */
#include "nn/graph.h"

#include "nn/nodes.h"

#include <stdlib.h>
#include <string.h>

/* Operations and small constants: a handful of KB per node at most. */
#define ARENA_LIMIT ((size_t)64 << 20)

enum mark { MARK_NONE = 0, MARK_OPEN, MARK_DONE };

/* One node on the way from an output down to the input; an explicit stack, because the depth is
 * the model's choice. */
struct visit {
    const struct tfjs_node *node;
    size_t next; /* input to look at */
};

/* "name:0" and "name" are the same tensor; "^name" is an order between nodes without a tensor. */
static bool input_name(const struct tfjs_node *n, struct str text, struct str *ret, bool *ret_order,
                       struct error *err)
{
    *ret_order = text.len && text.ptr[0] == '^';
    if (*ret_order)
        return true;
    const char *colon = text.len ? memchr(text.ptr, ':', text.len) : NULL;
    struct str index = str_slice(text, colon ? (size_t)(colon - text.ptr) : text.len, text.len);
    if (index.len && !str_eq(index, STR(":0")))
        return error_set(err, ERROR_UNSUPPORTED,
                         "node " STR_FMT ": takes a second output, " STR_FMT, STR_ARG(n->name),
                         STR_ARG(text));
    *ret = str_slice(text, 0, text.len - index.len);
    return true;
}

/* What a node gives: an operation, or a constant of the file. */
struct walk {
    struct node_reader reader;
    enum mark *marks;    /* by node */
    struct visit *stack; /* never deeper than there are nodes */
    size_t depth;
};

static bool leave(struct walk *w, const struct tfjs_node *n, struct error *err)
{
    struct node_reader *r = &w->reader;
    struct node_value inputs[TFJS_INPUTS_MAX];
    size_t inputs_len = 0;
    for (size_t i = 0; i < n->inputs_len; i++) {
        struct str name = {0};
        bool order;
        if (!input_name(n, n->inputs[i], &name, &order, err))
            return false;
        if (!order)
            inputs[inputs_len++] = r->values[tfjs_node_index(r->tfjs, tfjs_node(r->tfjs, name))];
    }
    struct node_value value = {0};
    if (!node_read(r, n, inputs, inputs_len, &value, err))
        return false;
    r->values[tfjs_node_index(r->tfjs, n)] = value;
    return true;
}

static bool walk_from(struct walk *w, const struct tfjs_node *start, struct error *err)
{
    const struct tfjs *t = w->reader.tfjs;
    if (w->marks[tfjs_node_index(t, start)] == MARK_DONE)
        return true;
    w->marks[tfjs_node_index(t, start)] = MARK_OPEN;
    w->stack[w->depth++] = (struct visit){start, 0};
    while (w->depth) {
        struct visit *at = &w->stack[w->depth - 1];
        const struct tfjs_node *n = at->node;
        if (at->next == n->inputs_len) {
            if (!leave(w, n, err))
                return false;
            w->marks[tfjs_node_index(t, n)] = MARK_DONE;
            w->depth--;
            continue;
        }
        struct str name = {0};
        bool order;
        if (!input_name(n, n->inputs[at->next++], &name, &order, err))
            return false;
        if (order)
            continue;
        const struct tfjs_node *from = tfjs_node(t, name);
        if (!from)
            return error_set(err, ERROR_INVALID, "node " STR_FMT ": there is no node " STR_FMT,
                             STR_ARG(n->name), STR_ARG(name));
        enum mark *mark = &w->marks[tfjs_node_index(t, from)];
        if (*mark == MARK_OPEN)
            return error_set(err, ERROR_INVALID, "node " STR_FMT ": depends on itself",
                             STR_ARG(from->name));
        if (*mark == MARK_NONE) {
            *mark = MARK_OPEN;
            w->stack[w->depth++] = (struct visit){from, 0};
        }
    }
    return true;
}

static bool walk_all(struct walk *w, const char *const *outputs, size_t outputs_len,
                     struct error *err)
{
    struct graph *g = w->reader.graph;
    const struct tfjs *t = w->reader.tfjs;
    for (size_t i = 0; i < outputs_len; i++) {
        const struct tfjs_node *n = tfjs_node(t, str_from(outputs[i]));
        if (!n)
            return error_set(err, ERROR_INVALID, "there is no node %s", outputs[i]);
        if (!walk_from(w, n, err))
            return false;
        struct node_value value = w->reader.values[tfjs_node_index(t, n)];
        if (value.weight)
            return error_set(err, ERROR_INVALID, "node %s: is a constant, not an output",
                             outputs[i]);
        g->outputs[g->outputs_len++] = value.op;
    }
    if (!w->reader.input_seen)
        return error_set(err, ERROR_INVALID, "the outputs do not depend on an input");
    return true;
}

static bool input_ok(const struct nn_shape *s, struct error *err)
{
    if (s->rank < 2 || s->rank > NN_RANK_MAX)
        return error_set(err, ERROR_INVALID, "the input must have 2 to %d dimensions", NN_RANK_MAX);
    int64_t count = 1;
    for (int i = 0; i < s->rank; i++) {
        if (s->dims[i] < 1 || s->dims[i] > GRAPH_DIM_MAX || s->dims[i] > GRAPH_ELEMENTS_MAX / count)
            return error_set(err, ERROR_INVALID, "impossible input size");
        count *= s->dims[i];
    }
    return true;
}

bool graph_create(const struct tfjs *t, const struct nn_shape *input, const char *const *outputs,
                  size_t outputs_len, struct graph **ret, struct error *err)
{
    CLEANUP(graph_destroyp) struct graph *g = calloc(1, sizeof *g);
    if (!g)
        return error_no_memory(err);
    arena_init(&g->arena, ARENA_LIMIT);
    arena_init(&g->weights, 4 * NN_WEIGHTS_MAX);
    if (!outputs_len || outputs_len > NN_OUTPUTS_MAX)
        return error_set(err, ERROR_INVALID, "1 to %d outputs can be asked for", NN_OUTPUTS_MAX);
    if (!input_ok(input, err))
        return false;
    size_t nodes_len = tfjs_nodes_len(t);
    g->ops = arena_alloc(&g->arena, GRAPH_OPS_MAX * sizeof *g->ops);
    CLEANUP(freep) struct node_value *values = calloc(nodes_len + 1, sizeof *values);
    CLEANUP(freep) enum mark *marks = calloc(nodes_len + 1, sizeof *marks);
    CLEANUP(freep) struct visit *stack = calloc(nodes_len + 1, sizeof *stack);
    if (!g->ops || !values || !marks || !stack)
        return error_no_memory(err);
    struct walk w = {.reader = {.tfjs = t, .graph = g, .wanted = *input, .values = values},
                     .marks = marks,
                     .stack = stack};
    if (!walk_all(&w, outputs, outputs_len, err) || !shape_work(g, err))
        return false;
    *ret = TAKE(g);
    return true;
}

void graph_drop_weights(struct graph *g)
{
    arena_done(&g->weights);
    for (size_t i = 0; i < g->ops_len; i++)
        g->ops[i].weights = NULL;
}

void graph_destroy(struct graph *g)
{
    if (!g)
        return;
    arena_done(&g->arena);
    arena_done(&g->weights);
    free(g);
}

void graph_destroyp(struct graph **g)
{
    graph_destroy(*g);
    *g = NULL;
}
