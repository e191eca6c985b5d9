/* What is done to a session while it goes on. An act, its audit entry, its record of the evidence,
 * what it does to the exam and the news of it are one write: there is never one without the other.
 */
#include "proctor/audit.h"
#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/live_row.h"
#include "proctor/support.h"

#include <stdio.h>

/* ---- what they share ---- */

struct doing {
    struct proctor *p;
    const struct live_act *act;
    struct str session_id; /* of a candidate's act */
    int64_t user_ref;      /* likewise */
    int64_t id;            /* a warning's */
    bool raised;
};

static bool find_live(struct db *db, struct str session_id, struct arena *arena,
                      struct live_row *ret, struct error *err)
{
    struct session s;
    if (!session_find_in(db, session_id, &s, err))
        return false;
    if (s.state != SESSION_RECORDING && s.state != SESSION_EXAM)
        return error_set(err, ERROR_CONFLICT, "this session does not go on");
    return live_row_find_in(db, session_id, arena, ret, err);
}

/* The candidate's page, wherever it is served from, and the wall. */
static bool tell_all(struct db *db, const struct live_row *row, struct error *err)
{
    char topic[SUPPORT_TOPIC_MAX], data[64];
    support_topic(SUPPORT_LOG_CANDIDATE, row->user_ref, topic);
    snprintf(data, sizeof data, "{\"session\":\"" STR_FMT "\"}", STR_ARG(row->session_id));
    return change_note_in(db, topic, "session", str_from(data), err) &&
           live_tell_in(db, row->session_id, err);
}

static bool audit(struct db *db, const struct doing *d, const struct live_row *row,
                  const char *action, json_t *detail, struct error *err)
{
    const struct live_act *a = d->act;
    const struct audit_entry entry = {.actor_ref = a->user_ref,
                                      .actor = a->by,
                                      .action = str_from(action),
                                      .session_id = a->session_id,
                                      .user_ref = row->user_ref,
                                      .candidate = row->candidate,
                                      .reason = a->text};
    return audit_add_in(db, &entry, detail, err);
}

static bool check_text(struct str text, const char *what, struct error *err)
{
    if (str_trim(text).len == 0 || text.len > LIVE_TEXT_MAX || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "%s: must be text of 1 to %d bytes", what,
                         LIVE_TEXT_MAX);
    return true;
}

static bool run(struct proctor *p, const struct live_act *act, db_body *body, const char *what,
                int64_t *ret_id, struct error *err)
{
    struct doing d = {.p = p, .act = act};
    if ((what && !check_text(act->text, what, err)) || !db_store_write(p->store, body, &d, err))
        return false;
    if (ret_id)
        *ret_id = d.id;
    return true;
}

static struct provider_act portal_act(const struct live_act *a)
{
    return (struct provider_act){.reason = a->text, .by = a->by};
}

/* ---- staff ---- */

static bool warn_body(struct db *db, void *context, struct error *err)
{
    struct doing *d = context;
    const struct live_act *a = d->act;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct live_row row;
    bool found;
    if (!find_live(db, a->session_id, &arena, &row, err) ||
        !db_query_one(db, "SELECT COUNT(*) FROM live_warning WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(a->session_id)), &found, &rows, err))
        return false;
    if (found && db_col_i64(rows, 0) >= LIVE_WARNINGS_MAX)
        return error_set(err, ERROR_CONFLICT, "no more than %d warnings in a session",
                         LIVE_WARNINGS_MAX);
    return db_insert(db,
                     "INSERT INTO live_warning (session_id, author_ref, author, text, made_us)"
                     " VALUES ($1, $2, $3, $4, $5)",
                     DB_ARGS(DB_TEXT(a->session_id), DB_I64(a->user_ref), DB_TEXT(a->by),
                             DB_TEXT(a->text), DB_I64(clock_wall_us())),
                     &d->id, err) &&
           audit(db, d, &row, "candidate-warned", json_pack("{s:I}", "warning", (json_int_t)d->id),
                 err) &&
           tell_all(db, &row, err);
}

bool live_warn(struct proctor *p, const struct live_act *act, int64_t *ret_id, struct error *err)
{
    return run(p, act, warn_body, "text", ret_id, err);
}

static bool pause_body(struct db *db, void *context, struct error *err)
{
    struct doing *d = context;
    const struct live_act *a = d->act;
    const struct provider_act to_portal = portal_act(a);
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    if (!find_live(db, a->session_id, &arena, &row, err))
        return false;
    if (row.state != SESSION_EXAM)
        return error_set(err, ERROR_CONFLICT, "the exam has not been started");
    if (!d->p->portal)
        return error_set(err, ERROR_UNSUPPORTED, "this exam's clock cannot be stopped from here");
    return d->p->portal->pause_in(db, a->session_id, &to_portal, err) &&
           db_run(db, "UPDATE live SET paused_us = $1, pause_reason = $2 WHERE session_id = $3",
                  DB_ARGS(DB_I64(clock_wall_us()), DB_TEXT(a->text), DB_TEXT(a->session_id)), NULL,
                  err) &&
           audit(db, d, &row, "exam-paused", NULL, err) && tell_all(db, &row, err);
}

bool live_pause(struct proctor *p, const struct live_act *act, struct error *err)
{
    return run(p, act, pause_body, "reason", NULL, err);
}

static bool clear_pause(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "UPDATE live SET paused_us = 0, pause_reason = '' WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}

static bool resume_body(struct db *db, void *context, struct error *err)
{
    struct doing *d = context;
    const struct live_act *a = d->act;
    const struct provider_act to_portal = portal_act(a);
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    if (!find_live(db, a->session_id, &arena, &row, err))
        return false;
    if (!row.paused_us)
        return error_set(err, ERROR_CONFLICT, "the exam is not paused");
    return (!d->p->portal || d->p->portal->resume_in(db, a->session_id, &to_portal, err)) &&
           clear_pause(db, a->session_id, err) &&
           audit(db, d, &row, "exam-resumed",
                 json_pack("{s:I}", "paused_us", (json_int_t)(clock_wall_us() - row.paused_us)),
                 err) &&
           tell_all(db, &row, err);
}

/* Without a text of its own the pause's reason is what its entry of the ledger says. */
bool live_resume(struct proctor *p, const struct live_act *act, struct error *err)
{
    return run(p, act, resume_body, act->text.len ? "reason" : NULL, NULL, err);
}

bool live_pause_over_in(struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    struct error why;
    if (!live_row_find_in(db, session_id, &arena, &row, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.message);
    return !row.paused_us ||
           (clear_pause(db, session_id, err) &&
            evidence_append_in(db, session_id, STR("pause-over"), STR("{}"), err) &&
            tell_all(db, &row, err));
}

static bool end_body(struct db *db, void *context, struct error *err)
{
    struct doing *d = context;
    const struct live_act *a = d->act;
    const struct provider_act to_portal = portal_act(a);
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    if (!find_live(db, a->session_id, &arena, &row, err))
        return false;
    /* The act first: what it causes is behind it in the evidence. */
    return audit(db, d, &row, "exam-ended", NULL, err) &&
           db_run(db,
                  "UPDATE live SET ended_us = $1, end_reason = $2, paused_us = 0,"
                  " pause_reason = '' WHERE session_id = $3",
                  DB_ARGS(DB_I64(clock_wall_us()), DB_TEXT(a->text), DB_TEXT(a->session_id)), NULL,
                  err) &&
           (d->p->portal ? d->p->portal->end_in(db, a->session_id, &to_portal, err)
                         : provider_exam_ended_in(db, a->session_id, err)) &&
           tell_all(db, &row, err);
}

bool live_end(struct proctor *p, const struct live_act *act, struct error *err)
{
    if (!run(p, act, end_body, "reason", NULL, err))
        return false;
    if (p->grown) /* the worker may have something to finish */
        p->grown(p->grown_context);
    return true;
}

static bool note_body(struct db *db, void *context, struct error *err)
{
    struct doing *d = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    return find_live(db, d->act->session_id, &arena, &row, err) &&
           audit(db, d, &row, "note-taken", NULL, err);
}

bool live_note(struct proctor *p, const struct live_act *act, struct error *err)
{
    return run(p, act, note_body, "text", NULL, err);
}

static bool set_hand(struct db *db, struct str session_id, int64_t us, struct error *err)
{
    return db_run(db, "UPDATE live SET hand_us = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(us), DB_TEXT(session_id)), NULL, err);
}

static bool lower_body(struct db *db, void *context, struct error *err)
{
    struct doing *d = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    if (!find_live(db, d->act->session_id, &arena, &row, err))
        return false;
    return !row.hand_us ||
           (set_hand(db, row.session_id, 0, err) && audit(db, d, &row, "hand-lowered", NULL, err) &&
            tell_all(db, &row, err));
}

bool live_lower_hand(struct proctor *p, const struct live_act *act, struct error *err)
{
    return run(p, act, lower_body, NULL, NULL, err);
}

/* ---- the candidate ---- */

static bool find_own(struct db *db, const struct doing *d, struct arena *arena,
                     struct live_row *ret, struct error *err)
{
    struct session s;
    return session_find_own_in(db, d->session_id, d->user_ref, &s, err) &&
           find_live(db, d->session_id, arena, ret, err);
}

static bool acknowledge_body(struct db *db, void *context, struct error *err)
{
    const struct doing *d = context;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct live_row row;
    bool found;
    if (!find_own(db, d, &arena, &row, err) ||
        !db_query_one(db,
                      "SELECT acknowledged_us FROM live_warning WHERE id = $1 AND session_id = $2",
                      DB_ARGS(DB_I64(d->id), DB_TEXT(d->session_id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such warning");
    if (db_col_i64(rows, 0))
        return true;
    return db_run(db, "UPDATE live_warning SET acknowledged_us = $1 WHERE id = $2",
                  DB_ARGS(DB_I64(clock_wall_us()), DB_I64(d->id)), NULL, err) &&
           evidence_add_in(db, d->session_id, "warning-acknowledged",
                           json_pack("{s:I}", "warning", (json_int_t)d->id), err) &&
           tell_all(db, &row, err);
}

bool live_acknowledge(struct proctor *p, struct str session_id, int64_t user_ref, int64_t warning,
                      struct error *err)
{
    struct doing d = {.p = p, .session_id = session_id, .user_ref = user_ref, .id = warning};
    return db_store_write(p->store, acknowledge_body, &d, err);
}

/* Counted with the events of the page: a hand that goes up and down all day is no way to fill the
 * evidence. */
static bool raise_body(struct db *db, void *context, struct error *err)
{
    const struct doing *d = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    if (!find_own(db, d, &arena, &row, err))
        return false;
    return d->raised == (row.hand_us != 0) ||
           (session_count_event_in(db, d->session_id, err) &&
            set_hand(db, d->session_id, d->raised ? clock_wall_us() : 0, err) &&
            evidence_append_in(db, d->session_id,
                               d->raised ? STR("hand-raised") : STR("hand-lowered"), STR("{}"),
                               err) &&
            tell_all(db, &row, err));
}

bool live_raise_hand(struct proctor *p, struct str session_id, int64_t user_ref, bool raised,
                     struct error *err)
{
    struct doing d = {.p = p, .session_id = session_id, .user_ref = user_ref, .raised = raised};
    return db_store_write(p->store, raise_body, &d, err);
}

/* ---- warnings ---- */

struct listing {
    struct str session_id;
    struct arena *arena;
    struct live_warning *list;
    size_t len;
};

static bool read_warning(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct live_warning *w = to;
    *w = (struct live_warning){.id = db_col_i64(rows, 0),
                               .made_us = db_col_i64(rows, 1),
                               .acknowledged_us = db_col_i64(rows, 2),
                               .text = db_col_copy(rows, 3, arena),
                               .by = db_col_copy(rows, 4, arena)};
    return (w->text.ptr && w->by.ptr) || error_no_memory(err);
}

static bool warnings_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT id, made_us, acknowledged_us, text, author FROM live_warning"
                    " WHERE session_id = $1 ORDER BY id",
                    DB_ARGS(DB_TEXT(l->session_id)), &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->list, read_warning, &l->list, &l->len, err);
}

bool live_warnings(struct proctor *p, struct str session_id, struct arena *arena,
                   struct live_warning **ret, size_t *ret_len, struct error *err)
{
    struct listing l = {.session_id = session_id, .arena = arena};
    if (!db_store_read(p->store, warnings_body, &l, err))
        return false;
    *ret = l.list;
    *ret_len = l.len;
    return true;
}
