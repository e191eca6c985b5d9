/* Where a card lies in a picture: its four edges, as straight lines. Classical: the places where
 * brightness steps, the lines that most of them lie on (Hough), and of all pairs of pairs the one
 * that makes a card: ISO/IEC 7810 ID-1 is 85.60 x 53.98 mm (1.59 : 1), ID-2 105 x 74 (1.42), a page
 * of a passport, ID-3, 125 x 88 (1.42). For the files of this folder only. */
#pragma once
#include "identity/grey.h"

struct card_edges {
    bool found;
    double corners[4][2]; /* x, y in pixels, clockwise from the upper left */
    double part;          /* of the picture's area, 0..1 */
    bool cut; /* not found, but three edges are, and the fourth lies beyond the picture's border */
};

/* Scans that fill the picture have no edges: nothing is found, and nothing is wrong. */
MUST_USE bool card_edges_find(const struct grey *g, struct card_edges *ret, struct error *err);
/* The card upright and without perspective, `width` pixels wide if it lies across, else as high. */
MUST_USE bool card_rectify(const struct grey *g, const struct card_edges *card, int width,
                           struct grey *ret, struct error *err);
