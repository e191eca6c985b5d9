/* Loads models and makes runners: the pieces of this folder in order. */
#include "nn/nn.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "crypto/hash.h"
#include "nn/graph.h"
#include "nn/program.h"
#include "nn/tfjs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct nn_model {
    struct graph *g;
    struct program *program;
    char sha256[STR_HEX_MAX(SHA256_SIZE)];
};

struct nn_runner {
    const struct nn_model *m; /* borrowed */
    struct program_run *run;
};

static bool hash_files(struct str json, struct str weights, char ret[STR_HEX_MAX(SHA256_SIZE)],
                       struct error *err)
{
    unsigned char digest[SHA256_SIZE];
    CLEANUP(hash_destroyp) struct hash *h = NULL;
    if (!hash_create(HASH_SHA256, &h, err))
        return false;
    hash_add(h, json);
    hash_add(h, weights);
    hash_finish(h, digest);
    str_to_hex(str_bytes(digest, sizeof digest), ret);
    return true;
}

static bool load(json_t *root, struct str json, struct str weights, const struct nn_model *beside,
                 const struct nn_shape *input, const char *const *outputs, size_t outputs_len,
                 struct nn_model **ret, struct error *err)
{
    CLEANUP(tfjs_destroyp) struct tfjs *t = NULL;
    CLEANUP(nn_model_destroyp) struct nn_model *m = calloc(1, sizeof *m);
    if (!m)
        return error_no_memory(err);
    if (!tfjs_create(root, weights, &t, err) ||
        !graph_create(t, input, outputs, outputs_len, &m->g, err))
        return false;
    graph_fuse(m->g);
    if (!program_create(m->g, beside ? beside->program : NULL, &m->program, err) ||
        !hash_files(json, weights, m->sha256, err))
        return false;
    graph_drop_weights(m->g);
    *ret = TAKE(m);
    return true;
}

static bool read_json(struct str json, json_t **ret, struct error *err)
{
    if (json.len > NN_MODEL_JSON_MAX)
        return error_set(err, ERROR_TOO_LARGE, "more than %zu bytes of model", NN_MODEL_JSON_MAX);
    return json_parse(json, ret, err);
}

bool nn_model_parse(struct str json, struct str weights, const struct nn_shape *input,
                    const char *const *outputs, size_t outputs_len, struct nn_model **ret,
                    struct error *err)
{
    CLEANUP(json_decrefp) json_t *root = NULL;
    return read_json(json, &root, err) &&
           load(root, json, weights, NULL, input, outputs, outputs_len, ret, err);
}

static bool read_weights(const char *path, const json_t *root, struct buf *weights,
                         struct error *err)
{
    CLEANUP(freep) char *names = NULL;
    size_t names_len;
    if (!tfjs_weight_files(root, &names, &names_len, err))
        return false;
    const char *slash = strrchr(path, '/');
    struct str folder = str_slice(str_from(path), 0, slash ? (size_t)(slash - path) + 1 : 0);
    const char *name = names;
    for (size_t i = 0; i < names_len; i++, name += strlen(name) + 1) {
        CLEANUP(buf_done) struct buf place = {0};
        CLEANUP(freep) char *bytes = NULL;
        size_t len;
        const char *c_path;
        buf_add(&place, folder);
        buf_add_c(&place, name);
        if (!buf_c_text(&place, &c_path, err) ||
            !file_read(c_path, NN_WEIGHTS_MAX - weights->len, &bytes, &len, err))
            return false;
        buf_add(weights, (struct str){bytes, len});
    }
    return buf_ok(weights, err);
}

bool nn_model_load_beside(const struct nn_model *beside, const char *path,
                          const struct nn_shape *input, const char *const *outputs,
                          size_t outputs_len, struct nn_model **ret, struct error *err)
{
    CLEANUP(freep) char *json = NULL;
    CLEANUP(json_decrefp) json_t *root = NULL;
    CLEANUP(buf_done) struct buf weights = {.limit = NN_WEIGHTS_MAX};
    size_t len;
    if (!file_read(path, NN_MODEL_JSON_MAX, &json, &len, err))
        return false; /* says the path */
    struct str text = {json, len};
    if (!read_json(text, &root, err) || !read_weights(path, root, &weights, err) ||
        !load(root, text, buf_str(&weights), beside, input, outputs, outputs_len, ret, err))
        return error_wrap(err, "%s", path);
    return true;
}

bool nn_model_load(const char *path, const struct nn_shape *input, const char *const *outputs,
                   size_t outputs_len, struct nn_model **ret, struct error *err)
{
    return nn_model_load_beside(NULL, path, input, outputs, outputs_len, ret, err);
}

const char *nn_model_sha256(const struct nn_model *m) { return m->sha256; }

int64_t nn_model_work(const struct nn_model *m) { return m->g->work; }

void nn_model_destroy(struct nn_model *m)
{
    if (!m)
        return;
    program_destroy(m->program);
    graph_destroy(m->g);
    free(m);
}

void nn_model_destroyp(struct nn_model **m)
{
    nn_model_destroy(*m);
    *m = NULL;
}

bool nn_runner_create(const struct nn_model *m, struct nn_runner **ret, struct error *err)
{
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    r->m = m;
    if (!program_run_create(m->program, &r->run, err))
        return false;
    *ret = TAKE(r);
    return true;
}

float *nn_runner_input(struct nn_runner *r, struct nn_shape *ret_shape)
{
    if (ret_shape)
        *ret_shape = r->m->g->ops[r->m->g->input].shape;
    return program_run_value(r->run, r->m->g->input);
}

bool nn_run(struct nn_runner *r, struct error *err) { return program_run(r->run, err); }

const float *nn_runner_output(const struct nn_runner *r, size_t index, struct nn_shape *ret_shape)
{
    assert(index < r->m->g->outputs_len);
    size_t op = r->m->g->outputs[index];
    if (ret_shape)
        *ret_shape = r->m->g->ops[op].shape;
    return program_run_value(r->run, op);
}

void nn_runner_destroy(struct nn_runner *r)
{
    if (!r)
        return;
    program_run_destroy(r->run);
    free(r);
}

void nn_runner_destroyp(struct nn_runner **r)
{
    nn_runner_destroy(*r);
    *r = NULL;
}

const char *nn_isa(void) { return program_isa(); }
