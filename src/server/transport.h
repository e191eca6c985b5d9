/* libmicrohttpd behind a small door: accepts connections, collects or passes on bodies, runs
 * handlers on worker threads, sends answers. Knows routes only by struct router. Only for server/.
 *
 * Threads: a few epoll threads (libmicrohttpd's) that never wait for anything; worker threads that
 * run handlers; two more for ROUTE_SLOW; one that ends connections whose headers never come. A
 * request is with one thread at a time: its connection is suspended while a worker has it. */
#pragma once
#include "server/router.h"

#define TRANSPORT_HEADERS_MAX (32 * 1024) /* bytes of a request's line and headers, about */

struct transport;
struct transport_options {
    const char *address;                    /* numeric */
    uint16_t port;                          /* 0: any */
    const char *tls_cert, *tls_key;         /* files; NULL for plain HTTP */
    unsigned epoll_threads, worker_threads; /* 0: defaults */
    unsigned connections;                   /* at most; 0: default */
    unsigned idle_s; /* a connection without a byte for that long is ended; 0: default */
    struct router router;
};

/* Strings and tables are borrowed until transport_stop(). */
MUST_USE bool transport_start(struct server *s, const struct transport_options *options,
                              struct transport **ret, struct error *err);
uint16_t transport_port(const struct transport *t);
/* No new connections; what was begun is answered, for at most `wait_ms`; then all ends. Uploads
 * that are cut are ended properly, too. Feeds must have been ended. NULL is fine. */
void transport_stop(struct transport *t, unsigned wait_ms);
