/* Lifetimes are intervals of operation numbers. Blocks are placed largest first, each at the lowest
 * address where nothing alive at the same time lies: near the optimum for these nets, and the same
 * every time. */
#include "nn/memory.h"

#include <stdlib.h>
#include <string.h>

struct block {
    size_t first, last; /* operation that writes it, last one that needs it */
    size_t size;
    size_t offset;
};

static size_t value_bytes(const struct op *op)
{
    size_t bytes = (size_t)shape_count(&op->shape) * sizeof(float);
    return (bytes + MEMORY_ALIGN - 1) / MEMORY_ALIGN * MEMORY_ALIGN;
}

/* The input that `op` may overwrite, or NULL. */
static const size_t *overwritten(const struct op *op, const size_t *block_of)
{
    switch (op->kind) {
    case OP_CONV: /* adds to its residual, while it still reads its image */
        return op->inputs_len == 2 && block_of[op->inputs[0]] != block_of[op->inputs[1]]
                   ? &op->inputs[1]
                   : NULL;
    case OP_ADD:
    case OP_MUL:
        return block_of[op->inputs[0]] != block_of[op->inputs[1]] ? &op->inputs[0] : NULL;
    case OP_ACTIVATION:
    case OP_SCALE:
    case OP_PRELU:
    case OP_SOFTMAX:
        return &op->inputs[0];
    case OP_NONE:
    case OP_INPUT:
    case OP_DENSE:
    case OP_MAX_POOL:
    case OP_MEAN:
    case OP_PAD:
    case OP_RESIZE:
    case OP_CONCAT:
    case OP_RESHAPE:
        break;
    }
    return NULL;
}

/* For each operation the last one that needs its value; a reshape is its input under another name.
 */
static void find_last_uses(const struct graph *g, size_t *last_use)
{
    for (size_t i = 0; i < g->ops_len; i++)
        last_use[i] = i;
    last_use[g->input] = SIZE_MAX;
    for (size_t i = 0; i < g->outputs_len; i++)
        last_use[g->outputs[i]] = SIZE_MAX;
    for (size_t i = g->ops_len; i-- > 0;) {
        const struct op *op = &g->ops[i];
        for (size_t k = 0; op->kind != OP_NONE && k < op->inputs_len; k++) {
            size_t until = op->kind == OP_RESHAPE ? last_use[i] : i;
            last_use[op->inputs[k]] = MAX(last_use[op->inputs[k]], until);
        }
    }
}

static size_t share_blocks(const struct graph *g, const size_t *last_use, size_t *block_of,
                           struct block *blocks)
{
    size_t blocks_len = 0;
    for (size_t i = 0; i < g->ops_len; i++) {
        const struct op *op = &g->ops[i];
        if (op->kind == OP_NONE)
            continue;
        const size_t *reused = overwritten(op, block_of);
        if (reused && blocks[block_of[*reused]].last != i)
            reused = NULL;
        if (op->kind == OP_RESHAPE)
            reused = &op->inputs[0];
        block_of[i] = reused ? block_of[*reused] : blocks_len++;
        struct block *b = &blocks[block_of[i]];
        if (!reused)
            *b = (struct block){.first = i, .size = value_bytes(op)};
        b->last = reused ? MAX(b->last, last_use[i]) : last_use[i];
    }
    return blocks_len;
}

static int larger_first(const void *a, const void *b)
{
    const struct block *x = *(struct block *const *)a, *y = *(struct block *const *)b;
    if (x->size != y->size)
        return x->size < y->size ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

static bool meet(const struct block *a, const struct block *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* `placed` is in order of address. */
static size_t place(struct block **placed, size_t placed_len, struct block *b)
{
    size_t at = 0;
    for (size_t i = 0; i < placed_len; i++) {
        if (!meet(placed[i], b))
            continue;
        if (placed[i]->offset >= at && placed[i]->offset - at >= b->size)
            break;
        at = MAX(at, placed[i]->offset + placed[i]->size);
    }
    b->offset = at;
    size_t i = placed_len;
    for (; i > 0 && placed[i - 1]->offset > at; i--)
        placed[i] = placed[i - 1];
    placed[i] = b;
    return at + b->size;
}

bool memory_plan(struct graph *g, struct memory_plan *ret, struct error *err)
{
    size_t len = g->ops_len, size = 0;
    CLEANUP(freep) size_t *last_use = calloc(len, sizeof *last_use);
    CLEANUP(freep) size_t *block_of = calloc(len, sizeof *block_of);
    CLEANUP(freep) struct block *blocks = calloc(len, sizeof *blocks);
    CLEANUP(freep) struct block **order = calloc(len, sizeof *order);
    CLEANUP(freep) struct block **placed = calloc(len, sizeof *placed);
    size_t *offsets = arena_alloc(&g->arena, len * sizeof *offsets);
    if (!last_use || !block_of || !blocks || !order || !placed || !offsets)
        return error_no_memory(err);
    find_last_uses(g, last_use);
    size_t blocks_len = share_blocks(g, last_use, block_of, blocks);
    for (size_t i = 0; i < blocks_len; i++)
        order[i] = &blocks[i];
    qsort(order, blocks_len, sizeof(struct block *), larger_first);
    for (size_t i = 0; i < blocks_len; i++)
        size = MAX(size, place(placed, i, order[i]));
    if (size > NN_MEMORY_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a run needs more than %zu bytes", NN_MEMORY_MAX);
    for (size_t i = 0; i < len; i++)
        if (g->ops[i].kind != OP_NONE)
            offsets[i] = blocks[block_of[i]].offset;
    *ret = (struct memory_plan){offsets, size};
    return true;
}
