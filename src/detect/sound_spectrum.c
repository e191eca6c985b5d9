/* Even and odd samples as the two parts of complex values, a transform of half the length, and the
 * halves told apart by their symmetry. Plain loops: an hour of sound takes about two seconds. */
#include "detect/sound_spectrum.h"

#include <math.h>

void sound_spectrum_init(struct sound_spectrum *s, int len)
{
    s->len = len;
    int half = len / 2, bits = 0;
    while ((1 << bits) < half)
        bits++;
    for (int i = 0; i < half; i++) {
        double angle = 2 * M_PI * i / len;
        s->cosines[i] = (float)cos(angle);
        s->sines[i] = (float)sin(angle);
        unsigned reversed = 0;
        for (int bit = 0; bit < bits; bit++)
            reversed |= ((unsigned)i >> bit & 1U) << (bits - 1 - bit);
        s->reversed[i] = (uint16_t)reversed;
    }
    for (int size = 2; size <= half; size *= 2)
        for (int i = 0; i < size / 2; i++) {
            s->step_cosines[size / 2 + i] = s->cosines[i * (len / size)];
            s->step_sines[size / 2 + i] = s->sines[i * (len / size)];
        }
}

/* One butterfly each for `len` pairs. */
static void combine(float *restrict re_a, float *restrict im_a, float *restrict re_b,
                    float *restrict im_b, const float *restrict cosines,
                    const float *restrict sines, int len)
{
    for (int i = 0; i < len; i++) {
        float c = cosines[i], d = -sines[i];
        float x = re_b[i] * c - im_b[i] * d, y = re_b[i] * d + im_b[i] * c;
        re_b[i] = re_a[i] - x;
        im_b[i] = im_a[i] - y;
        re_a[i] += x;
        im_a[i] += y;
    }
}

/* In place; the values are in the order of reversed bits already. */
static void transform(const struct sound_spectrum *s, float *re, float *im)
{
    int half = s->len / 2;
    for (int size = 2; size <= half; size *= 2) {
        int len = size / 2;
        for (int a = 0, b = len; a < half; a += size, b += size)
            combine(re + a, im + a, re + b, im + b, s->step_cosines + len, s->step_sines + len,
                    len);
    }
}

void sound_spectrum_run(const struct sound_spectrum *s, const float *samples, float *re, float *im)
{
    int half = s->len / 2;
    for (int i = 0; i < half; i++) {
        re[s->reversed[i]] = samples[2 * i];
        im[s->reversed[i]] = samples[2 * i + 1];
    }
    transform(s, re, im);
    float first = re[0], last = im[0];
    re[0] = first + last;
    im[0] = 0;
    re[half] = first - last;
    im[half] = 0;
    for (int i = 1; i <= half / 2; i++) {
        int k = half - i;
        float even_re = (re[i] + re[k]) / 2, even_im = (im[i] - im[k]) / 2;
        float odd_re = (im[i] + im[k]) / 2, odd_im = (re[k] - re[i]) / 2;
        float c = s->cosines[i], d = -s->sines[i];
        float x = odd_re * c - odd_im * d, y = odd_re * d + odd_im * c;
        re[i] = even_re + x;
        im[i] = even_im + y;
        re[k] = even_re - x;
        im[k] = y - even_im;
    }
}
