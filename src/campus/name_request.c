#include "campus/name_request.h"

#include "base/clock.h"
#include "campus/campus_private.h"
#include "proctor/provider.h"

static const char *const states[] = {"none", "open", "approved", "rejected"};

const char *name_request_state_name(enum name_request_state state)
{
    return (size_t)state < ARRAY_LEN(states) ? states[state] : "unknown";
}

static bool check_reason(struct str *reason, struct error *err)
{
    *reason = str_trim(*reason);
    if (reason->len == 0 || reason->len > NAME_REQUEST_REASON_MAX || !str_is_utf8(*reason))
        return error_set(err, ERROR_INVALID, "reason: must be text of 1 to %d bytes",
                         NAME_REQUEST_REASON_MAX);
    return true;
}

/* ---- asking ---- */

struct making {
    int64_t user_id, id;
    struct str full_name, reason;
};

static bool make_body(struct db *db, void *context, struct error *err)
{
    struct making *m = context;
    return db_run(db, "DELETE FROM name_request WHERE user_id = $1 AND state = $2",
                  DB_ARGS(DB_I64(m->user_id), DB_I64(NAME_REQUEST_OPEN)), NULL, err) &&
           db_insert(db,
                     "INSERT INTO name_request (user_id, from_name, full_name, reason, state,"
                     " created_us) SELECT id, full_name, $1, $2, $3, $4 FROM person WHERE id = $5",
                     DB_ARGS(DB_TEXT(m->full_name), DB_TEXT(m->reason), DB_I64(NAME_REQUEST_OPEN),
                             DB_I64(clock_wall_us()), DB_I64(m->user_id)),
                     &m->id, err);
}

bool name_request_make(struct campus *c, int64_t user_id, struct str full_name, struct str reason,
                       int64_t *ret_id, struct error *err)
{
    struct making m = {.user_id = user_id, .full_name = str_trim(full_name), .reason = reason};
    if (!user_check_full_name(m.full_name, err) || !check_reason(&m.reason, err) ||
        !db_store_write(c->store, make_body, &m, err))
        return false;
    *ret_id = m.id;
    return true;
}

/* ---- reading ---- */

struct listing {
    struct arena *arena;
    struct name_request *list;
    size_t len;
};

static bool read_request(struct db_stmt *rows, struct arena *arena, struct name_request *ret,
                         struct error *err)
{
    *ret = (struct name_request){
        .id = db_col_i64(rows, 0),
        .user_id = db_col_i64(rows, 1),
        .username = db_col_copy(rows, 2, arena),
        .from = db_col_copy(rows, 3, arena),
        .full_name = db_col_copy(rows, 4, arena),
        .reason = db_col_copy(rows, 5, arena),
        .state = (enum name_request_state)db_col_i64(rows, 6),
        .created_us = db_col_i64(rows, 7),
        .decided_us = db_col_i64(rows, 8),
        .decided_by = db_col_copy(rows, 9, arena),
        .decided_reason = db_col_copy(rows, 10, arena),
    };
    return (ret->username.ptr && ret->from.ptr && ret->full_name.ptr && ret->reason.ptr &&
            ret->decided_by.ptr && ret->decided_reason.ptr) ||
           error_no_memory(err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    size_t room = 0;
    if (!db_query(db,
                  "SELECT r.id, user_id, username, from_name, r.full_name, reason, state,"
                  " r.created_us, decided_us, decided_by, decided_reason FROM name_request r"
                  " JOIN person ON person.id = user_id ORDER BY state <> 1,"
                  " CASE state WHEN 1 THEN r.id ELSE -r.id END LIMIT $1",
                  DB_ARGS(DB_I64(NAME_REQUESTS_MAX)), &rows, err))
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
        if (!read_request(rows, l->arena, &l->list[l->len], err))
            return false;
        l->len++;
    }
    return true;
}
_Static_assert(NAME_REQUEST_OPEN == 1, "the query names the state");

bool name_request_list(struct campus *c, struct arena *arena, struct name_request **ret,
                       size_t *ret_len, struct error *err)
{
    struct listing l = {.arena = arena};
    if (!db_store_read(c->store, list_body, &l, err))
        return false;
    *ret = l.list;
    *ret_len = l.len;
    return true;
}

/* ---- deciding ---- */

struct decision {
    int64_t id, staff_id;
    bool approve;
    struct str staff_name, reason;
};

static bool find_open(struct db *db, int64_t id, int64_t *ret_user,
                      char ret_name[USER_FULL_NAME_MAX + 1], struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT user_id, full_name, state FROM name_request WHERE id = $1",
                      DB_ARGS(DB_I64(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such request");
    if (db_col_i64(rows, 2) != NAME_REQUEST_OPEN)
        return error_set(err, ERROR_CONFLICT, "this request was decided already");
    *ret_user = db_col_i64(rows, 0);
    str_into(db_col_text(rows, 1), ret_name, USER_FULL_NAME_MAX + 1);
    return true;
}

static bool decide_body(struct db *db, void *context, struct error *err)
{
    const struct decision *d = context;
    char name[USER_FULL_NAME_MAX + 1];
    int64_t user;
    if (!find_open(db, d->id, &user, name, err))
        return false;
    if (d->approve && (!user_set_full_name_in(db, user, str_from(name), err) ||
                       !provider_renamed_in(db, user, str_from(name), err)))
        return false;
    return db_run(db,
                  "UPDATE name_request SET state = $1, decided_us = $2, decided_by = $3,"
                  " decided_by_id = $4, decided_reason = $5 WHERE id = $6",
                  DB_ARGS(DB_I64(d->approve ? NAME_REQUEST_APPROVED : NAME_REQUEST_REJECTED),
                          DB_I64(clock_wall_us()), DB_TEXT(d->staff_name), DB_I64(d->staff_id),
                          DB_TEXT(d->reason), DB_I64(d->id)),
                  NULL, err);
}

bool name_request_decide(struct campus *c, int64_t id, bool approve, int64_t staff_id,
                         struct str staff_name, struct str reason, struct error *err)
{
    struct decision d = {id, staff_id, approve, staff_name, reason};
    return check_reason(&d.reason, err) && db_store_write(c->store, decide_body, &d, err);
}
