/* A pinhole camera before a plane: for each of its pixels, the ray is cut with the sheet. */
#include "eval_sheet.h"

#include <math.h>
#include <stdlib.h>

#define FOCAL 0.87 /* of the picture's width: a webcam that sees 60 degrees */
#define SAMPLES_MAX 2
#define GREY 110

struct plane {
    const uint8_t *pixels;
    int stride, width, height;
};
struct camera {
    const struct sheet *sheet;
    double focal;                    /* all lengths are in the camera's pixels */
    double step;                     /* pixels of the picture, in one of them */
    double centre[3];                /* of the sheet, as far off as the focal length */
    double across[3], down[3], n[3]; /* its axes, and what stands upright on it */
};

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static struct camera place_sheet(const struct sheet *s, const struct sheet_pose *p)
{
    double ct = cos(p->turn), st = sin(p->turn), cl = cos(p->lift), sl = sin(p->lift);
    double cr = cos(p->roll), sr = sin(p->roll);
    double across[3] = {ct, 0, -st}, down[3] = {sl * st, cl, sl * ct};
    struct camera c = {.sheet = s, .focal = FOCAL * s->width, .step = 1 / (s->scale * p->closer)};
    double at[2] = {s->place[0] + p->shift[0] - s->width / 2.0,
                    s->place[1] + p->shift[1] - s->height / 2.0};
    c.centre[0] = at[0];
    c.centre[1] = at[1];
    c.centre[2] = c.focal;
    for (int i = 0; i < 3; i++) {
        c.across[i] = cr * across[i] + sr * down[i];
        c.down[i] = cr * down[i] - sr * across[i];
    }
    c.n[0] = c.across[1] * c.down[2] - c.across[2] * c.down[1];
    c.n[1] = c.across[2] * c.down[0] - c.across[0] * c.down[2];
    c.n[2] = c.across[0] * c.down[1] - c.across[1] * c.down[0];
    return c;
}

/* Where a ray meets the picture, in its pixels; false beside or behind the sheet. */
static bool cut(const struct camera *c, double x, double y, double ret[2])
{
    const struct frame *f = c->sheet->picture;
    double ray[3] = {x - c->sheet->width / 2.0, y - c->sheet->height / 2.0, c->focal};
    double against = dot(c->n, ray), far = dot(c->n, c->centre), off[3];
    if (fabs(against) < 1e-6 || far / against <= 0)
        return false;
    for (int i = 0; i < 3; i++)
        off[i] = ray[i] * far / against - c->centre[i];
    ret[0] = c->sheet->middle[0] + dot(off, c->across) * c->step;
    ret[1] = c->sheet->middle[1] + dot(off, c->down) * c->step;
    return ret[0] >= 0 && ret[1] >= 0 && ret[0] < f->width && ret[1] < f->height;
}

static double sample(const struct plane *p, double x, double y)
{
    x = fmin(fmax(x - 0.5, 0), p->width - 1);
    y = fmin(fmax(y - 0.5, 0), p->height - 1);
    int left = (int)x, top = (int)y;
    int right = MIN(left + 1, p->width - 1), bottom = MIN(top + 1, p->height - 1);
    const uint8_t *above = p->pixels + (ptrdiff_t)top * p->stride;
    const uint8_t *below = p->pixels + (ptrdiff_t)bottom * p->stride;
    double u = x - left, v = y - top;
    return (above[left] * (1 - u) + above[right] * u) * (1 - v) +
           (below[left] * (1 - u) + below[right] * u) * v;
}

/* One plane of the camera's picture; `part` is 1 for light, 2 for colours of half the size. */
static void fill(const struct camera *c, const struct plane *from, int part, int ground,
                 uint8_t *to, int width, int height)
{
    int samples = MIN(MAX((int)ceil(c->step), 1), SAMPLES_MAX);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double sum = 0, at[2];
            for (int i = 0; i < samples * samples; i++) {
                double right = (i % samples + 0.5) / samples, down = (i / samples + 0.5) / samples;
                sum += cut(c, (x + right) * part, (y + down) * part, at)
                           ? sample(from, at[0] / part, at[1] / part)
                           : ground;
            }
            to[(ptrdiff_t)y * width + x] = (uint8_t)lrint(sum / (samples * samples));
        }
}

bool sheet_view(const struct sheet *s, const struct sheet_pose *pose, struct frame **ret,
                struct error *err)
{
    struct frame f = {.width = s->width, .height = s->height, .full_range = s->picture->full_range};
    struct camera c = place_sheet(s, pose);
    int half_width = (s->width + 1) / 2, half_height = (s->height + 1) / 2;
    size_t light = (size_t)s->width * (size_t)s->height;
    size_t colour = (size_t)half_width * (size_t)half_height;
    CLEANUP(freep) uint8_t *pixels = malloc(light + 2 * colour);
    if (!pixels)
        return error_no_memory(err);
    for (int i = 0; i < 3; i++) {
        int part = i ? 2 : 1;
        struct plane from = {s->picture->planes[i], s->picture->strides[i],
                             (s->picture->width + part - 1) / part,
                             (s->picture->height + part - 1) / part};
        uint8_t *to = pixels + (i ? light + (size_t)(i - 1) * colour : 0);
        f.planes[i] = to;
        f.strides[i] = i ? half_width : s->width;
        fill(&c, &from, part, i ? 128 : GREY, to, f.strides[i], i ? half_height : s->height);
    }
    return frame_create(&f, ret, err);
}
