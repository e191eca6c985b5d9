/* Two transforms a frame: one for the spectrum, one back from it for the autocorrelation, in which
 * a voice shows as a peak at its period. A third, longer one every 50 ms follows single partials:
 * an instrument holds them for as long as a note, a voice hardly for a fifth of a second. */
#include "detect/sound_frames.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define LEN 1024 /* of the short transform: the window and as many zeros as keep lags apart */
#define BIN_HZ ((float)RATE / LEN)
#define LONG_BIN_HZ ((float)RATE / SOUND_LONG_WINDOW)
#define BAND_MIN_HZ 100
#define BAND_MAX_HZ 7000
#define BAND_FROM 7 /* bins of the short transform */
#define BAND_TO 448
#define FLAT_FROM 20 /* 312 Hz */
#define FLAT_TO 256  /* 4000 Hz */
#define PITCH_MIN_HZ 70
#define PITCH_MAX_HZ 420
#define PARTIAL_MIN_HZ 150
#define PARTIAL_MAX_HZ 5000
#define PARTIAL_DRIFT 0.006F /* a tenth of a semitone in 50 ms */
#define PARTIAL_HELD 4       /* windows: 200 ms and the window itself */
#define PARTIAL_HUM 160      /* windows: what lasts 8 s is a machine or a mains hum */
#define POWER_FLOOR 1e-12F

static float db(float power) { return 10 * log10f(fmaxf(power, POWER_FLOOR)); }

static void make_window(float *ret, int len)
{
    for (int i = 0; i < len; i++)
        ret[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * (i + 0.5) / len));
}

/* A periodic sound's autocorrelation falls with the lag only because the window does. */
static void make_lag_weights(struct sound_frames *f)
{
    double whole = 0;
    for (int i = 0; i < SOUND_WINDOW; i++)
        whole += (double)f->window[i] * (double)f->window[i];
    for (int lag = 0; lag < LEN / 2; lag++) {
        double sum = 0;
        for (int i = 0; i + lag < SOUND_WINDOW; i++)
            sum += (double)f->window[i] * (double)f->window[i + lag];
        f->lag_weight[lag] = sum > whole * 0.05 ? (float)(whole / sum) : 0;
    }
}

static float mel(float hz) { return 1127 * logf(1 + hz / 700); }

static void make_bands(struct sound_frames *f)
{
    const float low = mel(BAND_MIN_HZ), high = mel(BAND_MAX_HZ);
    for (int i = BAND_FROM; i < BAND_TO; i++) {
        float hz = (float)i * BIN_HZ;
        int band = (int)((mel(hz) - low) / (high - low) * SOUND_BANDS);
        f->band_of[i] = (uint8_t)MIN(band, SOUND_BANDS - 1);
        f->octave_of[i] = log2f(hz / BAND_MIN_HZ);
    }
}

bool sound_frames_init(struct sound_frames *f, struct error *err)
{
    memset(f, 0, sizeof *f);
    f->spectrum = kiss_fftr_alloc(LEN, 0, NULL, NULL);
    f->long_spectrum = kiss_fftr_alloc(SOUND_LONG_WINDOW, 0, NULL, NULL);
    if (!f->spectrum || !f->long_spectrum)
        return error_no_memory(err);
    make_window(f->window, SOUND_WINDOW);
    make_window(f->long_window, SOUND_LONG_WINDOW);
    make_lag_weights(f);
    make_bands(f);
    return true;
}

void sound_frames_done(struct sound_frames *f)
{
    free(f->spectrum);
    free(f->long_spectrum);
}

void sound_frames_reset(struct sound_frames *f)
{
    memset(f->ring, 0, sizeof f->ring);
    f->partials_len = f->until_long = 0;
    f->held = f->begun = 0;
}

static void fill_bands(const struct sound_frames *f, const float *power, struct sound_frame *ret)
{
    float sums[SOUND_BANDS] = {0};
    float whole = 0, weighted = 0, log_sum = 0, sum = 0;
    for (int i = BAND_FROM; i < BAND_TO; i++) {
        sums[f->band_of[i]] += power[i];
        whole += power[i];
        weighted += power[i] * f->octave_of[i];
    }
    for (int i = FLAT_FROM; i < FLAT_TO; i += 4) { /* a logarithm for four: they cost the most */
        float four = power[i] * power[i + 1] * power[i + 2] * power[i + 3];
        log_sum += logf(four + 1e-36F);
        sum += power[i] + power[i + 1] + power[i + 2] + power[i + 3];
    }
    const float count = FLAT_TO - FLAT_FROM;
    ret->db = db(whole);
    for (int i = 0; i < SOUND_BANDS; i++)
        ret->bands[i] = db(sums[i]);
    ret->centre = whole > POWER_FLOOR ? weighted / whole : 0;
    ret->flatness_db = sum > POWER_FLOOR ? 10 / logf(10) * log_sum / count - db(sum / count) : 0;
}

/* Of `power` up to 2 kHz only, where a voice's harmonics are strong: hiss says nothing about them;
 * and raised by 3 dB an octave, since rumble seems to repeat itself, too. Of frames of noise 5 %
 * are then above 0.8 (0.94 without), of voices in speech half are above 0.7. */
static void find_pitch(struct sound_frames *f, const float *power, struct sound_frame *ret)
{
    float even[LEN] = {0}, re[LEN / 2 + 1];
    kiss_fft_cpx lags[LEN / 2 + 1];
    for (int i = (int)(80 / BIN_HZ); (float)i * BIN_HZ < 2000; i++)
        even[i] = even[LEN - i] = power[i] * (float)i;
    kiss_fftr(f->spectrum, even, lags);
    for (int lag = 0; lag <= LEN / 2; lag++)
        re[lag] = lags[lag].r;
    ret->harmonic = ret->pitch_hz = 0;
    if (re[0] < POWER_FLOOR)
        return;
    for (int lag = RATE / PITCH_MAX_HZ; lag <= RATE / PITCH_MIN_HZ; lag++) {
        float here = re[lag] * f->lag_weight[lag];
        if (re[lag] < re[lag - 1] || re[lag] < re[lag + 1])
            continue;
        /* Each multiple of a period is one, too: the shortest that is nearly as good. */
        float worth = here / re[0] - 0.0004F * (float)lag;
        if (worth <= ret->harmonic - 0.0004F * (ret->pitch_hz > 0 ? RATE / ret->pitch_hz : 0))
            continue;
        float a = re[lag - 1], b = re[lag], c = re[lag + 1];
        float bend = a - 2 * b + c;
        float shift = bend < 0 ? 0.5F * (a - c) / bend : 0;
        ret->harmonic = fminf(here / re[0], 1);
        ret->pitch_hz = RATE / ((float)lag + shift);
    }
}

static bool is_peak(const float *power, int i)
{
    if (power[i] < power[i - 1] || power[i] < power[i + 1])
        return false;
    float around = 0;
    for (int k = 5; k <= 10; k++)
        around += power[i - k] + power[i + k];
    return power[i] > around / 12 * 10;
}

/* Goes on with the partial nearest to `hz`, or begins one. */
static void meet_partial(struct sound_frames *f, float hz, float energy, int known)
{
    struct sound_partial *best = NULL;
    float nearest = hz * PARTIAL_DRIFT;
    for (int i = 0; i < known; i++) {
        struct sound_partial *p = &f->partials[i];
        if (!p->met && fabsf(p->hz - hz) <= nearest) {
            nearest = fabsf(p->hz - hz);
            best = p;
        }
    }
    if (!best && f->partials_len < SOUND_PARTIALS_MAX) {
        best = &f->partials[f->partials_len++];
        best->age = 0;
    }
    if (best) {
        best->hz = hz;
        best->energy = energy;
        best->age++;
        best->met = true;
    }
}

static void follow_partials(struct sound_frames *f)
{
    float windowed[SOUND_LONG_WINDOW];
    kiss_fft_cpx bins[SOUND_LONG_WINDOW / 2 + 1];
    for (int i = 0; i < SOUND_LONG_WINDOW; i++)
        windowed[i] = f->ring[i] * f->long_window[i];
    kiss_fftr(f->long_spectrum, windowed, bins);
    float *power = windowed, whole = 0, highest = 0;
    const int from = (int)(PARTIAL_MIN_HZ / LONG_BIN_HZ), to = (int)(PARTIAL_MAX_HZ / LONG_BIN_HZ);
    for (int i = from - 16; i < to + 16; i++) {
        power[i] = bins[i].r * bins[i].r + bins[i].i * bins[i].i;
        if (i >= from && i < to) {
            whole += power[i];
            highest = fmaxf(highest, power[i]);
        }
    }
    int known = f->partials_len;
    for (int i = 0; i < known; i++)
        f->partials[i].met = false;
    for (int i = from; i < to; i++) {
        if (power[i] < highest * 1e-4F || power[i] < 1e-4F || !is_peak(power, i))
            continue;
        float a = logf(power[i - 1] + POWER_FLOOR), b = logf(power[i] + POWER_FLOOR),
              c = logf(power[i + 1] + POWER_FLOOR);
        float bend = a - 2 * b + c;
        float shift = bend < 0 ? 0.5F * (a - c) / bend : 0;
        meet_partial(f, ((float)i + shift) * LONG_BIN_HZ, power[i - 1] + power[i] + power[i + 1],
                     known);
    }
    float held = 0, begun = 0;
    int left = 0;
    for (int i = 0; i < f->partials_len; i++) {
        struct sound_partial *p = &f->partials[i];
        if (!p->met)
            continue;
        if (p->age >= PARTIAL_HELD && p->age < PARTIAL_HUM)
            held += p->energy;
        begun += p->age == PARTIAL_HELD;
        f->partials[left++] = *p;
    }
    f->partials_len = left;
    f->held = whole > 1e-4F ? fminf(held / whole, 1) : 0;
    f->begun = begun;
}

void sound_frames_take(struct sound_frames *f, const float *samples, struct sound_frame *ret)
{
    memmove(f->ring, f->ring + SOUND_HOP, sizeof f->ring - SOUND_HOP * sizeof *f->ring);
    memcpy(f->ring + SOUND_LONG_WINDOW - SOUND_HOP, samples, SOUND_HOP * sizeof *samples);

    float windowed[LEN] = {0};
    kiss_fft_cpx bins[LEN / 2 + 1];
    const float *newest = f->ring + SOUND_LONG_WINDOW - SOUND_WINDOW;
    for (int i = 0; i < SOUND_WINDOW; i++)
        windowed[i] = newest[i] * f->window[i];
    kiss_fftr(f->spectrum, windowed, bins);
    /* So scaled that the sum over all bins is the mean square of the samples. */
    const float scale = 2 / (0.375F * SOUND_WINDOW * LEN);
    float power[LEN / 2 + 1];
    for (int i = 0; i <= LEN / 2; i++)
        power[i] = (bins[i].r * bins[i].r + bins[i].i * bins[i].i) * scale;
    fill_bands(f, power, ret);
    find_pitch(f, power, ret);
    if (f->until_long == 0) {
        follow_partials(f);
        f->until_long = SOUND_LONG_EVERY;
    }
    f->until_long--;
    ret->held = f->held;
    ret->begun = f->until_long == SOUND_LONG_EVERY - 1 ? f->begun : 0;
}
