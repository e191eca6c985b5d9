/* One request and its answer, and the steps of it that run on a worker. Knows nothing of
 * libmicrohttpd; transport.c decides when a step runs. Only for server/. */
#pragma once
#include "server/inbound.h"
#include "server/router.h"

#define EXCHANGE_PART                                                                              \
    ((size_t)128 << 10) /* most bytes of an upload given to its handler at a time */
#define EXCHANGE_CHUNK ((size_t)256 << 10) /* bytes of a source read at a time */

enum exchange_step {
    EXCHANGE_NONE = 0,
    EXCHANGE_HANDLE, /* the body is whole: the handler */
    EXCHANGE_ADD,    /* a part of an upload */
    EXCHANGE_FINISH, /* its last part */
    EXCHANGE_READ,   /* the next bytes of the answer's source */
    EXCHANGE_END,    /* the connection has done with it: frees it */
};

struct exchange {
    struct server *server;       /* borrowed */
    const struct router *router; /* borrowed */
    void *connection;            /* transport.c's */
    struct arena arena;
    struct inbound in;
    struct request q;
    struct response r;
    const struct route *route; /* NULL when it was answered without one */
    enum exchange_step step;
    int64_t began_us; /* monotonic */
    int refs;         /* by the request, by an answer with a source; epoll thread only */

    bool seen;            /* its headers were taken in */
    bool arrived;         /* its body is whole */
    bool answered;        /* r is the answer; what is left of the body is dropped */
    bool queued;          /* r was handed to the connection */
    bool whole;           /* the answer was sent to its end */
    struct buf body;      /* collected so far, or the next part of an upload */
    uint64_t received;    /* bytes of the body */
    uint64_t declared;    /* Content-Length; UINT64_MAX when it did not say */
    bool begun;           /* the upload's begin() was called */
    void *upload;         /* owned by route->upload; ended by EXCHANGE_END or _FINISH */
    unsigned sent_status; /* for the log */

    uint64_t chunk_at; /* of the source: where `chunk` starts */
    struct buf chunk;
    bool source_failed;
};

struct exchange *exchange_create(struct server *s, const struct router *router, const char *uri);
/* Finds the route and takes what can be refused at once: then it is answered. */
void exchange_start(struct exchange *x);
/* Answers with this error from wherever it stands. */
void exchange_fail(struct exchange *x, const struct error *why);
/* Takes a piece of a plain body; too much of it is answered 413. */
void exchange_collect(struct exchange *x, struct str bytes);
/* On a worker: runs x->step. After EXCHANGE_END `x` is gone. */
void exchange_run(struct exchange *x);
/* One line: id, method, path without its query, status, bytes of the body, time. */
void exchange_log(const struct exchange *x);
bool exchange_needs_worker_to_end(const struct exchange *x);
void exchange_destroy(struct exchange *x); /* without an open upload or source */
