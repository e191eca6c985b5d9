/* What a profile keeps of its scans, for those who decide about it. */
#pragma once
#include "base/buf.h"
#include "proctor/profile.h"

/* Appends the picture of that part, a JPEG; ERROR_NOT_FOUND where there is none. */
MUST_USE bool profile_picture(struct proctor *p, const struct profile *profile,
                              enum profile_part part, struct buf *to, struct error *err);
/* What was read from the ID document, as in ID_SCAN of docs/protocol.md; null where there is none.
 * The caller ends *ret with json_decref(). */
MUST_USE bool profile_reading(struct proctor *p, const struct profile *profile, json_t **ret,
                              struct error *err);
