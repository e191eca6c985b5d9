/* What staff do with profiles: lists, decisions, another scan, and who looked at what. */
#include "proctor/audit.h"
#include "proctor/change.h"
#include "proctor/evidence.h"
#include "proctor/profile_row.h"
#include "proctor/session.h"
#include "proctor/staff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool check_reason(struct str *reason, struct error *err)
{
    *reason = str_trim(*reason);
    if (reason->len == 0 || reason->len > PROFILE_REASON_MAX || !str_is_utf8(*reason))
        return error_set(err, ERROR_INVALID, "reason: must be text of 1 to %d bytes",
                         PROFILE_REASON_MAX);
    return true;
}

static bool find_by_id_in(struct proctor *p, struct db *db, struct str id, struct arena *arena,
                          struct profile *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, PROFILE_COLUMNS " WHERE id = $1", DB_ARGS(DB_TEXT(id)), &found, &rows,
                      err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such profile");
    return profile_read_row(p, rows, arena, ret, err);
}

/* A list of one text, as JSON in the arena. */
static bool one_reason(struct str reason, struct arena *arena, struct str *ret, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(json_decrefp) json_t *list = json_pack("[s%]", reason.ptr, reason.len);
    if (!list)
        return error_no_memory(err);
    if (!json_text(list, &text, err))
        return false;
    *ret = arena_copy(arena, str_from(text));
    return ret->ptr || error_no_memory(err);
}

/* ---- another scan ---- */

struct retake {
    struct proctor *p;
    struct str session_id, reason;
    enum profile_part part;
    const struct profile_staff *by;
};

static bool note_retake(struct db *db, const struct retake *r, const struct session *s,
                        struct error *err)
{
    const struct audit_entry entry = {.actor_ref = r->by->ref,
                                      .actor = r->by->name,
                                      .action = STR("retake-granted"),
                                      .session_id = r->session_id,
                                      .user_ref = s->user_ref,
                                      .candidate = str_from(s->candidate),
                                      .reason = r->reason};
    return audit_add_in(db, &entry, json_pack("{s:s}", "what", profile_part_name(r->part)), err) &&
           change_note_in(db, "support", "session", STR("{}"), err);
}

static bool retake_body(struct db *db, void *context, struct error *err)
{
    const struct retake *r = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session s;
    struct profile profile;
    if (!session_find_in(db, r->session_id, &s, err))
        return false;
    if (s.state >= SESSION_RECORDING)
        return error_set(err, ERROR_CONFLICT, "the check-in of this session is over");
    if (!profile_find_in(r->p, db, s.user_ref, &arena, &profile, err))
        return false;
    if (!profile.id[0])
        return error_set(err, ERROR_CONFLICT, "nothing was scanned yet");
    profile.parts[r->part].state = PROFILE_PART_NONE;
    profile.state = PROFILE_NONE;
    profile.expires_us = 0;
    return one_reason(r->reason, &arena, &profile.reasons, err) &&
           profile_write_in(r->p, db, &profile, err) &&
           profile_note_in(db, profile.id, r->part == PROFILE_FACE ? "face-retake" : "id-retake",
                           r->by, r->reason, err) &&
           evidence_add_in(db, r->session_id, "scan-retake",
                           json_pack("{s:s, s:I, s:s%, s:s%}", "what", profile_part_name(r->part),
                                     "user", (json_int_t)r->by->ref, "by", r->by->name.ptr,
                                     r->by->name.len, "reason", r->reason.ptr, r->reason.len),
                           err) &&
           note_retake(db, r, &s, err);
}

bool profile_retake(struct proctor *p, struct str session_id, enum profile_part part,
                    const struct profile_staff *by, struct str reason, struct error *err)
{
    struct retake r = {p, session_id, reason, part, by};
    return check_reason(&r.reason, err) && db_store_write(p->store, retake_body, &r, err);
}

/* ---- decisions ---- */

struct decision {
    struct proctor *p;
    struct str profile_id, reason;
    bool approve;
    const struct profile_staff *by;
};

static bool decide_body(struct db *db, void *context, struct error *err)
{
    const struct decision *d = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct profile profile;
    if (!find_by_id_in(d->p, db, d->profile_id, &arena, &profile, err))
        return false;
    if (profile.state == PROFILE_EXPIRED)
        return error_set(err, ERROR_CONFLICT, "this profile has expired");
    if (profile.state == PROFILE_NONE || profile.expires_us == 0)
        return error_set(err, ERROR_CONFLICT, "the candidate has not scanned everything yet");
    profile.state = d->approve ? PROFILE_APPROVED : PROFILE_REJECTED;
    for (int part = 0; part < PROFILE_PARTS; part++)
        if (profile.parts[part].state != PROFILE_PART_NONE)
            profile.parts[part].state = d->approve ? PROFILE_PART_KEPT : PROFILE_PART_REJECTED;
    return one_reason(d->reason, &arena, &profile.reasons, err) &&
           profile_write_in(d->p, db, &profile, err) &&
           profile_note_in(db, profile.id, profile_state_name(profile.state), d->by, d->reason,
                           err);
}

bool profile_decide(struct proctor *p, struct str profile_id, bool approve,
                    const struct profile_staff *by, struct str reason, struct error *err)
{
    struct decision d = {p, profile_id, reason, approve, by};
    return check_reason(&d.reason, err) && db_store_write(p->store, decide_body, &d, err);
}

/* ---- reading ---- */

struct reading {
    struct proctor *p;
    int64_t viewer;
    struct str id;
    enum profile_state state;
    size_t max;
    struct arena *arena;
    struct profile *profiles;
    struct profile_event *events;
    size_t len;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct reading *r = context;
    r->profiles = ARENA_NEW(r->arena, struct profile);
    return r->profiles ? find_by_id_in(r->p, db, r->id, r->arena, r->profiles, err)
                       : error_no_memory(err);
}

bool profile_find_by_id(struct proctor *p, struct str profile_id, struct arena *arena,
                        struct profile *ret, struct error *err)
{
    struct reading r = {.p = p, .id = profile_id, .arena = arena};
    if (!db_store_read(p->store, find_body, &r, err))
        return false;
    *ret = *r.profiles;
    return true;
}

/* A state as it is now: what has expired is in the table as it was. */
static bool query_list(struct db *db, const struct reading *r, struct db_stmt **ret,
                       struct error *err)
{
    static const char sql[] =
        PROFILE_COLUMNS " WHERE (updated_us, id) > (COALESCE((SELECT updated_us FROM profile"
                        " WHERE id = $1), 0), $1)"
                        " AND ($2 = 0 OR CASE WHEN expires_us > 0 AND expires_us <= $3 THEN $4"
                        " ELSE state END = $2) AND " STAFF_SEES_CANDIDATE(
                            "$5", "profile.user_ref") " ORDER BY updated_us, id LIMIT $6";
    return db_query(db, sql,
                    DB_ARGS(DB_TEXT(r->id), DB_I64(r->state), DB_I64(clock_wall_us()),
                            DB_I64(PROFILE_EXPIRED), DB_I64(r->viewer), DB_U64(r->max)),
                    ret, err);
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct reading *r = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    size_t room = 0;
    if (!query_list(db, r, &rows, err))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        struct profile *more = arena_more(r->arena, r->profiles, r->len, &room, sizeof *more);
        if (!more)
            return error_no_memory(err);
        r->profiles = more;
        if (!profile_read_row(r->p, rows, r->arena, &r->profiles[r->len], err))
            return false;
        r->len++;
    }
    return true;
}

bool profile_list(struct proctor *p, int64_t viewer, enum profile_state state, struct str after,
                  size_t max, struct arena *arena, struct profile **ret, size_t *ret_len,
                  struct error *err)
{
    struct reading r = {.p = p,
                        .viewer = viewer,
                        .id = after.ptr ? after : STR(""),
                        .state = state,
                        .max = max,
                        .arena = arena};
    if (!db_store_read(p->store, list_body, &r, err))
        return false;
    *ret = r.profiles;
    *ret_len = r.len;
    return true;
}

#define HISTORY_MAX 1000

static bool read_event(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct profile_event *e = to;
    *e = (struct profile_event){.time_us = db_col_i64(rows, 0),
                                .kind = db_col_copy(rows, 1, arena),
                                .by = db_col_copy(rows, 2, arena),
                                .detail = db_col_copy(rows, 3, arena)};
    return (e->kind.ptr && e->by.ptr && e->detail.ptr) || error_no_memory(err);
}

static bool history_body(struct db *db, void *context, struct error *err)
{
    struct reading *r = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT time_us, kind, staff_name, detail FROM profile_history"
                    " WHERE profile_id = $1 ORDER BY id LIMIT $2",
                    DB_ARGS(DB_TEXT(r->id), DB_I64(HISTORY_MAX)), &rows, err) &&
           db_collect(rows, r->arena, sizeof *r->events, read_event, &r->events, &r->len, err);
}

bool profile_history(struct proctor *p, struct str profile_id, struct arena *arena,
                     struct profile_event **ret, size_t *ret_len, struct error *err)
{
    struct reading r = {.p = p, .id = profile_id, .arena = arena};
    if (!db_store_read(p->store, history_body, &r, err))
        return false;
    *ret = r.events;
    *ret_len = r.len;
    return true;
}

/* ---- views ---- */

#define VIEW_US (600 * SECOND_US)

struct view {
    struct proctor *p;
    struct str profile_id;
    enum profile_part part;
    const struct profile_staff *by;
};

static bool view_body(struct db *db, void *context, struct error *err)
{
    const struct view *v = context;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct profile profile;
    bool recent;
    if (!find_by_id_in(v->p, db, v->profile_id, &arena, &profile, err) ||
        !db_query_one(db,
                      "SELECT 1 FROM profile_history WHERE profile_id = $1 AND kind = 'viewed'"
                      " AND staff_ref = $2 AND detail = $3 AND time_us > $4",
                      DB_ARGS(DB_TEXT(v->profile_id), DB_I64(v->by->ref),
                              DB_TEXT(str_from(profile_part_name(v->part))),
                              DB_I64(clock_wall_us() - VIEW_US)),
                      &recent, &rows, err))
        return false;
    db_donep(&rows);
    return recent || profile_note_in(db, profile.id, "viewed", v->by,
                                     str_from(profile_part_name(v->part)), err);
}

bool profile_viewed(struct proctor *p, struct str profile_id, enum profile_part part,
                    const struct profile_staff *by, struct error *err)
{
    struct view v = {p, profile_id, part, by};
    return db_store_write(p->store, view_body, &v, err);
}
