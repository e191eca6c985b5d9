/* Whether the light and the lens let the picture be judged: bright beyond white, blurred, a face in
 * its own shadow. Of the largest face, or of the whole picture.
 *
 * Sharpness is how steep edges are: the largest step from pixel to pixel along a rise over eight
 * pixels, as a part of that rise: one eighth of an even slope, 1 of a hard edge. It asks nothing of
 * how much detail there is, so a bare wall is no blur. Pictures wider than 640 are read at 640.
 *
 * Measured, median of each recording or picture; sharpness of the face (of all where there is
 * none): 28 recordings, 59 pictures       .31 to .76; the lowest are clips of 360 x 288 enlarged
 *   four clips blurred by 1.5 pixels .27 to .34; by 3: .22 to .25; by 5: .20 to .21
 *   a picture blurred by 9 of 1000   .166
 * Part of the face that is white: .000 to .05 in usual light; .45 and .93 overexposed (two).
 * Brightest tenth of the face, in words of the detector: see backlit in docs/policy.md.
 *
 * 0.2 ms, every other look: 0.8 s CPU an hour. */
#include "detect/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define READ_WIDTH 640
#define RISE 8
#define EDGE_MIN 18      /* grey levels over RISE pixels: less is noise */
#define EDGES_MIN 60     /* fewer say nothing */
#define WHITE 0.97       /* of luma */
#define BRIGHT_PART 0.9  /* the face's brightness: at this part of its pixels, in order */
#define AROUND_PART 0.75 /* that of what is around it */
#define BINS 256
#define COUNT_MIN 16    /* pixels that say something about tones */
#define EVERY_US 750000 /* every other look: light and focus last */

struct area { /* pixels of the frame */
    int left, top, right, bottom;
};

static struct area area_within(const struct frame *f, double left, double top, double right,
                               double bottom)
{
    return (struct area){
        .left = (int)fmin(fmax(left * f->width, 0), f->width),
        .top = (int)fmin(fmax(top * f->height, 0), f->height),
        .right = (int)fmin(fmax(right * f->width, 0), f->width),
        .bottom = (int)fmin(fmax(bottom * f->height, 0), f->height),
    };
}

static int stride_of(const struct frame *f)
{
    return MAX(1, (f->width + READ_WIDTH - 1) / READ_WIDTH);
}

/* -1 without enough edges. */
static float sharpness(const struct frame *f, struct area a)
{
    int step = stride_of(f), edges = 0;
    double sum = 0;
    for (int y = a.top; y < a.bottom; y += 4 * step) {
        const uint8_t *row = f->planes[0] + y * (ptrdiff_t)f->strides[0];
        for (int x = a.left; x + RISE * step < a.right; x += 2 * step) {
            int rise = abs(row[x + RISE * step] - row[x]);
            if (rise < EDGE_MIN)
                continue;
            int steepest = 0;
            for (int i = 0; i < RISE; i++)
                steepest = MAX(steepest, abs(row[x + (i + 1) * step] - row[x + i * step]));
            sum += fmin((double)steepest / rise, 1);
            edges++;
        }
    }
    return edges >= EDGES_MIN ? (float)(sum / edges) : -1;
}

struct tones {
    uint32_t bins[BINS], count;
};

static double luma(const struct frame *f, int value)
{
    double black = f->full_range ? 0 : 16, white = f->full_range ? 255 : 235;
    return fmin(fmax((value - black) / (white - black), 0), 1);
}

/* The luma that `part` of the pixels do not exceed. */
static float tone_at(const struct frame *f, const struct tones *t, double part)
{
    uint64_t below = 0;
    for (int i = 0; i < BINS; i++) {
        below += t->bins[i];
        if ((double)below >= part * t->count)
            return (float)luma(f, i);
    }
    return 1;
}

static float white_part(const struct frame *f, const struct tones *t)
{
    uint64_t white = 0;
    for (int i = 0; i < BINS; i++)
        white += luma(f, i) >= WHITE ? t->bins[i] : 0;
    return t->count ? (float)((double)white / t->count) : 0;
}

/* Sorts the picture's pixels into those of the face's oval and those that are neither face, hair
 * nor shoulders. */
static void count_tones(const struct frame *f, const struct detect_face *face, struct tones *all,
                        struct tones *inner, struct tones *around)
{
    int step = 4 * stride_of(f);
    memset(all, 0, sizeof *all);
    memset(inner, 0, sizeof *inner);
    memset(around, 0, sizeof *around);
    for (int y = 0; y < f->height; y += step)
        for (int x = 0; x < f->width; x += step) {
            int value = f->planes[0][y * (ptrdiff_t)f->strides[0] + x];
            all->bins[value]++;
            all->count++;
            if (!face)
                continue;
            float across = (((float)x + 0.5f) / (float)f->width - face->x - face->width / 2) /
                           (face->width / 2);
            float down = (((float)y + 0.5f) / (float)f->height - face->y - face->height / 2) /
                         (face->height / 2);
            struct tones *t = across * across + down * down < 0.7f   ? inner
                              : fabsf(across) > 1.5f || down < -1.6f ? around
                                                                     : NULL;
            if (t) {
                t->bins[value]++;
                t->count++;
            }
        }
}

static void measure(const struct frame *f, const struct detect_face *face,
                    struct detect_clarity *ret)
{
    struct tones all, inner, around;
    *ret = (struct detect_clarity){-1, -1, -1, -1, -1, -1};
    count_tones(f, face, &all, &inner, &around);
    ret->white = white_part(f, &all);
    if (face) {
        double x = (double)face->x, y = (double)face->y;
        double width = (double)face->width, height = (double)face->height;
        ret->face_sharpness = sharpness(f, area_within(f, x - 0.2 * width, y - 0.3 * height,
                                                       x + 1.2 * width, y + 1.1 * height));
    }
    if (ret->face_sharpness < 0) /* no edge there: perhaps elsewhere */
        ret->sharpness = sharpness(f, area_within(f, 0, 0, 1, 1));
    if (inner.count >= COUNT_MIN) {
        ret->face_white = white_part(f, &inner);
        ret->face_luma = tone_at(f, &inner, BRIGHT_PART);
    }
    if (around.count >= COUNT_MIN)
        ret->around_luma = tone_at(f, &around, AROUND_PART);
}

struct clarity {
    bool begun, had_face;
    int64_t measured_us;
    struct detect_clarity last;
};

static bool clarity_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    if (!setup->options->clarity) {
        *ret = NULL;
        return true;
    }
    *ret = calloc(1, sizeof(struct clarity));
    return *ret ? true : error_no_memory(err);
}

static bool clarity_look(void *self, const struct frame *f, struct observation *o,
                         struct error *err)
{
    struct clarity *c = self;
    const struct detect_face *face =
        o->faces_len > 0 && o->faces[0].width > 0 && o->faces[0].height > 0 ? &o->faces[0] : NULL;
    (void)err;
    if (!c->begun || (face != NULL) != c->had_face || f->time_us >= c->measured_us + EVERY_US) {
        measure(f, face, &c->last);
        c->begun = true;
        c->had_face = face != NULL;
        c->measured_us = f->time_us;
    }
    o->clarity = c->last;
    return true;
}

static void clarity_destroy(void *self) { free(self); }

const struct detector detector_clarity = {
    .name = "clarity", .create = clarity_create, .look = clarity_look, .destroy = clarity_destroy};
