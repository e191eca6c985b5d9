/* Who is expected before the camera of a session. */
#pragma once
#include "base/buf.h"
#include "proctor/proctor.h"

/* Appends the template (identity/template.h) of the session's candidate; nothing where nobody is
 * enrolled. */
MUST_USE bool enrolment_find(struct proctor *p, struct str session_id, struct buf *ret_template,
                             struct error *err);
