/* Passwords: Argon2id (RFC 9106) with libsodium's interactive limits, which take about 64 MiB and
 * 50 ms: callers bound how many run at once. */
#pragma once
#include "base/base.h"

#define PASSWORD_HASH_SIZE 128
#define PASSWORD_MIN 8   /* characters: NIST SP 800-63B section 5.1.1.2 */
#define PASSWORD_MAX 256 /* bytes */

MUST_USE bool password_hash(struct str password, char ret[PASSWORD_HASH_SIZE], struct error *err);
/* False also for a malformed hash. An empty hash costs the same time as a real one, so that nobody
 * learns by the clock which user names exist. */
bool password_verify(struct str password, struct str hash);
