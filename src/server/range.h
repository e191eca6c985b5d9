/* `Range: bytes=...` of RFC 9110 section 14, one range: what seeking in a recording needs. */
#pragma once
#include "base/base.h"

enum range_result {
    RANGE_NONE =
        0,      /* no range, one we need not honour (several, another unit), or malformed: all */
    RANGE_PART, /* answer 206 with [from, to) */
    RANGE_UNSATISFIABLE, /* answer 416 */
};

/* [*ret_from, *ret_to) of a thing of `size` bytes; for RANGE_NONE it is the whole of it. */
enum range_result range_parse(struct str header, uint64_t size, uint64_t *ret_from,
                              uint64_t *ret_to);

#define RANGE_TEXT_MAX 80
/* The value of Content-Range: "bytes 0-9/100", or "bytes *" "/100" when unsatisfiable. */
void range_text(enum range_result result, uint64_t from, uint64_t to, uint64_t size,
                char ret[RANGE_TEXT_MAX]);
