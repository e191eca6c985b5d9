#include "base/file.h"
#include "db/store.h"
#include "support/fault.h"
#include "support/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 16
#define PER_THREAD 40

static bool run_sql(struct db *db, void *context, struct error *err)
{
    return db_run(db, context, DB_NO_ARGS, NULL, err);
}

static struct db_store *open_store(const struct test_folder *folder, size_t readers)
{
    struct db_store *store = NULL;
    struct error err;
    static char schema[] = "CREATE TABLE IF NOT EXISTS t (x BIGINT PRIMARY KEY)";
    assert_good(db_store_open(test_path(folder, "s.db"), readers, &store, &err), err);
    assert_good(db_store_write(store, run_sql, schema, &err), err);
    return store;
}

struct numbers {
    int64_t count, sum;
};

static bool read_numbers(struct db *db, void *context, struct error *err)
{
    struct numbers *n = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT count(*), coalesce(sum(x), 0) FROM t", DB_NO_ARGS, &found, &rows,
                      err))
        return false;
    *n = (struct numbers){db_col_i64(rows, 0), db_col_i64(rows, 1)};
    return true;
}

static struct numbers numbers(struct db_store *store)
{
    struct numbers n;
    struct error err;
    assert_good(db_store_read(store, read_numbers, &n, &err), err);
    return n;
}

/* Writes x; a multiple of three is written and then refused. */
static bool write_x(struct db *db, void *context, struct error *err)
{
    const int64_t *x = context;
    if (!db_run(db, "INSERT INTO t VALUES ($1)", DB_ARGS(DB_I64(*x)), NULL, err))
        return false;
    return *x % 3 != 0 || error_set(err, ERROR_INVALID, "%" PRId64 " is a multiple of three", *x);
}

struct writer {
    struct db_store *store;
    int64_t first;
    atomic_int *wrong; /* results that were another job's */
};

static void *write_many(void *context)
{
    struct writer *w = context;
    for (int64_t x = w->first; x < w->first + PER_THREAD; x++) {
        struct error err = {0};
        char expected[ERROR_MESSAGE_MAX];
        int64_t mine = x;
        bool good = db_store_write(w->store, write_x, &mine, &err);
        snprintf(expected, sizeof expected, "%" PRId64 " is a multiple of three", x);
        if (good == (x % 3 == 0) || (!good && strcmp(err.message, expected) != 0))
            ++*w->wrong;
    }
    return NULL;
}

static void write_from_threads(struct db_store *const *stores, size_t stores_len)
{
    pthread_t threads[THREADS];
    struct writer writers[THREADS];
    atomic_int wrong = 0;
    for (size_t i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){stores[i % stores_len], (int64_t)i * PER_THREAD, &wrong};
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &writers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(wrong, 0);
}

static struct numbers expected_numbers(void)
{
    struct numbers n = {0};
    for (int64_t x = 0; x < (int64_t)THREADS * PER_THREAD; x++)
        if (x % 3) {
            n.count++;
            n.sum += x;
        }
    return n;
}

static void writers_share_flushes_and_failures_stay_alone(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *store = open_store(&folder, 2);
    struct db_store_stats stats;
    write_from_threads(&store, 1);
    struct numbers got = numbers(store), expected = expected_numbers();
    assert_int_equal(got.count, expected.count);
    assert_int_equal(got.sum, expected.sum);
    db_store_stats(store, &stats);
    assert_int_equal(stats.writes, THREADS * PER_THREAD + 1); /* and the table */
    assert_int_equal(stats.failed, THREADS * PER_THREAD - expected.count);
    assert_true(stats.commits < stats.writes / 2);
    assert_in_range(stats.largest, 2, THREADS);
    db_store_close(store);
}

static void two_stores_share_one_file(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *stores[2] = {open_store(&folder, 1), open_store(&folder, 1)};
    write_from_threads(stores, 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(numbers(stores[i]).sum, expected_numbers().sum);
    db_store_close(stores[0]);
    assert_int_equal(numbers(stores[1]).sum, expected_numbers().sum);
    db_store_close(stores[1]);
}

/* ---- a group that fails as a whole ---- */

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered, open;
};

static bool hold_the_writer(struct db *db, void *context, struct error *err)
{
    struct gate *gate = context;
    (void)db, (void)err;
    pthread_mutex_lock(&gate->lock);
    gate->entered = true;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
    return true;
}

struct one_write {
    struct db_store *store;
    db_body *body;
    void *context;
    bool good;
    struct error err;
    pthread_t thread;
};

static void *do_one_write(void *context)
{
    struct one_write *w = context;
    w->good = db_store_write(w->store, w->body, w->context, &w->err);
    return NULL;
}

static void a_failed_commit_is_told_to_every_writer_of_the_group(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *store = open_store(&folder, 1);
    struct error err;
    struct db_store_stats before, after;
    static char schema[] = "CREATE TABLE child (x BIGINT REFERENCES t (x)"
                           " DEFERRABLE INITIALLY DEFERRED)";
    static char orphan[] = "INSERT INTO child VALUES (999)"; /* refused by COMMIT, not before */
    assert_good(db_store_write(store, run_sql, schema, &err), err);
    db_store_stats(store, &before);

    struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, false};
    int64_t x[4] = {1, 2, 3, 4};
    struct one_write holder = {.store = store, .body = hold_the_writer, .context = &gate};
    struct one_write group[5];
    assert_int_equal(pthread_create(&holder.thread, NULL, do_one_write, &holder), 0);
    pthread_mutex_lock(&gate.lock);
    while (!gate.entered)
        pthread_cond_wait(&gate.changed, &gate.lock);
    pthread_mutex_unlock(&gate.lock);
    for (int i = 0; i < 5; i++) { /* these gather behind it */
        group[i] = (struct one_write){.store = store,
                                      .body = i < 4 ? write_x : run_sql,
                                      .context = i < 4 ? (void *)&x[i] : orphan};
        assert_int_equal(pthread_create(&group[i].thread, NULL, do_one_write, &group[i]), 0);
    }
    for (struct db_store_stats now = before; now.waiting < 5;)
        db_store_stats(store, &now);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.lock);
    pthread_join(holder.thread, NULL);
    for (int i = 0; i < 5; i++)
        pthread_join(group[i].thread, NULL);

    assert_true(holder.good); /* it was alone in its group */
    for (int i = 0; i < 5; i++) {
        assert_false(group[i].good);
        assert_int_equal(group[i].err.code, i == 2 ? ERROR_INVALID : ERROR_CONFLICT);
    }
    assert_int_equal(numbers(store).count, 0);
    db_store_stats(store, &after);
    assert_int_equal(after.commits - before.commits, 1);
    assert_int_equal(after.failed - before.failed, 5);
    assert_int_equal(after.waiting, 0);
    assert_good(db_store_write(store, write_x, &x[0], &err), err); /* and it goes on */
    assert_int_equal(numbers(store).count, 1);
    db_store_close(store);
}

static void a_full_disk_fails_the_write_and_the_next_one_works(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *store = open_store(&folder, 1);
    struct error err = {0};
    struct stat st;
    struct rlimit before, small;
    int64_t x = 1;
    assert_int_equal(stat(test_path(&folder, "s.db-wal"), &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = (rlim_t)st.st_size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool good = db_store_write(store, write_x, &x, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(good);
    assert_int_equal(err.code, ERROR_NO_SPACE);
    assert_int_equal(numbers(store).count, 0);
    assert_good(db_store_write(store, write_x, &x, &err), err);
    assert_int_equal(numbers(store).count, 1);
    db_store_close(store);
}

/* ---- reading ---- */

struct two_looks {
    struct db_store *store;
    struct numbers first, second;
};

static bool look_twice(struct db *db, void *context, struct error *err)
{
    struct two_looks *looks = context;
    int64_t x = 7;
    return read_numbers(db, &looks->first, err) &&
           db_store_write(looks->store, write_x, &x, err) && /* another connection's */
           read_numbers(db, &looks->second, err);
}

static void a_read_sees_one_moment_and_the_next_one_sees_the_write(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *store = open_store(&folder, 1);
    struct two_looks looks = {.store = store};
    struct error err;
    assert_good(db_store_read(store, look_twice, &looks, &err), err);
    assert_int_equal(looks.first.count, 0);
    assert_int_equal(looks.second.count, 0);
    assert_int_equal(numbers(store).count, 1);
    int64_t x = 8;
    assert_error(db_store_read(store, write_x, &x, &err), err, ERROR_INTERNAL);
    assert_int_equal(numbers(store).count, 1); /* the reader was given back */
    db_store_close(store);
}

static void *read_many(void *context)
{
    struct two_looks *looks = context;
    for (int i = 0; i < 200; i++) {
        struct numbers n;
        if (!db_store_read(looks->store, read_numbers, &n, NULL) || n.count < looks->first.count)
            return NULL;
        looks->first = n; /* never goes back */
    }
    return looks;
}

static void more_threads_than_readers_take_turns(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *store = open_store(&folder, 2);
    pthread_t threads[8];
    struct two_looks looks[8];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        looks[i] = (struct two_looks){.store = store};
        assert_int_equal(pthread_create(&threads[i], NULL, read_many, &looks[i]), 0);
    }
    write_from_threads(&store, 1);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        void *good;
        pthread_join(threads[i], &good);
        assert_non_null(good);
    }
    db_store_close(store);
}

static bool write_inside(struct db *db, void *context, struct error *err)
{
    int64_t x = 1;
    (void)db;
    return db_store_write(context, write_x, &x, err);
}

static void a_write_inside_a_write_is_an_error_not_a_deadlock(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db_store *store = open_store(&folder, 1);
    struct error err;
    assert_error(db_store_write(store, write_inside, store, &err), err, ERROR_INTERNAL);
    db_store_close(store);
    db_store_close(NULL);
}

static void opening_without_memory_fails_and_leaks_nothing(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    for (uint64_t n = 1, hit = 1; hit; n++) {
        struct db_store *store = NULL;
        struct error err;
        fault_arm(FAULT_MEMORY, n);
        bool good = db_store_open(test_path(&folder, "s.db"), 3, &store, &err);
        hit = fault_disarm();
        assert_true(good != (bool)hit && good == (store != NULL));
        if (!good)
            assert_int_equal(err.code, ERROR_NO_MEMORY);
        db_store_close(store);
    }
}

/* ---- kill -9 ---- */

struct reporter {
    struct db_store *store;
    int pipe;
    int64_t first;
};

static void *write_and_report(void *context)
{
    struct reporter *r = context;
    for (int64_t x = r->first;; x += 3 * THREADS) {
        int64_t mine = x;
        if (!db_store_write(r->store, write_x, &mine, NULL))
            _exit(3);
        if (!file_write(r->pipe, str_bytes(&x, sizeof x), NULL)) /* whole: under PIPE_BUF */
            _exit(4);
    }
    return NULL;
}

static void run_child(const char *path, int pipe, int64_t first)
{
    struct db_store *store;
    static struct reporter reporters[8];
    pthread_t threads[8];
    if (!db_store_open(path, 1, &store, NULL))
        _exit(1);
    for (size_t i = 0; i < ARRAY_LEN(reporters); i++) {
        reporters[i] = (struct reporter){store, pipe, first + 3 * (int64_t)i};
        if (pthread_create(&threads[i], NULL, write_and_report, &reporters[i]))
            _exit(2);
    }
    for (;;)
        pause();
}

static bool find_x(struct db *db, void *context, struct error *err)
{
    const int64_t *x = context;
    bool found;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query_one(db, "SELECT 1 FROM t WHERE x = $1", DB_ARGS(DB_I64(*x)), &found, &rows, err))
        return false;
    return found || error_set(err, ERROR_NOT_FOUND, "%" PRId64 " was acknowledged and is lost", *x);
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    db_store_close(open_store(&folder, 1));
    int64_t acknowledged = 0;
    for (int64_t round = 0; round < 8; round++) {
        int ends[2];
        int64_t x[10000];
        size_t len = 0, wanted = 30 + 40 * (size_t)round;
        struct error err;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(ends[0]);
            run_child(test_path(&folder, "s.db"), ends[1], round * 1000000 * 3 + 1);
        }
        close(ends[1]);
        while (len < wanted && read(ends[0], &x[len], sizeof x[0]) == sizeof x[0])
            len++;
        assert_int_equal(kill(child, SIGKILL), 0);
        while (len < ARRAY_LEN(x) && read(ends[0], &x[len], sizeof x[0]) == sizeof x[0])
            len++; /* what it still said before it died */
        close(ends[0]);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_true(len >= wanted);

        struct db_store *store = open_store(&folder, 1);
        for (size_t i = 0; i < len; i++)
            assert_good(db_store_read(store, find_x, &x[i], &err), err);
        acknowledged += (int64_t)len;
        assert_true(numbers(store).count >= acknowledged);
        assert_true(numbers(store).count <= acknowledged + 8 * (round + 1)); /* one a thread */
        db_store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writers_share_flushes_and_failures_stay_alone),
        cmocka_unit_test(two_stores_share_one_file),
        cmocka_unit_test(a_failed_commit_is_told_to_every_writer_of_the_group),
        cmocka_unit_test(a_full_disk_fails_the_write_and_the_next_one_works),
        cmocka_unit_test(a_read_sees_one_moment_and_the_next_one_sees_the_write),
        cmocka_unit_test(more_threads_than_readers_take_turns),
        cmocka_unit_test(a_write_inside_a_write_is_an_error_not_a_deadlock),
        cmocka_unit_test(opening_without_memory_fails_and_leaks_nothing),
        cmocka_unit_test(what_was_acknowledged_survives_kill_9),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
