/* A drawn picture instead of a camera's: the card of a virtual camera that has nothing to show,
 * colour bars, a logo, the crossed-out camera of a privacy switch. What is drawn has areas of
 * exactly one brightness, with nothing near it in between; light on real things falls off, and a
 * sensor's noise spreads what is even, so even what a codec smooths is a slope of many levels.
 *
 * So: small squares that are flat, sorted by their level; of these the levels that stand alone. The
 * ends of the scale do not count as areas, since a camera makes them by itself (a dark room with a
 * lamp, a bright window), only as something that others stand apart from.
 *
 * Part of the picture that is so, and the contrast of its levels (.67 and more of all cards):
 *   8 cards as VP8 at 400, VP9 at 200 and H.264 at 150 kbit/s: bars, test pictures
 *   with a running clock, logos on a colour                           .52 to .96
 *   121 photographs held still in VP8; 63 of them in VP8, VP9 (denoised) and H.264
 *   (with more contrast) at 60 kbit/s; 28 recordings                  at most .08, where
 *                                                                     contrast is over .2
 *   a drawn passport on a drawn desk                                  .63, rightly
 *   a drawn room of even colours, contrast .21                        .30 to .57
 *   the same with light that falls off towards its corners            0
 * Not found: a logo on pure white (.05), and cards of colours that run into each other (0).
 *
 * Only where nobody is in view: at most some 5000 squares, 0.04 to 0.12 ms. */
#include "detect/detector.h"

#include <math.h>
#include <stdlib.h>

#define SQUARE 8
#define READ_WIDTH 640 /* wider pictures: squares are left out, so that as many are read */
#define FLAT_MAX 2     /* grey levels between its darkest and its brightest pixel */
#define LEVELS 256
#define NEAR 5         /* levels to each side in which there must be little else */
#define NEAR_PART 0.25 /* of what is on the level itself */
#define AREA_MIN 0.01  /* of the picture: less is no area */
#define DARK_END 0.10  /* darker, and brighter, a camera's own limits may be */
#define BRIGHT_END 0.95

struct drawn {
    uint32_t count;          /* squares of the look */
    uint32_t levels[LEVELS]; /* flat ones of them, by their brightness */
};

static bool drawn_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    if (!setup->options->drawn) {
        *ret = NULL;
        return true;
    }
    struct drawn *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(err);
    *ret = d;
    return true;
}

static void drawn_destroy(void *self) { free(self); }

/* The level of a flat square, else -1. */
static int level_of(const uint8_t *luma, ptrdiff_t stride)
{
    int least = UINT8_MAX, most = 0, sum = 0;
    for (int y = 0; y < SQUARE && most - least <= FLAT_MAX; y++, luma += stride)
        for (int x = 0; x < SQUARE; x++) {
            least = MIN(least, luma[x]);
            most = MAX(most, luma[x]);
            sum += luma[x];
        }
    return most - least <= FLAT_MAX ? (sum + SQUARE * SQUARE / 2) / (SQUARE * SQUARE) : -1;
}

static void count_levels(struct drawn *d, const struct frame *f)
{
    int step = SQUARE * MAX(1, (f->width + READ_WIDTH - 1) / READ_WIDTH);
    *d = (struct drawn){0};
    for (int y = 0; y + SQUARE <= f->height; y += step)
        for (int x = 0; x + SQUARE <= f->width; x += step) {
            int level = level_of(f->planes[0] + y * (ptrdiff_t)f->strides[0] + x, f->strides[0]);
            d->count++;
            if (level >= 0)
                d->levels[level]++;
        }
}

static uint32_t at(const struct drawn *d, int level)
{
    return level >= 0 && level < LEVELS ? d->levels[level] : 0;
}

/* The squares on this level and the two beside it, which is what coding makes of one; 0 when it is
 * no area that stands alone. */
static uint32_t area_at(const struct drawn *d, int level)
{
    uint32_t here = at(d, level - 1) + at(d, level) + at(d, level + 1), near = 0;
    if (here < AREA_MIN * d->count || at(d, level) < at(d, level - 1) ||
        at(d, level) <= at(d, level + 1))
        return 0;
    for (int i = 2; i <= NEAR; i++)
        near += at(d, level - i) + at(d, level + i);
    return near <= NEAR_PART * here ? here : 0;
}

static bool drawn_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    struct drawn *d = self;
    (void)err;
    if (o->faces_len != 0)
        return true;
    count_levels(d, f);
    if (d->count == 0)
        return true;
    double black = f->full_range ? 0 : 16, white = f->full_range ? 255 : 235;
    double least = 1, most = 0;
    uint32_t sum = 0;
    for (int i = 0; i < LEVELS; i++) {
        uint32_t area = area_at(d, i);
        if (area == 0)
            continue;
        double luma = fmin(fmax((i - black) / (white - black), 0), 1);
        least = fmin(least, luma);
        most = fmax(most, luma);
        sum += luma >= DARK_END && luma <= BRIGHT_END ? area : 0;
    }
    o->drawn.part = (float)((double)sum / d->count);
    o->drawn.contrast = (float)fmax(most - least, 0);
    return true;
}

const struct detector detector_drawn = {
    .name = "drawn", .create = drawn_create, .look = drawn_look, .destroy = drawn_destroy};
