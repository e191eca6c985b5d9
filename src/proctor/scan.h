/* Scans of a face or of an ID document, and what is kept of them: pictures, template, what was
 * read. Only this module touches the tables `scan` and `scan_part`. All parts are sealed under the
 * profile's key, with the scan and the part's name as context.
 *
 * Functions that end in _in are for use inside a transaction of the caller (db/store.h). */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "proctor/proctor.h"
#include "proctor/profile.h"

enum scan_state {
    SCAN_STATE_NONE = 0,
    SCAN_SCANNING, /* a face scan under way */
    SCAN_READY,    /* a face scan that waits to be confirmed */
    SCAN_FAILED,
    SCAN_APPROVED, /* an ID scan, as judged */
    SCAN_UNSURE,
    SCAN_REJECTED,
    SCAN_CONFIRMED,
    SCAN_STATES,
};

#define SCAN_PART_MAX 24 /* bytes of a part's name */

struct scan {
    char id[ID_TEXT_SIZE];
    char session_id[ID_TEXT_SIZE];
    enum profile_part part; /* of the profile that it is for */
    enum scan_state state;
    enum scan_state judged; /* of an ID scan: as it was before it was confirmed */
    int64_t created_us;
};

const char *scan_state_name(enum scan_state state); /* "scanning"; static */

/* Makes a scan; those of the same session and part that were not confirmed lose their parts. */
MUST_USE bool scan_create_in(struct db *db, struct str session_id, enum profile_part part,
                             enum scan_state state, char ret_id[ID_TEXT_SIZE], struct error *err);
/* ERROR_NOT_FOUND for one of another session or part. */
MUST_USE bool scan_find_in(struct db *db, struct str session_id, struct str scan_id,
                           enum profile_part part, struct scan *ret, struct error *err);
/* States only move forward; else ERROR_CONFLICT. */
MUST_USE bool scan_move_in(struct db *db, struct str scan_id, enum scan_state to,
                           struct error *err);
/* How many of this session and part were made since then, in any state. */
MUST_USE bool scan_count_in(struct db *db, struct str session_id, enum profile_part part,
                            int64_t since_us, size_t *ret, struct error *err);
/* How many of them were rejected. */
MUST_USE bool scan_count_rejected_in(struct db *db, struct str session_id, size_t *ret,
                                     struct error *err);
/* Was one confirmed in this session? */
MUST_USE bool scan_confirmed_in(struct db *db, struct str session_id, enum profile_part part,
                                bool *ret, struct error *err);

/* Seals and keeps a part, e.g. "picture". */
MUST_USE bool scan_add_part_in(struct db *db, const struct seal_key *key, struct str scan_id,
                               const char *name, struct str bytes, struct error *err);
/* Opens a part: appends its bytes. ERROR_NOT_FOUND where there is none. */
MUST_USE bool scan_part_in(struct db *db, const struct seal_key *key, struct str scan_id,
                           const char *name, struct buf *to, struct error *err);
MUST_USE bool scan_has_part_in(struct db *db, struct str scan_id, const char *name, bool *ret,
                               struct error *err);
/* The parts of this scan go. */
MUST_USE bool scan_drop_parts_in(struct db *db, struct str scan_id, struct error *err);
/* And those of all scans of this session. */
MUST_USE bool scan_drop_session_in(struct db *db, struct str session_id, struct error *err);
/* The rows of its scans, too. */
MUST_USE bool scan_forget_in(struct db *db, struct str session_id, struct error *err);
