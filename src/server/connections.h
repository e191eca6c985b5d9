/* The open connections and a thread that watches over them, for what libmicrohttpd does not see:
 * headers that come in drops (it times out only silence), and a client that goes away with its last
 * bytes (its edge-triggered epoll reads the bytes, and looks for the end only when the next event
 * comes, which never does). Only for transport.c. */
#pragma once
#include "base/base.h"

struct sockaddr;
struct connections; /* any thread */
struct connection;

enum connection_phase {
    CONNECTION_NONE = 0,
    CONNECTION_WAITING, /* for the headers of a request */
    CONNECTION_BODY,    /* for the rest of a body */
    CONNECTION_SERVED,
};

/* `patience_s`: how long the headers of a request may take, from the end of the one before. */
MUST_USE bool connections_create(unsigned patience_s, struct connections **ret, struct error *err);
void connections_destroy(struct connections *all); /* all closed; NULL is fine */

/* NULL when there is no memory. `fd` must stay open until connection_close(). */
struct connection *connection_open(struct connections *all, int fd, const struct sockaddr *peer);
void connection_close(struct connections *all, struct connection *c);
void connection_set_phase(struct connections *all, struct connection *c,
                          enum connection_phase phase);
/* The client's address without its port. */
const char *connection_peer(const struct connection *c);
