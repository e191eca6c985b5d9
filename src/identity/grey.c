/* Sums over rectangles are of 32 bits: 255 times MEDIA_PIXELS_MAX fits in them; squares in 64. */
#include "identity/grey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sauvola's k. Text that is printed in grey on a pattern differs by a third from what is around it;
 * security patterns by a sixth. With 0.34, his own, the thin strokes of photographs broke. */
#define SAUVOLA_K 0.2
#define SAUVOLA_RANGE 128.0
#define EVEN_DEVIATION 60.0
#define EVEN_MIN 12.0 /* levels: less is noise and stays faint */
#define FLAT 3.0      /* a deviation of so little is noise, in the dark as well */

void grey_done(struct grey *g)
{
    free(g->pixels);
    *g = (struct grey){0};
}

bool grey_create(int width, int height, struct grey *ret, struct error *err)
{
    if (width < 1 || height < 1 || width > MEDIA_SIDE_MAX || height > MEDIA_SIDE_MAX ||
        (int64_t)width * height > MEDIA_PIXELS_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a picture of %d x %d", width, height);
    uint8_t *pixels = calloc((size_t)width * (size_t)height, 1);
    if (!pixels)
        return error_no_memory(err);
    *ret = (struct grey){width, height, pixels};
    return true;
}

bool grey_from_frame(const struct frame *f, struct grey *ret, struct error *err)
{
    struct grey g;
    if (!grey_create(f->width, f->height, &g, err))
        return false;
    for (int y = 0; y < g.height; y++) {
        const uint8_t *from = f->planes[0] + (ptrdiff_t)y * f->strides[0];
        uint8_t *to = g.pixels + (size_t)y * (size_t)g.width;
        for (int x = 0; x < g.width; x++) {
            int luma = f->full_range ? from[x] : (from[x] - 16) * 255 / 219;
            to[x] = (uint8_t)MIN(MAX(luma, 0), 255);
        }
    }
    *ret = g;
    return true;
}

bool grey_turn(const struct grey *g, int quarters, struct grey *ret, struct error *err)
{
    struct grey to;
    bool lying = quarters & 1;
    if (!grey_create(lying ? g->height : g->width, lying ? g->width : g->height, &to, err))
        return false;
    for (int y = 0; y < to.height; y++)
        for (int x = 0; x < to.width; x++) {
            int from_x = x, from_y = y;
            if (quarters == 1) {
                from_x = y;
                from_y = g->height - 1 - x;
            } else if (quarters == 2) {
                from_x = g->width - 1 - x;
                from_y = g->height - 1 - y;
            } else if (quarters == 3) {
                from_x = g->width - 1 - y;
                from_y = x;
            }
            to.pixels[(size_t)y * (size_t)to.width + (size_t)x] =
                g->pixels[(size_t)from_y * (size_t)g->width + (size_t)from_x];
        }
    *ret = to;
    return true;
}

float grey_at(const struct grey *g, double x, double y)
{
    x = fmin(fmax(x, 0), g->width - 1);
    y = fmin(fmax(y, 0), g->height - 1);
    int left = (int)x, top = (int)y;
    int right = MIN(left + 1, g->width - 1), bottom = MIN(top + 1, g->height - 1);
    double u = x - left, v = y - top;
    const uint8_t *a = g->pixels + (size_t)top * (size_t)g->width;
    const uint8_t *b = g->pixels + (size_t)bottom * (size_t)g->width;
    return (float)((a[left] * (1 - u) + a[right] * u) * (1 - v) +
                   (b[left] * (1 - u) + b[right] * u) * v);
}

bool grey_tilt(const struct grey *g, double angle, struct grey *ret, struct error *err)
{
    struct grey to = {0};
    if (!grey_create(g->width, g->height, &to, err))
        return false;
    double c = cos(angle), s = sin(angle);
    for (int y = 0; y < g->height; y++)
        for (int x = 0; x < g->width; x++) {
            double across = x - g->width / 2.0, down = y - g->height / 2.0;
            double from_x = c * across + s * down + g->width / 2.0;
            double from_y = c * down - s * across + g->height / 2.0;
            bool within = from_x >= 0 && from_y >= 0 && from_x < g->width && from_y < g->height;
            to.pixels[(size_t)y * (size_t)g->width + (size_t)x] =
                within ? (uint8_t)lrintf(grey_at(g, from_x, from_y)) : 128;
        }
    *ret = to;
    return true;
}

/* The mean of a piece of the picture, whose sides may cut pixels. */
static double mean_of(const struct grey *g, double left, double right, double top, double bottom)
{
    double sum = 0, area = 0;
    for (int y = (int)top; y < g->height && y < bottom; y++) {
        double high = fmin(bottom, y + 1) - fmax(top, y);
        const uint8_t *row = g->pixels + (size_t)y * (size_t)g->width;
        for (int x = (int)left; x < g->width && x < right; x++) {
            double part = high * (fmin(right, x + 1) - fmax(left, x));
            sum += part * row[x];
            area += part;
        }
    }
    return area > 0 ? sum / area : 0;
}

bool grey_scale(const struct grey *g, int width, int height, struct grey *ret, struct error *err)
{
    struct grey to;
    if (!grey_create(width, height, &to, err))
        return false;
    double step_x = (double)g->width / width, step_y = (double)g->height / height;
    bool shrinks = step_x > 1 || step_y > 1;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            double value =
                shrinks ? mean_of(g, x * step_x, (x + 1) * step_x, y * step_y, (y + 1) * step_y)
                        : (double)grey_at(g, (x + 0.5) * step_x - 0.5, (y + 0.5) * step_y - 0.5);
            to.pixels[(size_t)y * (size_t)width + (size_t)x] = (uint8_t)lrint(value);
        }
    *ret = to;
    return true;
}

bool grey_scale_to(const struct grey *g, int side, struct grey *ret, double *ret_factor,
                   struct error *err)
{
    double factor = (double)side / MAX(g->width, g->height);
    int width = MAX((int)lrint(g->width * factor), 1),
        height = MAX((int)lrint(g->height * factor), 1);
    if (!grey_scale(g, width, height, ret, err))
        return false;
    *ret_factor = factor;
    return true;
}

/* ---- ink ---- */

struct sums { /* over all pixels above and left of one; owned */
    uint32_t *plain;
    uint64_t *squares;
};

static void sums_done(struct sums *s)
{
    free(s->plain);
    free(s->squares);
}

static bool sums_create(const struct grey *g, struct sums *ret, struct error *err)
{
    size_t row = (size_t)g->width + 1, len = row * ((size_t)g->height + 1);
    struct sums s = {calloc(len, sizeof *s.plain), calloc(len, sizeof *s.squares)};
    if (!s.plain || !s.squares) {
        sums_done(&s);
        return error_no_memory(err);
    }
    for (int y = 0; y < g->height; y++) {
        uint32_t plain = 0;
        uint64_t squares = 0;
        size_t at = row * ((size_t)y + 1) + 1;
        for (int x = 0; x < g->width; x++, at++) {
            uint32_t value = g->pixels[(size_t)y * (size_t)g->width + (size_t)x];
            plain += value;
            squares += (uint64_t)value * value;
            s.plain[at] = s.plain[at - row] + plain;
            s.squares[at] = s.squares[at - row] + squares;
        }
    }
    *ret = s;
    return true;
}

/* Mean and standard deviation of the neighbourhood of a pixel, `side` pixels each way. */
static void around(const struct grey *g, const struct sums *s, int x, int y, int side,
                   double *ret_mean, double *ret_deviation)
{
    size_t row = (size_t)g->width + 1;
    size_t left = (size_t)MAX(x - side, 0), right = (size_t)MIN(x + side + 1, g->width);
    size_t top = (size_t)MAX(y - side, 0), bottom = (size_t)MIN(y + side + 1, g->height);
    size_t a = top * row + left, b = top * row + right;
    size_t c = bottom * row + left, d = bottom * row + right;
    double area = (double)((right - left) * (bottom - top));
    double mean = (double)(s->plain[d] - s->plain[b] - s->plain[c] + s->plain[a]) / area;
    double square = (double)(s->squares[d] - s->squares[b] - s->squares[c] + s->squares[a]) / area;
    *ret_mean = mean;
    *ret_deviation = sqrt(fmax(square - mean * mean, 0));
}

bool grey_ink(const struct grey *g, int side, struct grey *ret, struct error *err)
{
    CLEANUP(sums_done) struct sums s = {0};
    struct grey to;
    if (!sums_create(g, &s, err) || !grey_create(g->width, g->height, &to, err))
        return false;
    for (int y = 0; y < g->height; y++)
        for (int x = 0; x < g->width; x++) {
            double mean, deviation;
            around(g, &s, x, y, side, &mean, &deviation);
            /* His range is that of a page in full light: here of as much as there is. */
            double range = fmax(fmin(SAUVOLA_RANGE, mean * 0.75), 1);
            double limit = mean * (1 + SAUVOLA_K * (deviation / range - 1));
            size_t at = (size_t)y * (size_t)g->width + (size_t)x;
            to.pixels[at] = deviation > FLAT && g->pixels[at] < limit;
        }
    *ret = to;
    return true;
}

bool grey_even(const struct grey *g, int side, struct grey *ret, struct error *err)
{
    CLEANUP(sums_done) struct sums s = {0};
    struct grey to;
    if (!sums_create(g, &s, err) || !grey_create(g->width, g->height, &to, err))
        return false;
    for (int y = 0; y < g->height; y++)
        for (int x = 0; x < g->width; x++) {
            double mean, deviation;
            around(g, &s, x, y, side, &mean, &deviation);
            size_t at = (size_t)y * (size_t)g->width + (size_t)x;
            double value =
                160 + (g->pixels[at] - mean) * EVEN_DEVIATION / fmax(deviation, EVEN_MIN);
            to.pixels[at] = (uint8_t)lrint(fmin(fmax(value, 0), 255));
        }
    *ret = to;
    return true;
}
