/* The steps of a program and the memory of its runs. A run binds every primitive to its memory
 * once, when it is made; running then only walks the list. */
#include "nn/program.h"

#include "nn/kernels.h"
#include "nn/onednn.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* libgomp's; <omp.h> does not come with every compiler. It is a setting of the calling thread. One
 * thread: two would spin for each other (measured: 456 ms for 39 on a busy machine), and workers
 * are parallel over recordings anyway. */
extern void omp_set_num_threads(int threads);

struct program {
    const struct graph *g; /* borrowed */
    dnnl_engine_t engine;
    struct memory_plan plan; /* in the graph's arena */
    struct step *steps;      /* owned, as many as there are operations at most */
    size_t steps_len;
    size_t scratch; /* bytes, for the step that wants most */
};

struct program_run {
    const struct program *p; /* borrowed */
    dnnl_stream_t stream;
    char *values;            /* owned: all values, aligned */
    char *scratch;           /* owned */
    dnnl_memory_t *memories; /* owned: STEP_BINDINGS_MAX for each step; constants are not in it */
    dnnl_exec_arg_t *args;   /* owned: the same */
};

static bool needs_step(enum op_kind kind)
{
    return kind != OP_NONE && kind != OP_INPUT && kind != OP_RESHAPE;
}

static bool is_same(dnnl_memory_t a, dnnl_memory_t b, size_t size)
{
    void *first, *second;
    return dnnl_memory_get_data_handle(a, &first) == dnnl_success &&
           dnnl_memory_get_data_handle(b, &second) == dnnl_success &&
           memcmp(first, second, size) == 0;
}

/* The same model for another size of input: where its kernels want the weights in the same layout,
 * and with the same values, it takes those that are there. */
static void share(struct step *s, const struct step *with)
{
    for (size_t i = 0; i < MIN(s->bindings_len, with->bindings_len); i++) {
        struct binding *mine = &s->bindings[i];
        const struct binding *theirs = &with->bindings[i];
        if (!mine->constant || !theirs->constant || mine->argument != theirs->argument ||
            !dnnl_memory_desc_equal(&mine->layout, &theirs->layout) ||
            !is_same(mine->constant, theirs->constant, dnnl_memory_desc_get_size(&mine->layout)))
            continue;
        dnnl_memory_destroy(mine->constant);
        mine->constant = theirs->constant;
        mine->shared = true;
    }
}

static bool compile_all(struct program *p, const struct program *beside, dnnl_stream_t stream,
                        struct error *err)
{
    for (size_t i = 0; i < p->g->ops_len; i++) {
        if (!needs_step(p->g->ops[i].kind))
            continue;
        struct step *s = &p->steps[p->steps_len++];
        if (!step_compile(p->g, i, p->engine, stream, s, err))
            return false;
        if (beside && p->steps_len <= beside->steps_len)
            share(s, &beside->steps[p->steps_len - 1]);
        p->scratch = MAX(p->scratch, s->scratch);
    }
    if (p->scratch > NN_MEMORY_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a run needs more than %zu bytes", NN_MEMORY_MAX);
    return true;
}

bool program_create(struct graph *g, const struct program *beside, struct program **ret,
                    struct error *err)
{
    omp_set_num_threads(1);
    CLEANUP(program_destroyp) struct program *p = calloc(1, sizeof *p);
    if (!p)
        return error_no_memory(err);
    p->g = g;
    p->steps = calloc(g->ops_len, sizeof *p->steps);
    if (!p->steps)
        return error_no_memory(err);
    if (!memory_plan(g, &p->plan, err))
        return false;
    dnnl_stream_t stream;
    dnnl_status_t status = dnnl_engine_create(&p->engine, dnnl_cpu, 0);
    if (status == dnnl_success)
        status = dnnl_stream_create(&stream, p->engine, dnnl_stream_default_flags);
    if (status != dnnl_success)
        return onednn_error(status, "(none)", err);
    bool compiled = compile_all(p, beside, stream, err);
    dnnl_stream_destroy(stream);
    if (!compiled)
        return false;
    *ret = TAKE(p);
    return true;
}

void program_destroy(struct program *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->steps_len; i++)
        step_done(&p->steps[i]);
    if (p->engine)
        dnnl_engine_destroy(p->engine);
    free(p->steps);
    free(p);
}

void program_destroyp(struct program **p)
{
    program_destroy(*p);
    *p = NULL;
}

static void *aligned(size_t size)
{
    size = (size + MEMORY_ALIGN) / MEMORY_ALIGN * MEMORY_ALIGN; /* never 0 */
    void *memory = aligned_alloc(MEMORY_ALIGN, size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

static bool bind_step(struct program_run *run, size_t at, struct error *err)
{
    const struct program *p = run->p;
    const struct step *s = &p->steps[at];
    for (size_t i = 0; i < s->bindings_len; i++) {
        const struct binding *b = &s->bindings[i];
        dnnl_exec_arg_t *arg = &run->args[at * STEP_BINDINGS_MAX + i];
        arg->arg = b->argument;
        arg->memory = b->constant;
        if (b->constant)
            continue;
        void *memory = b->op == OP_SCRATCH ? run->scratch : run->values + p->plan.offsets[b->op];
        dnnl_memory_t *made = &run->memories[at * STEP_BINDINGS_MAX + i];
        dnnl_status_t status = dnnl_memory_create(made, &b->layout, p->engine, memory);
        if (status != dnnl_success)
            return onednn_error(status, p->g->ops[s->op].name, err);
        arg->memory = *made;
    }
    return true;
}

/* One primitive on the run's memory. */
static bool execute(const struct program_run *run, size_t at, struct error *err)
{
    const struct step *s = &run->p->steps[at];
    dnnl_status_t status = dnnl_primitive_execute(s->primitive, run->stream, (int)s->bindings_len,
                                                  &run->args[at * STEP_BINDINGS_MAX]);
    return status == dnnl_success || onednn_error(status, run->p->g->ops[s->op].name, err);
}

/* Whatever would be compiled at its first run is run once now, on zeros: later there may be a
 * sandbox that forbids executable memory (seen by strace: the matrix product of dense layers). */
static bool warm_up(const struct program_run *run, struct error *err)
{
    for (size_t i = 0; i < run->p->steps_len; i++)
        if (run->p->steps[i].lazy && !execute(run, i, err))
            return false;
    return true;
}

bool program_run_create(const struct program *p, struct program_run **ret, struct error *err)
{
    omp_set_num_threads(1);
    CLEANUP(program_run_destroyp) struct program_run *run = calloc(1, sizeof *run);
    if (!run)
        return error_no_memory(err);
    run->p = p;
    run->values = aligned(p->plan.size);
    run->scratch = aligned(p->scratch);
    run->memories = calloc(p->steps_len * STEP_BINDINGS_MAX + 1, sizeof *run->memories);
    run->args = calloc(p->steps_len * STEP_BINDINGS_MAX + 1, sizeof *run->args);
    if (!run->values || !run->scratch || !run->memories || !run->args)
        return error_no_memory(err);
    dnnl_status_t status = dnnl_stream_create(&run->stream, p->engine, dnnl_stream_default_flags);
    if (status != dnnl_success)
        return onednn_error(status, "(none)", err);
    for (size_t i = 0; i < p->steps_len; i++)
        if (!bind_step(run, i, err))
            return false;
    if (!warm_up(run, err))
        return false;
    *ret = TAKE(run);
    return true;
}

void program_run_destroy(struct program_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; run->memories && i < run->p->steps_len * STEP_BINDINGS_MAX; i++)
        if (run->memories[i])
            dnnl_memory_destroy(run->memories[i]);
    if (run->stream)
        dnnl_stream_destroy(run->stream);
    free(run->values);
    free(run->scratch);
    free(run->memories);
    free(run->args);
    free(run);
}

void program_run_destroyp(struct program_run **run)
{
    program_run_destroy(*run);
    *run = NULL;
}

float *program_run_value(const struct program_run *run, size_t op)
{
    return (float *)(void *)(run->values + run->p->plan.offsets[op]);
}

static void join(const struct program_run *run, const struct op *op, float *out)
{
    bool clamps = op->activation.kind == ACTIVATION_CLAMP;
    int64_t stride = shape_last(&op->shape), rows = shape_count(&op->shape) / stride;
    for (size_t i = 0; i < op->inputs_len; i++) {
        int64_t channels = shape_last(&run->p->g->ops[op->inputs[i]].shape);
        kernel_copy_rows(program_run_value(run, op->inputs[i]), rows, channels, out, stride,
                         clamps ? op->activation.min : -INFINITY,
                         clamps ? op->activation.max : INFINITY);
        out += channels;
    }
}

static void run_kernel(const struct program_run *run, size_t at)
{
    const struct op *op = &run->p->g->ops[at];
    const struct nn_shape *in_shape = &run->p->g->ops[op->inputs[0]].shape;
    const float *in = program_run_value(run, op->inputs[0]);
    float *out = program_run_value(run, at);
    int64_t channels = shape_last(&op->shape), rows = shape_count(&op->shape) / channels;
    switch (op->kind) {
    case OP_SCALE:
        kernel_scale(in, out, rows, channels, op->scale, op->shift);
        break;
    case OP_PAD:
        kernel_pad(in, in_shape, out, &op->shape, op->pads);
        break;
    case OP_RESIZE:
        kernel_resize_twice(in, in_shape, out);
        break;
    case OP_CONCAT:
        join(run, op, out);
        break;
    case OP_SOFTMAX:
        kernel_softmax(in, out, rows, channels);
        break;
    case OP_NONE:
    case OP_INPUT:
    case OP_RESHAPE:
    case OP_CONV:
    case OP_DENSE:
    case OP_ADD:
    case OP_MUL:
    case OP_ACTIVATION:
    case OP_PRELU:
    case OP_MAX_POOL:
    case OP_MEAN:
        break;
    }
}

/* A convolution that adds to its destination needs the other addend to lie there. */
static void copy_addend(const struct program_run *run, const struct op *op, size_t at)
{
    if (op->kind != OP_CONV || op->inputs_len != 2)
        return;
    const float *from = program_run_value(run, op->inputs[1]);
    float *to = program_run_value(run, at);
    if (from != to)
        memcpy(to, from, (size_t)shape_count(&op->shape) * sizeof *to);
}

bool program_run(struct program_run *run, struct error *err)
{
    const struct program *p = run->p;
    omp_set_num_threads(1);
    for (size_t i = 0; i < p->steps_len; i++) {
        const struct step *s = &p->steps[i];
        const struct op *op = &p->g->ops[s->op];
        if (!s->primitive) {
            run_kernel(run, s->op);
            continue;
        }
        copy_addend(run, op, s->op);
        if (!execute(run, i, err))
            return false;
    }
    dnnl_status_t status = dnnl_stream_wait(run->stream);
    return status == dnnl_success || onednn_error(status, "(none)", err);
}

const char *program_isa(void)
{
    dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
    static const struct {
        dnnl_cpu_isa_t isa;
        const char *name;
    } names[] = {
        {dnnl_cpu_isa_sse41, "sse4.1"},
        {dnnl_cpu_isa_avx, "avx"},
        {dnnl_cpu_isa_avx2, "avx2"},
        {dnnl_cpu_isa_avx2_vnni, "avx2-vnni"},
        {dnnl_cpu_isa_avx512_core, "avx512"},
        {dnnl_cpu_isa_avx512_core_vnni, "avx512-vnni"},
        {dnnl_cpu_isa_avx512_core_bf16, "avx512-bf16"},
        {dnnl_cpu_isa_avx512_core_amx, "avx512-amx"},
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].isa == isa)
            return names[i].name;
    return "generic";
}
