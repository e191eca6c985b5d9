/* Pictures of luma only, for reading text: turned, scaled, and parted into ink and paper. For the
 * files of this folder only. */
#pragma once
#include "media/frame.h"

struct grey {
    int width, height;
    uint8_t *pixels; /* owned; `width` bytes a row; 0 black, 255 white */
};

void grey_done(struct grey *g); /* CLEANUP(grey_done); zeroed is fine */
MUST_USE bool grey_create(int width, int height, struct grey *ret, struct error *err);
MUST_USE bool grey_from_frame(const struct frame *f, struct grey *ret, struct error *err);
/* Clockwise, 0 to 3 quarters. */
MUST_USE bool grey_turn(const struct grey *g, int quarters, struct grey *ret, struct error *err);
/* Turned about its middle by so many radians, clockwise, into a picture of the same size; grey where
 * there was nothing. */
MUST_USE bool grey_tilt(const struct grey *g, double angle, struct grey *ret, struct error *err);
/* Averaged where it shrinks, bilinear where it grows. */
MUST_USE bool grey_scale(const struct grey *g, int width, int height, struct grey *ret,
                         struct error *err);
/* So that the longest side has this many pixels. *ret_factor: of a length in `g`. */
MUST_USE bool grey_scale_to(const struct grey *g, int side, struct grey *ret, double *ret_factor,
                            struct error *err);
/* 1 where there is ink: darker than its neighbourhood, `side` pixels each way (Sauvola's rule). */
MUST_USE bool grey_ink(const struct grey *g, int side, struct grey *ret, struct error *err);
/* Light and contrast made the same everywhere, by the mean and the deviation of the neighbourhood,
 * `side` pixels each way: dark letters on a dark part of a card become as black as any. */
MUST_USE bool grey_even(const struct grey *g, int side, struct grey *ret, struct error *err);
/* Bilinear, the border going on outside; 0..255. */
float grey_at(const struct grey *g, double x, double y);
