#include "server/login.h"

#include "base/clock.h"
#include "campus/user.h"
#include "server/router.h"
#include "server/server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_US (INT64_C(3600) * SECOND_US)
#define IDLE_MAX_US (12 * HOUR_US)
#define AGE_MAX_US (7 * 24 * HOUR_US)
#define TOUCH_US (300 * SECOND_US) /* `used_us` is that exact: no write for each request */
#define KNOWN_US (5 * SECOND_US)
#define KNOWN_SLOTS 4096

static const char *const migrations[] = {
    "CREATE TABLE login ("
    " token_hash BLOB PRIMARY KEY," /* SHA-256 of the token */
    " user_id INTEGER NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " used_us INTEGER NOT NULL"
    ");"
    "CREATE INDEX login_used ON login (used_us);",
};
const struct db_migrations server_migrations = {"server", migrations, ARRAY_LEN(migrations)};

struct known {
    unsigned char hash[TOKEN_HASH_SIZE];
    int64_t until_us; /* monotonic; 0: free */
    int64_t user_id;
    unsigned role;
    char full_name[USER_FULL_NAME_MAX + 1];
};

struct logins {
    struct db_store *store; /* borrowed */
    struct campus *campus;  /* borrowed */
    pthread_mutex_t lock;   /* of what follows */
    uint64_t ended;         /* counts sign-outs: a look-up that began before one is not kept */
    struct known known[KNOWN_SLOTS];
};

bool logins_create(struct db_store *store, struct campus *campus, struct logins **ret,
                   struct error *err)
{
    struct logins *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(err);
    l->store = store;
    l->campus = campus;
    pthread_mutex_init(&l->lock, NULL);
    *ret = l;
    return true;
}

void logins_destroy(struct logins *l)
{
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static struct known *slot(struct logins *l, const unsigned char hash[TOKEN_HASH_SIZE])
{
    uint32_t n;
    memcpy(&n, hash, sizeof n); /* of a digest: as good as random */
    return &l->known[n % KNOWN_SLOTS];
}

/* ---- rows ---- */

struct row {
    unsigned char hash[TOKEN_HASH_SIZE];
    int64_t user_id, created_us, used_us;
    bool found;
};

static struct str hash_of(const struct row *r) { return str_bytes(r->hash, sizeof r->hash); }

static bool insert_body(struct db *db, void *context, struct error *err)
{
    const struct row *r = context;
    return db_run(db, "DELETE FROM login WHERE used_us < $1",
                  DB_ARGS(DB_I64(r->created_us - IDLE_MAX_US)), NULL, err) &&
           db_run(db,
                  "INSERT INTO login (token_hash, user_id, created_us, used_us)"
                  " VALUES ($1, $2, $3, $4)",
                  DB_ARGS(DB_BLOB(hash_of(r)), DB_I64(r->user_id), DB_I64(r->created_us),
                          DB_I64(r->created_us)),
                  NULL, err);
}

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct row *r = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query_one(db, "SELECT user_id, created_us, used_us FROM login WHERE token_hash = $1",
                      DB_ARGS(DB_BLOB(hash_of(r))), &r->found, &rows, err))
        return false;
    if (r->found) {
        r->user_id = db_col_i64(rows, 0);
        r->created_us = db_col_i64(rows, 1);
        r->used_us = db_col_i64(rows, 2);
    }
    return true;
}

static bool touch_body(struct db *db, void *context, struct error *err)
{
    const struct row *r = context;
    return db_run(db, "UPDATE login SET used_us = $1 WHERE token_hash = $2",
                  DB_ARGS(DB_I64(r->used_us), DB_BLOB(hash_of(r))), NULL, err);
}

static bool delete_body(struct db *db, void *context, struct error *err)
{
    const struct row *r = context;
    return db_run(db, "DELETE FROM login WHERE token_hash = $1", DB_ARGS(DB_BLOB(hash_of(r))), NULL,
                  err);
}

/* ---- calls ---- */

bool login_begin(struct logins *l, int64_t user_id, char ret_token[TOKEN_TEXT_SIZE],
                 struct error *err)
{
    struct row r = {.user_id = user_id, .created_us = clock_wall_us()};
    token_create(ret_token, r.hash);
    return db_store_write(l->store, insert_body, &r, err);
}

static bool copy_user(const struct known *k, struct arena *arena, struct server_user *ret,
                      struct error *err)
{
    struct str name = arena_copy(arena, str_from(k->full_name));
    if (!name.ptr)
        return error_no_memory(err);
    *ret = (struct server_user){.id = k->user_id, .role = k->role, .full_name = name};
    return true;
}

/* Reads who it is from the database; k->user_id stays 0 for nobody. */
static bool load(struct logins *l, struct known *k, struct error *err)
{
    struct row r = {.found = false};
    struct user user;
    struct error why = {0};
    int64_t now = clock_wall_us();
    memcpy(r.hash, k->hash, sizeof r.hash);
    if (!db_store_read(l->store, find_body, &r, err))
        return false;
    if (!r.found || now - r.used_us > IDLE_MAX_US || now - r.created_us > AGE_MAX_US)
        return true;
    if (!user_find(l->campus, r.user_id, &user, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.message);
    if (!user.active || user.role == USER_ROLE_NONE)
        return true;
    if (now - r.used_us > TOUCH_US) {
        r.used_us = now;
        bool touched = db_store_write(l->store, touch_body, &r, NULL);
        (void)touched; /* a full disk signs nobody out */
    }
    k->user_id = user.id;
    k->role = 1u << (user.role - USER_CANDIDATE);
    memcpy(k->full_name, user.full_name, sizeof k->full_name);
    return true;
}

bool login_find(struct logins *l, struct str token, struct arena *arena, struct server_user *ret,
                struct error *err)
{
    struct known k = {.user_id = 0};
    int64_t now = clock_monotonic_us();
    if (!token_hash(token, k.hash)) {
        *ret = (struct server_user){.id = 0};
        return true;
    }
    pthread_mutex_lock(&l->lock);
    const struct known *have = slot(l, k.hash);
    bool found = now < have->until_us && memcmp(have->hash, k.hash, sizeof k.hash) == 0;
    if (found)
        k = *have;
    uint64_t ended = l->ended;
    pthread_mutex_unlock(&l->lock);
    if (!found && !load(l, &k, err))
        return false;
    if (k.user_id == 0) {
        *ret = (struct server_user){.id = 0};
        return true;
    }
    if (!found) {
        k.until_us = now + KNOWN_US;
        pthread_mutex_lock(&l->lock);
        if (ended == l->ended)
            *slot(l, k.hash) = k;
        pthread_mutex_unlock(&l->lock);
    }
    return copy_user(&k, arena, ret, err);
}

bool login_end(struct logins *l, struct str token, struct error *err)
{
    struct row r = {.found = false};
    if (!token_hash(token, r.hash))
        return true;
    bool good = db_store_write(l->store, delete_body, &r, err);
    pthread_mutex_lock(&l->lock);
    l->ended++;
    struct known *k = slot(l, r.hash);
    if (memcmp(k->hash, r.hash, sizeof r.hash) == 0)
        k->until_us = 0;
    pthread_mutex_unlock(&l->lock);
    return good;
}
