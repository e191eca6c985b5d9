/* Where each value of a graph lies in a runner's memory: values that are never needed at the same
 * time share it, and an operation that may overwrites its input. */
#pragma once
#include "nn/graph.h"

#define MEMORY_ALIGN ((size_t)64) /* bytes: one cache line, one vector */

struct memory_plan {
    size_t *offsets; /* by operation, in bytes; in the graph's arena */
    size_t size;     /* bytes in all */
};

/* The input and the outputs keep their place for the whole run. */
MUST_USE bool memory_plan(struct graph *g, struct memory_plan *ret, struct error *err);
