/* One odd look decides nothing: a mismatch is the median of at least three looks. One look that is
 * surely the same person ends it at once, for a stranger hardly ever has one (0.05 % of 8136).
 *
 * A look is a mismatch only if each face in view that could be the candidate's was good enough to
 * be judged and none of them is the person: somebody else beside the candidate is not a change of
 * person, and a face that is hidden, turned or too dark says nothing.
 *
 * Cost, at 11 ms a look: 8 s of CPU an hour while all is well, up to 40 with somebody who never
 * keeps still, 20 while it stays unsure. What cannot be seen: a change to somebody whose likeness
 * is over the threshold (3 % of strangers in two pictures, more among relatives), one before the
 * first three good looks, and one that is over before three looks could be taken (1.5 s). */
#include "identity/watch.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES_MAX 5
#define SAMPLES_MIN 3 /* behind a mismatch */
#define CANDIDATES_MAX 3
/* Smaller than this part of the largest one's width, a face is somebody in the background. */
#define CANDIDATE_MIN 0.5f
#define BEAT_US (5 * SECOND_US)
#define JUMP_US (1 * SECOND_US)   /* not more often, in one who moves a lot */
#define SLOW_US (1 * SECOND_US)   /* when it was not sure for SLOW_AFTER looks */
#define SLOWER_US (2 * SECOND_US) /* when for SLOWER_AFTER */
#define SLOW_AFTER 12
#define SLOWER_AFTER 60
#define HOLD_US (10 * SECOND_US) /* an answer stands so long without a new look */
#define GONE_US (3 * DETECT_INTERVAL_US)

/* A jump of the face, or of the whole picture. A talking head overlaps its place of half a second
 * before by 0.8 to 1, and moves the picture as it did in the seconds before. The place is that of
 * the mesh: the detector's box and one that was followed for two seconds may lie a quarter of a
 * face apart. */
#define OVERLAP_MIN 0.6f
#define MOTION_JUMP 0.04f
#define MOTION_FACTOR 4

/* The first looks make the reference; what is surely the same face later makes it better. */
#define REFERENCE_MIN 3
#define REFERENCE_MAX 12
#define REFERENCE_ALIKE 0.70f

struct comparison {
    struct template reference;
    float different; /* under it a median is a mismatch */
    enum identity_state state;
    float samples[SAMPLES_MAX]; /* the newest last; one sure match, or all since then */
    size_t len;
    int64_t below_us; /* when the samples under `different` without a break began */
    bool below;
};

struct box {
    float left, top, right, bottom; /* pixels */
};

struct identity_watch {
    struct face_reader *reader; /* owned */
    struct comparison enrolled, earlier;
    struct face_embedding best; /* of the last look: the face most like the person */
    enum face_fault fault;      /* of the last look; what it could not be judged for */

    bool sure;         /* the last try gave the answer that all is well */
    uint32_t unsure;   /* tries since then */
    int64_t tried_us;  /* the last try */
    int64_t judged_us; /* the last one that gave an answer */

    bool seen; /* there was a face, at: */
    int64_t seen_us;
    struct box place;
    float motion; /* of the seconds before, smoothed; -1 at the beginning */
    bool jumped;  /* and nobody has looked since */
};

bool identity_watch_create(const char *models_folder, struct identity_watch **ret,
                           struct error *err)
{
    CLEANUP(identity_watch_destroyp) struct identity_watch *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    if (!face_reader_create(models_folder, &w->reader, err))
        return false;
    template_init(&w->enrolled.reference, w->reader);
    template_init(&w->earlier.reference, w->reader);
    w->enrolled.different = IDENTITY_DIFFERENT;
    w->earlier.different = IDENTITY_STREAM_DIFFERENT;
    w->motion = -1;
    w->tried_us = w->judged_us = INT64_MIN / 2;
    *ret = TAKE(w);
    return true;
}

void identity_watch_destroy(struct identity_watch *w)
{
    if (!w)
        return;
    face_reader_destroy(w->reader);
    explicit_bzero(w, sizeof *w); /* faces */
    free(w);
}

void identity_watch_destroyp(struct identity_watch **w) { identity_watch_destroy(*w); }

struct face_reader *identity_watch_reader(struct identity_watch *w) { return w->reader; }

void identity_watch_enrol(struct identity_watch *w, const struct template *t)
{
    w->enrolled.reference = *t;
}

/* ---- one comparison ---- */

static void forget(struct comparison *c)
{
    c->len = 0;
    c->below = false;
    c->state = IDENTITY_NONE;
}

static void add_sample(struct comparison *c, int64_t time_us, float sample)
{
    if (sample >= IDENTITY_SAME_MIN || c->state == IDENTITY_MATCH)
        c->len = 0;
    if (c->len == SAMPLES_MAX)
        memmove(c->samples, c->samples + 1, --c->len * sizeof *c->samples);
    c->samples[c->len++] = sample;
    if (sample < c->different && !c->below)
        c->below_us = time_us;
    c->below = sample < c->different;

    float median = template_median(c->samples, c->len);
    c->state = sample >= IDENTITY_SAME_MIN                                  ? IDENTITY_MATCH
               : c->len >= SAMPLES_MIN && median < c->different && c->below ? IDENTITY_MISMATCH
                                                                            : IDENTITY_UNSURE;
}

static struct detect_likeness tell(const struct comparison *c, int64_t time_us)
{
    struct detect_likeness l = {.state = (int32_t)c->state};
    if (c->state == IDENTITY_NONE || c->state == IDENTITY_UNCHECKED || c->len == 0)
        return l;
    l.samples = (int32_t)c->len;
    l.similarity = template_median(c->samples, c->len);
    if (c->state == IDENTITY_MISMATCH)
        l.since_s = fminf((float)(time_us - c->below_us) / (float)SECOND_US, IDENTITY_SINCE_MAX_S);
    return l;
}

/* ---- when to look ---- */

static struct box box_of(const struct detect_landmark mesh[DETECT_LANDMARKS])
{
    struct box b = {mesh[0].x, mesh[0].y, mesh[0].x, mesh[0].y};
    for (int i = 1; i < DETECT_LANDMARKS; i++)
        b = (struct box){
            .left = fminf(b.left, mesh[i].x),
            .top = fminf(b.top, mesh[i].y),
            .right = fmaxf(b.right, mesh[i].x),
            .bottom = fmaxf(b.bottom, mesh[i].y),
        };
    return b;
}

static float area(const struct box *b) { return (b->right - b->left) * (b->bottom - b->top); }

static float overlap(const struct box *a, const struct box *b)
{
    const struct box both = {
        .left = fmaxf(a->left, b->left),
        .top = fmaxf(a->top, b->top),
        .right = fminf(a->right, b->right),
        .bottom = fminf(a->bottom, b->bottom),
    };
    if (both.right <= both.left || both.bottom <= both.top)
        return 0;
    return area(&both) / (area(a) + area(b) - area(&both));
}

/* Did something happen after which another may sit there? Keeps what it compares with. */
static bool has_jumped(struct identity_watch *w, const struct detect *d,
                       const struct observation *o)
{
    struct box place = box_of(detect_landmarks(d, 0));
    bool jumped =
        !w->seen || o->time_us - w->seen_us > GONE_US || overlap(&w->place, &place) < OVERLAP_MIN ||
        (o->motion > MOTION_JUMP && w->motion >= 0 && o->motion > MOTION_FACTOR * w->motion);
    w->seen = true;
    w->seen_us = o->time_us;
    w->place = place;
    return jumped;
}

static void smooth_motion(struct identity_watch *w, const struct observation *o)
{
    if (o->motion >= 0)
        w->motion = w->motion < 0 ? o->motion : w->motion + (o->motion - w->motion) / 4;
}

static bool has_learnt(const struct comparison *earlier)
{
    return earlier->reference.pictures >= REFERENCE_MIN;
}

static bool all_match(const struct identity_watch *w)
{
    return (!w->enrolled.reference.pictures || w->enrolled.state == IDENTITY_MATCH) &&
           has_learnt(&w->earlier) && w->earlier.state == IDENTITY_MATCH;
}

static bool is_due(struct identity_watch *w, const struct detect *d, const struct observation *o)
{
    w->jumped = has_jumped(w, d, o) || w->jumped;
    int64_t wait_us = w->sure                    ? BEAT_US
                      : w->unsure > SLOWER_AFTER ? SLOWER_US
                      : w->unsure > SLOW_AFTER   ? SLOW_US
                                                 : 0;
    if (w->jumped)
        wait_us = MIN(wait_us, JUMP_US);
    return o->time_us - w->tried_us >= wait_us;
}

/* ---- looking ---- */

static bool is_candidate(const struct observation *o, int i)
{
    return i < o->faces_len && o->faces[i].width >= CANDIDATE_MIN * o->faces[0].width;
}

/* The face that is most like the person, in w->best. Not *ret_judged when there is no answer;
 * w->fault says why, if it is for want of a good picture. */
static bool find_person(struct identity_watch *w, const struct detect *d, const struct frame *f,
                        const struct observation *o, bool *ret_judged, struct error *err)
{
    const struct comparison *by = w->enrolled.reference.pictures ? &w->enrolled : &w->earlier;
    bool crowd = is_candidate(o, CANDIDATES_MAX) ||
                 (by == &w->earlier && !has_learnt(by) && is_candidate(o, 1));
    float best = -2;
    w->fault = FACE_FAULT_NONE;
    *ret_judged = false;
    if (crowd && by->reference.pictures == 0)
        return true; /* who of them is the candidate? */
    for (int i = 0; i < CANDIDATES_MAX && is_candidate(o, i) && best < IDENTITY_SAME_MIN; i++) {
        struct face_quality q =
            face_measure(w->reader, f, detect_landmarks(d, i), o->faces[i].mesh_score);
        if (q.fault != FACE_FAULT_NONE) {
            w->fault = w->fault == FACE_FAULT_NONE ? q.fault : w->fault;
            continue;
        }
        struct face_embedding e;
        if (!face_embed(w->reader, &e, err))
            return false;
        float similarity = template_similarity(&by->reference, &e);
        if (similarity > best) {
            best = similarity;
            w->best = e;
        }
    }
    if (best >= IDENTITY_SAME_MIN)
        w->fault = FACE_FAULT_NONE;
    *ret_judged = best >= IDENTITY_SAME_MIN || (best > -2 && w->fault == FACE_FAULT_NONE && !crowd);
    return true;
}

static void compare(struct identity_watch *w, int64_t time_us, bool alone)
{
    struct comparison *own = &w->earlier, *enrolled = &w->enrolled;
    float likeness = template_similarity(&own->reference, &w->best);
    if (enrolled->reference.pictures)
        add_sample(enrolled, time_us, template_similarity(&enrolled->reference, &w->best));
    if (!has_learnt(own)) {
        if (!alone)
            return;
        if (own->reference.pictures && likeness < IDENTITY_SAME_MIN)
            template_init(&own->reference, w->reader); /* they disagree: begin anew */
        template_add(&own->reference, &w->best);
        if (!has_learnt(own))
            return;
        likeness = template_similarity(&own->reference, &w->best);
    } else if (likeness >= REFERENCE_ALIKE && own->reference.pictures < REFERENCE_MAX) {
        template_add(&own->reference, &w->best);
    }
    add_sample(own, time_us, likeness);
}

/* A try without an answer: a match is believed for a while, anything else at once no longer. */
static void expire(struct comparison *c, bool old)
{
    if (old)
        forget(c);
    if (old || c->state != IDENTITY_MATCH) {
        c->below = false;
        c->state = c->reference.pictures ? IDENTITY_UNCHECKED : IDENTITY_NONE;
    }
}

static bool look(struct identity_watch *w, const struct detect *d, const struct frame *f,
                 const struct observation *o, struct error *err)
{
    bool judged;
    if (!find_person(w, d, f, o, &judged, err))
        return false;
    w->tried_us = o->time_us;
    w->jumped = false;
    if (judged) {
        w->judged_us = o->time_us;
        compare(w, o->time_us, !is_candidate(o, 1));
    } else {
        bool old = o->time_us - w->judged_us > HOLD_US;
        expire(&w->enrolled, old);
        expire(&w->earlier, old);
    }
    w->sure = judged && all_match(w);
    w->unsure = w->sure ? 0 : w->unsure + 1;
    return true;
}

bool identity_watch_look(struct identity_watch *w, const struct detect *d, const struct frame *f,
                         struct observation *o, struct error *err)
{
    int64_t now = o->time_us;
    if (o->faces_len <= 0) {
        if (w->seen && now - w->seen_us >= GONE_US) {
            forget(&w->enrolled);
            forget(&w->earlier);
            w->seen = w->sure = false;
            w->unsure = 0;
        }
    } else if (is_due(w, d, o) && !look(w, d, f, o, err)) {
        return false;
    }
    smooth_motion(w, o);
    if (o->faces_len > 0)
        o->identity = (struct detect_identity){
            .enrolled = tell(&w->enrolled, now),
            .earlier = tell(&w->earlier, now),
            .fault = (int32_t)w->fault,
        };
    return true;
}
