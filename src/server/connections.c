#include "server/connections.h"

#include "base/clock.h"

#include <assert.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#define BODY_LOOK_US (SECOND_US / 5) /* how late an end may be noticed */

struct connection {
    struct connection *next, *previous;
    int fd;
    enum connection_phase phase;
    int64_t since_us; /* of the phase; monotonic */
    char peer[INET6_ADDRSTRLEN];
};

struct connections {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* monotonic */
    struct connection *first;
    size_t bodies; /* in CONNECTION_BODY */
    int64_t patience_us;
    bool often; /* the watcher will look again soon */
    bool closing;
    pthread_t watcher;
};

/* Half closed in our direction: libmicrohttpd gets an event, reads the end, and closes it. Bytes
 * that have arrived before are still read. */
static void end_reading(const struct connection *c) { shutdown(c->fd, SHUT_RD); }

static bool has_ended(const struct connection *c)
{
    char byte;
    return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void look(const struct connections *all, int64_t now_us)
{
    for (const struct connection *c = all->first; c; c = c->next) {
        if (c->phase == CONNECTION_WAITING && now_us - c->since_us > all->patience_us)
            shutdown(c->fd, SHUT_RDWR);
        else if (c->phase == CONNECTION_BODY && has_ended(c))
            end_reading(c);
    }
}

static void *watch(void *context)
{
    struct connections *all = context;
    pthread_mutex_lock(&all->lock);
    while (!all->closing) {
        int64_t now_us = clock_monotonic_us();
        all->often = all->bodies > 0;
        int64_t next_us = now_us + (all->often ? BODY_LOOK_US : all->patience_us / 4);
        const struct timespec until = {.tv_sec = (time_t)(next_us / SECOND_US),
                                       .tv_nsec = (long)(next_us % SECOND_US) * 1000};
        look(all, now_us);
        pthread_cond_timedwait(&all->changed, &all->lock, &until);
    }
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

bool connections_create(unsigned patience_s, struct connections **ret, struct error *err)
{
    struct connections *all = calloc(1, sizeof *all);
    pthread_condattr_t monotonic;
    if (!all)
        return error_no_memory(err);
    all->patience_us = patience_s * SECOND_US;
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int why = pthread_create(&all->watcher, NULL, watch, all);
    if (why != 0) {
        pthread_cond_destroy(&all->changed);
        pthread_mutex_destroy(&all->lock);
        free(all);
        return error_errno(err, why, "cannot start a thread");
    }
    *ret = all;
    return true;
}

void connections_destroy(struct connections *all)
{
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->closing = true;
    pthread_cond_signal(&all->changed);
    pthread_mutex_unlock(&all->lock);
    pthread_join(all->watcher, NULL);
    assert(!all->first);
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

struct connection *connection_open(struct connections *all, int fd, const struct sockaddr *peer)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->fd = fd;
    c->phase = CONNECTION_WAITING;
    c->since_us = clock_monotonic_us();
    if (peer)
        getnameinfo(peer,
                    peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                : sizeof(struct sockaddr_in),
                    c->peer, sizeof c->peer, NULL, 0, NI_NUMERICHOST);
    pthread_mutex_lock(&all->lock);
    c->next = all->first;
    if (c->next)
        c->next->previous = c;
    all->first = c;
    pthread_mutex_unlock(&all->lock);
    return c;
}

void connection_close(struct connections *all, struct connection *c)
{
    pthread_mutex_lock(&all->lock);
    all->bodies -= c->phase == CONNECTION_BODY;
    if (c->next)
        c->next->previous = c->previous;
    if (c->previous)
        c->previous->next = c->next;
    else
        all->first = c->next;
    pthread_mutex_unlock(&all->lock);
    free(c);
}

void connection_set_phase(struct connections *all, struct connection *c,
                          enum connection_phase phase)
{
    int64_t now_us = clock_monotonic_us();
    pthread_mutex_lock(&all->lock);
    all->bodies -= c->phase == CONNECTION_BODY;
    all->bodies += phase == CONNECTION_BODY;
    if (phase == CONNECTION_BODY && all->bodies == 1 && !all->often)
        pthread_cond_signal(&all->changed); /* looked at more often from now on */
    c->phase = phase;
    c->since_us = now_us;
    pthread_mutex_unlock(&all->lock);
}

const char *connection_peer(const struct connection *c) { return c->peer; }
