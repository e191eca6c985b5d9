#include "proctor/summary.h"

#include "base/buf.h"
#include "base/json.h"
#include "proctor/flag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- making ---- */

/* One of high severity comes before any number (up to 1023) of medium ones. */
static int64_t weight_of(const size_t incidents[SEVERITY_COUNT])
{
    int64_t weight = 0;
    for (int s = SEVERITY_HIGH; s > SEVERITY_NONE; s--)
        weight = weight * 1024 + (int64_t)MIN(incidents[s], (size_t)1023);
    return weight;
}

static bool rules_text(const size_t rules[RULE_COUNT], char **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = json_object();
    if (!object)
        return error_no_memory(err);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (rules[rule] && json_object_set_new(object, rule_name((enum rule)rule),
                                               json_integer((json_int_t)rules[rule])))
            return error_no_memory(err);
    return json_text(object, ret, err);
}

static bool refresh(struct db *db, struct str session_id, struct arena *arena, struct error *err)
{
    struct session s;
    struct flag_counts counts;
    enum analysis_state analysis;
    struct review_standing review;
    enum profile_state identity;
    CLEANUP(freep) char *rules = NULL;
    if (!session_find_in(db, session_id, &s, err) ||
        !flag_count_in(db, session_id, arena, &counts, err) ||
        !analysis_job_state_in(db, session_id, &analysis, err) ||
        !review_standing_in(db, session_id, &review, err) ||
        !profile_state_in(db, s.user_ref, &identity, err) || !rules_text(counts.rules, &rules, err))
        return false;
    return db_run(
        db,
        "INSERT INTO session_summary (session_id, exam_id, candidate, state, created_us,"
        " started_us, ended_us, high, medium, low, weight, rules, analysis, outcome, review,"
        " first_ref, second_ref, user_ref, identity, stale)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,"
        " $19, 0)"
        " ON CONFLICT (session_id) DO UPDATE SET candidate = excluded.candidate,"
        " state = excluded.state, started_us = excluded.started_us,"
        " ended_us = excluded.ended_us, high = excluded.high, medium = excluded.medium,"
        " low = excluded.low, weight = excluded.weight, rules = excluded.rules,"
        " analysis = excluded.analysis, outcome = excluded.outcome,"
        " review = excluded.review, first_ref = excluded.first_ref,"
        " second_ref = excluded.second_ref, user_ref = excluded.user_ref,"
        " identity = excluded.identity, stale = 0",
        DB_ARGS(DB_TEXT(session_id), DB_TEXT(str_from(s.exam_id)), DB_TEXT(str_from(s.candidate)),
                DB_I64(s.state), DB_I64(s.created_us), DB_I64(s.started_us), DB_I64(s.ended_us),
                DB_U64(counts.severities[SEVERITY_HIGH]),
                DB_U64(counts.severities[SEVERITY_MEDIUM]), DB_U64(counts.severities[SEVERITY_LOW]),
                DB_I64(weight_of(counts.severities)), DB_TEXT(str_from(rules)), DB_I64(analysis),
                DB_I64(review.outcome), DB_I64(review.state), DB_I64(review.first_ref),
                DB_I64(review.second_ref), DB_I64(s.user_ref), DB_I64(identity)),
        NULL, err);
}

bool summary_refresh_in(struct db *db, struct str session_id, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    return refresh(db, session_id, &arena, err);
}

bool summary_identity_in(struct db *db, int64_t user_ref, enum profile_state state,
                         struct error *err)
{
    return db_run(db, "UPDATE session_summary SET identity = $1 WHERE user_ref = $2",
                  DB_ARGS(DB_I64(state), DB_I64(user_ref)), NULL, err);
}

static bool stale_body(struct db *db, void *context, struct error *err)
{
    const size_t *max = context;
    for (size_t i = 0; i < *max; i++) {
        CLEANUP(db_donep) struct db_stmt *rows = NULL;
        char id[ID_TEXT_SIZE];
        bool found;
        if (!db_query_one(db, "SELECT session_id FROM session_summary WHERE stale = 1 LIMIT 1",
                          DB_NO_ARGS, &found, &rows, err))
            return false;
        if (!found)
            return true;
        str_into(db_col_text(rows, 0), id, sizeof id);
        db_donep(&rows);
        rows = NULL;
        if (!summary_refresh_in(db, str_from(id), err))
            return false;
    }
    return true;
}

static bool any_stale_body(struct db *db, void *context, struct error *err)
{
    bool *any = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    return db_query_one(db, "SELECT 1 FROM session_summary WHERE stale = 1 LIMIT 1", DB_NO_ARGS,
                        any, &rows, err);
}

bool summary_refresh_stale(struct proctor *p, size_t max, struct error *err)
{
    bool any;
    return db_store_read(p->store, any_stale_body, &any, err) &&
           (!any || db_store_write(p->store, stale_body, &max, err));
}

/* ---- listing ---- */

/* Each sort is an index; behind equal keys the session's id decides. */
static const struct {
    const char *name, *key, *order, *beyond;
    bool is_text;
} sorts[SUMMARY_SORTS] = {
    [SUMMARY_NEWEST] = {"newest", "created_us", "created_us DESC, session_id DESC",
                        "(created_us, session_id) < ($3, $4)", false},
    [SUMMARY_CANDIDATE] = {"candidate", "candidate", "candidate, session_id",
                           "(candidate, session_id) > ($3, $4)", true},
    [SUMMARY_SEVERITY] = {"severity", "weight", "weight DESC, session_id DESC",
                          "(weight, session_id) < ($3, $4)", false},
};

const char *summary_sort_name(enum summary_sort sort) { return sorts[sort].name; }

/* What the filters leave; the numbers are in order of first use as db.h asks. A filter that is off
 * compares its parameter with itself. */
#define FILTERS " WHERE exam_id = $1 AND lower(candidate) LIKE lower($2) ESCAPE '\\'"
#define MORE_FILTERS(a, b, c, d, e, f, g, h)                                                       \
    " AND (" a " = 0 OR state = " a ") AND (" b " = 0 OR high > 0 OR (" b " < 3 AND medium > 0)"   \
    " OR (" b " < 2 AND low > 0)) AND (" c " = 0 OR outcome = " d ")"                              \
    " AND (" e " = 0 OR (review = " e " AND first_ref <> " f " AND second_ref <> " f "))"          \
    " AND (" g " = 0 OR identity = " h ")"

struct listing {
    const struct summary_query *q;
    struct str pattern; /* q->search for LIKE */
    struct arena *arena;
    struct summary *list;
    size_t len;
    bool count; /* is `total` asked for? */
    int64_t total;
    char next[SUMMARY_CURSOR_SIZE];
};

static void like_pattern(struct str text, struct buf *to)
{
    buf_add_char(to, '%');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '%' || text.ptr[i] == '_' || text.ptr[i] == '\\')
            buf_add_char(to, '\\');
        buf_add_char(to, text.ptr[i]);
    }
    buf_add_char(to, '%');
}

static bool count_total(struct db *db, struct listing *l, struct error *err)
{
    const struct summary_query *q = l->q;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(
            db,
            "SELECT COUNT(*) FROM session_summary" FILTERS MORE_FILTERS("$3", "$4", "$5", "$6",
                                                                        "$7", "$8", "$9", "$10"),
            DB_ARGS(DB_TEXT(q->exam_id), DB_TEXT(l->pattern), DB_I64(q->state), DB_I64(q->severity),
                    DB_I64(q->by_outcome), DB_I64(q->outcome), DB_I64(q->review), DB_I64(q->viewer),
                    DB_I64(q->by_identity), DB_I64(q->identity)),
            &found, &rows, err))
        return false;
    l->total = found ? db_col_i64(rows, 0) : 0;
    return true;
}

/* "KEY/ID": the last row of the page before. */
static bool read_cursor(const struct summary_query *q, struct db_value *ret_key, struct str *ret_id,
                        struct error *err)
{
    struct str text = q->after;
    int64_t number;
    size_t slash = text.len;
    while (slash > 0 && text.ptr[slash - 1] != '/')
        slash--;
    if (slash == 0)
        return error_set(err, ERROR_INVALID, "after: is not where a page ended");
    struct str key = str_slice(text, 0, slash - 1);
    *ret_id = str_slice(text, slash, text.len);
    if (sorts[q->sort].is_text) {
        *ret_key = DB_TEXT(key);
        return true;
    }
    if (!str_to_i64(key, &number))
        return error_set(err, ERROR_INVALID, "after: is not where a page ended in this order");
    *ret_key = DB_I64(number);
    return true;
}

#define COLUMNS                                                                                    \
    "SELECT session_id, candidate, state, created_us, started_us, ended_us, high, medium, low,"    \
    " weight, rules, analysis, outcome, review, first_ref, second_ref, identity FROM "             \
    "session_summary"

static bool read_rules(struct str text, size_t ret[RULE_COUNT], struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = NULL;
    if (!json_parse(text, &object, err))
        return error_wrap(err, "the summary of a session");
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        json_int_t n = json_integer_value(json_object_get(object, rule_name((enum rule)rule)));
        ret[rule] = n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool read_row(struct db_stmt *rows, struct summary *ret, struct error *err)
{
    *ret = (struct summary){
        .state = (enum session_state)db_col_i64(rows, 2),
        .created_us = db_col_i64(rows, 3),
        .started_us = db_col_i64(rows, 4),
        .ended_us = db_col_i64(rows, 5),
        .analysis = (enum analysis_state)db_col_i64(rows, 11),
        .outcome = (enum review_outcome)db_col_i64(rows, 12),
        .review = {.state = (enum review_state)db_col_i64(rows, 13),
                   .outcome = (enum review_outcome)db_col_i64(rows, 12),
                   .first_ref = db_col_i64(rows, 14),
                   .second_ref = db_col_i64(rows, 15)},
        .identity = (enum profile_state)db_col_i64(rows, 16),
    };
    ret->incidents[SEVERITY_HIGH] = (size_t)db_col_i64(rows, 6);
    ret->incidents[SEVERITY_MEDIUM] = (size_t)db_col_i64(rows, 7);
    ret->incidents[SEVERITY_LOW] = (size_t)db_col_i64(rows, 8);
    str_into(db_col_text(rows, 0), ret->session_id, sizeof ret->session_id);
    str_into(db_col_text(rows, 1), ret->candidate, sizeof ret->candidate);
    return read_rules(db_col_text(rows, 10), ret->rules, err);
}

static void write_cursor(struct listing *l, const struct summary *last)
{
    switch (l->q->sort) {
    case SUMMARY_CANDIDATE:
        snprintf(l->next, sizeof l->next, "%s/%s", last->candidate, last->session_id);
        break;
    case SUMMARY_SEVERITY:
        snprintf(l->next, sizeof l->next, "%" PRId64 "/%s", weight_of(last->incidents),
                 last->session_id);
        break;
    case SUMMARY_NEWEST:
    case SUMMARY_SORTS:
        snprintf(l->next, sizeof l->next, "%" PRId64 "/%s", last->created_us, last->session_id);
        break;
    }
}

static bool take_rows(struct db_stmt *rows, struct listing *l, struct error *err)
{
    l->list = arena_alloc(l->arena, l->q->limit * sizeof *l->list);
    if (!l->list)
        return error_no_memory(err);
    for (bool row = true; row;) {
        if (!db_next(rows, &row, err))
            return false;
        if (!row)
            break;
        if (l->len == l->q->limit) { /* one more than asked for was read: there is a next page */
            write_cursor(l, &l->list[l->len - 1]);
            break;
        }
        if (!read_row(rows, &l->list[l->len], err))
            return false;
        l->len++;
    }
    return true;
}

static bool list_body(struct db *db, void *context, struct error *err)
{
    struct listing *l = context;
    const struct summary_query *q = l->q;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    struct db_value key = DB_NULL;
    struct str id = {0};
    char sql[1600];
    if ((l->count && !count_total(db, l, err)) || (q->after.len && !read_cursor(q, &key, &id, err)))
        return false;
    if (q->after.len == 0) {
        snprintf(sql, sizeof sql,
                 COLUMNS FILTERS MORE_FILTERS("$3", "$4", "$5", "$6", "$7", "$8", "$9",
                                              "$10") " ORDER BY %s LIMIT $11",
                 sorts[q->sort].order);
        return db_query(db, sql,
                        DB_ARGS(DB_TEXT(q->exam_id), DB_TEXT(l->pattern), DB_I64(q->state),
                                DB_I64(q->severity), DB_I64(q->by_outcome), DB_I64(q->outcome),
                                DB_I64(q->review), DB_I64(q->viewer), DB_I64(q->by_identity),
                                DB_I64(q->identity), DB_U64(q->limit + 1)),
                        &rows, err) &&
               take_rows(rows, l, err);
    }
    snprintf(sql, sizeof sql,
             COLUMNS FILTERS " AND %s" MORE_FILTERS("$5", "$6", "$7", "$8", "$9", "$10", "$11",
                                                    "$12") " ORDER BY %s LIMIT $13",
             sorts[q->sort].beyond, sorts[q->sort].order);
    return db_query(db, sql,
                    DB_ARGS(DB_TEXT(q->exam_id), DB_TEXT(l->pattern), key, DB_TEXT(id),
                            DB_I64(q->state), DB_I64(q->severity), DB_I64(q->by_outcome),
                            DB_I64(q->outcome), DB_I64(q->review), DB_I64(q->viewer),
                            DB_I64(q->by_identity), DB_I64(q->identity), DB_U64(q->limit + 1)),
                    &rows, err) &&
           take_rows(rows, l, err);
}

bool summary_list(struct proctor *p, const struct summary_query *query, struct arena *arena,
                  struct summary **ret, size_t *ret_len, int64_t *ret_total,
                  char ret_next[SUMMARY_CURSOR_SIZE], struct error *err)
{
    struct listing l = {.q = query, .arena = arena, .count = ret_total != NULL};
    CLEANUP(buf_done) struct buf pattern = {0};
    if (query->limit == 0 || query->limit > SUMMARY_PAGE_MAX)
        return error_set(err, ERROR_INVALID, "limit: must be from 1 to %d", SUMMARY_PAGE_MAX);
    if (query->search.len > SUMMARY_SEARCH_MAX || !str_is_utf8(query->search))
        return error_set(err, ERROR_INVALID, "q: must be text of at most %d bytes",
                         SUMMARY_SEARCH_MAX);
    like_pattern(query->search, &pattern);
    l.pattern = buf_str(&pattern);
    if (!buf_ok(&pattern, err) || !db_store_read(p->store, list_body, &l, err))
        return false;
    *ret = l.list;
    *ret_len = l.len;
    if (ret_total)
        *ret_total = l.total;
    memcpy(ret_next, l.next, sizeof l.next);
    return true;
}

struct counting {
    struct str exam_id;
    int64_t sessions, incidents;
};

static bool counting_body(struct db *db, void *context, struct error *err)
{
    struct counting *c = context;
    CLEANUP(db_donep) struct db_stmt *rows = NULL;
    bool found;
    if (!db_query_one(db,
                      "SELECT COUNT(*), COALESCE(SUM(high + medium + low), 0)"
                      " FROM session_summary WHERE exam_id = $1",
                      DB_ARGS(DB_TEXT(c->exam_id)), &found, &rows, err))
        return false;
    c->sessions = db_col_i64(rows, 0);
    c->incidents = db_col_i64(rows, 1);
    return true;
}

bool summary_count(struct proctor *p, struct str exam_id, int64_t *ret_sessions,
                   int64_t *ret_incidents, struct error *err)
{
    struct counting c = {.exam_id = exam_id};
    if (!db_store_read(p->store, counting_body, &c, err))
        return false;
    *ret_sessions = c.sessions;
    *ret_incidents = c.incidents;
    return true;
}
