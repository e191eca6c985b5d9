#include "server/range.h"

#include <stdio.h>
#include <string.h>

enum range_result range_parse(struct str header, uint64_t size, uint64_t *ret_from,
                              uint64_t *ret_to)
{
    const struct str unit = STR("bytes=");
    *ret_from = 0;
    *ret_to = size;
    if (header.len < unit.len || !str_eq_nocase(str_slice(header, 0, unit.len), unit))
        return RANGE_NONE;
    struct str spec = str_trim(str_slice(header, unit.len, header.len));
    const char *dash = spec.len ? memchr(spec.ptr, '-', spec.len) : NULL;
    if (!dash ||
        memchr(spec.ptr, ',', spec.len)) /* several ranges may be answered with the whole */
        return RANGE_NONE;
    struct str first = str_slice(spec, 0, (size_t)(dash - spec.ptr));
    struct str last = str_slice(spec, first.len + 1, spec.len);
    uint64_t from, to;
    if (first.len == 0) { /* the last n bytes */
        if (!str_to_u64(last, &to))
            return RANGE_NONE;
        if (to == 0 || size == 0)
            return RANGE_UNSATISFIABLE;
        *ret_from = to > size ? 0 : size - to;
        return RANGE_PART;
    }
    if (!str_to_u64(first, &from))
        return RANGE_NONE;
    if (last.len == 0)
        to = UINT64_MAX;
    else if (!str_to_u64(last, &to) || to < from)
        return RANGE_NONE;
    if (from >= size)
        return RANGE_UNSATISFIABLE;
    *ret_from = from;
    *ret_to = to >= size ? size : to + 1;
    return RANGE_PART;
}

void range_text(enum range_result result, uint64_t from, uint64_t to, uint64_t size,
                char ret[RANGE_TEXT_MAX])
{
    if (result == RANGE_UNSATISFIABLE)
        snprintf(ret, RANGE_TEXT_MAX, "bytes */%" PRIu64, size);
    else
        snprintf(ret, RANGE_TEXT_MAX, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, from,
                 to > from ? to - 1 : from, size);
}
