#include "proctor/review.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"
#include "proctor/second.h"
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

const char *review_state_name(enum review_state state)
{
    static const char *const names[] = {[REVIEW_OPEN] = "open",
                                        [REVIEW_WAITING] = "waiting",
                                        [REVIEW_DIFFERS] = "differs",
                                        [REVIEW_SETTLED] = "settled"};
    return state > REVIEW_STATE_NONE && state <= REVIEW_SETTLED ? names[state] : "open";
}

const char *review_may_name(enum review_may may)
{
    static const char *const names[] = {[REVIEW_MAY_DECIDE] = "decide",
                                        [REVIEW_MAY_SETTLE] = "settle",
                                        [REVIEW_MAY_NOTHING] = "nothing"};
    return may > REVIEW_MAY_NONE && may <= REVIEW_MAY_NOTHING ? names[may] : "nothing";
}

/* ---- reading ---- */

static bool read_entry(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct review_entry *e = to;
    *e = (struct review_entry){.id = db_col_i64(rows, 0),
                               .user_ref = db_col_i64(rows, 1),
                               .time_us = db_col_i64(rows, 2),
                               .outcome = (enum review_outcome)db_col_i64(rows, 3),
                               .name = db_col_copy(rows, 4, arena),
                               .note = db_col_copy(rows, 5, arena),
                               .settles = db_col_i64(rows, 6) != 0,
                               .overrules = db_col_i64(rows, 7) != 0};
    return (e->name.ptr && e->note.ptr) || error_no_memory(err);
}

/* The newest first. */
static bool history_in(struct db *db, struct str session_id, struct arena *arena,
                       struct review_entry **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT id, user_ref, time_us, outcome, name, note, settles, overrules"
                    " FROM review_outcome WHERE session_id = $1 ORDER BY id DESC",
                    DB_ARGS(DB_TEXT(session_id)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_entry, ret, ret_len, err);
}

static bool read_answer(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct review_answer_row *a = to;
    *a = (struct review_answer_row){.flag_id = db_col_i64(rows, 0),
                                    .user_ref = db_col_i64(rows, 1),
                                    .time_us = db_col_i64(rows, 2),
                                    .answer = (enum review_answer)db_col_i64(rows, 3),
                                    .name = db_col_copy(rows, 4, arena),
                                    .note = db_col_copy(rows, 5, arena)};
    return (a->name.ptr && a->note.ptr) || error_no_memory(err);
}

static bool answers_in(struct db *db, struct str session_id, struct arena *arena,
                       struct review_answer_row **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT flag_id, user_ref, time_us, answer, name, note FROM review_answer"
                    " WHERE session_id = $1 ORDER BY flag_id, time_us",
                    DB_ARGS(DB_TEXT(session_id)), &rows, err) &&
           db_collect(rows, arena, sizeof **ret, read_answer, ret, ret_len, err);
}

/* What the decisions make together. */
static bool second_in(struct db *db, struct str session_id, struct arena *arena, struct second *ret,
                      struct error *err)
{
    struct policy *policy = ARENA_NEW(arena, struct policy);
    struct review_entry *entries;
    size_t len;
    if (!policy)
        return error_no_memory(err);
    if (!session_read_policy_in(db, session_id, arena, policy, err) ||
        !history_in(db, session_id, arena, &entries, &len, err))
        return false;
    second_begin(ret, policy->review.second);
    for (size_t i = len; i > 0; i--) {
        const struct review_entry *e = &entries[i - 1];
        const struct second_word word = {e->user_ref, e->outcome, e->settles, e->overrules};
        if (!second_add(ret, &word, err)) /* it was taken when it was said */
            return error_set(err, ERROR_INTERNAL, "the decisions of this session do not follow");
    }
    return true;
}

/* ---- saying ---- */

struct saying {
    bool settles, overrules; /* of a decision */
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

static const char *name_of(const struct review_entry *newest, size_t len, int64_t user_ref)
{
    for (size_t i = 0; i < len; i++)
        if (newest[i].user_ref == user_ref)
            return newest[i].name.ptr;
    return "";
}

/* The names of those whose decision counts, as a candidate may come to read them. */
static bool names_of(const struct second *second, const struct review_entry *entries, size_t len,
                     struct buf *to, struct error *err)
{
    bool third = second->third.user_ref != 0;
    buf_add_c(to, name_of(entries, len, third ? second->third.user_ref : second->first.user_ref));
    if (!third && second->second.user_ref)
        buf_printf(to, ", %s", name_of(entries, len, second->second.user_ref));
    return buf_ok(to, err);
}

/* Where it stands now, for the lists and for what may be shown. */
static bool put_standing(struct db *db, struct str session_id, const struct second *second,
                         struct arena *arena, struct error *err)
{
    CLEANUP(buf_done) struct buf names = {0};
    struct review_entry *entries;
    size_t len;
    return history_in(db, session_id, arena, &entries, &len, err) &&
           names_of(second, entries, len, &names, err) &&
           db_run(db,
                  "INSERT INTO review_standing (session_id, state, outcome, first_ref, second_ref,"
                  " names) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (session_id) DO UPDATE SET"
                  " state = excluded.state, outcome = excluded.outcome,"
                  " first_ref = excluded.first_ref, second_ref = excluded.second_ref,"
                  " names = excluded.names",
                  DB_ARGS(DB_TEXT(session_id), DB_I64(second->state),
                          DB_I64(second_outcome(second)), DB_I64(second->first.user_ref),
                          DB_I64(second->second.user_ref), DB_TEXT(buf_str(&names))),
                  NULL, err) &&
           db_run(db, "UPDATE review_answer SET shown = $1 WHERE session_id = $2",
                  DB_ARGS(DB_I64(!second_is_blind(second)), DB_TEXT(session_id)), NULL, err) &&
           summary_refresh_in(db, session_id, err);
}

static bool put_decision(struct db *db, const struct saying *s, const struct second *second,
                         struct error *err)
{
    int64_t id;
    return db_insert(db,
                     "INSERT INTO review_outcome (session_id, user_ref, name, outcome, note,"
                     " time_us, settles, overrules) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                     DB_ARGS(DB_TEXT(s->session_id), DB_I64(s->by->user_ref), DB_TEXT(s->by->name),
                             DB_I64(s->outcome), DB_TEXT(s->note), DB_I64(clock_wall_us()),
                             DB_I64(s->settles), DB_I64(s->overrules)),
                     &id, err) &&
           add_evidence(db, s, "decision",
                        json_pack("{s:s, s:s}", "outcome", review_outcome_name(s->outcome), "state",
                                  review_state_name(second->state)),
                        err);
}

static bool decide_body(struct db *db, void *context, struct error *err)
{
    const struct saying *s = context;
    const struct second_word word = {s->by->user_ref, s->outcome, s->settles, s->overrules};
    CLEANUP(arena_done) struct arena arena = {0};
    struct session session;
    struct second second;
    if (!session_find_in(db, s->session_id, &session, err))
        return false;
    if (session.state < SESSION_ENDED)
        return error_set(err, ERROR_CONFLICT, "the exam is still going on");
    return second_in(db, s->session_id, &arena, &second, err) && second_add(&second, &word, err) &&
           put_decision(db, s, &second, err) &&
           put_standing(db, s->session_id, &second, &arena, err);
}

bool review_decide(struct proctor *p, struct str session_id, const struct review_person *by,
                   enum review_outcome outcome, bool settles, struct str note, struct error *err)
{
    struct saying s = {.session_id = session_id,
                       .note = note.ptr ? note : STR(""),
                       .by = by,
                       .outcome = outcome,
                       .settles = settles};
    if (settles && outcome != REVIEW_NONE && str_trim(s.note).len == 0)
        return error_set(err, ERROR_INVALID, "note: say why you settle it so");
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
    struct second second;
    struct flag_row flag;
    if (!session_find_in(db, s->session_id, &session, err) ||
        !second_in(db, s->session_id, &arena, &second, err) ||
        !find_incident(db, s, &arena, &flag, err))
        return false;
    return db_run(db,
                  "INSERT INTO review_answer (session_id, exam_id, flag_id, rule, user_ref, name,"
                  " answer, note, time_us, shown) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                  " ON CONFLICT (session_id, flag_id, user_ref) DO UPDATE SET"
                  " answer = excluded.answer, note = excluded.note, time_us = excluded.time_us",
                  DB_ARGS(DB_TEXT(s->session_id), DB_TEXT(str_from(session.exam_id)),
                          DB_I64(s->flag_id), DB_TEXT(str_from(rule_name(flag.flag.rule))),
                          DB_I64(s->by->user_ref), DB_TEXT(s->by->name), DB_I64(s->answer),
                          DB_TEXT(s->note), DB_I64(clock_wall_us()),
                          DB_I64(!second_is_blind(&second))),
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

/* ---- what may be seen ---- */

struct seeing {
    struct str session_id;
    struct arena *arena;
    struct review_seen seen;
};

static void keep_seen(struct review_seen *s)
{
    size_t decisions = 0, said = 0;
    for (size_t i = 0; i < s->decisions_len; i++)
        if (review_seen_word(s, s->decisions[i].user_ref))
            s->decisions[decisions++] = s->decisions[i];
    for (size_t i = 0; i < s->answers_len; i++)
        if (review_seen_word(s, s->answers[i].user_ref))
            s->answers[said++] = s->answers[i];
    s->decisions_len = decisions;
    s->answers_len = said;
}

static bool seen_body(struct db *db, void *context, struct error *err)
{
    struct seeing *x = context;
    struct review_seen *s = &x->seen;
    struct second second;
    if (!second_in(db, x->session_id, x->arena, &second, err) ||
        !history_in(db, x->session_id, x->arena, &s->decisions, &s->decisions_len, err) ||
        !answers_in(db, x->session_id, x->arena, &s->answers, &s->answers_len, err))
        return false;
    s->asked = second.asked;
    s->state = second.state;
    s->outcome = second_outcome(&second);
    s->own = second_own(&second, s->viewer);
    s->may = second_may(&second, s->viewer);
    s->blind = second_is_blind(&second);
    keep_seen(s);
    return true;
}

bool review_seen(struct proctor *p, struct str session_id, int64_t viewer, struct arena *arena,
                 struct review_seen *ret, struct error *err)
{
    struct seeing x = {.session_id = session_id, .arena = arena, .seen = {.viewer = viewer}};
    if (!db_store_read(p->store, seen_body, &x, err))
        return false;
    *ret = x.seen;
    return true;
}

bool review_seen_word(const struct review_seen *seen, int64_t author_ref)
{
    return !seen->blind || (seen->viewer != 0 && author_ref == seen->viewer);
}

bool review_seen_event(const struct review_seen *seen, struct str kind, const json_t *detail)
{
    static const char *const words[] = {"decision", "incident-answered", "note", "viewed"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(kind, str_from(words[i])))
            return review_seen_word(seen, json_integer_value(json_object_get(detail, "user")));
    return true;
}

bool review_standing_in(struct db *db, struct str session_id, struct review_standing *ret,
                        struct error *err)
{
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT state, outcome, first_ref, second_ref FROM review_standing"
                      " WHERE session_id = $1",
                      DB_ARGS(DB_TEXT(session_id)), &found, &rows, err))
        return false;
    *ret = (struct review_standing){.state = REVIEW_OPEN};
    if (found)
        *ret = (struct review_standing){.state = (enum review_state)db_col_i64(rows, 0),
                                        .outcome = (enum review_outcome)db_col_i64(rows, 1),
                                        .first_ref = db_col_i64(rows, 2),
                                        .second_ref = db_col_i64(rows, 3)};
    return true;
}

bool review_outcome_in(struct db *db, struct str session_id, enum review_outcome *ret,
                       struct error *err)
{
    struct review_standing standing;
    if (!review_standing_in(db, session_id, &standing, err))
        return false;
    *ret = standing.outcome;
    return true;
}

/* ---- the tally of an exam ---- */

struct tallying {
    int64_t viewer;
    struct str exam_id;
    struct arena *arena;
    struct review_tally *list;
    size_t len;
};

static bool read_tally(struct db_stmt *rows, struct arena *arena, void *to, struct error *err)
{
    struct review_tally *t = to;
    *t = (struct review_tally){.rule = db_col_copy(rows, 0, arena),
                               .breaks = db_col_i64(rows, 1),
                               .breaks_not = db_col_i64(rows, 2),
                               .cannot_tell = db_col_i64(rows, 3)};
    return t->rule.ptr || error_no_memory(err);
}

static bool tally_body(struct db *db, void *context, struct error *err)
{
    struct tallying *t = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query(db,
                    "SELECT rule, SUM(CASE answer WHEN 1 THEN 1 ELSE 0 END),"
                    " SUM(CASE answer WHEN 2 THEN 1 ELSE 0 END),"
                    " SUM(CASE answer WHEN 3 THEN 1 ELSE 0 END) FROM review_answer"
                    " WHERE exam_id = $1 AND (shown = 1 OR user_ref = $2)"
                    " GROUP BY rule ORDER BY rule",
                    DB_ARGS(DB_TEXT(t->exam_id), DB_I64(t->viewer)), &rows, err) &&
           db_collect(rows, t->arena, sizeof *t->list, read_tally, &t->list, &t->len, err);
}
_Static_assert(REVIEW_BREAKS == 1 && REVIEW_BREAKS_NOT == 2 && REVIEW_CANNOT_TELL == 3,
               "the sums above name the answers");

bool review_tally(struct proctor *p, int64_t viewer, struct str exam_id, struct arena *arena,
                  struct review_tally **ret, size_t *ret_len, struct error *err)
{
    struct tallying t = {.viewer = viewer, .exam_id = exam_id, .arena = arena};
    if (!db_store_read(p->store, tally_body, &t, err))
        return false;
    *ret = t.list;
    *ret_len = t.len;
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
    if (!db_query_one(db, "SELECT names FROM review_standing WHERE session_id = $1",
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
    struct saying s = {
        .session_id = session_id, .note = STR(""), .by = by, .outcome = outcome, .overrules = true};
    return check_words(s.note, by, err) && decide_body(db, &s, err);
}

bool review_forget_in(struct db *db, struct str session_id, struct error *err)
{
    return db_run(db, "UPDATE review_outcome SET note = '' WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err) &&
           db_run(db, "DELETE FROM review_answer WHERE session_id = $1",
                  DB_ARGS(DB_TEXT(session_id)), NULL, err);
}
