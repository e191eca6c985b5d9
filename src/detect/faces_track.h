/* When the face detector may be left out: while every face it found is followed by its mesh, and
 * nothing else in the picture has changed. Apart from faces.c so that it can be tested without
 * models. For this folder only. */
#pragma once
#include "detect/detector.h"

/* Where a face is, by its mesh as a whole, which hardly trembles; the eyes give the angle. */
struct face_place {
    double x, y, size, angle; /* size: the standard deviation of its points, in pixels */
};
struct face_place face_place_of(const struct detect_landmark mesh[DETECT_LANDMARKS]);

struct faces_track {
    bool begun;
    int width, height; /* of the frame */
    int64_t detected_us;
    float cells[DETECT_CELLS]; /* at the last detection */
    int len;                   /* -1: these faces cannot be followed */
    struct faces_tracked {
        struct detect_face face;      /* as detected */
        struct frame_square square;   /* of its mesh, as detected */
        struct face_place first, now; /* when detected; in the last look */
    } list[DETECT_FACES_MAX];
};

/* The detector has looked: these are its faces, each with the square its mesh was found in. */
void faces_track_note(struct faces_track *t, const struct frame *f, const struct observation *o,
                      const struct frame_square *squares, const struct detector_finds *finds);
enum faces_track_way {
    FACES_TRACK_DETECT = 0, /* the detector must look */
    FACES_TRACK_GLANCE,     /* the faces may be followed if a glance sees nobody else */
    FACES_TRACK_FOLLOW,     /* they may be followed */
};
/* What is to be done in this frame. */
enum faces_track_way faces_track_way(const struct faces_track *t, const struct frame *f,
                                     const struct detector_finds *finds);
/* A glance has seen nobody else. */
void faces_track_glanced(struct faces_track *t, const struct detector_finds *finds);
/* Does this place, in pixels of the frame, lie in one of the faces as they are now? */
bool faces_track_has(const struct faces_track *t, double x, double y);
/* Where to look for face i. */
struct frame_square faces_track_square(const struct faces_track *t, int i);
enum faces_follow {
    FACES_FOLLOW_LOST = 0, /* the detector must look */
    FACES_FOLLOW_AGAIN,    /* it moved: look again, at the place it has now */
    FACES_FOLLOW_FOUND,
};
/* What the mesh found in the square that was told. */
enum faces_follow faces_track_take(struct faces_track *t, int i,
                                   const struct detect_landmark mesh[DETECT_LANDMARKS],
                                   float mesh_score);
/* Face i as it is now. */
struct detect_face faces_track_face(const struct faces_track *t, int i, float mesh_score);
