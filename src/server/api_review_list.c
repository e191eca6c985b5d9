/* The reviewer's lists: exams, the sessions of one (a page at a time, or all as CSV), and what
 * people said of an exam's incidents. */
#include "proctor/exam.h"
#include "proctor/summary.h"
#include "server/access.h"
#include "server/api_review.h"
#include "server/router.h"
#include "server/server.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PAGE_DEFAULT 50

json_t *review_exam_json(const struct proctored_exam *exam)
{
    return json_pack("{s:s, s:s, s:s}", "id", exam->id, "title", exam->title, "kind",
                     exam->practice ? "practice" : "exam");
}

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static bool get_exams(struct server *server, struct request *q, struct response *r,
                      struct error *err)
{
    struct proctored_exam *exams;
    size_t len;
    if (!proctored_exam_list(server->proctor, access_viewer(q), q->arena, &exams, &len, err))
        return false;
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        int64_t sessions, incidents;
        if (!summary_count(server->proctor, str_from(exams[i].id), &sessions, &incidents, err))
            return false;
        json_t *exam = review_exam_json(&exams[i]);
        json_object_set_new(exam, "sessions", json_integer(sessions));
        json_object_set_new(exam, "incidents", json_integer(incidents));
        json_array_append_new(list, exam);
    }
    return response_json(r, 200, json_pack("{s:O}", "exams", list), err);
}

/* ---- one exam's sessions ---- */

static bool read_sort(const struct request *q, enum summary_sort *ret, struct error *err)
{
    struct str given = request_query(q, "sort");
    *ret = SUMMARY_NEWEST;
    if (given.len == 0)
        return true;
    for (int i = 0; i < SUMMARY_SORTS; i++)
        if (str_eq(given, str_from(summary_sort_name((enum summary_sort)i)))) {
            *ret = (enum summary_sort)i;
            return true;
        }
    return error_set(err, ERROR_INVALID, "sort: must be newest, candidate or severity");
}

static bool read_state(const struct request *q, enum session_state *ret, struct error *err)
{
    struct str given = request_query(q, "state");
    *ret = SESSION_STATE_NONE;
    if (given.len == 0)
        return true;
    for (int i = SESSION_CREATED; i <= SESSION_REPORTED; i++)
        if (str_eq(given, str_from(session_state_name((enum session_state)i)))) {
            *ret = (enum session_state)i;
            return true;
        }
    return error_set(err, ERROR_INVALID, "state: there is no such state of a session");
}

static bool read_severity(const struct request *q, enum severity *ret, struct error *err)
{
    struct str given = request_query(q, "severity");
    *ret = SEVERITY_NONE;
    if (given.len == 0)
        return true;
    for (int i = SEVERITY_LOW; i < SEVERITY_COUNT; i++)
        if (str_eq(given, str_from(severity_name((enum severity)i)))) {
            *ret = (enum severity)i;
            return true;
        }
    return error_set(err, ERROR_INVALID, "severity: must be low, medium or high");
}

static bool read_identity(const struct request *q, struct summary_query *ret, struct error *err)
{
    struct str given = request_query(q, "identity");
    ret->by_identity = given.len > 0;
    if (given.len == 0)
        return true;
    for (int i = PROFILE_NONE; i < PROFILE_EXPIRED; i++)
        if (str_eq(given, str_from(profile_state_name((enum profile_state)i)))) {
            ret->identity = (enum profile_state)i;
            return true;
        }
    return error_set(err, ERROR_INVALID, "identity: must be none, pending, approved or rejected");
}

/* As this user sees it: "second" waits for their look, "waiting" for somebody else's. */
static const char *review_name(const struct summary *s, int64_t viewer)
{
    bool mine = s->review.first_ref == viewer || s->review.second_ref == viewer;
    return s->review.state == REVIEW_WAITING && !mine ? "second"
                                                      : review_state_name(s->review.state);
}

static bool read_review(const struct request *q, struct summary_query *ret, struct error *err)
{
    struct str given = request_query(q, "review");
    ret->viewer = q->user.id;
    if (given.len == 0)
        return true;
    if (str_eq(given, STR("second")))
        ret->review = REVIEW_WAITING;
    else if (str_eq(given, STR("differs")))
        ret->review = REVIEW_DIFFERS;
    else
        return error_set(err, ERROR_INVALID, "review: must be second or differs");
    return true;
}

static bool read_query(const struct request *q, struct summary_query *ret, struct error *err)
{
    struct str outcome = request_query(q, "outcome"), limit = request_query(q, "limit");
    struct str search = request_query(q, "q");
    uint64_t number = PAGE_DEFAULT;
    *ret = (struct summary_query){.exam_id = q->params[0],
                                  .search = search.ptr ? search : STR(""),
                                  .after = request_query(q, "after"),
                                  .by_outcome = outcome.len > 0};
    if (outcome.len && !review_outcome_from_name(outcome, &ret->outcome))
        return error_set(err, ERROR_INVALID, "outcome: there is no such outcome of a review");
    if (limit.len && (!str_to_u64(limit, &number) || number == 0 || number > SUMMARY_PAGE_MAX))
        return error_set(err, ERROR_INVALID, "limit: must be from 1 to %d", SUMMARY_PAGE_MAX);
    ret->limit = (size_t)number;
    return read_sort(q, &ret->sort, err) && read_state(q, &ret->state, err) &&
           read_severity(q, &ret->severity, err) && read_review(q, ret, err) &&
           read_identity(q, ret, err);
}

static json_t *session_json(const struct summary *s, int64_t viewer)
{
    json_t *flags = json_object();
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (s->rules[rule])
            json_object_set_new(flags, rule_name((enum rule)rule),
                                json_integer((json_int_t)s->rules[rule]));
    size_t high = s->incidents[SEVERITY_HIGH], medium = s->incidents[SEVERITY_MEDIUM];
    size_t low = s->incidents[SEVERITY_LOW];
    return json_pack(
        "{s:s, s:s, s:s, s:o, s:o, s:I, s:{s:I, s:I, s:I}, s:o, s:s, s:s, s:s, s:s}", "id",
        s->session_id, "candidate", s->candidate, "state", session_state_name(s->state),
        "started_us", time_json(s->started_us), "ended_us", time_json(s->ended_us), "incidents",
        (json_int_t)(high + medium + low), "severities", "high", (json_int_t)high, "medium",
        (json_int_t)medium, "low", (json_int_t)low, "flags", flags, "analysis",
        analysis_state_name(s->analysis), "outcome", review_outcome_name(s->outcome), "review",
        review_name(s, viewer), "identity", profile_state_name(s->identity));
}

static bool get_sessions(struct server *server, struct request *q, struct response *r,
                         struct error *err)
{
    struct proctored_exam exam;
    struct summary_query query;
    struct summary *list;
    size_t len;
    int64_t total;
    char next[SUMMARY_CURSOR_SIZE];
    if (!read_query(q, &query, err) ||
        !proctored_exam_find(server->proctor, q->params[0], &exam, err) ||
        !summary_list(server->proctor, &query, q->arena, &list, &len, &total, next, err))
        return false;
    json_t *sessions = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(sessions, session_json(&list[i], q->user.id));
    return response_json(r, 200,
                         json_pack("{s:o, s:o, s:I, s:o}", "exam", review_exam_json(&exam),
                                   "sessions", sessions, "total", (json_int_t)total, "next",
                                   next[0] ? json_string(next) : json_null()),
                         err);
}

/* ---- CSV (RFC 4180) ---- */

/* In quotes; what a spreadsheet would take for a formula gets an apostrophe before it. */
static void csv_text(struct buf *to, const char *text)
{
    buf_add_char(to, '"');
    if (text[0] && strchr("=+-@\t\r", text[0]))
        buf_add_char(to, '\'');
    for (; *text; text++) {
        if (*text == '"')
            buf_add_char(to, '"');
        buf_add_char(to, *text);
    }
    buf_add_char(to, '"');
}

static void csv_time(struct buf *to, int64_t us)
{
    time_t at = (time_t)(us / 1000000);
    struct tm tm;
    char text[32];
    buf_add_char(to, ',');
    if (us && gmtime_r(&at, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
        buf_add_c(to, text);
}

static void csv_row(struct buf *to, const struct summary *s, int64_t viewer)
{
    csv_text(to, s->candidate);
    buf_printf(to, ",%s,%s", s->session_id, session_state_name(s->state));
    csv_time(to, s->started_us);
    csv_time(to, s->ended_us);
    buf_printf(to, ",%zu,%zu,%zu,%s,%s,%s,%s,", s->incidents[SEVERITY_HIGH],
               s->incidents[SEVERITY_MEDIUM], s->incidents[SEVERITY_LOW],
               analysis_state_name(s->analysis), review_outcome_name(s->outcome),
               review_name(s, viewer), profile_state_name(s->identity));
    bool first = true;
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (s->rules[rule]) {
            buf_printf(to, "%s%s %zu", first ? "" : "; ", rule_name((enum rule)rule),
                       s->rules[rule]);
            first = false;
        }
    buf_add_c(to, "\r\n");
}

static bool get_csv(struct server *server, struct request *q, struct response *r, struct error *err)
{
    struct proctored_exam exam;
    struct summary_query query;
    char next[SUMMARY_CURSOR_SIZE] = "";
    if (!read_query(q, &query, err) ||
        !proctored_exam_find(server->proctor, q->params[0], &exam, err))
        return false;
    query.limit = SUMMARY_PAGE_MAX;
    query.after = STR("");
    response_header(r, "Content-Type", "text/csv; charset=utf-8");
    response_header(r, "Content-Disposition", "attachment; filename=\"sessions.csv\"");
    response_header(r, "Cache-Control", "no-store");
    buf_add_c(&r->body, "candidate,session,state,started,ended,high,medium,low,analysis,outcome,"
                        "review,identity,flags\r\n");
    do {
        CLEANUP(arena_done) struct arena arena = {0};
        struct summary *list;
        size_t len;
        if (!summary_list(server->proctor, &query, &arena, &list, &len, NULL, next, err))
            return false;
        for (size_t i = 0; i < len; i++)
            csv_row(&r->body, &list[i], q->user.id);
        query.after = str_from(next);
    } while (next[0]);
    return buf_ok(&r->body, err);
}

/* ---- an exam's summary ---- */

static bool get_summary(struct server *server, struct request *q, struct response *r,
                        struct error *err)
{
    struct proctored_exam exam;
    struct review_tally *list;
    size_t len;
    int64_t sessions, incidents;
    if (!proctored_exam_find(server->proctor, q->params[0], &exam, err) ||
        !summary_count(server->proctor, q->params[0], &sessions, &incidents, err) ||
        !review_tally(server->proctor, q->user.id, q->params[0], q->arena, &list, &len, err))
        return false;
    json_t *rules = json_array();
    for (size_t i = 0; i < len; i++) {
        int64_t told = list[i].breaks + list[i].breaks_not;
        json_array_append_new(
            rules,
            json_pack("{s:s%, s:I, s:I, s:I, s:o}", "rule", list[i].rule.ptr, list[i].rule.len,
                      "breaks", (json_int_t)list[i].breaks, "breaks_not",
                      (json_int_t)list[i].breaks_not, "cannot_tell",
                      (json_int_t)list[i].cannot_tell, "false_rate",
                      told ? json_real((double)list[i].breaks_not / (double)told) : json_null()));
    }
    return response_json(r, 200,
                         json_pack("{s:o, s:I, s:I, s:o}", "exam", review_exam_json(&exam),
                                   "sessions", (json_int_t)sessions, "incidents",
                                   (json_int_t)incidents, "rules", rules),
                         err);
}

const struct route review_list_routes[] = {
    {HTTP_GET, "/api/review/exams", ROLE_STAFF, 0, get_exams, NULL},
    {HTTP_GET, "/api/review/exams/:exam/sessions", ROLE_STAFF, 0, get_sessions, NULL},
    {HTTP_GET, "/api/review/exams/:exam/csv", ROLE_STAFF, 0, get_csv, NULL},
    {HTTP_GET, "/api/review/exams/:exam/summary", ROLE_STAFF, 0, get_summary, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
