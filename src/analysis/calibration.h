/* What is usual for this candidate: where the camera stands, how they hold their head, how wide
 * their eyes are open. The detectors measure against the camera; rules about heads and eyes compare
 * with the candidate's own first minute. */
#pragma once
#include "detect/detect.h"

#define CALIBRATION_LOOKS 120 /* a minute: what is learned from */
#define CALIBRATION_MIN 20    /* ten seconds of one's own weigh as much as the general */

struct calibration { /* zeroed is ready: looking straight ahead is usual until learned otherwise */
    int32_t len, gazes_len;
    float yaw[CALIBRATION_MIN + CALIBRATION_LOOKS];
    float pitch[CALIBRATION_MIN + CALIBRATION_LOOKS];
    float gaze[CALIBRATION_MIN + CALIBRATION_LOOKS];
    float eyes[CALIBRATION_LOOKS];
    float usual_yaw, usual_pitch, usual_eyes, usual_gaze;
};

/* Learns from the look, if there is something to learn yet. */
void calibration_learn(struct calibration *c, const struct observation *o);
/* The look's head against the usual: yaw, pitch and gaze as differences, each eye as a part of the
 * usual opening (1: as ever, or not enough known of them yet). Nothing else changes. */
void calibration_apply(const struct calibration *c, struct observation *o);
