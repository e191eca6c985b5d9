#include "base/queue.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_empty, not_full;
    size_t capacity, first, len;
    bool closed;
    void *items[];
};

bool queue_create(size_t capacity, struct queue **ret, struct error *err)
{
    assert(capacity > 0);
    struct queue *q = calloc(1, sizeof *q + capacity * sizeof q->items[0]);
    if (!q)
        return error_no_memory(err);
    q->capacity = capacity;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->not_empty, NULL);
    pthread_cond_init(&q->not_full, NULL);
    *ret = q;
    return true;
}

bool queue_push(struct queue *q, void *item, void (*drop)(void *), struct error *err)
{
    pthread_mutex_lock(&q->lock);
    while (q->len == q->capacity && !q->closed)
        pthread_cond_wait(&q->not_full, &q->lock);
    bool taken = !q->closed;
    if (taken) {
        q->items[(q->first + q->len++) % q->capacity] = item;
        pthread_cond_signal(&q->not_empty);
    }
    pthread_mutex_unlock(&q->lock);
    if (taken)
        return true;
    if (drop)
        drop(item);
    return error_set(err, ERROR_CLOSED, "shutting down");
}

bool queue_pop(struct queue *q, void **ret)
{
    pthread_mutex_lock(&q->lock);
    while (q->len == 0 && !q->closed)
        pthread_cond_wait(&q->not_empty, &q->lock);
    bool have = q->len > 0;
    if (have) {
        *ret = q->items[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->len--;
        pthread_cond_signal(&q->not_full);
    }
    pthread_mutex_unlock(&q->lock);
    return have;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->not_empty);
    pthread_cond_broadcast(&q->not_full);
    pthread_mutex_unlock(&q->lock);
}

size_t queue_len(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t len = q->len;
    pthread_mutex_unlock(&q->lock);
    return len;
}

void queue_destroy(struct queue *q)
{
    if (!q)
        return;
    assert(q->len == 0);
    pthread_cond_destroy(&q->not_full);
    pthread_cond_destroy(&q->not_empty);
    pthread_mutex_destroy(&q->lock);
    free(q);
}
