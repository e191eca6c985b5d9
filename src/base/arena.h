/* Memory of one request or job: taken piece by piece, dropped whole. One thread at a time. */
#pragma once
#include "base/base.h"

struct arena {
    struct arena_block *blocks; /* owned */
    size_t used;                /* bytes handed out */
    size_t limit;               /* most bytes in all; 0 is no limit */
};

void arena_init(struct arena *a, size_t limit);
void arena_done(struct arena *a); /* zeroed is fine */
/* Zeroed and aligned for any type; NULL when out of memory or over the limit. */
void *arena_alloc(struct arena *a, size_t size);
/* A copy with a NUL behind it; ptr is NULL on failure. */
struct str arena_copy(struct arena *a, struct str text);
/* NUL-terminated; NULL on failure. */
char *arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

/* Room for one more item in an array in the arena: gives `items` back, or a copy twice as large
 * when `len` has reached *room; NULL on failure. Start with NULL, 0 and a room of 0. */
void *arena_more(struct arena *a, void *items, size_t len, size_t *room, size_t item_size);
