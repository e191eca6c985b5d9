#include "server/live_ticker.h"

#include "base/clock.h"
#include "base/log.h"
#include "proctor/live.h"
#include "server/state.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TICK_US SECOND_US
#define EXAMS_MAX 64                    /* watched at the same time */
#define WANTED_US (25 * 60 * SECOND_US) /* a stream lasts at most 20 minutes and comes back */
#define QUIET_US (60 * SECOND_US)       /* between two complaints */

struct wanted {
    char exam_id[ID_TEXT_SIZE];
    int64_t until_us; /* monotonic; the slot is free afterwards */
    int64_t since_us; /* stills up to it were told; the thread's own */
};

struct live_ticker {
    struct server *server; /* borrowed */
    pthread_mutex_t lock;
    pthread_cond_t changed;         /* monotonic */
    struct wanted exams[EXAMS_MAX]; /* guarded, but since_us */
    bool closing, runs;             /* guarded */
    pthread_t thread;
    int64_t complained_us; /* of the thread */
};

static bool any_wanted(const struct live_ticker *t, int64_t now_us)
{
    for (size_t i = 0; i < EXAMS_MAX; i++)
        if (t->exams[i].until_us > now_us)
            return true;
    return false;
}

/* False: it is time to end. */
static bool wait_turn(struct live_ticker *t)
{
    int64_t next_us = clock_monotonic_us() + TICK_US;
    const struct timespec until = {.tv_sec = (time_t)(next_us / SECOND_US),
                                   .tv_nsec = (long)(next_us % SECOND_US) * 1000};
    pthread_mutex_lock(&t->lock);
    while (!t->closing && pthread_cond_timedwait(&t->changed, &t->lock, &until) == 0)
        ;
    while (!t->closing && !any_wanted(t, clock_monotonic_us()))
        pthread_cond_wait(&t->changed, &t->lock);
    bool goes_on = !t->closing;
    pthread_mutex_unlock(&t->lock);
    return goes_on;
}

static void tick(struct live_ticker *t, size_t at)
{
    struct error err;
    bool told = false;
    pthread_mutex_lock(&t->lock);
    struct wanted exam = t->exams[at];
    pthread_mutex_unlock(&t->lock);
    int64_t now_us = clock_monotonic_us();
    if (exam.until_us <= now_us)
        return;
    if (live_tick(t->server->proctor, str_from(exam.exam_id), &exam.since_us, &told, &err)) {
        pthread_mutex_lock(&t->lock);
        if (strcmp(t->exams[at].exam_id, exam.exam_id) == 0)
            t->exams[at].since_us = exam.since_us;
        pthread_mutex_unlock(&t->lock);
        if (told)
            events_poke(t->server->state->events);
    } else if (!t->complained_us || now_us - t->complained_us > QUIET_US) {
        t->complained_us = now_us;
        log_line(LOG_ERROR, "live", "the wall of exam %s: %s", exam.exam_id, err.message);
    }
}

static void *run(void *context)
{
    struct live_ticker *t = context;
    while (wait_turn(t))
        for (size_t i = 0; i < EXAMS_MAX; i++)
            tick(t, i);
    return NULL;
}

bool live_ticker_create(struct server *s, struct live_ticker **ret, struct error *err)
{
    pthread_condattr_t attributes;
    struct live_ticker *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err);
    t->server = s;
    pthread_mutex_init(&t->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&t->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    t->runs = pthread_create(&t->thread, NULL, run, t) == 0;
    if (!t->runs) {
        live_ticker_destroy(t);
        return error_set(err, ERROR_NO_MEMORY, "no thread for the live walls");
    }
    *ret = t;
    return true;
}

bool live_ticker_want(struct live_ticker *t, struct str exam_id, struct error *err)
{
    int64_t now_us = clock_monotonic_us();
    struct wanted *at = NULL;
    pthread_mutex_lock(&t->lock);
    for (size_t i = 0; i < EXAMS_MAX; i++) {
        struct wanted *w = &t->exams[i];
        if (str_eq(exam_id, str_from(w->exam_id))) {
            at = w;
            break;
        }
        if (!at && w->until_us <= now_us)
            at = w;
    }
    if (at) {
        if (at->until_us <= now_us) /* what changed meanwhile is loaded by whoever begins */
            at->since_us = clock_wall_us();
        str_into(exam_id, at->exam_id, sizeof at->exam_id);
        at->until_us = now_us + WANTED_US;
        pthread_cond_signal(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return at || error_set(err, ERROR_THROTTLED, "too many exams are watched at the moment");
}

void live_ticker_destroy(struct live_ticker *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->closing = true;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    if (t->runs)
        pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}
