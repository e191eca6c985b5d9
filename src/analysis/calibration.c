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
#define GAZE_MAX 0.15F
#define GAZE_KNOWN -8.0F /* -9 is unknown */

static int by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* What `part` of the values do not exceed. */
static float quantile(const float *values, int len, double part)
{
    float sorted[CALIBRATION_MIN + CALIBRATION_LOOKS];
    memcpy(sorted, values, (size_t)len * sizeof *values);
    qsort(sorted, (size_t)len, sizeof *sorted, by_size);
    return sorted[(int)(part * (len - 1) + 0.5)];
}

/* The median, together with the noughts that stand before what was learned. */
static float median(const float *values, int32_t learned, float most)
{
    return fminf(fmaxf(quantile(values, CALIBRATION_MIN + learned, 0.5), -most), most);
}

void calibration_learn(struct calibration *c, const struct observation *o)
{
    const struct detect_head *h = &o->head;
    if (!h->known)
        return;
    if (c->len < CALIBRATION_LOOKS) {
        c->yaw[CALIBRATION_MIN + c->len] = h->yaw;
        c->pitch[CALIBRATION_MIN + c->len] = h->pitch;
        c->eyes[c->len++] = (h->eyes[0] + h->eyes[1]) / 2;
        c->usual_yaw = median(c->yaw, c->len, YAW_MAX);
        c->usual_pitch = median(c->pitch, c->len, PITCH_MAX);
        c->usual_eyes = quantile(c->eyes, c->len, 0.8);
    }
    if (h->gaze >= GAZE_KNOWN && c->gazes_len < CALIBRATION_LOOKS) {
        c->gaze[CALIBRATION_MIN + c->gazes_len++] = h->gaze;
        c->usual_gaze = median(c->gaze, c->gazes_len, GAZE_MAX);
    }
}

void calibration_apply(const struct calibration *c, struct observation *o)
{
    struct detect_head *h = &o->head;
    if (!h->known)
        return;
    h->yaw -= c->usual_yaw;
    h->pitch -= c->usual_pitch;
    if (h->gaze >= GAZE_KNOWN)
        h->gaze -= c->usual_gaze;
    bool eyes_known = c->len >= CALIBRATION_MIN && c->usual_eyes > 0;
    for (int i = 0; i < 2; i++)
        h->eyes[i] = eyes_known ? h->eyes[i] / c->usual_eyes : 1;
}
