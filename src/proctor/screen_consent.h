/* The candidate shares their screen: the entire monitor or nothing. Only this module touches the
 * table `screen_consent`. */
#pragma once
#include "base/arena.h"
#include "proctor/proctor.h"

#define SCREEN_LABEL_MAX 200 /* bytes of what the browser calls it */

/* When; 0: not yet. */
MUST_USE bool screen_consent_find_in(struct db *db, struct str session_id, int64_t *ret_us,
                                     struct error *err);
/* `surface` is "monitor", "window" or "browser", as getDisplayMedia() tells it. What is no monitor
 * is ERROR_CONFLICT with why, and a record of the evidence. */
MUST_USE bool screen_consent_give(struct proctor *p, struct str session_id, int64_t user_ref,
                                  struct str surface, struct str label, struct error *err);

MUST_USE bool screen_consent_forget_in(struct db *db, struct str session_id, struct error *err);
