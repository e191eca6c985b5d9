/* A track: all looks at one recording, kept compactly, so that a report under another policy needs
 * no decoding. The rules see from a track exactly what they saw from the decoder (fields.h).
 *
 * "PTTRACK1", a directory of columns, then blocks of up to TRACK_BLOCK_LOOKS looks, each column of
 * which is the differences of its numbers from look to look, packed by zlib; a block without looks
 * ends it, and holds what the report says of the recording. Columns have names: a later version
 * passes over those it does not know any more, and what it knows besides is absent.
 *
 * Measured: 60 s with one face are 2.8 KB, an hour is about 170 KB, against 3 MB as they are. */
#pragma once
#include "base/buf.h"
#include "detect/detect.h"

#define TRACK_BLOCK_LOOKS 1024
#define TRACK_BYTES_MAX ((size_t)256 << 20)

/* What a report says of a recording besides its flags. */
struct track_about {
    struct str name, sha256, models, isa, program; /* sha256 in hex; models: JSON text */
    uint64_t bytes, frames, damaged_packets, time_jumps;
    int64_t duration_us;
};

struct track_writer; /* one thread at a time */
MUST_USE bool track_writer_create(struct track_writer **ret, struct error *err);
/* Times rise; the look is tidy (fields_tidy()). */
MUST_USE bool track_write(struct track_writer *w, const struct observation *o, struct error *err);
/* Appends the whole track; `about->program` is this one's. Once. */
MUST_USE bool track_finish(struct track_writer *w, const struct track_about *about, struct buf *to,
                           struct error *err);
void track_writer_destroy(struct track_writer *w);
void track_writer_destroyp(struct track_writer **w);

struct track_reader; /* one thread at a time */
/* Borrows `bytes` as long as it lives. ERROR_INVALID when it is no track, or is damaged. */
MUST_USE bool track_open(struct str bytes, struct track_reader **ret, struct error *err);
struct track_about track_about(const struct track_reader *r); /* borrowed from the reader */
/* The next look; *ret_end true, and no look, after the last. */
MUST_USE bool track_next(struct track_reader *r, struct observation *ret, bool *ret_end,
                         struct error *err);
void track_close(struct track_reader *r);
void track_closep(struct track_reader **r);
