/* What compile.c hands to program.c: primitives with what they are to be given. Inside src/nn only
 * these two files include it. */
#pragma once
#include "nn/graph.h"
#include "nn/memory.h"
#include <dnnl.h>

#define STEP_BINDINGS_MAX 6

/* One argument of a primitive: constant memory of its own, a value in the runner's memory, or the
 * runner's scratch memory. */
struct binding {
    int argument; /* DNNL_ARG_... */
    dnnl_memory_desc_t layout;
    dnnl_memory_t constant; /* owned unless `shared`, or NULL */
    bool shared;            /* it is another program's */
    size_t op;              /* whose value it is, or OP_SCRATCH */
};
#define OP_SCRATCH SIZE_MAX

struct step {
    size_t op;
    dnnl_primitive_t primitive; /* owned; NULL is a plain kernel */
    struct binding bindings[STEP_BINDINGS_MAX];
    size_t bindings_len;
    size_t scratch; /* bytes */
    bool lazy;      /* may compile machine code when it is run for the first time */
};

/* `ret` may be half-made on failure; step_done() takes it. `ret` is zeroed by the caller. */
MUST_USE bool step_compile(const struct graph *g, size_t at, dnnl_engine_t engine,
                           dnnl_stream_t stream, struct step *ret, struct error *err);
void step_done(struct step *s);

/* Turns a status into an error about the node. */
bool onednn_error(dnnl_status_t status, const char *node, struct error *err);
