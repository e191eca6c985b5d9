/* What the mesh of a face says about the head: pure functions, so that they can be tested with
 * made-up heads. For this folder only. */
#pragma once
#include "detect/detect.h"

/* Degrees, into yaw, pitch and roll. False when the mesh is no head (all in one place). */
bool head_pose(const struct detect_landmark mesh[DETECT_LANDMARKS], struct detect_head *ret);
/* Height over width of each eye and of the mouth's opening, along the head's own axes, so that a
 * turned head's eyes do not seem wider. */
void head_openings(const struct detect_landmark mesh[DETECT_LANDMARKS], struct detect_head *ret);
/* The part of the mesh that lies in a frame of this size. */
float head_inside(const struct detect_landmark mesh[DETECT_LANDMARKS], int width, int height);
