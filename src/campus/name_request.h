/* Corrections of a candidate's name: asked for by the candidate, decided by staff. Only this module
 * touches the table `name_request`. */
#pragma once
#include "base/arena.h"
#include "campus/campus.h"
#include "campus/user.h"

#define NAME_REQUEST_REASON_MAX 500 /* bytes, of either side */
#define NAME_REQUESTS_MAX 200       /* listed */

enum name_request_state {
    NAME_REQUEST_NONE = 0,
    NAME_REQUEST_OPEN,
    NAME_REQUEST_APPROVED,
    NAME_REQUEST_REJECTED,
};
struct name_request {
    int64_t id, user_id;
    struct str username, from, full_name, reason; /* `from`: the name at the time */
    enum name_request_state state;
    int64_t created_us, decided_us; /* decided_us 0: not yet */
    struct str decided_by, decided_reason;
};
const char *name_request_state_name(enum name_request_state state); /* "open"; static */

/* One that was open of the same candidate is replaced. */
MUST_USE bool name_request_make(struct campus *c, int64_t user_id, struct str full_name,
                                struct str reason, int64_t *ret_id, struct error *err);
/* The open ones first, oldest first, then the decided ones, newest first; in the arena. */
MUST_USE bool name_request_list(struct campus *c, struct arena *arena, struct name_request **ret,
                                size_t *ret_len, struct error *err);
/* The account gets the name, and the proctoring half is told. Decided already is ERROR_CONFLICT. */
MUST_USE bool name_request_decide(struct campus *c, int64_t id, bool approve, int64_t staff_id,
                                  struct str staff_name, struct str reason, struct error *err);
