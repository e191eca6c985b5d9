/* BlazeFace, for an input of one size: places that may be faces. What is a face is for its caller
 * to say. For this folder only. */
#pragma once
#include "detect/detect.h"

struct detector_setup;
struct face_detector; /* one thread at a time */

/* Sides of the input, in pixels. Of faces in 172 photographs from 8 to 20 % of the picture the
 * smaller one found 79 of 80, of smaller ones 35 of 116, at a quarter of the cost; the larger one
 * 80 of those. */
#define FACE_DETECTOR_SMALL 128
#define FACE_DETECTOR_LARGE 256
#define FACE_CROP_ENLARGE 1.4 /* of a face's box: the square that the mesh was trained on */

struct face_candidate {
    float score;               /* 0..1 */
    float x, y, width, height; /* in the network's input pixels, centre and size */
    float eyes[2][2];          /* the eye at the picture's left, at its right: x, y */
};
#define FACE_CANDIDATES_MAX 64

/* `side`: of the input, in pixels; a multiple of 32. The caller ends it with _destroy(). */
MUST_USE bool face_detector_create(const struct detector_setup *setup, int side,
                                   struct face_detector **ret, struct error *err);
void face_detector_destroy(struct face_detector *d); /* NULL is fine */

/* What the input's bytes, 0 to 255, are multiplied by, and what is added then. */
#define FACE_DETECTOR_MULTIPLY (1.0F / 127.5F)
#define FACE_DETECTOR_ADD (-1.0F)
/* side x side x 3, RGB, to be filled before each run; owned by `d`. */
float *face_detector_input(struct face_detector *d);
/* Candidates of at least `score_min`, the best first, those that overlap a better one by more than
 * `overlap_max` of both left out. */
MUST_USE bool face_detector_run(struct face_detector *d, float score_min, float overlap_max,
                                struct face_candidate ret[FACE_CANDIDATES_MAX], size_t *ret_len,
                                struct error *err);

/* The second half of _run(), apart so that it can be tested without the model: from logits and 16
 * numbers for each anchor of the grids side/16 (two a cell) and side/32 (six a cell). */
size_t face_detector_decode(int side, const float *logits16, const float *numbers16,
                            const float *logits32, const float *numbers32, float score_min,
                            float overlap_max, struct face_candidate ret[FACE_CANDIDATES_MAX]);
