/* The parts of `proctortrack eval`: what it measures, and how it is shown. */
#pragma once
#include "analysis/score.h"
#include "base/buf.h"
#include "identity/challenge.h"

#include <limits.h>
#include <stdio.h>

#define EVAL_METRICS_MAX 600
#define EVAL_PROBLEMS_MAX 1000

/* One figure by name: "rule.no-face.recall". */
struct eval_metric {
    char name[72];
    double value;
};
/* A file that could not be analysed. */
struct eval_problem {
    const char *path; /* borrowed from the truth */
    char why[ERROR_MESSAGE_MAX];
};
/* What was found on single pictures, kind by kind: things, or pictures that have them. */
struct eval_pictures {
    const char *kind;              /* "faces", "phone" */
    unsigned pictures, right;      /* in how many the count (or that there is one) is as it is */
    unsigned found, wrong, missed; /* things (or pictures) */
};
#define EVAL_PICTURE_KINDS_MAX 8
struct eval_identity {
    unsigned pictures, unusable; /* with a known person; of these, too poor to compare */
    unsigned same, other;        /* pairs */
    double eer, eer_threshold;
    double threshold, false_accept, false_reject; /* of the threshold in force */
};
/* Identity documents, and each against the faces of their holders and of others. */
struct eval_documents {
    unsigned documents;
    unsigned zones, zones_right, zones_wrong; /* with a zone; exact; agreeing, but not exact */
    unsigned honest, honest_approved, honest_rejected;
    unsigned impostors, impostors_approved;
    struct buf table; /* lines for people */
};
/* Face scans (identity/challenge.h) that were played through. */
struct eval_reason {
    char text[CHALLENGE_REASON_MAX];
    unsigned count;
};
struct eval_scans {
    unsigned scans, begun, passed; /* begun: got past the first prompt, to look straight */
    struct eval_reason reasons[8]; /* why they failed */
};
struct eval_liveness {
    struct eval_scans photos, albums, replays, earlier, honest; /* without reasons */
    struct buf table;                                           /* lines for people */
};
struct eval_voice {
    struct buf speech, other; /* scores, as doubles */
    size_t speech_len, other_len;
    double auc; /* -1: could not be measured */
};

struct eval {
    struct truth truth;
    char folder[PATH_MAX]; /* of the truth file; paths are relative to it */
    struct score *score;
    struct eval_pictures pictures[EVAL_PICTURE_KINDS_MAX];
    size_t pictures_len;
    struct buf picture_notes; /* lines for people */
    struct eval_identity identity;
    struct eval_documents documents;
    struct eval_liveness liveness;
    struct eval_voice voice;
    struct eval_metric *metrics; /* owned; EVAL_METRICS_MAX */
    size_t metrics_len;
    struct eval_problem *problems; /* owned; EVAL_PROBLEMS_MAX */
    size_t problems_len;
    size_t recordings, seconds;
};

struct eval_options {
    struct policy policy;
    char models[PATH_MAX];
    size_t threads;
    bool quiet;
};

/* eval_recordings.c: analyses all recordings and scores their flags. */
MUST_USE bool eval_recordings(struct eval *e, const struct eval_options *options,
                              struct error *err);
/* eval_pictures.c: single pictures. */
MUST_USE bool eval_pictures(struct eval *e, const struct eval_options *options, struct error *err);
/* eval_identity.c: who is on them. */
MUST_USE bool eval_identity(struct eval *e, const struct eval_options *options, struct error *err);
/* eval_documents.c: identity documents, read in an examiner and judged for every known face. */
MUST_USE bool eval_documents(struct eval *e, const struct eval_options *options, struct error *err);
/* eval_liveness.c: photographs and recordings held to the camera in a face scan. */
MUST_USE bool eval_liveness(struct eval *e, const struct eval_options *options, struct error *err);

/* eval_voice.c: takes the sound of one recording; then the whole. */
MUST_USE bool eval_hear(struct eval *e, const struct truth_file *file, struct str track,
                        struct error *err);
void eval_voice_done(struct eval *e);

void eval_problem(struct eval *e, const char *path, const char *why);
bool eval_is_picture(const struct truth_file *file);
MUST_USE bool eval_path(const struct eval *e, const struct truth_file *file, char *ret, size_t size,
                        struct error *err);

/* eval_print.c */
void eval_measure(struct eval *e); /* fills the metrics from the rest */
void eval_print(const struct eval *e, FILE *to);
MUST_USE bool eval_json(const struct eval *e, char **ret, struct error *err);
/* Checks the metrics by a file of floors and prints a line for each, then "N passed, N failed, N
 * skipped". *ret_good false when one does not hold. */
MUST_USE bool eval_floors(const struct eval *e, struct str json, FILE *to, bool *ret_good,
                          struct error *err);
