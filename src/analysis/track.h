/* A track: all looks at a recording and all half seconds of its sound, kept compactly, so that a
 * report under another policy needs no decoding. The rules learn from a track exactly what they
 * learned from the decoder (fields.h).
 *
 * "PTTRACK1", a directory of columns, then blocks of up to TRACK_BLOCK_ITEMS looks or sounds, each
 * column of which is the differences of its numbers from one to the next, packed by zlib; a last
 * block holds what the report says of the recording. Columns have names: a later version passes
 * over those it does not know any more, and what it knows besides is absent.
 *
 * Measured: ten minutes in which much happens, with sound, are 53 KB, so an hour is about 320 KB
 * (as structs in memory it would be 9 MB); judging them takes 35 ms. */
#pragma once
#include "base/buf.h"
#include "detect/detect.h"
#include "detect/sound.h"

#define TRACK_BLOCK_ITEMS 1024
#define TRACK_BYTES_MAX ((size_t)256 << 20)

/* What a report says of a recording besides its flags. */
struct track_about {
    struct str name, sha256, models, isa, program; /* sha256 in hex; models: JSON text */
    uint64_t bytes, frames, damaged_packets, time_jumps;
    int64_t duration_us;
};

struct track_writer; /* one thread at a time */
MUST_USE bool track_writer_create(struct track_writer **ret, struct error *err);
/* Times rise; what is written is tidy (fields_tidy(), sound_fields_tidy()). */
MUST_USE bool track_write_look(struct track_writer *w, const struct observation *o,
                               struct error *err);
MUST_USE bool track_write_sound(struct track_writer *w, const struct sound_observation *o,
                                struct error *err);
/* Appends the whole track; `about->program` is this one's. Once. */
MUST_USE bool track_finish(struct track_writer *w, const struct track_about *about, struct buf *to,
                           struct error *err);
void track_writer_destroy(struct track_writer *w);
void track_writer_destroyp(struct track_writer **w);

struct track_reader; /* one thread at a time */
/* Borrows `bytes` as long as it lives. ERROR_INVALID when it is no track, or is damaged. */
MUST_USE bool track_open(struct str bytes, struct track_reader **ret, struct error *err);
struct track_about track_about(const struct track_reader *r); /* borrowed from the reader */
enum track_kind { TRACK_END = 0, TRACK_LOOK, TRACK_SOUND, TRACK_KINDS };
struct track_item {
    enum track_kind kind; /* TRACK_END: there are no more */
    union {
        struct observation look;
        struct sound_observation sound;
    };
};
/* Each kind in order of time; the kinds as they were written, some minutes of one, then of another.
 */
MUST_USE bool track_next(struct track_reader *r, struct track_item *ret, struct error *err);
void track_close(struct track_reader *r);
void track_closep(struct track_reader **r);
