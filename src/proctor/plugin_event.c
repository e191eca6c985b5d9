#include "proctor/plugin_event.h"

#include "analysis/event_rules.h"
#include "proctor/event_flags.h"
#include "proctor/evidence.h"
#include "proctor/live.h"
#include "proctor/session.h"

#include <stdlib.h>

struct taking {
    struct str session_id, run;
    int64_t user_ref;
    json_t *events;
    int64_t next; /* the result */
};

static bool find_next(struct db *db, struct taking *t, int64_t *ret_all, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(db_donep) struct db_stmt *sums = NULL;
    bool found;
    if (!db_query_one(db, "SELECT next_seq FROM plugin_run WHERE session_id = $1 AND run = $2",
                      DB_ARGS(DB_TEXT(t->session_id), DB_TEXT(t->run)), &found, &rows, err))
        return false;
    t->next = found ? db_col_i64(rows, 0) : 1;
    bool any;
    if (!db_query_one(db,
                      "SELECT COUNT(*), COALESCE(SUM(next_seq - 1), 0) FROM plugin_run"
                      " WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(t->session_id)), &any, &sums, err))
        return false;
    if (!found && db_col_i64(sums, 0) >= PLUGIN_RUNS_MAX)
        return error_set(err, ERROR_CONFLICT, "no more than %d runs in a session", PLUGIN_RUNS_MAX);
    *ret_all = db_col_i64(sums, 1);
    return true;
}

static bool keep(struct db *db, const struct taking *t, const struct plugin_told *told,
                 struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    return plugin_told_text(told, t->run, &text, err) &&
           evidence_append_in(db, t->session_id, told->kind, str_from(text), err);
}

/* The flags once for all of them: each judging reads every event of the session. */
static bool take_new(struct db *db, struct taking *t, int64_t all, struct error *err)
{
    struct str rules = STR("");
    size_t at;
    json_t *event;
    json_array_foreach(t->events, at, event)
    {
        struct plugin_told told;
        if (!plugin_told_read(event, at, &told, err))
            return false;
        if (told.seq < t->next)
            continue;
        if (told.seq > t->next)
            return error_set(err, ERROR_CONFLICT, "the event that is wanted next is %" PRId64,
                             t->next);
        if (all < PLUGIN_EVENTS_MAX && !keep(db, t, &told, err))
            return false;
        if (all == PLUGIN_EVENTS_MAX &&
            !evidence_add_in(db, t->session_id, "plugin-flooded",
                             json_pack("{s:i}", "kept", PLUGIN_EVENTS_MAX), err))
            return false;
        if (str_eq(told.kind, STR("plugin-started")) && !live_plugin_in(db, t->session_id, err))
            return false;
        if (event_rules_use(told.kind))
            rules = told.kind;
        t->next++;
        all++;
    }
    return event_flags_update_in(db, t->session_id, rules, err);
}

static bool take_body(struct db *db, void *context, struct error *err)
{
    struct taking *t = context;
    struct session s;
    int64_t all, before;
    if (!session_find_own_in(db, t->session_id, t->user_ref, &s, err))
        return false;
    if (s.state < SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "this session has not begun to record");
    if (s.state >= SESSION_UPLOADED)
        return error_set(err, ERROR_CONFLICT, "this session has ended and takes nothing any more");
    if (!find_next(db, t, &all, err))
        return false;
    before = t->next;
    if (!take_new(db, t, all, err))
        return false;
    return t->next == before ||
           db_run(db,
                  "INSERT INTO plugin_run (session_id, run, next_seq) VALUES ($1, $2, $3)"
                  " ON CONFLICT (session_id, run) DO UPDATE SET next_seq = excluded.next_seq",
                  DB_ARGS(DB_TEXT(t->session_id), DB_TEXT(t->run), DB_I64(t->next)), NULL, err);
}

bool plugin_events_take(struct proctor *p, struct str session_id, int64_t user_ref, struct str run,
                        json_t *events, int64_t *ret_next, struct error *err)
{
    struct taking t = {
        .session_id = session_id, .run = run, .user_ref = user_ref, .events = events};
    if (!plugin_told_check(run, events, err) || !db_store_write(p->store, take_body, &t, err))
        return false;
    *ret_next = t.next;
    return true;
}
