/* What staff did to a session or a candidate: who, what, on whom, why, when. Rows are only added.
 * What concerns a session is also a record of its evidence, so that it cannot be taken back
 * unseen. Only this module touches the table `audit`. */
#pragma once
#include "base/arena.h"
#include "base/json.h"
#include "proctor/proctor.h"

#define AUDIT_REASON_MAX 500 /* bytes */

struct audit_entry {
    int64_t id, time_us;   /* given by audit_add_in() */
    int64_t actor_ref;     /* the portal's user who did it */
    struct str actor;      /* their name then */
    struct str action;     /* "check-overridden", "retake-granted", "time-added", ... */
    struct str session_id; /* empty: no session */
    int64_t user_ref;      /* the candidate */
    struct str candidate;  /* their name then */
    struct str reason;     /* in words; may be empty where none is asked for */
    struct str detail;     /* canonical JSON object: the numbers of it */
};

/* A reason that somebody has to give: 1 to AUDIT_REASON_MAX bytes, more than spaces. */
MUST_USE bool audit_check_reason(struct str reason, struct error *err);
/* Inside the write that it is about. Takes the reference on `detail`, also when it fails; NULL is
 * an empty one. `e` without id, time_us and detail. */
MUST_USE bool audit_add_in(struct db *db, const struct audit_entry *e, json_t *detail,
                           struct error *err);
/* As a write of its own, where the act was made elsewhere. */
MUST_USE bool audit_add(struct proctor *p, const struct audit_entry *e, json_t *detail,
                        struct error *err);
/* Newest first, of one session (or, when it is empty, of all that the viewer sees,
 * proctor/staff.h: what concerns no session only STAFF_SEES_ALL does); before the entry `before`
 * (0: from the newest), at most `max`; in the arena. */
MUST_USE bool audit_list(struct proctor *p, int64_t viewer, struct str session_id, int64_t before,
                         size_t max, struct arena *arena, struct audit_entry **ret, size_t *ret_len,
                         struct error *err);
/* What it says of this candidate goes (name, reasons, numbers); who did what, and when, stays. */
MUST_USE bool audit_forget_in(struct db *db, int64_t user_ref, struct error *err);
