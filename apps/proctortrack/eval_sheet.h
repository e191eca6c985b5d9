/* A picture on a flat sheet, or on a screen, as a camera sees it that it is held to: turned,
 * brought closer, and never quite still. */
#pragma once
#include "media/frame.h"

struct sheet {
    const struct frame *picture; /* borrowed */
    double middle[2];            /* of the picture, in its pixels: what the hand turns it about */
    double scale;                /* of its pixels to the camera's, when it is held straight */
    int width, height;           /* of the camera's picture */
    double place[2];             /* where the middle is seen, in the camera's pixels */
};
struct sheet_pose {
    double turn, lift, roll; /* radians about the upright, the level and the camera's own axis */
    double closer;           /* 1 as it was, 2 at half the distance */
    double shift[2];         /* of the place */
};
/* What is behind the sheet is an even grey. */
MUST_USE bool sheet_view(const struct sheet *s, const struct sheet_pose *pose, struct frame **ret,
                         struct error *err);
