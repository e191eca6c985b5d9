/* A picture of a face instead of a face: printed, on a telephone, or from a virtual camera, and
 * moved about so that it seems alive. Of a flat thing every view is the first view, moved and
 * tilted as a plane is; a living face blinks, moves its eyes and lips and turns in depth. So the
 * picture of the face is compared with itself some seconds before, after the best fit of a plane
 * (still_align.h).
 *
 * What is left of the difference, third-worst of 36 parts, in units of the picture's own gradient:
 *   17 pictures of faces moved as by a hand, with noise, through VP8 at 250 to 1200 kbit/s, and the
 *   three clips of moved pictures, after 8 s      median .10 to .27 (one .33); worst .13 to .61
 *   18 recordings of living people, after 2 s     median .38 to 4; after 8 s .67 to 4
 *   a man who stares into the camera, after 5 s   .22; after 8 s .31
 *   a man who moves his eyes only, after 5 s      .72
 * With the limit at .30 the longest time that living people stayed under it was 5.5 s (the man who
 * stares, who moves by .04 of his face in that time); of those who moved by .07 and more, 3.5 s. Of
 * the 20 pictures 17 stayed under it for 8 to 14 s, the others for 3.5 to 5 s.
 *
 * The models shipped for this (antispoof, liveness) do not separate and are not used.
 *
 * Not seen: a recording that is played (loop.c has those that repeat), a mask, a face that is drawn
 * by a machine. 0.3 to 0.4 ms a look with a face: 2.5 s CPU an hour. */
#include "detect/detector.h"
#include "detect/faces_track.h"
#include "detect/still_align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE_OF_SPREAD 3.2 /* sides of the square, in standard deviations of the mesh */
#define SIDE_MIN 90.0      /* pixels: less is too coarse to tell an eye that moves */
#define MESH_SCORE_MIN 0.9f
#define LUMA_MIN 0.15f /* darker pictures are noise (light.c) */
/* Points each way that make up one pixel of the picture: so near that none is left out. */
#define FINE_MIN 4
#define FINE_MAX 8
#define FINE_PIXELS 60.0

struct place {
    double x, y, side, angle;
};

struct still {
    const struct detector_finds *finds; /* borrowed */
    bool begun;
    int64_t since_us;
    int width, height;
    double limit;
    double moved; /* the most since then */
    struct place place;
    struct still_reference reference;
    struct still_picture picture;
    struct still_picture raw; /* before it is softened */
};

static bool still_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    if (!(setup->options->still_limit > 0)) {
        *ret = NULL;
        return true;
    }
    struct still *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err);
    s->finds = setup->finds;
    s->limit = setup->options->still_limit;
    *ret = s;
    return true;
}

static void still_destroy(void *self) { free(self); }

static struct place place_of(const struct detect_landmark mesh[DETECT_LANDMARKS])
{
    struct face_place p = face_place_of(mesh);
    return (struct place){p.x, p.y, SIDE_OF_SPREAD * p.size, p.angle};
}

#define FIXED 65536.0 /* of the places, so that stepping is adding */

/* The picture's pixels: each the mean of points of the frame's luma. A pixel whose corners lie
 * within the frame has all of its points there. */
static void sample(const struct frame *f, const struct place *p, int fine,
                   struct still_picture *ret)
{
    double unit = p->side / STILL_SIDE, right = cos(p->angle) * unit, down = sin(p->angle) * unit;
    int32_t step_x = (int32_t)(right / fine * FIXED), step_y = (int32_t)(down / fine * FIXED);
    for (int i = 0; i < STILL_PIXELS; i++) {
        double across = i % STILL_SIDE - STILL_SIDE / 2.0,
               along = i / STILL_SIDE - STILL_SIDE / 2.0;
        double x = p->x + across * right - along * down, y = p->y + across * down + along * right;
        double least_x = x + fmin(0, right) - fmax(0, down),
               most_x = x + fmax(0, right) - fmin(0, down);
        double least_y = y + fmin(0, right) + fmin(0, down),
               most_y = y + fmax(0, right) + fmax(0, down);
        ret->luma[i] = 0;
        ret->seen[i] =
            least_x >= 1 && least_y >= 1 && most_x < f->width - 1 && most_y < f->height - 1;
        if (!ret->seen[i])
            continue;
        int sum = 0;
        for (int row = 0; row < fine; row++) {
            int32_t at_x = (int32_t)(x * FIXED) + step_x / 2 - step_y * row - step_y / 2;
            int32_t at_y = (int32_t)(y * FIXED) + step_y / 2 + step_x * row + step_x / 2;
            for (int column = 0; column < fine; column++, at_x += step_x, at_y += step_y)
                sum += f->planes[0][(at_y >> 16) * (ptrdiff_t)f->strides[0] + (at_x >> 16)];
        }
        ret->luma[i] = (float)sum / (float)(fine * fine);
    }
}

/* Softened a little, so that noise and the codec's blocks weigh less than eyes and lips. */
static void take_picture(struct still *s, const struct frame *f, const struct place *p)
{
    static const float weights[3] = {1, 2, 1};
    int fine = (int)fmin(fmax(ceil(p->side / FINE_PIXELS), FINE_MIN), FINE_MAX);
    sample(f, p, fine, &s->raw);
    for (int i = 0; i < STILL_PIXELS; i++) {
        float sum = 0, weight = 0;
        for (int k = 0; k < 9; k++) {
            int x = i % STILL_SIDE + k % 3 - 1, y = i / STILL_SIDE + k / 3 - 1;
            if (x < 0 || y < 0 || x >= STILL_SIDE || y >= STILL_SIDE ||
                !s->raw.seen[y * STILL_SIDE + x])
                continue;
            sum += weights[k % 3] * weights[k / 3] * s->raw.luma[y * STILL_SIDE + x];
            weight += weights[k % 3] * weights[k / 3];
        }
        s->picture.luma[i] = weight > 0 ? sum / weight : 0;
        s->picture.seen[i] = s->raw.seen[i];
    }
}

static double moved_between(const struct place *a, const struct place *b)
{
    double turn = fabs(remainder(a->angle - b->angle, 2 * M_PI));
    return hypot(a->x - b->x, a->y - b->y) / a->side + fabs(log(b->side / a->side)) + turn;
}

static bool still_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    struct still *s = self;
    (void)err;
    bool usable =
        o->faces_len > 0 && o->faces[0].mesh_score >= MESH_SCORE_MIN && o->luma_mean >= LUMA_MIN;
    struct place p = usable ? place_of(s->finds->landmarks[0]) : (struct place){0};
    if (!(p.side >= SIDE_MIN && p.side <= 2.0 * MAX(f->width, f->height))) {
        s->begun = false;
        return true;
    }
    take_picture(s, f, &p);
    if (s->begun && s->width == f->width && s->height == f->height) {
        double left = still_difference(&s->reference, &s->picture);
        o->still.difference = (float)fmin(left, 99);
        if (left >= 0 && left <= s->limit) {
            s->moved = fmax(s->moved, moved_between(&s->place, &p));
            o->still.seconds = (float)((double)(f->time_us - s->since_us) / 1e6);
            o->still.moved = (float)fmin(s->moved, 99);
            return true;
        }
        o->still.seconds = 0;
    }
    s->begun = still_reference_init(&s->reference, &s->picture);
    s->since_us = f->time_us;
    s->width = f->width;
    s->height = f->height;
    s->moved = 0;
    s->place = p;
    return true;
}

const struct detector detector_still = {
    .name = "still", .create = still_create, .look = still_look, .destroy = still_destroy};
