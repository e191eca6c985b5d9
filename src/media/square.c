/* A turned square of a frame as a tensor. Places are counted in 65536ths of a pixel: exact, the
 * same on every machine, and fast. A row is worked on in pieces, first the sums of its samples,
 * then their colours, so that each loop does one thing; samples whose four neighbours all lie in
 * the frame, which is nearly all, are taken without a look at its edges. */
#include "media/frame.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define UNIT 65536
#define FAR 1e6         /* pixels; nothing is sampled from squares that far off or that large */
#define SAMPLES_MAX 8   /* a side, for one output pixel */
#define SAMPLE_PIXELS 2 /* for one sample, a side: it is the mean of so many neighbours */
#define PIECE 64        /* output pixels; even */
#define SIDE_MAX 512    /* of a tensor */
#define LEVELS 256      /* parts of a grey level that a sample is counted in */

struct plane {
    const uint8_t *pixels;
    ptrdiff_t stride;
    int width, height;
};

/* Samples of one plane, or of the two planes of colour, which lie at the same places. */
struct sampler {
    struct plane planes[2];
    int planes_len;
    int shift;                /* what a unit of the frame is shifted by to be the planes' */
    int64_t width, height;    /* of the frame, in units */
    int samples;              /* a side, for one output pixel */
    int64_t start_x, start_y; /* the first one, in units of the frame */
    int64_t right_x, right_y; /* from one to the next; down is (-right_y, right_x) */
};

/* Sums of some output pixels' samples. */
struct piece {
    uint32_t sums[2][PIECE]; /* of each plane, in LEVELS */
    uint32_t inside[PIECE];  /* samples that lay in the frame */
};

/* Bilinear, in 256ths of a level, with the edge repeated; the middle of a pixel is at its half. */
static uint32_t sample(const struct plane *p, uint32_t x, uint32_t y)
{
    x = x < UNIT / 2 ? 0 : x - UNIT / 2;
    y = y < UNIT / 2 ? 0 : y - UNIT / 2;
    int left = MIN((int)(x / UNIT), p->width - 1), top = MIN((int)(y / UNIT), p->height - 1);
    int right = MIN(left + 1, p->width - 1);
    const uint8_t *upper = p->pixels + top * p->stride;
    const uint8_t *lower = top + 1 < p->height ? upper + p->stride : upper;
    int across = (int)(x % UNIT / 256), down = (int)(y % UNIT / 256);
    int above = upper[left] * 256 + across * (upper[right] - upper[left]);
    int below = lower[left] * 256 + across * (lower[right] - lower[left]);
    return (uint32_t)((above * (256 - down) + below * down) / 256);
}

/* The same where no neighbour lies outside. */
static inline uint32_t sample_amid(const struct plane *p, uint32_t x, uint32_t y)
{
    x -= UNIT / 2;
    y -= UNIT / 2;
    const uint8_t *upper = p->pixels + (ptrdiff_t)(y / UNIT) * p->stride + x / UNIT;
    const uint8_t *lower = upper + p->stride;
    int across = (int)(x % UNIT / 256), down = (int)(y % UNIT / 256);
    int above = upper[0] * 256 + across * (upper[1] - upper[0]);
    int below = lower[0] * 256 + across * (lower[1] - lower[0]);
    return (uint32_t)(above * (256 - down) + below * down) / 256;
}

/* Of the numbers 0 to *to - 1, from *from on, those k with low <= at + k * step < high. */
static void narrow(int64_t at, int64_t step, int64_t low, int64_t high, int64_t *from, int64_t *to)
{
    if (step < 0) { /* seen in a mirror: -high < -at + k * -step <= -low */
        int64_t mirrored = 1 - low;
        low = 1 - high;
        high = mirrored;
        at = -at;
        step = -step;
    }
    if (step == 0) {
        *to = at >= low && at < high ? *to : *from;
        return;
    }
    if (at < low)
        *from = MAX(*from, (low - at + step - 1) / step);
    *to = at < high ? MIN(*to, (high - at + step - 1) / step) : *from;
}

static void add_sample(const struct sampler *s, int64_t x, int64_t y, struct piece *p, int i)
{
    if (x < 0 || y < 0 || x >= s->width || y >= s->height)
        return;
    uint32_t in_x = (uint32_t)x >> s->shift, in_y = (uint32_t)y >> s->shift; /* MEDIA_SIDE_MAX */
    p->inside[i]++;
    for (int plane = 0; plane < s->planes_len; plane++)
        p->sums[plane][i] += sample(&s->planes[plane], in_x, in_y);
}

/* The samples of the output pixels [from, to) of a line, none of whose neighbours lies outside; the
 * first one at (x, y). Of `planes` known when it is compiled, and from copies of what does not
 * change, so that all of it stays in registers: this is the loop that costs. */
static inline void add_amid(const struct sampler *s, int planes, int64_t x, int64_t y, int from,
                            int to, struct piece *p)
{
    const struct plane first = s->planes[0], second = s->planes[planes - 1];
    const int samples = s->samples, shift = s->shift;
    /* Within the frame all places fit in 32 bits. */
    uint32_t at_x = (uint32_t)x, at_y = (uint32_t)y;
    const uint32_t right_x = (uint32_t)s->right_x, right_y = (uint32_t)s->right_y;
    for (int i = from; i < to; i++) {
        uint32_t one = 0, two = 0;
        for (int k = 0; k < samples; k++, at_x += right_x, at_y += right_y) {
            one += sample_amid(&first, at_x >> shift, at_y >> shift);
            if (planes == 2)
                two += sample_amid(&second, at_x >> shift, at_y >> shift);
        }
        p->inside[i] += (uint32_t)samples;
        p->sums[0][i] += one;
        if (planes == 2)
            p->sums[1][i] += two;
    }
}

/* The same with a look at the edges for each sample. */
static void add_edge(const struct sampler *s, int64_t x, int64_t y, int from, int to,
                     struct piece *p)
{
    for (int i = from; i < to; i++)
        for (int k = 0; k < s->samples; k++, x += s->right_x, y += s->right_y)
            add_sample(s, x, y, p, i);
}

/* One line of samples, the first at (x, y), added to the sums of `len` output pixels. */
static void add_line(const struct sampler *s, int64_t x, int64_t y, struct piece *p, int len)
{
    /* Here also the planes of colour, of half the size, have all four neighbours. */
    int64_t from = 0, to = (int64_t)len * s->samples;
    narrow(x, s->right_x, UNIT, s->width - UNIT, &from, &to);
    narrow(y, s->right_y, UNIT, s->height - UNIT, &from, &to);
    int first = (int)MIN((from + s->samples - 1) / s->samples, len); /* whole output pixels */
    int last = (int)MAX(MIN(to / s->samples, len), first);
    int64_t step_x = s->right_x * s->samples, step_y = s->right_y * s->samples;
    add_edge(s, x, y, 0, first, p);
    if (s->planes_len == 1)
        add_amid(s, 1, x + first * step_x, y + first * step_y, first, last, p);
    else
        add_amid(s, 2, x + first * step_x, y + first * step_y, first, last, p);
    add_edge(s, x + last * step_x, y + last * step_y, last, len, p);
}

/* The output pixels from (column, row) on to its right. */
static void add_samples(const struct sampler *s, int row, int column, int len, struct piece *ret)
{
    int64_t right = (int64_t)column * s->samples;
    *ret = (struct piece){0};
    for (int line = 0; line < s->samples; line++) {
        int64_t down = (int64_t)row * s->samples + line;
        add_line(s, s->start_x + right * s->right_x - down * s->right_y,
                 s->start_y + right * s->right_y + down * s->right_x, ret, len);
    }
}

/* Of all samples that lay in the frame, in levels. */
static void find_means(const struct piece *p, int plane, float ret[PIECE])
{
    for (int i = 0; i < PIECE; i++)
        ret[i] =
            (float)(int32_t)p->sums[plane][i] / (float)(int32_t)(MAX(p->inside[i], 1) * LEVELS);
}

static float to_byte(float value)
{
    value = value > 0 ? value : 0; /* in this form each is one instruction without a branch */
    return value < 255 ? value : 255;
}

/* RGB by BT.601, as swscale does when it is not told otherwise; black has its part of a pixel that
 * reaches out of the frame. Each loop does so little, and all of a piece, that the compiler makes
 * vectors of it. */
static void mix(const struct piece *luma, const struct piece *colour, float all, bool full_range,
                float multiply, float add, float rgb[PIECE * 3])
{
    const float chroma = full_range ? 1.0f : 255.0f / 224.0f;
    const float black = full_range ? 0.0f : 16.0f, contrast = full_range ? 1.0f : 255.0f / 219.0f;
    float y[PIECE], u[PIECE], v[PIECE], part[PIECE], red[PIECE], green[PIECE], blue[PIECE];
    find_means(luma, 0, y);
    find_means(colour, 0, u);
    find_means(colour, 1, v);
    for (int i = 0; i < PIECE; i++) {
        float known = colour->inside[i] ? chroma : 0; /* grey where there is no colour */
        y[i] = (y[i] - black) * contrast;
        u[i] = (u[i] - 128.0f) * known;
        v[i] = (v[i] - 128.0f) * known;
        part[i] = (float)(int32_t)luma->inside[i] / all * multiply;
    }
    for (int i = 0; i < PIECE; i++) {
        red[i] = to_byte(y[i] + 1.402f * v[i]) * part[i] + add;
        green[i] = to_byte(y[i] - 0.344136f * u[i] - 0.714136f * v[i]) * part[i] + add;
        blue[i] = to_byte(y[i] + 1.772f * u[i]) * part[i] + add;
    }
    for (int i = 0; i < PIECE; i++) {
        rgb[3 * i] = red[i];
        rgb[3 * i + 1] = green[i];
        rgb[3 * i + 2] = blue[i];
    }
}

/* `pixels` of the planes are one of ours. */
static void set_up(const struct frame_square *square, int side, double pixels, struct sampler *s)
{
    double step = square->side / side;
    double right = cos(square->angle) * step, down = sin(square->angle) * step;
    s->samples = MIN(SAMPLES_MAX, MAX(1, (int)ceil(pixels / SAMPLE_PIXELS)));
    s->right_x = llround(right / s->samples * UNIT);
    s->right_y = llround(down / s->samples * UNIT);
    double first = 0.5 / s->samples - side / 2.0; /* of the first sample, in our pixels */
    s->start_x = llround((square->centre_x + first * right - first * down) * UNIT);
    s->start_y = llround((square->centre_y + first * down + first * right) * UNIT);
}

/* A colour for two pixels each way, as the frame itself has it: of the planes that is a sample more
 * where the square is enlarged, and no less where it is not. */
static void widen(const struct piece *half, int len, struct piece *ret)
{
    for (int i = 0; i < len; i++) {
        for (int plane = 0; plane < 2; plane++)
            ret->sums[plane][i] = half->sums[plane][i / 2];
        ret->inside[i] = half->inside[i / 2];
    }
}

/* One row of the tensor. */
static void to_row(const struct frame *f, const struct sampler *luma, int row, int side,
                   const struct piece *colours, float multiply, float add, float *ret)
{
    const float all = (float)(luma->samples * luma->samples);
    for (int column = 0; column < side; column += PIECE) {
        int len = MIN(PIECE, side - column);
        struct piece bright;
        float rgb[PIECE * 3];
        add_samples(luma, row, column, len, &bright);
        mix(&bright, &colours[column / PIECE], all, f->full_range, multiply, add, rgb);
        memcpy(ret, rgb, sizeof *rgb * (size_t)len * 3);
        ret += len * 3;
    }
}

/* The colours of two rows. */
static void find_colours(const struct sampler *colour, int row, int side, struct piece *ret)
{
    for (int column = 0; column < side; column += PIECE) {
        int len = MIN(PIECE, side - column);
        struct piece half;
        add_samples(colour, row / 2, column / 2, (len + 1) / 2, &half);
        widen(&half, len, &ret[column / PIECE]);
    }
}

void frame_square_to_tensor(const struct frame *f, const struct frame_square *square, int side,
                            float multiply, float add, float *ret)
{
    bool near = fabs(square->centre_x) < FAR && fabs(square->centre_y) < FAR && square->side > 0 &&
                square->side < FAR && isfinite(square->angle);
    assert(side > 0 && side <= SIDE_MAX && side % 2 == 0);
    if (!near) {
        for (int i = 0; i < side * side * 3; i++)
            ret[i] = add;
        return;
    }
    int half_width = (f->width + 1) / 2, half_height = (f->height + 1) / 2;
    struct sampler luma = {
        .planes = {{f->planes[0], f->strides[0], f->width, f->height}},
        .planes_len = 1,
        .width = (int64_t)f->width * UNIT,
        .height = (int64_t)f->height * UNIT,
    };
    struct sampler colour = luma;
    colour.planes[0] = (struct plane){f->planes[1], f->strides[1], half_width, half_height};
    colour.planes[1] = (struct plane){f->planes[2], f->strides[2], half_width, half_height};
    colour.planes_len = 2;
    colour.shift = 1;
    set_up(square, side, square->side / side, &luma);
    set_up(square, side / 2, square->side / side, &colour); /* of half the pixels, half as many */
    struct piece colours[SIDE_MAX / PIECE];
    for (int row = 0; row < side; row++) {
        if (row % 2 == 0)
            find_colours(&colour, row, side, colours);
        to_row(f, &luma, row, side, colours, multiply, add, ret + (ptrdiff_t)row * side * 3);
    }
}
