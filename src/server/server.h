/* The HTTP server: libmicrohttpd with epoll on a few threads, handlers on a pool of workers (a
 * handler may wait for the disk; the epoll threads never do). Nothing global: any number may run.
 */
#pragma once
#include "db/store.h"
#include "proctor/proctor.h"

struct buf;
struct campus;

/* Where candidates find help besides the chat. */
struct server_contact {
    const char *name, *phone, *hours; /* NULL: defaults */
};
struct server_options {
    const char *address;            /* "127.0.0.1" */
    uint16_t port;                  /* 0: any; server_port() tells */
    const char *tls_cert, *tls_key; /* PEM files; NULL for plain HTTP */
    const char *public_origin;      /* "https://exam.example.org" behind a proxy; NULL: from Host */
    unsigned epoll_threads, worker_threads; /* 0: defaults */
    struct server_contact contact;
    const char *plugin_id, *plugin_url; /* of the browser's plugin and its page in the store; may be
                                           NULL */
    const char *downloads; /* the folder with the installers of desktop app and plugin; NULL: there
                              is none */
};
struct server {
    struct server_options options;
    struct db_store *store;     /* borrowed */
    struct proctor *proctor;    /* borrowed */
    struct campus *campus;      /* borrowed */
    struct server_state *state; /* owned, private to server/ */
};

/* `ret` is the caller's storage; parts are filled in by it before. */
MUST_USE bool server_start(struct server *s, struct error *err);
uint16_t server_port(const struct server *s);
/* Answers what was begun (at most 10 s), then ends. */
void server_stop(struct server *s);

/* Every route and who may call it, as a Markdown table. */
void server_routes_text(struct buf *to);

/* Tables of this folder (`login`). */
extern const struct db_migrations server_migrations;
