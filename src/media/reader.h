/* Demuxes and decodes one recording from a descriptor: a pipe that grows, or a file. libav's types
 * stay inside this folder. Only the sandboxed decoder process calls this on candidates' bytes.
 *
 * Everything a stranger chooses has a limit; damage inside a recording is skipped and counted, and
 * its end is wherever its last whole packet ends. */
#pragma once
#include "media/frame.h"

struct reader;

struct reader_info {
    bool has_video, has_audio;
    char container[32], video_codec[32], audio_codec[32];
    int width, height;
    int64_t duration_us; /* as the container claims; -1 when it does not say */
};
struct reader_stats {
    uint64_t packets, frames, damaged_packets, time_jumps;
    int64_t last_time_us; /* end of the last frame or sound, whichever is later */
};

/* Gets each byte once and in order as far as the recording is read, so that an index can be built.
 */
struct reader_tap {
    void (*bytes)(void *context, struct str bytes);
    void *context;
};

/* `fd` is borrowed. Blocks until the header is there. What libav cannot read is ERROR_UNSUPPORTED,
 * an empty or cut-off header ERROR_INVALID, both with a sentence for people. `tap` may be NULL. */
MUST_USE bool reader_open(int fd, const struct reader_tap *tap, struct reader **ret,
                          struct error *err);
const struct reader_info *reader_info(const struct reader *r);
/* The next frame at or after `not_before_us` (frames in between are decoded but not converted);
 * *ret is NULL at the end. The caller unrefs it. Times never go back: a jump is counted and mended.
 */
MUST_USE bool reader_next(struct reader *r, int64_t not_before_us, struct frame **ret,
                          struct error *err);
struct reader_stats reader_stats(const struct reader *r);
void reader_close(struct reader *r);
void reader_closep(struct reader **r);
