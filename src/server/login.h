/* Who is signed in. Only this module touches the table `login`, which holds the SHA-256 of each
 * token, never the token. A look-up is kept for a few seconds, so that a page that asks often does
 * not read the database each time; signing out forgets it at once (in this process). */
#pragma once
#include "crypto/token.h"
#include "db/store.h"
#include "server/http.h"

struct campus;
struct logins; /* any thread */

/* Both are borrowed. */
MUST_USE bool logins_create(struct db_store *store, struct campus *campus, struct logins **ret,
                            struct error *err);
void logins_destroy(struct logins *l); /* NULL is fine */

/* Makes a login; the caller hands the token to the client and wipes it. */
MUST_USE bool login_begin(struct logins *l, int64_t user_id, char ret_token[TOKEN_TEXT_SIZE],
                          struct error *err);
/* Whose token is this? id 0 when it is nobody's, has expired (12 hours unused, 7 days old) or
 * belongs to an account that is not active. The name is in the arena. */
MUST_USE bool login_find(struct logins *l, struct str token, struct arena *arena,
                         struct server_user *ret, struct error *err);
/* A token that is nobody's is fine. */
MUST_USE bool login_end(struct logins *l, struct str token, struct error *err);
