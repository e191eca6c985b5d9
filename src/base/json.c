#include "base/json.h"

#include <string.h>

bool json_parse(struct str text, json_t **ret, struct error *err)
{
    json_error_t why;
    if (text.len && memchr(text.ptr, '\0', text.len)) /* jansson 2.14 takes "1\0" for 1 */
        return error_set(err, ERROR_INVALID, "not JSON: has a NUL");
    json_t *value = json_loadb(text.ptr ? text.ptr : "", text.len,
                               JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!value)
        return error_set(err, ERROR_INVALID, "not JSON: line %d, column %d: %s", why.line,
                         why.column, why.text);
    *ret = value;
    return true;
}

bool json_text(const json_t *value, char **ret, struct error *err)
{
    /* 15 digits are what a double keeps of a decimal number: 6.1 stays 6.1 */
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY |
                                       JSON_REAL_PRECISION(15));
    if (!text)
        return error_no_memory(err);
    *ret = text;
    return true;
}

static const json_t *member(const json_t *object, const char *path, const char *key,
                            struct error *err)
{
    const json_t *value = json_object_get(object, key);
    if (!value)
        error_set(err, ERROR_INVALID, "%s%s%s: is missing", path, *path ? "." : "", key);
    return value;
}

bool json_get_str(const json_t *object, const char *path, const char *key, size_t max_len,
                  struct str *ret, struct error *err)
{
    const json_t *value = member(object, path, key, err);
    if (!value)
        return false;
    if (!json_is_string(value) || json_string_length(value) > max_len)
        return error_set(err, ERROR_INVALID, "%s%s%s: must be text of at most %zu bytes", path,
                         *path ? "." : "", key, max_len);
    *ret = (struct str){json_string_value(value), json_string_length(value)};
    return true;
}

bool json_get_i64(const json_t *object, const char *path, const char *key, int64_t min, int64_t max,
                  int64_t *ret, struct error *err)
{
    const json_t *value = member(object, path, key, err);
    if (!value)
        return false;
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return error_set(err, ERROR_INVALID,
                         "%s%s%s: must be a whole number from %" PRId64 " to %" PRId64, path,
                         *path ? "." : "", key, min, max);
    *ret = json_integer_value(value);
    return true;
}

bool json_get_double(const json_t *object, const char *path, const char *key, double min,
                     double max, double *ret, struct error *err)
{
    const json_t *value = member(object, path, key, err);
    if (!value)
        return false;
    if (!json_is_number(value) || json_number_value(value) < min || json_number_value(value) > max)
        return error_set(err, ERROR_INVALID, "%s%s%s: must be a number from %g to %g", path,
                         *path ? "." : "", key, min, max);
    *ret = json_number_value(value);
    return true;
}

bool json_get_bool(const json_t *object, const char *path, const char *key, bool *ret,
                   struct error *err)
{
    const json_t *value = member(object, path, key, err);
    if (!value)
        return false;
    if (!json_is_boolean(value))
        return error_set(err, ERROR_INVALID, "%s%s%s: must be true or false", path,
                         *path ? "." : "", key);
    *ret = json_is_true(value);
    return true;
}
