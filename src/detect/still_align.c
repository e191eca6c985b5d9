/* Registration by inverse composition: what the reference contributes to the normal equations is
 * computed once, so a comparison is eight rounds of sampling and one small product each. */
#include "detect/still_align.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 8
#define ENOUGH 0.99 /* a round that betters the fit by less was the last */
#define MIDDLE ((STILL_SIDE - 1) / 2.0)
#define EDGE 3 /* pixels at the border that are not compared: they may have moved in or out */
#define PART 6 /* pixels a side */
#define PARTS (STILL_SIDE / PART)
#define PARTS_MIN 24     /* of 36 in the middle: else the face is cut off too much */
#define GRADIENT_MIN 1.5 /* of 255: fog, or a face in the dark */
#define OUTLIER 3.0      /* root mean squares: an eye that closed must not move the fit */
#define SINGULAR 1e-9

/* Places are counted from the middle in half sides, so that all unknowns are of like size. */
static double unit(int at) { return (at - MIDDLE) / (STILL_SIDE / 2.0); }

static bool invert(double m[STILL_UNKNOWNS][STILL_UNKNOWNS],
                   double ret[STILL_UNKNOWNS][STILL_UNKNOWNS])
{
    double a[STILL_UNKNOWNS][2 * STILL_UNKNOWNS] = {{0}};
    for (int i = 0; i < STILL_UNKNOWNS; i++) {
        memcpy(a[i], m[i], sizeof m[i]);
        a[i][STILL_UNKNOWNS + i] = 1;
    }
    for (int i = 0; i < STILL_UNKNOWNS; i++) {
        int pivot = i;
        for (int k = i + 1; k < STILL_UNKNOWNS; k++)
            if (fabs(a[k][i]) > fabs(a[pivot][i]))
                pivot = k;
        if (!(fabs(a[pivot][i]) > SINGULAR))
            return false;
        for (int j = 0; j < 2 * STILL_UNKNOWNS; j++) {
            double kept = a[i][j];
            a[i][j] = a[pivot][j];
            a[pivot][j] = kept;
        }
        for (int k = 0; k < STILL_UNKNOWNS; k++) {
            double factor = k == i ? 0 : a[k][i] / a[i][i];
            for (int j = 0; j < 2 * STILL_UNKNOWNS; j++)
                a[k][j] -= factor * a[i][j];
        }
        double scale = 1 / a[i][i];
        for (int j = 0; j < 2 * STILL_UNKNOWNS; j++)
            a[i][j] *= scale;
    }
    for (int i = 0; i < STILL_UNKNOWNS; i++)
        memcpy(ret[i], a[i] + STILL_UNKNOWNS, sizeof ret[i]);
    return true;
}

bool still_reference_init(struct still_reference *r, const struct still_picture *picture)
{
    double normal[STILL_UNKNOWNS][STILL_UNKNOWNS] = {{0}}, steps = 0;
    int seen = 0;
    r->picture = *picture;
    memset(r->slopes, 0, sizeof r->slopes);
    for (int y = EDGE; y < STILL_SIDE - EDGE; y++)
        for (int x = EDGE; x < STILL_SIDE - EDGE; x++) {
            int at = y * STILL_SIDE + x;
            const float *p = &picture->luma[at];
            const uint8_t *s = &picture->seen[at];
            if (!s[0] || !s[1] || !s[-1] || !s[STILL_SIDE] || !s[-STILL_SIDE])
                continue;
            double step_x = (double)(p[1] - p[-1]) / 2,
                   step_y = (double)(p[STILL_SIDE] - p[-STILL_SIDE]) / 2;
            double gx = step_x * STILL_SIDE / 2, gy = step_y * STILL_SIDE / 2;
            double u = unit(x), v = unit(y), out = gx * u + gy * v;
            double slopes[STILL_UNKNOWNS] = {gx * u, gx * v, gx,       gy * u,
                                             gy * v, gy,     -out * u, -out * v};
            for (int i = 0; i < STILL_UNKNOWNS; i++) {
                r->slopes[at][i] = (float)slopes[i];
                for (int k = 0; k < STILL_UNKNOWNS; k++)
                    normal[i][k] += slopes[i] * slopes[k];
            }
            steps += (step_x * step_x + step_y * step_y) / 2;
            seen++;
        }
    r->gradient = seen ? sqrt(steps / seen) : 0;
    return r->gradient >= GRADIENT_MIN && invert(normal, r->inverse);
}

/* Bilinear; false out of what is seen. */
static bool sample(const struct still_picture *p, double x, double y, double *ret)
{
    if (!(x >= 0 && y >= 0 && x < STILL_SIDE - 1 && y < STILL_SIDE - 1))
        return false;
    int left = (int)x, top = (int)y, at = top * STILL_SIDE + left;
    if (!p->seen[at] || !p->seen[at + 1] || !p->seen[at + STILL_SIDE] ||
        !p->seen[at + STILL_SIDE + 1])
        return false;
    const float *l = &p->luma[at];
    double right = x - left, down = y - top;
    *ret = (1 - down) * ((1 - right) * (double)l[0] + right * (double)l[1]) +
           down * ((1 - right) * (double)l[STILL_SIDE] + right * (double)l[STILL_SIDE + 1]);
    return true;
}

struct fit {
    double warp[9]; /* rows of the plane's transform; from the reference to the other picture */
    float difference[STILL_PIXELS];
    uint8_t known[STILL_PIXELS];
    double spread; /* root mean square of the differences */
    int count;
};

/* Differences under the warp, after the best gain and offset. */
static bool compare(const struct still_reference *r, const struct still_picture *p, struct fit *f)
{
    double n = 0, a = 0, b = 0, aa = 0, ab = 0;
    memset(f->known, 0, sizeof f->known);
    for (int y = EDGE; y < STILL_SIDE - EDGE; y++)
        for (int x = EDGE; x < STILL_SIDE - EDGE; x++) {
            int at = y * STILL_SIDE + x;
            const double *w = f->warp;
            double u = unit(x), v = unit(y), depth = w[6] * u + w[7] * v + w[8], value;
            if (!r->picture.seen[at] || !(depth > 0.2) ||
                !sample(p, (w[0] * u + w[1] * v + w[2]) / depth * (STILL_SIDE / 2.0) + MIDDLE,
                        (w[3] * u + w[4] * v + w[5]) / depth * (STILL_SIDE / 2.0) + MIDDLE, &value))
                continue;
            double wanted = (double)r->picture.luma[at];
            f->difference[at] = (float)value;
            f->known[at] = 1;
            n++;
            a += value;
            b += wanted;
            aa += value * value;
            ab += value * wanted;
        }
    double spread = n * aa - a * a;
    if (n < PARTS_MIN * PART * PART || !(spread > 0))
        return false;
    double gain = (n * ab - a * b) / spread, offset = (b - gain * a) / n, squares = 0;
    for (int at = 0; at < STILL_PIXELS; at++) {
        if (!f->known[at])
            continue;
        f->difference[at] =
            (float)(gain * (double)f->difference[at] + offset - (double)r->picture.luma[at]);
        squares += (double)f->difference[at] * (double)f->difference[at];
    }
    f->spread = sqrt(squares / n);
    return gain > 0.3 && gain < 3; /* else it is another picture */
}

static void multiply(const double a[9], const double b[9], double ret[9])
{
    for (int i = 0; i < 9; i++)
        ret[i] = a[i / 3 * 3] * b[i % 3] + a[i / 3 * 3 + 1] * b[3 + i % 3] +
                 a[i / 3 * 3 + 2] * b[6 + i % 3];
}

static bool invert_warp(const double m[9], double ret[9])
{
    double c0 = m[4] * m[8] - m[5] * m[7], c1 = m[5] * m[6] - m[3] * m[8],
           c2 = m[3] * m[7] - m[4] * m[6];
    double d = m[0] * c0 + m[1] * c1 + m[2] * c2;
    if (!(fabs(d) > SINGULAR))
        return false;
    const double all[9] = {c0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                           c1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                           c2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    for (int i = 0; i < 9; i++)
        ret[i] = all[i] / d;
    return true;
}

static bool improve(const struct still_reference *r, struct fit *f)
{
    double sums[STILL_UNKNOWNS] = {0}, by[STILL_UNKNOWNS] = {0};
    double limit = OUTLIER * f->spread;
    for (int at = 0; at < STILL_PIXELS; at++) {
        if (!f->known[at])
            continue;
        double difference = fmin(fmax((double)f->difference[at], -limit), limit);
        for (int i = 0; i < STILL_UNKNOWNS; i++)
            sums[i] += (double)r->slopes[at][i] * difference;
    }
    for (int i = 0; i < STILL_UNKNOWNS; i++)
        for (int k = 0; k < STILL_UNKNOWNS; k++)
            by[i] += r->inverse[i][k] * sums[k];
    const double step[9] = {1 + by[0], by[1], by[2], by[3], 1 + by[4], by[5], by[6], by[7], 1};
    double back[9], next[9];
    if (!invert_warp(step, back))
        return false;
    multiply(f->warp, back, next);
    if (!(fabs(next[8]) > 0.2))
        return false;
    for (int i = 0; i < 9; i++)
        f->warp[i] = next[i] / next[8];
    return true;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double still_difference(const struct still_reference *r, const struct still_picture *picture)
{
    struct fit f = {.warp = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    double before = INFINITY;
    if (!compare(r, picture, &f))
        return -1;
    for (int round = 0; round < ROUNDS && f.spread < before * ENOUGH; round++) {
        before = f.spread;
        if (!improve(r, &f) || !compare(r, picture, &f))
            return -1;
    }
    double parts[PARTS * PARTS];
    size_t len = 0;
    for (int top = PART; top < STILL_SIDE - PART; top += PART)
        for (int left = PART; left < STILL_SIDE - PART; left += PART) {
            double squares = 0;
            int known = 0;
            for (int y = top; y < top + PART; y++)
                for (int x = left; x < left + PART; x++) {
                    double d = (double)f.difference[y * STILL_SIDE + x];
                    squares += f.known[y * STILL_SIDE + x] ? d * d : 0;
                    known += f.known[y * STILL_SIDE + x];
                }
            if (known >= PART * PART / 2)
                parts[len++] = sqrt(squares / known);
        }
    if (len < PARTS_MIN)
        return -1;
    qsort(parts, len, sizeof *parts, by_size);
    return parts[len - 3] / r->gradient;
}
