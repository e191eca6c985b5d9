/* The end of a session's uploading: every stream is whole, or its time is over. The receipt that a
 * candidate keeps (receipt.h) is made in the same write. */
#pragma once
#include "base/arena.h"
#include "base/json.h"
#include "proctor/session.h"
#include "proctor/stream.h"

struct upload_length {
    struct str stream_id;
    uint64_t bytes; /* its whole length, as the candidate's page knows it */
};
/* "POST .../end". ERROR_CONFLICT with a sentence while the exam is not over or bytes are missing. A
 * stream that the page does not name and that is still open is closed as it is: its page was lost
 * and with it what had not been sent. Again, later, is fine. */
MUST_USE bool upload_end(struct proctor *p, struct str session_id, int64_t user_ref,
                         const struct upload_length *lengths, size_t len, struct error *err);
/* The same for a session whose candidate never came back; for the sweeper. */
MUST_USE bool upload_expire(struct proctor *p, struct str session_id, struct error *err);

/* The receipt as JSON text; ERROR_CONFLICT before the session is uploaded. In the arena. */
MUST_USE bool upload_receipt(struct proctor *p, struct str session_id, int64_t user_ref,
                             struct arena *arena, struct str *ret, struct error *err);
