/* All looks at the recordings, kept as tracks (analysis/track.h) so that a session can be judged
 * under another policy without decoding it again. Sealed with the session's key: they are gone with
 * it. Only this module touches the table `observation`. */
#pragma once
#include "base/buf.h"
#include "proctor/proctor.h"

#define OBSERVATION_BYTES_MAX ((size_t)64 << 20) /* of one track */

MUST_USE bool observation_seal(const struct seal_key *session_key, struct str stream_id,
                               struct str track, struct buf *to, struct error *err);
/* Keeps the track of a stream, already sealed by observation_seal(), instead of an earlier one. */
MUST_USE bool observation_put_in(struct db *db, struct str stream_id, struct str sealed,
                                 struct error *err);
/* Appends the plain track. ERROR_NOT_FOUND when there is none, ERROR_GONE when the session's key
 * was erased. */
MUST_USE bool observation_read(struct proctor *p, struct str session_id, struct str stream_id,
                               struct buf *to, struct error *err);

/* The session has another key now: the tracks of this stream are sealed anew. */
MUST_USE bool observation_reseal_in(struct db *db, struct str stream_id, const struct seal_key *old,
                                    const struct seal_key *now, struct error *err);
MUST_USE bool observation_forget_in(struct db *db, struct str stream_id, struct error *err);
