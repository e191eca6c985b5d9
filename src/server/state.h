/* What a running server holds of its own. Only for server/. */
#pragma once
#include "server/builds.h"
#include "server/events.h"
#include "server/login.h"
#include "server/throttle.h"
#include "server/transport.h"

struct live_ticker; /* server/live_ticker.h */

struct server_state {
    struct transport *transport; /* owned */
    struct logins *logins;       /* owned */
    struct throttle *throttle;   /* owned; of signing in */
    struct throttle *pairing;    /* owned; of pairing apps */
    struct builds *builds;       /* owned */
    struct events *events;       /* owned */
    struct live_ticker *live;    /* owned */
};

/* Who sends this, by the cookie (server/sign_in.c). */
MUST_USE bool sign_in_identify(struct server *s, const struct request *q, struct server_user *ret,
                               struct error *err);
