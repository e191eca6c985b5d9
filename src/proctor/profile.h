/* Identity profiles: one a candidate, made by a face scan and an ID scan, used by every later
 * session until it expires or is rejected. Only this module touches the tables `profile` and
 * `profile_history`.
 *
 * A profile has a key of its own, wrapped by the deployment's: it seals pictures, template and what
 * was read (proctor/scan.h keeps them). Deleting the profile's row deletes all of it.
 *
 * Functions that end in _in are for use inside a transaction of the caller (db/store.h). */
#pragma once
#include "analysis/policy.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "proctor/proctor.h"

#define PROFILE_KEEP_US (INT64_C(365) * 24 * 3600 * SECOND_US) /* unless serve says otherwise */
#define PROFILE_REASON_MAX 500                                 /* bytes of a decision's reason */

enum profile_state {
    PROFILE_NONE = 0, /* there is none, or it is not whole yet */
    PROFILE_PENDING,  /* a person is to look at it */
    PROFILE_APPROVED,
    PROFILE_REJECTED,
    PROFILE_EXPIRED,
    PROFILE_STATES,
};
enum profile_part { PROFILE_FACE = 0, PROFILE_ID, PROFILE_PARTS };
enum profile_part_state { PROFILE_PART_NONE = 0, PROFILE_PART_KEPT, PROFILE_PART_REJECTED };

struct profile {
    char id[ID_TEXT_SIZE]; /* empty: there is no row */
    int64_t user_ref;
    enum profile_state state;
    struct {
        enum profile_part_state state;
        char scan[ID_TEXT_SIZE]; /* the one that is kept; empty: none */
    } parts[PROFILE_PARTS];
    bool id_approved;              /* the ID scan needs nobody to look at it */
    struct str name;               /* the account's that was compared */
    struct str reasons;            /* JSON list of texts, for the candidate and staff */
    double face_score, name_score; /* below -1: not compared; 0..1, -1: not compared */
    int64_t created_us, updated_us, expires_us; /* expires_us 0: not whole yet */
};

const char *profile_state_name(enum profile_state state);           /* "none"; static */
const char *profile_part_name(enum profile_part part);              /* "face" */
const char *profile_part_state_name(enum profile_part_state state); /* "kept" */

/* Does it count for a session of this policy, so that nothing is to be scanned? */
bool profile_counts(const struct profile *profile, const struct policy *policy);

/* The candidate's profile as of now; a state of PROFILE_NONE without one. Texts in the arena. */
MUST_USE bool profile_find_in(struct proctor *p, struct db *db, int64_t user_ref,
                              struct arena *arena, struct profile *ret, struct error *err);
MUST_USE bool profile_find(struct proctor *p, int64_t user_ref, struct arena *arena,
                           struct profile *ret, struct error *err);
/* As it was decided or made last, whether or not it has expired since. */
MUST_USE bool profile_state_in(struct db *db, int64_t user_ref, enum profile_state *ret,
                               struct error *err);
/* The key, of a profile that is made where there is none: only in a write. */
MUST_USE bool profile_open_in(struct proctor *p, struct db *db, int64_t user_ref,
                              struct seal_key *ret, struct error *err);
/* The key; ERROR_NOT_FOUND without a profile. */
MUST_USE bool profile_key_in(struct proctor *p, struct db *db, int64_t user_ref,
                             struct seal_key *ret, struct error *err);

/* What a confirmed scan adds. */
struct profile_scan {
    enum profile_part part;
    struct str scan_id, session_id;
    struct str name;       /* the account's, at this time */
    const json_t *reasons; /* list of texts; may be NULL */
    bool approved;         /* of an ID scan: nobody needs to look */
    double face_score, name_score;
};
/* Keeps it; with the parts that `policy` asks for together, the profile is approved or pending. A
 * record of the session's evidence says so. */
MUST_USE bool profile_keep_in(struct proctor *p, struct db *db, int64_t user_ref,
                              const struct policy *policy, const struct profile_scan *scan,
                              struct error *err);

/* ---- for staff; the caller has checked the role ---- */

struct profile_staff {
    int64_t ref;
    struct str name;
};
/* The candidate of this session scans again; "face" or "id". */
MUST_USE bool profile_retake(struct proctor *p, struct str session_id, enum profile_part part,
                             const struct profile_staff *by, struct str reason, struct error *err);
/* Reversible: the last decision holds. ERROR_CONFLICT for a profile that is not whole. */
MUST_USE bool profile_decide(struct proctor *p, struct str profile_id, bool approve,
                             const struct profile_staff *by, struct str reason, struct error *err);
MUST_USE bool profile_find_by_id(struct proctor *p, struct str profile_id, struct arena *arena,
                                 struct profile *ret, struct error *err);
/* Of the candidates that the viewer sees (proctor/staff.h), in one state (PROFILE_NONE: in any), by
 * the time of their last change, oldest first, after the profile `after` (may be empty); at most
 * `max`. */
MUST_USE bool profile_list(struct proctor *p, int64_t viewer, enum profile_state state,
                           struct str after, size_t max, struct arena *arena, struct profile **ret,
                           size_t *ret_len, struct error *err);

struct profile_event {
    int64_t time_us;
    struct str kind;   /* "face-scanned", "id-scanned", "approved", "viewed", ... */
    struct str by;     /* a name; empty: the machine or the candidate */
    struct str detail; /* a reason in words */
};
MUST_USE bool profile_history(struct proctor *p, struct str profile_id, struct arena *arena,
                              struct profile_event **ret, size_t *ret_len, struct error *err);
/* A member of staff looks at a picture of it; again within ten minutes adds nothing. */
MUST_USE bool profile_viewed(struct proctor *p, struct str profile_id, enum profile_part part,
                             const struct profile_staff *by, struct error *err);

/* Deletes the profile with its key, pictures, template and history; none is fine. */
MUST_USE bool profile_erase_in(struct db *db, int64_t user_ref, struct error *err);
