/* Bytes from a descriptor for libav, and on the way to whoever listens. For this folder only. */
#pragma once
#include "media/reader.h"

#include <libavformat/avio.h>

#define SOURCE_PEEK_MAX 4096

struct source {
    int fd; /* borrowed */
    bool file;
    struct reader_tap tap;
    uint64_t at, tapped; /* offsets: of the next byte read, of the next byte the tap waits for */
    uint8_t peeked[SOURCE_PEEK_MAX];
    size_t peeked_len;
    bool ended;       /* the end was met at least once */
    int error_number; /* of the read that failed; 0 */
};

MUST_USE bool source_init(struct source *s, int fd, const struct reader_tap *tap,
                          struct error *err);
/* Reads until the first `len` bytes (SOURCE_PEEK_MAX at most) are in `peeked`, or all there are.
 * Only before anything else was read. */
MUST_USE bool source_peek(struct source *s, size_t len, struct error *err);
/* `seek`: let libav jump, where the descriptor can. `s` must stay where it is. */
MUST_USE bool source_open_avio(struct source *s, bool seek, AVIOContext **ret, struct error *err);
void source_close_avio(AVIOContext **avio);
/* Takes what is left of a pipe, so that whoever feeds it is not kept waiting, and the tap sees it.
 */
void source_drain(struct source *s);
