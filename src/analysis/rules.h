/* From observations to flags, with hysteresis and minimal durations. Pure: the same observations
 * and policy give the same flags, live or in one go. */
#pragma once
#include "analysis/policy.h"
#include "detect/detect.h"
#include "detect/sound.h"

struct flag {
    enum rule rule;
    enum severity severity;
    int64_t from_us, to_us; /* of media time; to_us grows while the flag is open */
    bool open;              /* still going on at the last observation */
    double confidence;      /* 0..1: part of the samples in the span that show it */
    uint32_t samples, hits; /* in the span */
    char numbers[200];      /* in words: "2 faces in 14 of 16 samples" */
    int64_t best_us;        /* the look that shows it best: its thumbnail is the evidence; of what
                                      is heard, a look then, or its first sound when there is none */
};

/* What the detectors must look for, so that the rules of this policy can be judged: in the
 * recording of a camera, or of a screen. *ret borrows from the policy. */
void rules_ask(const struct policy *policy, bool screen, struct detect_options *ret);

/* Does any rule need what is heard? */
bool rules_listen(const struct policy *policy);

struct rules;
MUST_USE bool rules_create(const struct policy *policy, struct rules **ret, struct error *err);
/* Feeds one observation, times rising. `raised` is called for each flag that is new, has grown or
 * has ended; `index` counts flags of this stream from 0 in order of first being raised. */
typedef void rules_raised(void *context, uint32_t index, const struct flag *flag);
MUST_USE bool rules_feed(struct rules *r, const struct observation *o, rules_raised *raised,
                         void *context, struct error *err);
/* Feeds half a second of sound, times rising, apart from those of looks. Which comes first decides
 * nothing but which look is the picture of what was heard. */
MUST_USE bool rules_hear(struct rules *r, const struct sound_observation *o, rules_raised *raised,
                         void *context, struct error *err);
/* The end of the stream: open flags end at `end_us`. */
MUST_USE bool rules_end(struct rules *r, int64_t end_us, rules_raised *raised, void *context,
                        struct error *err);
/* Would a picture of this observation be of use to any rule? Then the decoder sends a thumbnail. */
bool rules_wants_picture(const struct rules *r, const struct observation *o);
/* Is the look of this time the best one of a span that is going on, so its picture may be needed?
 */
bool rules_keeps_picture(const struct rules *r, int64_t time_us);
void rules_destroy(struct rules *r);
void rules_destroyp(struct rules **r);
