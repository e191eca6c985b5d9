#include "proctor/audit.h"

#include "base/clock.h"
#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/staff.h"

bool audit_check_reason(struct str reason, struct error *err)
{
    if (str_trim(reason).len == 0 || reason.len > AUDIT_REASON_MAX)
        return error_set(err, ERROR_INVALID, "reason: say why, in 1 to %d bytes", AUDIT_REASON_MAX);
    return true;
}

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

/* For the reviewer's timeline: the same without the candidate, whose session it is. */
static bool add_evidence(struct db *db, const struct audit_entry *e, json_t *detail,
                         struct error *err)
{
    return evidence_add_in(db, e->session_id, "staff-action",
                           json_pack("{s:o, s:o, s:I, s:o, s:O}", "action", text_json(e->action),
                                     "by", text_json(e->actor), "user", (json_int_t)e->actor_ref,
                                     "reason", text_json(e->reason), "detail", detail),
                           err);
}

bool audit_add_in(struct db *db, const struct audit_entry *e, json_t *detail, struct error *err)
{
    CLEANUP(json_decrefp) json_t *owned = detail ? detail : json_object();
    CLEANUP(freep) char *text = NULL;
    if (!owned)
        return error_no_memory(err);
    if (!json_text(owned, &text, err) ||
        !db_run(db,
                "INSERT INTO audit (time_us, actor_ref, actor, action, session_id, user_ref,"
                " candidate, reason, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                DB_ARGS(DB_I64(clock_wall_us()), DB_I64(e->actor_ref), DB_TEXT(e->actor),
                        DB_TEXT(e->action), DB_TEXT(e->session_id), DB_I64(e->user_ref),
                        DB_TEXT(e->candidate), DB_TEXT(e->reason), DB_TEXT(str_from(text))),
                NULL, err))
        return false;
    return (e->session_id.len == 0 || add_evidence(db, e, owned, err)) &&
           change_note_in(db, "support", "audit", STR("{}"), err);
}

struct addition {
    const struct audit_entry *entry;
    json_t *detail;
};

static bool add_body(struct db *db, void *context, struct error *err)
{
    struct addition *a = context;
    return audit_add_in(db, a->entry, TAKE(a->detail), err);
}

bool audit_add(struct proctor *p, const struct audit_entry *e, json_t *detail, struct error *err)
{
    struct addition a = {.entry = e, .detail = detail};
    bool good = db_store_write(p->store, add_body, &a, err);
    json_decref(a.detail); /* the body was not run */
    return good;
}

struct list {
    struct str session_id;
    int64_t viewer;
    int64_t before;
    size_t max;
    struct arena *arena;
    struct audit_entry *entries;
    size_t len;
};

static bool query_list(struct db *db, const struct list *l, struct db_stmt **ret, struct error *err)
{
#define COLUMNS                                                                                    \
    "SELECT id, time_us, actor_ref, actor, action, session_id, user_ref, candidate, reason,"       \
    " detail FROM audit WHERE id < $1 "
    if (l->session_id.len)
        return db_query(db, COLUMNS "AND session_id = $2 ORDER BY id DESC LIMIT $3",
                        DB_ARGS(DB_I64(l->before), DB_TEXT(l->session_id), DB_U64(l->max)), ret,
                        err);
    return db_query(
        db,
        COLUMNS "AND " STAFF_SEES_SESSION("$2", "audit.session_id") " ORDER BY id DESC LIMIT $3",
        DB_ARGS(DB_I64(l->before), DB_I64(l->viewer), DB_U64(l->max)), ret, err);
#undef COLUMNS
}

static bool read_entry(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct audit_entry *e = to;
    *e = (struct audit_entry){.id = db_col_i64(rows, 0),
                              .time_us = db_col_i64(rows, 1),
                              .actor_ref = db_col_i64(rows, 2),
                              .actor = db_col_copy(rows, 3, arena),
                              .action = db_col_copy(rows, 4, arena),
                              .session_id = db_col_copy(rows, 5, arena),
                              .user_ref = db_col_i64(rows, 6),
                              .candidate = db_col_copy(rows, 7, arena),
                              .reason = db_col_copy(rows, 8, arena),
                              .detail = db_col_copy(rows, 9, arena)};
    return (e->actor.ptr && e->action.ptr && e->session_id.ptr && e->candidate.ptr &&
            e->reason.ptr && e->detail.ptr) ||
           error_no_memory(err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return query_list(db, l, &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->entries, read_entry, &l->entries, &l->len, err);
}

bool audit_list(struct proctor *p, int64_t viewer, struct str session_id, int64_t before,
                size_t max, struct arena *arena, struct audit_entry **ret, size_t *ret_len,
                struct error *err)
{
    struct list l = {.session_id = session_id,
                     .viewer = viewer,
                     .before = before ? before : INT64_MAX,
                     .max = max,
                     .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.entries;
    *ret_len = l.len;
    return true;
}

bool audit_forget_in(struct db *db, int64_t user_ref, struct error *err)
{
    return db_run(db,
                  "UPDATE audit SET candidate = '', reason = '', detail = '{}'"
                  " WHERE user_ref = $1",
                  DB_ARGS(DB_I64(user_ref)), NULL, err);
}
