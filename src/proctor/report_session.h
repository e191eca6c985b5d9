/* The report of a session: what the analysis of all its recordings found, signed. Made once, when
 * the session is uploaded and every analysis has ended. */
#pragma once
#include "base/arena.h"
#include "proctor/proctor.h"

/* Makes the report if everything for it is there; *ret_made tells. */
MUST_USE bool report_session_make(struct proctor *p, struct str session_id, bool *ret_made,
                                  struct error *err);
/* Makes the reports of all sessions that wait for theirs; at most 64 a call. */
MUST_USE bool report_session_make_waiting(struct proctor *p, size_t *ret_made, struct error *err);
/* The signed report as JSON text; ERROR_CONFLICT before `reported`. In the arena. */
MUST_USE bool report_session_text(struct proctor *p, struct str session_id, struct arena *arena,
                                  struct str *ret, struct error *err);
