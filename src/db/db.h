/* One connection API over SQLite (and, later, PostgreSQL). SQL is text beside the call with $1, $2
 * numbered in order of first use; values are always bound. A connection belongs to one thread at a
 * time. Times are int64 microseconds, flags int64 0/1, bytes blobs. */
#pragma once
#include "base/arena.h"

struct db;
struct db_stmt; /* prepared once per connection and cached by its text */

/* `path` is an SQLite file, made (0600) when absent. WAL, synchronous=FULL, foreign keys on. */
MUST_USE bool db_open(const char *path, struct db **ret, struct error *err);
/* The same file for reading alone: a write is an error, so that no read path can come to depend on
 * one. The file must exist. */
MUST_USE bool db_open_reader(const char *path, struct db **ret, struct error *err);
void db_close(struct db *db); /* every statement is done with; NULL is fine */
void db_closep(struct db **db);

enum db_type {
    DB_TYPE_NONE = 0,
    DB_TYPE_NULL,
    DB_TYPE_I64,
    DB_TYPE_DOUBLE,
    DB_TYPE_TEXT,
    DB_TYPE_BLOB
};
struct db_value {
    enum db_type type;
    int64_t i64;
    double number;
    struct str bytes; /* borrowed for the call */
};
#define DB_NULL ((struct db_value){.type = DB_TYPE_NULL})
#define DB_I64(v) ((struct db_value){.type = DB_TYPE_I64, .i64 = (v)})
#define DB_U64(v) DB_I64((int64_t)(v)) /* for values that fit: sizes and offsets */
#define DB_DOUBLE(v) ((struct db_value){.type = DB_TYPE_DOUBLE, .number = (v)})
#define DB_TEXT(s) ((struct db_value){.type = DB_TYPE_TEXT, .bytes = (s)})
#define DB_BLOB(s) ((struct db_value){.type = DB_TYPE_BLOB, .bytes = (s)})
struct db_args {
    const struct db_value *values;
    size_t len;
};
#define DB_ARGS(...)                                                                               \
    ((struct db_args){(const struct db_value[]){__VA_ARGS__},                                      \
                      sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)})
#define DB_NO_ARGS ((struct db_args){NULL, 0})

/* Runs a statement without rows. A broken UNIQUE, foreign key or other constraint is
 * ERROR_CONFLICT, a full disk ERROR_NO_SPACE, a lock that did not come free in 10 s ERROR_BUSY.
 * *ret_changes (rows inserted, changed or deleted) may be NULL. */
MUST_USE bool db_run(struct db *db, const char *sql, struct db_args args, int64_t *ret_changes,
                     struct error *err);
/* INSERT ... of one row into a table with an integer primary key; gives the new key. No row (ON
 * CONFLICT DO NOTHING) is ERROR_CONFLICT. */
MUST_USE bool db_insert(struct db *db, const char *sql, struct db_args args, int64_t *ret_id,
                        struct error *err);

/* Rows: db_query(), then db_next() until *ret_row is false, then db_donep() on every path.
 *   CLEANUP(db_donep) struct db_stmt *rows = NULL;
 *   if (!db_query(db, "SELECT id, name FROM t WHERE x = $1", DB_ARGS(DB_I64(x)), &rows, err))
 *       return false;
 *   for (bool row = true; row;) {
 *       if (!db_next(rows, &row, err))
 *           return false;
 *       if (row)
 *           use(db_col_i64(rows, 0), db_col_text(rows, 1));
 *   }
 * The values of `args` are copied: they need not outlive db_query(). */
MUST_USE bool db_query(struct db *db, const char *sql, struct db_args args, struct db_stmt **ret,
                       struct error *err);
MUST_USE bool db_next(struct db_stmt *rows, bool *ret_row, struct error *err);
void db_donep(struct db_stmt **rows);
/* One row or none: *ret_found; the statement stays on the row until db_donep(). */
MUST_USE bool db_query_one(struct db *db, const char *sql, struct db_args args, bool *ret_found,
                           struct db_stmt **ret, struct error *err);
/* All rows that are left, as an array in the arena of items of `size` bytes, each made by `read`;
 * `ret_list` is where the array's pointer goes (struct thing **list), NULL for no rows. What `read`
 * gets in `to` is zeroed. (A function's type, as db_body is.) */
typedef bool db_read_row(struct db_stmt *rows, struct arena *arena, void *to, struct error *err);
MUST_USE bool db_collect(struct db_stmt *rows, struct arena *arena, size_t size, db_read_row *read,
                         void *ret_list, size_t *ret_len, struct error *err);
/* A db_read_row for rows of one text that is not NULL: `to` is a struct str. */
MUST_USE bool db_read_text(struct db_stmt *rows, struct arena *arena, void *to, struct error *err);
bool db_col_null(struct db_stmt *rows, int column);
int64_t db_col_i64(struct db_stmt *rows, int column);
double db_col_double(struct db_stmt *rows, int column);
/* Text or blob, borrowed till db_next(); ptr is NULL for SQL NULL alone. */
struct str db_col_text(struct db_stmt *rows, int column);
/* A copy in the arena, NUL-terminated; NULL ptr for SQL NULL or no memory. */
struct str db_col_copy(struct db_stmt *rows, int column, struct arena *arena);

/* One transaction: BEGIN IMMEDIATE, `body`, COMMIT, or ROLLBACK when body fails. Inside another it
 * is a savepoint: what `body` did goes or stays by itself, and becomes durable with the outer one.
 * (A function's type, not a struct's: no other typedef of ours.) */
typedef bool db_body(struct db *db, void *context, struct error *err);
MUST_USE bool db_transaction(struct db *db, db_body *body, void *context, struct error *err);
/* One read transaction: all that `body` reads is of one moment. */
MUST_USE bool db_snapshot(struct db *db, db_body *body, void *context, struct error *err);
/* False inside db_transaction() means that the engine gave the whole of it up (a full disk, no
 * memory): every later statement of it fails too. */
bool db_in_transaction(const struct db *db);

/* Each owner of tables brings its own list; version N is the N-th entry, in a transaction of its
 * own together with the new version number. Forward only; a schema newer than the list is an error.
 */
struct db_migrations {
    const char *owner;      /* "proctor", "campus", "server" */
    const char *const *sql; /* each entry may hold several statements */
    size_t len;
};
MUST_USE bool db_migrate(struct db *db, const struct db_migrations *migrations, struct error *err);

/* Nothing of what was deleted stays readable in the file. Deleted rows are overwritten at once
 * (secure_delete), but copies of them can stay where SQLite moved rows between pages, and in the
 * log. `whole` writes the database anew (needs its size once more on the disk; other writers wait);
 * else only the log is emptied. ERROR_BUSY when others kept reading for 10 s: then the log is not
 * empty. */
MUST_USE bool db_scrub(struct db *db, bool whole, struct error *err);
