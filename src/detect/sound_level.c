/* Loudness after ITU-R BS.1770-4: two filters that weigh as the ear does (annex 1, made for 16 kHz
 * by the bilinear transform of the same poles and zeros), mean squares over 400 ms.
 *
 * A microphone that is dead often still hums with the mains. 50 and 60 Hz both have whole periods
 * in 100 ms, so hum equals itself a block before; a room never does. */
#include "detect/sound_level.h"

#include <math.h>
#include <string.h>

#define RATE 16000.0
#define LOUDNESS_OFFSET (-0.691)

static void make_filters(struct sound_level *l)
{
    double k = tan(M_PI * 1681.974450955533 / RATE), q = 0.7071752369554196;
    double high = pow(10, 3.999843853973347 / 20), band = pow(high, 0.4996667741545416);
    double a0 = 1 + k / q + k * k;
    l->shelf = (struct sound_filter){
        .b = {(high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0,
              (high - band * k / q + k * k) / a0},
        .a = {2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0},
    };
    k = tan(M_PI * 38.13547087602444 / RATE);
    q = 0.5003270373238773;
    a0 = 1 + k / q + k * k;
    l->high_pass = (struct sound_filter){
        .b = {1, -2, 1},
        .a = {2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0},
    };
}

void sound_level_init(struct sound_level *l)
{
    memset(l, 0, sizeof *l);
    make_filters(l);
}

void sound_level_reset(struct sound_level *l)
{
    memset(l->shelf.kept, 0, sizeof l->shelf.kept);
    memset(l->high_pass.kept, 0, sizeof l->high_pass.kept);
    l->blocks = 0;
}

static double filter(struct sound_filter *f, double in)
{
    double out = f->b[0] * in + f->kept[0];
    f->kept[0] = f->b[1] * in - f->a[0] * out + f->kept[1];
    f->kept[1] = f->b[2] * in - f->a[1] * out;
    return out;
}

void sound_level_take(struct sound_level *l, const float *block, struct sound_level_sums *sums)
{
    double squares = 0, weighted = 0, differences = 0, before = 0;
    for (int i = 0; i < SOUND_LEVEL_BLOCK; i++) {
        double value = (double)block[i], then = (double)l->before[i];
        double heard = filter(&l->high_pass, filter(&l->shelf, value));
        squares += value * value;
        weighted += heard * heard;
        differences += (value - then) * (value - then);
        before += then * then;
        if (sums->blocks == 0 && i == 0)
            sums->highest = sums->lowest = block[i];
        sums->highest = fmaxf(sums->highest, block[i]);
        sums->lowest = fminf(sums->lowest, block[i]);
    }
    sums->squares += squares;
    sums->blocks++;
    if (l->blocks > 0) {
        sums->differences += differences;
        sums->compared += squares + before;
    }
    memcpy(l->before, block, sizeof l->before);
    memmove(l->weighted, l->weighted + 1, 3 * sizeof *l->weighted);
    l->weighted[3] = weighted / SOUND_LEVEL_BLOCK;
    l->blocks = MIN(l->blocks + 1, 4);
    double whole = 0;
    for (int i = 0; i < 4; i++)
        whole += l->weighted[i] / 4;
    if (l->blocks == 4)
        sums->loudest = fmax(sums->loudest, whole);
}

static float db(double power)
{
    return fmaxf(SOUND_DB_MIN, (float)(10 * log10(fmax(power, 1e-12))));
}

void sound_level_tell(const struct sound_level_sums *sums, struct sound_observation *o)
{
    float peak = fmaxf(fabsf(sums->highest), fabsf(sums->lowest));
    o->rms_db = db(sums->squares / (sums->blocks * (double)SOUND_LEVEL_BLOCK));
    o->peak_db = db((double)peak * (double)peak);
    o->loudness = sums->loudest > 1e-12
                      ? fmaxf(SOUND_DB_MIN, db(sums->loudest) + (float)LOUDNESS_OFFSET)
                      : SOUND_DB_MIN;
    o->range = sums->highest - sums->lowest;
    double same = sums->compared > 1e-9 ? 1 - sums->differences / sums->compared : 0;
    o->hum = (float)fmax(same, 0);
}
