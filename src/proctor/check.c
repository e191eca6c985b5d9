#include "proctor/check.h"

#include "base/clock.h"
#include "proctor/app_link.h"
#include "proctor/audit.h"
#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/plugin.h"
#include "proctor/session.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *app_title, *page_title;
    bool of_page; /* the page checks it, also where there is an app */
} points[] = {
    [CHECK_CAMERA] = {"camera", "Camera", "Camera", false},
    [CHECK_MICROPHONE] = {"microphone", "Microphone and audio output", "Microphone", false},
    [CHECK_DISPLAYS] = {"displays", "Displays and input devices", "Displays", false},
    [CHECK_NETWORK] = {"network", "Network", "Network", false},
    [CHECK_MACHINE] = {"machine", "Computer", "Storage and memory", false},
    [CHECK_PROGRAMS] = {"programs", "Running programs", "Full screen and focus", false},
    [CHECK_BROWSER] = {"browser", "Browser and plugin", "Browser", true},
};
static const char *const states[] = {"waiting", "passed", "failed", "overridden"};

const char *check_point_name(enum check_point point)
{
    return point > CHECK_POINT_NONE && point < CHECK_POINTS ? points[point].name : "unknown";
}

const char *check_state_name(enum check_state state)
{
    return (size_t)state < ARRAY_LEN(states) ? states[state] : "unknown";
}

enum check_point check_point_from_name(struct str name)
{
    for (enum check_point i = CHECK_POINT_NONE + 1; i < CHECK_POINTS; i++)
        if (str_eq(name, str_from(points[i].name)))
            return i;
    return CHECK_POINT_NONE;
}

const char *check_point_title(enum check_point point, bool app)
{
    if (point <= CHECK_POINT_NONE || point >= CHECK_POINTS)
        return "";
    return app ? points[point].app_title : points[point].page_title;
}

bool check_is_done(const struct check *c)
{
    return c->state == CHECK_PASSED || c->state == CHECK_OVERRIDDEN;
}

/* ---- reading ---- */

static bool read_check(struct db_stmt *rows, struct arena *arena, struct check *ret,
                       struct error *err)
{
    ret->state = (enum check_state)db_col_i64(rows, 1);
    ret->detail = db_col_copy(rows, 2, arena);
    ret->problem = db_col_copy(rows, 3, arena);
    ret->mend = db_col_copy(rows, 4, arena);
    ret->checked_us = db_col_i64(rows, 5);
    ret->by = db_col_copy(rows, 6, arena);
    ret->reason = db_col_copy(rows, 7, arena);
    ret->override_us = db_col_i64(rows, 8);
    return (ret->detail.ptr && ret->problem.ptr && ret->mend.ptr && ret->by.ptr &&
            ret->reason.ptr) ||
           error_no_memory(err);
}

bool check_list_in(struct db *db, struct str session_id, struct arena *arena,
                   struct check ret[CHECK_POINTS - 1], struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    for (int i = 0; i < CHECK_POINTS - 1; i++)
        ret[i] = (struct check){.point = (enum check_point)(i + 1),
                                .detail = STR("{}"),
                                .problem = STR(""),
                                .mend = STR(""),
                                .by = STR(""),
                                .reason = STR("")};
    if (!db_query(db,
                  "SELECT point, state, detail, problem, mend, checked_us, staff_name, reason,"
                  " override_us FROM system_check WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), &rows, err))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        int64_t point = db_col_i64(rows, 0);
        if (point <= CHECK_POINT_NONE || point >= CHECK_POINTS)
            return error_set(err, ERROR_INTERNAL, "a check of an unknown point");
        if (!read_check(rows, arena, &ret[point - 1], err))
            return false;
    }
    return true;
}

/* ---- claims ---- */

struct report {
    struct str session_id;
    int64_t user_ref;
    const struct check_claim *claim;
    struct str detail;
};

static bool check_time(const struct session *s, struct error *err)
{
    if (s->state < SESSION_AGREED)
        return error_set(err, ERROR_CONFLICT, "the instructions and the agreement come first");
    if (s->state > SESSION_AGREED)
        return error_set(err, ERROR_CONFLICT, "the system check is over");
    return true;
}

/* With the app a page could make up what only the app can see. */
static bool check_side(struct db *db, const struct report *r, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct policy policy;
    const struct check_claim *c = r->claim;
    if (!session_read_policy_in(db, r->session_id, &arena, &policy, err))
        return false;
    if (c->from_app ? points[c->point].of_page : policy.checkin.app && !points[c->point].of_page)
        return error_set(err, ERROR_CONFLICT, "this point is checked by the %s",
                         c->from_app ? "page" : "app");
    return true;
}

/* The last point is about three programs, of which the page sees one: what is known of the others.
 */
static bool add_programs(struct db *db, struct str session_id, json_t *detail, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct app_link app;
    struct plugin plugin;
    if (!app_link_find_in(db, session_id, &arena, &app, err) ||
        !plugin_find_in(db, session_id, &arena, &plugin, err))
        return false;
    bool good = !plugin.seen_us ||
                !json_object_set_new(detail, "plugin_version",
                                     json_stringn(plugin.version.ptr, plugin.version.len));
    if (good && app.seen_us)
        good = !json_object_set_new(detail, "app_version",
                                    json_stringn(app.version.ptr, app.version.len)) &&
               !json_object_set_new(detail, "app_build", json_string(app_build_name(app.build)));
    return good || error_no_memory(err);
}

static bool report_body(struct db *db, void *context, struct error *err)
{
    const struct report *r = context;
    const struct check_claim *c = r->claim;
    CLEANUP(json_decrefp) json_t *detail = NULL;
    CLEANUP(freep) char *text = NULL;
    struct session s;
    if (!session_find_own_in(db, r->session_id, r->user_ref, &s, err) || !check_time(&s, err) ||
        !check_side(db, r, err) || !session_count_event_in(db, r->session_id, err) ||
        !json_parse(r->detail, &detail, err) ||
        (c->point == CHECK_BROWSER && !add_programs(db, r->session_id, detail, err)) ||
        !json_text(detail, &text, err))
        return false;
    return db_run(db,
                  "INSERT INTO system_check (session_id, point, state, detail, problem, mend,"
                  " checked_us) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                  " ON CONFLICT (session_id, point) DO UPDATE SET state = CASE"
                  " WHEN override_us > 0 AND excluded.state = $8 THEN state"
                  " ELSE excluded.state END, detail = excluded.detail,"
                  " problem = excluded.problem, mend = excluded.mend,"
                  " checked_us = excluded.checked_us",
                  DB_ARGS(DB_TEXT(r->session_id), DB_I64(c->point), DB_I64(c->state),
                          DB_TEXT(str_from(text)), DB_TEXT(c->problem), DB_TEXT(c->mend),
                          DB_I64(clock_wall_us()), DB_I64(CHECK_FAILED)),
                  NULL, err) &&
           evidence_add_in(db, r->session_id, "check",
                           json_pack("{s:s, s:s, s:O, s:s%, s:s}", "point", points[c->point].name,
                                     "state", states[c->state], "detail", detail, "problem",
                                     c->problem.ptr, c->problem.len, "by",
                                     c->from_app ? "app" : "page"),
                           err) &&
           app_link_changed_in(db, r->session_id, err);
}

static bool check_text(struct str *text, const char *what, struct error *err)
{
    if (!text->ptr)
        *text = STR("");
    if (text->len > CHECK_TEXT_MAX || !str_is_utf8(*text))
        return error_set(err, ERROR_INVALID, "%s: must be text of at most %d bytes", what,
                         CHECK_TEXT_MAX);
    return true;
}

bool check_report(struct proctor *p, struct str session_id, int64_t user_ref,
                  const struct check_claim *claim, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    struct check_claim c = *claim;
    struct report r = {.session_id = session_id, .user_ref = user_ref, .claim = &c};
    if (c.point <= CHECK_POINT_NONE || c.point >= CHECK_POINTS)
        return error_set(err, ERROR_INVALID, "point: is not one of the seven");
    if (c.state != CHECK_PASSED && c.state != CHECK_FAILED)
        return error_set(err, ERROR_INVALID, "state: must be passed or failed");
    if (c.detail && !json_is_object(c.detail))
        return error_set(err, ERROR_INVALID, "detail: must be an object");
    if (!check_text(&c.problem, "problem", err) || !check_text(&c.mend, "mend", err) ||
        (c.detail && !json_text(c.detail, &text, err)))
        return false;
    r.detail = text ? str_from(text) : STR("{}");
    if (r.detail.len > CHECK_DETAIL_MAX)
        return error_set(err, ERROR_TOO_LARGE, "detail: at most %d bytes", CHECK_DETAIL_MAX);
    return db_store_write(p->store, report_body, &r, err);
}

/* ---- overriding ---- */

struct override {
    struct str session_id, by, reason;
    enum check_point point;
    int64_t staff_ref;
};

static bool note_override(struct db *db, const struct override *o, const struct session *s,
                          struct error *err)
{
    const struct audit_entry entry = {.actor_ref = o->staff_ref,
                                      .actor = o->by,
                                      .action = STR("check-overridden"),
                                      .session_id = o->session_id,
                                      .user_ref = s->user_ref,
                                      .candidate = str_from(s->candidate),
                                      .reason = o->reason};
    return audit_add_in(db, &entry, json_pack("{s:s}", "point", points[o->point].name), err);
}

static bool override_body(struct db *db, void *context, struct error *err)
{
    const struct override *o = context;
    struct session s;
    if (!session_find_in(db, o->session_id, &s, err))
        return false;
    if (s.state >= SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "the system check is over");
    return db_run(db,
                  "INSERT INTO system_check (session_id, point, state, detail, problem, mend,"
                  " checked_us, staff_ref, staff_name, reason, override_us)"
                  " VALUES ($1, $2, $3, '{}', '', '', 0, $4, $5, $6, $7)"
                  " ON CONFLICT (session_id, point) DO UPDATE SET state = excluded.state,"
                  " staff_ref = excluded.staff_ref, staff_name = excluded.staff_name,"
                  " reason = excluded.reason, override_us = excluded.override_us",
                  DB_ARGS(DB_TEXT(o->session_id), DB_I64(o->point), DB_I64(CHECK_OVERRIDDEN),
                          DB_I64(o->staff_ref), DB_TEXT(o->by), DB_TEXT(o->reason),
                          DB_I64(clock_wall_us())),
                  NULL, err) &&
           evidence_add_in(db, o->session_id, "check-overridden",
                           json_pack("{s:s, s:I, s:s%, s:s%}", "point", points[o->point].name,
                                     "user", (json_int_t)o->staff_ref, "by", o->by.ptr, o->by.len,
                                     "reason", o->reason.ptr, o->reason.len),
                           err) &&
           note_override(db, o, &s, err) && app_link_changed_in(db, o->session_id, err) &&
           change_note_in(db, "support", "session", STR("{}"), err);
}

bool check_override(struct proctor *p, struct str session_id, enum check_point point,
                    int64_t staff_ref, struct str by, struct str reason, struct error *err)
{
    struct override o = {session_id, by, str_trim(reason), point, staff_ref};
    if (point <= CHECK_POINT_NONE || point >= CHECK_POINTS)
        return error_set(err, ERROR_NOT_FOUND, "there is no such point of the system check");
    if (o.reason.len == 0 || o.reason.len > CHECK_REASON_MAX || !str_is_utf8(o.reason))
        return error_set(err, ERROR_INVALID, "reason: must be text of 1 to %d bytes",
                         CHECK_REASON_MAX);
    return db_store_write(p->store, override_body, &o, err);
}

bool check_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "DELETE FROM system_check WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
