/* What an examiner is asked: the parent's side of the pipe, of which the child believes nothing but
 * that it is its parent's. Private to this folder. */
#pragma once
#include "base/buf.h"

enum ask_type { ASK_NONE = 0, ASK_FACE, ASK_DOCUMENT, ASK_GUIDANCE, ASK_TYPES };

struct ask { /* then the picture's bytes; both sides are the same binary */
    uint32_t type;
    uint32_t bytes;
    int32_t this_year;
};
