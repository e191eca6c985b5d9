/* Decoding what BlazeFace and the face mesh say; apart from faces.c so that it can be tested
 * without models. For this folder only. */
#pragma once
#include "detect/detect.h"

struct detector_setup;
struct nn_model;
struct nn_runner;

#define FACE_CROP_ENLARGE 1.4 /* of a face's box: the square that the mesh was trained on */

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

/* The face detector with an input of side x side pixels, whose outputs 0 to 3 are logits16,
 * logits32, numbers16 and numbers32. Both are the caller's even when it fails. */
MUST_USE bool faces_load_detector(const struct detector_setup *setup, int side,
                                  struct nn_model **ret_model, struct nn_runner **ret_run,
                                  struct error *err);
