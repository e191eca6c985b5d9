#include "campus/user.h"

#include "base/buf.h"
#include "base/clock.h"
#include "campus/campus_private.h"
#include "crypto/crypto.h"
#include "crypto/password.h"

#include <stdio.h>
#include <string.h>

/* ---- roles ---- */

static const char *const roles[] = {
    [USER_CANDIDATE] = "candidate", [USER_INSTRUCTOR] = "instructor", [USER_PROCTOR] = "proctor",
    [USER_SUPPORT] = "support",     [USER_ADMIN] = "admin",
};

const char *user_role_name(enum user_role role)
{
    return role > USER_ROLE_NONE && role <= USER_ADMIN ? roles[role] : "nobody";
}

enum user_role user_role_from_name(struct str name)
{
    for (size_t i = USER_CANDIDATE; i < ARRAY_LEN(roles); i++)
        if (str_eq(name, str_from(roles[i])))
            return (enum user_role)i;
    return USER_ROLE_NONE;
}

bool user_role_is_exam_staff(enum user_role role)
{
    return role == USER_INSTRUCTOR || role == USER_PROCTOR;
}

/* ---- checks ---- */

static bool check_username(struct str name, struct error *err)
{
    bool good =
        name.len > 0 && name.len <= USER_NAME_MAX && name.ptr[0] >= 'a' && name.ptr[0] <= 'z';
    for (size_t i = 0; good && i < name.len; i++) {
        char c = name.ptr[i];
        good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
    return good ||
           error_set(err, ERROR_INVALID,
                     "username: 1 to %d of a-z, 0-9, '.', '_' and '-', beginning with a letter",
                     USER_NAME_MAX);
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7f)
            return true;
    return false;
}

bool user_check_full_name(struct str name, struct error *err)
{
    return (name.len > 0 && name.len <= USER_FULL_NAME_MAX && str_is_utf8(name) &&
            !has_control(name)) ||
           error_set(err, ERROR_INVALID, "name: must be text of 1 to %d bytes", USER_FULL_NAME_MAX);
}

static bool check_spec(const struct user_spec *u, struct error *err)
{
    const char *at = u->email.len ? memchr(u->email.ptr, '@', u->email.len) : NULL;
    if (!check_username(u->username, err) || !user_check_full_name(u->full_name, err))
        return false;
    if (u->email.len > USER_EMAIL_MAX || !at || at == u->email.ptr ||
        at == u->email.ptr + u->email.len - 1 || !str_is_utf8(u->email) || has_control(u->email))
        return error_set(err, ERROR_INVALID, "email: must be an address of at most %d bytes",
                         USER_EMAIL_MAX);
    if (u->role <= USER_ROLE_NONE || u->role > USER_ADMIN)
        return error_set(err, ERROR_INVALID,
                         "role: must be candidate, instructor, proctor, support or admin");
    return true;
}

static bool hash_password(struct str password, char ret[PASSWORD_HASH_SIZE], struct error *err)
{
    size_t characters = 0;
    if (password.len > PASSWORD_MAX || !str_is_utf8(password))
        return error_set(err, ERROR_INVALID, "password: must be text of at most %d bytes",
                         PASSWORD_MAX);
    for (size_t i = 0; i < password.len; i++)
        characters += ((unsigned char)password.ptr[i] & 0xc0) != 0x80; /* bytes that begin one */
    if (characters < PASSWORD_MIN)
        return error_set(err, ERROR_INVALID, "password: must have at least %d characters",
                         PASSWORD_MIN);
    return password_hash(password, ret, err);
}

/* ---- writing ---- */

struct creation {
    const struct user_spec *spec;
    const char *hash;
    int64_t id;
};

static bool create_body(struct db *db, void *context, struct error *err)
{
    struct creation *c = context;
    const struct user_spec *u = c->spec;
    return db_insert(db,
                     "INSERT INTO person (username, full_name, email, role, password_hash,"
                     " created_us) VALUES ($1, $2, $3, $4, $5, $6)",
                     DB_ARGS(DB_TEXT(u->username), DB_TEXT(u->full_name), DB_TEXT(u->email),
                             DB_I64(u->role), DB_TEXT(str_from(c->hash)), DB_I64(clock_wall_us())),
                     &c->id, err);
}

bool user_create(struct campus *c, const struct user_spec *spec, int64_t *ret_id, struct error *err)
{
    char hash[PASSWORD_HASH_SIZE];
    struct creation creation = {.spec = spec, .hash = hash};
    struct error why = {0};
    if (!check_spec(spec, err) || !hash_password(spec->password, hash, err))
        return false;
    if (!db_store_write(c->store, create_body, &creation, &why)) {
        if (why.code == ERROR_CONFLICT)
            return error_set(err, ERROR_CONFLICT, "there is a user " STR_FMT " already",
                             STR_ARG(spec->username));
        return error_set(err, why.code, "%s", why.message);
    }
    *ret_id = creation.id;
    return true;
}

struct password_change {
    struct str username;
    const char *hash;
};

static bool password_body(struct db *db, void *context, struct error *err)
{
    struct password_change *p = context;
    int64_t changed;
    if (!db_run(db, "UPDATE person SET password_hash = $1 WHERE username = $2",
                DB_ARGS(DB_TEXT(str_from(p->hash)), DB_TEXT(p->username)), &changed, err))
        return false;
    return changed || error_set(err, ERROR_NOT_FOUND, "no such user");
}

bool user_set_password(struct campus *c, struct str username, struct str password,
                       struct error *err)
{
    char hash[PASSWORD_HASH_SIZE];
    struct password_change p = {.username = username, .hash = hash};
    return hash_password(password, hash, err) && db_store_write(c->store, password_body, &p, err);
}

bool user_rename_in(struct db *db, int64_t id, struct str full_name, struct error *err)
{
    int64_t changed;
    if (!db_run(db, "UPDATE person SET full_name = $1 WHERE id = $2",
                DB_ARGS(DB_TEXT(full_name), DB_I64(id)), &changed, err))
        return false;
    return changed || error_set(err, ERROR_NOT_FOUND, "no such user");
}

/* ---- reading ---- */

#define COLUMNS "SELECT id, username, full_name, email, role, active FROM person"

static void read_user(struct db_stmt *rows, struct user *ret)
{
    *ret = (struct user){.id = db_col_i64(rows, 0),
                         .role = (enum user_role)db_col_i64(rows, 4),
                         .active = db_col_i64(rows, 5) != 0};
    str_into(db_col_text(rows, 1), ret->username, sizeof ret->username);
    str_into(db_col_text(rows, 2), ret->full_name, sizeof ret->full_name);
    str_into(db_col_text(rows, 3), ret->email, sizeof ret->email);
}

struct find {
    int64_t id;
    struct str username;
    bool found;
    struct user user;
    char hash[PASSWORD_HASH_SIZE];
    struct arena *arena;
    struct user *list;
    size_t len;
};

bool user_find_in(struct db *db, int64_t id, struct user *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_I64(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such user");
    read_user(rows, ret);
    return true;
}

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!(f->username.len ? db_query_one(db, COLUMNS " WHERE username = $1",
                                         DB_ARGS(DB_TEXT(f->username)), &f->found, &rows, err)
                          : db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_I64(f->id)),
                                         &f->found, &rows, err)))
        return false;
    if (f->found)
        read_user(rows, &f->user);
    return true;
}

static bool find_one(struct campus *c, struct find *f, struct user *ret, struct error *err)
{
    if (!db_store_read(c->store, find_body, f, err))
        return false;
    if (!f->found)
        return error_set(err, ERROR_NOT_FOUND, "no such user");
    *ret = f->user;
    return true;
}

bool user_find(struct campus *c, int64_t id, struct user *ret, struct error *err)
{
    struct find f = {.id = id};
    return find_one(c, &f, ret, err);
}

bool user_find_name(struct campus *c, struct str username, struct user *ret, struct error *err)
{
    struct find f = {.username = username};
    return find_one(c, &f, ret, err);
}

static bool find_password_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query_one(db,
                      "SELECT id, username, full_name, email, role, active, password_hash"
                      " FROM person WHERE username = $1",
                      DB_ARGS(DB_TEXT(f->username)), &f->found, &rows, err))
        return false;
    if (!f->found)
        return true;
    read_user(rows, &f->user);
    str_into(db_col_text(rows, 6), f->hash, sizeof f->hash);
    return true;
}

bool user_check_password(struct campus *c, struct str username, struct str password,
                         struct user *ret, struct error *err)
{
    /* What is no user name is looked up as one that nobody has: all refusals take the same time. */
    struct find f = {.username = check_username(username, NULL) ? username : STR("")};
    if (!db_store_read(c->store, find_password_body, &f, err))
        return false;
    bool good = password_verify(str_slice(password, 0, PASSWORD_MAX), str_from(f.hash));
    crypto_wipe(f.hash, sizeof f.hash);
    if (!good || !f.found || !f.user.active || password.len > PASSWORD_MAX)
        return error_set(err, ERROR_UNAUTHORIZED, "user name or password is wrong");
    *ret = f.user;
    return true;
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    (void)err;
    read_user(rows, to);
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " ORDER BY username", DB_NO_ARGS, &rows, err) &&
           db_collect(rows, f->arena, sizeof *f->list, read_listed, &f->list, &f->len, err);
}

bool user_list(struct campus *c, struct arena *arena, struct user **ret, size_t *ret_len,
               struct error *err)
{
    struct find f = {.arena = arena};
    if (!db_store_read(c->store, list_body, &f, err))
        return false;
    *ret = f.list;
    *ret_len = f.len;
    return true;
}

struct search {
    struct str pattern;
    size_t max;
    struct arena *arena;
    struct user *list;
    size_t len;
};

static bool read_found(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    (void)err;
    read_user(rows, to);
    return true;
}

static bool search_body(struct db *db, void *context, struct error *err)
{
    struct search *s = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    COLUMNS " WHERE role IN ($1, $2) AND active = 1 AND (lower(username) LIKE $3"
                            " ESCAPE '\\' OR lower(full_name) LIKE lower($3) ESCAPE '\\')"
                            " ORDER BY username LIMIT $4",
                    DB_ARGS(DB_I64(USER_INSTRUCTOR), DB_I64(USER_PROCTOR), DB_TEXT(s->pattern),
                            DB_U64(s->max)),
                    &rows, err) &&
           db_collect(rows, s->arena, sizeof *s->list, read_found, &s->list, &s->len, err);
}

bool user_search_staff(struct campus *c, struct str text, size_t max, struct arena *arena,
                       struct user **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(buf_done) struct buf pattern = {0};
    buf_add_char(&pattern, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\')
            buf_add_char(&pattern, '\\');
        buf_add_char(&pattern, text.ptr[i]);
    }
    buf_add_char(&pattern, '%');
    struct search s = {.max = max, .arena = arena};
    if (text.len > USER_FULL_NAME_MAX || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "q: must be text of at most %d bytes",
                         USER_FULL_NAME_MAX);
    s.pattern = buf_str(&pattern);
    if (!buf_ok(&pattern, err) || !db_store_read(c->store, search_body, &s, err))
        return false;
    *ret = s.list;
    *ret_len = s.len;
    return true;
}

/* ---- erasing ---- */

static bool deactivate_body(struct db *db, void *context, struct error *err)
{
    const int64_t *id = context;
    return db_run(db, "UPDATE person SET active = 0, password_hash = '' WHERE id = $1",
                  DB_ARGS(DB_I64(*id)), NULL, err);
}

bool user_deactivate(struct campus *c, int64_t id, struct error *err)
{
    return db_store_write(c->store, deactivate_body, &id, err);
}

bool user_forget_in(struct db *db, int64_t id, struct error *err)
{
    char name[USER_NAME_MAX + 1];
    snprintf(name, sizeof name, "erased-%" PRId64, id);
    return db_run(db,
                  "UPDATE person SET username = $1, full_name = '(erased)', email = '',"
                  " active = 0, password_hash = '' WHERE id = $2",
                  DB_ARGS(DB_TEXT(str_from(name)), DB_I64(id)), NULL, err);
}
