/* Reads topology and weights manifest into flat arrays. Every count, name, shape and byte range is
 * checked here, so that the rest may trust what it is given: weights lie inside their file, names
 * are unique, lists are short. */
#include "nn/tfjs.h"

#include "base/arena.h"
#include "base/json.h"
#include "crypto/base64.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_LIMIT ((size_t)32 << 20)

struct tfjs {
    json_t *root; /* owned */
    struct arena arena;
    struct tfjs_node *nodes; /* sorted by name, in the arena like all that follows */
    size_t nodes_len;
    struct tfjs_weight *weights; /* sorted by name */
    size_t weights_len;
};

static int name_order(struct str a, struct str b)
{
    size_t len = MIN(a.len, b.len);
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int node_order(const void *a, const void *b)
{
    return name_order(((const struct tfjs_node *)a)->name, ((const struct tfjs_node *)b)->name);
}

static int weight_order(const void *a, const void *b)
{
    return name_order(((const struct tfjs_weight *)a)->name, ((const struct tfjs_weight *)b)->name);
}

static const json_t *array_of(const json_t *object, const char *key, const char *what,
                              size_t max_len, struct error *err)
{
    const json_t *list = json_object_get(object, key);
    if (!json_is_array(list))
        error_set(err, ERROR_INVALID, "%s has no list %s", what, key);
    else if (json_array_size(list) > max_len)
        error_set(err, ERROR_TOO_LARGE, "%s: %s has more than %zu members", what, key, max_len);
    else
        return list;
    return NULL;
}

bool tfjs_weight_files(const json_t *root, char **ret, size_t *ret_len, struct error *err)
{
    const json_t *groups = array_of(root, "weightsManifest", "the model", TFJS_PATHS_MAX, err);
    if (!groups)
        return false;
    CLEANUP(buf_done) struct buf names = {0};
    size_t names_len = 0;
    for (size_t g = 0; g < json_array_size(groups); g++) {
        const json_t *paths = array_of(json_array_get(groups, g), "paths", "weightsManifest",
                                       TFJS_PATHS_MAX - names_len, err);
        if (!paths)
            return false;
        for (size_t i = 0; i < json_array_size(paths); i++) {
            struct str path = str_from(json_string_value(json_array_get(paths, i)));
            if (!path.len || path.len > TFJS_NAME_MAX || path.ptr[0] == '.' ||
                memchr(path.ptr, '/', path.len))
                return error_set(err, ERROR_INVALID,
                                 "weightsManifest: a path is not a plain file name");
            buf_add(&names, path);
            buf_add_char(&names, '\0');
            names_len++;
        }
    }
    size_t bytes;
    if (!buf_take(&names, ret, &bytes, err))
        return false;
    *ret_len = names_len;
    return true;
}

static bool read_shape(const json_t *list, struct str name, struct nn_shape *ret, size_t *ret_count,
                       struct error *err)
{
    if (!json_is_array(list) || json_array_size(list) > NN_RANK_MAX)
        return error_set(err, ERROR_INVALID, "weight " STR_FMT ": shape is not 0 to %d numbers",
                         STR_ARG(name), NN_RANK_MAX);
    struct nn_shape shape = {.rank = (int)json_array_size(list)};
    size_t count = 1;
    for (int i = 0; i < shape.rank; i++) {
        const json_t *dim = json_array_get(list, (size_t)i);
        shape.dims[i] = json_integer_value(dim);
        if (!json_is_integer(dim) || shape.dims[i] < 1 ||
            shape.dims[i] > (int64_t)(NN_WEIGHTS_MAX / count))
            return error_set(err, ERROR_INVALID, "weight " STR_FMT ": impossible shape",
                             STR_ARG(name));
        count *= (size_t)shape.dims[i];
    }
    *ret = shape;
    *ret_count = count;
    return true;
}

static bool read_weight(const json_t *entry, struct str *rest, struct tfjs_weight *ret,
                        struct error *err)
{
    struct tfjs_weight w = {0};
    struct str dtype;
    if (!json_get_str(entry, "weights", "name", TFJS_NAME_MAX, &w.name, err) ||
        !json_get_str(entry, "weights", "dtype", TFJS_TEXT_MAX, &dtype, err) ||
        !read_shape(json_object_get(entry, "shape"), w.name, &w.shape, &w.count, err))
        return false;
    const json_t *packed = json_object_get(entry, "quantization");
    struct str stored = str_from(json_string_value(json_object_get(packed, "dtype")));
    size_t size = 4;
    if (str_eq(dtype, STR("float32")) && !packed) {
        w.dtype = TFJS_FLOAT32;
    } else if (str_eq(dtype, STR("float32")) && str_eq(stored, STR("float16"))) {
        w.dtype = TFJS_FLOAT16;
        size = 2;
    } else if (str_eq(dtype, STR("int32")) && !packed) {
        w.dtype = TFJS_INT32;
    } else {
        return error_set(err, ERROR_UNSUPPORTED,
                         "weight " STR_FMT ": only float32, float16 and int32 are known",
                         STR_ARG(w.name));
    }
    if (w.count > rest->len / size)
        return error_set(err, ERROR_INVALID, "weight " STR_FMT ": the weights end before it does",
                         STR_ARG(w.name));
    w.bytes = str_slice(*rest, 0, w.count * size);
    *rest = str_slice(*rest, w.count * size, rest->len);
    *ret = w;
    return true;
}

static bool read_weights(struct tfjs *t, struct str bytes, struct error *err)
{
    const json_t *groups = array_of(t->root, "weightsManifest", "the model", TFJS_PATHS_MAX, err);
    if (!groups)
        return false;
    size_t total = 0;
    for (size_t g = 0; g < json_array_size(groups); g++) {
        const json_t *list = array_of(json_array_get(groups, g), "weights", "weightsManifest",
                                      TFJS_NODES_MAX - total, err);
        if (!list)
            return false;
        total += json_array_size(list);
    }
    t->weights = arena_alloc(&t->arena, total * sizeof *t->weights);
    if (!t->weights)
        return error_no_memory(err);
    for (size_t g = 0; g < json_array_size(groups); g++) {
        const json_t *list = json_object_get(json_array_get(groups, g), "weights");
        for (size_t i = 0; i < json_array_size(list); i++)
            if (!read_weight(json_array_get(list, i), &bytes, &t->weights[t->weights_len++], err))
                return false;
    }
    if (bytes.len)
        return error_set(err, ERROR_INVALID, "%zu bytes of weights belong to nothing", bytes.len);
    qsort(t->weights, t->weights_len, sizeof *t->weights, weight_order);
    for (size_t i = 1; i < t->weights_len; i++)
        if (str_eq(t->weights[i - 1].name, t->weights[i].name))
            return error_set(err, ERROR_INVALID, "two weights are named " STR_FMT,
                             STR_ARG(t->weights[i].name));
    return true;
}

static bool read_node(struct tfjs *t, const json_t *entry, struct tfjs_node *n, struct error *err)
{
    if (!json_get_str(entry, "node", "name", TFJS_NAME_MAX, &n->name, err) ||
        !json_get_str(entry, "node", "op", TFJS_NAME_MAX, &n->op, err))
        return false;
    if (!n->name.len)
        return error_set(err, ERROR_INVALID, "a node has an empty name");
    n->attr = json_object_get(entry, "attr");
    if (!json_object_get(entry, "input"))
        return true;
    const json_t *list = array_of(entry, "input", n->name.ptr, TFJS_INPUTS_MAX, err);
    if (!list)
        return false;
    n->inputs = arena_alloc(&t->arena, json_array_size(list) * sizeof *n->inputs);
    if (!n->inputs)
        return error_no_memory(err);
    for (; n->inputs_len < json_array_size(list); n->inputs_len++) {
        const json_t *input = json_array_get(list, n->inputs_len);
        if (!json_is_string(input) || json_string_length(input) > TFJS_NAME_MAX)
            return error_set(err, ERROR_INVALID, "node " STR_FMT ": input %zu is not a name",
                             STR_ARG(n->name), n->inputs_len);
        n->inputs[n->inputs_len] =
            (struct str){json_string_value(input), json_string_length(input)};
    }
    return true;
}

static bool read_nodes(struct tfjs *t, struct error *err)
{
    const json_t *topology = json_object_get(t->root, "modelTopology");
    const json_t *list = array_of(topology, "node", "modelTopology", TFJS_NODES_MAX, err);
    if (!list)
        return false;
    t->nodes_len = json_array_size(list);
    t->nodes = arena_alloc(&t->arena, t->nodes_len * sizeof *t->nodes);
    if (!t->nodes)
        return error_no_memory(err);
    for (size_t i = 0; i < t->nodes_len; i++)
        if (!read_node(t, json_array_get(list, i), &t->nodes[i], err))
            return false;
    qsort(t->nodes, t->nodes_len, sizeof *t->nodes, node_order);
    for (size_t i = 1; i < t->nodes_len; i++)
        if (str_eq(t->nodes[i - 1].name, t->nodes[i].name))
            return error_set(err, ERROR_INVALID, "two nodes are named " STR_FMT,
                             STR_ARG(t->nodes[i].name));
    return true;
}

bool tfjs_create(json_t *root, struct str weights, struct tfjs **ret, struct error *err)
{
    CLEANUP(tfjs_destroyp) struct tfjs *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err);
    t->root = json_incref(root);
    arena_init(&t->arena, ARENA_LIMIT);
    if (weights.len > NN_WEIGHTS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "more than %zu bytes of weights", NN_WEIGHTS_MAX);
    if (!read_weights(t, weights, err) || !read_nodes(t, err))
        return false;
    *ret = TAKE(t);
    return true;
}

void tfjs_destroy(struct tfjs *t)
{
    if (!t)
        return;
    arena_done(&t->arena);
    json_decref(t->root);
    free(t);
}

void tfjs_destroyp(struct tfjs **t)
{
    tfjs_destroy(*t);
    *t = NULL;
}

const struct tfjs_node *tfjs_node(const struct tfjs *t, struct str name)
{
    struct tfjs_node key = {.name = name};
    return t->nodes_len ? bsearch(&key, t->nodes, t->nodes_len, sizeof key, node_order) : NULL;
}

const struct tfjs_weight *tfjs_weight(const struct tfjs *t, struct str name)
{
    struct tfjs_weight key = {.name = name};
    return t->weights_len ? bsearch(&key, t->weights, t->weights_len, sizeof key, weight_order)
                          : NULL;
}

size_t tfjs_nodes_len(const struct tfjs *t) { return t->nodes_len; }

size_t tfjs_node_index(const struct tfjs *t, const struct tfjs_node *node)
{
    return (size_t)(node - t->nodes);
}

static uint32_t load_u32le(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* IEEE 754 half to float; exact. */
static float from_half(uint16_t half)
{
    int exponent = half >> 10 & 31, mantissa = half & 1023;
    float value = exponent == 31  ? (mantissa ? NAN : INFINITY)
                  : exponent == 0 ? ldexpf((float)mantissa, -24)
                                  : 0;
    if (exponent > 0 && exponent < 31) {
        uint32_t bits = (uint32_t)(exponent + 112) << 23 | (uint32_t)mantissa << 13;
        memcpy(&value, &bits, sizeof value);
    }
    return half & 0x8000 ? -value : value;
}

bool tfjs_floats(const struct tfjs_weight *w, float *ret, struct error *err)
{
    const unsigned char *at = (const unsigned char *)w->bytes.ptr;
    if (w->dtype != TFJS_FLOAT32 && w->dtype != TFJS_FLOAT16)
        return error_set(err, ERROR_INVALID, "weight " STR_FMT ": must be floating point",
                         STR_ARG(w->name));
    bool finite = true;
    for (size_t i = 0; i < w->count; i++) {
        if (w->dtype == TFJS_FLOAT16) {
            ret[i] = from_half((uint16_t)(at[2 * i] | at[2 * i + 1] << 8));
        } else {
            uint32_t bits = load_u32le(at + 4 * i);
            memcpy(&ret[i], &bits, sizeof bits);
        }
        finite = finite && isfinite(ret[i]);
    }
    if (!finite)
        return error_set(err, ERROR_INVALID, "weight " STR_FMT ": has a number that is not finite",
                         STR_ARG(w->name));
    return true;
}

bool tfjs_ints(const struct tfjs_weight *w, size_t max, int64_t *ret, size_t *ret_len,
               struct error *err)
{
    if (w->dtype != TFJS_INT32 || w->count > max)
        return error_set(err, ERROR_INVALID, "weight " STR_FMT ": must be at most %zu integers",
                         STR_ARG(w->name), max);
    for (size_t i = 0; i < w->count; i++)
        ret[i] = (int32_t)load_u32le((const unsigned char *)w->bytes.ptr + 4 * i);
    *ret_len = w->count;
    return true;
}

static bool attr_error(const struct tfjs_node *n, const char *key, struct error *err)
{
    return error_set(err, ERROR_INVALID, "node " STR_FMT ": attribute %s is malformed",
                     STR_ARG(n->name), key);
}

static bool decode_text(const struct tfjs_node *n, const char *key, const json_t *text, char *ret,
                        struct error *err)
{
    CLEANUP(buf_done) struct buf plain = {.limit = TFJS_TEXT_MAX - 1};
    struct str coded = {json_string_value(text), json_string_length(text)};
    struct error why = {0};
    if (coded.len > 2 * TFJS_TEXT_MAX || !json_is_string(text))
        return attr_error(n, key, err);
    if (!base64_decode(&plain, coded, &why) || !buf_ok(&plain, &why))
        return why.code == ERROR_NO_MEMORY ? error_no_memory(err) : attr_error(n, key, err);
    if (!str_is_utf8(buf_str(&plain)))
        return attr_error(n, key, err);
    if (plain.len)
        memcpy(ret, plain.ptr, plain.len);
    ret[plain.len] = '\0';
    return true;
}

bool tfjs_attr_text(const struct tfjs_node *n, const char *key, char ret[TFJS_TEXT_MAX],
                    struct error *err)
{
    const json_t *attr = json_object_get(n->attr, key);
    ret[0] = '\0';
    return !attr || decode_text(n, key, json_object_get(attr, "s"), ret, err);
}

bool tfjs_attr_texts(const struct tfjs_node *n, const char *key, size_t max,
                     char ret[][TFJS_TEXT_MAX], size_t *ret_len, struct error *err)
{
    const json_t *list =
        json_object_get(json_object_get(json_object_get(n->attr, key), "list"), "s");
    if (list && (!json_is_array(list) || json_array_size(list) > max))
        return attr_error(n, key, err);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!decode_text(n, key, json_array_get(list, i), ret[i], err))
            return false;
    *ret_len = json_array_size(list);
    return true;
}

/* protobuf's JSON writes 64-bit integers as text; small converters write numbers. */
static bool read_int(const json_t *value, int64_t *ret)
{
    if (json_is_integer(value))
        *ret = json_integer_value(value);
    else if (!json_is_string(value) || !str_to_i64(str_from(json_string_value(value)), ret))
        return false;
    return true;
}

bool tfjs_attr_ints(const struct tfjs_node *n, const char *key, size_t max, int64_t *ret,
                    size_t *ret_len, struct error *err)
{
    const json_t *list =
        json_object_get(json_object_get(json_object_get(n->attr, key), "list"), "i");
    if (list && (!json_is_array(list) || json_array_size(list) > max))
        return attr_error(n, key, err);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_int(json_array_get(list, i), &ret[i]))
            return attr_error(n, key, err);
    *ret_len = json_array_size(list);
    return true;
}

bool tfjs_attr_flag(const struct tfjs_node *n, const char *key, bool *ret, struct error *err)
{
    const json_t *attr = json_object_get(n->attr, key);
    const json_t *flag = json_object_get(attr, "b");
    if (attr && flag && !json_is_boolean(flag))
        return attr_error(n, key, err);
    *ret = json_is_true(flag);
    return true;
}

bool tfjs_attr_shape(const struct tfjs_node *n, struct nn_shape *ret, struct error *err)
{
    const json_t *shape = json_object_get(json_object_get(n->attr, "shape"), "shape");
    const json_t *list = json_object_get(shape, "dim");
    struct nn_shape s = {0};
    if (list && (!json_is_array(list) || json_array_size(list) > NN_RANK_MAX))
        return attr_error(n, "shape", err);
    for (; s.rank < (int)json_array_size(list); s.rank++) {
        const json_t *size = json_object_get(json_array_get(list, (size_t)s.rank), "size");
        int64_t dim = -1;
        if (size && (!read_int(size, &dim) || dim < -1 || dim == 0))
            return attr_error(n, "shape", err);
        s.dims[s.rank] = dim;
    }
    *ret = s;
    return true;
}
