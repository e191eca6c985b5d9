/* A session judged under another policy, as a preview: from the looks and sounds that were kept
 * (observation.h), in no time, for nothing is decoded. Nothing that was found before is changed.
 * Only recordings are judged anew; flags of the session as a whole (coverage.h, event_flags.h) are
 * no part of it. The same policy gives the flags that the analysis gave. */
#pragma once
#include "proctor/flag.h"

#define REJUDGE_FLAGS_MAX 20000 /* of a session, in a preview */

struct rejudgement {
    struct flag_row *flags; /* by time, as flag_list() gives them; ids are 1, 2, 3... */
    size_t flags_len;
    size_t recordings; /* judged */
    size_t without;    /* of which nothing was kept: not analysed yet, or the analysis failed */
};
/* In the arena. ERROR_NOT_FOUND when no recording of the session was analysed, ERROR_GONE when its
 * key was erased, ERROR_TOO_LARGE over REJUDGE_FLAGS_MAX. */
MUST_USE bool rejudge(struct proctor *p, struct str session_id, const struct policy *policy,
                      struct arena *arena, struct rejudgement *ret, struct error *err);
