/* Requests to the one server that the app is paired with. An interface: libcurl on Linux, WinHTTP
 * on Windows, a made-up server in the tests. TLS certificates are always checked. */
#pragma once
#include "base/buf.h"

#define HTTP_HEADERS_MAX 8
#define HTTP_ANSWER_MAX ((size_t)2 << 20) /* bytes of a body */
#define HTTP_LOCATION_MAX 256

struct http_header {
    const char *name, *value; /* value NULL: left out */
};
struct http_request {
    const char *method;
    const char *path;  /* "/api/app/session" */
    const char *token; /* NULL: without */
    const char *type;  /* of the body; NULL: none */
    struct str body;
    struct http_header headers[HTTP_HEADERS_MAX]; /* the first without a name ends them */
};
struct http_answer {
    unsigned status;
    int64_t upload_offset; /* -1: not told */
    int64_t upload_length; /* -1: not told */
    int64_t retry_after_s; /* 0: not told */
    char location[HTTP_LOCATION_MAX];
    struct buf body;
};
void http_answer_done(struct http_answer *a); /* CLEANUP(http_answer_done); zeroed is fine */

struct http;
struct http_ops {
    /* True for every answer of a server, whatever its status; ERROR_CLOSED when there was none. One
     * request at a time; the caller has zeroed *ret. */
    bool (*perform)(struct http *h, const struct http_request *q, struct http_answer *ret,
                    struct error *err);
    void (*destroy)(struct http *h);
};
struct http {
    const struct http_ops *ops;
};

MUST_USE bool http_perform(struct http *h, const struct http_request *q, struct http_answer *ret,
                           struct error *err);
void http_destroy(struct http *h); /* NULL is fine */
/* For those who implement it: takes one line "Name: value" of an answer. */
void http_take_header(struct http_answer *a, struct str line);
/* An answer that is no success becomes an error with the server's own words. */
MUST_USE bool http_check(const struct http_answer *a, struct error *err);
