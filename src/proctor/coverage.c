#include "proctor/coverage.h"

#include "analysis/report.h"
#include "proctor/evidence.h"
#include "proctor/flag.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- what no span covers ---- */

static int by_beginning(const void *a, const void *b)
{
    const struct coverage_span *x = a, *y = b;
    return (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

size_t coverage_gaps(struct coverage_span *spans, size_t len, int64_t from_us, int64_t to_us,
                     int64_t least_us, struct coverage_span *ret)
{
    size_t gaps = 0;
    int64_t covered_us = from_us;
    if (len)
        qsort(spans, len, sizeof *spans, by_beginning);
    for (size_t i = 0; i <= len && covered_us < to_us; i++) {
        int64_t next_us = i < len ? MIN(spans[i].from_us, to_us) : to_us;
        if (next_us > covered_us && next_us - covered_us >= least_us)
            ret[gaps++] = (struct coverage_span){covered_us, next_us};
        if (i < len)
            covered_us = MAX(covered_us, spans[i].to_us);
    }
    return gaps;
}

/* ---- a session ---- */

static bool camera_asked(const struct policy *policy)
{
    (void)policy;
    return true;
}
static bool screen_asked(const struct policy *policy) { return policy->checkin.screen; }

static const struct watched {
    enum stream_kind kind;
    enum rule rule;
    const char *name;
    /* Does the exam ask for one? If not, it is missed only where there was one at all. */
    bool (*asked)(const struct policy *policy);
} watched[] = {
    {STREAM_CAMERA, RULE_CAMERA_LOST, "camera", camera_asked},
    {STREAM_SCREEN, RULE_SCREEN_LOST, "screen", screen_asked},
};

struct judgement {
    const struct session *session;
    const struct stream *streams;
    size_t streams_len;
    const struct analysis_job *jobs;
    size_t jobs_len;
    struct arena arena;
    struct policy policy;
    int64_t finished_us;
    uint32_t flags;
};

static const struct analysis_job *job_of(const struct judgement *j, const struct stream *s)
{
    for (size_t i = 0; i < j->jobs_len; i++)
        if (str_eq(str_from(j->jobs[i].stream_id), str_from(s->id)))
            return &j->jobs[i];
    return NULL;
}

/* A recording that cannot be read covers nothing: nobody can see what was there. */
static size_t collect(const struct judgement *j, const struct watched *w,
                      struct coverage_span *spans, bool *ret_any)
{
    size_t len = 0;
    *ret_any = w->asked(&j->policy);
    for (size_t i = 0; i < j->streams_len; i++) {
        const struct stream *s = &j->streams[i];
        const struct analysis_job *job = job_of(j, s);
        if (s->kind != w->kind)
            continue;
        *ret_any = true;
        if (job && job->state == ANALYSIS_FINAL && job->duration_us > 0)
            spans[len++] = (struct coverage_span){s->start_us, s->start_us + job->duration_us};
    }
    return len;
}

static bool raise(struct db *db, struct judgement *j, const struct watched *w,
                  const struct coverage_span *gap, struct error *err)
{
    char from[REPORT_TIME_MAX], to[REPORT_TIME_MAX];
    int64_t start_us = j->session->exam_us;
    struct flag f = {
        .rule = w->rule,
        .severity = j->policy.rules[w->rule].severity,
        .from_us = gap->from_us - start_us,
        .to_us = gap->to_us - start_us,
    };
    report_time(f.from_us, from);
    report_time(f.to_us, to);
    snprintf(f.numbers, sizeof f.numbers,
             "no recording of the %s from %s to %s of the exam, %.1f s of %.1f s", w->name, from,
             to, (double)(f.to_us - f.from_us) / 1e6, (double)(j->finished_us - start_us) / 1e6);
    return flag_put_session_in(db, str_from(j->session->id), start_us, j->flags++, &f, err);
}

static bool judge_kind(struct db *db, struct judgement *j, const struct watched *w,
                       struct error *err)
{
    struct coverage_span *spans = arena_alloc(&j->arena, sizeof *spans * (j->streams_len + 1));
    struct coverage_span *gaps = arena_alloc(&j->arena, sizeof *gaps * (j->streams_len + 1));
    bool any;
    if (!spans || !gaps)
        return error_no_memory(err);
    size_t len = collect(j, w, spans, &any);
    if (!any || !policy_judges(&j->policy, w->rule))
        return true;
    int64_t least_us = (int64_t)(j->policy.rules[w->rule].min_s * 1e6);
    len = coverage_gaps(spans, len, j->session->exam_us, j->finished_us, least_us, gaps);
    for (size_t i = 0; i < len; i++)
        if (!raise(db, j, w, &gaps[i], err))
            return false;
    return true;
}

static bool judge_body(struct db *db, void *context, struct error *err)
{
    struct judgement *j = context;
    struct str id = str_from(j->session->id), policy;
    if (!session_policy_in(db, id, &j->arena, &policy, err) ||
        !policy_parse(policy, &j->policy, err) ||
        !evidence_last_us_in(db, id, "finished", &j->finished_us, err))
        return false;
    /* What comes after the answers were closed is no exam, also where nobody pressed "Home". */
    if (j->finished_us == 0 || j->finished_us > j->session->ended_us)
        j->finished_us = j->session->ended_us;
    j->flags = 0;
    for (size_t i = 0; i < ARRAY_LEN(watched); i++)
        if (!judge_kind(db, j, &watched[i], err))
            return false;
    return true;
}

bool coverage_judge(struct proctor *p, const struct session *s, const struct stream *streams,
                    size_t streams_len, const struct analysis_job *jobs, size_t jobs_len,
                    struct error *err)
{
    struct judgement j = {.session = s,
                          .streams = streams,
                          .streams_len = streams_len,
                          .jobs = jobs,
                          .jobs_len = jobs_len};
    bool good = s->exam_us == 0 || db_store_write(p->store, judge_body, &j, err);
    arena_done(&j.arena);
    return good;
}
