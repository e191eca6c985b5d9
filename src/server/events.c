/* The list of listeners grows at its head, by any thread, and shrinks only by ours: so ours walks
 * it from a head that it read once, without holding the lock while it reads the database. */
#include "server/events.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "proctor/change.h"
#include "server/feed.h"
#include "server/server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MOST 2048 /* half of the connections: requests must find room beside them */
#define MOST_OF_USER 8
#define QUEUE ((size_t)64 << 10)
#define LOOK_US INT64_C(300000)
#define HEARTBEAT_US (15 * SECOND_US)
#define LOST_US (5 * SECOND_US)   /* how late a client that has gone may be noticed */
#define LIFE_US (900 * SECOND_US) /* and up to a third more, so that they do not end together */
#define PRUNE_US (60 * SECOND_US)
#define BATCH 256 /* notices read at a time */
#define RETRY_MS_MIN 1000
#define RETRY_MS_SPREAD 3000 /* after a restart a thousand pages come back, not all at once */
#define RETRY_AFTER "10"

struct listener {
    struct listener *next; /* `first` of the list is guarded; the rest is ours */
    struct feed *feed;     /* a reference */
    int64_t user_id;
    char topics[EVENTS_TOPICS_MAX][CHANGE_TOPIC_MAX + 1];
    const struct event_log *log;
    int64_t log_key;
    /* of the thread */
    int64_t log_after;
    int64_t seq;  /* notices up to this one are told */
    bool due;     /* its log may have more */
    bool lagging; /* something was left out: it has to be told `reset` */
    int64_t ends_us, beat_us, looked_us;
};

struct events {
    struct server *server; /* borrowed */
    struct events_options options;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* monotonic */
    struct listener *first; /* guarded */
    bool poked, closing;    /* guarded */
    bool runs;
    pthread_t thread;
    /* of the thread */
    int64_t pruned_us, complained_us, pruned_seq;
};

void event_text_add(struct buf *to, int64_t id, const char *event, struct str data)
{
    if (id)
        buf_printf(to, "id: %" PRId64 "\n", id);
    buf_printf(to, "event: %s\ndata: ", event);
    buf_add(to, data);
    buf_add_c(to, "\n\n");
}

/* ---- on the thread ---- */

static void complain(struct events *e, int64_t now_us, const struct error *why)
{
    if (e->complained_us && now_us - e->complained_us < 60 * SECOND_US)
        return;
    e->complained_us = now_us;
    log_line(LOG_ERROR, "events", "changes cannot be read: %s", why->message);
}

static void send(struct listener *l, struct str text, int64_t now_us)
{
    if (l->lagging || !feed_push(l->feed, text))
        l->lagging = true;
    else
        l->beat_us = now_us;
}

static bool listens_to(const struct listener *l, struct str topic)
{
    for (size_t i = 0; i < EVENTS_TOPICS_MAX && l->topics[i][0]; i++)
        if (str_eq(topic, str_from(l->topics[i])))
            return true;
    return false;
}

static void tell(struct listener *first, const struct change *c, int64_t now_us)
{
    CLEANUP(buf_done) struct buf text = {0};
    if (c->event.len)
        event_text_add(&text, 0, c->event.ptr, c->data);
    for (struct listener *l = first; l; l = l->next) {
        if (c->seq <= l->seq || !listens_to(l, c->topic))
            continue;
        if (!c->event.len)
            l->due = true;
        else if (text.failed)
            l->lagging = true;
        else
            send(l, buf_str(&text), now_us);
    }
}

/* What was noted since the last look, to everyone whom it concerns. */
static bool look(struct events *e, struct listener *first, int64_t now_us, struct error *err)
{
    int64_t seq = INT64_MAX;
    size_t len = BATCH;
    for (const struct listener *l = first; l; l = l->next)
        seq = MIN(seq, l->seq);
    while (first && len == BATCH) {
        CLEANUP(arena_done) struct arena arena = {0};
        struct change *changes;
        if (!change_list(e->server->proctor, seq, BATCH, &arena, &changes, &len, err))
            return false;
        for (size_t i = 0; i < len; i++)
            tell(first, &changes[i], now_us);
        if (len)
            seq = changes[len - 1].seq;
        for (struct listener *l = first; l; l = l->next)
            l->seq = MAX(l->seq, seq);
    }
    return true;
}

/* Only as much as its client has taken: the log keeps the rest. */
static bool read_log(struct events *e, struct listener *l, int64_t now_us, struct error *err)
{
    CLEANUP(buf_done) struct buf text = {0};
    int64_t last = l->log_after;
    if (feed_waiting(l->feed) > e->options.queue / 4)
        return true;
    buf_init(&text, e->options.queue / 2);
    if (!l->log->read(e->server, l->log_key, l->log_after, &text, &last, err) ||
        !buf_ok(&text, err))
        return false;
    if (text.len == 0) {
        l->due = false;
    } else if (feed_push(l->feed, buf_str(&text))) {
        l->log_after = last;
        l->beat_us = now_us;
    }
    return true;
}

static void care(struct events *e, struct listener *l, int64_t now_us)
{
    if (l->lagging && feed_waiting(l->feed) == 0) {
        l->lagging = false;
        send(l, STR("event: reset\ndata: {}\n\n"), now_us);
    }
    if (now_us - l->beat_us >= e->options.heartbeat_us && feed_waiting(l->feed) == 0)
        send(l, STR(":\n\n"), now_us);
    bool ends = now_us >= l->ends_us;
    if (!ends && now_us - l->looked_us >= LOST_US) {
        l->looked_us = now_us;
        ends = feed_is_lost(l->feed);
    }
    if (ends)
        feed_end(l->feed);
}

static void listener_destroy(struct listener *l)
{
    feed_unref(l->feed);
    free(l);
}

static void reap(struct events *e)
{
    struct listener *gone = NULL;
    pthread_mutex_lock(&e->lock);
    for (struct listener **at = &e->first; *at;) {
        struct listener *l = *at;
        if (feed_is_over(l->feed)) {
            *at = l->next;
            l->next = gone;
            gone = l;
        } else {
            at = &l->next;
        }
    }
    pthread_mutex_unlock(&e->lock);
    for (struct listener *next; gone; gone = next) {
        next = gone->next;
        listener_destroy(gone);
    }
}

/* Every process does it, each about once a minute, and only while things change. */
static bool prune(struct events *e, const struct listener *first, int64_t now_us, struct error *err)
{
    if (!first || first->seq == e->pruned_seq || now_us - e->pruned_us < PRUNE_US)
        return true;
    e->pruned_us = now_us;
    e->pruned_seq = first->seq;
    return change_prune(e->server->proctor, clock_wall_us(), err);
}

static bool turn(struct events *e, struct listener *first, bool *ret_more)
{
    struct error why;
    int64_t now_us = clock_monotonic_us();
    bool good = look(e, first, now_us, &why);
    *ret_more = false;
    for (struct listener *l = first; l; l = l->next) {
        int64_t before = l->log_after;
        if (l->due && good)
            good = read_log(e, l, now_us, &why);
        *ret_more = *ret_more || (l->due && l->log_after != before);
        care(e, l, now_us);
    }
    good = good && prune(e, first, now_us, &why);
    if (!good)
        complain(e, now_us, &why);
    reap(e);
    return good;
}

static void *run(void *context)
{
    struct events *e = context;
    bool more = false;
    pthread_mutex_lock(&e->lock);
    while (!e->closing) {
        int64_t next_us = clock_monotonic_us() + e->options.look_us;
        const struct timespec until = {.tv_sec = (time_t)(next_us / SECOND_US),
                                       .tv_nsec = (long)(next_us % SECOND_US) * 1000};
        int late = 0;
        while (!e->closing && !e->poked && !more && late == 0)
            late = e->first ? pthread_cond_timedwait(&e->changed, &e->lock, &until)
                            : pthread_cond_wait(&e->changed, &e->lock);
        struct listener *first = e->first;
        e->poked = more = false;
        pthread_mutex_unlock(&e->lock);
        if (first && !turn(e, first, &more))
            more = false; /* not at once again */
        pthread_mutex_lock(&e->lock);
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

/* ---- listening ---- */

/* Those that are not over; with `lost`, clients of this person that have gone are ended first. */
static size_t count(struct events *e, int64_t user_id, bool lost)
{
    size_t len = 0;
    for (struct listener *l = e->first; l; l = l->next) {
        if ((user_id && l->user_id != user_id) || feed_is_over(l->feed))
            continue;
        if (lost && feed_is_lost(l->feed))
            feed_end(l->feed);
        else
            len++;
    }
    return len;
}

static bool has_room(struct events *e, int64_t user_id, struct error *err)
{
    if (e->closing)
        return error_set(err, ERROR_CLOSED, "the server is restarting, please try again");
    if (count(e, 0, false) >= e->options.most && count(e, 0, true) >= e->options.most)
        return error_set(err, ERROR_THROTTLED, "too many pages listen at the moment");
    if (count(e, user_id, false) >= e->options.most_of_user &&
        count(e, user_id, true) >= e->options.most_of_user)
        return error_set(err, ERROR_THROTTLED, "you have too many pages open");
    return true;
}

static bool make_listener(struct events *e, const struct request *q, const struct events_wish *wish,
                          int64_t seq, struct listener **ret, struct error *err)
{
    int64_t now_us = clock_monotonic_us(), last;
    uint32_t random;
    char hello[32];
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(err);
    random_bytes(&random, sizeof random);
    *l = (struct listener){.user_id = q->user.id,
                           .log = wish->log,
                           .log_key = wish->log_key,
                           .log_after = wish->log_after,
                           .seq = seq,
                           .due = wish->log != NULL,
                           .ends_us = now_us + LIFE_US + random % (LIFE_US / 3),
                           .beat_us = now_us,
                           .looked_us = now_us};
    for (size_t i = 0, len = 0; i < EVENTS_TOPICS_MAX; i++)
        if (wish->topics[i])
            str_into(str_from(wish->topics[i]), l->topics[len++], sizeof l->topics[0]);
    struct str id = request_header(q, "Last-Event-ID");
    if (id.len && str_to_i64(str_trim(id), &last) && last > l->log_after)
        l->log_after = last;
    int len =
        snprintf(hello, sizeof hello, "retry: %u\n\n", RETRY_MS_MIN + random % RETRY_MS_SPREAD);
    if (!feed_create(e->options.queue, &l->feed, err) ||
        (!feed_push(l->feed, str_bytes(hello, (size_t)len)) && !error_no_memory(err))) {
        listener_destroy(l);
        return false;
    }
    *ret = l;
    return true;
}

bool events_answer(struct events *e, const struct request *q, struct response *r,
                   const struct events_wish *wish, struct error *err)
{
    struct listener *l;
    int64_t seq;
    /* Before it is on the list: from then on nothing is missed that is committed later. */
    if (!change_newest(e->server->proctor, &seq, err) || !make_listener(e, q, wish, seq, &l, err))
        return false;
    pthread_mutex_lock(&e->lock);
    bool good = has_room(e, q->user.id, err);
    if (good) {
        r->feed = feed_ref(l->feed);
        l->next = e->first;
        e->first = l;
        e->poked = true;
        pthread_cond_signal(&e->changed);
    }
    pthread_mutex_unlock(&e->lock);
    if (!good) {
        listener_destroy(l);
        response_header(r, "Retry-After", RETRY_AFTER);
        return false;
    }
    response_header(r, "Content-Type", "text/event-stream");
    response_header(r, "X-Accel-Buffering", "no"); /* nginx would collect it */
    return true;
}

void events_poke(struct events *e)
{
    pthread_mutex_lock(&e->lock);
    e->poked = true;
    pthread_cond_signal(&e->changed);
    pthread_mutex_unlock(&e->lock);
}

void events_end_user(struct events *e, int64_t user_id)
{
    if (!e)
        return;
    pthread_mutex_lock(&e->lock);
    for (struct listener *l = e->first; l; l = l->next)
        if (l->user_id == user_id)
            feed_end(l->feed);
    pthread_mutex_unlock(&e->lock);
}

/* ---- start and end ---- */

bool events_create(struct server *s, const struct events_options *options, struct events **ret,
                   struct error *err)
{
    struct events *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err);
    e->server = s;
    e->options = *options;
    struct events_options *o = &e->options;
    o->most = o->most ? o->most : MOST;
    o->most_of_user = o->most_of_user ? o->most_of_user : MOST_OF_USER;
    o->queue = o->queue ? o->queue : QUEUE;
    o->look_us = o->look_us ? o->look_us : LOOK_US;
    o->heartbeat_us = o->heartbeat_us ? o->heartbeat_us : HEARTBEAT_US;
    pthread_mutex_init(&e->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&e->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int why = pthread_create(&e->thread, NULL, run, e);
    if (why != 0) {
        events_destroy(e);
        return error_errno(err, why, "cannot start a thread");
    }
    e->runs = true;
    *ret = e;
    return true;
}

void events_close(struct events *e)
{
    if (!e)
        return;
    pthread_mutex_lock(&e->lock);
    e->closing = true;
    pthread_cond_signal(&e->changed);
    pthread_mutex_unlock(&e->lock);
    if (e->runs)
        pthread_join(e->thread, NULL);
    e->runs = false;
    pthread_mutex_lock(&e->lock);
    for (struct listener *l = e->first; l; l = l->next)
        feed_end(l->feed);
    pthread_mutex_unlock(&e->lock);
    reap(e);
}

void events_destroy(struct events *e)
{
    events_close(e);
    if (!e)
        return;
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->lock);
    free(e);
}
