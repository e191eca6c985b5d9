/* What others say of a session. Every piece of a recording comes by here, so each is one statement
 * by a key. */
#include "proctor/live.h"

#include "proctor/change.h"
#include "proctor/live_row.h"
#include "proctor/plugin.h"

#include <stdio.h>
#include <string.h>

/* A stream of events lasts 20 minutes at most, and whoever still watches comes back. */
#define WATCHED_US (25 * 60 * SECOND_US)

void live_topic_exam(struct str exam_id, char ret[LIVE_TOPIC_MAX])
{
    snprintf(ret, LIVE_TOPIC_MAX, "live/" STR_FMT, STR_ARG(exam_id));
}

void live_topic_session(struct str session_id, char ret[LIVE_TOPIC_MAX])
{
    snprintf(ret, LIVE_TOPIC_MAX, "watch/" STR_FMT, STR_ARG(session_id));
}

static bool begin(struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct session s;
    struct plugin plugin;
    struct policy policy;
    if (!session_find_in(db, session_id, &s, err) ||
        !session_read_policy_in(db, session_id, &arena, &policy, err) ||
        !plugin_find_in(db, session_id, &arena, &plugin, err))
        return false;
    return db_run(db,
                  "INSERT INTO live (session_id, exam_id, user_ref, candidate, state, since_us,"
                  " needs_screen, needs_app, needs_plugin, seen_us, plugin)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
                  " ON CONFLICT (session_id) DO NOTHING",
                  DB_ARGS(DB_TEXT(session_id), DB_TEXT(str_from(s.exam_id)), DB_I64(s.user_ref),
                          DB_TEXT(str_from(s.candidate)), DB_I64(s.state), DB_I64(s.started_us),
                          DB_I64(policy.checkin.screen), DB_I64(policy.checkin.app),
                          DB_I64(policy.checkin.plugin), DB_I64(s.seen_us),
                          DB_I64(plugin.seen_us != 0)),
                  NULL, err);
}

/* Its stills were for those who watch; the recording is kept elsewhere. */
static bool leave(struct db *db, struct str session_id, struct error *err)
{
    char topic[LIVE_TOPIC_MAX], data[64];
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    struct error none;
    if (!live_row_find_in(db, session_id, &arena, &row, &none))
        return none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.message);
    snprintf(data, sizeof data, "{\"id\":\"" STR_FMT "\"}", STR_ARG(session_id));
    live_topic_exam(row.exam_id, topic);
    if (!db_run(db, "DELETE FROM live_still WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                NULL, err) ||
        !change_note_in(db, topic, "gone", str_from(data), err))
        return false;
    live_topic_session(session_id, topic);
    return change_note_in(db, topic, "gone", str_from(data), err);
}

bool live_moved_in(struct db *db, struct str session_id, enum session_state to, struct error *err)
{
    if (to == SESSION_RECORDING && !begin(db, session_id, err))
        return false;
    if (!db_run(db, "UPDATE live SET state = $1 WHERE session_id = $2",
                DB_ARGS(DB_I64(to), DB_TEXT(session_id)), NULL, err))
        return false;
    if (to == SESSION_ENDED)
        return leave(db, session_id, err);
    return (to != SESSION_RECORDING && to != SESSION_EXAM) || live_tell_in(db, session_id, err);
}

bool live_seen_in(struct db *db, struct str session_id, int64_t now_us, struct error *err)
{
    return db_run(db, "UPDATE live SET seen_us = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(now_us), DB_TEXT(session_id)), NULL, err);
}

static bool is_watched(struct db *db, struct str session_id, int64_t now_us, bool *ret,
                       struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM live WHERE session_id = $1 AND watched_until_us > $2",
                        DB_ARGS(DB_TEXT(session_id), DB_I64(now_us)), ret, &rows, err);
}

bool live_grown_in(struct db *db, const struct stream *s, uint64_t size, struct error *err)
{
    struct str id = str_from(s->session_id);
    int64_t now_us = clock_wall_us();
    char topic[LIVE_TOPIC_MAX], data[128];
    bool watched;
    /* Bytes that come are a better word than the page's that the camera was lost. */
    const char *sql =
        s->kind == STREAM_CAMERA   ? "UPDATE live SET camera_us = $1 WHERE session_id = $2"
        : s->kind == STREAM_SCREEN ? "UPDATE live SET screen_us = $1 WHERE session_id = $2"
                                   : NULL;
    if (!sql && s->kind != STREAM_APP)
        return true;
    if ((sql && !db_run(db, sql, DB_ARGS(DB_I64(now_us), DB_TEXT(id)), NULL, err)) ||
        !is_watched(db, id, now_us, &watched, err))
        return false;
    snprintf(data, sizeof data, "{\"bytes\":%" PRIu64 ",\"kind\":\"%s\",\"stream\":\"%s\"}", size,
             stream_kind_name(s->kind), s->id);
    live_topic_session(id, topic);
    return !watched || change_note_in(db, topic, "grown", str_from(data), err);
}

bool live_claimed_in(struct db *db, struct str session_id, struct str kind, struct error *err)
{
    static const struct {
        const char *kind, *sql;
        bool lost;
    } claims[] = {
        {"camera-lost", "UPDATE live SET camera_lost = $1 WHERE session_id = $2", true},
        {"camera-back", "UPDATE live SET camera_lost = $1 WHERE session_id = $2", false},
        {"screen-lost", "UPDATE live SET screen_lost = $1 WHERE session_id = $2", true},
        {"screen-back", "UPDATE live SET screen_lost = $1 WHERE session_id = $2", false},
        {"plugin-lost", "UPDATE live SET plugin_lost = $1 WHERE session_id = $2", true},
        {"plugin-back", "UPDATE live SET plugin_lost = $1 WHERE session_id = $2", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(claims); i++)
        if (str_eq(kind, str_from(claims[i].kind)))
            return db_run(db, claims[i].sql, DB_ARGS(DB_I64(claims[i].lost), DB_TEXT(session_id)),
                          NULL, err);
    return true;
}

bool live_app_in(struct db *db, struct str session_id, int64_t now_us, struct error *err)
{
    return db_run(db, "UPDATE live SET app_us = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(now_us), DB_TEXT(session_id)), NULL, err);
}

bool live_plugin_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "UPDATE live SET plugin = 1, plugin_lost = 0 WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}

bool live_set_due_in(struct db *db, struct str session_id, int64_t due_us, struct error *err)
{
    return db_run(db, "UPDATE live SET events_due_us = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(due_us), DB_TEXT(session_id)), NULL, err);
}

bool live_is_due_in(struct db *db, struct str session_id, int64_t now_us, bool *ret,
                    struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM live WHERE session_id = $1 AND events_due_us <= $2",
                        DB_ARGS(DB_TEXT(session_id), DB_I64(now_us)), ret, &rows, err);
}

bool live_flag_in(struct db *db, struct str session_id, int64_t at_us, const struct flag *f,
                  struct error *err)
{
    bool none = f->rule == RULE_NONE;
    return db_run(db,
                  "UPDATE live SET flag_us = $1, flag_rule = $2, flag_title = $3,"
                  " flag_severity = $4, flag_open = $5 WHERE session_id = $6",
                  DB_ARGS(DB_I64(at_us), DB_TEXT(none ? STR("") : str_from(rule_name(f->rule))),
                          DB_TEXT(none ? STR("") : str_from(rule_title(f->rule))),
                          DB_I64(f->severity), DB_I64(f->open), DB_TEXT(session_id)),
                  NULL, err);
}

bool live_muted_in(struct db *db, struct str session_id, bool muted, struct error *err)
{
    return db_run(db, "UPDATE live SET muted = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(muted), DB_TEXT(session_id)), NULL, err);
}

bool live_forget_in(struct db *db, struct str session_id, struct error *err)
{
    char exam_topic[LIVE_TOPIC_MAX], topic[LIVE_TOPIC_MAX];
    CLEANUP(arena_done) struct arena arena = {0};
    struct live_row row;
    struct error none;
    if (!live_row_find_in(db, session_id, &arena, &row, &none))
        return none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.message);
    live_topic_exam(row.exam_id, exam_topic);
    live_topic_session(session_id, topic);
    return db_run(db, "DELETE FROM live_still WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                  NULL, err) &&
           db_run(db, "DELETE FROM live_warning WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err) &&
           db_run(db, "DELETE FROM live WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)), NULL,
                  err) &&
           change_forget_in(db, exam_topic, err) && change_forget_in(db, topic, err);
}

static bool watch_body(struct db *db, void *context, struct error *err)
{
    const struct str *id = context;
    return db_run(db, "UPDATE live SET watched_until_us = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(clock_wall_us() + WATCHED_US), DB_TEXT(*id)), NULL, err);
}

bool live_watch(struct proctor *p, struct str session_id, struct error *err)
{
    return db_store_write(p->store, watch_body, &session_id, err);
}
