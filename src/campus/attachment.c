#include "campus/attachment.h"

#include "base/clock.h"
#include "base/json.h"
#include "campus/attachment_row.h"
#include "campus/campus_private.h"
#include "proctor/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {[ATTACHMENT_OPEN] = "open",
                                          [ATTACHMENT_COMPLETE] = "complete",
                                          [ATTACHMENT_REMOVED] = "removed"};

const char *attachment_state_name(enum attachment_state state)
{
    return state > ATTACHMENT_STATE_NONE && state <= ATTACHMENT_REMOVED ? state_names[state]
                                                                        : "unknown";
}

/* ---- rows ---- */

#define COLUMNS                                                                                    \
    "SELECT id, attempt_id, item_id, state, length, size, name, sha256, replaces, created_us,"     \
    " changed_us, sealed_size FROM attachment"

static bool read_row(struct db_stmt *rows, struct attachment *ret, struct error *err)
{
    struct str sha = db_col_text(rows, 7);
    *ret = (struct attachment){.attempt_id = db_col_i64(rows, 1),
                               .item_id = db_col_i64(rows, 2),
                               .state = (enum attachment_state)db_col_i64(rows, 3),
                               .length = (uint64_t)db_col_i64(rows, 4),
                               .size = (uint64_t)db_col_i64(rows, 5),
                               .created_us = db_col_i64(rows, 9),
                               .changed_us = db_col_i64(rows, 10)};
    if (sha.len != sizeof ret->sha256)
        return error_set(err, ERROR_CHECKSUM, "the row of an attachment was altered");
    memcpy(ret->sha256, sha.ptr, sizeof ret->sha256);
    str_into(db_col_text(rows, 0), ret->id, sizeof ret->id);
    str_into(db_col_text(rows, 6), ret->name, sizeof ret->name);
    str_into(db_col_text(rows, 8), ret->replaces, sizeof ret->replaces);
    return true;
}

bool attachment_row_find(struct db *db, struct str id, struct attachment *ret,
                         uint64_t *ret_sealed_size, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_TEXT(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such attachment");
    if (ret_sealed_size)
        *ret_sealed_size = (uint64_t)db_col_i64(rows, 11);
    return read_row(rows, ret, err);
}

bool attachment_row_find_own(struct db *db, struct str id, int64_t user_id, struct arena *arena,
                             struct attempt *ret_attempt, struct attachment *ret, struct error *err)
{
    struct attachment x;
    struct attempt a;
    struct error why = {0};
    if (!attachment_row_find(db, id, &x, NULL, err))
        return false;
    if (!attempt_find_in(db, x.attempt_id, user_id, arena, &a, &why))
        return why.code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_NOT_FOUND, "no such attachment") /* the same words */
                   : error_set(err, why.code, "%s", why.message);
    if (ret_attempt)
        *ret_attempt = a;
    *ret = x;
    return true;
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    return read_row(rows, to, err);
}

bool attachment_list_in(struct db *db, int64_t attempt_id, struct arena *arena,
                        struct attachment **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    COLUMNS
                    " WHERE attempt_id = $1 AND state <> $2 ORDER BY item_id, created_us, id",
                    DB_ARGS(DB_I64(attempt_id), DB_I64(ATTACHMENT_REMOVED)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_listed, ret, ret_len, err);
}

/* ---- the key ---- */

static void key_context(int64_t attempt_id, char ret[48])
{
    snprintf(ret, 48, "campus/attempt/%" PRId64, attempt_id);
}

bool attachment_key_in(struct db *db, const struct seal_key *deployment, int64_t attempt_id,
                       bool make, struct seal_key *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char context[48];
    bool found;
    key_context(attempt_id, context);
    if (!db_query_one(db, "SELECT wrapped_key FROM attachment_key WHERE attempt_id = $1",
                      DB_ARGS(DB_I64(attempt_id)), &found, &rows, err))
        return false;
    if (found)
        return seal_unwrap(deployment, db_col_text(rows, 0), str_from(context), ret, err) ||
               error_wrap(err, "the key of the attachments");
    if (!make)
        return error_set(err, ERROR_GONE, "these files were erased");
    seal_key_create(ret);
    seal_wrap(deployment, ret, str_from(context), wrapped);
    return db_run(db, "INSERT INTO attachment_key (attempt_id, wrapped_key) VALUES ($1, $2)",
                  DB_ARGS(DB_I64(attempt_id), DB_BLOB(str_bytes(wrapped, sizeof wrapped))), NULL,
                  err);
}

/* ---- what follows from a state ---- */

static bool add_milestone(struct db *db, const struct attempt *a, const struct attachment *x,
                          const char *kind, struct error *err)
{
    char hex[STR_HEX_MAX(SHA256_SIZE)], detail[200];
    str_to_hex(str_bytes(x->sha256, sizeof x->sha256), hex);
    snprintf(detail, sizeof detail,
             "{\"bytes\":%" PRIu64 ",\"file\":\"%s\",\"item\":%" PRId64 ",\"sha256\":\"%s\"}",
             x->size, x->id, x->item_id, hex);
    return provider_milestone_in(db, a->session_id, str_from(kind), str_from(detail), err);
}

static bool row_remove(struct db *db, const struct attempt *a, const struct attachment *x,
                       struct error *err)
{
    return db_run(db,
                  "UPDATE attachment SET state = $1, to_remove = 1, hash_state = NULL,"
                  " changed_us = $2 WHERE id = $3",
                  DB_ARGS(DB_I64(ATTACHMENT_REMOVED), DB_I64(clock_wall_us()),
                          DB_TEXT(str_from(x->id))),
                  NULL, err) &&
           add_milestone(db, a, x, "attachment-removed", err);
}

bool attachment_row_complete(struct db *db, const struct attempt *a, const struct attachment *x,
                             struct error *err)
{
    struct attachment old;
    if (!db_run(db, "UPDATE attachment SET state = $1, hash_state = NULL WHERE id = $2",
                DB_ARGS(DB_I64(ATTACHMENT_COMPLETE), DB_TEXT(str_from(x->id))), NULL, err) ||
        !add_milestone(db, a, x, "attachment-complete", err))
        return false;
    if (!x->replaces[0])
        return true;
    return attachment_row_find(db, str_from(x->replaces), &old, NULL, err) &&
           (old.state == ATTACHMENT_REMOVED || row_remove(db, a, &old, err));
}

bool attachment_row_may_grow(struct db *db, struct attempt *a, const struct attachment *x,
                             int64_t now_us, struct error *err)
{
    bool over;
    if (x->state == ATTACHMENT_REMOVED)
        return error_set(err, ERROR_GONE, "this file was removed");
    if (!attempt_is_over_in(db, a, now_us, &over, err))
        return false;
    /* The sweeper may not have come yet: its grace begins with the deadline. */
    int64_t until =
        a->state == ATTEMPT_RUNNING ? a->deadline_us + ATTEMPT_GRACE_US : a->grace_until_us;
    if (a->state < ATTEMPT_RUNNING || a->state > ATTEMPT_FINISHED || now_us >= until)
        return error_set(err, ERROR_CONFLICT, "the time to send files of this exam is over");
    return true;
}

/* ---- making ---- */

struct creation {
    const struct attachment_spec *spec;
    const struct seal_key *deployment; /* borrowed */
    struct attachment x;
};

static bool check_limits(struct db *db, const struct creation *c, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    const struct attachment_spec *s = c->spec;
    bool found;
    /* What this one replaces makes room for it. */
    if (!db_query_one(
            db,
            "SELECT COUNT(*), COALESCE(SUM(CASE WHEN state <> 3 AND id <> $1 THEN length ELSE 0"
            " END), 0), COALESCE(SUM(CASE WHEN state <> 3 AND id <> $1 AND item_id = $2 THEN 1"
            " ELSE 0 END), 0) FROM attachment WHERE attempt_id = $3",
            DB_ARGS(DB_TEXT(s->replaces), DB_I64(s->item_id), DB_I64(s->attempt_id)), &found, &rows,
            err))
        return false;
    uint64_t all = (uint64_t)db_col_i64(rows, 1);
    if (db_col_i64(rows, 2) >= ATTACHMENTS_PER_ITEM || db_col_i64(rows, 0) >= ATTACHMENTS_EVER_MAX)
        return error_set(err, ERROR_CONFLICT, "no more than %d files for one question",
                         ATTACHMENTS_PER_ITEM);
    if (all > ATTACHMENTS_SIZE_MAX || s->length > ATTACHMENTS_SIZE_MAX - all)
        return error_set(err, ERROR_TOO_LARGE,
                         "all files of an exam together: at most %" PRIu64 " bytes",
                         ATTACHMENTS_SIZE_MAX);
    return true;
}
_Static_assert(ATTACHMENT_REMOVED == 3, "the query names the state");

static bool check_replaced(struct db *db, const struct attachment_spec *s, struct error *err)
{
    struct attachment old;
    if (s->replaces.len == 0)
        return true;
    if (!attachment_row_find(db, s->replaces, &old, NULL, err))
        return false;
    if (old.attempt_id != s->attempt_id || old.item_id != s->item_id)
        return error_set(err, ERROR_NOT_FOUND, "no such attachment");
    return old.state != ATTACHMENT_REMOVED ||
           error_set(err, ERROR_GONE, "the file to be replaced was removed");
}

static bool create_body(struct db *db, void *context, struct error *err)
{
    struct creation *c = context;
    const struct attachment_spec *s = c->spec;
    struct attachment *x = &c->x;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(seal_key_wipe) struct seal_key key = {{0}};
    struct attempt a;
    struct item item;
    int64_t now = clock_wall_us();
    if (!attempt_find_in(db, s->attempt_id, s->user_id, &arena, &a, err) ||
        !attempt_must_run_in(db, &a, now, err) ||
        !exam_item_in(db, a.exam_id, s->item_id, &arena, &item, err))
        return false;
    if (item.kind != ITEM_DESCRIPTIVE)
        return error_set(err, ERROR_CONFLICT, "this question takes no files");
    if (!check_replaced(db, s, err) || !check_limits(db, c, err) ||
        !attachment_key_in(db, c->deployment, a.id, true, &key, err))
        return false;
    x->attempt_id = a.id;
    x->item_id = item.id;
    x->state = ATTACHMENT_OPEN;
    x->length = s->length;
    x->created_us = x->changed_us = now;
    if (!db_run(db,
                "INSERT INTO attachment (id, attempt_id, item_id, name, state, length, size,"
                " sealed_size, sha256, replaces, created_us, changed_us)"
                " VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9, $9)",
                DB_ARGS(DB_TEXT(str_from(x->id)), DB_I64(a.id), DB_I64(item.id),
                        DB_TEXT(str_from(x->name)), DB_I64(x->state), DB_U64(x->length),
                        DB_BLOB(str_bytes(x->sha256, sizeof x->sha256)),
                        DB_TEXT(str_from(x->replaces)), DB_I64(now)),
                NULL, err))
        return false;
    if (x->length > 0)
        return true;
    x->state = ATTACHMENT_COMPLETE;
    return attachment_row_complete(db, &a, x, err);
}

bool attachment_create(struct campus *c, const struct attachment_spec *spec, struct attachment *ret,
                       struct error *err)
{
    struct creation creation = {.spec = spec, .deployment = &c->deployment_key};
    CLEANUP(blob_closep) struct blob *blob = NULL;
    struct attachment *x = &creation.x;
    if (!c->blobs)
        return error_set(err, ERROR_INTERNAL, "the portal is open without a place for files");
    if (spec->length > ATTACHMENT_SIZE_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a file has at most %" PRIu64 " bytes",
                         ATTACHMENT_SIZE_MAX);
    if (spec->replaces.len && !str_into(spec->replaces, x->replaces, sizeof x->replaces))
        return error_set(err, ERROR_NOT_FOUND, "no such attachment");
    attachment_name(spec->name, x->name);
    sha256(STR(""), x->sha256);
    id_create(x->id);
    /* The blob first: a row without its blob could not grow. */
    if (!blob_create(c->blobs, str_from(x->id), &blob, err))
        return false;
    if (!db_store_write(c->store, create_body, &creation, err)) {
        bool removed = blob_remove(c->blobs, str_from(x->id), NULL); /* empty: no loss if not */
        (void)removed;
        return false;
    }
    *ret = *x;
    return true;
}

/* ---- finding ---- */

struct find {
    struct str id;
    int64_t user_id;
    bool own;
    struct attachment x;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(arena_done) struct arena arena = {0};
    return f->own ? attachment_row_find_own(db, f->id, f->user_id, &arena, NULL, &f->x, err)
                  : attachment_row_find(db, f->id, &f->x, NULL, err);
}

static bool find(struct campus *c, struct find *f, struct attachment *ret, struct error *err)
{
    if (!db_store_read(c->store, find_body, f, err))
        return false;
    if (f->x.state == ATTACHMENT_REMOVED)
        return error_set(err, ERROR_GONE, "this file was removed");
    *ret = f->x;
    return true;
}

bool attachment_find(struct campus *c, struct str id, int64_t user_id, struct attachment *ret,
                     struct error *err)
{
    struct find f = {.id = id, .user_id = user_id, .own = true};
    return find(c, &f, ret, err);
}

bool attachment_get(struct campus *c, struct str id, struct attachment *ret, struct error *err)
{
    struct find f = {.id = id};
    return find(c, &f, ret, err);
}

/* ---- removing ---- */

static bool remove_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct attempt a;
    if (!attachment_row_find_own(db, f->id, f->user_id, &arena, &a, &f->x, err))
        return false;
    if (f->x.state == ATTACHMENT_REMOVED)
        return error_set(err, ERROR_GONE, "this file was removed");
    return attempt_must_run_in(db, &a, clock_wall_us(), err) && row_remove(db, &a, &f->x, err);
}

bool attachment_remove(struct campus *c, struct str id, int64_t user_id, struct error *err)
{
    struct find f = {.id = id, .user_id = user_id};
    return db_store_write(c->store, remove_body, &f, err); /* its blob goes with the next sweep */
}

#define SWEEP_MAX 50 /* files in one round */

struct due {
    char ids[SWEEP_MAX][ID_TEXT_SIZE];
    size_t len;
};

static bool due_body(struct db *db, void *context, struct error *err)
{
    struct due *d = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query(db, "SELECT id FROM attachment WHERE to_remove = 1 LIMIT $1",
                  DB_ARGS(DB_I64(SWEEP_MAX)), &rows, err))
        return false;
    for (bool row = true; row && d->len < SWEEP_MAX;) {
        if (!db_next(rows, &row, err))
            return false;
        if (row)
            str_into(db_col_text(rows, 0), d->ids[d->len++], ID_TEXT_SIZE);
    }
    return true;
}

static bool swept_body(struct db *db, void *context, struct error *err)
{
    struct str id = str_from(context);
    return db_run(db, "DELETE FROM attachment_piece WHERE attachment_id = $1", DB_ARGS(DB_TEXT(id)),
                  NULL, err) &&
           db_run(db, "UPDATE attachment SET to_remove = 0 WHERE id = $1", DB_ARGS(DB_TEXT(id)),
                  NULL, err);
}

/* The blob goes before the mark: after a crash in between it is tried again. */
bool attachment_sweep(struct campus *c, struct error *err)
{
    struct due due = {.len = 0};
    if (!c->blobs)
        return true;
    if (!db_store_read(c->store, due_body, &due, err))
        return false;
    for (size_t i = 0; i < due.len; i++) {
        struct error why = {0};
        if (!blob_remove(c->blobs, str_from(due.ids[i]), &why) && why.code != ERROR_NOT_FOUND)
            return error_set(err, why.code, "%s", why.message);
        if (!db_store_write(c->store, swept_body, due.ids[i], err))
            return false;
    }
    return true;
}

bool attachment_forget_in(struct db *db, int64_t attempt_id, struct error *err)
{
    return db_run(db, "DELETE FROM attachment_key WHERE attempt_id = $1",
                  DB_ARGS(DB_I64(attempt_id)), NULL, err) &&
           db_run(db,
                  "UPDATE attachment SET state = $1, to_remove = 1, hash_state = NULL,"
                  " name = '(erased)' WHERE attempt_id = $2",
                  DB_ARGS(DB_I64(ATTACHMENT_REMOVED), DB_I64(attempt_id)), NULL, err);
}

bool attachment_marked(struct campus *c, bool *ret, struct error *err)
{
    struct due due = {.len = 0};
    if (!db_store_read(c->store, due_body, &due, err))
        return false;
    *ret = due.len > 0;
    return true;
}
