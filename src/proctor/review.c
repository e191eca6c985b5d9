#include "proctor/review.h"

#include "base/clock.h"
#include "base/json.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/session.h"
#include "proctor/summary.h"

#include <string.h>

static const char *const outcomes[REVIEW_OUTCOMES] = {"none", "passed", "violation", "suspicious",
                                                      "not-enough-evidence"};
static const char *const answers[REVIEW_ANSWERS] = {"none", "breaks", "breaks-not", "cannot-tell"};

const char *review_outcome_name(enum review_outcome outcome)
{
    return outcome >= REVIEW_NONE && outcome < REVIEW_OUTCOMES ? outcomes[outcome] : "none";
}

bool review_outcome_from_name(struct str name, enum review_outcome *ret)
{
    for (int i = 0; i < REVIEW_OUTCOMES; i++)
        if (str_eq(name, str_from(outcomes[i]))) {
            *ret = (enum review_outcome)i;
            return true;
        }
    return false;
}

const char *review_answer_name(enum review_answer answer)
{
    return answer >= REVIEW_UNANSWERED && answer < REVIEW_ANSWERS ? answers[answer] : "none";
}

bool review_answer_from_name(struct str name, enum review_answer *ret)
{
    for (int i = 0; i < REVIEW_ANSWERS; i++)
        if (str_eq(name, str_from(answers[i]))) {
            *ret = (enum review_answer)i;
            return true;
        }
    return false;
}

/* ---- saying ---- */

struct saying {
    struct str session_id, note;
    const struct review_person *by;
    enum review_outcome outcome;
    enum review_answer answer;
    int64_t flag_id;
};

static bool check_words(struct str note, const struct review_person *by, struct error *err)
{
    if (note.len > REVIEW_NOTE_MAX || !str_is_utf8(note))
        return error_set(err, ERROR_INVALID, "note: must be text of at most %d bytes",
                         REVIEW_NOTE_MAX);
    if (by->name.len == 0 || by->name.len > REVIEW_NAME_MAX || !str_is_utf8(by->name))
        return error_set(err, ERROR_INVALID, "a reviewer has a name of at most %d bytes",
                         REVIEW_NAME_MAX);
    return true;
}

static bool add_evidence(struct db *db, const struct saying *s, const char *kind, json_t *payload,
                         struct error *err)
{
    if (payload &&
        (json_object_set_new(payload, "user", json_integer(s->by->user_ref)) ||
         json_object_set_new(payload, "name", json_stringn(s->by->name.ptr, s->by->name.len)) ||
         json_object_set_new(payload, "note",
                             json_stringn(s->note.ptr ? s->note.ptr : "", s->note.len)))) {
        json_decref(payload);
        return error_no_memory(err);
    }
    return evidence_add_in(db, s->session_id, kind, payload, err);
}

static bool decide_body(struct db *db, void *context, struct error *err)
{
    const struct saying *s = context;
    struct session session;
    int64_t id;
    if (!session_find_in(db, s->session_id, &session, err))
        return false;
    if (session.state < SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is still going on");
    return db_insert(db,
                     "INSERT INTO review_outcome (session_id, user_ref, name, outcome, note,"
                     " time_us) VALUES ($1, $2, $3, $4, $5, $6)",
                     DB_ARGS(DB_TEXT(s->session_id), DB_I64(s->by->user_ref), DB_TEXT(s->by->name),
                             DB_I64(s->outcome), DB_TEXT(s->note), DB_I64(clock_wall_us())),
                     &id, err) &&
           add_evidence(db, s, "decision",
                        json_pack("{s:s}", "outcome", review_outcome_name(s->outcome)), err) &&
           summary_refresh_in(db, s->session_id, err);
}

bool review_decide(struct proctor *p, struct str session_id, const struct review_person *by,
                   enum review_outcome outcome, struct str note, struct error *err)
{
    struct saying s = {
        .session_id = session_id, .note = note.ptr ? note : STR(""), .by = by, .outcome = outcome};
    return check_words(note, by, err) && db_store_write(p->store, decide_body, &s, err);
}

/* The flag must begin an incident: what is judged is what a person looked at in one go. */
static bool find_incident(struct db *db, const struct saying *s, struct arena *arena,
                          struct flag_row *ret, struct error *err)
{
    struct flag_row *flags;
    struct incident *incidents;
    size_t len, incidents_len;
    if (!flag_list_in(db, s->session_id, arena, &flags, &len, err) ||
        !flag_incidents(flags, len, arena, &incidents, &incidents_len, err))
        return false;
    for (size_t i = 0; i < incidents_len; i++)
        if (flags[incidents[i].first].id == s->flag_id) {
            *ret = flags[incidents[i].first];
            return true;
        }
    return error_set(err, ERROR_NOT_FOUND, "no incident of this session begins with that flag");
}

static bool say_body(struct db *db, void *context, struct error *err)
{
    const struct saying *s = context;
    CLEANUP(arena_done) struct arena arena = {0};
    struct session session;
    struct flag_row flag;
    if (!session_find_in(db, s->session_id, &session, err) ||
        !find_incident(db, s, &arena, &flag, err))
        return false;
    return db_run(db,
                  "INSERT INTO review_answer (session_id, exam_id, flag_id, rule, user_ref, name,"
                  " answer, note, time_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                  " ON CONFLICT (session_id, flag_id, user_ref) DO UPDATE SET"
                  " answer = excluded.answer, note = excluded.note, time_us = excluded.time_us",
                  DB_ARGS(DB_TEXT(s->session_id), DB_TEXT(str_from(session.exam_id)),
                          DB_I64(s->flag_id), DB_TEXT(str_from(rule_name(flag.flag.rule))),
                          DB_I64(s->by->user_ref), DB_TEXT(s->by->name), DB_I64(s->answer),
                          DB_TEXT(s->note), DB_I64(clock_wall_us())),
                  NULL, err) &&
           add_evidence(db, s, "incident-answered",
                        json_pack("{s:I, s:s, s:s}", "flag", (json_int_t)s->flag_id, "rule",
                                  rule_name(flag.flag.rule), "answer",
                                  review_answer_name(s->answer)),
                        err);
}

bool review_say(struct proctor *p, struct str session_id, const struct review_person *by,
                int64_t flag_id, enum review_answer answer, struct str note, struct error *err)
{
    struct saying s = {.session_id = session_id,
                       .note = note.ptr ? note : STR(""),
                       .by = by,
                       .answer = answer,
                       .flag_id = flag_id};
    return check_words(note, by, err) && db_store_write(p->store, say_body, &s, err);
}

static bool note_body(struct db *db, void *context, struct error *err)
{
    const struct saying *s = context;
    struct session session;
    return session_find_in(db, s->session_id, &session, err) &&
           add_evidence(db, s, "note", json_object(), err);
}

bool review_note(struct proctor *p, struct str session_id, const struct review_person *by,
                 struct str note, struct error *err)
{
    struct saying s = {.session_id = session_id, .note = note, .by = by};
    if (note.len == 0)
        return error_set(err, ERROR_INVALID, "note: must not be empty");
    return check_words(note, by, err) && db_store_write(p->store, note_body, &s, err);
}

/* ---- reading ---- */

struct reading {
    struct str id; /* of the session, or of the exam */
    struct arena *arena;
    struct review_entry *entries;
    struct review_answer_row *answers;
    struct review_tally *tallies;
    size_t len, room;
};

/* Runs the query and hands each row to `take`. */
static bool each_row(struct db *db, const char *sql, struct reading *r,
                     bool (*take)(struct reading *r, struct db_stmt *rows), struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    if (!db_query(db, sql, DB_ARGS(DB_TEXT(r->id)), &rows, err))
        return false;
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (row && !take(r, rows))
            return error_no_memory(err);
    }
    return true;
}

static bool take_entry(struct reading *r, struct db_stmt *rows)
{
    struct review_entry *more = arena_more(r->arena, r->entries, r->len, &r->room, sizeof *more);
    if (!more)
        return false;
    r->entries = more;
    struct review_entry *e = &more[r->len++];
    *e = (struct review_entry){.id = db_col_i64(rows, 0),
                               .user_ref = db_col_i64(rows, 1),
                               .time_us = db_col_i64(rows, 2),
                               .outcome = (enum review_outcome)db_col_i64(rows, 3),
                               .name = db_col_copy(rows, 4, r->arena),
                               .note = db_col_copy(rows, 5, r->arena)};
    return e->name.ptr && e->note.ptr;
}

static bool history_body(struct db *db, void *context, struct error *err)
{
    return each_row(db,
                    "SELECT id, user_ref, time_us, outcome, name, note FROM review_outcome"
                    " WHERE session_id = $1 ORDER BY id DESC",
                    context, take_entry, err);
}

bool review_history(struct proctor *p, struct str session_id, struct arena *arena,
                    struct review_entry **ret, size_t *ret_len, struct error *err)
{
    struct reading r = {.id = session_id, .arena = arena};
    if (!db_store_read(p->store, history_body, &r, err))
        return false;
    *ret = r.entries;
    *ret_len = r.len;
    return true;
}

static bool take_answer(struct reading *r, struct db_stmt *rows)
{
    struct review_answer_row *more =
        arena_more(r->arena, r->answers, r->len, &r->room, sizeof *more);
    if (!more)
        return false;
    r->answers = more;
    struct review_answer_row *a = &more[r->len++];
    *a = (struct review_answer_row){.flag_id = db_col_i64(rows, 0),
                                    .user_ref = db_col_i64(rows, 1),
                                    .time_us = db_col_i64(rows, 2),
                                    .answer = (enum review_answer)db_col_i64(rows, 3),
                                    .name = db_col_copy(rows, 4, r->arena),
                                    .note = db_col_copy(rows, 5, r->arena)};
    return a->name.ptr && a->note.ptr;
}

static bool answers_body(struct db *db, void *context, struct error *err)
{
    return each_row(db,
                    "SELECT flag_id, user_ref, time_us, answer, name, note FROM review_answer"
                    " WHERE session_id = $1 ORDER BY flag_id, time_us",
                    context, take_answer, err);
}

bool review_answers(struct proctor *p, struct str session_id, struct arena *arena,
                    struct review_answer_row **ret, size_t *ret_len, struct error *err)
{
    struct reading r = {.id = session_id, .arena = arena};
    if (!db_store_read(p->store, answers_body, &r, err))
        return false;
    *ret = r.answers;
    *ret_len = r.len;
    return true;
}

bool review_outcome_in(struct db *db, struct str session_id, enum review_outcome *ret,
                       struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT outcome FROM review_outcome WHERE session_id = $1"
                      " ORDER BY id DESC LIMIT 1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    *ret = found ? (enum review_outcome)db_col_i64(rows, 0) : REVIEW_NONE;
    return true;
}

static bool take_tally(struct reading *r, struct db_stmt *rows)
{
    struct review_tally *more = arena_more(r->arena, r->tallies, r->len, &r->room, sizeof *more);
    if (!more)
        return false;
    r->tallies = more;
    struct review_tally *t = &more[r->len++];
    *t = (struct review_tally){.rule = db_col_copy(rows, 0, r->arena),
                               .breaks = db_col_i64(rows, 1),
                               .breaks_not = db_col_i64(rows, 2),
                               .cannot_tell = db_col_i64(rows, 3)};
    return t->rule.ptr != NULL;
}

static bool tally_body(struct db *db, void *context, struct error *err)
{
    return each_row(db,
                    "SELECT rule, SUM(CASE answer WHEN 1 THEN 1 ELSE 0 END),"
                    " SUM(CASE answer WHEN 2 THEN 1 ELSE 0 END),"
                    " SUM(CASE answer WHEN 3 THEN 1 ELSE 0 END) FROM review_answer"
                    " WHERE exam_id = $1 GROUP BY rule ORDER BY rule",
                    context, take_tally, err);
}
_Static_assert(REVIEW_BREAKS == 1 && REVIEW_BREAKS_NOT == 2 && REVIEW_CANNOT_TELL == 3,
               "the sums above name the answers");

bool review_tally(struct proctor *p, struct str exam_id, struct arena *arena,
                  struct review_tally **ret, size_t *ret_len, struct error *err)
{
    struct reading r = {.id = exam_id, .arena = arena};
    if (!db_store_read(p->store, tally_body, &r, err))
        return false;
    *ret = r.tallies;
    *ret_len = r.len;
    return true;
}

/* ---- for appeals ---- */

bool review_has_decided_in(struct db *db, struct str session_id, int64_t user_ref, bool *ret,
                           struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db,
                        "SELECT 1 FROM review_outcome WHERE session_id = $1 AND user_ref = $2"
                        " LIMIT 1",
                        DB_ARGS(DB_TEXT(session_id), DB_I64(user_ref)), ret, &rows, err);
}

bool review_decided_by_in(struct db *db, struct str session_id, struct arena *arena,
                          struct str *ret, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT name FROM review_outcome WHERE session_id = $1"
                      " ORDER BY id DESC LIMIT 1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    struct str name = found ? db_col_copy(rows, 0, arena) : STR("");
    if (!name.ptr)
        return error_no_memory(err);
    *ret = name;
    return true;
}

bool review_overrule_in(struct db *db, struct str session_id, const struct review_person *by,
                        enum review_outcome outcome, struct error *err)
{
    struct saying s = {.session_id = session_id, .note = STR(""), .by = by, .outcome = outcome};
    return check_words(s.note, by, err) && decide_body(db, &s, err);
}

bool review_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "UPDATE review_outcome SET note = '' WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err) &&
           db_run(db, "DELETE FROM review_answer WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
