#include "proctor/deletion.h"

#include "base/clock.h"
#include "proctor/signed_text.h"
#include "proctor/stream.h"

#include <stdlib.h>

#define SIGN_STEP 200 /* receipts in one round of the sweeper */

static bool put(struct db *db, struct str session_id, int64_t user_ref, const char *what,
                json_t *facts, int64_t now_us, struct error *err)
{
    char id[ID_TEXT_SIZE];
    CLEANUP(freep) char *text = NULL;
    id_create(id);
    if (json_object_set_new(facts, "deletion", json_string(id)) ||
        json_object_set_new(facts, "begun_us", json_integer(now_us)))
        return error_no_memory(err);
    return json_text(facts, &text, err) &&
           db_run(db,
                  "INSERT INTO deletion (id, session_id, user_ref, what, made_us, receipt,"
                  " is_signed) VALUES ($1, $2, $3, $4, $5, $6, 0)",
                  DB_ARGS(DB_TEXT(str_from(id)), DB_TEXT(session_id), DB_I64(user_ref),
                          DB_TEXT(str_from(what)), DB_I64(now_us), DB_TEXT(str_from(text))),
                  NULL, err);
}

bool deletion_begin_in(struct db *db, struct str session_id, int64_t user_ref, const char *what,
                       json_t *facts, int64_t now_us, struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = facts;
    return owned ? put(db, session_id, user_ref, what, owned, now_us, err) : error_no_memory(err);
}

/* ---- reading ---- */

struct listing {
    struct str session_id; /* or, when it is empty: */
    int64_t user_ref;      /* or, when it is 0, what is not signed yet */
    struct arena *arena;
    struct deletion *list;
    size_t len;
};

#define COLUMNS "SELECT id, session_id, what, made_us, is_signed, receipt FROM deletion"

static bool query(struct db *db, const struct listing *l, struct db_stmt **ret, struct error *err)
{
    if (l->session_id.len)
        return db_query(db, COLUMNS " WHERE session_id = $1 ORDER BY made_us, id",
                        DB_ARGS(DB_TEXT(l->session_id)), ret, err);
    if (l->user_ref)
        return db_query(db, COLUMNS " WHERE user_ref = $1 ORDER BY made_us, id",
                        DB_ARGS(DB_I64(l->user_ref)), ret, err);
    return db_query(db,
                    COLUMNS " WHERE is_signed = 0 AND session_id <> '' ORDER BY made_us LIMIT $1",
                    DB_ARGS(DB_I64(SIGN_STEP)), ret, err);
}

static bool read_deletion(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct deletion *d = to;
    *d = (struct deletion){.id = db_col_copy(rows, 0, arena),
                           .session_id = db_col_copy(rows, 1, arena),
                           .what = db_col_copy(rows, 2, arena),
                           .made_us = db_col_i64(rows, 3),
                           .is_signed = db_col_i64(rows, 4) != 0,
                           .receipt = db_col_copy(rows, 5, arena)};
    return (d->id.ptr && d->session_id.ptr && d->what.ptr && d->receipt.ptr) ||
           error_no_memory(err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return query(db, l, &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->list, read_deletion, &l->list, &l->len, err);
}

static bool list(struct proctor *p, struct listing *l, struct deletion **ret, size_t *ret_len,
                 struct error *err)
{
    if (!db_store_read(p->store, list_body, l, err))
        return false;
    *ret = l->list;
    *ret_len = l->len;
    return true;
}

bool deletion_list(struct proctor *p, struct str session_id, struct arena *arena,
                   struct deletion **ret, size_t *ret_len, struct error *err)
{
    struct listing l = {.session_id = session_id, .arena = arena};
    return list(p, &l, ret, ret_len, err);
}

bool deletion_list_user(struct proctor *p, int64_t user_ref, struct arena *arena,
                        struct deletion **ret, size_t *ret_len, struct error *err)
{
    struct listing l = {.user_ref = user_ref, .arena = arena};
    return list(p, &l, ret, ret_len, err);
}

/* ---- signing ---- */

struct signing {
    struct proctor *p;
    const struct deletion *deletion;
    int64_t user_ref; /* of an account */
    json_t *facts;
};

static bool finish(struct proctor *p, json_t *facts, char **ret, struct error *err)
{
    if (json_object_set_new(facts, "deleted_us", json_integer(clock_wall_us())))
        return error_no_memory(err);
    return signed_text(&p->sign_key, facts, ret, err);
}

static bool sign_body(struct db *db, void *context, struct error *err)
{
    const struct signing *s = context;
    CLEANUP(json_decrefp) json_t *facts = NULL;
    CLEANUP(freep) char *text = NULL;
    bool marked;
    if (!stream_marked_in(db, s->deletion->session_id, &marked, err))
        return false;
    if (marked)
        return true;
    return json_parse(s->deletion->receipt, &facts, err) && finish(s->p, facts, &text, err) &&
           db_run(db,
                  "UPDATE deletion SET receipt = $1, is_signed = 1 WHERE id = $2"
                  " AND is_signed = 0",
                  DB_ARGS(DB_TEXT(str_from(text)), DB_TEXT(s->deletion->id)), NULL, err);
}

bool deletion_sign(struct proctor *p, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct listing l = {.arena = &arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    for (size_t i = 0; i < l.len; i++) {
        struct signing s = {.p = p, .deletion = &l.list[i]};
        if (!db_store_write(p->store, sign_body, &s, err))
            return error_wrap(err, "deletion " STR_FMT, STR_ARG(l.list[i].id));
    }
    return true;
}

static bool account_body(struct db *db, void *context, struct error *err)
{
    const struct signing *s = context;
    CLEANUP(freep) char *text = NULL;
    char id[ID_TEXT_SIZE];
    int64_t now = clock_wall_us();
    id_create(id);
    if (json_object_set_new(s->facts, "deletion", json_string(id)))
        return error_no_memory(err);
    return finish(s->p, s->facts, &text, err) &&
           db_run(db,
                  "INSERT INTO deletion (id, session_id, user_ref, what, made_us, receipt,"
                  " is_signed) VALUES ($1, '', $2, 'account', $3, $4, 1)",
                  DB_ARGS(DB_TEXT(str_from(id)), DB_I64(s->user_ref), DB_I64(now),
                          DB_TEXT(str_from(text))),
                  NULL, err);
}

bool deletion_account(struct proctor *p, int64_t user_ref, json_t *facts, struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = facts;
    struct signing s = {.p = p, .user_ref = user_ref, .facts = owned};
    return owned ? db_store_write(p->store, account_body, &s, err) : error_no_memory(err);
}
