/* Threads: the keeper and the followers. They share nothing but `lock` and what it guards; the
 * queue is the database. A thread waits for `signal`: somebody of this process has written
 * (p->grown), or a second has passed, for another process may have. */
#include "proctor/worker.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "proctor/analysis_job.h"
#include "proctor/enrolment.h"
#include "proctor/follower.h"
#include "proctor/report_session.h"
#include "proctor/sweep.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define LOOK_US SECOND_US          /* other processes write, too */
#define TROUBLE_US (5 * SECOND_US) /* before the next try when something is wrong here */

struct worker {
    struct proctor *p; /* borrowed */
    struct worker_options options;
    char owner[ID_TEXT_SIZE];
    pthread_mutex_t lock;
    pthread_cond_t signal;
    uint64_t growths; /* guarded */
    bool stopping;    /* guarded */
    pthread_t keeper;
    bool keeper_runs;
    unsigned followers_len;
    pthread_t *followers; /* owned */
};

/* ---- waiting ---- */

static void grown(void *context)
{
    struct worker *w = context;
    pthread_mutex_lock(&w->lock);
    w->growths++;
    pthread_cond_broadcast(&w->signal);
    pthread_mutex_unlock(&w->lock);
}

static bool stopping(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    bool is = w->stopping;
    pthread_mutex_unlock(&w->lock);
    return is;
}

/* Waits until something has grown since *seen, or `us` have passed. False: the worker stops. */
static bool wait_growth(struct worker *w, uint64_t *seen, int64_t us)
{
    int64_t until = clock_monotonic_us() + us;
    struct timespec ts = {.tv_sec = (time_t)(until / SECOND_US),
                          .tv_nsec = (long)(until % SECOND_US * 1000)};
    pthread_mutex_lock(&w->lock);
    while (!w->stopping && w->growths == *seen &&
           pthread_cond_timedwait(&w->signal, &w->lock, &ts) == 0)
        ;
    *seen = w->growths;
    bool goes_on = !w->stopping;
    pthread_mutex_unlock(&w->lock);
    return goes_on;
}

/* Waits the whole time; false when the worker stops. */
static bool wait_time(struct worker *w, int64_t us)
{
    int64_t until = clock_monotonic_us() + us;
    uint64_t seen = 0;
    for (int64_t left = us; left > 0; left = until - clock_monotonic_us())
        if (!wait_growth(w, &seen, left))
            return false;
    return true;
}

/* ---- following ---- */

struct follow_wait {
    struct worker *worker;
    uint64_t seen;
};

static bool follower_waits(void *context)
{
    struct follow_wait *f = context;
    return wait_growth(f->worker, &f->seen, LOOK_US);
}

static bool follower_stops(void *context)
{
    struct follow_wait *f = context;
    return stopping(f->worker);
}

/* Deals with one stream to its end, or to the worker's. False when something is wrong here. */
static bool follow_one(struct worker *w, const struct analysis_job *job, struct follow_wait *wait)
{
    struct error err;
    struct follower_options options = {
        .p = w->p,
        .owner = str_from(w->owner),
        .models_folder = w->options.models_folder,
        .program = w->options.program,
        .enrolled = w->options.enrolled ? w->options.enrolled : enrolment_find,
        .wait = follower_waits,
        .stopping = follower_stops,
        .context = wait,
    };
    bool good = follower_run(&options, job, &err);
    if (!good)
        log_line(LOG_WARNING, "worker", "stream %s: %s", job->stream_id, err.message);
    grown(w); /* the session's report may be due */
    return good;
}

static void *follower_main(void *context)
{
    struct worker *w = context;
    struct follow_wait wait = {.worker = w};
    bool goes_on = true;
    while (goes_on && !stopping(w)) {
        struct analysis_job job;
        struct error err;
        bool found = false;
        if (!analysis_job_claim(w->p, str_from(w->owner), &found, &job, &err)) {
            log_line(LOG_ERROR, "worker", "the queue: %s", err.message);
            goes_on = wait_time(w, TROUBLE_US);
        } else if (!found) {
            goes_on = wait_growth(w, &wait.seen, LOOK_US);
        } else if (!follow_one(w, &job, &wait)) {
            goes_on = wait_time(w, TROUBLE_US);
        }
    }
    return NULL;
}

/* ---- keeping ---- */

static void *keeper_main(void *context)
{
    struct worker *w = context;
    int64_t next_sweep = 0, quiet_until = 0;
    uint64_t seen = 0;
    do {
        struct error err;
        size_t made;
        int64_t now = clock_monotonic_us();
        if (!report_session_make_waiting(w->p, &made, &err) && now >= quiet_until) {
            log_line(LOG_ERROR, "worker", "reports: %s", err.message);
            quiet_until = now + SWEEP_INTERVAL_US;
        }
        if (now >= next_sweep) {
            if (!sweep(w->p, clock_wall_us(), &err))
                log_line(LOG_ERROR, "worker", "sweep: %s", err.message);
            next_sweep = now + SWEEP_INTERVAL_US;
        }
    } while (wait_growth(w, &seen, LOOK_US));
    return NULL;
}

/* ---- life ---- */

static bool start_threads(struct worker *w, unsigned followers, struct error *err)
{
    sigset_t all, before;
    bool good = true;
    w->followers = calloc(followers, sizeof *w->followers);
    if (!w->followers)
        return error_no_memory(err);
    sigfillset(&all); /* signals are for the main thread */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    w->keeper_runs = pthread_create(&w->keeper, NULL, keeper_main, w) == 0;
    while (w->keeper_runs && w->followers_len < followers &&
           pthread_create(&w->followers[w->followers_len], NULL, follower_main, w) == 0)
        w->followers_len++;
    if (!w->keeper_runs || w->followers_len < followers)
        good = error_set(err, ERROR_NO_MEMORY, "no thread for the worker");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

bool worker_start(struct proctor *p, const struct worker_options *options, struct worker **ret,
                  struct error *err)
{
    pthread_condattr_t attributes;
    unsigned followers = options->followers ? options->followers : WORKER_FOLLOWERS_DEFAULT;
    if (followers > WORKER_FOLLOWERS_MAX)
        return error_set(err, ERROR_INVALID, "a worker follows at most %d streams",
                         WORKER_FOLLOWERS_MAX);
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        return error_no_memory(err);
    w->p = p;
    w->options = *options;
    id_create(w->owner);
    pthread_mutex_init(&w->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&w->signal, &attributes);
    pthread_condattr_destroy(&attributes);
    p->grown_context = w;
    p->grown = grown;
    if (!start_threads(w, followers, err)) {
        worker_stop(w);
        return false;
    }
    *ret = w;
    return true;
}

void worker_stop(struct worker *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->signal);
    pthread_mutex_unlock(&w->lock);
    if (w->keeper_runs)
        pthread_join(w->keeper, NULL);
    for (unsigned i = 0; i < w->followers_len; i++)
        pthread_join(w->followers[i], NULL);
    w->p->grown = NULL;
    w->p->grown_context = NULL;
    pthread_cond_destroy(&w->signal);
    pthread_mutex_destroy(&w->lock);
    free(w->followers);
    free(w);
}
