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
}

/* In place; the values are in the order of reversed bits already. */
static void transform(const struct sound_spectrum *s, float *re, float *im)
{
    int half = s->len / 2;
    for (int size = 2; size <= half; size *= 2) {
        int step = s->len / size; /* in the tables, which are for len */
        for (int from = 0; from < half; from += size) {
            for (int i = 0; i < size / 2; i++) {
                int a = from + i, b = a + size / 2;
                float c = s->cosines[i * step], d = -s->sines[i * step];
                float x = re[b] * c - im[b] * d, y = re[b] * d + im[b] * c;
                re[b] = re[a] - x;
                im[b] = im[a] - y;
                re[a] += x;
                im[a] += y;
            }
        }
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
