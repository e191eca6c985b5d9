/* How much of a face's change is not that of a flat picture. Every view of a photograph, however it
 * is held, is an affine picture of every other one; a head that turns is not: its nose moves
 * against its eyes. For the files of this folder only. */
#pragma once
#include "identity/face_look.h"

/* What is left, as a part of the face's size, after the best affine fit of the one onto the other;
 * both ways, the smaller. 0 when there is nothing to fit. */
float face_shape_relief(const float a[FACE_LOOK_POINTS][2], const float b[FACE_LOOK_POINTS][2]);
