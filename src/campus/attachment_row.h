/* Private to attachment*.c: rows of the table `attachment`. */
#pragma once
#include "campus/attachment.h"
#include "crypto/seal.h"

struct campus;

MUST_USE bool attachment_row_find(struct db *db, struct str id, struct attachment *ret,
                                  uint64_t *ret_sealed_size, struct error *err);
/* If the attempt is the user's; else ERROR_NOT_FOUND. `arena` for ret_attempt. */
MUST_USE bool attachment_row_find_own(struct db *db, struct str id, int64_t user_id,
                                      struct arena *arena, struct attempt *ret_attempt,
                                      struct attachment *ret, struct error *err);
/* May it grow now? */
MUST_USE bool attachment_row_may_grow(struct db *db, struct attempt *a, const struct attachment *x,
                                      int64_t now_us, struct error *err);
/* It has its length: the row, the evidence, and what it replaces goes. */
MUST_USE bool attachment_row_complete(struct db *db, const struct attempt *a,
                                      const struct attachment *x, struct error *err);
/* The key of the attempt's attachments; made when `make` and there is none. */
MUST_USE bool attachment_key_in(struct db *db, const struct seal_key *deployment,
                                int64_t attempt_id, bool make, struct seal_key *ret,
                                struct error *err);
