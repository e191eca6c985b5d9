#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t limit) { *b = (struct buf){.limit = limit}; }

void buf_done(struct buf *b)
{
    free(b->ptr);
    *b = (struct buf){.limit = b->limit};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = b->full = false;
}

bool buf_ok(const struct buf *b, struct error *err)
{
    if (!b->failed)
        return true;
    if (b->full)
        return error_set(err, ERROR_TOO_LARGE, "more than %zu bytes",
                         b->limit ? b->limit : SIZE_MAX / 2);
    return error_set(err, ERROR_NO_MEMORY, "no room for more than %zu bytes", b->len);
}

char *buf_reserve(struct buf *b, size_t len)
{
    size_t limit = b->limit ? b->limit : SIZE_MAX / 2;
    if (b->failed)
        return NULL;
    if (len > limit - b->len) {
        b->failed = b->full = true;
        return NULL;
    }
    size_t need = b->len + len;
    if (need > b->capacity || !b->ptr) { /* room for nothing is still a place */
        size_t capacity = MAX(need, MIN(b->capacity * 2, limit));
        capacity = MAX(capacity, 64);
        char *ptr = realloc(b->ptr, capacity);
        if (!ptr) {
            b->failed = true;
            return NULL;
        }
        b->ptr = ptr;
        b->capacity = capacity;
    }
    return b->ptr + b->len;
}

void buf_commit(struct buf *b, size_t len) { b->len += len; }

void buf_consume(struct buf *b, size_t len)
{
    if (len == 0)
        return;
    memmove(b->ptr, b->ptr + len, b->len - len);
    b->len -= len;
}

void buf_add(struct buf *b, struct str bytes)
{
    if (bytes.len == 0)
        return;
    char *to = buf_reserve(b, bytes.len);
    if (!to)
        return;
    memcpy(to, bytes.ptr, bytes.len);
    b->len += bytes.len;
}

void buf_add_c(struct buf *b, const char *c_text) { buf_add(b, str_from(c_text)); }

void buf_add_char(struct buf *b, char c) { buf_add(b, str_bytes(&c, 1)); }

void buf_add_u32le(struct buf *b, uint32_t value)
{
    unsigned char bytes[4];
    for (int i = 0; i < 4; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    buf_add(b, str_bytes(bytes, sizeof bytes));
}

void buf_add_u64le(struct buf *b, uint64_t value)
{
    buf_add_u32le(b, (uint32_t)value);
    buf_add_u32le(b, (uint32_t)(value >> 32));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *to = len < 0 ? NULL : buf_reserve(b, (size_t)len + 1);
    if (!to) {
        b->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(to, (size_t)len + 1, format, args);
    va_end(args);
    b->len += (size_t)len;
}

struct str buf_str(const struct buf *b) { return (struct str){b->ptr, b->len}; }

bool buf_c_text(struct buf *b, const char **ret, struct error *err)
{
    char *end = buf_reserve(b, 1);
    if (!end)
        return buf_ok(b, err);
    *end = '\0';
    *ret = b->ptr;
    return true;
}

bool buf_take(struct buf *b, char **ret, size_t *ret_len, struct error *err)
{
    const char *text;
    if (!buf_ok(b, err) || !buf_c_text(b, &text, err))
        return false;
    *ret = b->ptr;
    if (ret_len)
        *ret_len = b->len;
    *b = (struct buf){.limit = b->limit};
    return true;
}
