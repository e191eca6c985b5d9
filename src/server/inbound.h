/* What a request brought along, copied out of libmicrohttpd, so that it lives as long as the
 * request itself: `struct request`'s `transport`. Only for server/. */
#pragma once
#include "base/base.h"

#define INBOUND_HEADERS_MAX 64

struct inbound {
    struct {
        struct str name, value;
    } headers[INBOUND_HEADERS_MAX];
    size_t headers_len;
    struct str query; /* as sent */
    struct str peer;  /* the client's address without port */
    bool tls;         /* by our own TLS */
};
