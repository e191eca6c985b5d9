/* Where a machine-readable zone may be: two or three lines, parallel, of many characters of one
 * width, the same distance from each to the next. Level or slanted by up to 20 degrees, seen at an
 * angle, on a page that is a little curved. For the files of this folder only. */
#pragma once
#include "identity/grey.h"

#define MRZ_FIND_LINES 3
#define MRZ_FIND_BLOCKS 6

/* The middle of the character in column k lies at x0 + x1 k + x2 k^2, the same for y. */
struct mrz_line {
    double x[3], y[3];
    int from, to;  /* columns in which something was seen; to is one past the last */
    double height; /* of letters, pixels */
};
struct mrz_block {
    int lines;
    struct mrz_line line[MRZ_FIND_LINES]; /* from top to bottom; columns stand below each other */
    int from, to;                         /* columns of all lines */
};

/* The likeliest first: those with the most characters. Dark on light, in pixels of `g`. */
MUST_USE bool mrz_find(const struct grey *g, struct mrz_block ret[MRZ_FIND_BLOCKS], int *ret_len,
                       struct error *err);
