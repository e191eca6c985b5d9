/* The report of recordings that were analysed by themselves (`proctortrack analyze`): of no
 * session, so nobody has said anything of them. */
#include "paper/item.h"
#include "paper/lanes.h"

#include <string.h>

struct page {
    struct doc *d;
    const struct words *w;
    const struct policy *policy;
    enum paper_language language;
};

static struct str media_time(struct page *s, int64_t us)
{
    char text[REPORT_TIME_MAX];
    report_time(us, text);
    return doc_clean(s->d, str_from(text));
}

static struct str media_span(struct page *s, const struct flag *f)
{
    struct str from = media_time(s, f->from_us), to = media_time(s, f->to_us);
    struct str length = words_length(s->d, f->to_us - f->from_us);
    return doc_format(s->d, STR_FMT "\xe2\x80\x93" STR_FMT " (" STR_FMT ")", STR_ARG(from),
                      STR_ARG(to), STR_ARG(length));
}

static bool has_rule(const struct report_recording *r, enum rule rule)
{
    for (size_t i = 0; i < r->flags_len; i++)
        if (r->flags[i].rule == rule)
            return true;
    return false;
}

static void add_timeline(struct page *s, const struct report_recording *r)
{
    struct lanes l = {.d = s->d, .to_us = r->duration_us, .media = true};
    size_t count = 0;
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        count += has_rule(r, (enum rule)rule);
    lanes_begin(&l,
                doc_fill(s->d, s->w->timeline_words, STR("0:00"), media_time(s, r->duration_us)),
                count);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        if (!has_rule(r, (enum rule)rule))
            continue;
        lanes_name(&l, words_rule_title(s->language, (enum rule)rule));
        for (size_t i = 0; i < r->flags_len; i++)
            if (r->flags[i].rule == (enum rule)rule)
                lanes_flag(&l, r->flags[i].severity, r->flags[i].from_us, r->flags[i].to_us,
                           media_span(s, &r->flags[i]));
    }
}

static void add_flag(struct page *s, const struct report_recording *r, size_t at)
{
    const struct flag *f = &r->flags[at];
    item_add(s->d, s->language,
             &(struct item){.flag = f,
                            .policy = s->policy,
                            .when = media_span(s, f),
                            .seen = media_time(s, r->pictures ? r->pictures[at].time_us : 0),
                            .jpeg = r->pictures ? r->pictures[at].jpeg : STR(""),
                            .why_none = str_from(s->w->no_picture)});
}

static bool add_incidents(struct page *s, const struct report_recording *r, struct error *err)
{
    CLEANUP(freep) struct incident *list = NULL;
    size_t len;
    if (!report_incidents(r, &list, &len, err))
        return false;
    doc_note(s->d, doc_fill(s->d, s->w->flags_as_incidents, doc_number(s->d, (int64_t)r->flags_len),
                            doc_number(s->d, (int64_t)len)));
    for (size_t i = 0; i < len; i++) {
        struct str from = media_time(s, list[i].from_us), to = media_time(s, list[i].to_us);
        struct str when =
            doc_format(s->d, STR_FMT "\xe2\x80\x93" STR_FMT " \xc2\xb7 %s", STR_ARG(from),
                       STR_ARG(to), s->w->severities[list[i].severity]);
        doc_heading(s->d, 3,
                    doc_fill(s->d, s->w->incident, doc_number(s->d, (int64_t)i + 1), when));
        for (size_t k = list[i].first; k < list[i].first + list[i].len; k++)
            add_flag(s, r, k);
    }
    return true;
}

static void add_facts(struct page *s, const struct report_recording *r)
{
    doc_facts(s->d);
    doc_fact(s->d, s->w->length, media_time(s, r->duration_us));
    doc_fact(s->d, s->w->pictures_count, doc_number(s->d, (int64_t)r->frames));
    doc_fact(s->d, s->w->bytes, doc_number(s->d, (int64_t)r->bytes));
    if (r->damaged_packets)
        doc_fact(s->d, s->w->damaged, doc_number(s->d, (int64_t)r->damaged_packets));
    if (r->time_jumps)
        doc_fact(s->d, s->w->jumps, doc_number(s->d, (int64_t)r->time_jumps));
    doc_fact_mono(s->d, s->w->sha256, str_from(r->sha256));
    doc_fact_mono(s->d, s->w->model, str_from(r->models));
    doc_fact(s->d, s->w->isa, str_from(r->isa));
}

static bool add_recording(struct page *s, const struct report_recording *r, struct error *err)
{
    doc_heading(s->d, 2, str_from(r->name));
    add_facts(s, r);
    if (r->flags_len == 0) {
        doc_text(s->d, str_from(s->w->no_flags));
        return true;
    }
    add_timeline(s, r);
    return add_incidents(s, r, err);
}

static bool add_policy(struct page *s, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    if (!policy_text(s->policy, &text, err))
        return false;
    doc_heading(s->d, 2, str_from(s->w->rules));
    item_rules(s->d, s->language, s->policy);
    doc_facts(s->d);
    doc_fact_mono(s->d, s->w->policy_whole, str_from(text));
    return true;
}

bool paper_recordings(const struct policy *policy, const struct report_recording *recordings,
                      size_t len, const struct paper_wish *wish, struct buf *to, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct doc d;
    doc_init(&d, &arena, paper_language_name(wish->language));
    struct page s = {
        .d = &d, .w = words_of(wish->language), .policy = policy, .language = wish->language};
    words_into(s.w, &d);
    d.title = str_from(s.w->recordings_title);
    d.subtitle = doc_fill(&d, s.w->judged_by, str_from(policy->name), STR(""));
    d.head = d.subtitle;
    d.foot = d.author;
    doc_text(&d, str_from(s.w->never_a_verdict));
    for (size_t i = 0; i < len; i++)
        if (!add_recording(&s, &recordings[i], err))
            return false;
    return add_policy(&s, err) &&
           (wish->format == PAPER_PDF ? doc_pdf(&d, to, err) : doc_html(&d, to, err));
}
