/* Erasing a candidate from the portal, and through the provider from the proctoring half: answers,
 * files, names, addresses, conversations, recordings. What stays is an account without a name, its
 * attempts with times and points. */
#pragma once
#include "base/arena.h"
#include "campus/campus.h"

struct erased {
    size_t sessions, attempts;
};
/* Files are gone when it returns; again after a failure goes on. ERROR_INVALID for other roles:
 * what staff decided is on other people's record. ERROR_CONFLICT while an appeal of theirs waits.
 */
MUST_USE bool campus_erase_user(struct campus *c, int64_t user_id, struct erased *ret,
                                struct error *err);
