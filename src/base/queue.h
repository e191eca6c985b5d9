/* A bounded queue of owned pointers between threads. Full: push waits (nothing is dropped).
 * Closed: push fails, pop gives what is left and then fails. To stop workers: close, join, destroy. */
#pragma once
#include "base/base.h"

struct queue;

MUST_USE bool queue_create(size_t capacity, struct queue **ret, struct error *err);
/* Takes `item` even when it fails: then `drop(item)` was called. */
MUST_USE bool queue_push(struct queue *q, void *item, void (*drop)(void *), struct error *err);
/* Waits for an item; false when the queue is closed and empty. */
MUST_USE bool queue_pop(struct queue *q, void **ret);
void queue_close(struct queue *q);
size_t queue_len(struct queue *q);
void queue_destroy(struct queue *q); /* must be empty; NULL is fine */
