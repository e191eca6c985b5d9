#include "campus/name_request.h"

#include "base/clock.h"
#include "campus/campus_private.h"
#include "proctor/provider.h"

static const char *const names[] = {[NAME_REQUEST_PENDING] = "pending",
                                    [NAME_REQUEST_APPROVED] = "approved",
                                    [NAME_REQUEST_REJECTED] = "rejected"};

const char *name_request_state_name(enum name_request_state state)
{
    return state > NAME_REQUEST_STATE_NONE && state <= NAME_REQUEST_REJECTED ? names[state]
                                                                             : "unknown";
}

static bool check_reason(struct str reason, bool needed, struct error *err)
{
    return (reason.len <= NAME_REASON_MAX && str_is_utf8(reason) && (reason.len || !needed)) ||
           error_set(err, ERROR_INVALID, "reason: must be text of %d to %d bytes", needed,
                     NAME_REASON_MAX);
}

/* ---- making ---- */

struct making {
    int64_t user_id;
    struct str full_name, reason;
};

static bool make_body(struct db *db, void *context, struct error *err)
{
    const struct making *m = context;
    struct user user;
    struct error why = {0};
    if (!user_find_in(db, m->user_id, &user, err))
        return false;
    if (str_eq(str_from(user.full_name), m->full_name))
        return error_set(err, ERROR_CONFLICT, "that is the name of this account already");
    if (db_run(db,
               "INSERT INTO name_request (user_id, old_name, full_name, reason, state, created_us)"
               " VALUES ($1, $2, $3, $4, $5, $6)",
               DB_ARGS(DB_I64(m->user_id), DB_TEXT(str_from(user.full_name)), DB_TEXT(m->full_name),
                       DB_TEXT(m->reason), DB_I64(NAME_REQUEST_PENDING), DB_I64(clock_wall_us())),
               NULL, &why))
        return true;
    return why.code == ERROR_CONFLICT /* the index over what waits */
               ? error_set(err, ERROR_CONFLICT, "an earlier request has not been decided yet")
               : error_set(err, why.code, "%s", why.message);
}

bool name_request_make(struct campus *c, int64_t user_id, struct str full_name, struct str reason,
                       struct error *err)
{
    struct making m = {.user_id = user_id, .full_name = str_trim(full_name), .reason = reason};
    return user_check_full_name(m.full_name, err) && check_reason(reason, true, err) &&
           db_store_write(c->store, make_body, &m, err);
}

/* ---- deciding ---- */

struct decision {
    int64_t id;
    bool approve;
    struct str reason, by;
};

static bool decide_body(struct db *db, void *context, struct error *err)
{
    const struct decision *d = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(arena_done) struct arena arena = {0};
    bool found;
    if (!db_query_one(db, "SELECT user_id, full_name, state FROM name_request WHERE id = $1",
                      DB_ARGS(DB_I64(d->id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such request");
    int64_t user_id = db_col_i64(rows, 0);
    struct str full_name = db_col_copy(rows, 1, &arena);
    int64_t state = db_col_i64(rows, 2);
    db_donep(&rows);
    if (!full_name.ptr)
        return error_no_memory(err);
    if (state != NAME_REQUEST_PENDING)
        return error_set(err, ERROR_CONFLICT, "this request was decided already");
    return db_run(db,
                  "UPDATE name_request SET state = $1, decided_us = $2, decided_by = $3,"
                  " decision_reason = $4 WHERE id = $5",
                  DB_ARGS(DB_I64(d->approve ? NAME_REQUEST_APPROVED : NAME_REQUEST_REJECTED),
                          DB_I64(clock_wall_us()), DB_TEXT(d->by), DB_TEXT(d->reason),
                          DB_I64(d->id)),
                  NULL, err) &&
           (!d->approve || (user_rename_in(db, user_id, full_name, err) &&
                            provider_renamed_in(db, user_id, full_name, err)));
}

bool name_request_decide(struct campus *c, int64_t id, bool approve, struct str reason,
                         struct str decided_by, struct error *err)
{
    struct decision d = {.id = id, .approve = approve, .reason = reason, .by = decided_by};
    return check_reason(reason, !approve, err) && db_store_write(c->store, decide_body, &d, err);
}

/* ---- reading ---- */

struct listing {
    int64_t user_id;
    size_t max;
    struct arena *arena;
    struct name_request *list;
    size_t len;
};

static bool read_one(struct db *db, struct db_stmt *rows, struct arena *arena,
                     struct name_request *ret, struct error *err)
{
    struct user user;
    *ret = (struct name_request){.id = db_col_i64(rows, 0),
                                 .user_id = db_col_i64(rows, 1),
                                 .old_name = db_col_copy(rows, 2, arena),
                                 .full_name = db_col_copy(rows, 3, arena),
                                 .reason = db_col_copy(rows, 4, arena),
                                 .state = (enum name_request_state)db_col_i64(rows, 5),
                                 .created_us = db_col_i64(rows, 6),
                                 .decided_us = db_col_i64(rows, 7),
                                 .decided_by = db_col_copy(rows, 8, arena),
                                 .decision_reason = db_col_copy(rows, 9, arena)};
    if (!user_find_in(db, ret->user_id, &user, err))
        return false;
    ret->username = arena_copy(arena, str_from(user.username));
    return (ret->old_name.ptr && ret->full_name.ptr && ret->reason.ptr && ret->decided_by.ptr &&
            ret->decision_reason.ptr && ret->username.ptr) ||
           error_no_memory(err);
}

#define COLUMNS                                                                                    \
    "SELECT id, user_id, old_name, full_name, reason, state, created_us, decided_us, decided_by,"  \
    " decision_reason FROM name_request"

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    size_t room = 0;
    if (!(l->user_id ? db_query(db, COLUMNS " WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
                                DB_ARGS(DB_I64(l->user_id), DB_U64(l->max)), &rows, err)
                     : db_query(db, COLUMNS " ORDER BY (state = $1) DESC, id DESC LIMIT $2",
                                DB_ARGS(DB_I64(NAME_REQUEST_PENDING), DB_U64(l->max)), &rows, err)))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        struct name_request *more = arena_more(l->arena, l->list, l->len, &room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        l->list = more;
        if (!read_one(db, rows, l->arena, &l->list[l->len++], err))
            return false;
    }
    return true;
}

struct whose {
    int64_t id, user_id;
};

static bool whose_body(struct db *db, void *context, struct error *err)
{
    struct whose *w = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT user_id FROM name_request WHERE id = $1", DB_ARGS(DB_I64(w->id)),
                      &found, &rows, err))
        return false;
    w->user_id = found ? db_col_i64(rows, 0) : 0;
    return true;
}

bool name_request_whose(struct campus *c, int64_t id, int64_t *ret_user_id, struct error *err)
{
    struct whose w = {.id = id};
    if (!db_store_read(c->store, whose_body, &w, err))
        return false;
    *ret_user_id = w.user_id;
    return true;
}

bool name_request_list(struct campus *c, int64_t user_id, size_t max, struct arena *arena,
                       struct name_request **ret, size_t *ret_len, struct error *err)
{
    struct listing l = {.user_id = user_id, .max = max, .arena = arena};
    if (!db_store_read(c->store, list_body, &l, err))
        return false;
    *ret = l.list;
    *ret_len = l.len;
    return true;
}

bool name_request_forget_in(struct db *db, int64_t user_id, struct error *err)
{
    return db_run(db, "DELETE FROM name_request WHERE user_id = $1", DB_ARGS(DB_I64(user_id)), NULL,
                  err);
}
