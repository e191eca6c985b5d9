/* Rows of the wall: reading them, what their lights are at a time, and telling what has changed. */
#include "proctor/live_row.h"

#include "crypto/hash.h"
#include "proctor/app_link.h"
#include "proctor/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

#define STILL_COLUMN(kind)                                                                         \
    " COALESCE((SELECT taken_us FROM live_still WHERE session_id = live.session_id AND kind "      \
    "= " kind "), 0),"
#define COLUMNS                                                                                    \
    "SELECT session_id, exam_id, candidate, user_ref, state, since_us, needs_screen, needs_app,"   \
    " needs_plugin, seen_us, camera_us, screen_us, app_us, camera_lost, screen_lost, plugin,"      \
    " muted, hand_us, paused_us, ended_us, pause_reason, end_reason, flag_rule, flag_title,"       \
    " flag_severity, flag_us, flag_open, told, plugin_lost," STILL_COLUMN("2") STILL_COLUMN("3")   \
        STILL_COLUMN("4") " (SELECT COUNT(*) FROM live_warning"                                    \
                          " WHERE session_id = live.session_id AND acknowledged_us = 0) FROM live"
_Static_assert(STREAM_CAMERA == 2 && STREAM_SCREEN == 3 && STREAM_APP == 4,
               "the columns above name the kinds");

static bool read_row(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct live_row *ret = to;
    *ret = (struct live_row){
        .session_id = db_col_copy(rows, 0, arena),
        .exam_id = db_col_copy(rows, 1, arena),
        .candidate = db_col_copy(rows, 2, arena),
        .user_ref = db_col_i64(rows, 3),
        .state = (enum session_state)db_col_i64(rows, 4),
        .since_us = db_col_i64(rows, 5),
        .needs_screen = db_col_i64(rows, 6) != 0,
        .needs_app = db_col_i64(rows, 7) != 0,
        .needs_plugin = db_col_i64(rows, 8) != 0,
        .seen_us = db_col_i64(rows, 9),
        .camera_us = db_col_i64(rows, 10),
        .screen_us = db_col_i64(rows, 11),
        .app_us = db_col_i64(rows, 12),
        .camera_lost = db_col_i64(rows, 13) != 0,
        .screen_lost = db_col_i64(rows, 14) != 0,
        .plugin = db_col_i64(rows, 15) != 0,
        .muted = db_col_i64(rows, 16) != 0,
        .hand_us = db_col_i64(rows, 17),
        .paused_us = db_col_i64(rows, 18),
        .ended_us = db_col_i64(rows, 19),
        .pause_reason = db_col_copy(rows, 20, arena),
        .end_reason = db_col_copy(rows, 21, arena),
        .flag_rule = db_col_copy(rows, 22, arena),
        .flag_title = db_col_copy(rows, 23, arena),
        .flag_severity = (enum severity)db_col_i64(rows, 24),
        .flag_us = db_col_i64(rows, 25),
        .flag_open = db_col_i64(rows, 26) != 0,
        .told = db_col_i64(rows, 27),
        .plugin_lost = db_col_i64(rows, 28) != 0,
        .still_camera_us = db_col_i64(rows, 29),
        .still_screen_us = db_col_i64(rows, 30),
        .still_app_us = db_col_i64(rows, 31),
        .warnings = db_col_i64(rows, 32),
    };
    bool whole = ret->session_id.ptr && ret->exam_id.ptr && ret->candidate.ptr &&
                 ret->pause_reason.ptr && ret->end_reason.ptr && ret->flag_rule.ptr &&
                 ret->flag_title.ptr;
    return whole || error_no_memory(err);
}

bool live_row_find_in(struct db *db, struct str session_id, struct arena *arena,
                      struct live_row *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)), &found,
                      &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "this session has not begun to record");
    return read_row(rows, arena, ret, err);
}

bool live_row_list_in(struct db *db, struct str exam_id, struct arena *arena, struct live_row **ret,
                      size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db, COLUMNS " WHERE exam_id = $1 AND state IN (3, 4) LIMIT $2",
                    DB_ARGS(DB_TEXT(exam_id), DB_I64(LIVE_ROWS_MAX)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_row, ret, ret_len, err);
}
_Static_assert(SESSION_RECORDING == 3 && SESSION_EXAM == 4, "the query above names the states");

/* ---- lights ---- */

/* A time when it was heard of last; before the first time it is waited for. */
static enum live_light light_of(int64_t last_us, int64_t within_us, bool lost, int64_t now_us)
{
    if (!last_us)
        return lost ? LIVE_LIGHT_LOST : LIVE_LIGHT_WAITING;
    return lost || now_us - last_us > within_us ? LIVE_LIGHT_LOST : LIVE_LIGHT_ON;
}

enum live_light live_row_light(const struct live_row *r, enum live_part part, int64_t now_us)
{
    enum live_light camera = light_of(r->camera_us, LIVE_STALE_US, r->camera_lost, now_us);
    switch (part) {
    case LIVE_CAMERA:
        return camera;
    case LIVE_MICROPHONE: /* it is in the camera's recording */
        return camera == LIVE_LIGHT_ON && r->muted ? LIVE_LIGHT_LOST : camera;
    case LIVE_SCREEN:
        return r->needs_screen || r->screen_us
                   ? light_of(r->screen_us, LIVE_STALE_US, r->screen_lost, now_us)
                   : LIVE_LIGHT_NONE;
    case LIVE_APP:
        return r->needs_app || r->app_us ? light_of(r->app_us, APP_GONE_US, false, now_us)
                                         : LIVE_LIGHT_NONE;
    case LIVE_PLUGIN:
        return r->plugin_lost    ? LIVE_LIGHT_LOST
               : r->plugin       ? LIVE_LIGHT_ON
               : r->needs_plugin ? LIVE_LIGHT_WAITING
                                 : LIVE_LIGHT_NONE;
    case LIVE_CONNECTION:
        return light_of(r->seen_us, SESSION_LEASE_US, false, now_us);
    case LIVE_PARTS:
        break;
    }
    return LIVE_LIGHT_NONE;
}

/* ---- JSON ---- */

static const char *const light_names[] = {"none", "waiting", "on", "lost"};
static const char *const part_names[LIVE_PARTS] = {"camera", "microphone", "screen",
                                                   "app",    "plugin",     "connection"};

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *flag_json(const struct live_row *r)
{
    if (!r->flag_rule.len)
        return json_null();
    return json_pack("{s:s%, s:s%, s:s, s:I, s:b}", "rule", r->flag_rule.ptr, r->flag_rule.len,
                     "title", r->flag_title.ptr, r->flag_title.len, "severity",
                     severity_name(r->flag_severity), "time_us", (json_int_t)r->flag_us, "open",
                     (int)r->flag_open);
}

json_t *live_row_json(const struct live_row *r, int64_t now_us)
{
    json_t *lights = json_object();
    for (enum live_part part = 0; part < LIVE_PARTS; part++)
        json_object_set_new(lights, part_names[part],
                            json_string(light_names[live_row_light(r, part, now_us)]));
    return json_pack("{s:s%, s:s%, s:s, s:o, s:o, s:o, s:o, s:o, s:I}", "id", r->session_id.ptr,
                     r->session_id.len, "candidate", r->candidate.ptr, r->candidate.len, "state",
                     session_state_name(r->state), "since_us", time_json(r->since_us), "lights",
                     lights, "flag", flag_json(r), "hand_us", time_json(r->hand_us), "paused_us",
                     time_json(r->paused_us), "warnings", (json_int_t)r->warnings);
}

/* With the times of its stills, which are told by themselves and change all the time. */
static json_t *whole_json(const struct live_row *r, int64_t now_us)
{
    json_t *row = live_row_json(r, now_us);
    json_object_set_new(row, "stills",
                        json_pack("{s:o, s:o, s:o}", "camera", time_json(r->still_camera_us),
                                  "screen", time_json(r->still_screen_us), "app",
                                  time_json(r->still_app_us)));
    return row;
}

struct reading {
    struct str id;
    struct arena *arena;
    struct live_row row, *list;
    size_t len;
};

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct reading *r = context;
    return live_row_list_in(db, r->id, r->arena, &r->list, &r->len, err);
}

bool live_list(struct proctor *p, struct str exam_id, json_t **ret, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(json_decrefp) json_t *all = json_array();
    struct reading r = {.id = exam_id, .arena = &arena};
    int64_t now_us = clock_wall_us();
    if (!db_store_read(p->store, list_body, &r, err))
        return false;
    for (size_t i = 0; i < r.len; i++)
        if (json_array_append_new(all, whole_json(&r.list[i], now_us)))
            return error_no_memory(err);
    *ret = TAKE(all);
    return *ret || error_no_memory(err);
}

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct reading *r = context;
    return live_row_find_in(db, r->id, r->arena, &r->row, err);
}

bool live_find(struct proctor *p, struct str session_id, json_t **ret, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct reading r = {.id = session_id, .arena = &arena};
    if (!db_store_read(p->store, find_body, &r, err))
        return false;
    *ret = whole_json(&r.row, clock_wall_us());
    return *ret || error_no_memory(err);
}

bool live_state(struct proctor *p, struct str session_id, struct arena *arena,
                struct live_state *ret, struct error *err)
{
    struct reading r = {.id = session_id, .arena = arena};
    struct error why;
    if (!db_store_read(p->store, find_body, &r, &why)) {
        *ret = (struct live_state){.pause_reason = STR(""), .end_reason = STR("")};
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.message);
    }
    *ret = (struct live_state){.hand_us = r.row.hand_us,
                               .paused_us = r.row.paused_us,
                               .ended_us = r.row.ended_us,
                               .pause_reason = r.row.pause_reason,
                               .end_reason = r.row.end_reason};
    return true;
}

/* ---- telling ---- */

/* Never 0, which is "nothing was told yet". */
static bool text_of(const struct live_row *r, int64_t now_us, char **ret, int64_t *ret_hash,
                    struct error *err)
{
    CLEANUP(json_decrefp) json_t *row = live_row_json(r, now_us);
    unsigned char digest[SHA256_SIZE];
    if (!row)
        return error_no_memory(err);
    if (!json_text(row, ret, err))
        return false;
    sha256(str_from(*ret), digest);
    memcpy(ret_hash, digest, sizeof *ret_hash);
    *ret_hash |= 1;
    return true;
}

static bool tell(struct db *db, const struct live_row *r, struct str text, int64_t hash,
                 struct error *err)
{
    char topic[LIVE_TOPIC_MAX];
    live_topic_exam(r->exam_id, topic);
    if (!change_note_in(db, topic, "row", text, err))
        return false;
    live_topic_session(r->session_id, topic);
    return change_note_in(db, topic, "row", text, err) &&
           db_run(db, "UPDATE live SET told = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(hash), DB_TEXT(r->session_id)), NULL, err);
}

bool live_tell_in(struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(freep) char *text = NULL;
    struct live_row row;
    int64_t hash;
    return live_row_find_in(db, session_id, &arena, &row, err) &&
           text_of(&row, clock_wall_us(), &text, &hash, err) &&
           tell(db, &row, str_from(text), hash, err);
}

struct tick {
    struct str exam_id;
    struct arena arena;
    int64_t now_us;
    struct live_row *list;
    size_t len;
    bool *changed;
    int64_t stills_since_us, stills_to_us;
    bool told;
};

static bool tick_look_body(struct db *db, void *context, struct error *err)
{
    struct tick *t = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!live_row_list_in(db, t->exam_id, &t->arena, &t->list, &t->len, err) ||
        !db_query_one(db, "SELECT COALESCE(MAX(put_us), 0) FROM live_still WHERE exam_id = $1",
                      DB_ARGS(DB_TEXT(t->exam_id)), &found, &rows, err))
        return false;
    t->stills_to_us = found ? db_col_i64(rows, 0) : 0;
    return true;
}

/* In as few notices as they fit in. */
static bool tell_stills(struct db *db, struct tick *t, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    CLEANUP(buf_done) struct buf data = {0};
    char topic[LIVE_TOPIC_MAX];
    live_topic_exam(t->exam_id, topic);
    if (!db_query(db,
                  "SELECT session_id, kind, taken_us FROM live_still WHERE exam_id = $1"
                  " AND put_us > $2 AND put_us <= $3",
                  DB_ARGS(DB_TEXT(t->exam_id), DB_I64(t->stills_since_us), DB_I64(t->stills_to_us)),
                  &rows, err))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (row)
            buf_printf(&data, "%s[\"" STR_FMT "\",\"%s\",%" PRId64 "]", data.len ? "," : "[",
                       STR_ARG(db_col_text(rows, 0)),
                       stream_kind_name((enum stream_kind)db_col_i64(rows, 1)),
                       db_col_i64(rows, 2));
        if (data.len && (!row || data.len > CHANGE_DATA_MAX - 128)) {
            buf_add_c(&data, "]");
            if (!buf_ok(&data, err) || !change_note_in(db, topic, "stills", buf_str(&data), err))
                return false;
            buf_clear(&data);
            t->told = true;
        }
    }
    return true;
}

static bool tick_tell_body(struct db *db, void *context, struct error *err)
{
    struct tick *t = context;
    for (size_t i = 0; i < t->len; i++)
        if (t->changed[i] && !live_tell_in(db, t->list[i].session_id, err))
            return false;
    return t->stills_to_us <= t->stills_since_us || tell_stills(db, t, err);
}

static bool find_changed(struct tick *t, bool *ret_any, struct error *err)
{
    *ret_any = false;
    t->changed = arena_alloc(&t->arena, MAX(t->len, 1) * sizeof *t->changed);
    if (!t->changed)
        return error_no_memory(err);
    for (size_t i = 0; i < t->len; i++) {
        CLEANUP(freep) char *text = NULL;
        int64_t hash;
        if (!text_of(&t->list[i], t->now_us, &text, &hash, err))
            return false;
        t->changed[i] = hash != t->list[i].told;
        *ret_any = *ret_any || t->changed[i];
    }
    return true;
}

static bool tick(struct proctor *p, struct tick *t, struct error *err)
{
    bool any;
    if (!db_store_read(p->store, tick_look_body, t, err) || !find_changed(t, &any, err))
        return false;
    if (!any && t->stills_to_us <= t->stills_since_us)
        return true;
    t->told = t->told || any;
    return db_store_write(p->store, tick_tell_body, t, err);
}

bool live_tick(struct proctor *p, struct str exam_id, int64_t *since_us, bool *ret_told,
               struct error *err)
{
    struct tick t = {.exam_id = exam_id, .now_us = clock_wall_us(), .stills_since_us = *since_us};
    bool good = tick(p, &t, err);
    arena_done(&t.arena);
    if (!good)
        return false;
    *since_us = MAX(*since_us, t.stills_to_us);
    *ret_told = t.told;
    return true;
}
