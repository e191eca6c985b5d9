/* The routes: one table says method, path, who may call, how large a body may be, and the handler. */
#pragma once
#include "server/http.h"

#define ROLE_CANDIDATE (1u << 0)
#define ROLE_INSTRUCTOR (1u << 1)
#define ROLE_PROCTOR (1u << 2)
#define ROLE_SUPPORT (1u << 3)
#define ROLE_ADMIN (1u << 4)
#define ROLE_STAFF (ROLE_INSTRUCTOR | ROLE_PROCTOR | ROLE_ADMIN)
#define ROLE_SIGNED_IN (ROLE_CANDIDATE | ROLE_STAFF | ROLE_SUPPORT)
#define ROLE_ANYONE (ROLE_SIGNED_IN | 1u << 5)

typedef bool route_handler(struct server *s, struct request *q, struct response *r,
                           struct error *err);

/* An upload is given to its handler in parts as they arrive, so its size has no bound in memory. */
struct route_upload {
    /* Headers are there. True with *ret NULL means: answer `r` now and ignore the body. */
    bool (*begin)(struct server *s, struct request *q, struct response *r, void **ret,
                  struct error *err);
    bool (*add)(void *upload, struct str bytes, struct error *err);
    /* The body is whole: fills the answer. */
    bool (*finish)(void *upload, struct response *r, struct error *err);
    /* Always called last; `cut`: the connection broke, or the body was not whole. */
    void (*end)(void *upload, bool cut);
};

struct route {
    enum http_method method;
    const char *pattern; /* "/api/review/sessions/:session"; parts are [0-9A-Za-z_-]{1,64} */
    unsigned roles;
    size_t body_max; /* bytes; 0 is no body */
    route_handler *handle;
    const struct route_upload *upload; /* instead of handle */
};

/* The tables, each beside its handlers; server/router.c joins them. Ends with method HTTP_NONE. */
extern const struct route sign_in_routes[], tus_routes[], campus_routes[], proctor_routes[],
    review_routes[];
