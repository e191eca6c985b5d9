/* The format of a track, shared by the file that writes and the one that reads. Private to this
 * folder.
 *
 * Numbers are whole steps (fields.h). A strand is what is of one kind: looks, sounds. A column is
 * the differences of a number from the same number before, as varints of seven bits a byte, the
 * sign in the lowest bit. Each block begins anew from zero. */
#pragma once
#include "analysis/fields.h"
#include "analysis/track.h"

#define TRACK_MAGIC "PTTRACK1" /* then: bytes of the directory, 32 bits; the directory */
#define TRACK_BLOCK_HEADER 16  /* kind, items, bytes, packed bytes: 32 bits each, little endian */
#define TRACK_RAW_MAX ((size_t)32 << 20)
#define TRACK_ABOUT_MAX ((size_t)64 << 10)
#define TRACK_DIRECTORY_MAX ((size_t)64 << 10)

struct track_strand {
    const struct field *fields;
    const size_t *len;
};
extern const struct track_strand track_strands[TRACK_KINDS];

/* How many numbers an item of the strand has at most in this column. */
size_t track_numbers(const struct field *f);
/* The name of the column that says how many items there are; "-" for none. */
const char *track_len_name(const struct track_strand *s, const struct field *f);
