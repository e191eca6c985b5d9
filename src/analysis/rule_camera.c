/* Rules about the head, the eyes, the light and the camera itself. What a look says comes from
 * pose.c, eyes.c, gaze.c, clarity.c, loop.c, still.c and drawn.c of detect/; heads and eyes are
 * compared with what is usual for this candidate (calibration.h). docs/policy.md tells the
 * measurements. */
#include "analysis/rule_table.h"

#include <math.h>
#include <stdio.h>

#define GAZE_KNOWN -8.0F    /* -9 is unknown */
#define LUMA_MIN 0.10F      /* darker, the mesh is a guess: too-dark speaks */
#define SHARPNESS_MIN 0.24F /* softer, eyes and lips run together */
#define INSIDE_MIN 0.75F    /* of the mesh within the frame */
#define MESH_MIN 0.5F
#define LEVEL_MAX 15.0F /* degrees: nodding further than this closes the lids for the mesh */
#define FRONTAL_MAX 30.0F
#define AROUND_MIN 0.5F    /* brightness around a face, to be called light behind somebody */
#define AROUND_TIMES 1.8F  /* so much brighter than the face's own brightest part */
#define WHITE_NO_FACE 0.6F /* of the picture, when there is no face to go by */
#define STILL_MIN_S 2.0F
#define STILL_MOVED_MIN 0.07F /* of the face's size: moved on purpose, or by a hand */
#define STILL_UNMOVED_S 15.0F
#define DRAWN_CONTRAST_MIN 0.35F /* half of a card's; one colour may be a wall or a lid */
#define FROZEN_MAX 0.006F        /* motion: then it is camera-frozen's */

static double threshold(const struct policy *p, enum rule rule) { return p->rules[rule].threshold; }

static enum look hit_if(bool hit) { return hit ? LOOK_HIT : LOOK_MISS; }

static bool head_is_known(const struct observation *o)
{
    return o->faces_len > 0 && o->head.known && o->luma_mean >= LUMA_MIN;
}

static bool is_blurred(const struct observation *o, double limit)
{
    float sharpness =
        o->clarity.face_sharpness > 0 ? o->clarity.face_sharpness : o->clarity.sharpness;
    return sharpness > 0 && (double)sharpness < limit;
}

/* Down is where keyboard and paper are: only sideways and up count. */
static double turned_by(const struct observation *o)
{
    return fmax(fabs((double)o->head.yaw), -(double)o->head.pitch);
}

static enum look look_away(const struct policy *p, const struct observation *o)
{
    if (!head_is_known(o))
        return LOOK_UNKNOWN;
    return hit_if(turned_by(o) >= threshold(p, RULE_LOOKING_AWAY));
}

static enum look look_turned(const struct policy *p, const struct observation *o)
{
    if (o->faces_len <= 0 || o->luma_mean < LUMA_MIN)
        return LOOK_UNKNOWN; /* no-face speaks */
    if (o->faces[0].mesh_score < MESH_MIN)
        return LOOK_HIT;
    if (!o->head.known)
        return LOOK_UNKNOWN;
    return hit_if(fabs((double)o->head.yaw) >= threshold(p, RULE_FACE_TURNED) ||
                  o->head.inside < INSIDE_MIN);
}

static enum look look_eyes(const struct policy *p, const struct observation *o)
{
    if (!head_is_known(o) || fabsf(o->head.pitch) > LEVEL_MAX || fabsf(o->head.yaw) > FRONTAL_MAX ||
        is_blurred(o, (double)SHARPNESS_MIN))
        return LOOK_UNKNOWN;
    double open = (double)(o->head.eyes[0] + o->head.eyes[1]) / 2;
    return hit_if(open <= threshold(p, RULE_EYES_CLOSED));
}

static enum look look_gaze(const struct policy *p, const struct observation *o)
{
    if (!head_is_known(o) || o->head.gaze < GAZE_KNOWN || fabsf(o->head.yaw) > FRONTAL_MAX)
        return LOOK_UNKNOWN;
    return hit_if(fabs((double)o->head.gaze) >= threshold(p, RULE_GAZE_AWAY));
}

static enum look look_backlit(const struct policy *p, const struct observation *o)
{
    if (o->faces_len <= 0 || o->clarity.face_luma < 0 || o->clarity.around_luma < 0)
        return LOOK_UNKNOWN;
    return hit_if((double)o->clarity.face_luma < threshold(p, RULE_BACKLIT) &&
                  o->clarity.around_luma >= AROUND_MIN &&
                  o->clarity.around_luma >= AROUND_TIMES * o->clarity.face_luma);
}

static enum look look_overexposed(const struct policy *p, const struct observation *o)
{
    if (o->faces_len > 0 && o->clarity.face_white >= 0)
        return hit_if((double)o->clarity.face_white >= threshold(p, RULE_OVEREXPOSED));
    if (o->clarity.white < 0)
        return LOOK_UNKNOWN;
    return hit_if(o->clarity.white >= WHITE_NO_FACE);
}

static enum look look_blurred(const struct policy *p, const struct observation *o)
{
    if ((o->clarity.face_sharpness <= 0 && o->clarity.sharpness <= 0) || o->luma_mean < LUMA_MIN)
        return LOOK_UNKNOWN; /* nothing to be sharp: a wall, the dark */
    return hit_if(is_blurred(o, threshold(p, RULE_BLURRED)));
}

/* Shown four times, or matched for twenty seconds: short clips repeat themselves by chance of their
 * making, and nodding is a rhythm, but not for so long. */
static enum look look_looped(const struct policy *p, const struct observation *o)
{
    (void)p;
    const struct detect_loop *l = &o->loop;
    return hit_if(l->period_s > 0 && (double)l->matched_s >= fmin(3 * (double)l->period_s, 20));
}

static enum look look_still(const struct policy *p, const struct observation *o)
{
    const struct detect_still *s = &o->still;
    if (s->seconds < 0 || s->difference < 0 || (o->motion_peak >= 0 && o->motion_peak < FROZEN_MAX))
        return LOOK_UNKNOWN;
    return hit_if(s->seconds >= STILL_MIN_S &&
                  (double)s->difference <= threshold(p, RULE_CAMERA_STILL) &&
                  (s->moved >= STILL_MOVED_MIN || s->seconds >= STILL_UNMOVED_S));
}

/* A face is nobody's card, and in the dark anything is flat. */
static enum look look_drawn(const struct policy *p, const struct observation *o)
{
    if (o->faces_len > 0)
        return LOOK_MISS;
    if (o->drawn.part < 0 || o->luma_mean < LUMA_MIN)
        return LOOK_UNKNOWN;
    return hit_if((double)o->drawn.part >= threshold(p, RULE_CAMERA_DRAWN) &&
                  o->drawn.contrast >= DRAWN_CONTRAST_MIN);
}

static double value_turned(const struct observation *o) { return turned_by(o); }

static double value_yaw(const struct observation *o) { return fabs((double)o->head.yaw); }

static double value_eyes(const struct observation *o)
{
    return (double)(o->head.eyes[0] + o->head.eyes[1]) / 2;
}

static double value_gaze(const struct observation *o) { return fabs((double)o->head.gaze); }

static double value_face_luma(const struct observation *o) { return (double)o->clarity.face_luma; }

static double value_white(const struct observation *o)
{
    return (double)(o->faces_len > 0 && o->clarity.face_white >= 0 ? o->clarity.face_white
                                                                   : o->clarity.white);
}

static double value_sharpness(const struct observation *o)
{
    return (double)(o->clarity.face_sharpness > 0 ? o->clarity.face_sharpness
                                                  : o->clarity.sharpness);
}

static double value_period(const struct observation *o) { return (double)o->loop.period_s; }

static double value_moved(const struct observation *o) { return (double)o->still.moved; }

static double value_drawn(const struct observation *o) { return (double)o->drawn.part; }

static int64_t since_loop(const struct observation *o)
{
    return (int64_t)(((double)o->loop.period_s + (double)o->loop.matched_s) * 1e6);
}

static int64_t since_still(const struct observation *o)
{
    return (int64_t)((double)o->still.seconds * 1e6);
}

static int shows_when_settled(const struct observation *o, double lasted_s)
{
    (void)o;
    return lasted_s >= 2 ? 1 : 0;
}

static int shows_most_turned(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return (int)(turned_by(o) / 10);
}

static int shows_equally(const struct observation *o, double lasted_s)
{
    (void)o;
    (void)lasted_s;
    return 0;
}

static void numbers_away(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "head turned by %.0f degrees on the average (at most %.0f) from the usual in %u of %u "
             "looks, %.1f s",
             n->value_mean, n->value_max, n->hits, n->samples, n->seconds);
}

static void numbers_turned(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "face only partly to be seen (turned by up to %.0f degrees) in %u of %u "
             "looks, %.1f s",
             n->value_max, n->hits, n->samples, n->seconds);
}

static void numbers_eyes(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "eyes open by %.0f %% of the usual in %u of %u looks, %.1f s",
             100 * n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_gaze(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "eyes %.2f of their width to the side in %u of %u looks, %.1f s",
             n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_backlit(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "brightest part of the face at %.0f %% of white in %u of %u looks, %.1f s",
             100 * n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_overexposed(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "%.0f %% of it as bright as white in %u of %u looks, %.1f s",
             100 * n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_blurred(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "sharpness of edges %.2f (usual: over 0.3) in %u of %u looks, %.1f s",
             n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_looped(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "the same %.1f s of pictures were shown again and again, for %.1f s",
             n->value_min, n->seconds);
}

static void numbers_still(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "the face was one flat picture for %.1f s, moved by %.0f %% of its size meanwhile",
             n->seconds, 100 * n->value_max);
}

static void numbers_drawn(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "%.0f %% of the picture in areas of exactly one brightness, as drawn, in %u of %u "
             "looks, %.1f s",
             100 * n->value_mean, n->hits, n->samples, n->seconds);
}

const struct rule_row rule_camera[RULE_CAMERA_LEN] = {
    [RULE_LOOKING_AWAY - RULE_CAMERA_FIRST] =
        {
            .name = "looking-away",
            .title = "Head turned away",
            .meaning = "The head was turned to the side or up, against how the candidate usually "
                       "holds it, for long or again and again. People think, stretch and look out "
                       "of the window: this says where the head pointed, not why.",
            .has_threshold = true,
            .threshold_min = 5,
            .threshold_max = 90,
            .defaults = {RULE_OFF(SEVERITY_LOW, 20, 30), RULE_OFF(SEVERITY_LOW, 10, 25),
                         RULE_OFF(SEVERITY_MEDIUM, 6, 20)},
            .wants = RULE_WANTS_HEAD,
            .look = look_away,
            .value = value_turned,
            .shows = shows_most_turned,
            .numbers = numbers_away,
            .tolerated = 6, /* "often" is one span with looks back in it */
            .share_min = 0.35,
        },
    [RULE_FACE_TURNED - RULE_CAMERA_FIRST] =
        {
            .name = "face-turned",
            .title = "Face only partly visible",
            .meaning = "A face was in view, but turned far to the side, hidden in part or cut by "
                       "the edge of the picture, so that little can be said about it.",
            .has_threshold = true,
            .threshold_min = 20,
            .threshold_max = 90,
            .defaults = {RULE_OFF(SEVERITY_LOW, 30, 45), RULE_ON(SEVERITY_LOW, 15, 45),
                         RULE_ON(SEVERITY_LOW, 8, 40)},
            .wants = RULE_WANTS_HEAD,
            .look = look_turned,
            .value = value_yaw,
            .shows = shows_when_settled,
            .numbers = numbers_turned,
            .tolerated = 2,
            .share_min = 0.6,
        },
    [RULE_EYES_CLOSED - RULE_CAMERA_FIRST] =
        {
            .name = "eyes-closed",
            .title = "Eyes closed",
            .meaning = "The eyes were closed, or nearly, for long, with the head held level: "
                       "somebody asleep, resting, or looking far down.",
            .has_threshold = true,
            .threshold_min = 0.3,
            .threshold_max = 0.9,
            .defaults = {RULE_OFF(SEVERITY_LOW, 60, 0.6), RULE_ON(SEVERITY_LOW, 30, 0.6),
                         RULE_ON(SEVERITY_LOW, 15, 0.65)},
            .wants = RULE_WANTS_HEAD | RULE_WANTS_CLARITY,
            .look = look_eyes,
            .value = value_eyes,
            .shows = shows_when_settled,
            .numbers = numbers_eyes,
            .tolerated = 2,
            .share_min = 0.7,
        },
    [RULE_GAZE_AWAY - RULE_CAMERA_FIRST] =
        {
            .name = "gaze-away",
            .title = "Eyes turned away",
            .meaning = "The eyes looked to the side while the head did not, against the usual of "
                       "this candidate. A large or second screen, and thinking, look the same.",
            .has_threshold = true,
            .threshold_min = 0.02,
            .threshold_max = 0.5,
            .defaults = {RULE_OFF(SEVERITY_LOW, 20, 0.08), RULE_OFF(SEVERITY_LOW, 8, 0.08),
                         RULE_OFF(SEVERITY_LOW, 4, 0.06)},
            .wants = RULE_WANTS_HEAD | RULE_WANTS_GAZE,
            .look = look_gaze,
            .value = value_gaze,
            .shows = shows_when_settled,
            .numbers = numbers_gaze,
            .tolerated = 2,
            .share_min = 0.6,
        },
    [RULE_BACKLIT - RULE_CAMERA_FIRST] =
        {
            .name = "backlit",
            .title = "Light from behind",
            .meaning = "The face was in its own shadow before something bright, usually a window: "
                       "who it is and what they do is hard to see. A matter of the room.",
            .has_threshold = true,
            .threshold_min = 0.05,
            .threshold_max = 0.6,
            .defaults = {RULE_ON(SEVERITY_LOW, 60, 0.3), RULE_ON(SEVERITY_LOW, 10, 0.35),
                         RULE_ON(SEVERITY_LOW, 5, 0.35)},
            .wants = RULE_WANTS_CLARITY,
            .look = look_backlit,
            .value = value_face_luma,
            .shows = shows_when_settled,
            .numbers = numbers_backlit,
            .tolerated = 1,
            .share_min = 0.7,
        },
    [RULE_OVEREXPOSED - RULE_CAMERA_FIRST] =
        {
            .name = "overexposed",
            .title = "Too bright to see",
            .meaning = "The face, or most of the picture, was nothing but white. Usually a lamp or "
                       "the sun shining into the camera or on the face.",
            .has_threshold = true,
            .threshold_min = 0.05,
            .threshold_max = 1,
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0.3), RULE_ON(SEVERITY_LOW, 3, 0.25),
                         RULE_ON(SEVERITY_LOW, 3, 0.2)},
            .wants = RULE_WANTS_CLARITY,
            .look = look_overexposed,
            .value = value_white,
            .shows = shows_when_settled,
            .numbers = numbers_overexposed,
            .tolerated = 1,
            .share_min = 0.7,
        },
    [RULE_BLURRED - RULE_CAMERA_FIRST] =
        {
            .name = "blurred",
            .title = "Picture out of focus",
            .meaning = "No edge in the picture was sharp: a lens that is dirty or does not find "
                       "its focus, or something half transparent before it.",
            .has_threshold = true,
            .threshold_min = 0.1,
            .threshold_max = 0.5,
            .defaults = {RULE_ON(SEVERITY_LOW, 60, 0.22), RULE_ON(SEVERITY_LOW, 8, 0.24),
                         RULE_ON(SEVERITY_LOW, 5, 0.24)},
            .wants = RULE_WANTS_CLARITY,
            .look = look_blurred,
            .value = value_sharpness,
            .shows = shows_when_settled,
            .numbers = numbers_blurred,
            .tolerated = 1,
            .share_min = 0.7,
        },
    [RULE_CAMERA_LOOPED - RULE_CAMERA_FIRST] =
        {
            .name = "camera-looped",
            .title = "Recording played in a loop",
            .meaning = "The same stretch of pictures came again and again, exactly: a recording "
                       "that is played instead of the camera.",
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0), RULE_ON(SEVERITY_HIGH, 8, 0),
                         RULE_ON(SEVERITY_HIGH, 8, 0)},
            .wants = RULE_WANTS_LOOP,
            .look = look_looped,
            .value = value_period,
            .shows = shows_equally,
            .numbers = numbers_looped,
            .tolerated = 4,
            .share_min = 0.5,
            .since_us = since_loop,
        },
    [RULE_CAMERA_STILL - RULE_CAMERA_FIRST] =
        {
            .name = "camera-still",
            .title = "Still picture instead of a face",
            .meaning =
                "The face moved only as a flat picture does: no blink, no turning eye, no change "
                "of the lips. A photograph or a telephone held into the camera, or a virtual "
                "camera, does that; somebody who stares without stirring may for a while.",
            .has_threshold = true,
            .threshold_min = 0.05,
            .threshold_max = 1,
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0.3), RULE_ON(SEVERITY_MEDIUM, 8, 0.3),
                         RULE_ON(SEVERITY_HIGH, 8, 0.3)},
            .wants = RULE_WANTS_STILL,
            .look = look_still,
            .value = value_moved,
            .shows = shows_equally,
            .numbers = numbers_still,
            .tolerated = 1,
            .share_min = 0.7,
            .since_us = since_still,
        },
    [RULE_CAMERA_DRAWN - RULE_CAMERA_FIRST] =
        {
            .name = "camera-drawn",
            .title = "Drawn picture, not a camera's",
            .meaning = "Nobody was in view, and the picture was one that is drawn, not seen: the "
                       "card or logo of a virtual camera, colour bars, a shared window. The "
                       "privacy switch of some cameras shows such a card, too.",
            .has_threshold = true,
            .threshold_min = 0.1,
            .threshold_max = 1,
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0.3), RULE_ON(SEVERITY_MEDIUM, 4, 0.3),
                         RULE_ON(SEVERITY_HIGH, 2, 0.3)},
            .wants = RULE_WANTS_DRAWN,
            .look = look_drawn,
            .value = value_drawn,
            .shows = shows_equally,
            .numbers = numbers_drawn,
            .tolerated = 1,
            .share_min = 0.7,
        },
};
