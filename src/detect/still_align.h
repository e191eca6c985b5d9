/* Is one picture of a face the same as another, only moved, tilted, zoomed, lighter or darker? Flat
 * pictures are, however they are moved; living faces are not for long. For this folder only. */
#pragma once
#include "base/base.h"

#define STILL_SIDE 48
#define STILL_PIXELS (STILL_SIDE * STILL_SIDE)
#define STILL_UNKNOWNS 8 /* of a plane seen from elsewhere */

struct still_picture {
    float luma[STILL_PIXELS];   /* 0..255 */
    uint8_t seen[STILL_PIXELS]; /* 0: out of the frame */
};

/* A picture that others are compared with. Made once, since most of the work is. */
struct still_reference {
    struct still_picture picture;
    float slopes[STILL_PIXELS][STILL_UNKNOWNS]; /* change of luma with each unknown */
    double inverse[STILL_UNKNOWNS][STILL_UNKNOWNS];
    double gradient; /* root mean square of the luma's steps from pixel to pixel */
};

/* False when the picture has too little in it to be compared with. */
bool still_reference_init(struct still_reference *r, const struct still_picture *picture);
/* What is left of the difference after the best fit, in parts of 6 x 6 pixels, in units of the
 * picture's own gradient: of the part that is third from the worst. -1: it could not be told. */
double still_difference(const struct still_reference *r, const struct still_picture *picture);
