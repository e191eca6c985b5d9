/* SQLite behind db.h. One connection belongs to one thread at a time, so SQLite's own locks are off
 * (NOMUTEX); several connections and processes share the file through WAL.
 *
 * Statements are kept prepared by their text. A text that is in use when it is asked for again (a
 * query within its own rows) gets a second statement that is not kept. */
#include "db/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 10000
#define STATEMENTS_MAX                                                                             \
    256                   /* kept; our SQL is literals, so more means text that was put together   \
                           */
#define PARAMETERS_MAX 64 /* of one statement */

struct db_stmt {
    struct db *db;        /* borrowed */
    struct db_stmt *next; /* kept ones: the last used first */
    sqlite3_stmt *stmt;   /* owned */
    uint64_t text_hash;
    bool kept, in_use, finished;
    uint8_t parameters;             /* how many */
    uint8_t number[PARAMETERS_MAX]; /* the i-th place that SQLite counts is $(number[i] + 1) */
};

/* Prepared at the start: a transaction must be able to end when there is no memory left. */
enum control {
    BEGIN_READ,
    BEGIN_WRITE,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    RELEASE,
    ROLLBACK_TO,
    CONTROLS
};
static const char *const control_sql[CONTROLS] = {
    [BEGIN_READ] = "BEGIN DEFERRED",
    [BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [SAVEPOINT] = "SAVEPOINT inner",
    [RELEASE] = "RELEASE inner",
    [ROLLBACK_TO] = "ROLLBACK TO inner",
};

struct db {
    sqlite3 *conn;                   /* owned */
    sqlite3_stmt *control[CONTROLS]; /* owned */
    struct db_stmt *kept;            /* owned list */
    size_t kept_len;
    unsigned depth; /* of db_transaction() and db_snapshot() */
};

static bool is_full(int error_number)
{
    return error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG;
}

/* SQLite calls only ENOSPC a full disk; a full quota is an I/O error for it, whose errno is kept
 * with the file: the database or, more often, the WAL. (sqlite3_system_errno() has lost it.) */
static bool disk_is_full(sqlite3 *conn)
{
    sqlite3_file *wal = NULL;
    int error_number = 0;
    sqlite3_file_control(conn, "main", SQLITE_FCNTL_LAST_ERRNO, &error_number);
    if (is_full(error_number))
        return true;
    sqlite3_file_control(conn, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&wal);
    if (wal && wal->pMethods)
        wal->pMethods->xFileControl(wal, SQLITE_FCNTL_LAST_ERRNO, &error_number);
    return is_full(error_number);
}

static enum error_code code_of(sqlite3 *conn, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT:
        return ERROR_CONFLICT;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERROR_BUSY;
    case SQLITE_FULL:
        return ERROR_NO_SPACE;
    case SQLITE_NOMEM:
        return ERROR_NO_MEMORY;
    case SQLITE_TOOBIG:
        return ERROR_TOO_LARGE;
    case SQLITE_INTERRUPT:
        return ERROR_CLOSED;
    case SQLITE_IOERR:
        if (rc == SQLITE_IOERR_NOMEM)
            return ERROR_NO_MEMORY;
        return disk_is_full(conn) ? ERROR_NO_SPACE : ERROR_IO;
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_PROTOCOL:
        return ERROR_IO;
    default:
        return ERROR_INTERNAL; /* wrong SQL, a write by a reader, misuse */
    }
}

/* SQLite's messages name tables and columns, never values. */
static bool fail(struct db *db, int rc, struct error *err)
{
    return error_set(err, code_of(db->conn, rc), "database: %s",
                     rc == sqlite3_extended_errcode(db->conn) ? sqlite3_errmsg(db->conn)
                                                              : sqlite3_errstr(rc));
}

static void statement_destroy(struct db_stmt *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->stmt);
    free(s);
}

/* ---- opening ---- */

static bool pragma(struct db *db, const char *sql, struct error *err)
{
    int rc = sqlite3_exec(db->conn, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || fail(db, rc, err);
}

/* Two processes that start at once can both want the lock that the first change to WAL takes;
 * SQLite then says "busy" without waiting, and there is no event to wait for. */
static bool use_wal(struct db *db, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->conn, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
    for (int waited_ms = 0; rc == SQLITE_OK; waited_ms += 10) {
        rc = sqlite3_step(stmt);
        if ((rc & 0xff) != SQLITE_BUSY || waited_ms >= BUSY_TIMEOUT_MS)
            break;
        sqlite3_reset(stmt);
        sqlite3_sleep(10);
        rc = SQLITE_OK;
    }
    bool good = rc == SQLITE_ROW;
    if (!good)
        fail(db, rc, err);
    else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "wal") != 0)
        good = error_set(err, ERROR_UNSUPPORTED,
                         "database: this file system has no shared memory, which WAL needs");
    sqlite3_finalize(stmt);
    return good;
}

static bool open_connection(const char *path, bool reader, struct db **ret, struct error *err)
{
    CLEANUP(db_closep) struct db *db = calloc(1, sizeof *db);
    if (!db)
        return error_no_memory(err);
    int rc = sqlite3_open_v2(
        path, &db->conn, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (!db->conn)
        return error_no_memory(err);
    if (rc != SQLITE_OK) {
        fail(db, rc, err);
        return error_wrap(err, "%s", path);
    }
    sqlite3_busy_timeout(db->conn, BUSY_TIMEOUT_MS);
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DQS_DML, 0,
                      NULL); /* as PostgreSQL: "x" is a name */
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    /* secure_delete: a deleted row, such as a session's wrapped key, is overwritten. */
    if (!use_wal(db, err) ||
        !pragma(db,
                "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                "PRAGMA secure_delete = ON; PRAGMA cache_size = -8192",
                err) ||
        (reader && !pragma(db, "PRAGMA query_only = ON", err)))
        return error_wrap(err, "%s", path);
    for (int i = 0; i < CONTROLS; i++) {
        rc = sqlite3_prepare_v3(db->conn, control_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                &db->control[i], NULL);
        if (rc != SQLITE_OK)
            return fail(db, rc, err);
    }
    *ret = TAKE(db);
    return true;
}

bool db_open(const char *path, struct db **ret, struct error *err)
{
    /* SQLite would make it readable by all. Only when it is new: closing any descriptor of a file
     * drops this process's locks on it, which are SQLite's. */
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST)
        return error_errno(err, errno, "%s", path);
    if (fd >= 0)
        close(fd);
    return open_connection(path, false, ret, err);
}

bool db_open_reader(const char *path, struct db **ret, struct error *err)
{
    return open_connection(path, true, ret, err);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (struct db_stmt *s = db->kept, *next; s; s = next) {
        next = s->next;
        statement_destroy(s);
    }
    for (int i = 0; i < CONTROLS; i++)
        sqlite3_finalize(db->control[i]);
    sqlite3_close_v2(db->conn);
    free(db);
}

void db_closep(struct db **db) { db_close(*db); }

/* ---- statements ---- */

static uint64_t text_hash(const char *text) /* FNV-1a: only to compare fewer texts */
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

/* SQLite counts $1, $2 by where they stand; we bind them by their number, as PostgreSQL does. */
static bool number_parameters(struct db_stmt *s, const char *sql, struct error *err)
{
    int count = sqlite3_bind_parameter_count(s->stmt);
    if (count > PARAMETERS_MAX)
        return error_set(err, ERROR_INTERNAL, "database: %d parameters: %s", count, sql);
    for (int i = 0; i < count; i++) {
        struct str name = str_from(sqlite3_bind_parameter_name(s->stmt, i + 1));
        uint64_t number;
        if (!str_starts(name, STR("$")) || !str_to_u64(str_slice(name, 1, name.len), &number) ||
            number < 1 || number > (uint64_t)count)
            return error_set(err, ERROR_INTERNAL, "database: parameters are $1, $2...: %s", sql);
        s->number[i] = (uint8_t)(number - 1);
    }
    s->parameters = (uint8_t)count;
    return true;
}

static bool prepare(struct db *db, const char *sql, struct db_stmt **ret, struct error *err)
{
    struct db_stmt *s = calloc(1, sizeof *s);
    const char *rest = "";
    if (!s)
        return error_no_memory(err);
    s->db = db;
    int rc = sqlite3_prepare_v3(db->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, &rest);
    bool good = rc == SQLITE_OK || fail(db, rc, err);
    if (good && (!s->stmt || str_trim(str_from(rest)).len)) /* the rest would silently not be run */
        good = error_set(err, ERROR_INTERNAL, "database: not one statement: %s", sql);
    if (!good || !number_parameters(s, sql, err)) {
        statement_destroy(s);
        return false;
    }
    *ret = s;
    return true;
}

/* Drops the kept statement that was not used for the longest time. */
static void make_room(struct db *db)
{
    struct db_stmt **oldest = NULL;
    for (struct db_stmt **at = &db->kept; *at; at = &(*at)->next)
        if (!(*at)->in_use)
            oldest = at;
    if (!oldest)
        return;
    struct db_stmt *gone = *oldest;
    *oldest = gone->next;
    db->kept_len--;
    statement_destroy(gone);
}

/* A prepared statement for `sql`, marked as in use. */
static bool borrow(struct db *db, const char *sql, struct db_stmt **ret, struct error *err)
{
    uint64_t hash = text_hash(sql);
    struct db_stmt *s = NULL;
    bool busy = false;
    for (struct db_stmt **at = &db->kept; *at; at = &(*at)->next) {
        if ((*at)->text_hash != hash || strcmp(sqlite3_sql((*at)->stmt), sql) != 0)
            continue;
        busy = (*at)->in_use;
        if (!busy) {
            s = *at;
            *at = s->next;
            s->next = db->kept;
            db->kept = s;
        }
        break;
    }
    if (!s) {
        if (!prepare(db, sql, &s, err))
            return false;
        if (!busy && db->kept_len >= STATEMENTS_MAX)
            make_room(db);
        if (!busy && db->kept_len < STATEMENTS_MAX) {
            s->text_hash = hash;
            s->kept = true;
            s->next = db->kept;
            db->kept = s;
            db->kept_len++;
        }
    }
    s->in_use = true;
    s->finished = false;
    *ret = s;
    return true;
}

void db_donep(struct db_stmt **rows)
{
    struct db_stmt *s = *rows;
    *rows = NULL;
    if (!s)
        return;
    if (!s->kept) {
        statement_destroy(s);
        return;
    }
    sqlite3_reset(s->stmt);
    sqlite3_clear_bindings(s->stmt); /* they may point into the caller's memory */
    s->in_use = false;
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct db_value *v, bool copy)
{
    const char *bytes = v->bytes.len ? v->bytes.ptr : ""; /* a NULL pointer would bind NULL */
    sqlite3_destructor_type keep = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
    switch (v->type) {
    case DB_TYPE_NONE:
        return SQLITE_MISUSE;
    case DB_TYPE_NULL:
        return sqlite3_bind_null(stmt, at);
    case DB_TYPE_I64:
        return sqlite3_bind_int64(stmt, at, v->i64);
    case DB_TYPE_DOUBLE:
        return sqlite3_bind_double(stmt, at, v->number);
    case DB_TYPE_TEXT:
        return sqlite3_bind_text64(stmt, at, bytes, v->bytes.len, keep, SQLITE_UTF8);
    case DB_TYPE_BLOB:
        return sqlite3_bind_blob64(stmt, at, bytes, v->bytes.len, keep);
    }
    return SQLITE_MISUSE;
}

/* A statement ready to step. With `copy` the values outlive the call. */
static bool start(struct db *db, const char *sql, struct db_args args, bool copy,
                  struct db_stmt **ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *s = NULL;
    /* The engine gave the transaction up and the body goes on: what it still writes would be
     * durable by itself, without what it wrote before. */
    if (db->depth && !db_in_transaction(db))
        return error_set(err, ERROR_IO, "database: the transaction was given up before");
    if (!borrow(db, sql, &s, err))
        return false;
    if (args.len != s->parameters)
        return error_set(err, ERROR_INTERNAL, "database: %zu values for %d parameters: %s",
                         args.len, s->parameters, sql);
    for (int i = 0; i < s->parameters; i++) {
        int rc = bind_one(s->stmt, i + 1, &args.values[s->number[i]], copy);
        if (rc != SQLITE_OK)
            return fail(db, rc, err);
    }
    *ret = TAKE(s);
    return true;
}

bool db_next(struct db_stmt *rows, bool *ret_row, struct error *err)
{
    *ret_row = false; /* a loop over the rows ends on an error too */
    if (rows->finished)
        return true;
    int rc = sqlite3_step(rows->stmt);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return true;
    }
    rows->finished = true;
    bool good = rc == SQLITE_DONE || fail(rows->db, rc, err);
    sqlite3_reset(rows->stmt); /* ends its read lock now, not when the caller leaves */
    return good;
}

static bool run(struct db *db, const char *sql, struct db_args args, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *s = NULL;
    bool row;
    if (!start(db, sql, args, false, &s, err) || !db_next(s, &row, err))
        return false;
    if (row)
        return error_set(err, ERROR_INTERNAL, "database: db_run() of a query: %s", sql);
    return true;
}

bool db_run(struct db *db, const char *sql, struct db_args args, int64_t *ret_changes,
            struct error *err)
{
    if (!run(db, sql, args, err))
        return false;
    if (ret_changes)
        *ret_changes = sqlite3_changes64(db->conn);
    return true;
}

bool db_insert(struct db *db, const char *sql, struct db_args args, int64_t *ret_id,
               struct error *err)
{
    if (!run(db, sql, args, err))
        return false;
    if (sqlite3_changes64(db->conn) != 1) /* the last key would be another row's */
        return error_set(err, ERROR_CONFLICT, "database: the row is there already");
    *ret_id = sqlite3_last_insert_rowid(db->conn);
    return true;
}

bool db_query(struct db *db, const char *sql, struct db_args args, struct db_stmt **ret,
              struct error *err)
{
    return start(db, sql, args, true, ret, err);
}

bool db_query_one(struct db *db, const char *sql, struct db_args args, bool *ret_found,
                  struct db_stmt **ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *s = NULL;
    bool row;
    if (!start(db, sql, args, true, &s, err) || !db_next(s, &row, err))
        return false;
    *ret_found = row;
    *ret = TAKE(s);
    return true;
}

bool db_collect(struct db_stmt *rows, struct arena *arena, size_t size, db_read_row *read,
                void *ret_list, size_t *ret_len, struct error *err)
{
    char *list = NULL;
    size_t len = 0, room = 0;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        list = arena_more(arena, list, len, &room, size);
        if (!list)
            return error_no_memory(err);
        char *to = list + len++ * size;
        memset(to, 0, size);
        if (!read(rows, arena, to, err))
            return false;
    }
    memcpy(ret_list, &list, sizeof list); /* whatever type its pointer has */
    *ret_len = len;
    return true;
}

bool db_read_text(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct str *text = to;
    *text = db_col_copy(rows, 0, arena);
    return text->ptr || error_no_memory(err);
}

bool db_col_null(struct db_stmt *rows, int column)
{
    return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

int64_t db_col_i64(struct db_stmt *rows, int column)
{
    return sqlite3_column_int64(rows->stmt, column);
}

double db_col_double(struct db_stmt *rows, int column)
{
    return sqlite3_column_double(rows->stmt, column);
}

struct str db_col_text(struct db_stmt *rows, int column)
{
    if (db_col_null(rows, column))
        return (struct str){NULL, 0};
    const char *bytes = sqlite3_column_blob(rows->stmt, column); /* of a text: its UTF-8 */
    size_t len = (size_t)sqlite3_column_bytes(rows->stmt, column);
    return bytes ? (struct str){bytes, len} : STR("");
}

struct str db_col_copy(struct db_stmt *rows, int column, struct arena *arena)
{
    struct str text = db_col_text(rows, column);
    return text.ptr ? arena_copy(arena, text) : text;
}

/* ---- transactions ---- */

bool db_in_transaction(const struct db *db) { return !sqlite3_get_autocommit(db->conn); }

static bool control(struct db *db, enum control what, struct error *err)
{
    int rc = sqlite3_step(db->control[what]);
    bool good = rc == SQLITE_DONE || fail(db, rc, err);
    sqlite3_reset(db->control[what]);
    return good;
}

static void give_up(struct db *db, enum control how)
{
    if (db_in_transaction(db) && !control(db, how, NULL) && how == ROLLBACK_TO) {
        /* What must not stay cannot be taken out alone, so all of it goes. */
        bool ignored = control(db, ROLLBACK, NULL);
        (void)ignored;
    }
}

static bool within(struct db *db, enum control begin, enum control end, enum control undo,
                   db_body *body, void *context, struct error *err)
{
    if (!control(db, begin, err))
        return false;
    db->depth++;
    bool good = body(db, context, err);
    db->depth--;
    if (good && !db_in_transaction(db)) /* the body passed over the error that ended it */
        good = error_set(err, ERROR_IO, "database: the transaction was given up");
    if (good)
        good = control(db, end, err);
    if (!good) {
        give_up(db, undo);
        if (undo == ROLLBACK_TO && db_in_transaction(db))
            give_up(db, RELEASE); /* ROLLBACK TO leaves the savepoint itself */
    }
    return good;
}

bool db_transaction(struct db *db, db_body *body, void *context, struct error *err)
{
    if (db->depth == 0 && db_in_transaction(db))
        give_up(db, ROLLBACK); /* an earlier ROLLBACK failed */
    if (db->depth == 0)
        return within(db, BEGIN_WRITE, COMMIT, ROLLBACK, body, context, err);
    if (!db_in_transaction(db)) /* SAVEPOINT would begin a new one */
        return error_set(err, ERROR_IO, "database: the transaction was given up before");
    return within(db, SAVEPOINT, RELEASE, ROLLBACK_TO, body, context, err);
}

bool db_snapshot(struct db *db, db_body *body, void *context, struct error *err)
{
    if (db->depth)
        return body(db, context, err); /* the outer one is of one moment already */
    if (db_in_transaction(db))
        give_up(db, ROLLBACK);
    return within(db, BEGIN_READ, COMMIT, ROLLBACK, body, context, err);
}

/* ---- migrations ---- */

struct migration {
    const struct db_migrations *all;
    bool done; /* nothing was left to do */
};

static bool migrate_one(struct db *db, void *context, struct error *err)
{
    struct migration *m = context;
    const char *owner = m->all->owner;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_run(db,
                "CREATE TABLE IF NOT EXISTS schema_versions"
                " (owner TEXT NOT NULL PRIMARY KEY, version BIGINT NOT NULL)",
                DB_NO_ARGS, NULL, err) ||
        !db_query_one(db, "SELECT version FROM schema_versions WHERE owner = $1",
                      DB_ARGS(DB_TEXT(str_from(owner))), &found, &rows, err))
        return false;
    int64_t version = found ? db_col_i64(rows, 0) : 0;
    db_donep(&rows);
    if (version < 0 || (uint64_t)version > m->all->len)
        return error_set(err, ERROR_UNSUPPORTED,
                         "the database has version %" PRId64 " of the tables of %s, this program"
                         " knows up to %zu: start a newer one",
                         version, owner, m->all->len);
    m->done = (size_t)version == m->all->len;
    if (m->done)
        return true;
    int rc = sqlite3_exec(db->conn, m->all->sql[version], NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        fail(db, rc, err);
        return error_wrap(err, "tables of %s, version %" PRId64, owner, version + 1);
    }
    return db_run(db,
                  "INSERT INTO schema_versions (owner, version) VALUES ($1, $2)"
                  " ON CONFLICT (owner) DO UPDATE SET version = excluded.version",
                  DB_ARGS(DB_TEXT(str_from(owner)), DB_I64(version + 1)), NULL, err);
}

bool db_migrate(struct db *db, const struct db_migrations *migrations, struct error *err)
{
    /* The version is read again in each transaction: several processes may start at once. */
    for (struct migration m = {.all = migrations}; !m.done;)
        if (!db_transaction(db, migrate_one, &m, err))
            return false;
    return true;
}

/* ---- leaving nothing behind ---- */

static bool empty_log(struct db *db, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db->conn, "PRAGMA wal_checkpoint(TRUNCATE)", -1, &stmt, NULL);
    rc = rc == SQLITE_OK ? sqlite3_step(stmt) : rc;
    bool good = rc == SQLITE_ROW || fail(db, rc, err);
    if (good && sqlite3_column_int(stmt, 0) != 0)
        good = error_set(err, ERROR_BUSY, "database: its log is being read");
    sqlite3_finalize(stmt);
    return good;
}

bool db_scrub(struct db *db, bool whole, struct error *err)
{
    return (!whole || pragma(db, "VACUUM", err)) && empty_log(db, err);
}
