/* The lock is held while a connection is suspended or resumed, so that a byte that comes between
 * "nothing is there" and the suspension cannot be missed. libmicrohttpd calls us without its own
 * locks held, so the order (ours, then its) is the same everywhere. */
#include "server/feed.h"

#include "base/buf.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_MAX 4096 /* bytes of memory that an empty feed keeps */

struct feed {
    pthread_mutex_t lock; /* of all that follows */
    int refs;
    struct buf waiting;
    bool ended;    /* by who writes */
    bool detached; /* the connection has gone */
    bool asleep;   /* suspended until there are bytes */
    struct feed_connection at;
};

bool feed_create(size_t limit, struct feed **ret, struct error *err)
{
    struct feed *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    pthread_mutex_init(&f->lock, NULL);
    f->refs = 1;
    buf_init(&f->waiting, limit);
    f->at.fd = -1;
    *ret = f;
    return true;
}

struct feed *feed_ref(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->refs++;
    pthread_mutex_unlock(&f->lock);
    return f;
}

void feed_unref(struct feed *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    bool last = --f->refs == 0;
    pthread_mutex_unlock(&f->lock);
    if (!last)
        return;
    buf_done(&f->waiting);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

static void wake(struct feed *f)
{
    if (!f->asleep)
        return;
    f->asleep = false;
    f->at.resume(f->at.connection);
}

bool feed_push(struct feed *f, struct str bytes)
{
    pthread_mutex_lock(&f->lock);
    bool good = !f->ended && !f->detached && bytes.len <= f->waiting.limit - f->waiting.len;
    if (good) {
        size_t before = f->waiting.len;
        buf_add(&f->waiting, bytes);
        good = !f->waiting.failed;
        if (!good) { /* no memory: as if there were no room */
            f->waiting.failed = f->waiting.full = false;
            f->waiting.len = before;
        }
    }
    if (good)
        wake(f);
    pthread_mutex_unlock(&f->lock);
    return good;
}

void feed_end(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->ended = true;
    wake(f);
    pthread_mutex_unlock(&f->lock);
}

bool feed_is_over(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    bool over = f->ended || f->detached;
    pthread_mutex_unlock(&f->lock);
    return over;
}

size_t feed_waiting(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    size_t len = f->waiting.len;
    pthread_mutex_unlock(&f->lock);
    return len;
}

bool feed_is_lost(struct feed *f)
{
    pthread_mutex_lock(&f->lock); /* the descriptor stays open until feed_detach() */
    struct pollfd p = {.fd = f->at.fd, .events = POLLRDHUP};
    bool lost = f->detached ||
                (p.fd >= 0 && poll(&p, 1, 0) == 1 && p.revents & (POLLRDHUP | POLLHUP | POLLERR));
    pthread_mutex_unlock(&f->lock);
    return lost;
}

void feed_attach(struct feed *f, const struct feed_connection *c)
{
    pthread_mutex_lock(&f->lock);
    f->at = *c;
    pthread_mutex_unlock(&f->lock);
}

enum feed_state feed_take(struct feed *f, char *to, size_t max, size_t *ret_len)
{
    enum feed_state state = FEED_BYTES;
    pthread_mutex_lock(&f->lock);
    size_t len = MIN(max, f->waiting.len);
    if (len > 0) {
        memcpy(to, f->waiting.ptr, len);
        buf_consume(&f->waiting, len);
        if (f->waiting.len == 0 && f->waiting.capacity > KEEP_MAX)
            buf_done(&f->waiting); /* its limit stays */
        *ret_len = len;
    } else if (f->ended) {
        state = FEED_END;
    } else {
        state = FEED_ASLEEP;
        f->asleep = true;
        f->at.suspend(f->at.connection);
    }
    pthread_mutex_unlock(&f->lock);
    return state;
}

void feed_detach(struct feed *f)
{
    pthread_mutex_lock(&f->lock);
    f->detached = true;
    f->asleep = false;
    f->at = (struct feed_connection){.fd = -1};
    pthread_mutex_unlock(&f->lock);
}

void feed_leave(struct feed **f)
{
    if (*f)
        feed_detach(*f);
    feed_unref(*f);
    *f = NULL;
}
