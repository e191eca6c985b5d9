/* Reading and writing JSON: thin helpers over jansson that give errors with the path of what is
 * wrong ("rules.no-face.min_s: must be a number"). */
#pragma once
#include "base/base.h"
#include <jansson.h>

/* UTF-8, one value, no NUL in strings, no duplicate keys. The caller ends *ret with json_decref(). */
MUST_USE bool json_parse(struct str text, json_t **ret, struct error *err);
/* malloc'ed, NUL-terminated; keys sorted and no spaces, so equal values give equal bytes. */
MUST_USE bool json_text(const json_t *value, char **ret, struct error *err);
/* CLEANUP(json_decrefp) comes with jansson. */

/* Members of `object`; `path` is where the object stands, "" for the root. Borrowed results. */
MUST_USE bool json_get_str(const json_t *object, const char *path, const char *key, size_t max_len,
                           struct str *ret, struct error *err);
MUST_USE bool json_get_i64(const json_t *object, const char *path, const char *key, int64_t min,
                           int64_t max, int64_t *ret, struct error *err);
MUST_USE bool json_get_double(const json_t *object, const char *path, const char *key, double min,
                              double max, double *ret, struct error *err);
MUST_USE bool json_get_bool(const json_t *object, const char *path, const char *key, bool *ret,
                            struct error *err);
