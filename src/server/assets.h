/* The web pages inside the binary; the table is made by cmake/Assets.cmake from web/dist. */
#pragma once
#include "base/base.h"

struct asset {
    const char *path; /* "/assets/portal-B5J2zBNe.js" */
    const char *type; /* Content-Type */
    const char *etag; /* "\"SHA-256 in hex\"" */
    struct str bytes;
    struct str gzip; /* ptr NULL when that is not smaller */
};
extern const struct asset assets[];
extern const size_t assets_len; /* 0: the pages were not built */
