#include "campus/attachment.h"
#include "campus/attempt.h"
#include "campus/beat.h"
#include "campus/campus_private.h"

#include "base/clock.h"
#include "base/log.h"
#include "proctor/provider.h"

#include <signal.h>
#include <stdlib.h>

#define SWEEP_US SECOND_US /* how late the server may be to finish an attempt by itself */

bool campus_open(struct db_store *store, struct proctor *proctor, struct campus **ret,
                 struct error *err)
{
    struct campus *c = calloc(1, sizeof *c);
    pthread_condattr_t attributes;
    if (!c)
        return error_no_memory(err);
    c->store = store;
    c->proctor = proctor;
    if (proctor) {
        provider_set_portal(proctor, &attempt_portal);
        c->blobs = proctor->blobs;
        c->deployment_key = proctor->deployment_key;
    }
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&c->signal, &attributes);
    pthread_condattr_destroy(&attributes);
    *ret = c;
    return true;
}

/* False: it is time to stop. */
static bool sweeper_waits(struct campus *c)
{
    int64_t until = clock_monotonic_us() + SWEEP_US;
    struct timespec ts = {.tv_sec = (time_t)(until / SECOND_US),
                          .tv_nsec = (long)(until % SECOND_US * 1000)};
    pthread_mutex_lock(&c->lock);
    while (!c->stopping && pthread_cond_timedwait(&c->signal, &c->lock, &ts) == 0)
        ;
    bool goes_on = !c->stopping;
    pthread_mutex_unlock(&c->lock);
    return goes_on;
}

static void *sweeper_main(void *context)
{
    struct campus *c = context;
    int64_t quiet_until = 0, beat_due = 0;
    do {
        struct error err;
        int64_t now = clock_monotonic_us();
        bool good = true;
        if (now >= beat_due) {
            good = beat(c, clock_wall_us(), &err);
            if (good)
                beat_due = now + BEAT_EVERY_US;
        }
        good = good && attempt_sweep(c, clock_wall_us(), &err) && attachment_sweep(c, &err);
        if (!good && now >= quiet_until) {
            log_line(LOG_ERROR, "campus", "sweeper: %s", err.message);
            quiet_until = now + 30 * SECOND_US;
        }
    } while (sweeper_waits(c));
    return NULL;
}

bool campus_sweeper_start(struct campus *c, struct error *err)
{
    sigset_t all, before;
    if (c->sweeper_runs)
        return true;
    if (!beat(c, clock_wall_us(), err)) /* before the first request: an outage is credited */
        return false;
    sigfillset(&all); /* signals are for the main thread */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    c->sweeper_runs = pthread_create(&c->sweeper, NULL, sweeper_main, c) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return c->sweeper_runs || error_set(err, ERROR_NO_MEMORY, "no thread for the deadlines");
}

void campus_close(struct campus *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    c->stopping = true;
    pthread_cond_broadcast(&c->signal);
    pthread_mutex_unlock(&c->lock);
    if (c->sweeper_runs)
        pthread_join(c->sweeper, NULL);
    pthread_cond_destroy(&c->signal);
    pthread_mutex_destroy(&c->lock);
    seal_key_wipe(&c->deployment_key);
    free(c);
}
