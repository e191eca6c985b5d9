/* Each place holds one child, bound to the session that it served last. A session that comes back
 * soon finds its child; another session never does: the child is ended and a new one started in its
 * place. Children are started and ended without the lock, with their place marked as taken. */
#include "proctor/examiners.h"

#include "base/clock.h"
#include "base/id.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define EXAMINERS_MIN 2
#define EXAMINERS_MAX 8
#define HOLD_US (10 * SECOND_US) /* a session that asks nothing for longer loses its child */
#define IDLE_US (30 * SECOND_US) /* and a child that nobody wanted meanwhile is ended */

struct examiner {
    struct examine *examine; /* owned; NULL: not started */
    char session[ID_TEXT_SIZE];
    bool taken;
    int64_t used_us; /* monotonic */
};

struct examiners {
    struct examine_options options; /* texts borrowed */
    pthread_mutex_t lock;
    pthread_cond_t signal; /* of `stopping` */
    pthread_t keeper;
    bool keeper_runs;
    bool stopping;        /* guarded, as are the places' `taken`, `session`, `used_us` */
    struct examiner *all; /* owned */
    size_t len;
};

/* Ends the children that are idle. */
static void *keeper_main(void *context)
{
    struct examiners *x = context;
    pthread_mutex_lock(&x->lock);
    while (!x->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += IDLE_US / SECOND_US / 3;
        pthread_cond_timedwait(&x->signal, &x->lock, &until);
        for (size_t i = 0; i < x->len && !x->stopping; i++) {
            struct examiner *e = &x->all[i];
            if (e->taken || !e->examine || clock_monotonic_us() - e->used_us < IDLE_US)
                continue;
            e->taken = true;
            pthread_mutex_unlock(&x->lock);
            examine_destroy(e->examine);
            pthread_mutex_lock(&x->lock);
            *e = (struct examiner){0};
        }
    }
    pthread_mutex_unlock(&x->lock);
    return NULL;
}

static size_t count_for(unsigned max)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (max)
        return max;
    return (size_t)MIN(MAX(processors, EXAMINERS_MIN), EXAMINERS_MAX);
}

bool examiners_create(const struct examiners_options *options, struct examiners **ret,
                      struct error *err)
{
    struct examiners *x = calloc(1, sizeof *x);
    pthread_condattr_t attr;
    if (!x)
        return error_no_memory(err);
    x->options = (struct examine_options){.program = options->program,
                                          .models_folder = options->models_folder};
    pthread_mutex_init(&x->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&x->signal, &attr);
    pthread_condattr_destroy(&attr);
    x->len = count_for(options->max);
    x->all = calloc(x->len, sizeof *x->all);
    if (!x->all) {
        examiners_destroy(x);
        return error_no_memory(err);
    }
    int rc = pthread_create(&x->keeper, NULL, keeper_main, x);
    if (rc) {
        examiners_destroy(x);
        return error_errno(err, rc, "a thread for the examiners");
    }
    x->keeper_runs = true;
    *ret = x;
    return true;
}

void examiners_destroy(struct examiners *x)
{
    if (!x)
        return;
    if (x->keeper_runs) {
        pthread_mutex_lock(&x->lock);
        x->stopping = true;
        pthread_cond_signal(&x->signal);
        pthread_mutex_unlock(&x->lock);
        pthread_join(x->keeper, NULL);
    }
    for (size_t i = 0; x->all && i < x->len; i++)
        examine_destroy(x->all[i].examine);
    free(x->all);
    pthread_cond_destroy(&x->signal);
    pthread_mutex_destroy(&x->lock);
    free(x);
}

/* The session's own place, else an empty one, else the one idle for longest. Under the lock. */
static struct examiner *find_place(struct examiners *x, struct str session)
{
    struct examiner *best = NULL;
    int64_t now = clock_monotonic_us();
    for (size_t i = 0; i < x->len; i++) {
        struct examiner *e = &x->all[i];
        if (str_eq(str_from(e->session), session))
            return e->taken ? NULL : e; /* one at a time for one session */
        if (e->taken || (e->examine && now - e->used_us < HOLD_US))
            continue;
        if (!best || (best->examine && (!e->examine || e->used_us < best->used_us)))
            best = e;
    }
    return best;
}

bool examiners_take(struct examiners *x, struct str session_id, struct examiner **ret,
                    struct error *err)
{
    struct examine *stranger = NULL;
    pthread_mutex_lock(&x->lock);
    struct examiner *e = find_place(x, session_id);
    if (e) {
        e->taken = true;
        if (!str_eq(str_from(e->session), session_id)) {
            stranger = TAKE(e->examine);
            str_into(session_id, e->session, sizeof e->session);
        }
    }
    pthread_mutex_unlock(&x->lock);
    if (!e)
        return error_set(err, ERROR_BUSY,
                         "many candidates are being checked in at the moment; please try again in "
                         "a few seconds");
    examine_destroy(stranger);
    if (!e->examine && !examine_start(&x->options, &e->examine, err)) {
        examiners_give(x, e, true);
        return error_wrap(err, "examiner");
    }
    *ret = e;
    return true;
}

struct examine *examiner_examine(struct examiner *e) { return e->examine; }

void examiners_give(struct examiners *x, struct examiner *e, bool done)
{
    if (!e)
        return;
    if (done) {
        examine_destroy(e->examine);
        e->examine = NULL;
    }
    pthread_mutex_lock(&x->lock);
    if (done)
        *e = (struct examiner){0};
    e->taken = false;
    e->used_us = clock_monotonic_us();
    pthread_mutex_unlock(&x->lock);
}
