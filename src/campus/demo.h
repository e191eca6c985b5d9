/* A demo institution: people of each role, a practice test and an exam. Never made by itself: the
 * admin command or an option of `serve` asks for it. */
#pragma once
#include "base/buf.h"
#include "campus/user.h"

#define DEMO_USERS 6
#define DEMO_PASSWORD_SIZE 20 /* "kobade-vimuro-tase" and NUL */

struct demo_user {
    const char *username, *full_name;
    enum user_role role;
    bool made;                         /* false: was there already */
    char password[DEMO_PASSWORD_SIZE]; /* to be shown once */
};
struct demo {
    bool made;   /* false: it was there already, and the passwords are not known any more */
    bool others; /* nothing was made, for the database has people of its own */
    struct demo_user users[DEMO_USERS];
};

/* `password` is everybody's (at least PASSWORD_MIN characters); NULL: each gets a random one. */
MUST_USE bool campus_demo_seed(struct campus *c, const char *password, struct demo *ret,
                               struct error *err);
/* For each user a line with name, role and password, as it is printed once. */
void campus_demo_text(const struct demo *d, struct buf *to);
