#include "db/db.h"
#include "support/fault.h"
#include "support/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct db *open_at(const struct test_folder *folder)
{
    struct db *db = NULL;
    struct error err;
    assert_good(db_open(test_path(folder, "t.db"), &db, &err), err);
    return db;
}

static void run(struct db *db, const char *sql)
{
    struct error err;
    assert_good(db_run(db, sql, DB_NO_ARGS, NULL, &err), err);
}

static int64_t number(struct db *db, const char *sql)
{
    struct error err;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    assert_good(db_query_one(db, sql, DB_NO_ARGS, &found, &rows, &err), err);
    assert_true(found);
    return db_col_i64(rows, 0);
}

static void a_new_file_is_private_durable_and_strict(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct stat st;
    struct error err;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    assert_int_equal(stat(test_path(&folder, "t.db"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    run(db, "CREATE TABLE t (x)");
    assert_int_equal(stat(test_path(&folder, "t.db-wal"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_good(db_query_one(db, "PRAGMA journal_mode", DB_NO_ARGS, &found, &rows, &err), err);
    assert_str(db_col_text(rows, 0), STR("wal"));
    assert_int_equal(number(db, "PRAGMA synchronous"), 2);
    assert_int_equal(number(db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(number(db, "PRAGMA trusted_schema"), 0);
    assert_int_equal(number(db, "PRAGMA busy_timeout"), 10000);
    assert_error(db_run(db, "INSERT INTO t VALUES (\"text\")", DB_NO_ARGS, NULL, &err), err,
                 ERROR_INTERNAL); /* "x" names a column, as in PostgreSQL */
}

static void values_come_back_as_they_went_in(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    CLEANUP(arena_done) struct arena arena = {0};
    struct error err;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    int64_t id, changes;
    run(db, "CREATE TABLE t (id INTEGER PRIMARY KEY, i BIGINT, d REAL, s TEXT, b BLOB, n TEXT,"
            " es TEXT, eb BLOB)");
    assert_good(db_insert(db, "INSERT INTO t (i, d, s, b, n, es, eb) VALUES ($1,$2,$3,$4,$5,$6,$7)",
                          DB_ARGS(DB_I64(INT64_MIN), DB_DOUBLE(0.1), DB_TEXT(STR("it's \"x\"; --")),
                                  DB_BLOB(STR("a\0b")), DB_NULL, DB_TEXT(((struct str){NULL, 0})),
                                  DB_BLOB(((struct str){NULL, 0}))),
                          &id, &err),
                err);
    assert_int_equal(id, 1);
    assert_good(db_query_one(db, "SELECT i, d, s, b, n, es, eb FROM t WHERE id = $1",
                             DB_ARGS(DB_I64(id)), &found, &rows, &err),
                err);
    assert_true(found);
    assert_true(db_col_i64(rows, 0) == INT64_MIN);
    assert_true(db_col_double(rows, 1) > 0.0999 && db_col_double(rows, 1) < 0.1001);
    assert_str(db_col_text(rows, 2), STR("it's \"x\"; --"));
    assert_str(db_col_text(rows, 3), STR("a\0b"));
    assert_true(db_col_null(rows, 4));
    assert_null(db_col_text(rows, 4).ptr);
    for (int column = 5; column < 7; column++) { /* empty is not NULL */
        assert_false(db_col_null(rows, column));
        assert_non_null(db_col_text(rows, column).ptr);
        assert_int_equal(db_col_text(rows, column).len, 0);
    }
    struct str copy = db_col_copy(rows, 2, &arena);
    assert_null(db_col_copy(rows, 4, &arena).ptr);
    db_donep(&rows);
    assert_str(copy, STR("it's \"x\"; --"));
    assert_int_equal(copy.ptr[copy.len], '\0');

    assert_good(db_run(db, "UPDATE t SET i = i + $1 WHERE id < $2", DB_ARGS(DB_I64(1), DB_I64(99)),
                       &changes, &err),
                err);
    assert_int_equal(changes, 1);
    assert_good(db_run(db, "DELETE FROM t WHERE id = $1", DB_ARGS(DB_I64(99)), &changes, &err),
                err);
    assert_int_equal(changes, 0);
    assert_good(
        db_query_one(db, "SELECT 1 FROM t WHERE id = $1", DB_ARGS(DB_I64(99)), &found, &rows, &err),
        err);
    assert_false(found);
}

static bool read_number(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    int64_t *n = to;
    (void)arena;
    assert_int_equal(*n, 0);
    *n = db_col_i64(rows, 0);
    return *n < 1000 || error_set(err, ERROR_CONFLICT, "%lld is too much", (long long)*n);
}

static void rows_are_collected_until_one_is_bad(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct error err;
    int64_t before, *list = &before;
    struct str *texts = NULL;
    size_t len = 7;
    const char *sql = "SELECT x FROM t ORDER BY x";
    run(db, "CREATE TABLE t (x BIGINT)");
    assert_good(db_query(db, sql, DB_NO_ARGS, &rows, &err), err);
    assert_good(db_collect(rows, &arena, sizeof *list, read_number, &list, &len, &err), err);
    assert_null(list);
    assert_int_equal(len, 0);
    db_donep(&rows);

    for (int i = 0; i < 100; i++) /* more than an array begins with */
        assert_good(db_run(db, "INSERT INTO t VALUES ($1)", DB_ARGS(DB_I64(i)), NULL, &err), err);
    assert_good(db_query(db, sql, DB_NO_ARGS, &rows, &err), err);
    assert_good(db_collect(rows, &arena, sizeof *list, read_number, &list, &len, &err), err);
    assert_int_equal(len, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(list[i], i);
    db_donep(&rows);

    run(db, "INSERT INTO t VALUES (1000)");
    assert_good(db_query(db, sql, DB_NO_ARGS, &rows, &err), err);
    assert_error(db_collect(rows, &arena, sizeof *list, read_number, &list, &len, &err), err,
                 ERROR_CONFLICT);
    db_donep(&rows);

    assert_good(db_query(db, "SELECT 'a' UNION SELECT 'bc'", DB_NO_ARGS, &rows, &err), err);
    assert_good(db_collect(rows, &arena, sizeof *texts, db_read_text, &texts, &len, &err), err);
    assert_int_equal(len, 2);
    assert_str(texts[1], STR("bc"));
}

static void values_are_bound_by_their_number(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    assert_good(db_query_one(db, "SELECT $2 - $1 * $2", DB_ARGS(DB_I64(3), DB_I64(10)), &found,
                             &rows, &err),
                err);
    assert_int_equal(db_col_i64(rows, 0), -20);
    db_donep(&rows);
    struct db_args one = DB_ARGS(DB_I64(1));
    assert_error(db_run(db, "SELECT $1, $2", one, NULL, &err), err, ERROR_INTERNAL);
    assert_error(db_run(db, "SELECT 1", one, NULL, &err), err, ERROR_INTERNAL);
    assert_error(db_run(db, "SELECT ?", one, NULL, &err), err, ERROR_INTERNAL);
    assert_error(db_run(db, "SELECT $2", one, NULL, &err), err, ERROR_INTERNAL);
    assert_error(db_run(db, "SELECT 1; SELECT 2", DB_NO_ARGS, NULL, &err), err, ERROR_INTERNAL);
    assert_error(db_run(db, "", DB_NO_ARGS, NULL, &err), err, ERROR_INTERNAL);
    assert_error(db_run(db, "SELECT 1", DB_NO_ARGS, NULL, &err), err, ERROR_INTERNAL);
    struct db_value unset = {0};
    assert_error(db_run(db, "SELECT $1", ((struct db_args){&unset, 1}), NULL, &err), err,
                 ERROR_INTERNAL);
}

static void the_same_query_may_run_within_its_own_rows(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    static const char sql[] = "SELECT x FROM t WHERE x > $1 ORDER BY x";
    run(db, "CREATE TABLE t (x BIGINT)");
    run(db, "INSERT INTO t VALUES (1), (2), (3)");
    int64_t pairs = 0;
    for (int round = 0; round < 2; round++) {
        CLEANUP(db_donep) struct db_stmt *outer = NULL;
        assert_good(db_query(db, sql, DB_ARGS(DB_I64(0)), &outer, &err), err);
        for (bool row = true; row;) {
            assert_good(db_next(outer, &row, &err), err);
            if (!row)
                break;
            CLEANUP(db_donep) struct db_stmt *inner = NULL;
            assert_good(db_query(db, sql, DB_ARGS(DB_I64(db_col_i64(outer, 0))), &inner, &err),
                        err);
            for (bool more = true; more; pairs += more)
                assert_good(db_next(inner, &more, &err), err);
        }
        bool row = true;
        assert_good(db_next(outer, &row, &err), err); /* past the end: no row, no new start */
        assert_false(row);
    }
    assert_int_equal(pairs, 6);
}

static void more_texts_than_are_kept_still_work(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            char sql[40];
            snprintf(sql, sizeof sql, "SELECT %d", i);
            assert_int_equal(number(db, sql), i);
        }
}

static void broken_constraints_are_conflicts(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    int64_t id;
    run(db, "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT UNIQUE, CHECK (length(name) < 9))");
    run(db, "CREATE TABLE b (a BIGINT NOT NULL REFERENCES a (id))");
    run(db, "INSERT INTO a (name) VALUES ('x')");
    static const char *const bad[] = {"INSERT INTO a (name) VALUES ('x')",
                                      "INSERT INTO b VALUES (7)", "INSERT INTO b VALUES (NULL)",
                                      "INSERT INTO a (name) VALUES ('long long name')"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_error(db_run(db, bad[i], DB_NO_ARGS, NULL, &err), err, ERROR_CONFLICT);
    assert_error(db_insert(db, "INSERT INTO a (name) VALUES ('x') ON CONFLICT DO NOTHING",
                           DB_NO_ARGS, &id, &err),
                 err, ERROR_CONFLICT);
    assert_int_equal(number(db, "SELECT count(*) FROM a"), 1);
    assert_error(db_run(db, "INSERT INTO nothing VALUES (1)", DB_NO_ARGS, NULL, &err), err,
                 ERROR_INTERNAL);
}

/* ---- transactions ---- */

struct steps {
    int64_t first, last;
    bool fail, pass_over;
    struct steps *inner;
};

static bool insert_steps(struct db *db, void *context, struct error *err)
{
    struct steps *s = context;
    for (int64_t x = s->first; x <= s->last; x++)
        if (!db_run(db, "INSERT INTO t VALUES ($1)", DB_ARGS(DB_I64(x)), NULL, err))
            return false;
    if (s->inner && !db_transaction(db, insert_steps, s->inner, err) && !s->pass_over)
        return false;
    return !s->fail || error_set(err, ERROR_INVALID, "on purpose");
}

static void a_failed_body_leaves_nothing(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    run(db, "CREATE TABLE t (x BIGINT PRIMARY KEY)");
    assert_error(db_transaction(db, insert_steps, &(struct steps){1, 3, .fail = true}, &err), err,
                 ERROR_INVALID);
    assert_string_equal(err.message, "on purpose");
    assert_false(db_in_transaction(db));
    assert_int_equal(number(db, "SELECT count(*) FROM t"), 0);
    assert_good(db_transaction(db, insert_steps, &(struct steps){.first = 1, .last = 3}, &err),
                err);
    assert_error(db_transaction(
                     db, insert_steps,
                     &(struct steps){4, 5, .inner = &(struct steps){.first = 3, .last = 3}}, &err),
                 err, ERROR_CONFLICT);
    assert_int_equal(number(db, "SELECT count(*) FROM t"), 3);
}

static void an_inner_transaction_fails_alone(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    run(db, "CREATE TABLE t (x BIGINT PRIMARY KEY)");
    struct steps inner = {10, 12, .fail = true};
    struct steps outer = {1, 2, .inner = &inner, .pass_over = true};
    assert_good(db_transaction(db, insert_steps, &outer, &err), err);
    assert_int_equal(number(db, "SELECT sum(x) FROM t"), 3);
    /* The failed innermost one must not become the point that the one around it goes back to. */
    struct steps around = {.first = 5, .last = 6, .inner = &inner, .pass_over = true, .fail = true};
    outer = (struct steps){.first = 7, .last = 7, .inner = &around, .pass_over = true};
    assert_good(db_transaction(db, insert_steps, &outer, &err), err);
    assert_int_equal(number(db, "SELECT sum(x) FROM t"), 3 + 7);
    inner.fail = false;
    outer = (struct steps){3, 4, .inner = &inner, .fail = true};
    assert_error(db_transaction(db, insert_steps, &outer, &err), err, ERROR_INVALID);
    assert_int_equal(number(db, "SELECT sum(x) FROM t"), 3 + 7); /* the inner one went with it */
}

static bool pass_over_the_end(struct db *db, void *context, struct error *err)
{
    bool *second_ran = context;
    run(db, "INSERT INTO t VALUES (100)");
    run(db, "ROLLBACK"); /* what SQLite does by itself on a full disk */
    *second_ran = db_run(db, "INSERT INTO t VALUES (101)", DB_NO_ARGS, NULL, err);
    return true;
}

static void nothing_is_written_after_the_engine_gave_up(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    bool second_ran = true;
    run(db, "CREATE TABLE t (x BIGINT PRIMARY KEY)");
    assert_error(db_transaction(db, pass_over_the_end, &second_ran, &err), err, ERROR_IO);
    assert_false(second_ran);
    assert_int_equal(number(db, "SELECT count(*) FROM t"), 0);
    run(db, "INSERT INTO t VALUES (1)");
}

static void a_reader_cannot_write(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *reader = NULL;
    CLEANUP(db_closep) struct db *db = NULL;
    struct error err;
    assert_error(db_open_reader(test_path(&folder, "t.db"), &reader, &err), err, ERROR_IO);
    db = open_at(&folder);
    run(db, "CREATE TABLE t (x BIGINT)");
    assert_good(db_open_reader(test_path(&folder, "t.db"), &reader, &err), err);
    assert_error(db_run(reader, "INSERT INTO t VALUES (1)", DB_NO_ARGS, NULL, &err), err,
                 ERROR_INTERNAL);
    run(db, "INSERT INTO t VALUES (1)");
    assert_int_equal(number(reader, "SELECT count(*) FROM t"), 1);
}

static void a_held_lock_is_busy(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *one = open_at(&folder);
    CLEANUP(db_closep) struct db *two = open_at(&folder);
    struct error err;
    run(one, "CREATE TABLE t (x BIGINT)");
    assert_int_equal(number(two, "PRAGMA busy_timeout = 20"), 20); /* not the full 10 s here */
    run(one, "BEGIN IMMEDIATE");
    assert_error(db_run(two, "INSERT INTO t VALUES (1)", DB_NO_ARGS, NULL, &err), err, ERROR_BUSY);
    assert_error(db_transaction(two, insert_steps, &(struct steps){.first = 1, .last = 1}, &err),
                 err, ERROR_BUSY);
    run(one, "COMMIT");
    assert_good(db_transaction(two, insert_steps, &(struct steps){.first = 1, .last = 1}, &err),
                err);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    struct db *db = NULL;
    struct error err;
    char junk[8192];
    memset(junk, 'j', sizeof junk);
    CLEANUP(closep) int fd = open(test_path(&folder, "t.db"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, junk, sizeof junk), sizeof junk);
    assert_error(db_open(test_path(&folder, "t.db"), &db, &err), err, ERROR_IO);
    assert_error(db_open(test_path(&folder, "no/t.db"), &db, &err), err, ERROR_NOT_FOUND);
    assert_error(db_open(folder.path, &db, &err), err, ERROR_IO);
    assert_null(db);
}

/* ---- migrations ---- */

static void migrations_run_once_and_whole(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    static const char *const sql[] = {
        "CREATE TABLE m (x BIGINT); INSERT INTO m VALUES (1)",
        "INSERT INTO m VALUES (2); INSERT INTO m VALUES (3)",
        "INSERT INTO m VALUES (4); INSERT INTO no_such_table VALUES (1)",
    };
    struct db_migrations proctor = {"proctor", sql, 1}, campus = {"campus", NULL, 0};
    assert_good(db_migrate(db, &proctor, &err), err);
    assert_good(db_migrate(db, &proctor, &err), err);
    assert_int_equal(number(db, "SELECT sum(x) FROM m"), 1);
    proctor.len = 2;
    assert_good(db_migrate(db, &proctor, &err), err);
    assert_good(db_migrate(db, &campus, &err), err); /* owners do not touch each other */
    assert_int_equal(number(db, "SELECT sum(x) FROM m"), 6);
    proctor.len = 3; /* fails in its middle: the schema stays the old one */
    assert_error(db_migrate(db, &proctor, &err), err, ERROR_INTERNAL);
    assert_non_null(strstr(err.message, "proctor, version 3"));
    assert_int_equal(number(db, "SELECT sum(x) FROM m"), 6);
    assert_int_equal(number(db, "SELECT version FROM schema_versions WHERE owner = 'proctor'"), 2);
    proctor.len = 1; /* an older program */
    assert_error(db_migrate(db, &proctor, &err), err, ERROR_UNSUPPORTED);
}

/* ---- failures ---- */

static void a_full_disk_is_told_and_passes(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *db = open_at(&folder);
    struct error err;
    struct stat st;
    struct rlimit before, small;
    run(db, "CREATE TABLE t (x BIGINT PRIMARY KEY)");
    assert_int_equal(stat(test_path(&folder, "t.db-wal"), &st), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = (rlim_t)st.st_size;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool good = db_transaction(db, insert_steps, &(struct steps){.first = 1, .last = 100}, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(good);
    assert_int_equal(err.code, ERROR_NO_SPACE);
    assert_int_equal(number(db, "SELECT count(*) FROM t"), 0);
    assert_good(db_transaction(db, insert_steps, &(struct steps){.first = 1, .last = 100}, &err),
                err);
    assert_int_equal(number(db, "SELECT count(*) FROM t"), 100);
}

static void whatever_fails_a_transaction_is_whole_or_not_there(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    CLEANUP(db_closep) struct db *watcher = open_at(&folder);
    struct error err;
    int64_t expected = 0;
    unsigned failed = 0;
    run(watcher, "CREATE TABLE t (x BIGINT PRIMARY KEY)");
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(db_closep) struct db *db = open_at(&folder);
        struct steps inner = {.first = (int64_t)n * 100 + 50, .last = (int64_t)n * 100 + 52};
        struct steps outer = {(int64_t)n * 100, (int64_t)n * 100 + 9, .inner = &inner};
        fault_arm(FAULT_ALL, n);
        bool good = db_transaction(db, insert_steps, &outer, &err);
        hit = fault_disarm();
        assert_true(good || hit);
        failed += good ? 0 : 1;
        expected += good ? 13 : 0;
        assert_int_equal(number(watcher, "SELECT count(*) FROM t"), expected);
        if (!good) /* the connection is as good as new */
            assert_good(db_transaction(db, insert_steps,
                                       &(struct steps){.first = -(int64_t)n, .last = -(int64_t)n},
                                       &err),
                        err);
        expected += good ? 0 : 1;
    }
    assert_true(failed > 5);
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    assert_good(db_query_one(watcher, "PRAGMA integrity_check", DB_NO_ARGS, &found, &rows, &err),
                err);
    assert_str(db_col_text(rows, 0), STR("ok"));
}

static void opening_without_memory_fails_and_leaks_nothing(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    test_folder_init(&folder);
    db_close(open_at(&folder));
    for (uint64_t n = 1, hit = 1; hit; n++) {
        struct db *db = NULL;
        struct error err;
        fault_arm(FAULT_MEMORY, n);
        bool good = db_open(test_path(&folder, "t.db"), &db, &err);
        hit = fault_disarm();
        assert_true(good || hit);
        assert_true(good == (db != NULL));
        db_close(db);
        n += n / 20; /* SQLite makes hundreds of allocations: not every one of the later ones */
    }
}

/* SQLite's own allocations and writes fail as ours do. */
static sqlite3_mem_methods real;

static void *fault_sqlite_malloc(int size)
{
    return fault_now(FAULT_MEMORY) ? NULL : real.xMalloc(size);
}

static void *fault_sqlite_realloc(void *old, int size)
{
    return fault_now(FAULT_MEMORY) ? NULL : real.xRealloc(old, size);
}

static int wrap_sqlite(void)
{
    static const struct {
        const char *name;
        sqlite3_syscall_ptr call;
    } calls[] = {{"write", (sqlite3_syscall_ptr)fault_write},
                 {"pwrite", (sqlite3_syscall_ptr)fault_pwrite},
                 {"pwrite64", (sqlite3_syscall_ptr)fault_pwrite}};
    int rc = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    sqlite3_mem_methods wrapped = real;
    wrapped.xMalloc = fault_sqlite_malloc;
    wrapped.xRealloc = fault_sqlite_realloc;
    if (rc == SQLITE_OK)
        rc = sqlite3_config(SQLITE_CONFIG_MALLOC, &wrapped);
    if (rc == SQLITE_OK)
        rc = sqlite3_initialize();
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    for (size_t i = 0; rc == SQLITE_OK && i < ARRAY_LEN(calls); i++)
        rc = vfs->xSetSystemCall(vfs, calls[i].name, calls[i].call);
    return rc;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_file_is_private_durable_and_strict),
        cmocka_unit_test(values_come_back_as_they_went_in),
        cmocka_unit_test(rows_are_collected_until_one_is_bad),
        cmocka_unit_test(values_are_bound_by_their_number),
        cmocka_unit_test(the_same_query_may_run_within_its_own_rows),
        cmocka_unit_test(more_texts_than_are_kept_still_work),
        cmocka_unit_test(broken_constraints_are_conflicts),
        cmocka_unit_test(a_failed_body_leaves_nothing),
        cmocka_unit_test(an_inner_transaction_fails_alone),
        cmocka_unit_test(nothing_is_written_after_the_engine_gave_up),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(a_held_lock_is_busy),
        cmocka_unit_test(a_file_that_is_no_database_is_refused),
        cmocka_unit_test(migrations_run_once_and_whole),
        cmocka_unit_test(a_full_disk_is_told_and_passes),
        cmocka_unit_test(whatever_fails_a_transaction_is_whole_or_not_there),
        cmocka_unit_test(opening_without_memory_fails_and_leaks_nothing),
    };
    int rc = wrap_sqlite();
    if (rc != SQLITE_OK) {
        fprintf(stderr, "SQLite does not take our calls: %s\n", sqlite3_errstr(rc));
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
