/* Demuxes and decodes one recording, pictures and sound, from a descriptor: a pipe that grows, or a
 * file. libav's types stay inside this folder. Only the sandboxed decoder process calls this on
 * candidates' bytes.
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

/* A piece of the sound: one channel, the mean of those recorded. */
#define SOUND_RATE 16000 /* Hz */
struct sound {
    int64_t time_us;      /* of the first sample; never before the end of the piece before */
    const float *samples; /* full scale is -1..1; borrowed for the call */
    size_t len;           /* some thousand at most */
};
/* Gets the sound as it is met on the way to the next frame. False ends the reading with its error.
 */
struct reader_ear {
    bool (*sound)(void *context, const struct sound *s, struct error *err);
    void *context;
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
/* From now on the sound is decoded, too. At most once, before reader_next(). ERROR_UNSUPPORTED when
 * there is none or it cannot be decoded: the frames can be read all the same. */
MUST_USE bool reader_hear(struct reader *r, const struct reader_ear *ear, struct error *err);
/* The next frame at or after `not_before_us` (frames in between are decoded but not converted);
 * *ret is NULL at the end. The caller unrefs it. Times never go back: a jump is counted and mended.
 * Of a recording without video it takes all the sound, then there is no frame. */
MUST_USE bool reader_next(struct reader *r, int64_t not_before_us, struct frame **ret,
                          struct error *err);
struct reader_stats reader_stats(const struct reader *r);
void reader_close(struct reader *r);
void reader_closep(struct reader **r);
