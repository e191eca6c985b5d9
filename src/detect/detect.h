/* Detectors: from frames to observations. An observation is what was measured at one moment; what
 * breaks a rule is decided later, from the exam's policy (analysis/rules.h).
 *
 * One detector a file, a row in the table of detect.c. All models and buffers are made by
 * detect_create(), before the sandbox is closed. */
#pragma once
#include "media/frame.h"

#define DETECT_FACES_MAX 16

struct detect_face {
    float x, y, width, height; /* of the frame: 0..1 */
    float score;               /* 0..1, the face detector's */
    float mesh_score;          /* 0..1, the face mesh's "this is a face" */
};

/* Plain data without pointers: it crosses a pipe between processes of one build as it is. */
struct observation {
    int64_t time_us;
    int32_t faces_len; /* confirmed faces, largest first; -1 when the look was not taken */
    struct detect_face faces[DETECT_FACES_MAX];
    float luma_mean;      /* 0..1 of the range from black to white */
    float luma_deviation; /* standard deviation, 0..1 */
    float detail;         /* mean absolute gradient of luma, 0..1: low when covered or blurred */
    float motion;         /* mean absolute luma difference to the sample before, 0..1; -1 for the first */
    float changed;        /* part of the pixels (0..1) that differ at all from the sample before; -1 */
};

struct detect;
MUST_USE bool detect_create(const char *models_folder, struct detect **ret, struct error *err);
/* Looks at one frame. Call with times that rise. */
MUST_USE bool detect_look(struct detect *d, struct frame *f, struct observation *ret,
                          struct error *err);
/* Name and SHA-256 of each model in use, as JSON text {"blazeface": "..."}; borrowed. */
const char *detect_models(const struct detect *d);
void detect_destroy(struct detect *d);
void detect_destroyp(struct detect **d);

#define DETECT_INTERVAL_US 500000 /* two looks a second: a glance of a second is seen twice */
