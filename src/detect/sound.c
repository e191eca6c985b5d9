/* Cuts the sound on the grid of half seconds, eighty frames a second and blocks of 100 ms, and
 * tells of a half second once the second after it was heard: what a sound is shows in what is
 * around it.
 *
 * An hour of sound takes 5 s of a core, as much again as decoding Opus and resampling does. */
#include "detect/sound.h"

#include "detect/sound_kind.h"
#include "detect/sound_level.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 16000
#define CELL (RATE / 2)           /* samples in an observation */
#define FRAMES (CELL / SOUND_HOP) /* in an observation */
#define FRAME_DELAY 2             /* frames: the middle of a window lies before its end */
#define SLACK_US 1000             /* between times counted and told: roundings */
#define PAST 560                  /* frames: 7 s of background before */
#define AROUND_SPEECH 20          /* frames before and after: with them a second */
#define AROUND_MUSIC 80           /* likewise: two and a half seconds */
#define RING 1024                 /* frames kept: more than all of that */
#define CELLS 8                   /* begun and not told yet: no more than four */
#define BLOCKS_MIN 3              /* of five: less is too little of a half second */

struct sound_detect {
    struct sound_ear ear;
    struct sound_frames frames;
    struct sound_level level;
    struct sound_kind kind;
    struct sound_frame ring[RING];        /* frame n at n % RING */
    struct sound_level_sums cells[CELLS]; /* cell n at n % CELLS */
    float hop[SOUND_HOP], block[SOUND_LEVEL_BLOCK];
    /* since a hole; counted from the beginning of the half second in which it ended */
    bool begun;
    int64_t origin_us, at;        /* at: samples */
    int64_t skip_hop, skip_block; /* samples to pass over, so that frames and blocks fit the grid */
    int hop_len, block_len;
    int64_t first_frame, frames_end; /* of those in the ring, as far as they are kept */
    int64_t told;                    /* cells */
    int64_t last_us;                 /* of the last observation, over holes; -1 */
};

bool sound_detect_create(const struct sound_ear *ear, struct sound_detect **ret, struct error *err)
{
    struct sound_detect *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(err);
    d->ear = *ear;
    d->last_us = -1;
    if (!sound_frames_init(&d->frames, err)) {
        sound_detect_destroy(d);
        return false;
    }
    sound_level_init(&d->level);
    sound_kind_init(&d->kind);
    *ret = d;
    return true;
}

void sound_detect_destroy(struct sound_detect *d)
{
    if (!d)
        return;
    sound_frames_done(&d->frames);
    free(d);
}

void sound_detect_destroyp(struct sound_detect **d) { sound_detect_destroy(*d); }

/* Copies the frames of [from, to) that there are. */
static int copy_frames(const struct sound_detect *d, int64_t from, int64_t to,
                       struct sound_frame *ret)
{
    int len = 0;
    from = MAX(from, MAX(d->first_frame, d->frames_end - RING));
    for (int64_t i = from; i < MIN(to, d->frames_end); i++)
        ret[len++] = d->ring[i % RING];
    return len;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The level that `part` of the frames of [from, to) stay under. */
static float level_under(const struct sound_detect *d, int64_t from, int64_t to, double part)
{
    float levels[RING];
    int len = 0;
    from = MAX(from, MAX(d->first_frame, d->frames_end - RING));
    for (int64_t i = from; i < MIN(to, d->frames_end); i++)
        levels[len++] = d->ring[i % RING].db;
    if (len == 0)
        return SOUND_DB_MIN;
    qsort(levels, (size_t)len, sizeof *levels, by_value);
    return levels[MIN((int)(part * len), len - 1)];
}

static void judge(const struct sound_detect *d, int64_t first, struct sound_observation *o)
{
    struct sound_frame around[FRAMES + 2 * AROUND_MUSIC];
    int64_t last = first + FRAMES;
    float median = level_under(d, first, last, 0.5);
    float background = level_under(d, first - AROUND_SPEECH - PAST, last + AROUND_SPEECH, 0.1);
    o->median_db = median;
    o->swing_db = level_under(d, first, last, 0.9) - median;
    o->background_db = background;

    struct sound_traits traits;
    int len = copy_frames(d, first - AROUND_SPEECH, last + AROUND_SPEECH, around);
    sound_kind_measure(&d->kind, around, len, fmaxf(background, -90), &traits);
    o->speech = sound_kind_speech(&traits);
    len = copy_frames(d, first - AROUND_MUSIC, last + AROUND_MUSIC, around);
    float begun = 0;
    for (int i = 0; i < len; i++)
        begun += around[i].begun;
    o->music = sound_kind_music(len >= FRAMES ? begun * SOUND_KIND_WINDOW / (float)len : 0);
}

static bool tell_cell(struct sound_detect *d, struct error *err)
{
    int64_t cell = d->told++;
    struct sound_level_sums *sums = &d->cells[cell % CELLS];
    struct sound_observation o;
    memset(&o, 0, sizeof o); /* padding, too: it crosses a pipe as bytes */
    o.time_us = d->origin_us + cell * SOUND_OBSERVATION_US;
    bool enough = sums->blocks >= BLOCKS_MIN && o.time_us > d->last_us;
    if (enough) {
        sound_level_tell(sums, &o);
        judge(d, cell * FRAMES + FRAME_DELAY, &o);
        d->last_us = o.time_us;
    }
    *sums = (struct sound_level_sums){0};
    return !enough || d->ear.heard(d->ear.context, &o, err);
}

/* Those whose surroundings were heard; all that were begun with `to_end`. */
static bool tell_cells(struct sound_detect *d, bool to_end, struct error *err)
{
    while (to_end ? d->told * CELL < d->at
                  : (d->told + 1) * FRAMES + FRAME_DELAY + AROUND_MUSIC <= d->frames_end)
        if (!tell_cell(d, err))
            return false;
    return true;
}

bool sound_detect_end(struct sound_detect *d, struct error *err)
{
    bool told = !d->begun || tell_cells(d, true, err);
    d->begun = false;
    return told;
}

static void begin(struct sound_detect *d, int64_t time_us)
{
    d->begun = true;
    d->origin_us = time_us - time_us % SOUND_OBSERVATION_US;
    d->at = (time_us - d->origin_us) * RATE / 1000000;
    d->skip_hop = (SOUND_HOP - d->at % SOUND_HOP) % SOUND_HOP;
    d->skip_block = (SOUND_LEVEL_BLOCK - d->at % SOUND_LEVEL_BLOCK) % SOUND_LEVEL_BLOCK;
    d->hop_len = d->block_len = 0;
    d->first_frame = d->frames_end = (d->at + d->skip_hop) / SOUND_HOP + 1;
    d->told = 0;
    memset(d->cells, 0, sizeof d->cells);
    sound_frames_reset(&d->frames);
    sound_level_reset(&d->level);
}

static bool take_sample(struct sound_detect *d, float sample, struct error *err)
{
    int64_t cell = d->at++ / CELL;
    if (d->skip_block > 0) {
        d->skip_block--;
    } else {
        d->block[d->block_len++] = sample;
        if (d->block_len == SOUND_LEVEL_BLOCK) {
            sound_level_take(&d->level, d->block, &d->cells[cell % CELLS]);
            d->block_len = 0;
        }
    }
    if (d->skip_hop > 0) {
        d->skip_hop--;
        return true;
    }
    d->hop[d->hop_len++] = sample;
    if (d->hop_len < SOUND_HOP)
        return true;
    d->hop_len = 0;
    sound_frames_take(&d->frames, d->hop, &d->ring[d->frames_end++ % RING]);
    return tell_cells(d, false, err);
}

bool sound_detect_take(struct sound_detect *d, int64_t time_us, const float *samples, size_t len,
                       struct error *err)
{
    int64_t next_us = d->origin_us + d->at * 1000000 / RATE;
    if (time_us < 0 || (d->begun && time_us < next_us - SLACK_US))
        return error_set(err, ERROR_INVALID, "the times of sounds must rise");
    if (d->begun && time_us > next_us + SLACK_US && !sound_detect_end(d, err))
        return false;
    if (!d->begun)
        begin(d, time_us);
    for (size_t i = 0; i < len; i++)
        if (!take_sample(d, samples[i], err))
            return false;
    return true;
}
