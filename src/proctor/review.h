/* What people said of a session: an outcome for the whole, an answer for each incident, notes. It
 * is kept apart from what the analysis found, and each word is a record of the session's evidence.
 * An outcome can be changed; the history stays. Only this module touches the tables
 * `review_outcome` and `review_answer`. */
#pragma once
#include "base/arena.h"
#include "base/id.h"
#include "proctor/proctor.h"

#define REVIEW_NOTE_MAX 2000 /* bytes */
#define REVIEW_NAME_MAX 128  /* bytes */

enum review_outcome {
    REVIEW_NONE = 0, /* nobody has decided, or the decision was taken back */
    REVIEW_PASSED,
    REVIEW_VIOLATION,
    REVIEW_SUSPICIOUS,
    REVIEW_NOT_ENOUGH, /* not enough evidence */
    REVIEW_OUTCOMES,
};
const char *review_outcome_name(enum review_outcome outcome); /* "none", "passed", ...; static */
bool review_outcome_from_name(struct str name, enum review_outcome *ret);

enum review_answer {
    REVIEW_UNANSWERED = 0, /* or taken back */
    REVIEW_BREAKS,         /* it breaks the rule */
    REVIEW_BREAKS_NOT,
    REVIEW_CANNOT_TELL,
    REVIEW_ANSWERS,
};
const char *review_answer_name(enum review_answer answer); /* "breaks", ...; static */
bool review_answer_from_name(struct str name, enum review_answer *ret);

struct review_person {
    int64_t user_ref;
    struct str name; /* as others shall read it */
};

struct review_entry { /* one decision; those before it were changed by it */
    int64_t id, user_ref, time_us;
    enum review_outcome outcome;
    struct str name, note;
};
struct review_answer_row {
    int64_t flag_id, user_ref, time_us;
    enum review_answer answer;
    struct str name, note;
};

/* ERROR_CONFLICT before the recording of the session has ended. */
MUST_USE bool review_decide(struct proctor *p, struct str session_id,
                            const struct review_person *by, enum review_outcome outcome,
                            struct str note, struct error *err);
/* `flag_id` is the first flag of an incident of this session, else ERROR_NOT_FOUND. A later answer
 * of the same person takes the place of the earlier one. */
MUST_USE bool review_say(struct proctor *p, struct str session_id, const struct review_person *by,
                         int64_t flag_id, enum review_answer answer, struct str note,
                         struct error *err);
/* A remark to the session as a whole, which is a record of its evidence and nothing else. */
MUST_USE bool review_note(struct proctor *p, struct str session_id, const struct review_person *by,
                          struct str note, struct error *err);

/* Decisions, the newest first; in the arena. */
MUST_USE bool review_history(struct proctor *p, struct str session_id, struct arena *arena,
                             struct review_entry **ret, size_t *ret_len, struct error *err);
MUST_USE bool review_answers(struct proctor *p, struct str session_id, struct arena *arena,
                             struct review_answer_row **ret, size_t *ret_len, struct error *err);
/* The one that counts now. */
MUST_USE bool review_outcome_in(struct db *db, struct str session_id, enum review_outcome *ret,
                                struct error *err);

/* Of all sessions of an exam, by rule: what people said of incidents that begin with a flag of it.
 */
struct review_tally {
    struct str rule;
    int64_t breaks, breaks_not, cannot_tell;
};
MUST_USE bool review_tally(struct proctor *p, struct str exam_id, struct arena *arena,
                           struct review_tally **ret, size_t *ret_len, struct error *err);

/* For appeals (proctor/appeal.h): did this person ever decide on the session, also where they took
 * it back; who decided last; and the outcome of an appeal as the newest decision. */
MUST_USE bool review_has_decided_in(struct db *db, struct str session_id, int64_t user_ref,
                                    bool *ret, struct error *err);
MUST_USE bool review_decided_by_in(struct db *db, struct str session_id, struct arena *arena,
                                   struct str *ret, struct error *err);
MUST_USE bool review_overrule_in(struct db *db, struct str session_id,
                                 const struct review_person *by, enum review_outcome outcome,
                                 struct error *err);
/* Outcomes stay; notes and answers to incidents go. */
MUST_USE bool review_forget_in(struct db *db, struct str session_id, struct error *err);
