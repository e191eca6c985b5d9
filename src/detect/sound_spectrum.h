/* The discrete Fourier transform of real samples. For the sound detectors only. */
#pragma once
#include "base/base.h"

#define SOUND_SPECTRUM_MAX 2048

struct sound_spectrum {
    int len;                               /* of the transform: a power of two */
    float cosines[SOUND_SPECTRUM_MAX / 2]; /* of i / len turns */
    float sines[SOUND_SPECTRUM_MAX / 2];
    /* The same for each step of the transform in turn, as it reads them: of i / size turns, at
     * size / 2 + i. */
    float step_cosines[SOUND_SPECTRUM_MAX / 2];
    float step_sines[SOUND_SPECTRUM_MAX / 2];
    uint16_t reversed[SOUND_SPECTRUM_MAX / 2]; /* order of bits, for len / 2 values */
};

/* `len`: a power of two from 8 to SOUND_SPECTRUM_MAX. */
void sound_spectrum_init(struct sound_spectrum *s, int len);
/* `len` samples to len / 2 + 1 complex values, without any scaling. `re` and `im` may not overlap
 * `samples`. */
void sound_spectrum_run(const struct sound_spectrum *s, const float *samples, float *re, float *im);
