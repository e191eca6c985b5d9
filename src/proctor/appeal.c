#include "proctor/appeal.h"

#include "base/json.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/session.h"
#include "proctor/staff.h"

const char *appeal_state_name(enum appeal_state state)
{
    static const char *const names[] = {"none", "open", "answered"};
    return state >= APPEAL_NONE && state <= APPEAL_ANSWERED ? names[state] : "none";
}

/* ---- finding ---- */

bool appeal_find_in(struct db *db, struct str session_id, struct arena *arena, struct appeal *ret,
                    struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct appeal a = {0};
    bool found;
    if (!db_query_one(db,
                      "SELECT reason, made_us, outcome, answer, answered_us, staff_ref, staff_name"
                      " FROM appeal WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    if (found) {
        a.reason = db_col_copy(rows, 0, arena);
        a.made_us = db_col_i64(rows, 1);
        a.outcome = (enum review_outcome)db_col_i64(rows, 2);
        a.answer = db_col_copy(rows, 3, arena);
        a.answered_us = db_col_i64(rows, 4);
        a.staff_ref = db_col_i64(rows, 5);
        a.staff_name = db_col_copy(rows, 6, arena);
        a.state = a.answered_us ? APPEAL_ANSWERED : APPEAL_OPEN;
        if (!a.reason.ptr || !a.answer.ptr || !a.staff_name.ptr)
            return error_no_memory(err);
    }
    *ret = a;
    return true;
}

struct finding {
    int64_t viewer;
    struct str session_id;
    struct arena *arena;
    struct appeal appeal;
    struct annotation *notes;
    struct appeal_waiting *waiting;
    size_t len;
};

static bool find_body(struct db *db, void *context, struct error *err)
{
    struct finding *f = context;
    return appeal_find_in(db, f->session_id, f->arena, &f->appeal, err);
}

bool appeal_find(struct proctor *p, struct str session_id, struct arena *arena, struct appeal *ret,
                 struct error *err)
{
    struct finding f = {.session_id = session_id, .arena = arena};
    if (!db_store_read(p->store, find_body, &f, err))
        return false;
    *ret = f.appeal;
    return true;
}

static bool read_note(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct annotation *n = to;
    *n = (struct annotation){.flag_id = db_col_i64(rows, 0),
                             .note = db_col_copy(rows, 1, arena),
                             .time_us = db_col_i64(rows, 2)};
    return n->note.ptr || error_no_memory(err);
}

static bool notes_body(struct db *db, void *context, struct error *err)
{
    struct finding *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT flag_id, note, time_us FROM annotation WHERE session_id = $1"
                    " ORDER BY flag_id",
                    DB_ARGS(DB_TEXT(f->session_id)), &rows, err) &&
           db_collect(rows, f->arena, sizeof *f->notes, read_note, &f->notes, &f->len, err);
}

bool appeal_annotations(struct proctor *p, struct str session_id, struct arena *arena,
                        struct annotation **ret, size_t *ret_len, struct error *err)
{
    struct finding f = {.session_id = session_id, .arena = arena};
    if (!db_store_read(p->store, notes_body, &f, err))
        return false;
    *ret = f.notes;
    *ret_len = f.len;
    return true;
}

static bool read_waiting(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct appeal_waiting *w = to;
    *w = (struct appeal_waiting){.session_id = db_col_copy(rows, 0, arena),
                                 .made_us = db_col_i64(rows, 1)};
    return w->session_id.ptr || error_no_memory(err);
}

static bool waiting_body(struct db *db, void *context, struct error *err)
{
    struct finding *f = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(
               db,
               "SELECT session_id, made_us FROM appeal WHERE answered_us = 0 "
               "AND " STAFF_SEES_SESSION("$1", "appeal.session_id") " ORDER BY made_us LIMIT $2",
               DB_ARGS(DB_I64(f->viewer), DB_I64(APPEAL_OPEN_LIST_MAX)), &rows, err) &&
           db_collect(rows, f->arena, sizeof *f->waiting, read_waiting, &f->waiting, &f->len, err);
}

bool appeal_waiting(struct proctor *p, int64_t viewer, struct arena *arena,
                    struct appeal_waiting **ret, size_t *ret_len, struct error *err)
{
    struct finding f = {.viewer = viewer, .arena = arena};
    if (!db_store_read(p->store, waiting_body, &f, err))
        return false;
    *ret = f.waiting;
    *ret_len = f.len;
    return true;
}

/* ---- the candidate ---- */

struct word {
    struct str session_id, text;
    int64_t user_ref, flag_id;
    const struct review_person *by; /* of an answer */
    enum review_outcome outcome;
};

/* Line feeds and tabs are fine in what a person writes; other control characters are not. */
static bool check_text(struct str text, size_t max, const char *what, struct error *err)
{
    bool plain = str_is_utf8(text);
    for (size_t i = 0; i < text.len; i++)
        plain = plain &&
                ((unsigned char)text.ptr[i] >= ' ' || text.ptr[i] == '\n' || text.ptr[i] == '\t');
    return (plain && text.len <= max) ||
           error_set(err, ERROR_INVALID, "%s: must be text of at most %zu bytes", what, max);
}

/* May the candidate say something now? */
static bool check_open(struct db *db, const struct word *w, struct arena *arena, struct appeal *ret,
                       struct error *err)
{
    struct session s;
    struct release release;
    if (!session_find_own_in(db, w->session_id, w->user_ref, &s, err) ||
        !release_find_in(db, w->session_id, arena, &release, err) ||
        !appeal_find_in(db, w->session_id, arena, ret, err))
        return false;
    if (!release.made)
        return error_set(err, ERROR_CONFLICT, "the result of this session is not released yet");
    if (ret->state == APPEAL_ANSWERED)
        return error_set(err, ERROR_CONFLICT, "the appeal was answered");
    if (ret->state == APPEAL_NONE && clock_wall_us() > release.appeal_until_us)
        return error_set(err, ERROR_CONFLICT, "the time to appeal is over");
    return true;
}

static bool is_flag_of(struct db *db, const struct word *w, struct arena *arena, bool *ret,
                       struct error *err)
{
    struct flag_row *flags;
    size_t len;
    if (!flag_list_in(db, w->session_id, arena, &flags, &len, err))
        return false;
    *ret = false;
    for (size_t i = 0; i < len; i++)
        *ret = *ret || flags[i].id == w->flag_id;
    return true;
}

/* What it says is the candidate's own and can be erased: the evidence holds when, and which flag.
 */
static bool annotate_body(struct db *db, void *context, struct error *err)
{
    const struct word *w = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct appeal appeal;
    bool known;
    if (!check_open(db, w, &arena, &appeal, err) || !is_flag_of(db, w, &arena, &known, err))
        return false;
    if (!known)
        return error_set(err, ERROR_NOT_FOUND, "no such flag in this session");
    bool kept = w->text.len
                    ? db_run(db,
                             "INSERT INTO annotation (session_id, flag_id, note, time_us)"
                             " VALUES ($1, $2, $3, $4) ON CONFLICT (session_id, flag_id)"
                             " DO UPDATE SET note = excluded.note, time_us = excluded.time_us",
                             DB_ARGS(DB_TEXT(w->session_id), DB_I64(w->flag_id), DB_TEXT(w->text),
                                     DB_I64(clock_wall_us())),
                             NULL, err)
                    : db_run(db, "DELETE FROM annotation WHERE session_id = $1 AND flag_id = $2",
                             DB_ARGS(DB_TEXT(w->session_id), DB_I64(w->flag_id)), NULL, err);
    return kept && evidence_add_in(db, w->session_id, "annotated",
                                   json_pack("{s:I}", "flag", (json_int_t)w->flag_id), err);
}

bool appeal_annotate(struct proctor *p, struct str session_id, int64_t user_ref, int64_t flag_id,
                     struct str note, struct error *err)
{
    struct word w = {
        .session_id = session_id, .text = str_trim(note), .user_ref = user_ref, .flag_id = flag_id};
    return check_text(w.text, APPEAL_NOTE_MAX, "note", err) &&
           db_store_write(p->store, annotate_body, &w, err);
}

static bool make_body(struct db *db, void *context, struct error *err)
{
    const struct word *w = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct appeal before;
    if (!check_open(db, w, &arena, &before, err))
        return false;
    if (before.state == APPEAL_OPEN)
        return str_eq(before.reason, w->text) ||
               error_set(err, ERROR_CONFLICT, "you have appealed already; it waits for its answer");
    return db_run(db, "INSERT INTO appeal (session_id, reason, made_us) VALUES ($1, $2, $3)",
                  DB_ARGS(DB_TEXT(w->session_id), DB_TEXT(w->text), DB_I64(clock_wall_us())), NULL,
                  err) &&
           evidence_append_in(db, w->session_id, STR("appealed"), STR("{}"), err);
}

bool appeal_make(struct proctor *p, struct str session_id, int64_t user_ref, struct str reason,
                 struct error *err)
{
    struct word w = {.session_id = session_id, .text = str_trim(reason), .user_ref = user_ref};
    if (w.text.len == 0)
        return error_set(err, ERROR_INVALID, "reason: say why");
    return check_text(w.text, APPEAL_TEXT_MAX, "reason", err) &&
           db_store_write(p->store, make_body, &w, err);
}

/* ---- the answer ---- */

static bool answer_body(struct db *db, void *context, struct error *err)
{
    const struct word *w = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session s;
    struct appeal appeal;
    enum review_outcome before;
    bool decided;
    if (!session_find_in(db, w->session_id, &s, err) ||
        !appeal_find_in(db, w->session_id, &arena, &appeal, err) ||
        !review_has_decided_in(db, w->session_id, w->by->user_ref, &decided, err) ||
        !review_outcome_in(db, w->session_id, &before, err))
        return false;
    if (appeal.state == APPEAL_NONE)
        return error_set(err, ERROR_CONFLICT, "the candidate has not appealed");
    if (appeal.state == APPEAL_ANSWERED)
        return error_set(err, ERROR_CONFLICT, "this appeal was answered already");
    if (decided)
        return error_set(err, ERROR_FORBIDDEN,
                         "you decided on this session: somebody else must answer its appeal");
    return db_run(db,
                  "UPDATE appeal SET outcome = $1, answer = $2, answered_us = $3, staff_ref = $4,"
                  " staff_name = $5 WHERE session_id = $6",
                  DB_ARGS(DB_I64(w->outcome), DB_TEXT(w->text), DB_I64(clock_wall_us()),
                          DB_I64(w->by->user_ref), DB_TEXT(w->by->name), DB_TEXT(w->session_id)),
                  NULL, err) &&
           evidence_add_in(db, w->session_id, "appeal-answered",
                           json_pack("{s:s, s:I, s:s%}", "outcome", review_outcome_name(w->outcome),
                                     "user", (json_int_t)w->by->user_ref, "name", w->by->name.ptr,
                                     w->by->name.len),
                           err) &&
           (before == w->outcome || review_overrule_in(db, w->session_id, w->by, w->outcome, err));
}

bool appeal_answer(struct proctor *p, struct str session_id, const struct review_person *by,
                   enum review_outcome outcome, struct str answer, struct error *err)
{
    struct word w = {
        .session_id = session_id, .text = str_trim(answer), .by = by, .outcome = outcome};
    if (w.text.len == 0)
        return error_set(err, ERROR_INVALID, "answer: the candidate reads why");
    if (outcome == REVIEW_NONE)
        return error_set(err, ERROR_INVALID,
                         "outcome: must be the decision that holds from now on");
    return check_text(w.text, APPEAL_TEXT_MAX, "answer", err) &&
           db_store_write(p->store, answer_body, &w, err);
}

/* ---- keeping ---- */

enum review_outcome appeal_holding(const struct release *release, const struct appeal *appeal)
{
    return appeal->state == APPEAL_ANSWERED && appeal->answered_us >= release->released_us
               ? appeal->outcome
               : release->outcome;
}

bool appeal_hold_in(struct db *db, struct str session_id, int64_t now_us, int64_t *ret_us,
                    struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct release release;
    struct appeal appeal;
    if (!release_find_in(db, session_id, &arena, &release, err) ||
        !appeal_find_in(db, session_id, &arena, &appeal, err))
        return false;
    *ret_us = appeal.state == APPEAL_OPEN ? INT64_MAX
              : appeal.state == APPEAL_NONE && release.made && release.appeal_until_us > now_us
                  ? release.appeal_until_us
                  : 0;
    return true;
}

bool appeal_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "DELETE FROM annotation WHERE session_id = $1", DB_ARGS(DB_TEXT(session_id)),
                  NULL, err) &&
           db_run(db, "UPDATE appeal SET reason = '', answer = '' WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
