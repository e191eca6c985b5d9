/* What a profile keeps of its scans, for those who decide about it. */
#pragma once
#include "base/buf.h"
#include "identity/challenge.h"
#include "proctor/profile.h"

/* Appends the picture of that part, a JPEG; ERROR_NOT_FOUND where there is none. */
MUST_USE bool profile_picture(struct proctor *p, const struct profile *profile,
                              enum profile_part part, struct buf *to, struct error *err);
/* Appends a pose of the face scan, a JPEG: "turn-left" and others of identity/challenge.h.
 * ERROR_NOT_FOUND where that pose was not asked for, or there is no scan. */
MUST_USE bool profile_pose(struct proctor *p, const struct profile *profile, struct str pose,
                           struct buf *to, struct error *err);
/* The poses that are kept, in the order of enum challenge_prompt; *ret_len at most
 * CHALLENGE_PROMPTS. */
MUST_USE bool profile_poses(struct proctor *p, const struct profile *profile,
                            const char *ret[CHALLENGE_PROMPTS], size_t *ret_len, struct error *err);
/* What was read from the ID document, as in ID_SCAN of docs/protocol.md; null where there is none.
 * The caller ends *ret with json_decref(). */
MUST_USE bool profile_reading(struct proctor *p, const struct profile *profile, json_t **ret,
                              struct error *err);
