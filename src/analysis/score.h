/* How right the analysis is: flags against the truth (truth.h), and the two figures that are made
 * of scores instead of flags. Pure; `proctortrack eval` prints them.
 *
 * Which label asks for which rule is a table in score.c. For a rule, a span of the truth shows it,
 * shows that it is not so, or says nothing. Spans that show it and lie close together are one
 * event. An event is found when a flag of the rule touches it; a flag is right when it touches an
 * event, false when it touches none but time that is known to be free of it, and else of unknown
 * worth. An event shorter than the policy asks for is none. */
#pragma once
#include "analysis/rules.h"
#include "analysis/truth.h"

enum score_stage { SCORE_NONE = 0, SCORE_CAMERA, SCORE_SOUND, SCORE_SCREEN };
const char *score_stage_name(enum score_stage stage); /* "camera" */

/* One row of the table, with what was counted. */
struct score_rule {
    const char *rule;  /* its name, also when no such rule exists yet; static */
    const char *label; /* what in the truth asks for it, for people; static */
    enum score_stage stage;
    enum rule id; /* RULE_NONE: there is no rule for this label */
    bool on;      /* in this policy */
    unsigned events, found, too_short;
    unsigned flags, right, wrong, unknown; /* flags = right + wrong + unknown */
    unsigned starts, ends;                 /* how many times were compared */
    double start_error_s, end_error_s;     /* mean; 0 inside of the change that the truth leaves */
    double start_error_max_s, end_error_max_s;
    double clean_s; /* time that is known to be free of it */
};
double
score_precision(const struct score_rule *r);     /* 0..1; 1 without a flag that could be judged */
double score_recall(const struct score_rule *r); /* 0..1; 1 without events */
double score_f1(const struct score_rule *r);
double score_wrong_per_hour(const struct score_rule *r); /* of clean time; 0 without any */

enum score_note_kind { SCORE_NOTE_NONE = 0, SCORE_MISSED, SCORE_FALSE };
struct score_note {
    enum score_note_kind kind;
    const char *path, *rule; /* borrowed from the truth; static */
    double from_s, to_s;
    char numbers[200]; /* of a false flag */
};

struct score; /* one thread at a time */
MUST_USE bool score_create(const struct policy *policy, struct score **ret, struct error *err);
/* Compares one recording. The path of `file` is borrowed as long as the score lives. With somebody
 * enrolled (truth_session()) only the rules that compare with them are scored, else only the
 * others: the same recording may be there both ways. */
MUST_USE bool score_recording(struct score *s, const struct truth_file *file,
                              const struct flag *flags, size_t len, int64_t duration_us,
                              struct error *err);
size_t score_rules(const struct score *s, const struct score_rule **ret); /* borrowed */
size_t score_notes(const struct score *s, const struct score_note **ret); /* borrowed */
/* Of recordings of a stage, all rules that are on together: hours in which none of them had reason
 * to speak, and flags that were false. */
struct score_clean {
    double hours;
    unsigned wrong;
};
struct score_clean score_clean(const struct score *s, enum score_stage stage);
void score_destroy(struct score *s);
void score_destroyp(struct score **s);

/* The part of pairs (one hit, one other) in which the hit scores higher, ties counting half: the
 * area under the ROC curve. Sorts both; -1 when one is empty. */
double score_auc(double *hits, size_t hits_len, double *others, size_t others_len);
/* Equal error rate: where as many pairs of one person score under the threshold as pairs of two
 * persons reach it. Sorts both; false when one is empty. */
bool score_eer(double *same, size_t same_len, double *other, size_t other_len, double *ret_eer,
               double *ret_threshold);
