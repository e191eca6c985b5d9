/* What a second of sound is: a voice, music, or neither. For the sound detectors only. */
#pragma once
#include "detect/sound_frames.h"

#define SOUND_KIND_RATES 20  /* of modulation, from 1 Hz on */
#define SOUND_KIND_WINDOW 80 /* frames: a second */

/* What is measured of a second; see sound_kind.c for why. */
struct sound_traits {
    float gliding;    /* part of the frames in which a voice's pitch moves on a little */
    float begun;      /* held tones that began, a second */
    float swing_db;   /* standard deviation of the level in the bands */
    float fluttering; /* part of its ups and downs that is faster than syllables are */
    float travel;     /* standard deviation of the spectrum's centre, octaves */
    float sounding;   /* part of the frames in sounds of a tenth of a second and longer */
    float clear_db;   /* mean flatness of what sounds: 0 is noise */
};
struct sound_kind { /* tables */
    float cosines[SOUND_KIND_RATES][SOUND_KIND_WINDOW], sines[SOUND_KIND_RATES][SOUND_KIND_WINDOW];
};

void sound_kind_init(struct sound_kind *k);
/* Of up to SOUND_KIND_WINDOW frames, at least half as many; `background_db` as in an observation.
 * Of fewer, all is zero. */
void sound_kind_measure(const struct sound_kind *k, const struct sound_frame *frames, int len,
                        float background_db, struct sound_traits *ret);
float sound_kind_speech(const struct sound_traits *t); /* 0..1 */
float sound_kind_music(float begun); /* 0..1; held tones that began, a second, over a few seconds */
