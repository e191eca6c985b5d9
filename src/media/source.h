/* Bytes from a descriptor for libav, and on the way to whoever listens. For this folder only. */
#pragma once
#include "media/reader.h"

#include <libavformat/avio.h>

#define SOURCE_PEEK 12

struct source {
    int fd; /* borrowed */
    bool file;
    struct reader_tap tap;
    uint64_t at, tapped; /* offsets: of the next byte read, of the next byte the tap waits for */
    uint8_t peeked[SOURCE_PEEK];
    size_t peeked_len;
    bool ended;       /* the end was met at least once */
    int error_number; /* of the read that failed; 0 */
};

/* Reads the first SOURCE_PEEK bytes, or fewer when there are no more. */
MUST_USE bool source_init(struct source *s, int fd, const struct reader_tap *tap,
                          struct error *err);
/* `seek`: let libav jump, where the descriptor can. `s` must stay where it is. */
MUST_USE bool source_open_avio(struct source *s, bool seek, AVIOContext **ret, struct error *err);
void source_close_avio(AVIOContext **avio);
/* Takes what is left of a pipe, so that whoever feeds it is not kept waiting, and the tap sees it.
 */
void source_drain(struct source *s);
