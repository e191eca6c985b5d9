/* From a screen's pixels to what the encoder takes. */
#pragma once
#include "app_core/platform.h"

/* Planes of 8-bit 4:2:0 (BT.601, studio range); sizes are even. */
struct planes {
    unsigned char *y, *u, *v;
    int y_stride, uv_stride;
};
/* `width` and `height` are even and not larger than the picture. */
void pixels_to_planes(const struct picture *p, int width, int height, const struct planes *ret);
