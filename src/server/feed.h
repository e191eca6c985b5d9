/* Bytes on their way to one client that stays connected. Any thread puts them in; the connection
 * takes them out when its socket has room, and is suspended (no thread waits for it) while there
 * are none. Bounded: what does not fit is refused, so a client that reads slowly costs its own
 * bound and nothing else. Shared by counting: one reference is the connection's, one its writer's.
 */
#pragma once
#include "base/base.h"

struct feed; /* any thread */

/* `limit`: most bytes that may wait. The caller ends *ret with feed_unref(). */
MUST_USE bool feed_create(size_t limit, struct feed **ret, struct error *err);
struct feed *feed_ref(struct feed *f);
void feed_unref(struct feed *f); /* NULL is fine */

/* ---- for who writes ---- */

/* All of it or nothing: false when there is no room (or no memory) for it, or the feed is over. */
bool feed_push(struct feed *f, struct str bytes);
/* What waits is still sent, then the answer ends. */
void feed_end(struct feed *f);
/* Has it ended, or the connection? */
bool feed_is_over(struct feed *f);
size_t feed_waiting(struct feed *f); /* bytes */
/* Has the client closed its end? Asks the system, so not for every write. A suspended connection
 * is watched by nobody else. */
bool feed_is_lost(struct feed *f);

/* ---- for server/transport.c, which has the connection ---- */

struct feed_connection {
    int fd; /* for feed_is_lost() */
    void (*suspend)(void *connection);
    void (*resume)(void *connection);
    void *connection;
};
void feed_attach(struct feed *f, const struct feed_connection *c);
enum feed_state {
    FEED_NONE = 0,
    FEED_BYTES,  /* *ret_len bytes were written to `to` */
    FEED_ASLEEP, /* nothing there: the connection was suspended and is resumed with the next byte */
    FEED_END,
};
enum feed_state feed_take(struct feed *f, char *to, size_t max, size_t *ret_len);
/* The connection is going (or never came): it is not touched any more. */
void feed_detach(struct feed *f);
/* That, and its reference goes, too. NULL is fine. */
void feed_leave(struct feed **f);
