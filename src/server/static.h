/* Pages and their files. Only for server/. */
#pragma once
#include "server/assets.h"
#include "server/router.h"

/* The row for what no table knows. */
extern const struct route static_route;

/* Which file answers this path: itself, or the page whose script shows it; NULL for neither. Pure.
 */
const struct asset *static_find(const struct asset *table, size_t len, struct str path);
/* Does `path` belong to one of the pages? */
bool static_is_page(struct str path);
/* Does "gzip, br;q=0.5" take gzip? */
bool static_takes_gzip(struct str accept_encoding);
/* Is this ETag among those of If-None-Match? */
bool static_matches(struct str if_none_match, const char *etag);
