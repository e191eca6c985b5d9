#include "campus/erase.h"

#include "campus/accommodation.h"
#include "campus/answer.h"
#include "campus/attachment.h"
#include "campus/attempt.h"
#include "campus/campus_private.h"
#include "campus/item_state.h"
#include "campus/ledger.h"
#include "campus/name_request.h"
#include "campus/user.h"
#include "proctor/provider.h"

struct erasing {
    int64_t user_id;
    const struct attempt *attempts;
    size_t len;
};

static bool erase_body(struct db *db, void *context, struct error *err)
{
    const struct erasing *e = context;
    for (size_t i = 0; i < e->len; i++) {
        int64_t id = e->attempts[i].id;
        if (!attempt_close_in(db, id, err) || !answer_forget_in(db, id, err) ||
            !item_state_forget_in(db, id, err) || !ledger_forget_in(db, id, err) ||
            !attachment_forget_in(db, id, err))
            return false;
    }
    return accommodation_forget_in(db, e->user_id, err) &&
           name_request_forget_in(db, e->user_id, err) && user_forget_in(db, e->user_id, err);
}

static bool remove_files(struct campus *c, struct error *err)
{
    for (bool left = true; left;)
        if (!attachment_sweep(c, err) || !attachment_marked(c, &left, err))
            return false;
    return true;
}

bool campus_erase_user(struct campus *c, int64_t user_id, struct erased *ret, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct erasing e = {.user_id = user_id};
    struct attempt *attempts;
    struct user user;
    size_t sessions;
    if (!user_find(c, user_id, &user, err))
        return false;
    if (user.role != USER_CANDIDATE)
        return error_set(err, ERROR_INVALID, "%s is no candidate: staff are named by what they did",
                         user.username);
    /* The provider refuses first; then nothing can be added any more; the name goes last, so that
     * after a failure the account is found again. */
    if (!provider_may_erase_user(c->proctor, user_id, err) || !user_deactivate(c, user_id, err) ||
        !provider_erase_user(c->proctor, user_id, &sessions, err) ||
        !attempt_list(c, user_id, &arena, &attempts, &e.len, err))
        return false;
    e.attempts = attempts;
    if (!db_store_write(c->store, erase_body, &e, err) || !remove_files(c, err))
        return false;
    *ret = (struct erased){.sessions = sessions, .attempts = e.len};
    return true;
}
