/* Faces that the left or right edge of the picture cuts, which the face detector does not know:
 * apart from faces.c, whose list they end. For this folder only. */
#pragma once
#include "detect/detect.h"

struct face_detector;
struct edge_faces; /* one thread at a time */

struct edge_face {
    struct frame_square square; /* about the whole face, half of it beyond the edge */
    float width, height;        /* of the face, in pixels of the frame */
    float score;
    bool right; /* which edge */
};
#define EDGE_FACES_MAX 4

/* Borrows `detector`, of FACE_DETECTOR_SMALL, which must outlive it. */
MUST_USE bool edge_faces_create(struct face_detector *detector, struct edge_faces **ret,
                                struct error *err);
/* What stands at this time: an edge is only looked at when there is a reason. */
MUST_USE bool edge_faces_look(struct edge_faces *e, const struct frame *f,
                              struct edge_face ret[EDGE_FACES_MAX], size_t *ret_len,
                              struct error *err);
/* The next look is of another picture. */
void edge_faces_forget(struct edge_faces *e);
void edge_faces_destroy(struct edge_faces *e); /* NULL is fine */

/* Puts the mirror image of what is within the frame, which is `frame_width` wide, where the level
 * square lies beyond that edge. `pixels` are the square's, side x side x 3. */
void edge_mirror(float *pixels, int side, const struct frame_square *square, int frame_width,
                 bool right);

/* ---- when to look ---- */

#define EDGE_CELLS_WIDE 2
#define EDGE_CELLS_HIGH 6
#define EDGE_CELLS (EDGE_CELLS_WIDE * EDGE_CELLS_HIGH)

struct edge_watch { /* all zero to begin with */
    bool begun;
    bool found;              /* there was a face in the last look */
    int64_t looked_us;       /* of the last look */
    double spent;            /* looks that found nobody; it falls with time */
    float cells[EDGE_CELLS]; /* brightness of the strip along the edge, 0..1, at the last look */
};
bool edge_watch_due(const struct edge_watch *w, int64_t time_us, const float cells[EDGE_CELLS]);
void edge_watch_note(struct edge_watch *w, int64_t time_us, const float cells[EDGE_CELLS],
                     bool found);
