#include "proctor/plugin.h"

#include "base/clock.h"
#include "proctor/evidence.h"
#include "proctor/live.h"
#include "proctor/session.h"

bool plugin_find_in(struct db *db, struct str session_id, struct arena *arena, struct plugin *ret,
                    struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct plugin plugin = {.version = STR("")};
    bool found;
    if (!db_query_one(db, "SELECT version, seen_us FROM plugin_seen WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    if (found) {
        plugin =
            (struct plugin){.version = db_col_copy(rows, 0, arena), .seen_us = db_col_i64(rows, 1)};
        if (!plugin.version.ptr)
            return error_no_memory(err);
    }
    *ret = plugin;
    return true;
}

struct report {
    struct str session_id, version, plugin_id;
    int64_t user_ref;
};

/* The page says so each time it is loaded: only what is new is put on record. */
static bool report_body(struct db *db, void *context, struct error *err)
{
    const struct report *r = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session s;
    struct plugin before;
    if (!session_find_own_in(db, r->session_id, r->user_ref, &s, err) ||
        !plugin_find_in(db, r->session_id, &arena, &before, err))
        return false;
    if (s.state >= SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is over");
    if (before.seen_us && str_eq(before.version, r->version))
        return true;
    return session_count_event_in(db, r->session_id, err) &&
           db_run(db,
                  "INSERT INTO plugin_seen (session_id, version, plugin_id, seen_us)"
                  " VALUES ($1, $2, $3, $4) ON CONFLICT (session_id) DO UPDATE SET"
                  " version = excluded.version, plugin_id = excluded.plugin_id,"
                  " seen_us = excluded.seen_us",
                  DB_ARGS(DB_TEXT(r->session_id), DB_TEXT(r->version), DB_TEXT(r->plugin_id),
                          DB_I64(clock_wall_us())),
                  NULL, err) &&
           evidence_add_in(db, r->session_id, "plugin-seen",
                           json_pack("{s:s%, s:s%}", "version", r->version.ptr, r->version.len,
                                     "id", r->plugin_id.ptr, r->plugin_id.len),
                           err) &&
           live_plugin_in(db, r->session_id, err);
}

static bool check_text(struct str text, const char *what, struct error *err)
{
    if (text.len == 0 || text.len > PLUGIN_TEXT_MAX || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "%s: must be text of 1 to %d bytes", what,
                         PLUGIN_TEXT_MAX);
    return true;
}

bool plugin_report(struct proctor *p, struct str session_id, int64_t user_ref, struct str version,
                   struct str plugin_id, struct error *err)
{
    struct report r = {session_id, version, plugin_id, user_ref};
    return check_text(version, "version", err) && check_text(plugin_id, "id", err) &&
           db_store_write(p->store, report_body, &r, err);
}

bool plugin_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "DELETE FROM plugin_seen WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                  NULL, err);
}
