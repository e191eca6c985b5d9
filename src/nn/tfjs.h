/* A TensorFlow.js graph model as it stands in its files: nodes, attributes and weights, checked as
 * a stranger's. Nothing here knows what an operation means. One thread at a time. */
#pragma once
#include "base/base.h"
#include "nn/nn.h"
#include <jansson.h>

#define TFJS_NODES_MAX ((size_t)8192)
#define TFJS_INPUTS_MAX ((size_t)16)
#define TFJS_NAME_MAX ((size_t)512)
#define TFJS_PATHS_MAX ((size_t)64)
#define TFJS_INTS_MAX ((size_t)64) /* in one integer weight or one list attribute */

enum tfjs_dtype { TFJS_DTYPE_NONE = 0, TFJS_FLOAT32, TFJS_FLOAT16, TFJS_INT32 };

struct tfjs_weight {
    struct str name;
    enum tfjs_dtype dtype; /* as stored */
    struct nn_shape shape; /* rank 0 is one number */
    size_t count;          /* numbers */
    struct str bytes;      /* little endian; borrowed from the weights given to tfjs_create() */
};

struct tfjs_node {
    struct str name;    /* UTF-8, not empty */
    struct str op;      /* "MaxPool" */
    struct str *inputs; /* as written: "name", "name:0" or "^name" */
    size_t inputs_len;
    const json_t *attr; /* NULL when there is none */
};

struct tfjs;

/* Names of the files that hold the weights, in order; plain names without a folder. *ret is
 * malloc'ed NUL-terminated texts, one after the other, `*ret_len` of them. */
MUST_USE bool tfjs_weight_files(const json_t *root, char **ret, size_t *ret_len, struct error *err);

/* Borrows `weights`; keeps a reference of `root`. */
MUST_USE bool tfjs_create(json_t *root, struct str weights, struct tfjs **ret, struct error *err);
void tfjs_destroy(struct tfjs *t);
void tfjs_destroyp(struct tfjs **t);

/* NULL when there is none of that name. */
const struct tfjs_node *tfjs_node(const struct tfjs *t, struct str name);
const struct tfjs_weight *tfjs_weight(const struct tfjs *t, struct str name);
size_t tfjs_nodes_len(const struct tfjs *t);
size_t tfjs_node_index(const struct tfjs *t, const struct tfjs_node *node);

/* `ret` has room for w->count numbers. Only finite numbers pass. */
MUST_USE bool tfjs_floats(const struct tfjs_weight *w, float *ret, struct error *err);
/* At most `max` numbers; how many comes in *ret_len. */
MUST_USE bool tfjs_ints(const struct tfjs_weight *w, size_t max, int64_t *ret, size_t *ret_len,
                        struct error *err);

/* Attributes. Absent is fine: the text is empty, the list has no members, the flag is false. */
#define TFJS_TEXT_MAX 32
MUST_USE bool tfjs_attr_text(const struct tfjs_node *n, const char *key, char ret[TFJS_TEXT_MAX],
                             struct error *err);
MUST_USE bool tfjs_attr_texts(const struct tfjs_node *n, const char *key, size_t max,
                              char ret[][TFJS_TEXT_MAX], size_t *ret_len, struct error *err);
MUST_USE bool tfjs_attr_ints(const struct tfjs_node *n, const char *key, size_t max, int64_t *ret,
                             size_t *ret_len, struct error *err);
MUST_USE bool tfjs_attr_flag(const struct tfjs_node *n, const char *key, bool *ret,
                             struct error *err);
/* The shape a Placeholder declares; rank 0 when it declares none, -1 for an open dimension. */
MUST_USE bool tfjs_attr_shape(const struct tfjs_node *n, struct nn_shape *ret, struct error *err);
