/* A request and its answer, as handlers see them: plain calls on a worker thread, no callbacks.
 * libmicrohttpd's types stay inside server/transport.c. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum http_method {
    HTTP_NONE = 0,
    HTTP_GET, /* HEAD is served by GET's handler, without the body, unless it has a row of its own
               */
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
};

#define HTTP_PARAMS_MAX 4
#define HTTP_HEADERS_MAX 24 /* of an answer */

struct server; /* server/server.h */
struct feed;   /* server/feed.h */
struct server_user {
    int64_t id;    /* 0: nobody is signed in */
    unsigned role; /* one ROLE_ bit, server/router.h */
    struct str full_name;
    struct str session; /* of ROLE_APP: the session that the app belongs to; in the arena */
};

struct request {
    enum http_method method;
    struct str path;                    /* decoded, without the query */
    struct str params[HTTP_PARAMS_MAX]; /* the ":name" parts of the route, in order */
    struct server_user user;
    struct str body;       /* whole; for upload routes see server/router.h */
    struct arena *arena;   /* dropped after the answer was sent */
    char id[24];           /* for logs and error bodies */
    const void *transport; /* for the functions below */
};

/* A header's value by its name (any case); ptr NULL when absent. */
struct str request_header(const struct request *q, const char *name);
/* A decoded query argument; ptr NULL when absent. */
struct str request_query(const struct request *q, const char *name);
/* A cookie's value; ptr NULL when absent. */
struct str request_cookie(const struct request *q, const char *name);
/* The client's address, for throttling; never to be logged. */
struct str request_peer(const struct request *q);
/* The body as a JSON object; ERROR_INVALID else, ERROR_UNSUPPORTED without application/json. */
MUST_USE bool request_json(const struct request *q, json_t **ret, struct error *err);
/* Only these members may be there (names separated by spaces): else ERROR_INVALID. */
MUST_USE bool request_json_only(const json_t *object, const char *names, struct error *err);
/* A path parameter that is a number; ERROR_NOT_FOUND else, for nothing of that name exists. */
MUST_USE bool request_param_i64(const struct request *q, int index, int64_t *ret,
                                struct error *err);

struct response {
    unsigned status; /* 200 unless set */
    struct {
        const char *name;  /* static or in the request's arena */
        const char *value; /* in the request's arena or static */
    } headers[HTTP_HEADERS_MAX];
    size_t headers_len;
    struct buf body;     /* sent as it is */
    struct str constant; /* instead of body: bytes that live as long as the program */
    /* Instead of body: called for the next bytes until `size` are sent; on a worker thread. */
    struct {
        uint64_t size; /* 0: not used */
        bool (*read)(void *context, uint64_t at, size_t max, struct buf *to, struct error *err);
        void (*close)(void *context);
        void *context; /* owned once the handler returns true */
    } source;
    struct feed *feed; /* instead of body: what comes, as it comes, until it ends; a reference */
};

/* When a handler fails, its headers are kept (and its body is not): so a 409 may carry an offset, a
 * 429 its Retry-After. */
void response_header(struct response *r, const char *name, const char *value);
/* status, application/json, no-store; takes the reference on `value`. */
MUST_USE bool response_json(struct response *r, unsigned status, json_t *value, struct error *err);

unsigned http_status(enum error_code code); /* the one place where an error becomes a status */
/* The body of docs/protocol.md for `why`; `status` 0 is http_status(). What only concerns the
 * server (io, internal, no memory) is not told: the caller logs it under the request's id. */
void response_error(struct response *r, const struct request *q, unsigned status,
                    const struct error *why);
void response_done(struct response *r); /* frees the body, closes the source, leaves the feed */

const char *http_method_name(enum http_method method); /* "GET"; static */
enum http_method http_method_from(struct str name);    /* HTTP_NONE for one we do not know */
