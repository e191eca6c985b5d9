/* What a candidate keeps: a signed list of all that the server received of a session. Its recordings,
 * and, by the portal's milestones (provider.h), the last answer to each item and the files that belong
 * to answers. */
#pragma once
#include "proctor/proctor.h"

struct db;

/* Makes and keeps it (SESSION_RECEIPT of session.h); for the write that moves the session to
 * SESSION_UPLOADED. */
MUST_USE bool receipt_make_in(struct proctor *p, struct db *db, struct str session_id,
                              struct error *err);
