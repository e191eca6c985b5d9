#include "proctor/session.h"

#include "crypto/seal.h"
#include "proctor/change.h"
#include "proctor/event_flags.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "proctor/keep.h"
#include "proctor/live.h"
#include "proctor/profile.h"
#include "proctor/staff.h"
#include "proctor/summary.h"

#include <stdio.h>
#include <string.h>

/* ---- states ---- */

/* A state, the time column that it sets, and what the evidence calls its beginning. */
static const struct {
    const char *name, *kind, *sql;
} states[] = {
    [SESSION_CREATED] = {"created", "session-created", NULL},
    [SESSION_AGREED] = {"agreed", "agreed",
                        "UPDATE session SET state = $1, agreed_us = $2 WHERE id = $3"},
    [SESSION_RECORDING] = {"recording", "recording-started",
                           "UPDATE session SET state = $1, started_us = $2 WHERE id = $3"},
    [SESSION_EXAM] = {"exam", "exam-started",
                      "UPDATE session SET state = $1, exam_us = $2 WHERE id = $3"},
    [SESSION_ENDED] = {"ended", "exam-ended",
                       "UPDATE session SET state = $1, ended_us = $2 WHERE id = $3"},
    [SESSION_UPLOADED] = {"uploaded", "uploaded",
                          "UPDATE session SET state = $1, uploaded_us = $2 WHERE id = $3"},
    [SESSION_REPORTED] = {"reported", "reported",
                          "UPDATE session SET state = $1, reported_us = $2 WHERE id = $3"},
};

const char *session_state_name(enum session_state state)
{
    return state > SESSION_STATE_NONE && state <= SESSION_REPORTED ? states[state].name : "unknown";
}

bool session_may_move(enum session_state from, enum session_state to)
{
    if (from <= SESSION_STATE_NONE || to <= SESSION_STATE_NONE || to > SESSION_REPORTED)
        return false;
    return to == from + 1 || (from == SESSION_RECORDING && to == SESSION_ENDED);
}

bool session_move_in(struct db *db, struct str id, enum session_state to, bool *ret_moved,
                     struct error *err)
{
    struct session s;
    bool moves;
    if (!session_find_in(db, id, &s, err))
        return false;
    moves = s.state != to;
    if (moves && !session_may_move(s.state, to))
        return error_set(err, ERROR_CONFLICT, "a session that is %s cannot become %s",
                         session_state_name(s.state), session_state_name(to));
    if (moves && (!db_run(db, states[to].sql,
                          DB_ARGS(DB_I64(to), DB_I64(clock_wall_us()), DB_TEXT(id)), NULL, err) ||
                  (to == SESSION_ENDED && (!keep_ended_in(db, id, clock_wall_us(), err) ||
                                           !event_flags_close_in(db, id, err))) ||
                  !evidence_append_in(db, id, str_from(states[to].kind), STR("{}"), err) ||
                  !summary_refresh_in(db, id, err) || !live_moved_in(db, id, to, err) ||
                  !change_note_in(db, "support", "session", STR("{}"), err)))
        return false;
    if (ret_moved)
        *ret_moved = moves;
    return true;
}

/* ---- reading ---- */

#define COLUMNS                                                                                    \
    "SELECT id, exam_id, user_ref, state, candidate, exam_url, return_url, created_us, agreed_us," \
    " started_us, exam_us, ended_us, uploaded_us, reported_us, seen_us,"                           \
    " COALESCE((SELECT accepted_us FROM consent WHERE session_id = session.id AND document = 1),"  \
    " 0), COALESCE((SELECT accepted_us FROM consent WHERE session_id = session.id"                 \
    " AND document = 2), 0) FROM session"
_Static_assert(DOCUMENT_INSTRUCTIONS == 1 && DOCUMENT_AGREEMENT == 2 && DOCUMENT_COUNT == 3,
               "the columns above name the documents");

static void read_session(struct db_stmt *rows, struct session *ret)
{
    *ret = (struct session){
        .user_ref = db_col_i64(rows, 2),
        .state = (enum session_state)db_col_i64(rows, 3),
        .created_us = db_col_i64(rows, 7),
        .agreed_us = db_col_i64(rows, 8),
        .started_us = db_col_i64(rows, 9),
        .exam_us = db_col_i64(rows, 10),
        .ended_us = db_col_i64(rows, 11),
        .uploaded_us = db_col_i64(rows, 12),
        .reported_us = db_col_i64(rows, 13),
        .seen_us = db_col_i64(rows, 14),
        .accepted_us = {0, db_col_i64(rows, 15), db_col_i64(rows, 16)},
    };
    str_into(db_col_text(rows, 0), ret->id, sizeof ret->id);
    str_into(db_col_text(rows, 1), ret->exam_id, sizeof ret->exam_id);
    str_into(db_col_text(rows, 4), ret->candidate, sizeof ret->candidate);
    str_into(db_col_text(rows, 5), ret->exam_url, sizeof ret->exam_url);
    str_into(db_col_text(rows, 6), ret->return_url, sizeof ret->return_url);
}

bool session_find_in(struct db *db, struct str id, struct session *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, COLUMNS " WHERE id = $1", DB_ARGS(DB_TEXT(id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    read_session(rows, ret);
    return true;
}

bool session_find_own_in(struct db *db, struct str id, int64_t user_ref, struct session *ret,
                         struct error *err)
{
    struct session s;
    if (!session_find_in(db, id, &s, err))
        return false;
    if (s.user_ref != user_ref)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    *ret = s;
    return true;
}

struct find {
    struct str id;
    int64_t user_ref;
    bool own;
    struct session session;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct find *f = context;
    return f->own ? session_find_own_in(db, f->id, f->user_ref, &f->session, err)
                  : session_find_in(db, f->id, &f->session, err);
}

bool session_find(struct proctor *p, struct str id, struct session *ret, struct error *err)
{
    struct find f = {.id = id};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.session;
    return true;
}

bool session_find_own(struct proctor *p, struct str id, int64_t user_ref, struct session *ret,
                      struct error *err)
{
    struct find f = {.id = id, .user_ref = user_ref, .own = true};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.session;
    return true;
}

struct list {
    int64_t viewer;
    struct str exam_id; /* or, when it is empty: */
    int64_t user_ref;   /* or, when it is 0: */
    int64_t active_since_us;
    size_t max;
    struct arena *arena;
    struct session *sessions;
    size_t len;
};

static bool query_list(struct db *db, const struct list *l, struct db_stmt **ret, struct error *err)
{
    if (l->exam_id.len)
        return db_query(db, COLUMNS " WHERE exam_id = $1 ORDER BY created_us, id",
                        DB_ARGS(DB_TEXT(l->exam_id)), ret, err);
    if (l->user_ref)
        return db_query(db, COLUMNS " WHERE user_ref = $1 ORDER BY created_us DESC, id",
                        DB_ARGS(DB_I64(l->user_ref)), ret, err);
    return db_query(db,
                    COLUMNS
                    " WHERE state < $1 AND (created_us > $2 OR seen_us > $2) AND " STAFF_SEES_EXAM(
                        "$3", "session.exam_id") " ORDER BY seen_us DESC, created_us DESC LIMIT $4",
                    DB_ARGS(DB_I64(SESSION_UPLOADED), DB_I64(l->active_since_us), DB_I64(l->viewer),
                            DB_U64(l->max)),
                    ret, err);
}

static bool read_listed(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    (void)arena;
    (void)err;
    read_session(rows, to);
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct list *l = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return query_list(db, l, &rows, err) &&
           db_collect(rows, l->arena, sizeof *l->sessions, read_listed, &l->sessions, &l->len, err);
}

bool session_list(struct proctor *p, struct str exam_id, struct arena *arena, struct session **ret,
                  size_t *ret_len, struct error *err)
{
    struct list l = {.exam_id = exam_id, .arena = arena};
    if (exam_id.len == 0)
        return error_set(err, ERROR_NOT_FOUND, "no such exam");
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.sessions;
    *ret_len = l.len;
    return true;
}

bool session_list_own(struct proctor *p, int64_t user_ref, struct arena *arena,
                      struct session **ret, size_t *ret_len, struct error *err)
{
    struct list l = {.user_ref = user_ref, .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.sessions;
    *ret_len = l.len;
    return true;
}

bool session_list_active(struct proctor *p, int64_t viewer, int64_t since_us, size_t max,
                         struct arena *arena, struct session **ret, size_t *ret_len,
                         struct error *err)
{
    struct list l = {.viewer = viewer, .active_since_us = since_us, .max = max, .arena = arena};
    if (!db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.sessions;
    *ret_len = l.len;
    return true;
}

/* ---- making ---- */

struct creation {
    struct proctor *p;
    const struct session_spec *spec;
    char id[ID_TEXT_SIZE];
};

static bool find_by_attempt(struct db *db, const struct session_spec *spec, bool *ret_found,
                            char ret_id[ID_TEXT_SIZE], struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query_one(db, "SELECT id FROM session WHERE exam_id = $1 AND attempt_ref = $2",
                      DB_ARGS(DB_TEXT(spec->exam_id), DB_TEXT(spec->attempt_ref)), ret_found, &rows,
                      err))
        return false;
    if (*ret_found)
        str_into(db_col_text(rows, 0), ret_id, ID_TEXT_SIZE);
    return true;
}

/* The policy of this session: the exam's of now, with the candidate's accommodations. */
static bool make_policy(struct db *db, const struct session_spec *s, struct arena *arena,
                        struct policy *ret, struct error *err)
{
    struct str exam;
    struct policy policy;
    if (!proctored_exam_policy_in(db, s->exam_id, arena, &exam, err) ||
        !policy_parse(exam, &policy, err))
        return false;
    if (s->accommodations_json.len && !policy_patch(&policy, s->accommodations_json, &policy, err))
        return error_wrap(err, "accommodations");
    *ret = policy;
    return true;
}

/* Where an exam wants an approved profile before it is opened. The practice test is where a profile
 * is made; who has none left to take scans in this session, which does not begin before it is
 * approved (steps.c). */
static bool check_profile(struct proctor *p, struct db *db, const struct session_spec *spec,
                          const struct policy *policy, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    const struct policy_checkin *c = &policy->checkin;
    struct proctored_exam exam;
    struct profile profile;
    struct list own = {.user_ref = spec->user_ref, .arena = &arena};
    bool practised = false, practises = false;
    if (c->approval != APPROVAL_BEFORE || (!c->face_scan && !c->id_scan))
        return true;
    if (!proctored_exam_find_in(db, spec->exam_id, &exam, err) ||
        !profile_find_in(p, db, spec->user_ref, &arena, &profile, err) || !list_body(db, &own, err))
        return false;
    if (exam.practice || profile_counts(&profile, policy))
        return true;
    if (profile.state == PROFILE_PENDING)
        return error_set(err, ERROR_CONFLICT,
                         "your identity profile waits for a person to look at it; please come back "
                         "later, or contact support");
    for (size_t i = 0; i < own.len; i++) {
        if (!proctored_exam_find_in(db, str_from(own.sessions[i].exam_id), &exam, err))
            return false;
        practised = practised || (exam.practice && own.sessions[i].state >= SESSION_RECORDING);
        practises = practises || (exam.practice && own.sessions[i].state < SESSION_RECORDING);
    }
    if (practised && !practises)
        return true;
    return error_set(err, ERROR_CONFLICT,
                     "this exam needs an approved identity profile; please take the practice test "
                     "first, which makes one");
}

/* What is different for this candidate is told to whoever reviews, and may not be told otherwise
 * later. */
static bool note_creation(struct db *db, const struct creation *c, struct error *err)
{
    CLEANUP(json_decrefp) json_t *patch = NULL;
    if (c->spec->accommodations_json.len && !json_parse(c->spec->accommodations_json, &patch, err))
        return false;
    return evidence_add_in(db, str_from(c->id), states[SESSION_CREATED].kind,
                           patch ? json_pack("{s:O}", "accommodations", patch) : json_object(),
                           err);
}

static bool create_body(struct db *db, void *context, struct error *err)
{
    struct creation *c = context;
    const struct session_spec *s = c->spec;
    CLEANUP(arena_done) struct arena arena = {0};
    CLEANUP(seal_key_wipe) struct seal_key key;
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    CLEANUP(freep) char *policy = NULL;
    struct policy made;
    bool found;
    if (!find_by_attempt(db, s, &found, c->id, err))
        return false;
    if (found)
        return true;
    if (!make_policy(db, s, &arena, &made, err) || !check_profile(c->p, db, s, &made, err) ||
        !policy_text(&made, &policy, err))
        return false;
    id_create(c->id);
    seal_key_create(&key);
    seal_wrap(&c->p->deployment_key, &key, str_from(c->id), wrapped);
    return db_run(db,
                  "INSERT INTO session (id, exam_id, attempt_ref, user_ref, candidate, exam_url,"
                  " return_url, policy, state, sealed_key, created_us)"
                  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                  DB_ARGS(DB_TEXT(str_from(c->id)), DB_TEXT(s->exam_id), DB_TEXT(s->attempt_ref),
                          DB_I64(s->user_ref), DB_TEXT(s->candidate), DB_TEXT(s->exam_url),
                          DB_TEXT(s->return_url), DB_TEXT(str_from(policy)),
                          DB_I64(SESSION_CREATED), DB_BLOB(str_bytes(wrapped, sizeof wrapped)),
                          DB_I64(clock_wall_us())),
                  NULL, err) &&
           keep_begin_in(db, str_from(c->id), s->exam_id, s->user_ref, err) &&
           note_creation(db, c, err) && summary_refresh_in(db, str_from(c->id), err);
}

static bool check_text(struct str text, size_t max, const char *what, struct error *err)
{
    if (text.len == 0 || text.len > max || !str_is_utf8(text))
        return error_set(err, ERROR_INVALID, "%s: must be text of 1 to %zu bytes", what, max);
    return true;
}

static bool check_accommodations(struct str json, struct error *err)
{
    return json.len <= SESSION_ACCOMMODATIONS_MAX ||
           error_set(err, ERROR_TOO_LARGE, "accommodations: at most %zu bytes",
                     SESSION_ACCOMMODATIONS_MAX);
}

bool session_create(struct proctor *p, const struct session_spec *spec, char ret_id[ID_TEXT_SIZE],
                    struct error *err)
{
    struct creation c = {.p = p, .spec = spec};
    if (!check_text(spec->candidate, SESSION_CANDIDATE_MAX, "candidate", err) ||
        !check_text(spec->exam_url, SESSION_URL_MAX, "exam_url", err) ||
        !check_text(spec->return_url, SESSION_URL_MAX, "return_url", err) ||
        !check_text(spec->attempt_ref, PROCTORED_EXAM_REF_MAX, "attempt_ref", err) ||
        !check_accommodations(spec->accommodations_json, err) ||
        !db_store_write(p->store, create_body, &c, err))
        return false;
    memcpy(ret_id, c.id, sizeof c.id);
    return true;
}

/* ---- the key ---- */

bool session_key_in(struct db *db, const struct seal_key *deployment, struct str id,
                    struct seal_key *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT sealed_key FROM session WHERE id = $1", DB_ARGS(DB_TEXT(id)),
                      &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    if (db_col_null(rows, 0))
        return error_set(err, ERROR_GONE, "the recordings of this session were deleted");
    return seal_unwrap(deployment, db_col_text(rows, 0), id, ret, err) ||
           error_wrap(err, "the key of the session");
}

static bool erase_body(struct db *db, void *context, struct error *err)
{
    const struct str *id = context;
    int64_t changed;
    if (!db_run(db, "UPDATE session SET sealed_key = NULL WHERE id = $1", DB_ARGS(DB_TEXT(*id)),
                &changed, err))
        return false;
    if (changed == 0)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    return evidence_append_in(db, *id, STR("key-erased"), STR("{}"), err);
}

bool session_erase_key(struct proctor *p, struct str id, struct error *err)
{
    return db_store_write(p->store, erase_body, &id, err);
}

bool session_change_key_in(struct db *db, const struct seal_key *deployment, struct str id,
                           const struct seal_key *now, struct error *err)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    if (now)
        seal_wrap(deployment, now, id, wrapped);
    return db_run(db, "UPDATE session SET sealed_key = $1 WHERE id = $2",
                  DB_ARGS(now ? DB_BLOB(str_bytes(wrapped, sizeof wrapped)) : DB_NULL, DB_TEXT(id)),
                  NULL, err);
}

/* The policy holds the accommodations, which may tell of a candidate's health. */
bool session_forget_in(struct db *db, struct str id, bool name, struct error *err)
{
    return db_run(db,
                  "UPDATE session SET receipt = NULL, report = NULL, policy = '{}', tab = ''"
                  " WHERE id = $1",
                  DB_ARGS(DB_TEXT(id)), NULL, err) &&
           db_run(db, "DELETE FROM consent WHERE session_id = $1", DB_ARGS(DB_TEXT(id)), NULL,
                  err) &&
           /* whose it was, too: a page that is still open finds it no more */
           (!name || db_run(db, "UPDATE session SET candidate = $1, user_ref = 0 WHERE id = $2",
                            DB_ARGS(DB_TEXT(STR(SESSION_ERASED_NAME)), DB_TEXT(id)), NULL, err)) &&
           summary_refresh_in(db, id, err);
}

bool session_list_own_in(struct db *db, int64_t user_ref, struct arena *arena, struct session **ret,
                         size_t *ret_len, struct error *err)
{
    struct list l = {.user_ref = user_ref, .arena = arena};
    if (!list_body(db, &l, err))
        return false;
    *ret = l.sessions;
    *ret_len = l.len;
    return true;
}

bool session_policy_in(struct db *db, struct str id, struct arena *arena, struct str *ret,
                       struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db, "SELECT policy FROM session WHERE id = $1", DB_ARGS(DB_TEXT(id)), &found,
                      &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    struct str text = db_col_copy(rows, 0, arena);
    if (!text.ptr)
        return error_no_memory(err);
    *ret = text;
    return true;
}

bool session_read_policy_in(struct db *db, struct str id, struct arena *arena, struct policy *ret,
                            struct error *err)
{
    struct str text;
    return session_policy_in(db, id, arena, &text, err) &&
           (policy_parse(text, ret, err) || error_wrap(err, "the policy of the session"));
}

struct drawing {
    struct str id;
    enum document document;
    struct arena *arena;
    struct document_text *text;
};

static bool draw_body(struct db *db, void *context, struct error *err)
{
    struct drawing *d = context;
    struct policy policy;
    return session_read_policy_in(db, d->id, d->arena, &policy, err) &&
           document_draw(d->document, &policy, d->arena, d->text, err);
}

bool session_document(struct proctor *p, struct str id, enum document document, struct arena *arena,
                      struct document_text *ret, struct error *err)
{
    struct drawing d = {id, document, arena, ret};
    return db_store_read(p->store, draw_body, &d, err);
}

/* ---- the name of the account ---- */

bool session_rename_in(struct db *db, int64_t user_ref, struct str name, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct list l = {.user_ref = user_ref, .arena = &arena};
    if (!list_body(db, &l, err))
        return false;
    for (size_t i = 0; i < l.len; i++) {
        struct str id = str_from(l.sessions[i].id);
        if (l.sessions[i].state >= SESSION_RECORDING)
            continue; /* what was recorded was recorded under that name */
        if (!db_run(db, "UPDATE session SET candidate = $1 WHERE id = $2",
                    DB_ARGS(DB_TEXT(name), DB_TEXT(id)), NULL, err) ||
            !evidence_add_in(db, id, "renamed", json_pack("{s:s%}", "name", name.ptr, name.len),
                             err) ||
            !summary_refresh_in(db, id, err))
            return false;
    }
    return true;
}

/* ---- signed texts ---- */

bool session_set_text_in(struct db *db, struct str id, enum session_text which, struct str text,
                         struct error *err)
{
    return db_run(db,
                  which == SESSION_RECEIPT ? "UPDATE session SET receipt = $1 WHERE id = $2"
                                           : "UPDATE session SET report = $1 WHERE id = $2",
                  DB_ARGS(DB_TEXT(text), DB_TEXT(id)), NULL, err);
}

struct text_read {
    struct str id;
    enum session_text which;
    struct arena *arena;
    struct str text;
};

static bool text_body(struct db *db, void *context, struct error *err)
{
    struct text_read *t = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      t->which == SESSION_RECEIPT ? "SELECT receipt FROM session WHERE id = $1"
                                                  : "SELECT report FROM session WHERE id = $1",
                      DB_ARGS(DB_TEXT(t->id)), &found, &rows, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "no such session");
    if (db_col_null(rows, 0))
        return true;
    t->text = db_col_copy(rows, 0, t->arena);
    return t->text.ptr || error_no_memory(err);
}

bool session_text(struct proctor *p, struct str id, enum session_text which, struct arena *arena,
                  struct str *ret, struct error *err)
{
    struct text_read t = {.id = id, .which = which, .arena = arena};
    if (!db_store_read(p->store, text_body, &t, err))
        return false;
    *ret = t.text;
    return true;
}
