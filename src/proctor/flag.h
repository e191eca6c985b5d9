/* Flags that the analysis raised, with their pictures, and the incidents made of them: flags of a
 * session that overlap or lie within INCIDENT_GAP_US are looked at together. Only this module
 * touches the tables `flag`, `session_flag` and `picture`. A flag is never a verdict. */
#pragma once
#include "analysis/incidents.h"
#include "analysis/rules.h"
#include "base/arena.h"
#include "base/id.h"
#include "proctor/proctor.h"

#define FLAG_PER_STREAM_MAX 5000
#define FLAG_PICTURE_MAX ((size_t)256 << 10) /* bytes of JPEG */

struct flag_row {
    int64_t id;
    char stream_id[ID_TEXT_SIZE]; /* "": of the session as a whole, of no recording */
    int64_t start_us; /* server time of the stream's first byte: add it to the flag's media times;
                         of the session as a whole the exam's start */
    struct flag flag;
    bool picture; /* there is one */
};

/* Raises or updates the flag `index` of a stream. */
MUST_USE bool flag_put_in(struct db *db, struct str session_id, struct str stream_id,
                          int64_t start_us, uint32_t index, const struct flag *flag,
                          struct error *err);
/* The same for one that is of the session as a whole. */
MUST_USE bool flag_put_session_in(struct db *db, struct str session_id, int64_t start_us,
                                  uint32_t index, const struct flag *flag, struct error *err);
/* How many there are of the session as a whole from `index` on. */
MUST_USE bool flag_count_session_from_in(struct db *db, struct str session_id, uint32_t index,
                                         size_t *ret, struct error *err);
/* Removes those of the session as a whole from `index` on. */
MUST_USE bool flag_drop_session_from_in(struct db *db, struct str session_id, uint32_t index,
                                        struct error *err);
/* After flags were put or removed: the one that who watches live sees. */
MUST_USE bool flag_tell_live_in(struct db *db, struct str session_id, struct error *err);
/* The picture of flag `index`, already sealed by flag_picture_seal(); replaces an earlier one. */
MUST_USE bool flag_put_picture_in(struct db *db, struct str stream_id, uint32_t index,
                                  struct str sealed, struct error *err);
/* Removes the flags of a stream from `index` on: an earlier try had raised more. */
MUST_USE bool flag_drop_from_in(struct db *db, struct str stream_id, uint32_t index,
                                struct error *err);
MUST_USE bool flag_picture_seal(const struct seal_key *session_key, struct str stream_id,
                                uint32_t index, struct str jpeg, struct buf *to, struct error *err);

/* Flags of a session by time; in the arena. */
MUST_USE bool flag_list_in(struct db *db, struct str session_id, struct arena *arena,
                           struct flag_row **ret, size_t *ret_len, struct error *err);
MUST_USE bool flag_list(struct proctor *p, struct str session_id, struct arena *arena,
                        struct flag_row **ret, size_t *ret_len, struct error *err);
MUST_USE bool flag_list_stream(struct proctor *p, struct str stream_id, struct arena *arena,
                               struct flag_row **ret, size_t *ret_len, struct error *err);
/* Appends the JPEG. ERROR_NOT_FOUND without one, ERROR_GONE when the session's key was erased. */
MUST_USE bool flag_picture(struct proctor *p, struct str session_id, int64_t flag_id,
                           struct buf *to, struct error *err);

/* `flags` as flag_list() gives them; in the arena, in server time. */
MUST_USE bool flag_incidents(const struct flag_row *flags, size_t len, struct arena *arena,
                             struct incident **ret, size_t *ret_len, struct error *err);

/* How many of each rule, and incidents, in all and by severity. */
struct flag_counts {
    size_t incidents, severities[SEVERITY_COUNT], rules[RULE_COUNT];
};
MUST_USE bool flag_count_in(struct db *db, struct str session_id, struct arena *arena,
                            struct flag_counts *ret, struct error *err);
MUST_USE bool flag_count(struct proctor *p, struct str session_id, struct flag_counts *ret,
                         struct error *err);

/* The session has another key now: its pictures are sealed anew. */
MUST_USE bool flag_reseal_in(struct db *db, struct str session_id, const struct seal_key *old,
                             const struct seal_key *now, struct error *err);
/* Flags and pictures go. */
MUST_USE bool flag_forget_in(struct db *db, struct str session_id, struct error *err);
