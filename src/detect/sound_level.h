/* How loud a half second is, whether it is nothing at all, and whether it is mains hum. For the
 * sound detectors only. */
#pragma once
#include "detect/sound.h"

#define SOUND_LEVEL_BLOCK 1600 /* samples: 100 ms */
#define SOUND_LEVEL_BLOCKS 5   /* in an observation */

struct sound_filter {
    double b[3], a[2], kept[2];
};
struct sound_level {
    struct sound_filter shelf, high_pass;
    double weighted[4]; /* mean squares of the last four blocks, the oldest first */
    float before[SOUND_LEVEL_BLOCK];
    int blocks; /* since a hole: up to 4 */
};

void sound_level_init(struct sound_level *l);
void sound_level_reset(struct sound_level *l); /* a hole */
struct sound_level_sums {                      /* of a half second; zeroed at its beginning */
    double squares, differences, compared;     /* compared: squares of what differences are about */
    float highest, lowest;
    double loudest; /* mean square of the loudest weighted 400 ms; 0: none yet */
    int blocks;
};

void sound_level_take(struct sound_level *l, const float *block, struct sound_level_sums *sums);
void sound_level_tell(const struct sound_level_sums *sums, struct sound_observation *o);
