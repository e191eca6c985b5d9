/* The target of a request: splitting, decoding and matching. Pure functions over a stranger's
 * bytes. */
#pragma once
#include "base/arena.h"

#define URI_MAX 8192 /* bytes of path and query as sent */
#define URI_PARAM_MAX 64

/* Takes "/a/b%20c?x=1" apart: *ret_path is decoded (in the arena or a part of `raw`), *ret_query as
 * sent. ERROR_INVALID for another form, a bad escape, an escaped '/' (it would move the parts),
 * bytes that are not UTF-8, or control characters. */
MUST_USE bool uri_parse(struct str raw, struct arena *arena, struct str *ret_path,
                        struct str *ret_query, struct error *err);

/* Decodes %XX (and '+' as a space when `plus`). ERROR_INVALID for a bad escape or what is not
 * UTF-8. */
MUST_USE bool uri_decode(struct str text, bool plus, struct arena *arena, struct str *ret,
                         struct error *err);

/* The decoded value of `name` in "a=1&b=2"; ptr NULL when it is not there or does not decode. */
struct str uri_query_find(struct str query, struct str name, struct arena *arena);

/* Does `path` fit "/api/sessions/:session/start"? A part ":x" takes [0-9A-Za-z_-]{1,64}; the first
 * `max` go into ret_params in order. */
bool uri_match(const char *pattern, struct str path, struct str *ret_params, size_t max);
