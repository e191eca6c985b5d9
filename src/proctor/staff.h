/* The staff of each exam: which of the portal's instructors and proctors work on it. What they may
 * do there is what the role of their account may (docs/roles.md); here is only on which exams.
 * Whoever is not on an exam's staff sees nothing of it: server/access.c asks for every request, and
 * each list takes a `viewer`.
 *
 * A viewer is the user whose exams are listed; STAFF_SEES_ALL is for administrators, the support
 * center and the program itself.
 *
 * Only this module touches the tables `exam_staff` and `staff_look`. */
#pragma once
#include "base/arena.h"
#include "base/id.h"
#include "proctor/provider.h"

#define STAFF_SEES_ALL 0

/* Conditions for the lists of other modules, so that a page of a list is a page of what the viewer
 * may see; `viewer` is a parameter, the other a column. */
#define STAFF_SEES_EXAM(viewer, exam_id)                                                           \
    "(" viewer " = 0 OR EXISTS (SELECT 1 FROM exam_staff es WHERE es.user_ref = " viewer           \
    " AND es.exam_id = " exam_id "))"
/* CROSS JOIN keeps SQLite from beginning with the exams, whose sessions are many. */
#define STAFF_SEES_SESSION(viewer, session_id)                                                     \
    "(" viewer " = 0 OR EXISTS (SELECT 1 FROM session ss CROSS JOIN exam_staff es"                 \
    " WHERE ss.id = " session_id " AND es.user_ref = " viewer " AND es.exam_id = ss.exam_id))"
#define STAFF_SEES_CANDIDATE(viewer, user_ref)                                                     \
    "(" viewer " = 0 OR EXISTS (SELECT 1 FROM session ss CROSS JOIN exam_staff es"                 \
    " WHERE ss.user_ref = " user_ref " AND es.user_ref = " viewer " AND es.exam_id = ss.exam_id))"

/* Does this viewer see the exam, a session, a candidate (who has a session in an exam of theirs)?
 * What does not exist is not seen either; both are one look-up, so that they take the same time. */
MUST_USE bool staff_sees_exam(struct proctor *p, int64_t viewer, struct str exam_id, bool *ret,
                              struct error *err);
MUST_USE bool staff_sees_session(struct proctor *p, int64_t viewer, struct str session_id,
                                 bool *ret, struct error *err);
MUST_USE bool staff_sees_candidate(struct proctor *p, int64_t viewer, int64_t user_ref, bool *ret,
                                   struct error *err);

struct staff_member {
    int64_t user_ref, added_us;
    struct str added_by; /* a name */
};
/* By when they were added; in the arena. ERROR_NOT_FOUND without such an exam. */
MUST_USE bool staff_list(struct proctor *p, struct str exam_id, struct arena *arena,
                         struct staff_member **ret, size_t *ret_len, struct error *err);
/* Both are audited with who did it. Adding whoever is there, or removing whoever is not, is fine
 * and leaves no trace. The caller has checked that `who` is an instructor or a proctor. */
MUST_USE bool staff_add(struct proctor *p, struct str exam_id, const struct provider_person *who,
                        const struct provider_person *by, struct error *err);
MUST_USE bool staff_remove(struct proctor *p, struct str exam_id, const struct provider_person *who,
                           const struct provider_person *by, struct error *err);

/* An administrator looks at an exam whose staff they are not: audited, once an hour and exam.
 * ERROR_NOT_FOUND without such an exam. */
MUST_USE bool staff_looked(struct proctor *p, struct str exam_id, const struct provider_person *by,
                           struct error *err);

/* ---- exams of before there was a staff: everybody saw them, so an upgrade locks nobody out ----
 */

MUST_USE bool staff_wanted(struct proctor *p, bool *ret, struct error *err);
/* All of `people` become the staff of each such exam. */
MUST_USE bool staff_adopt(struct proctor *p, const struct provider_person *people, size_t len,
                          struct error *err);
