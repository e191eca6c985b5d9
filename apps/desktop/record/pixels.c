/* Integer BT.601 with eight bits of fraction; the factors of a row sum to what white must give. */
#include "app_record/pixels.h"

static void luma_row(const unsigned char *restrict from, unsigned char *restrict to, int width)
{
    for (int x = 0; x < width; x++)
        to[x] = (unsigned char)((25 * from[4 * x] + 129 * from[4 * x + 1] + 66 * from[4 * x + 2] +
                                 128 + (16 << 8)) >>
                                8);
}

/* A colour sample is the mean of two by two pixels. */
static void colour_row(const unsigned char *restrict a, const unsigned char *restrict b,
                       unsigned char *restrict u, unsigned char *restrict v, int width)
{
    for (int x = 0; x < width; x++) {
        int blue = a[8 * x] + a[8 * x + 4] + b[8 * x] + b[8 * x + 4];
        int green = a[8 * x + 1] + a[8 * x + 5] + b[8 * x + 1] + b[8 * x + 5];
        int red = a[8 * x + 2] + a[8 * x + 6] + b[8 * x + 2] + b[8 * x + 6];
        u[x] = (unsigned char)((112 * blue - 74 * green - 38 * red + 512 + (128 << 10)) >> 10);
        v[x] = (unsigned char)((112 * red - 94 * green - 18 * blue + 512 + (128 << 10)) >> 10);
    }
}

void pixels_to_planes(const struct picture *p, int width, int height, const struct planes *ret)
{
    for (int y = 0; y < height; y += 2) {
        const unsigned char *a = p->pixels + (size_t)y * p->stride, *b = a + p->stride;
        luma_row(a, ret->y + y * ret->y_stride, width);
        luma_row(b, ret->y + (y + 1) * ret->y_stride, width);
        colour_row(a, b, ret->u + y / 2 * ret->uv_stride, ret->v + y / 2 * ret->uv_stride,
                   width / 2);
    }
}
