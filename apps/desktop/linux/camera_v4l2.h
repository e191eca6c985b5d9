/* A look at the camera (V4L2): is there one, does it open, does its picture move. */
#pragma once
#include "app_core/facts.h"

/* The device for file names below `folder` ("/dev") that begin with "video". Takes about a second.
 */
MUST_USE bool camera_look_v4l2(const char *folder, struct camera_look *ret, struct error *err);
/* Of two pictures of luma in steps of two (YUYV): are they different, how bright is the second.
 * Exported for the tests. */
void camera_compare(const unsigned char *a, const unsigned char *b, size_t pixels, bool *ret_moves,
                    double *ret_light);
