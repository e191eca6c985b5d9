/* Writes one VP8 track as WebM, block by block, as recorders for live streams do: segment and
 * clusters of unknown length, no index; so what is there is whole at every moment. Pure. */
#pragma once
#include "base/buf.h"

struct webm {
    int64_t cluster_ms; /* -1: none yet */
};

/* Begins a file. */
void webm_begin(struct webm *w, int width, int height, struct buf *to);
/* Times rise. A cluster begins at every key frame, and the first frame must be one. */
MUST_USE bool webm_add(struct webm *w, struct str frame, int64_t at_ms, bool key, struct buf *to,
                       struct error *err);
