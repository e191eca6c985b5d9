/* Rules about who is in view, from the comparisons of identity/watch.h. Those stand until the next
 * one, so a look in which nobody compared anything says what the last one said. */
#include "analysis/rule_table.h"

#include <stdio.h>

#define SAME 0.60     /* as identity/template.h: surely the same person */
#define SAMPLES_MIN 3 /* comparisons behind a hit: one odd look decides nothing */

/* Between `threshold` and what is surely the same person nobody knows, and so it is in a look that
 * could not be judged. */
static enum look look_likeness(const struct detect_likeness *l, double threshold)
{
    if (l->state == IDENTITY_MATCH)
        return LOOK_MISS;
    if ((l->state == IDENTITY_UNSURE || l->state == IDENTITY_MISMATCH) &&
        l->samples >= SAMPLES_MIN && (double)l->similarity < threshold)
        return LOOK_HIT;
    return LOOK_UNKNOWN;
}

static enum look look_mismatch(const struct policy *p, const struct observation *o)
{
    return look_likeness(&o->identity.enrolled, p->rules[RULE_IDENTITY_MISMATCH].threshold);
}

static enum look look_changed(const struct policy *p, const struct observation *o)
{
    return look_likeness(&o->identity.earlier, p->rules[RULE_PERSON_CHANGED].threshold);
}

static double value_enrolled(const struct observation *o)
{
    return (double)o->identity.enrolled.similarity;
}

static double value_earlier(const struct observation *o)
{
    return (double)o->identity.earlier.similarity;
}

/* The first comparison that showed it was some looks before there were enough of them. */
static int64_t since(const struct detect_likeness *l)
{
    return (int64_t)((double)l->since_s * 1e6);
}

static int64_t since_enrolled(const struct observation *o) { return since(&o->identity.enrolled); }

static int64_t since_earlier(const struct observation *o) { return since(&o->identity.earlier); }

/* The face, large: a person is to compare it with the other one. */
static int shows_face(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return o->faces_len > 0 ? (int)(100 * (double)o->faces[0].height) : 0;
}

static void numbers(const char *whom, const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size,
             "likeness to %s %.2f to %.2f in %u of %u looks, %.1f s; the same person has %.2f and "
             "more",
             whom, n->value_min, n->value_max, n->hits, n->samples, n->seconds, SAME);
}

static void numbers_mismatch(const struct rule_numbers *n, char *ret, size_t size)
{
    numbers("the enrolled face", n, ret, size);
}

static void numbers_changed(const struct rule_numbers *n, char *ret, size_t size)
{
    numbers("the face seen first", n, ret, size);
}

const struct rule_row rule_identity[RULE_IDENTITY_LEN] = {
    [RULE_IDENTITY_MISMATCH - RULE_IDENTITY_FIRST] =
        {
            .name = "identity-mismatch",
            .title = "Not the enrolled face",
            .meaning = "The face in view is less like the enrolled pictures than two pictures of "
                       "one person are. An old or poor enrolled picture, a mask or a beard can do "
                       "that: compare the pictures yourself.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = SAME,
            .defaults = {RULE_ON(SEVERITY_LOW, 20, 0.50), RULE_ON(SEVERITY_HIGH, 4, 0.50),
                         RULE_ON(SEVERITY_HIGH, 2, 0.50)},
            .look = look_mismatch,
            .value = value_enrolled,
            .shows = shows_face,
            .numbers = numbers_mismatch,
            .tolerated = 6, /* three seconds of looking down or away */
            .share_min = 0.7,
            .since_us = since_enrolled,
        },
    [RULE_PERSON_CHANGED - RULE_IDENTITY_FIRST] =
        {
            .name = "person-changed",
            .title = "Another person than before",
            .meaning = "The face in view is another than the one at the beginning of this "
                       "recording: somebody else may have taken the place.",
            .has_threshold = true,
            .threshold_min = 0,
            .threshold_max = SAME,
            .defaults = {RULE_ON(SEVERITY_LOW, 20, 0.56), RULE_ON(SEVERITY_HIGH, 3, 0.56),
                         RULE_ON(SEVERITY_HIGH, 2, 0.56)},
            .look = look_changed,
            .value = value_earlier,
            .shows = shows_face,
            .numbers = numbers_changed,
            .tolerated = 6,
            .share_min = 0.7,
            .since_us = since_earlier,
        },
};
