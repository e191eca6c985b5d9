/* Makes a MediaRecorder's WebM seekable without rewriting it. Such a file has no duration and no
 * cues, so a browser cannot jump in it. This scanner is fed the bytes in sequence, notes where the
 * key frames are, and at the end writes a new head (EBML header, Segment, Info with Duration,
 * Tracks as they were, Cues): head + the original bytes from `skip` on is a seekable file. RFC 8794
 * (EBML) and RFC 9559 (Matroska). A parser of strangers' bytes: it has a fuzz target. */
#pragma once
#include "base/buf.h"

struct webm_index;

#define WEBM_CLUSTERS_MAX 65536          /* with a cue; of more, every second has one, and so on */
#define WEBM_HEAD_MAX ((size_t)64 << 10) /* bytes of each element kept from the head */

MUST_USE bool webm_index_create(struct webm_index **ret, struct error *err);
void webm_index_feed(struct webm_index *x, struct str bytes); /* anything; never fails */
/* ERROR_UNSUPPORTED when the bytes were no WebM or Matroska with clusters; the raw bytes then
 * serve. */
MUST_USE bool webm_index_head(const struct webm_index *x, struct buf *to, uint64_t *ret_skip,
                              int64_t *ret_duration_us, struct error *err);
void webm_index_destroy(struct webm_index *x);
void webm_index_destroyp(struct webm_index **x);
