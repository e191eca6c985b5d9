#include "proctor/report_session.h"

#include "analysis/report.h"
#include "base/clock.h"
#include "proctor/analysis_job.h"
#include "proctor/coverage.h"
#include "proctor/event_flags.h"
#include "proctor/evidence.h"
#include "proctor/exam.h"
#include "proctor/flag.h"
#include "proctor/session.h"
#include "proctor/signed_text.h"
#include "proctor/stream.h"

#include <stdlib.h>
#include <string.h>

/* Everything that a report is made of. Nothing of it changes any more once the session is uploaded
 * and its analyses have ended. */
struct material {
    struct proctor *p;
    struct arena arena;
    struct session session;
    struct proctored_exam exam;
    struct stream *streams;
    size_t streams_len;
    struct analysis_job *jobs;
    size_t jobs_len;
    struct flag_row *flags;
    size_t flags_len;
    struct incident *incidents;
    size_t incidents_len;
    json_t *analysis; /* owned: the report of the recordings */
    json_t *report;   /* owned: the whole, without chain and signature */
};

static void material_done(struct material *m)
{
    json_decref(m->analysis);
    json_decref(m->report);
    arena_done(&m->arena);
}

static const struct analysis_job *job_of(const struct material *m, const struct stream *s)
{
    for (size_t i = 0; i < m->jobs_len; i++)
        if (str_eq(str_from(m->jobs[i].stream_id), str_from(s->id)))
            return &m->jobs[i];
    return NULL;
}

/* ---- the recordings ---- */

static int by_time_then_rule(const void *a, const void *b) { return report_flag_order(a, b); }

static bool fill_recording(struct material *m, const struct stream *s,
                           const struct analysis_job *job, struct report_recording *ret,
                           struct error *err)
{
    struct flag_row *rows;
    size_t len;
    struct str models, isa;
    char *sha = arena_alloc(&m->arena, STR_HEX_MAX(SHA256_SIZE));
    if (!sha)
        return error_no_memory(err);
    if (!flag_list_stream(m->p, str_from(s->id), &m->arena, &rows, &len, err) ||
        !analysis_job_tools(m->p, str_from(s->id), &m->arena, &models, &isa, err))
        return false;
    struct flag *flags = arena_alloc(&m->arena, sizeof *flags * MAX(len, 1));
    struct report_picture *pictures = arena_alloc(&m->arena, sizeof *pictures * MAX(len, 1));
    if (!flags || !pictures)
        return error_no_memory(err);
    for (size_t i = 0; i < len; i++)
        flags[i] = rows[i].flag;
    qsort(flags, len, sizeof *flags, by_time_then_rule);
    str_to_hex(str_bytes(s->sha256, sizeof s->sha256), sha);
    *ret = (struct report_recording){
        .name = s->id,
        .sha256 = sha,
        .bytes = s->size,
        .duration_us = job->duration_us,
        .flags = flags,
        .flags_len = len,
        .pictures = pictures,
        .models = models.len ? models.ptr : "{}",
        .isa = isa.ptr,
        .frames = job->frames,
        .damaged_packets = job->damaged_packets,
        .time_jumps = job->time_jumps,
    };
    return true;
}

struct policy_read {
    struct material *m;
    struct str text;
};

static bool policy_body(struct db *db, void *context, struct error *err)
{
    struct policy_read *r = context;
    return session_policy_in(db, str_from(r->m->session.id), &r->m->arena, &r->text, err);
}

static bool make_analysis(struct material *m, struct error *err)
{
    struct policy policy;
    struct policy_read read = {.m = m};
    struct report_recording *list = arena_alloc(&m->arena, sizeof *list * MAX(m->streams_len, 1));
    size_t len = 0;
    if (!list)
        return error_no_memory(err);
    for (size_t i = 0; i < m->streams_len; i++) {
        const struct analysis_job *job = job_of(m, &m->streams[i]);
        if (job && job->state == ANALYSIS_FINAL &&
            !fill_recording(m, &m->streams[i], job, &list[len++], err))
            return false;
    }
    return db_store_read(m->p->store, policy_body, &read, err) &&
           policy_parse(read.text, &policy, err) &&
           report_json(&policy, list, len, &m->analysis, err);
}

/* ---- the whole ---- */

static bool add_stream(json_t *list, const struct material *m, const struct stream *s)
{
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    const struct analysis_job *job = job_of(m, s);
    str_to_hex(str_bytes(s->sha256, sizeof s->sha256), hex);
    CLEANUP(json_decrefp)
    json_t *one =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:I}", "id", s->id, "kind",
                  stream_kind_name(s->kind), "state", stream_state_name(s->state), "mime", s->mime,
                  "start_us", (json_int_t)s->start_us, "sha256", hex, "bytes", (json_int_t)s->size);
    if (job &&
        (json_object_set_new(one, "analysis", json_string(analysis_state_name(job->state))) ||
         (job->problem[0] && json_object_set_new(one, "problem", json_string(job->problem)))))
        return false;
    return json_array_append_new(list, TAKE(one)) == 0;
}

static bool add_incident(json_t *list, const struct material *m, const struct incident *x)
{
    CLEANUP(json_decrefp) json_t *rules = json_array();
    bool seen[RULE_COUNT] = {false};
    for (size_t i = x->first; i < x->first + x->len; i++) {
        enum rule rule = m->flags[i].flag.rule;
        if (!seen[rule] && json_array_append_new(rules, json_string(rule_name(rule))))
            return false;
        seen[rule] = true;
    }
    return json_array_append_new(list, json_pack("{s:I, s:I, s:s, s:O}", "from_us",
                                                 (json_int_t)x->from_us, "to_us",
                                                 (json_int_t)x->to_us, "severity",
                                                 severity_name(x->severity), "rules", rules)) == 0;
}

/* Of the session as a whole: the others stand with their recordings. */
static bool add_session_flag(json_t *list, const struct flag_row *row)
{
    const struct flag *f = &row->flag;
    return row->stream_id[0] ||
           json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "rule",
                                                 rule_name(f->rule), "title", rule_title(f->rule),
                                                 "severity", severity_name(f->severity), "numbers",
                                                 f->numbers, "from_us",
                                                 (json_int_t)(row->start_us + f->from_us), "to_us",
                                                 (json_int_t)(row->start_us + f->to_us))) == 0;
}

static bool make_report(struct material *m, struct error *err)
{
    CLEANUP(json_decrefp) json_t *streams = json_array();
    CLEANUP(json_decrefp) json_t *incidents = json_array();
    CLEANUP(json_decrefp) json_t *flags = json_array();
    for (size_t i = 0; i < m->flags_len; i++)
        if (!add_session_flag(flags, &m->flags[i]))
            return error_no_memory(err);
    for (size_t i = 0; i < m->streams_len; i++)
        if (!add_stream(streams, m, &m->streams[i]))
            return error_no_memory(err);
    for (size_t i = 0; i < m->incidents_len; i++)
        if (!add_incident(incidents, m, &m->incidents[i]))
            return error_no_memory(err);
    const struct session *s = &m->session;
    m->report = json_pack("{s:s, s:s, s:{s:s, s:s, s:b}, s:I, s:I, s:I, s:O, s:O, s:O, s:O}",
                          "session", s->id, "candidate", s->candidate, "exam", "id", m->exam.id,
                          "title", m->exam.title, "practice", m->exam.practice, "started_us",
                          (json_int_t)s->started_us, "ended_us", (json_int_t)s->ended_us,
                          "uploaded_us", (json_int_t)s->uploaded_us, "streams", streams,
                          "session_flags", flags, "incidents", incidents, "analysis", m->analysis);
    return m->report || error_no_memory(err);
}

static bool gather(struct material *m, struct str session_id, bool *ret_ready, struct error *err)
{
    *ret_ready = false;
    if (!session_find(m->p, session_id, &m->session, err) ||
        !analysis_job_list(m->p, session_id, &m->arena, &m->jobs, &m->jobs_len, err))
        return false;
    if (m->session.state != SESSION_UPLOADED || !analysis_all_done(m->jobs, m->jobs_len))
        return true;
    *ret_ready = true;
    return proctored_exam_find(m->p, str_from(m->session.exam_id), &m->exam, err) &&
           stream_list(m->p, session_id, &m->arena, &m->streams, &m->streams_len, err) &&
           event_flags_finish(m->p, session_id, err) &&
           coverage_judge(m->p, &m->session, m->streams, m->streams_len, m->jobs, m->jobs_len,
                          err) &&
           flag_list(m->p, session_id, &m->arena, &m->flags, &m->flags_len, err) &&
           flag_incidents(m->flags, m->flags_len, &m->arena, &m->incidents, &m->incidents_len,
                          err) &&
           make_analysis(m, err) && make_report(m, err);
}

/* ---- signing ---- */

static bool sign_body(struct db *db, void *context, struct error *err)
{
    struct material *m = context;
    struct str id = str_from(m->session.id);
    struct session now;
    uint64_t records;
    unsigned char head[CHAIN_HASH_SIZE];
    char hex[STR_HEX_MAX(CHAIN_HASH_SIZE)];
    CLEANUP(freep) char *text = NULL;
    if (!session_find_in(db, id, &now, err))
        return false;
    if (now.state != SESSION_UPLOADED)
        return error_set(err, ERROR_CONFLICT, "another worker has made the report");
    if (!evidence_head_in(db, id, &records, head, err))
        return false;
    str_to_hex(str_bytes(head, sizeof head), hex);
    if (json_object_set_new(m->report, "chain_records", json_integer((json_int_t)records)) ||
        json_object_set_new(m->report, "chain_head", json_string(hex)))
        return error_no_memory(err);
    return signed_text(&m->p->sign_key, m->report, &text, err) &&
           session_set_text_in(db, id, SESSION_REPORT, str_from(text), err) &&
           session_move_in(db, id, SESSION_REPORTED, NULL, err);
}

bool report_session_make(struct proctor *p, struct str session_id, bool *ret_made,
                         struct error *err)
{
    struct material m = {.p = p};
    struct error why = {0};
    bool ready = false;
    bool good = gather(&m, session_id, &ready, &why) &&
                (!ready || db_store_write(p->store, sign_body, &m, &why));
    material_done(&m);
    if (!good && why.code == ERROR_CONFLICT) { /* it is made all the same */
        *ret_made = false;
        return true;
    }
    if (!good)
        return error_set(err, why.code, "%s", why.message);
    *ret_made = ready;
    return true;
}

#define WAITING_MAX 64

bool report_session_make_waiting(struct proctor *p, size_t *ret_made, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct str *ids;
    size_t len, count = 0;
    bool good = true;
    if (!session_waiting(p, SESSION_WAIT_REPORT, clock_wall_us(), WAITING_MAX, &arena, &ids, &len,
                         err))
        return false;
    for (size_t i = 0; i < len; i++) {
        bool made = false;
        struct error why;
        if (!report_session_make(p, ids[i], &made, &why) && good) /* the others get theirs */
            good =
                error_set(err, why.code, "session " STR_FMT ": %s", STR_ARG(ids[i]), why.message);
        count += made;
    }
    *ret_made = count;
    return good;
}

bool report_session_text(struct proctor *p, struct str session_id, struct arena *arena,
                         struct str *ret, struct error *err)
{
    if (!session_text(p, session_id, SESSION_REPORT, arena, ret, err))
        return false;
    return ret->len || error_set(err, ERROR_CONFLICT, "the report is not made yet");
}
