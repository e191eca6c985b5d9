/* The evidence of a session: one hash chain of records (crypto/chain.h). Pieces of recordings,
 * moves of the session, answers, what the candidate's page reported and who looked at the recording
 * are all records; nothing is ever changed or removed. Only this module touches the tables
 * `evidence` and `evidence_unsigned`. */
#pragma once
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "crypto/chain.h"
#include "proctor/proctor.h"

#define EVIDENCE_KIND_MAX 32                /* bytes */
#define EVIDENCE_PAYLOAD_MAX ((size_t)8192) /* bytes */
#define EVIDENCE_CHECKPOINT "checkpoint"    /* the kind of a record that signs those before it */
#define EVIDENCE_REPORT_DRAWN "report-drawn" /* somebody got a report (paper/paper.h) */
#define EVIDENCE_SIGN_US (60 * SECOND_US)   /* no record stays longer without one */

struct evidence_record {
    uint64_t seq;
    int64_t time_us;    /* server's clock; never before the record in front of it */
    struct str kind;    /* "piece", "answered", ... */
    struct str payload; /* canonical JSON */
    unsigned char hash[CHAIN_HASH_SIZE];
};

/* Appends inside the caller's write. */
MUST_USE bool evidence_append_in(struct db *db, struct str session_id, struct str kind,
                                 struct str payload_json, struct error *err);
/* The same; takes the reference on `payload`, also when it fails. NULL is "out of memory". */
MUST_USE bool evidence_add_in(struct db *db, struct str session_id, const char *kind,
                              json_t *payload, struct error *err);

/* Is there a record of this kind? */
MUST_USE bool evidence_has_in(struct db *db, struct str session_id, const char *kind, bool *ret,
                              struct error *err);
/* When the last record of this kind was made; 0: there is none. */
MUST_USE bool evidence_last_us_in(struct db *db, struct str session_id, const char *kind,
                                  int64_t *ret_us, struct error *err);
/* How many records there are and the hash of the last; zeros for none. */
MUST_USE bool evidence_head_in(struct db *db, struct str session_id, uint64_t *ret_records,
                               unsigned char ret_hash[CHAIN_HASH_SIZE], struct error *err);

/* The last record that is of none of these kinds: how many there are up to it, its time and hash;
 * zeros for none. */
MUST_USE bool evidence_last_but_in(struct db *db, struct str session_id, const char *const *kinds,
                                   size_t kinds_len, uint64_t *ret_records, int64_t *ret_us,
                                   unsigned char ret_hash[CHAIN_HASH_SIZE], struct error *err);

/* Records from `from_seq` on whose kind is not `without` (may be empty), at most `max`; in the
 * arena. */
MUST_USE bool evidence_list(struct proctor *p, struct str session_id, uint64_t from_seq, size_t max,
                            struct str without, struct arena *arena, struct evidence_record **ret,
                            size_t *ret_len, struct error *err);

/* Those of these kinds, oldest first, at most `max` of the newest; not for pieces. */
#define EVIDENCE_KINDS_MAX 32
MUST_USE bool evidence_list_kinds_in(struct db *db, struct str session_id, const char *const *kinds,
                                     size_t kinds_len, size_t max, struct arena *arena,
                                     struct evidence_record **ret, size_t *ret_len,
                                     struct error *err);

/* Walks the whole chain; ERROR_CHECKSUM with the first record that does not follow from those
 * before it. A chain that was cut at its end is told by comparing with a signed receipt or report.
 */
MUST_USE bool evidence_verify(struct proctor *p, struct str session_id, uint64_t *ret_records,
                              unsigned char ret_head[CHAIN_HASH_SIZE], struct error *err);

/* Signs the chain as it is: the record's payload is a signed_text() of "session", "records" (so
 * many) and "head" (the hash of the last). Without one, who can write the database and leaves no
 * trace in the key could make the chain anew. Nothing happens where the last record is one. */
MUST_USE bool evidence_checkpoint(struct proctor *p, struct str session_id, struct error *err);
/* Sessions with a record made at `before_us` or earlier that no checkpoint covers, oldest first; at
 * most `max`, in the arena. */
MUST_USE bool evidence_unsigned(struct proctor *p, int64_t before_us, size_t max,
                                struct arena *arena, struct str **ret_ids, size_t *ret_len,
                                struct error *err);

/* Deletes the chain of a session; who does it keeps its head in a signed receipt
 * (proctor/deletion.h). */
MUST_USE bool evidence_forget_in(struct db *db, struct str session_id, struct error *err);
