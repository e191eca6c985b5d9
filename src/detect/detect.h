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
    float mesh_score;          /* 0..1, the face mesh's: may be low when half hidden */
};

/* Plain data without pointers: it crosses a pipe between processes of one build as it is. */
struct observation {
    int64_t time_us;
    int32_t faces_len; /* confirmed faces, largest first; -1 when the look was not taken */
    struct detect_face faces[DETECT_FACES_MAX];
    float luma_mean;      /* 0..1 from black to white */
    float luma_deviation; /* standard deviation over the parts of the picture, 0..1 */
    float detail;         /* 0..1: how far parts differ from those around: low when covered */
    float redness;        /* -0.5..0.5: mean Cr; light through a finger is red */
    /* Against the sample before; -1 for the first, and when the size of the picture changed. */
    float motion;      /* mean absolute difference of luma of small parts, 0..1 */
    float motion_peak; /* the largest of those differences: a still person stirs somewhere */
    float changed;     /* part of the single pixels (0..1) that differ at all */
};

#define DETECT_LANDMARKS 468
struct detect_landmark {
    float x, y, z; /* pixels of the frame; z in the same unit, smaller is nearer to the camera */
};

struct detect;
MUST_USE bool detect_create(const char *models_folder, struct detect **ret, struct error *err);
/* The faces only: for single pictures, as of an enrolment, beside a stream's own detectors. The
 * rest of its observations is zero. */
MUST_USE bool detect_create_faces(const char *models_folder, struct detect **ret,
                                  struct error *err);
/* Looks at one frame. Call with times that rise. */
MUST_USE bool detect_look(struct detect *d, struct frame *f, struct observation *ret,
                          struct error *err);
/* The mesh of face `i` of the last look's observation (canonical MediaPipe numbering: 33 and 133
 * are the corners of the eye at the picture's left, 263 and 362 of the other, 61 and 291 of the
 * mouth); NULL when there is no such face. Borrowed until the next look. Of use only where the
 * face's mesh_score is high: of a face the mesh denies it is a guess. */
const struct detect_landmark *detect_landmarks(const struct detect *d, int i);
/* Name and SHA-256 of each model in use, as JSON text {"blazeface": "..."}; borrowed. */
const char *detect_models(const struct detect *d);
void detect_destroy(struct detect *d);
void detect_destroyp(struct detect **d);

#define DETECT_INTERVAL_US 500000 /* two looks a second: a glance of a second is seen twice */
