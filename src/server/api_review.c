/* The reviewer's side: one session with all that was found and said of it. */
#include "server/api_review.h"
#include "base/clock.h"
#include "proctor/analysis_job.h"
#include "proctor/document.h"
#include "proctor/event.h"
#include "proctor/exam.h"
#include "proctor/flag.h"
#include "proctor/report_session.h"
#include "proctor/review.h"
#include "proctor/session.h"
#include "proctor/stream.h"
#include "proctor/vouch.h"
#include "server/api_media.h"
#include "server/router.h"
#include "server/server.h"

#include <string.h>

static json_t *time_json(int64_t us) { return us ? json_integer(us) : json_null(); }

static json_t *text_json(struct str text)
{
    return json_stringn(text.ptr ? text.ptr : "", text.len);
}

static const struct analysis_job *job_of(const struct analysis_job *jobs, size_t len,
                                         const char *stream_id)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(jobs[i].stream_id, stream_id) == 0)
            return &jobs[i];
    return NULL;
}

static json_t *streams_json(const struct stream *streams, size_t len,
                            const struct analysis_job *jobs, size_t jobs_len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct stream *s = &streams[i];
        const struct analysis_job *job = job_of(jobs, jobs_len, s->id);
        if (!job) /* a file of the candidate's, no recording */
            continue;
        bool final = job->state == ANALYSIS_FINAL;
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:I, s:o, s:I, s:b, s:s, s:o, s:o}", "id", s->id, "kind",
                      stream_kind_name(s->kind), "mime", s->mime, "start_us",
                      (json_int_t)s->start_us, "duration_us",
                      final && job->duration_us >= 0 ? json_integer(job->duration_us) : json_null(),
                      "bytes", (json_int_t)s->size, "seekable", final && job->seekable, "analysis",
                      analysis_state_name(job->state), "problem",
                      job->problem[0] ? json_string(job->problem) : json_null(), "deleted_us",
                      time_json(s->deleted_us)));
    }
    return list;
}

json_t *review_flags_json(const struct flag_row *flags, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        const struct flag_row *row = &flags[i];
        const struct flag *f = &row->flag;
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:f, s:s, s:b}", "id",
                            (json_int_t)row->id, "stream", row->stream_id, "rule",
                            rule_name(f->rule), "title", rule_title(f->rule), "meaning",
                            rule_meaning(f->rule), "severity", severity_name(f->severity),
                            "from_us", (json_int_t)(row->start_us + f->from_us), "to_us",
                            (json_int_t)(row->start_us + f->to_us), "open", f->open, "confidence",
                            f->confidence, "numbers", f->numbers, "picture", row->picture));
    }
    return list;
}

json_t *review_incidents_json(const struct incident *incidents, size_t len,
                              const struct flag_row *flags)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        json_t *rules = json_array(), *ids = json_array();
        bool seen[RULE_COUNT] = {false};
        for (size_t k = incidents[i].first; k < incidents[i].first + incidents[i].len; k++) {
            json_array_append_new(ids, json_integer(flags[k].id));
            if (!seen[flags[k].flag.rule])
                json_array_append_new(rules, json_string(rule_name(flags[k].flag.rule)));
            seen[flags[k].flag.rule] = true;
        }
        json_array_append_new(list, json_pack("{s:I, s:I, s:s, s:o, s:o}", "from_us",
                                              (json_int_t)incidents[i].from_us, "to_us",
                                              (json_int_t)incidents[i].to_us, "severity",
                                              severity_name(incidents[i].severity), "rules", rules,
                                              "flags", ids));
    }
    return list;
}

static bool events_json(const struct event *events, size_t len, const struct review_seen *seen,
                        json_t **ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *list = json_array();
    for (size_t i = 0; i < len; i++) {
        json_t *detail;
        if (!json_parse(events[i].detail, &detail, err))
            return error_wrap(err, "event");
        if (!review_seen_event(seen, events[i].kind, detail)) {
            json_decref(detail);
            continue;
        }
        json_array_append_new(list, json_pack("{s:I, s:o, s:s, s:o}", "time_us",
                                              (json_int_t)events[i].time_us, "kind",
                                              text_json(events[i].kind), "title", events[i].title,
                                              "detail", detail));
    }
    *ret = TAKE(list);
    return true;
}

static json_t *consents_json(const struct session_consent_row *consents, size_t len)
{
    json_t *list = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:I}", "document",
                                              document_name(consents[i].document), "version",
                                              text_json(consents[i].version), "sha256",
                                              text_json(consents[i].sha256_hex), "accepted_us",
                                              (json_int_t)consents[i].accepted_us));
    return list;
}

static const char *kind_of(const struct review_entry *entry)
{
    return entry->overrules ? "appeal" : entry->settles ? "settled" : "decision";
}

static json_t *decisions_json(const struct review_entry *list, size_t len)
{
    json_t *array = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(
            array,
            json_pack("{s:I, s:s, s:s, s:o, s:o, s:I, s:I}", "id", (json_int_t)list[i].id, "kind",
                      kind_of(&list[i]), "outcome", review_outcome_name(list[i].outcome), "note",
                      text_json(list[i].note), "name", text_json(list[i].name), "user",
                      (json_int_t)list[i].user_ref, "time_us", (json_int_t)list[i].time_us));
    return array;
}

static json_t *answers_json(const struct review_answer_row *list, size_t len)
{
    json_t *array = json_array();
    for (size_t i = 0; i < len; i++)
        json_array_append_new(
            array, json_pack("{s:I, s:s, s:o, s:o, s:I, s:I}", "flag", (json_int_t)list[i].flag_id,
                             "answer", review_answer_name(list[i].answer), "note",
                             text_json(list[i].note), "name", text_json(list[i].name), "user",
                             (json_int_t)list[i].user_ref, "time_us", (json_int_t)list[i].time_us));
    return array;
}

static json_t *standing_json(const struct review_seen *seen)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "second", review_second_name(seen->asked),
                     "state", review_state_name(seen->state), "outcome",
                     review_outcome_name(seen->outcome), "own", review_outcome_name(seen->own),
                     "may", review_may_name(seen->may), "blind", seen->blind);
}

struct policy_query {
    struct str session_id;
    struct arena *arena;
    struct str ret;
};

static bool read_policy(struct db *db, void *context, struct error *err)
{
    struct policy_query *query = context;
    return session_policy_in(db, query->session_id, query->arena, &query->ret, err);
}

/* REVIEW of docs/protocol.md. */
static bool get_review(struct server *server, struct request *q, struct response *r,
                       struct error *err)
{
    struct proctor *p = server->proctor;
    struct str id = q->params[0];
    struct session s;
    struct proctored_exam exam;
    struct stream *streams;
    struct analysis_job *jobs;
    struct flag_row *flags;
    struct incident *incidents;
    struct event *events;
    struct session_consent_row *consents;
    struct review_seen seen;
    size_t streams_len, jobs_len, flags_len, incidents_len, events_len, consents_len;
    struct policy_query policy = {id, q->arena, {NULL, 0}};
    struct vouch vouch;
    CLEANUP(json_decrefp) json_t *policy_value = NULL;
    CLEANUP(json_decrefp) json_t *events_value = NULL;
    if (!session_find(p, id, &s, err) || !proctored_exam_find(p, str_from(s.exam_id), &exam, err) ||
        !stream_list(p, id, q->arena, &streams, &streams_len, err) ||
        !analysis_job_list(p, id, q->arena, &jobs, &jobs_len, err) ||
        !flag_list(p, id, q->arena, &flags, &flags_len, err) ||
        !flag_incidents(flags, flags_len, q->arena, &incidents, &incidents_len, err) ||
        !event_list(p, id, q->arena, &events, &events_len, err) ||
        !session_consents(p, id, q->arena, &consents, &consents_len, err) ||
        !review_seen(p, id, q->user.id, q->arena, &seen, err) ||
        !db_store_read(p->store, read_policy, &policy, err) ||
        !json_parse(policy.ret, &policy_value, err) ||
        !events_json(events, events_len, &seen, &events_value, err) ||
        !vouch_judge(events, events_len, &vouch, err))
        return false;
    json_t *session = json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s}", "id", s.id, "state",
                                session_state_name(s.state), "candidate", s.candidate, "started_us",
                                time_json(s.started_us), "ended_us", time_json(s.ended_us),
                                "uploaded_us", time_json(s.uploaded_us), "analysis",
                                analysis_state_name(analysis_of(jobs, jobs_len)));
    json_t *review = json_pack(
        "{s:o, s:o, s:I, s:o, s:o, s:o, s:O, s:{s:s, s:s}, s:O, s:o, s:o, s:o, s:o}", "session",
        session, "exam", review_exam_json(&exam), "server_us", (json_int_t)clock_wall_us(),
        "streams", streams_json(streams, streams_len, jobs, jobs_len), "flags",
        review_flags_json(flags, flags_len), "incidents",
        review_incidents_json(incidents, incidents_len, flags), "events", events_value, "vouch",
        "state", vouch_state_name(vouch.state), "words", vouch.words, "policy", policy_value,
        "documents", consents_json(consents, consents_len), "decisions",
        decisions_json(seen.decisions, seen.decisions_len), "answers",
        answers_json(seen.answers, seen.answers_len), "review", standing_json(&seen));
    return response_json(r, 200, review, err);
}

static bool get_picture(struct server *server, struct request *q, struct response *r,
                        struct error *err)
{
    int64_t flag_id;
    if (!request_param_i64(q, 1, &flag_id, err) ||
        !flag_picture(server->proctor, q->params[0], flag_id, &r->body, err))
        return false;
    response_header(r, "Content-Type", "image/jpeg");
    response_header(r, "Cache-Control", "no-store");
    return buf_ok(&r->body, err);
}

static bool get_report(struct server *server, struct request *q, struct response *r,
                       struct error *err)
{
    struct session s;
    struct str text;
    if (!session_find(server->proctor, q->params[0], &s, err) ||
        !report_session_text(server->proctor, q->params[0], q->arena, &text, err))
        return false;
    response_header(r, "Content-Type", "application/json");
    response_header(r, "Cache-Control", "no-store");
    buf_add(&r->body, text); /* the very bytes that were signed */
    return buf_ok(&r->body, err);
}

const struct route review_routes[] = {
    {HTTP_GET, "/api/review/sessions/:session", ROLE_STAFF, 0, get_review, NULL},
    {HTTP_GET, "/api/review/sessions/:session/streams/:stream/media", ROLE_STAFF, 0, api_media,
     NULL},
    {HTTP_GET, "/api/review/sessions/:session/flags/:flag/picture", ROLE_STAFF, 0, get_picture,
     NULL},
    {HTTP_GET, "/api/review/sessions/:session/report", ROLE_STAFF, 0, get_report, NULL},
    {HTTP_NONE, NULL, 0, 0, NULL, NULL},
};
