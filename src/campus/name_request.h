/* Requests of candidates to correct the full name of their account: the name that a photo ID is
 * compared with, so a person decides. What was decided stays as the history of the name. Only this
 * module touches the table `name_request`. */
#pragma once
#include "campus/user.h"

#define NAME_REASON_MAX 500 /* bytes */

enum name_request_state {
    NAME_REQUEST_STATE_NONE = 0,
    NAME_REQUEST_PENDING,
    NAME_REQUEST_APPROVED,
    NAME_REQUEST_REJECTED,
};

struct name_request {
    int64_t id, user_id;
    enum name_request_state state;
    struct str username;            /* of the account */
    struct str old_name, full_name; /* the name at the time, the one that is asked for */
    struct str reason, decision_reason, decided_by;
    int64_t created_us, decided_us; /* 0: not yet */
};

const char *name_request_state_name(enum name_request_state state); /* "pending"; static */

/* ERROR_CONFLICT while an earlier one waits, or when it is the name already. */
MUST_USE bool name_request_make(struct campus *c, int64_t user_id, struct str full_name,
                                struct str reason, struct error *err);
/* Approving changes the account's name, in the same write. A rejection needs a reason.
 * ERROR_CONFLICT when it was decided already. */
MUST_USE bool name_request_decide(struct campus *c, int64_t id, bool approve, struct str reason,
                                  struct str decided_by, struct error *err);
/* Who asked; 0: there is no such request. */
MUST_USE bool name_request_whose(struct campus *c, int64_t id, int64_t *ret_user_id,
                                 struct error *err);
/* `user_id` 0: everybody's, those that wait first, at most `max`; else this user's, newest first.
 * In the arena. */
MUST_USE bool name_request_list(struct campus *c, int64_t user_id, size_t max, struct arena *arena,
                                struct name_request **ret, size_t *ret_len, struct error *err);
/* For erasing: all of this person's. */
MUST_USE bool name_request_forget_in(struct db *db, int64_t user_id, struct error *err);
