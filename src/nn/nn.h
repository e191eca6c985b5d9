/* Neural networks: TensorFlow.js graph models (model.json and its weights), run on the CPU by
 * oneDNN, one thread. oneDNN's types stay inside this folder.
 *
 * A model is loaded once and is read-only; each worker has a runner of its own, which is its
 * memory. Loading compiles machine code, so models are loaded and runners made before a sandbox is
 * closed; running them needs no system call and no executable memory. The same input on the same
 * instruction set gives the same bits. The loading or running thread's OpenMP thread count becomes
 * 1. Errors name the node they are about. */
#pragma once
#include "base/base.h"

struct nn_model;  /* any thread, read-only */
struct nn_runner; /* one thread at a time */

#define NN_RANK_MAX 4
#define NN_OUTPUTS_MAX 8
#define NN_MODEL_JSON_MAX ((size_t)8 << 20)
#define NN_WEIGHTS_MAX ((size_t)64 << 20)
#define NN_WORK_MAX INT64_C(100000000000) /* multiplications in one run */
#define NN_MEMORY_MAX ((size_t)1 << 30)   /* bytes of one runner */

struct nn_shape {
    int rank; /* NHWC for images */
    int64_t dims[NN_RANK_MAX];
};

/* `path` is the model's .json; its weights lie beside it. `outputs` are node names to compute, and
 * what they do not need is not loaded (a decoding tail is cut off by naming a node before it).
 * `input` is the wanted input shape: another batch or, as these nets are fully convolutional, other
 * sides than the file declares; lists of boxes then have another length. The files are checked as
 * a stranger's: ERROR_INVALID says what is wrong. */
MUST_USE bool nn_model_load(const char *path, const struct nn_shape *input,
                            const char *const *outputs, size_t outputs_len, struct nn_model **ret,
                            struct error *err);
/* The same model once more for another input, with its own memory only where the kernels want the
 * weights in another layout. `beside` must outlive it. */
MUST_USE bool nn_model_load_beside(const struct nn_model *beside, const char *path,
                                   const struct nn_shape *input, const char *const *outputs,
                                   size_t outputs_len, struct nn_model **ret, struct error *err);
/* The same from memory, for tests and the fuzzer. */
MUST_USE bool nn_model_parse(struct str json, struct str weights, const struct nn_shape *input,
                             const char *const *outputs, size_t outputs_len, struct nn_model **ret,
                             struct error *err);
const char *nn_model_sha256(const struct nn_model *m); /* hex, over json and weights; borrowed */
int64_t nn_model_work(const struct nn_model *m);       /* multiplications in one run, about */
void nn_model_destroy(struct nn_model *m);             /* after its runners */
void nn_model_destroyp(struct nn_model **m);

MUST_USE bool nn_runner_create(const struct nn_model *m, struct nn_runner **ret, struct error *err);
/* float32 NHWC, to be filled by the caller before nn_run(); owned by the runner. */
float *nn_runner_input(struct nn_runner *r, struct nn_shape *ret_shape);
MUST_USE bool nn_run(struct nn_runner *r, struct error *err);
/* In the order asked for; valid until the next nn_run(); owned by the runner. */
const float *nn_runner_output(const struct nn_runner *r, size_t index, struct nn_shape *ret_shape);
void nn_runner_destroy(struct nn_runner *r);
void nn_runner_destroyp(struct nn_runner **r);

const char *nn_isa(void); /* instruction set the kernels use, "avx2"; static */
