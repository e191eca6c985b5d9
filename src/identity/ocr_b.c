/* Normalised correlation, which neither light nor contrast changes. */
#include "identity/ocr_b.h"

#include <math.h>
#include <stdlib.h>

#define DOTS (OCR_B_GLYPH_WIDTH / OCR_B_PITCH) /* a pixel is so many dots of the table */
#define MARGIN 24                              /* dots around a glyph that blur reaches into */
#define REACH_MAX 16

/* Of the window's pixels, standard deviation: a sharp scan; a photograph; a card 300 pixels wide.
 */
static const double blurs[OCR_B_BLURS] = {0.5, 1.0, 1.6, 2.4};

struct canvas {
    float ink[OCR_B_GLYPH_HEIGHT + 2 * MARGIN][OCR_B_GLYPH_WIDTH + 2 * MARGIN];
};
struct ocr_b {
    struct canvas glyphs[OCR_B_BLURS][OCR_B_CHARACTERS];
};
#define CANVAS_WIDTH (OCR_B_GLYPH_WIDTH + 2 * MARGIN)
#define CANVAS_HEIGHT (OCR_B_GLYPH_HEIGHT + 2 * MARGIN)

static void put_glyph(const uint32_t *rows, struct canvas *c)
{
    *c = (struct canvas){0};
    for (int y = 0; y < OCR_B_GLYPH_HEIGHT; y++)
        for (int x = 0; x < OCR_B_GLYPH_WIDTH; x++)
            c->ink[y + MARGIN][x + MARGIN] = (float)(rows[y] >> (OCR_B_GLYPH_WIDTH - 1 - x) & 1);
}

/* One way at a time; sigma in dots. */
static void blur(struct canvas *c, double sigma, int step_x, int step_y)
{
    float kernel[2 * REACH_MAX + 1], sum = 0;
    int reach = MIN((int)ceil(2.5 * sigma), REACH_MAX);
    for (int i = -reach; i <= reach; i++)
        sum += kernel[i + reach] = (float)exp(-i * i / (2 * sigma * sigma));
    struct canvas from = *c;
    for (int y = 0; y < CANVAS_HEIGHT; y++)
        for (int x = 0; x < CANVAS_WIDTH; x++) {
            float value = 0;
            for (int i = -reach; i <= reach; i++) {
                int at_x = x + i * step_x, at_y = y + i * step_y;
                if (at_x >= 0 && at_x < CANVAS_WIDTH && at_y >= 0 && at_y < CANVAS_HEIGHT)
                    value += kernel[i + reach] * from.ink[at_y][at_x];
            }
            c->ink[y][x] = value / sum;
        }
}

static float ink_at(const struct canvas *c, double x, double y)
{
    x = fmin(fmax(x, 0), CANVAS_WIDTH - 1.001);
    y = fmin(fmax(y, 0), CANVAS_HEIGHT - 1.001);
    int left = (int)x, top = (int)y;
    float u = (float)(x - left), v = (float)(y - top);
    return (c->ink[top][left] * (1 - u) + c->ink[top][left + 1] * u) * (1 - v) +
           (c->ink[top + 1][left] * (1 - u) + c->ink[top + 1][left + 1] * u) * v;
}

static void normalise(float *values, int len)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < len; i++)
        sum += (double)values[i];
    for (int i = 0; i < len; i++) {
        values[i] -= (float)(sum / len);
        squares += (double)values[i] * (double)values[i];
    }
    float factor = squares > 1e-9 ? (float)(1 / sqrt(squares)) : 0;
    for (int i = 0; i < len; i++)
        values[i] *= factor;
}

bool ocr_b_create(struct ocr_b **ret, struct error *err)
{
    struct ocr_b *o = malloc(sizeof *o);
    if (!o)
        return error_no_memory(err);
    for (int level = 0; level < OCR_B_BLURS; level++)
        for (int i = 0; i < OCR_B_CHARACTERS; i++) {
            put_glyph(ocr_b_glyphs[i], &o->glyphs[level][i]);
            blur(&o->glyphs[level][i], blurs[level] * DOTS, 1, 0);
            blur(&o->glyphs[level][i], blurs[level] * DOTS, 0, 1);
        }
    *ret = o;
    return true;
}

void ocr_b_destroy(struct ocr_b *o) { free(o); }

void ocr_b_draw(const struct ocr_b *o, const struct ocr_b_look *look, struct ocr_b_shapes *ret)
{
    for (int i = 0; i < OCR_B_CHARACTERS; i++) {
        const struct canvas *c = &o->glyphs[look->blur][i];
        for (int y = 0; y < OCR_B_HEIGHT; y++)
            for (int x = 0; x < OCR_B_WIDTH; x++)
                ret->values[i][y * OCR_B_WIDTH + x] =
                    -ink_at(c,
                            (x + 0.5 - OCR_B_WIDTH / 2.0) * DOTS / (double)look->width +
                                CANVAS_WIDTH / 2.0 - 0.5,
                            (y + 0.5 - OCR_B_HEIGHT / 2.0) * DOTS / (double)look->height +
                                CANVAS_HEIGHT / 2.0 - 0.5);
        normalise(ret->values[i], OCR_B_WIDTH * OCR_B_HEIGHT);
    }
}

void ocr_b_compare(const struct ocr_b_shapes *s, const float *window, ptrdiff_t stride,
                   float ret[OCR_B_CHARACTERS])
{
    float values[OCR_B_WIDTH * OCR_B_HEIGHT];
    for (int y = 0; y < OCR_B_HEIGHT; y++)
        for (int x = 0; x < OCR_B_WIDTH; x++)
            values[y * OCR_B_WIDTH + x] = window[y * stride + x];
    normalise(values, OCR_B_WIDTH * OCR_B_HEIGHT);
    for (int i = 0; i < OCR_B_CHARACTERS; i++) {
        float sum = 0;
        for (int j = 0; j < OCR_B_WIDTH * OCR_B_HEIGHT; j++)
            sum += values[j] * s->values[i][j];
        ret[i] = sum;
    }
}
