/* The table of rules, shared by policy.c (names and defaults) and rules.c (spans); private to this
 * folder. A new rule is one more value in `enum rule` and one more row in rule_table.c. */
#pragma once
#include "analysis/policy.h"
#include "detect/detect.h"
#include "detect/sound.h"

/* What one look says about a rule. Unknown is an answer of its own: a look that could not have seen
 * the thing neither shows it nor refutes it. */
enum look { LOOK_UNKNOWN = 0, LOOK_HIT, LOOK_MISS };

enum { POLICY_OPEN, POLICY_STANDARD, POLICY_STRICT, POLICIES_LEN };

/* A rule's defaults in one of the policies, on or off. */
#define RULE_ON(severity, min_s, threshold)                                                        \
    {                                                                                              \
        true, (severity), (min_s), (threshold)                                                     \
    }
#define RULE_OFF(severity, min_s, threshold)                                                       \
    {                                                                                              \
        false, (severity), (min_s), (threshold)                                                    \
    }

/* What was counted in one span, for the words of its flag. */
struct rule_numbers {
    uint32_t samples, hits;
    double seconds;
    int64_t from_us, to_us;                  /* media time */
    double value_min, value_max, value_mean; /* of rule_row.value over the hits */
    const struct policy *policy;
    const struct detect_screen_word *words; /* of a screen: each that counted, in order of time */
    size_t words_len;
};

/* Detectors that are only run for rules that ask. */
enum rule_wants {
    RULE_WANTS_HEAD = 1,
    RULE_WANTS_GAZE = 2,
    RULE_WANTS_CLARITY = 4,
    RULE_WANTS_LOOP = 8,
    RULE_WANTS_STILL = 16, /* by the rule's threshold */
    RULE_WANTS_DRAWN = 32,
};

struct rule_row {
    const char *name, *title, *meaning;
    bool has_threshold;
    double threshold_min, threshold_max;
    struct policy_rule defaults[POLICIES_LEN];

    uint32_t objects; /* bits 1 << enum object_kind that the object model is to look for */
    unsigned wants;   /* of enum rule_wants: what else the detectors are to measure */

    bool screen; /* it is about the recording of a screen, not about a camera's */
    bool event;  /* it is about what app and plugin report (event_rules.h), not about a recording */

    /* A rule is about what is seen or about what is heard, then with `hear` and `heard` in place of
     * the other three. */
    enum look (*hear)(const struct policy *p, const struct sound_observation *o);
    double (*heard)(const struct sound_observation *o);
    enum look (*look)(const struct policy *p, const struct observation *o);
    double (*value)(const struct observation *o); /* what `numbers` is about */
    /* How well a picture of this hit, `lasted_s` into the span, shows it: more is better. */
    int (*shows)(const struct observation *o, double lasted_s);
    void (*numbers)(const struct rule_numbers *n, char *ret, size_t size);

    uint32_t tolerated; /* looks in a row that are no hits and do not end a span yet */
    double share_min;   /* a span with a smaller part of hits raises nothing */
    bool since_before;  /* a hit compares with the look before, so it began there */
    /* How long before its first hit it began, in microseconds; NULL: not before. */
    int64_t (*since_us)(const struct observation *o);
    bool gap_is_hit; /* a time without any picture is a hit, too */
    bool of_mouth;   /* its numbers end with what the mouth in view did (mouth.h) */
};

/* Rows of their own file: RULE_PHONE to RULE_SEVERAL_PEOPLE. */
enum { RULE_OBJECTS_LEN = RULE_SEVERAL_PEOPLE - RULE_PHONE + 1 };
extern const struct rule_row rule_objects[RULE_OBJECTS_LEN];
/* And RULE_LOOKING_AWAY to RULE_CAMERA_DRAWN. */
enum {
    RULE_CAMERA_FIRST = RULE_LOOKING_AWAY,
    RULE_CAMERA_LEN = RULE_CAMERA_DRAWN - RULE_LOOKING_AWAY + 1
};
extern const struct rule_row rule_camera[RULE_CAMERA_LEN];

/* RULE_SOUND_SPEECH to RULE_MICROPHONE_MUTED. */
enum { RULE_SOUNDS_LEN = RULE_MICROPHONE_MUTED - RULE_SOUND_SPEECH + 1 };
extern const struct rule_row rule_sounds[RULE_SOUNDS_LEN];

/* RULE_IDENTITY_MISMATCH and RULE_PERSON_CHANGED. */
enum { RULE_IDENTITY_FIRST = RULE_IDENTITY_MISMATCH, RULE_IDENTITY_LEN = 2 };
extern const struct rule_row rule_identity[RULE_IDENTITY_LEN];

/* RULE_SCREEN_BLACK to RULE_SCREEN_FORBIDDEN. */
enum {
    RULE_SCREEN_FIRST = RULE_SCREEN_BLACK,
    RULE_SCREEN_LEN = RULE_SCREEN_FORBIDDEN - RULE_SCREEN_BLACK + 1
};
extern const struct rule_row rule_screen[RULE_SCREEN_LEN];
/* RULE_PROGRAM_FORBIDDEN to RULE_PLUGIN_LOST. */
enum {
    RULE_EVENTS_FIRST = RULE_PROGRAM_FORBIDDEN,
    RULE_EVENTS_LEN = RULE_PLUGIN_LOST - RULE_PROGRAM_FORBIDDEN + 1
};
extern const struct rule_row rule_events[RULE_EVENTS_LEN];
/* "no picture of the camera from 12:01.0 to 12:09.5 of the recording, 8.5 s" */
void rule_numbers_gap(const char *what, const struct rule_numbers *n, char *ret, size_t size);
/* Does this policy forbid what the word shows? */
bool rule_screen_counts(const struct policy *p, const struct detect_screen_word *word);

const struct rule_row *rule_row(enum rule rule); /* of RULE_NONE < rule < RULE_COUNT */
extern const char *const policy_builtin_names[POLICIES_LEN];
