/* Decoding what BlazeFace and the face mesh say; apart from faces.c so that it can be tested
 * without models. For this folder only. */
#pragma once
#include "detect/detect.h"

struct face_candidate {
    float score;               /* 0..1 */
    float x, y, width, height; /* in the network's input pixels, centre and size */
    float eyes[2][2];          /* the eye at the picture's left, at its right: x, y */
};
#define FACE_CANDIDATES_MAX 64

/* Anchors of the grids side/16 (two a cell) and side/32 (six a cell), logits and 16 numbers an
 * anchor. Candidates of at least `score_min`, the best first, those that overlap a better one left
 * out. */
size_t faces_decode(int side, const float *logits16, const float *numbers16, const float *logits32,
                    const float *numbers32, float score_min, float overlap_max,
                    struct face_candidate ret[FACE_CANDIDATES_MAX]);
