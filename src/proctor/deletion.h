/* Receipts of deletion: what of a session was deleted, why and when, signed with the deployment's
 * key once the last file is gone. They hold hashes and numbers, no name and nothing that was said.
 * Only this module touches the table `deletion`; it is never emptied. */
#pragma once
#include "base/arena.h"
#include "base/id.h"
#include "base/json.h"
#include "proctor/proctor.h"

struct deletion {
    struct str id, session_id; /* session_id empty: of an account */
    struct str what;           /* "recordings", "recordings, derived", ... */
    int64_t made_us;           /* when the keys were destroyed */
    bool is_signed;            /* else its files are being removed */
    struct str receipt;        /* signed_text.h; while it is not signed only what will be */
};

/* Inside the write that destroys keys and rows. Takes the reference on `facts`, also when it fails.
 */
MUST_USE bool deletion_begin_in(struct db *db, struct str session_id, int64_t user_ref,
                                const char *what, json_t *facts, int64_t now_us, struct error *err);
/* Signs those whose files are gone. */
MUST_USE bool deletion_sign(struct proctor *p, struct error *err);
/* Of an account of which everything is gone already: signed at once. */
MUST_USE bool deletion_account(struct proctor *p, int64_t user_ref, json_t *facts,
                               struct error *err);
/* Of a session, the oldest first; in the arena. */
MUST_USE bool deletion_list(struct proctor *p, struct str session_id, struct arena *arena,
                            struct deletion **ret, size_t *ret_len, struct error *err);
/* Of a user: all sessions, and the account. */
MUST_USE bool deletion_list_user(struct proctor *p, int64_t user_ref, struct arena *arena,
                                 struct deletion **ret, size_t *ret_len, struct error *err);
