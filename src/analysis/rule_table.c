/* One row a rule: what it is called, when a look shows it, and the limits of the built-in policies.
 * docs/policy.md tells the measurements behind the numbers here. */
#include "analysis/rule_table.h"
#include "analysis/report.h"

#include <stdio.h>

const char *const policy_builtin_names[POLICIES_LEN] = {
    [POLICY_OPEN] = "open",
    [POLICY_STANDARD] = "standard",
    [POLICY_STRICT] = "strict",
};

/* Facts about the detectors, not about an exam: no policy changes them (docs/policy.md has the
 * measurements). Darker than this on the average, small faces that are there are no longer found,
 * so "no face" says nothing. */
#define LUMA_FACES_MIN 0.10F
/* Darker than this a person's movements begin to drown in the noise. */
#define LUMA_MOTION_MIN 0.15F
/* About one grey level of 219: what noise and compression leave of a picture of nothing. */
#define EVEN_FLOOR 0.004
/* The least of a picture with a face in usual light is six times this. */
#define EVEN_DETAIL_MAX 0.003F
/* Light that comes through a finger; warm indoor light reaches 0.136, but with plenty of detail. */
#define FINGER_REDNESS_MIN 0.12F

/* One even surface fills the picture: there is no detail in it, and either its brightness spreads
 * over no more than the policy's part of its mean, or it glows red. */
static bool is_covered(const struct policy *p, const struct observation *o)
{
    double spread = EVEN_FLOOR + p->rules[RULE_CAMERA_COVERED].threshold * o->luma_mean;
    return o->faces_len <= 0 && o->detail < EVEN_DETAIL_MAX &&
           (o->luma_deviation <= spread || o->redness >= FINGER_REDNESS_MIN);
}

static bool could_see_faces(const struct policy *p, const struct observation *o)
{
    return o->faces_len >= 0 && o->luma_mean >= LUMA_FACES_MIN && !is_covered(p, o);
}

static enum look hit_if(bool hit) { return hit ? LOOK_HIT : LOOK_MISS; }

static enum look look_no_face(const struct policy *p, const struct observation *o)
{
    if (o->faces_len > 0)
        return LOOK_MISS; /* somebody found in the dark is somebody all the same */
    return could_see_faces(p, o) ? LOOK_HIT : LOOK_UNKNOWN;
}

static enum look look_several_faces(const struct policy *p, const struct observation *o)
{
    if (o->faces_len >= p->rules[RULE_SEVERAL_FACES].threshold)
        return LOOK_HIT;
    return could_see_faces(p, o) ? LOOK_MISS : LOOK_UNKNOWN;
}

static enum look look_too_dark(const struct policy *p, const struct observation *o)
{
    if (policy_judges(p, RULE_CAMERA_COVERED) && is_covered(p, o))
        return LOOK_UNKNOWN; /* one flag for one thing: a covered lens is dark, too */
    /* Somebody lit by the screen alone is found at half of the light; then only the room is dark.
     */
    double threshold = p->rules[RULE_TOO_DARK].threshold;
    return hit_if(o->luma_mean < (o->faces_len > 0 ? threshold / 2 : threshold));
}

static enum look look_covered(const struct policy *p, const struct observation *o)
{
    return hit_if(is_covered(p, o));
}

/* Only the time without pictures is a hit (gap_is_hit). */
static enum look look_lost(const struct policy *p, const struct observation *o)
{
    (void)p;
    (void)o;
    return LOOK_MISS;
}

/* A living person in enough light always stirs somewhere; a room without anybody may stand still.
 */
static enum look look_frozen(const struct policy *p, const struct observation *o)
{
    if (o->motion_peak < 0)
        return LOOK_UNKNOWN;
    if (o->motion_peak > p->rules[RULE_CAMERA_FROZEN].threshold)
        return LOOK_MISS;
    return o->faces_len > 0 && o->luma_mean >= LUMA_MOTION_MIN ? LOOK_HIT : LOOK_UNKNOWN;
}

static double value_faces(const struct observation *o) { return o->faces_len; }

static double value_luma(const struct observation *o) { return o->luma_mean; }

static double value_deviation(const struct observation *o) { return o->luma_deviation; }

static double value_motion(const struct observation *o)
{
    return o->motion_peak < 0 ? 0 : o->motion_peak;
}

/* Somebody leaving is still half in the picture; two seconds later it shows what the flag says. */
static int shows_when_settled(const struct observation *o, double lasted_s)
{
    (void)o;
    return lasted_s >= 2 ? 1 : 0;
}

static int shows_more_faces(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return o->faces_len;
}

static int shows_equally(const struct observation *o, double lasted_s)
{
    (void)o;
    (void)lasted_s;
    return 0;
}

static void numbers_no_face(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "no face in %u of %u looks, %.1f s", n->hits, n->samples, n->seconds);
}

static void numbers_several_faces(const struct rule_numbers *n, char *ret, size_t size)
{
    if (n->value_min < n->value_max)
        snprintf(ret, size, "%.0f to %.0f faces in %u of %u looks, %.1f s", n->value_min,
                 n->value_max, n->hits, n->samples, n->seconds);
    else
        snprintf(ret, size, "%.0f faces in %u of %u looks, %.1f s", n->value_max, n->hits,
                 n->samples, n->seconds);
}

static void numbers_too_dark(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "mean brightness %.1f %% of white in %u of %u looks, %.1f s",
             100 * n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_covered(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "one even surface (brightness spreads by %.1f %%) in %u of %u looks, %.1f s",
             100 * n->value_mean, n->hits, n->samples, n->seconds);
}

static void numbers_frozen(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "picture stood still (no part of it changed by more than %.1f %%) in %u of %u looks, "
             "%.1f s",
             100 * n->value_max, n->hits, n->samples, n->seconds);
}

void rule_numbers_gap(const char *what, const struct rule_numbers *n, char *ret, size_t size)
{
    char from[REPORT_TIME_MAX], to[REPORT_TIME_MAX];
    report_time(n->from_us, from);
    report_time(n->to_us, to);
    snprintf(ret, size, "no picture of the %s from %s to %s of the recording, %.1f s", what, from,
             to, n->seconds);
}

static void numbers_lost(const struct rule_numbers *n, char *ret, size_t size)
{
    rule_numbers_gap("camera", n, ret, size);
}

#define ON(severity, min_s, threshold)                                                             \
    {                                                                                              \
        true, (severity), (min_s), (threshold)                                                     \
    }

static const struct rule_row rows[RULE_COUNT] = {
    [RULE_NO_FACE] =
        {
            .name = "no-face",
            .title = "Nobody in view",
            .meaning = "No face was found although the picture was bright enough to find one. The "
                       "candidate may have left, turned away, or leaned out of the picture.",
            .defaults = {ON(SEVERITY_LOW, 15, 0), ON(SEVERITY_MEDIUM, 4, 0),
                         ON(SEVERITY_HIGH, 2, 0)},
            .look = look_no_face,
            .value = value_faces,
            .shows = shows_when_settled,
            .numbers = numbers_no_face,
            .tolerated = 1, /* a face confirmed twice in a row is a face */
            .share_min = 0.7,
        },
    [RULE_SEVERAL_FACES] =
        {
            .name = "several-faces",
            .title = "More than one person in view",
            .meaning =
                "More than one face was found at the same time. It may be somebody else in the "
                "room, but also a picture on the wall or a mirror.",
            .has_threshold = true,
            .threshold_min = 2,
            .threshold_max = DETECT_FACES_MAX,
            .defaults = {ON(SEVERITY_LOW, 5, 2), ON(SEVERITY_HIGH, 1.5, 2),
                         ON(SEVERITY_HIGH, 1, 2)},
            .look = look_several_faces,
            .value = value_faces,
            .shows = shows_more_faces,
            .numbers = numbers_several_faces,
            .tolerated =
                2, /* the second face is often half turned away and found every other look */
            .share_min = 0.5,
        },
    [RULE_TOO_DARK] =
        {
            .name = "too-dark",
            .title = "Too dark to see",
            .meaning = "The picture was so dark that faces cannot be found in it with certainty. "
                       "Usually a lamp that was switched off, or a screen as the only light.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = 0.5,
            .defaults = {ON(SEVERITY_LOW, 15, 0.07), ON(SEVERITY_MEDIUM, 5, 0.10),
                         ON(SEVERITY_MEDIUM, 3, 0.12)},
            .look = look_too_dark,
            .value = value_luma,
            .shows = shows_when_settled,
            .numbers = numbers_too_dark,
            .tolerated = 1, /* the automatic exposure swings once after the light changed */
            .share_min = 0.7,
        },
    [RULE_CAMERA_COVERED] =
        {
            .name = "camera-covered",
            .title = "Camera covered",
            .meaning =
                "One even surface filled the whole picture, as when a finger, a sticker or the "
                "lid is before the lens. A completely dark room, or a bare "
                "wall without anybody, can look the same.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = 0.5,
            .defaults = {ON(SEVERITY_LOW, 10, 0.15), ON(SEVERITY_HIGH, 3, 0.15),
                         ON(SEVERITY_HIGH, 1.5, 0.15)},
            .look = look_covered,
            .value = value_deviation,
            .shows = shows_when_settled,
            .numbers = numbers_covered,
            .tolerated = 1,
            .share_min = 0.7,
        },
    [RULE_CAMERA_FROZEN] =
        {
            .name = "camera-frozen",
            .title = "Picture stands still",
            .meaning =
                "Time went on but the picture of the candidate did not change. A stalled camera or "
                "browser does that, and so does a still image shown instead of the camera.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = 0.1,
            .defaults = {ON(SEVERITY_LOW, 20, 0.006), ON(SEVERITY_MEDIUM, 6, 0.006),
                         ON(SEVERITY_HIGH, 4, 0.006)},
            .look = look_frozen,
            .value = value_motion,
            .shows = shows_equally,
            .numbers = numbers_frozen,
            .tolerated = 1, /* a key frame encodes the same picture anew and touches every block */
            .share_min = 0.7,
            .since_before = true,
        },
    [RULE_CAMERA_LOST] =
        {
            .name = "camera-lost",
            .title = "No picture of the camera",
            .meaning = "For a while no picture of the camera was recorded, so nothing can be said "
                       "about that time. The camera was unplugged or taken by another program, the "
                       "page was closed, or the computer slept.",
            .defaults = {ON(SEVERITY_LOW, 20, 0), ON(SEVERITY_MEDIUM, 6, 0),
                         ON(SEVERITY_HIGH, 4, 0)},
            .look = look_lost,
            .value = value_motion,
            .shows = shows_equally,
            .numbers = numbers_lost,
            .tolerated = 0,
            .share_min = 0.5,
            .since_before = true,
            .gap_is_hit = true,
        },
};

const struct rule_row *rule_row(enum rule rule)
{
    if (rule >= RULE_LOOKING_AWAY && rule <= RULE_CAMERA_DRAWN)
        return &rule_camera[rule - RULE_CAMERA_FIRST];
    if (rule >= RULE_PHONE && rule <= RULE_SEVERAL_PEOPLE)
        return &rule_objects[rule - RULE_PHONE];
    if (rule >= RULE_SCREEN_BLACK && rule <= RULE_SCREEN_FORBIDDEN)
        return &rule_screen[rule - RULE_SCREEN_FIRST];
    if (rule >= RULE_SOUND_SPEECH && rule <= RULE_MICROPHONE_MUTED)
        return &rule_sounds[rule - RULE_SOUND_SPEECH];
    if (rule >= RULE_PROGRAM_FORBIDDEN && rule <= RULE_PLUGIN_LOST)
        return &rule_events[rule - RULE_EVENTS_FIRST];
    if (rule == RULE_IDENTITY_MISMATCH || rule == RULE_PERSON_CHANGED)
        return &rule_identity[rule - RULE_IDENTITY_FIRST];
    return &rows[rule];
}
