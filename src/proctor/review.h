/* What people said of a session: an outcome for the whole, an answer for each incident, notes. It
 * is kept apart from what the analysis found, and each word is a record of the session's evidence.
 * An outcome can be changed; the history stays. Where the policy asks for it, a decision counts
 * only once a second person has decided who does not know the first one's words (proctor/second.h).
 *
 * Whoever shows words of reviewers asks review_seen() what this user may see of them.
 *
 * Only this module touches the tables `review_outcome`, `review_answer` and `review_standing`. */
#pragma once
#include "analysis/policy.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/json.h"
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

enum review_state {
    REVIEW_STATE_NONE = 0,
    REVIEW_OPEN,    /* nobody has decided */
    REVIEW_WAITING, /* one has; a second is to look */
    REVIEW_DIFFERS, /* two have decided differently */
    REVIEW_SETTLED, /* the outcome counts */
};
const char *review_state_name(enum review_state state); /* "open"; static */

enum review_may {
    REVIEW_MAY_NONE = 0,
    REVIEW_MAY_DECIDE,  /* make, change or take back a decision of one's own */
    REVIEW_MAY_SETTLE,  /* decide between two others, with a reason */
    REVIEW_MAY_NOTHING, /* it is others' */
};
const char *review_may_name(enum review_may may); /* "decide", "settle", "nothing"; static */

struct review_person {
    int64_t user_ref;
    struct str name; /* as others shall read it */
};

struct review_entry { /* one decision; those before it were changed by it */
    int64_t id, user_ref, time_us;
    enum review_outcome outcome;
    struct str name, note;
    bool settles, overrules; /* between two others; answering an appeal */
};
struct review_answer_row {
    int64_t flag_id, user_ref, time_us;
    enum review_answer answer;
    struct str name, note;
};

/* ERROR_CONFLICT before the recording of the session has ended, and where second.h says that this
 * person cannot say this now. `settles`: they know that two others differ; the note is the reason,
 * and must not be empty. */
MUST_USE bool review_decide(struct proctor *p, struct str session_id,
                            const struct review_person *by, enum review_outcome outcome,
                            bool settles, struct str note, struct error *err);
/* `flag_id` is the first flag of an incident of this session, else ERROR_NOT_FOUND. A later answer
 * of the same person takes the place of the earlier one. */
MUST_USE bool review_say(struct proctor *p, struct str session_id, const struct review_person *by,
                         int64_t flag_id, enum review_answer answer, struct str note,
                         struct error *err);
/* A remark to the session as a whole, which is a record of its evidence and nothing else. */
MUST_USE bool review_note(struct proctor *p, struct str session_id, const struct review_person *by,
                          struct str note, struct error *err);

/* What a user may see of what reviewers said: while the session waits for a second person (or may
 * come to), only what they said themselves, whatever their role; afterwards all. `viewer` is a
 * user: 0, who is nobody, sees only what everybody may. */
struct review_seen {
    enum review_second asked; /* by the policy of the session */
    enum review_state state;
    enum review_outcome outcome; /* that counts: REVIEW_NONE unless it is settled */
    enum review_outcome own;     /* the viewer's own as it stands */
    enum review_may may;         /* what the viewer may say now */
    bool blind;                  /* words of others are left out */
    int64_t viewer;
    struct review_entry *decisions; /* the newest first */
    size_t decisions_len;
    struct review_answer_row *answers;
    size_t answers_len;
};
/* Lists in the arena. */
MUST_USE bool review_seen(struct proctor *p, struct str session_id, int64_t viewer,
                          struct arena *arena, struct review_seen *ret, struct error *err);
/* May the viewer see what this user said (a note, say)? */
bool review_seen_word(const struct review_seen *seen, int64_t author_ref);
/* The same of a record of the evidence (proctor/event.h): decisions, answers, notes and looks at
 * the recording are there, too. Other kinds: true. */
bool review_seen_event(const struct review_seen *seen, struct str kind, const json_t *detail);

/* Where it stands, for lists; who has decided, 0: nobody. */
struct review_standing {
    enum review_state state;
    enum review_outcome outcome;
    int64_t first_ref, second_ref;
};
MUST_USE bool review_standing_in(struct db *db, struct str session_id, struct review_standing *ret,
                                 struct error *err);
/* The one that counts now: REVIEW_NONE until it is settled. */
MUST_USE bool review_outcome_in(struct db *db, struct str session_id, enum review_outcome *ret,
                                struct error *err);

/* Of all sessions of an exam, by rule: what people said of incidents that begin with a flag of it,
 * as far as the viewer may see it. */
struct review_tally {
    struct str rule;
    int64_t breaks, breaks_not, cannot_tell;
};
MUST_USE bool review_tally(struct proctor *p, int64_t viewer, struct str exam_id,
                           struct arena *arena, struct review_tally **ret, size_t *ret_len,
                           struct error *err);

/* For appeals (proctor/appeal.h): did this person ever decide on the session, also where they took
 * it back; the names of those whose decision counts; and the outcome of an appeal as the newest
 * decision. */
MUST_USE bool review_has_decided_in(struct db *db, struct str session_id, int64_t user_ref,
                                    bool *ret, struct error *err);
MUST_USE bool review_decided_by_in(struct db *db, struct str session_id, struct arena *arena,
                                   struct str *ret, struct error *err);
MUST_USE bool review_overrule_in(struct db *db, struct str session_id,
                                 const struct review_person *by, enum review_outcome outcome,
                                 struct error *err);
/* Outcomes stay; notes and answers to incidents go. */
MUST_USE bool review_forget_in(struct db *db, struct str session_id, struct error *err);
