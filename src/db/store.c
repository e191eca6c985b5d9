/* A caller of db_store_write() waits with its job on its own stack, so nothing is allocated and the
 * number of waiting jobs is bounded by the number of threads. While the writer flushes one group
 * the next one gathers by itself: the busier the server, the more writes share a flush.
 *
 * Threads: `lock` guards the list of jobs, the free readers, the counters and the flags; the writer
 * connection belongs to the writer's thread, a reader to whoever borrowed it. */
#include "db/store.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Bounds how long the first of a group waits: at some 20 us a statement, 512 jobs are about the
 * time of a flush or two. */
#define GROUP_MAX 512

struct job {
    struct job *next;
    db_body *body;
    void *context;     /* the caller's */
    struct error *err; /* the caller's; may be NULL */
    bool good, done;
    pthread_cond_t finished;
};

struct db_store {
    pthread_mutex_t lock;
    pthread_cond_t work, reader_free;
    pthread_t writer_thread;
    bool started, closing;
    char *path;          /* owned */
    struct db *writer;   /* owned */
    struct job *first;   /* waiting, in order of arrival */
    struct job **end;    /* where the next one is hung */
    struct db **readers; /* owned; the first free_len are free */
    size_t readers_len;  /* opened */
    size_t free_len;
    struct db_store_stats stats;
};

/* ---- the writer ---- */

static bool run_group(struct db *db, void *context, struct error *err)
{
    for (struct job *job = context; job; job = job->next) {
        struct error why = {0};
        job->good = db_transaction(db, job->body, job->context, &why); /* a savepoint */
        if (!job->good)
            error_set(job->err, why.code, "%s", why.message);
        if (!db_in_transaction(db)) /* those before it are undone too, those behind it not begun */
            return error_set(err, why.code ? why.code : ERROR_IO, "%s", why.message);
    }
    return true;
}

/* Takes up to GROUP_MAX jobs off the list; NULL when there are none. Under the lock. */
static struct job *take_group(struct db_store *store, size_t *ret_len)
{
    struct job *group = store->first;
    struct job **end = &store->first;
    size_t len = 0;
    while (*end && len < GROUP_MAX) {
        end = &(*end)->next;
        len++;
    }
    store->first = *end;
    if (!store->first)
        store->end = &store->first;
    if (len)
        *end = NULL;
    store->stats.waiting -= len;
    *ret_len = len;
    return group;
}

static void *write_groups(void *context)
{
    struct db_store *store = context;
    size_t len;
    pthread_mutex_lock(&store->lock);
    for (;;) {
        struct job *group = take_group(store, &len);
        if (!group && store->closing)
            break;
        if (!group) {
            pthread_cond_wait(&store->work, &store->lock);
            continue;
        }
        pthread_mutex_unlock(&store->lock);
        struct error why = {0};
        bool committed = db_transaction(store->writer, run_group, group, &why);
        pthread_mutex_lock(&store->lock);
        store->stats.writes += len;
        store->stats.commits += committed ? 1 : 0;
        store->stats.largest = MAX(store->stats.largest, len);
        for (struct job *job = group, *next; job; job = next) {
            next = job->next; /* the caller may leave, and the job with it, once the lock is free */
            if (!committed && (job->good || !job->err || !job->err->code))
                error_set(job->err, why.code, "%s", why.message);
            job->good = job->good && committed;
            store->stats.failed += job->good ? 0 : 1;
            job->done = true;
            pthread_cond_signal(&job->finished);
        }
    }
    pthread_mutex_unlock(&store->lock);
    return NULL;
}

bool db_store_write(struct db_store *store, db_body *body, void *context, struct error *err)
{
    if (pthread_equal(pthread_self(), store->writer_thread)) /* it would wait for itself */
        return error_set(err, ERROR_INTERNAL, "a write inside a write: use db_transaction()");
    struct job job = {.body = body, .context = context, .err = err};
    if (err)
        err->code = ERROR_NONE;
    pthread_cond_init(&job.finished, NULL);
    pthread_mutex_lock(&store->lock);
    assert(!store->closing);
    *store->end = &job;
    store->end = &job.next;
    store->stats.waiting++;
    pthread_cond_signal(&store->work);
    while (!job.done)
        pthread_cond_wait(&job.finished, &store->lock);
    pthread_mutex_unlock(&store->lock);
    pthread_cond_destroy(&job.finished);
    return job.good;
}

/* ---- the readers ---- */

bool db_store_read(struct db_store *store, db_body *body, void *context, struct error *err)
{
    pthread_mutex_lock(&store->lock);
    while (store->free_len == 0)
        pthread_cond_wait(&store->reader_free, &store->lock);
    struct db *db = store->readers[--store->free_len]; /* the last used: its cache is warm */
    pthread_mutex_unlock(&store->lock);

    bool good = db_snapshot(db, body, context, err);

    pthread_mutex_lock(&store->lock);
    store->readers[store->free_len++] = db;
    pthread_cond_signal(&store->reader_free);
    pthread_mutex_unlock(&store->lock);
    return good;
}

void db_store_stats(struct db_store *store, struct db_store_stats *ret)
{
    pthread_mutex_lock(&store->lock);
    *ret = store->stats;
    pthread_mutex_unlock(&store->lock);
}

/* ---- opening ---- */

static bool open_readers(struct db_store *store, const char *path, size_t readers,
                         struct error *err)
{
    store->readers = calloc(readers, sizeof *store->readers);
    if (!store->readers)
        return error_no_memory(err);
    for (; store->readers_len < readers; store->readers_len++)
        if (!db_open_reader(path, &store->readers[store->readers_len], err))
            return false;
    store->free_len = store->readers_len;
    return true;
}

static void closep_store(struct db_store **store) { db_store_close(*store); }

bool db_store_open(const char *path, size_t readers, struct db_store **ret, struct error *err)
{
    assert(readers > 0);
    CLEANUP(closep_store) struct db_store *store = calloc(1, sizeof *store);
    if (!store)
        return error_no_memory(err);
    store->end = &store->first;
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->work, NULL);
    pthread_cond_init(&store->reader_free, NULL);
    store->path = strdup(path);
    if (!store->path)
        return error_no_memory(err);
    if (!db_open(path, &store->writer, err) || !open_readers(store, path, readers, err))
        return false;
    int why = pthread_create(&store->writer_thread, NULL, write_groups, store);
    if (why)
        return error_errno(err, why, "the writer's thread");
    store->started = true;
    *ret = TAKE(store);
    return true;
}

void db_store_close(struct db_store *store)
{
    if (!store)
        return;
    if (store->started) {
        pthread_mutex_lock(&store->lock);
        store->closing = true;
        pthread_cond_signal(&store->work);
        pthread_mutex_unlock(&store->lock);
        pthread_join(store->writer_thread, NULL);
    }
    for (size_t i = 0; i < store->readers_len; i++)
        db_close(store->readers[i]);
    free(store->readers);
    free(store->path);
    db_close(store->writer); /* last: it folds the WAL into the file */
    pthread_cond_destroy(&store->reader_free);
    pthread_cond_destroy(&store->work);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

bool db_store_empty_log(struct db_store *store, struct error *err)
{
    CLEANUP(db_closep) struct db *db = NULL;
    return db_open(store->path, &db, err) && db_scrub(db, false, err);
}
