/* Which objects a member of staff may reach. The role of an account says what its person may do;
 * this says on which exams: instructors and proctors see those whose staff they are
 * (proctor/staff.h), and for them everything else is answered as if it did not exist.
 * Administrators see all, which is audited; the support center helps in all exams with the few
 * routes of its own; candidates' routes look for the candidate's own things by themselves.
 *
 * The router asks access_object() for every request, after the role. It knows the object by the
 * route's pattern: a route that names an object of no kind it knows is closed to instructors and
 * proctors, so that a new route cannot be open by mistake. Lists pass access_viewer() on. */
#pragma once
#include "server/router.h"

/* ERROR_NOT_FOUND: nothing of that name for this person. */
MUST_USE bool access_object(struct server *s, const struct route *route, const struct request *q,
                            struct error *err);
/* The viewer of proctor/staff.h that lists are made for. */
int64_t access_viewer(const struct request *q);
/* For objects that a body or a query names: an exam of the portal (0: all of them), a conversation.
 * ERROR_NOT_FOUND likewise. */
MUST_USE bool access_campus_exam(struct server *s, const struct request *q, int64_t exam_id,
                                 struct error *err);
MUST_USE bool access_thread(struct server *s, const struct request *q, int64_t thread,
                            struct error *err);
/* Of a list that another module made: is this one for the person? */
MUST_USE bool access_sees_candidate(struct server *s, const struct request *q, int64_t user_id,
                                    bool *ret, struct error *err);
MUST_USE bool access_sees_campus_exam(struct server *s, const struct request *q, int64_t exam_id,
                                      bool *ret, struct error *err);
