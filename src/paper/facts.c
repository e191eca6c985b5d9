/* The plain facts of a session: identity, system check, events, recordings, rules, documents, and
 * what all of it rests on. */
#include "paper/item.h"
#include "paper/parts.h"

#include "base/clock.h"
#include "proctor/coverage.h"

#include <stdlib.h>
#include <string.h>

#define GAP_MIN_US SECOND_US
#define DETAIL_MAX 300 /* bytes */

/* ---- details ---- */

/* Ids, hashes and clocks of machines, which say nothing to who reads. */
static bool is_for_machines(const char *key)
{
    static const char *const keys[] = {"sha256", "stream", "scan", "profile", "user"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return str_ends(str_from(key), STR("_us"));
}

static void add_member(struct buf *to, const char *key, const json_t *value)
{
    if (json_is_object(value) || json_is_array(value) || json_is_null(value) ||
        is_for_machines(key) || (json_is_string(value) && !json_string_value(value)[0]))
        return;
    buf_printf(to, "%s%s: ", to->len ? "; " : "", key);
    if (json_is_string(value))
        buf_add_c(to, json_string_value(value));
    else if (json_is_boolean(value))
        buf_add_c(to, json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        buf_printf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        buf_printf(to, "%.3g", json_real_value(value));
}

bool parts_detail(struct parts *s, struct str json, struct str *ret, struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = NULL;
    CLEANUP(buf_done) struct buf text = {0};
    const char *key;
    json_t *value;
    *ret = STR("");
    if (json.len == 0)
        return true;
    if (!json_parse(json, &object, err))
        return false;
    json_object_foreach(object, key, value) if (text.len < DETAIL_MAX)
        add_member(&text, key, value);
    if (!buf_ok(&text, err))
        return false;
    *ret = doc_clean(s->d, buf_str(&text));
    return true;
}

static struct str time_of(struct parts *s, int64_t us) { return words_time(s->d, s->language, us); }

/* ---- identity ---- */

static bool is_of_identity(struct str kind)
{
    static const char *const kinds[] = {"face-scan",   "id-scan",    "profile-face",   "profile-id",
                                        "scan-retake", "first-face", "camera-refused", "renamed"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(kind, str_from(kinds[i])))
            return true;
    return false;
}

static bool add_events(struct parts *s, bool (*wanted)(struct str kind), const char *caption,
                       const char *none, struct error *err)
{
    const struct doc_column columns[] = {{.title = s->w->time, .weight = 15},
                                         {.title = s->w->event, .weight = 42},
                                         {.title = s->w->detail, .weight = 55}};
    size_t rows = 0, left = 0;
    doc_table(s->d, str_from(caption), columns, 3, none);
    for (size_t i = 0; i < s->m->events_len; i++) {
        const struct event *e = &s->m->events[i];
        struct str detail;
        if (!wanted(e->kind))
            continue;
        if (rows == PARTS_EVENTS_MAX) {
            left++;
            continue;
        }
        if (!parts_detail(s, e->detail, &detail, err))
            return false;
        doc_row(s->d, (const struct str[]){words_clock(s->d, e->time_us),
                                           str_from(words_event(s->language, e->kind, e->title)),
                                           detail});
        rows++;
    }
    if (left)
        doc_notice(s->d,
                   doc_fill(s->d, s->w->events_more, doc_number(s->d, (int64_t)left), STR("")));
    return true;
}

static struct str score(struct parts *s, const char *pattern, double value, bool compared)
{
    return compared ? doc_fill(s->d, pattern, doc_format(s->d, "%.2f", value), STR(""))
                    : str_from(s->w->not_compared);
}

static void add_reasons(struct parts *s, struct str reasons)
{
    CLEANUP(json_decrefp) json_t *list = NULL;
    CLEANUP(buf_done) struct buf lines = {0};
    size_t i;
    json_t *one;
    if (!json_parse(reasons, &list, NULL))
        return;
    json_array_foreach(list, i, one) if (json_is_string(one))
        buf_printf(&lines, "%s%s", i ? "\n" : "", json_string_value(one));
    if (lines.len)
        doc_fact(s->d, s->w->reasons, buf_str(&lines));
}

bool parts_identity(struct parts *s, struct error *err)
{
    const struct profile *f = &s->m->profile;
    doc_heading(s->d, 2, str_from(s->w->identity));
    if (f->id[0]) {
        doc_facts(s->d);
        doc_fact(s->d, s->w->profile_state, str_from(s->w->profile_states[f->state]));
        if (f->name.len)
            doc_fact(s->d, s->w->profile_name, f->name);
        doc_fact(s->d, s->w->face_score,
                 score(s, s->w->face_score_value, f->face_score, f->face_score >= -1));
        doc_fact(s->d, s->w->name_score,
                 score(s, s->w->name_score_value, f->name_score, f->name_score >= 0));
        if (f->expires_us)
            doc_fact(s->d, s->w->profile_until, time_of(s, f->expires_us));
        add_reasons(s, f->reasons);
    } else {
        doc_text(s->d, str_from(s->w->identity_none));
    }
    return add_events(s, is_of_identity, s->w->identity_events, s->w->events_none, err);
}

/* ---- the system check ---- */

static bool check_words(struct parts *s, const struct check *c, struct str *ret, struct error *err)
{
    struct str detail;
    if (!parts_detail(s, c->detail, &detail, err))
        return false;
    *ret = c->problem.len ? doc_format(s->d, STR_FMT "%s" STR_FMT, STR_ARG(c->problem),
                                       detail.len ? "; " : "", STR_ARG(detail))
                          : detail;
    if (c->state == CHECK_OVERRIDDEN) {
        struct str passed = doc_fill(s->d, s->w->overridden, c->by, c->reason);
        *ret = doc_format(s->d, STR_FMT "\n" STR_FMT, STR_ARG(passed), STR_ARG(*ret));
    }
    return true;
}

bool parts_checks(struct parts *s, struct error *err)
{
    const struct doc_column columns[] = {{.title = s->w->check_point, .weight = 16},
                                         {.title = s->w->check_state, .weight = 20},
                                         {.title = s->w->check_time, .weight = 33},
                                         {.title = s->w->check_detail, .weight = 50}};
    doc_heading(s->d, 2, str_from(s->w->checks));
    doc_note(s->d, str_from(s->w->checks_intro));
    doc_table(s->d, STR(""), columns, 4, s->w->none);
    for (size_t i = 0; i < ARRAY_LEN(s->m->checks); i++) {
        const struct check *c = &s->m->checks[i];
        struct str words;
        if (!check_words(s, c, &words, err))
            return false;
        doc_row(s->d, (const struct str[]){str_from(s->w->points[c->point]),
                                           str_from(s->w->check_states[c->state]),
                                           time_of(s, c->checked_us), words});
    }
    return true;
}

/* ---- events ---- */

/* What has a section of its own, or would bury the rest. */
static bool is_of_events(struct str kind)
{
    static const char *const others[] = {"answered",     "viewed",
                                         "viewed-own",   EVIDENCE_REPORT_DRAWN,
                                         "decision",     "note",
                                         "staff-action", "incident-answered",
                                         "released",     "annotated",
                                         "appealed",     "appeal-answered",
                                         "check",        "check-overridden"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq(kind, str_from(others[i])))
            return false;
    return !is_of_identity(kind);
}

bool parts_events(struct parts *s, struct error *err)
{
    doc_heading(s->d, 2, str_from(s->w->events));
    doc_note(s->d, str_from(s->w->events_intro));
    struct vouch vouch;
    if (!vouch_judge(s->m->events, s->m->events_len, &vouch, err))
        return false;
    if (vouch.state != VOUCH_NONE)
        doc_text(s->d, str_from(s->w->vouches[vouch.state - 1]));
    return add_events(s, is_of_events, "", s->w->events_none, err);
}

/* ---- recordings ---- */

int64_t parts_stream_end(const struct material *m, const struct stream *stream)
{
    const struct analysis_job *job = material_job(m, stream->id);
    return stream->start_us + (job && job->duration_us > 0 ? job->duration_us : 0);
}

const struct coverage_span *parts_gaps(const struct parts *s, enum stream_kind kind,
                                       size_t *ret_len)
{
    const struct material *m = s->m;
    const struct session *x = &m->session;
    struct coverage_span *spans = arena_alloc(m->arena, sizeof *spans * MAX(m->streams_len, 1));
    struct coverage_span *gaps = arena_alloc(m->arena, sizeof *gaps * (m->streams_len + 1));
    size_t len = 0;
    if (!spans || !gaps || x->exam_us == 0 || x->ended_us == 0 ||
        !analysis_all_done(m->jobs, m->jobs_len))
        return NULL;
    for (size_t i = 0; i < m->streams_len; i++) {
        const struct analysis_job *job = material_job(m, m->streams[i].id);
        if (m->streams[i].kind == kind && job && job->state == ANALYSIS_FINAL)
            spans[len++] =
                (struct coverage_span){m->streams[i].start_us, parts_stream_end(m, &m->streams[i])};
    }
    *ret_len = coverage_gaps(spans, len, x->exam_us, x->ended_us, GAP_MIN_US, gaps);
    return gaps;
}

static void add_recording(struct parts *s, const struct stream *stream)
{
    const struct analysis_job *job = material_job(s->m, stream->id);
    char hex[STR_HEX_MAX(SHA256_SIZE)];
    str_to_hex(str_bytes(stream->sha256, sizeof stream->sha256), hex);
    struct str length = job->duration_us >= 0 && job->state == ANALYSIS_FINAL
                            ? words_length(s->d, job->duration_us)
                            : str_from(s->w->unknown);
    struct str state = str_from(s->w->analyses[job->state]);
    if (job->problem[0])
        state = doc_format(s->d, STR_FMT ": %s", STR_ARG(state), job->problem);
    doc_row(s->d, (const struct str[]){
                      str_from(s->w->streams[stream->kind]), words_clock(s->d, stream->start_us),
                      length, doc_format(s->d, "%" PRIu64, stream->size), state, str_from(hex)});
}

static bool any_of(const struct material *m, enum stream_kind kind)
{
    for (size_t i = 0; i < m->streams_len; i++)
        if (m->streams[i].kind == kind)
            return true;
    return false;
}

static void add_gaps(struct parts *s, enum stream_kind kind)
{
    size_t len = 0;
    const struct coverage_span *gaps = parts_gaps(s, kind, &len);
    const char *name = s->w->streams[kind];
    if (!gaps)
        doc_fact(s->d, name, str_from(s->w->gaps_unknown));
    else if (len == 0)
        doc_fact(s->d, name, str_from(s->w->gaps_none));
    CLEANUP(buf_done) struct buf lines = {0};
    for (size_t i = 0; gaps && i < len; i++) {
        struct str span = words_span(s->d, gaps[i].from_us, gaps[i].to_us);
        buf_printf(&lines, "%s" STR_FMT, i ? "\n" : "", STR_ARG(span));
    }
    if (lines.len)
        doc_fact(s->d, name, buf_str(&lines));
}

void parts_recordings(struct parts *s)
{
    static const enum stream_kind kinds[] = {STREAM_CAMERA, STREAM_SCREEN, STREAM_APP};
    const struct doc_column columns[] = {{.title = s->w->recording, .weight = 24},
                                         {.title = s->w->from, .weight = 13},
                                         {.title = s->w->length, .weight = 18},
                                         {.title = s->w->bytes, .weight = 17, .number = true},
                                         {.title = s->w->analysis, .weight = 18},
                                         {.title = s->w->sha256, .weight = 40, .mono = true}};
    doc_heading(s->d, 2, str_from(s->w->recordings));
    doc_table(s->d, STR(""), columns, 6, s->w->recordings_none);
    for (size_t i = 0; i < s->m->streams_len; i++)
        if (material_job(s->m, s->m->streams[i].id))
            add_recording(s, &s->m->streams[i]);
    doc_heading(s->d, 3, str_from(s->w->gaps));
    doc_facts(s->d);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (any_of(s->m, kinds[i]) || kinds[i] == STREAM_CAMERA)
            add_gaps(s, kinds[i]);
}

/* ---- rules ---- */

static struct str permitted_words(struct parts *s)
{
    CLEANUP(buf_done) struct buf text = {0};
    for (int i = 0; i < PERMITTED_COUNT; i++)
        if (policy_permits(&s->m->policy, (enum permitted)i))
            buf_printf(&text, "%s%s", text.len ? ", " : "", permitted_name((enum permitted)i));
    s->d->failed = s->d->failed || !buf_ok(&text, NULL);
    return text.len && !s->d->failed ? doc_clean(s->d, buf_str(&text)) : str_from(s->w->none);
}

void parts_rules(struct parts *s)
{
    doc_heading(s->d, 2, str_from(s->w->rules));
    doc_facts(s->d);
    doc_fact(s->d, s->w->policy_name, str_from(s->m->policy.name));
    doc_fact(s->d, s->w->permitted, permitted_words(s));
    if (s->m->accommodations.len)
        doc_fact_mono(s->d, s->w->accommodations, s->m->accommodations);
    else
        doc_fact(s->d, s->w->accommodations, str_from(s->w->accommodations_none));
    item_rules(s->d, s->language, &s->m->policy);
}

/* ---- documents ---- */

void parts_documents(struct parts *s)
{
    const struct doc_column columns[] = {{.title = s->w->document, .weight = 26},
                                         {.title = s->w->version, .weight = 18},
                                         {.title = s->w->accepted, .weight = 30},
                                         {.title = s->w->sha256, .weight = 50, .mono = true}};
    doc_heading(s->d, 2, str_from(s->w->documents));
    doc_table(s->d, STR(""), columns, 4, s->w->documents_none);
    for (size_t i = 0; i < s->m->consents_len; i++) {
        const struct session_consent_row *c = &s->m->consents[i];
        doc_row(s->d, (const struct str[]){str_from(s->w->document_names[c->document]), c->version,
                                           time_of(s, c->accepted_us), c->sha256_hex});
    }
}

/* ---- what it rests on ---- */

struct tools {
    struct str models, isa;
};

static bool add_models(struct parts *s, struct str models, struct error *err)
{
    CLEANUP(json_decrefp) json_t *object = NULL;
    const char *key;
    json_t *value;
    if (models.len == 0)
        return true;
    if (!json_parse(models, &object, err))
        return false;
    json_object_foreach(object, key, value)
    {
        struct str name = doc_fill(s->d, s->w->models, str_from(key), STR(""));
        const char *c_name = arena_printf(s->m->arena, STR_FMT, STR_ARG(name));
        if (json_is_string(value) && c_name)
            doc_fact_mono(s->d, c_name, str_from(json_string_value(value)));
    }
    return true;
}

/* Each set of models once: all recordings of a session were mostly looked at by the same. */
static bool add_tools(struct parts *s, struct error *err)
{
    struct tools last = {STR(""), STR("")};
    for (size_t i = 0; i < s->m->jobs_len; i++) {
        struct tools now;
        if (s->m->jobs[i].state != ANALYSIS_FINAL)
            continue;
        if (!analysis_job_tools(s->m->p, str_from(s->m->jobs[i].stream_id), s->m->arena,
                                &now.models, &now.isa, err))
            return false;
        if (str_eq(now.models, last.models) && str_eq(now.isa, last.isa))
            continue;
        last = now;
        if (!add_models(s, now.models, err))
            return false;
        doc_fact(s->d, s->w->isa, now.isa);
    }
    return true;
}

bool parts_evidence(struct parts *s, struct error *err)
{
    const struct material *m = s->m;
    char key[STR_HEX_MAX(SIGN_PUBLIC_SIZE)];
    str_to_hex(str_bytes(m->p->sign_key.public_bytes, SIGN_PUBLIC_SIZE), key);
    doc_heading(s->d, 2, str_from(s->w->evidence));
    if (m->chain_problem[0])
        doc_notice(s->d, doc_fill(s->d, s->w->chain_bad, str_from(m->chain_problem), STR("")));
    doc_facts(s->d);
    doc_fact(s->d, s->w->chain_records, doc_number(s->d, (int64_t)m->state.records));
    doc_fact_mono(s->d, s->w->chain_head, str_from(m->state.head));
    if (!m->chain_problem[0])
        doc_fact(s->d, s->w->chain,
                 str_from(m->state.records ? s->w->chain_good : s->w->state_gone));
    doc_fact_mono(s->d, s->w->key, str_from(key));
    doc_fact(s->d, s->w->program_version, STR("proctortrack " PT_VERSION));
    doc_fact_mono(s->d, s->w->policy_hash, str_from(m->policy_sha256));
    if (m->receipt_sha256[0])
        doc_fact_mono(s->d, s->w->receipt_hash, str_from(m->receipt_sha256));
    if (m->report_sha256[0])
        doc_fact_mono(s->d, s->w->report_hash, str_from(m->report_sha256));
    if (!add_tools(s, err))
        return false;
    doc_heading(s->d, 3, str_from(s->w->how_to_check));
    doc_text(s->d, str_from(s->w->how_to_check_text));
    return true;
}
