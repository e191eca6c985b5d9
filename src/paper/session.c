/* The report of a session: its sections in order, under its title. */
#include "paper/parts.h"
#include "paper/record.h"

static const char *const format_names[PAPER_FORMATS] = {"", "html", "pdf"};
static const char *const language_names[PAPER_LANGUAGES] = {"en", "de"};

const char *paper_format_name(enum paper_format format) { return format_names[format]; }
const char *paper_language_name(enum paper_language language) { return language_names[language]; }

bool paper_language_from_name(struct str name, enum paper_language *ret)
{
    *ret = PAPER_ENGLISH;
    if (name.len == 0)
        return true;
    for (int i = 0; i < PAPER_LANGUAGES; i++)
        if (str_eq(name, str_from(language_names[i]))) {
            *ret = (enum paper_language)i;
            return true;
        }
    return false;
}

/* ---- the summary ---- */

static void add_notices(struct parts *s)
{
    const struct material *m = s->m;
    size_t deleted = 0;
    for (size_t i = 0; i < m->streams_len; i++)
        deleted += m->streams[i].deleted_us != 0;
    if (m->chain_problem[0])
        doc_notice(s->d, doc_fill(s->d, s->w->chain_bad, str_from(m->chain_problem), STR("")));
    if (!material_is_final(m))
        doc_notice(s->d, str_from(s->w->preliminary));
    if (m->seen.blind)
        doc_notice(s->d, str_from(s->w->blind));
    if (deleted)
        doc_notice(s->d, str_from(s->w->recordings_gone));
}

static void add_decision(struct parts *s)
{
    const struct review_seen *seen = &s->m->seen;
    size_t at = 0;
    while (at < seen->decisions_len && seen->decisions[at].outcome != seen->outcome)
        at++;
    if (seen->outcome == REVIEW_NONE || at == seen->decisions_len) {
        if (!seen->blind) /* it was said already */
            doc_notice(s->d, str_from(parts_standing(s)));
        return;
    }
    const struct review_entry *e = &seen->decisions[at];
    doc_said(s->d, DOC_PERSON,
             doc_fill(s->d, s->w->by, e->name, words_time(s->d, s->language, e->time_us)),
             doc_format(s->d, "%s: %s", s->w->holds, s->w->outcome[e->outcome]), e->note);
}

static void add_head_facts(struct parts *s)
{
    const struct material *m = s->m;
    const struct session *x = &m->session;
    doc_facts(s->d);
    doc_fact(s->d, s->w->name, str_from(x->candidate));
    doc_fact(s->d, s->w->exam, str_from(m->exam.title));
    doc_fact(s->d, s->w->kind, str_from(m->exam.practice ? s->w->practice : s->w->real_exam));
    doc_fact_mono(s->d, s->w->session_id, str_from(x->id));
    doc_fact(s->d, s->w->began, words_time(s->d, s->language, x->started_us));
    doc_fact(s->d, s->w->exam_began, words_time(s->d, s->language, x->exam_us));
    doc_fact(s->d, s->w->ended, words_time(s->d, s->language, x->ended_us));
    if (x->ended_us)
        doc_fact(s->d, s->w->lasted, words_length(s->d, x->ended_us - x->started_us));
    doc_fact(s->d, s->w->session_state, str_from(s->w->states[x->state]));
    doc_fact(s->d, s->w->analysis, str_from(s->w->analyses[analysis_of(m->jobs, m->jobs_len)]));
}

static void add_count(struct parts *s, const char *name, size_t count)
{
    doc_row(s->d, (const struct str[]){str_from(name), doc_number(s->d, (int64_t)count)});
}

static void add_counts(struct parts *s)
{
    const struct material *m = s->m;
    const struct doc_column columns[] = {{.title = s->w->count_of, .weight = 50},
                                         {.title = s->w->count, .weight = 14, .number = true}};
    size_t by_severity[SEVERITY_COUNT] = {0}, judged = 0;
    for (size_t i = 0; i < m->incidents_len; i++) {
        by_severity[m->incidents[i].severity]++;
        judged += parts_judgements(m, m->flags[m->incidents[i].first].id) > 0;
    }
    doc_table(s->d, str_from(s->w->counts), columns, 2, s->w->none);
    add_count(s, s->w->high, by_severity[SEVERITY_HIGH]);
    add_count(s, s->w->medium, by_severity[SEVERITY_MEDIUM]);
    add_count(s, s->w->low, by_severity[SEVERITY_LOW]);
    add_count(s, s->w->flags_count, m->flags_len);
    if (!m->seen.blind)
        add_count(s, s->w->judged_count, judged);
    add_count(s, s->w->remarks_count, m->remarks_len);
}

/* ---- the whole ---- */

static void name_document(struct parts *s)
{
    struct doc *d = s->d;
    const struct material *m = s->m;
    d->title = str_from(s->w->title);
    d->subtitle = doc_format(d, "%s \xc2\xb7 %s", m->session.candidate, m->exam.title);
    d->head = doc_format(d, "%s \xc2\xb7 %s \xc2\xb7 %s", m->session.candidate, m->exam.title,
                         m->session.id);
    d->foot = m->state.records
                  ? doc_fill(d, s->w->state_of, words_time(d, s->language, m->state.time_us),
                             doc_number(d, (int64_t)m->state.records))
                  : str_from(s->w->state_gone);
    d->made_us = m->state.time_us;
}

static bool build(struct parts *s, struct error *err)
{
    name_document(s);
    doc_heading(s->d, 2, str_from(s->w->summary));
    add_notices(s);
    add_head_facts(s);
    add_decision(s);
    add_counts(s);
    doc_note(s->d, str_from(s->w->what_it_is));
    if (s->w->machine_words[0])
        doc_note(s->d, str_from(s->w->machine_words));
    parts_timeline(s);
    if (!parts_incidents(s, err))
        return false;
    parts_decisions(s);
    parts_appeal(s);
    if (!parts_identity(s, err) || !parts_checks(s, err))
        return false;
    parts_live(s);
    if (!parts_events(s, err))
        return false;
    parts_recordings(s);
    parts_rules(s);
    parts_documents(s);
    return parts_evidence(s, err);
}

bool paper_session(struct proctor *p, struct str session_id, const struct paper_wish *wish,
                   struct buf *to, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct material m;
    struct doc d;
    size_t before = to->len;
    if (!material_read(p, session_id, wish, &arena, &m, err))
        return false;
    doc_init(&d, &arena, language_names[wish->language]);
    struct parts s = {.d = &d, .m = &m, .w = words_of(wish->language), .language = wish->language};
    words_into(s.w, &d);
    return build(&s, err) &&
           (wish->format == PAPER_PDF ? doc_pdf(&d, to, err) : doc_html(&d, to, err)) &&
           record_drawn(&m, wish, str_slice(buf_str(to), before, to->len), err);
}
