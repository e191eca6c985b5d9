/* Does the picture repeat? A stretch of recorded video that is played again and again shows the
 * same pictures in the same order at the same distance in time; a living person never does.
 *
 * Every picture that is decoded (a glance, up to 25 a second) leaves a signature of 16 x 12 mean
 * brightnesses in a ring of ten minutes. Each look compares the newest one with all of the ring. A
 * distance in time ("lag") is matched when the picture at that distance is much nearer to this one
 * than pictures usually are to each other; it counts only while the picture moves, since a still
 * scene resembles itself at every lag. Lags that go on being matched look after look are loops.
 *
 * Measured: difference at the best lag over the usual difference, in the fifth-worst look of ten:
 *   recordings that do repeat (13 clips of 2 to 8 s that were played twice or more often, through
 *   H.264, VP8 and VP9)      0.03 to 0.51, median 0.16
 *   recordings that do not    0.65 to 1.1 (a picture that is moved about; living people 0.82
 * to 1.1)
 *
 * Not seen: loops longer than ten minutes; a stretch that is played again once, after minutes, and
 * shorter than what the rule asks for; a loop whose speed or crop is changed each time.
 *
 * 1 s CPU an hour for the signatures at 15 pictures a second, 1.3 s for comparing; 3 MB. */
#include "detect/detector.h"

#include <stdlib.h>
#include <string.h>

#define GRID_WIDTH 16
#define GRID_HEIGHT 12
#define CELLS (GRID_WIDTH * GRID_HEIGHT)
#define BIN_US 40000
#define BINS (600 * 25) /* ten minutes */
#define LAG_MIN 50      /* two seconds: shorter ones are fidgeting, a fan, a blinking lamp */
#define LAG_AROUND 25   /* pictures within a second resemble each other anyway */
#define USUAL_EVERY 37  /* bins between those that say what is usual; it divides no period */
#define SAMPLES_MAX (BINS / USUAL_EVERY + 1)
#define GAP_BINS 50       /* a longer time without pictures: nothing before it counts */
#define MOVES_MIN (CELLS) /* one grey level a cell: less is the codec's */
#define HITS_MIN 6
#define NEARLY 0.1
#define ROW_STEP 4 /* every fourth row is enough for a mean */

struct lag {
    int32_t since; /* bin of the first look of the run */
    uint16_t hits, misses;
    uint32_t sum; /* of the differences at the hits */
};

struct loop {
    int width, height;
    int64_t first_bin, last_bin; /* of what the ring holds; first > last: nothing */
    int64_t look_bin;            /* of the look before; -1 */
    uint8_t ring[BINS][CELLS];
    uint32_t differences[BINS];
    struct lag lags[BINS];
};

static bool loop_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    if (!setup->options->loop) {
        *ret = NULL;
        return true;
    }
    struct loop *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(err);
    l->last_bin = l->look_bin = -1;
    *ret = l;
    return true;
}

static void loop_destroy(void *self) { free(self); }

static void sign(const struct frame *f, uint8_t ret[CELLS])
{
    for (int i = 0; i < CELLS; i++) {
        int column = i % GRID_WIDTH, row = i / GRID_WIDTH;
        int left = column * f->width / GRID_WIDTH, right = (column + 1) * f->width / GRID_WIDTH;
        int top = row * f->height / GRID_HEIGHT, bottom = (row + 1) * f->height / GRID_HEIGHT;
        right = MAX(right, left + 1);
        bottom = MAX(bottom, top + 1);
        uint32_t sum = 0, count = 0;
        for (int y = top; y < bottom; y += ROW_STEP) {
            const uint8_t *line = f->planes[0] + y * (ptrdiff_t)f->strides[0];
            for (int x = left; x < right; x++)
                sum += line[x];
            count += (uint32_t)(right - left);
        }
        ret[i] = (uint8_t)((sum + count / 2) / count);
    }
}

static void forget(struct loop *l, const struct frame *f, int64_t bin)
{
    l->width = f->width;
    l->height = f->height;
    l->first_bin = bin;
    l->last_bin = bin - 1;
    l->look_bin = -1;
    memset(l->lags, 0, sizeof l->lags);
}

/* Times without a picture of their own have the one before, as they had on the screen. */
static void loop_glance(void *self, const struct frame *f)
{
    struct loop *l = self;
    int64_t bin = f->time_us / BIN_US;
    if (l->width != f->width || l->height != f->height || bin > l->last_bin + GAP_BINS)
        forget(l, f, bin);
    if (bin <= l->last_bin)
        return;
    for (int64_t b = l->last_bin + 1; b < bin; b++)
        memcpy(l->ring[b % BINS], l->ring[l->last_bin % BINS], CELLS);
    sign(f, l->ring[bin % BINS]);
    l->last_bin = bin;
    l->first_bin = MAX(l->first_bin, bin - BINS + 1);
}

static uint32_t difference(const uint8_t a[CELLS], const uint8_t b[CELLS])
{
    uint32_t sum = 0;
    for (int i = 0; i < CELLS; i++)
        sum += (uint32_t)abs(a[i] - b[i]);
    return sum;
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* How much pictures differ from this one at any time, and so from one that has moved on. */
static uint32_t usual_difference(const struct loop *l, int lags)
{
    uint32_t samples[SAMPLES_MAX];
    size_t len = 0;
    for (int lag = LAG_AROUND; lag <= lags && len < SAMPLES_MAX; lag += USUAL_EVERY)
        samples[len++] = l->differences[lag];
    qsort(samples, len, sizeof *samples, by_size);
    return len ? samples[len / 2] : 0;
}

static void follow_lag(struct lag *lag, const uint32_t *differences, uint32_t moves, int32_t bin)
{
    uint32_t best = MIN(differences[0], MIN(differences[-1], differences[1]));
    bool informative = moves >= MOVES_MIN;
    if (informative && 10 * (uint64_t)best <= 4 * (uint64_t)moves) {
        if (lag->hits == 0)
            lag->since = bin;
        if (lag->hits < UINT16_MAX) {
            lag->hits++;
            lag->sum += differences[0];
        }
    } else if (lag->hits && best > MAX(moves, (uint32_t)MOVES_MIN) / 10 * 7) {
        if (++lag->misses > 1 + lag->hits / 8) /* a key frame, the seam of the loop */
            *lag = (struct lag){0};
    }
}

/* What is asked of a loop before it is believed, in seconds of matching: see docs/policy.md. */
static double evidence(int lag, double matched_s)
{
    double period_s = lag * (BIN_US / 1e6);
    return matched_s / MIN(3 * period_s, 20.0);
}

/* The lag with the most evidence; of neighbours with nearly as much, the one that was matched
 * best, since pictures just before and after resemble the right one. */
static void tell(const struct loop *l, int lags, int32_t bin, struct detect_loop *ret)
{
    double most = 0;
    int first = 0, last = 0;
    for (int lag = LAG_MIN; lag < lags; lag++) {
        const struct lag *run = &l->lags[lag];
        double matched_s = (double)(bin - run->since) * (BIN_US / 1e6);
        double found = run->hits >= HITS_MIN ? evidence(lag, matched_s) : 0;
        if (found > most * (1 + NEARLY)) {
            most = found;
            first = last = lag;
        } else if (found > 0 && lag == last + 1 && found >= most * (1 - NEARLY)) {
            last = lag;
        }
    }
    if (most > 0) {
        int lag = first;
        for (int other = first + 1; other <= last; other++)
            if ((double)l->lags[other].sum * l->lags[lag].hits <
                (double)l->lags[lag].sum * l->lags[other].hits)
                lag = other;
        ret->period_s = (float)(lag * (BIN_US / 1e6));
        ret->matched_s = (float)((double)(bin - l->lags[lag].since) * (BIN_US / 1e6));
    }
}

static bool loop_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    struct loop *l = self;
    (void)err;
    loop_glance(l, f);
    int64_t bin = l->last_bin, before = l->look_bin;
    l->look_bin = bin;
    int lags = (int)(bin - l->first_bin);
    if (before < l->first_bin || before < 0 || lags < LAG_MIN + 1 || before == bin)
        return true;
    const uint8_t *now = l->ring[bin % BINS];
    for (int lag = 0; lag <= lags; lag++)
        l->differences[lag] = difference(now, l->ring[(bin - lag) % BINS]);
    /* Both since the look before and against any time: else a scene that stands still after
     * something happened would match itself. */
    uint32_t moves = MIN(l->differences[bin - before], usual_difference(l, lags));
    for (int lag = LAG_MIN; lag < lags; lag++)
        follow_lag(&l->lags[lag], &l->differences[lag], moves, (int32_t)bin);
    tell(l, lags, (int32_t)bin, &o->loop);
    return true;
}

const struct detector detector_loop = {.name = "loop",
                                       .create = loop_create,
                                       .look = loop_look,
                                       .destroy = loop_destroy,
                                       .glance = loop_glance};
