#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)4096)

struct arena_block {
    struct arena_block *next; /* older */
    size_t used, size;
    _Alignas(max_align_t) char bytes[];
};

void arena_init(struct arena *a, size_t limit) { *a = (struct arena){.limit = limit}; }

void arena_done(struct arena *a)
{
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    *a = (struct arena){.limit = a->limit};
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + align - 1) / align * align;
    if (a->limit && size > a->limit - MIN(a->used, a->limit))
        return NULL;
    struct arena_block *b = a->blocks;
    if (!b || size > b->size - b->used) {
        size_t block_size = MAX(size, BLOCK_SIZE);
        b = calloc(1, sizeof *b + block_size);
        if (!b)
            return NULL;
        b->size = block_size;
        b->next = a->blocks;
        a->blocks = b;
    }
    void *at = b->bytes + b->used;
    b->used += size;
    a->used += size;
    return at;
}

struct str arena_copy(struct arena *a, struct str text)
{
    char *copy = text.len < SIZE_MAX ? arena_alloc(a, text.len + 1) : NULL;
    if (!copy)
        return (struct str){NULL, 0};
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    return (struct str){copy, text.len};
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : arena_alloc(a, (size_t)len + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}

void *arena_more(struct arena *a, void *items, size_t len, size_t *room, size_t item_size)
{
    if (len < *room)
        return items;
    size_t more = *room ? *room : 8, size;
    if (__builtin_mul_overflow(more, (size_t)2, &more) ||
        __builtin_mul_overflow(more, item_size, &size))
        return NULL;
    void *grown = arena_alloc(a, size);
    if (!grown)
        return NULL;
    if (len)
        memcpy(grown, items, len * item_size);
    *room = more;
    return grown;
}
