/* The event stream (SSE, text/event-stream): what has changed, told to pages as it happens.
 *
 * Whatever module changes something notes it beside its write, in the same transaction
 * (proctor/change.h). One thread here looks for new notices every few hundred milliseconds, at once
 * after events_poke(), and not at all while nobody listens; so it does not matter which process
 * made the change, and nothing is kept here but who listens. No listener has a thread: each has a
 * feed (server/feed.h), which is bounded.
 *
 * What a client can rely on:
 *  - A notice with an event's name is told once, without an id, to those who listen then. A client
 *    loads the state after each `open` of its stream and treats events as news about it.
 *  - A topic with a log (chat) tells every entry of the log exactly once and in order, with the
 *    entry's number as `id`; after a cut the client's Last-Event-ID goes on behind it.
 *  - A client that reads too slowly is told `event: reset` instead of what did not fit: it loads
 *    the state again. One that does not read at all is ended by its silence.
 *  - A comment comes every 15 s; a stream ends after some 15 minutes, and the client comes back
 *    and is asked again who it is. */
#pragma once
#include "server/router.h"

struct events; /* any thread */

struct events_options {
    size_t most;          /* streams in all; 0: default */
    size_t most_of_user;  /* of one person; 0: default */
    size_t queue;         /* bytes that may wait for one client; 0: default */
    int64_t look_us;      /* between two looks for changes; 0: default */
    int64_t heartbeat_us; /* 0: default */
};
/* `s` is borrowed; reads its proctor's notices. */
MUST_USE bool events_create(struct server *s, const struct events_options *options,
                            struct events **ret, struct error *err);
/* Ends every stream and takes no new ones: before transport_stop(). NULL is fine. */
void events_close(struct events *e);
void events_destroy(struct events *e); /* closes, too; NULL is fine */

/* A log that outlives the stream. `read` runs on the thread of events and may read the database. */
struct event_log {
    /* Adds what came after entry `after` of the log `key`, oldest first, with event_text_add(); may
     * stop after some: it is asked again until it adds nothing. *ret_last is the last one's number.
     */
    bool (*read)(struct server *s, int64_t key, int64_t after, struct buf *to, int64_t *ret_last,
                 struct error *err);
};

#define EVENTS_TOPICS_MAX 4
struct events_wish {
    const char *topics[EVENTS_TOPICS_MAX]; /* unused ones NULL */
    /* A notice without an event's name on any of the topics means that this log has grown. */
    const struct event_log *log; /* NULL: none */
    int64_t log_key;
    int64_t log_after; /* begin behind this entry; the client's Last-Event-ID comes before it */
};
/* Answers the request with a stream. ERROR_THROTTLED, with Retry-After, when this person or all
 * together have too many; ERROR_CLOSED when the server ends. */
MUST_USE bool events_answer(struct events *e, const struct request *q, struct response *r,
                            const struct events_wish *wish, struct error *err);
/* Something was noted: look now. */
void events_poke(struct events *e);
/* Ends this person's streams (they signed out); who is still signed in elsewhere comes back.
 * NULL is fine. */
void events_end_user(struct events *e, int64_t user_id);

/* One event as it stands in a stream; `data` is JSON in one line; `id` 0 is none. */
void event_text_add(struct buf *to, int64_t id, const char *event, struct str data);
