/* Medians, since a minute has some looks at the keyboard and a blink or two; of the eyes the upper
 * fifth, since somebody may begin sleepy, and the mesh says of lids what is more often too low than
 * too high. A camera may stand at the side, but somebody who looks over their shoulder for the
 * whole first minute shall not make that the usual: see the limits. */
#include "analysis/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define YAW_MAX 35.0F /* degrees, of a camera beside the screen */
#define PITCH_MAX 35.0F
#define GAZE_UNKNOWN -9.0F

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* What `part` of the values do not exceed. */
static float quantile(const float *values, int32_t len, double part)
{
    float sorted[CALIBRATION_LOOKS];
    memcpy(sorted, values, (size_t)len * sizeof *values);
    qsort(sorted, (size_t)len, sizeof *sorted, by_size);
    return sorted[(int)(part * (len - 1) + 0.5)];
}

static float limit(float value, float most) { return fminf(fmaxf(value, -most), most); }

void calibration_learn(struct calibration *c, const struct observation *o)
{
    const struct detect_head *h = &o->head;
    if (!h->known)
        return;
    if (c->len < CALIBRATION_LOOKS) {
        c->yaw[c->len] = h->yaw;
        c->pitch[c->len] = h->pitch;
        c->eyes[c->len++] = (h->eyes[0] + h->eyes[1]) / 2;
        c->usual_yaw = limit(quantile(c->yaw, c->len, 0.5), YAW_MAX);
        c->usual_pitch = limit(quantile(c->pitch, c->len, 0.5), PITCH_MAX);
        c->usual_eyes = quantile(c->eyes, c->len, 0.8);
    }
    if (h->gaze >= -1 && c->gazes_len < CALIBRATION_LOOKS) {
        c->gaze[c->gazes_len++] = h->gaze;
        c->usual_gaze = quantile(c->gaze, c->gazes_len, 0.5);
    }
}

void calibration_apply(const struct calibration *c, struct observation *o)
{
    struct detect_head *h = &o->head;
    h->gaze =
        h->gaze >= -1 && c->gazes_len >= CALIBRATION_MIN ? h->gaze - c->usual_gaze : GAZE_UNKNOWN;
    if (!h->known || c->len < CALIBRATION_MIN || !(c->usual_eyes > 0)) {
        h->known = 0;
        return;
    }
    h->yaw -= c->usual_yaw;
    h->pitch -= c->usual_pitch;
    for (int i = 0; i < 2; i++)
        h->eyes[i] /= c->usual_eyes;
}
