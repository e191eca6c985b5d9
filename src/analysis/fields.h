/* The numbers of a look (or of a half second of sound) one by one: where each lies, its range, and
 * the step that it is rounded to. One table serves three: what a decoder child says is checked by
 * it, every look is rounded by it before any rule sees it, and a track (track.h) keeps the numbers
 * as the whole steps they are. So what is kept is exactly what was judged, and it is small.
 *
 * A new member of struct observation is a row in fields.c; a test finds one that was forgotten. */
#pragma once
#include "detect/detect.h"
#include "detect/sound.h"

#define FIELD_TIME_MAX_US (INT64_C(48) * 3600 * 1000000)
#define FIELD_CODE_MAX (INT64_C(1) << 53)

enum field_type { FIELD_NONE = 0, FIELD_FLOAT, FIELD_I32, FIELD_U32, FIELD_U8, FIELD_I64 };

struct field {
    const char *name; /* "luma_mean", "faces.x": never changed once released, tracks name it */
    enum field_type type;
    size_t at;       /* its offset in the observation; of the first when there are several */
    unsigned count;  /* numbers in a row; 1 */
    size_t len_at;   /* offset of the int32_t that says how many items there are; 0: no items */
    unsigned items;  /* at most so many; 1 */
    size_t stride;   /* bytes from item to item */
    double min, max; /* what is said outside of it is refused */
    int bits;        /* of a float: it is a multiple of 2^-bits */
    double absent;   /* what a track has that was kept before there was this number */
};

extern const struct field fields[]; /* of struct observation */
extern const size_t fields_len;
extern const struct field sound_fields[]; /* of struct sound_observation */
extern const size_t sound_fields_len;

/* How many items of this field the look has: 0 to field->items. */
unsigned field_items(const struct field *f, const void *o);
/* Number `i` (of count) of item `item`, in whole steps. */
int64_t field_get(const struct field *f, const void *o, unsigned item, unsigned i);
/* False, and nothing written, when it is out of range. */
bool field_set(const struct field *f, void *o, unsigned item, unsigned i, int64_t steps);

/* Rounds every number to its step and clears the items beyond those there are; once more changes
 * nothing. False, with the name of the number, when one is out of its range. */
MUST_USE bool fields_tidy(struct observation *o, const char **ret_wrong);
MUST_USE bool sound_fields_tidy(struct sound_observation *o, const char **ret_wrong);
/* A look of which nothing is known. */
void fields_absent(struct observation *ret);
