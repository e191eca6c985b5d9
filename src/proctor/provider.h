/* The narrow interface between a portal (or LMS) and the proctoring half. The portal registers an
 * exam, makes a session for an attempt, learns where to send the candidate, when the exam may be
 * shown and tells when it began and ended; later it asks what the review said. */
#pragma once
#include "base/arena.h"
#include "base/id.h"
#include "proctor/proctor.h"

struct provider_exam {
    struct str external_ref; /* the portal's name for the exam; registering it again updates it */
    struct str title;
    bool practice;
    int64_t duration_s;
    struct str launch_path; /* POST here opens it, for the list of tests */
    struct str policy_json; /* analysis/policy.h; empty is "standard" */
};
/* *ret_exam_id has ID_TEXT_SIZE characters. */
MUST_USE bool provider_register_exam(struct proctor *p, const struct provider_exam *exam,
                                     char ret_exam_id[ID_TEXT_SIZE], struct error *err);

/* Which of the portal's instructors and proctors see the exam and its sessions (proctor/staff.h).
 */
struct provider_person {
    int64_t user_ref;
    struct str name;
};
/* `by` with user_ref 0: nobody that signs in, such as the command line. Again is fine. */
MUST_USE bool provider_add_staff(struct proctor *p, struct str exam_id,
                                 const struct provider_person *who,
                                 const struct provider_person *by, struct error *err);
/* Are there exams of a version in which all staff saw all? Then the portal says who they are: each
 * becomes staff of each such exam. */
MUST_USE bool provider_wants_staff(struct proctor *p, bool *ret, struct error *err);
MUST_USE bool provider_adopt_staff(struct proctor *p, const struct provider_person *people,
                                   size_t len, struct error *err);

/* Another policy for the sessions that are made from now on; ERROR_INVALID names the place. */
MUST_USE bool provider_set_policy(struct proctor *p, struct str exam_id, struct str policy_json,
                                  struct error *err);
/* ERROR_CONFLICT while an appeal of this user waits for its answer. */
MUST_USE bool provider_may_erase_user(struct proctor *p, int64_t user_ref, struct error *err);
/* Erases all that is kept of this user (proctor/retention.h). *ret_sessions is how many sessions
 * they had. ERROR_CONFLICT while an appeal of theirs waits for its answer. */
MUST_USE bool provider_erase_user(struct proctor *p, int64_t user_ref, size_t *ret_sessions,
                                  struct error *err);

struct provider_attempt {
    struct str exam_id;     /* from provider_register_exam() */
    struct str attempt_ref; /* the portal's attempt; asking again gives the same session */
    int64_t user_ref;       /* the portal's user */
    struct str candidate;   /* full name, as reviewers shall see it */
    struct str exam_url;    /* shown inside the proctored window */
    struct str return_url;  /* where the candidate goes afterwards */
    /* What is different for this candidate, a patch on the exam's policy (analysis/policy.h), e.g.
     * {"rules": {"no-face": {"min_s": 30}}}; empty for nothing. ERROR_INVALID names the place. */
    struct str accommodations_json;
};
/* Is this a patch that provider_create_session() would take? ERROR_INVALID names the place. */
MUST_USE bool provider_check_accommodations(struct str json, struct error *err);
MUST_USE bool provider_create_session(struct proctor *p, const struct provider_attempt *attempt,
                                      char ret_session_id[ID_TEXT_SIZE], struct error *err);
/* "/proctortrack/session/ID" */
char *provider_session_url(struct arena *arena, struct str session_id);

/* What is known of who a user is, for their own page; static texts but `name` and `reasons`. */
struct provider_identity {
    const char *state;          /* "none", "pending", "approved", "rejected", "expired" */
    const char *face, *id_card; /* "none", "kept", "rejected" */
    struct str name;            /* the account's when it was compared; empty: not yet */
    struct str reasons_json;    /* a list of texts */
    int64_t expires_us;         /* 0: it is not whole yet */
};
MUST_USE bool provider_identity(struct proctor *p, int64_t user_ref, struct arena *arena,
                                struct provider_identity *ret, struct error *err);

/* How far a session is that was handed in. */
enum provider_stage {
    PROVIDER_STAGE_NONE = 0, /* not handed in yet */
    PROVIDER_UPLOADING,      /* recordings are still to come */
    PROVIDER_UPLOADED,       /* all is there and is being analysed */
    PROVIDER_REVIEW,         /* its report is made: it waits for a person */
    PROVIDER_REVIEWED,       /* a person has decided */
    PROVIDER_RELEASED,       /* and the candidate may read it */
};
const char *provider_stage_name(enum provider_stage stage); /* "uploading"; static */
MUST_USE bool provider_stage(struct proctor *p, struct str session_id, enum provider_stage *ret,
                             struct error *err);

/* May the questions be shown now? (The session is recording and not over.) */
MUST_USE bool provider_may_show_exam(struct proctor *p, struct str session_id, bool *ret,
                                     struct error *err);
/* "Start Exam" was pressed; ERROR_CONFLICT unless the session is recording. Again is fine. */
MUST_USE bool provider_exam_started(struct proctor *p, struct str session_id, struct error *err);
/* A milestone for the reviewer's timeline: "answered" with {"item": n}, "finished". Goes into the
 * session's events and its hash chain. */
MUST_USE bool provider_milestone(struct proctor *p, struct str session_id, struct str kind,
                                 struct str detail_json, struct error *err);
/* The attempt was handed in (or its time is over): the recording ends. Again is fine. */
MUST_USE bool provider_exam_ended(struct proctor *p, struct str session_id, struct error *err);

/* These are for use inside a writer's transaction of the portal (db_store_write() body), so that an
 * answer and its milestone are one write. */
MUST_USE bool provider_milestone_in(struct db *db, struct str session_id, struct str kind,
                                    struct str detail_json, struct error *err);
MUST_USE bool provider_exam_started_in(struct db *db, struct str session_id, struct error *err);
MUST_USE bool provider_exam_ended_in(struct db *db, struct str session_id, struct error *err);
/* What the portal does with an attempt when a proctor asks for it; inside the proctor's write, so
 * that the act and what it does to the exam are one. Times are the portal's: the provider has no
 * clock of an exam. */
struct provider_act {
    struct str reason; /* in words; the candidate reads it */
    struct str by;     /* a person's name; empty: the server itself */
};
struct provider_portal {
    /* The exam's clock stands from now on and no answer is taken. ERROR_CONFLICT unless the exam
     * runs. */
    bool (*pause_in)(struct db *db, struct str session_id, const struct provider_act *act,
                     struct error *err);
    /* It goes on with the time that was left. An exam that does not stand is fine. */
    bool (*resume_in)(struct db *db, struct str session_id, const struct provider_act *act,
                      struct error *err);
    /* Over: what was answered so far is handed in, and provider_exam_ended_in() was called. */
    bool (*end_in)(struct db *db, struct str session_id, const struct provider_act *act,
                   struct error *err);
};
/* The portal that the sessions' attempts are of; `portal` is static. */
void provider_set_portal(struct proctor *p, const struct provider_portal *portal);
/* The portal ended a pause by itself, because it had lasted for too long. */
MUST_USE bool provider_pause_over_in(struct db *db, struct str session_id, struct error *err);

/* The account of this user has another name now. */
MUST_USE bool provider_renamed_in(struct db *db, int64_t user_ref, struct str name,
                                  struct error *err);
