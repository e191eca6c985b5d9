/* A growing run of bytes. A failed allocation sticks: later calls do nothing, and buf_ok() tells
 * once at the end, so that building text needs no check per piece. */
#pragma once
#include "base/base.h"

struct buf {
    char *ptr; /* owned; not NUL-terminated unless buf_c_text() was asked for */
    size_t len;
    size_t capacity;
    size_t limit; /* most bytes it may hold; 0 is SIZE_MAX / 2 */
    bool failed;  /* allocation failed or the limit was hit */
    bool full;    /* it was the limit */
};

void buf_init(struct buf *b, size_t limit);
void buf_done(struct buf *b); /* CLEANUP(buf_done); zeroed is fine */
void buf_clear(struct buf *b); /* keeps the memory */
MUST_USE bool buf_ok(const struct buf *b, struct error *err);

void buf_add(struct buf *b, struct str bytes);
void buf_add_c(struct buf *b, const char *c_text);
void buf_add_char(struct buf *b, char c);
void buf_add_u32le(struct buf *b, uint32_t value);
void buf_add_u64le(struct buf *b, uint64_t value);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for `len` more bytes at the end, whose use buf_commit() tells; NULL on failure. */
char *buf_reserve(struct buf *b, size_t len);
void buf_commit(struct buf *b, size_t len);
void buf_consume(struct buf *b, size_t len); /* drops `len` bytes at the front */

struct str buf_str(const struct buf *b);     /* borrowed until the next change */
MUST_USE bool buf_c_text(struct buf *b, const char **ret, struct error *err); /* adds a NUL behind */
/* malloc'ed bytes with a NUL behind; the buf is empty afterwards. */
MUST_USE bool buf_take(struct buf *b, char **ret, size_t *ret_len, struct error *err);
