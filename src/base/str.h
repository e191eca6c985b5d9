/* Text and bytes as a pointer and a length. A str never owns; NUL stands only where a C API wants
 * it, and then the name says `c_...`. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *ptr; /* borrowed; may be NULL when len is 0 */
    size_t len;
};

#define STR(literal) ((struct str){("" literal), sizeof(literal) - 1})
#define STR_FMT "%.*s" /* printf("..." STR_FMT "...", STR_ARG(s)) */
#define STR_ARG(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

struct str str_from(const char *c_text); /* NULL gives the empty str */
struct str str_bytes(const void *ptr, size_t len);
struct str str_slice(struct str s, size_t from, size_t to); /* clamped to the text */

bool str_eq(struct str a, struct str b);
bool str_eq_nocase(struct str a, struct str b); /* ASCII letters */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);
struct str str_trim(struct str s); /* ASCII white space at both ends */

/* Takes what stands before the first `separator` off the front of *rest into *ret_part; the
 * separator goes too. False when *rest is used up. "a,,b" gives "a", "", "b". */
bool str_split(struct str *rest, char separator, struct str *ret_part);

/* Copies the text with a NUL behind it; false, and cut to fit, when it is longer than size - 1. */
bool str_into(struct str s, char *ret, size_t size);

/* Decimal digits only: no sign, space or other text; false when empty or too large. */
bool str_to_u64(struct str s, uint64_t *ret);
bool str_to_i64(struct str s, int64_t *ret); /* an optional '-' */
/* A decimal number as in JSON ("-1.5e3"), finite. */
bool str_to_double(struct str s, double *ret);

bool str_is_utf8(struct str s); /* valid UTF-8 without NUL (RFC 3629: no surrogates, shortest) */

#define STR_HEX_MAX(bytes) (2 * (bytes) + 1)
/* Writes lower-case hex and a NUL; `ret` has STR_HEX_MAX(bytes.len). */
void str_to_hex(struct str bytes, char *ret);
bool str_from_hex(struct str hex, void *ret, size_t ret_size); /* exactly ret_size bytes */
