/* The timeline of a session: what was recorded and what is missing, milestones, and a line for each
 * rule with its flags. */
#include "paper/lanes.h"
#include "paper/parts.h"

#include "proctor/coverage.h"

#include <string.h>

static const enum stream_kind kinds[] = {STREAM_CAMERA, STREAM_SCREEN, STREAM_APP};

static void stretch(struct lanes *l, int64_t us)
{
    if (us == 0)
        return;
    l->from_us = l->from_us ? MIN(l->from_us, us) : us;
    l->to_us = MAX(l->to_us, us);
}

static void stretch_over(struct lanes *l, const struct material *m)
{
    stretch(l, m->session.started_us);
    stretch(l, m->session.exam_us);
    stretch(l, m->session.ended_us);
    for (size_t i = 0; i < m->streams_len; i++)
        if (stream_is_recording(&m->streams[i])) {
            stretch(l, m->streams[i].start_us);
            stretch(l, parts_stream_end(m, &m->streams[i]));
        }
    for (size_t i = 0; i < m->flags_len; i++)
        stretch(l, m->flags[i].start_us + m->flags[i].flag.to_us);
}

static bool has_kind(const struct material *m, enum stream_kind kind)
{
    for (size_t i = 0; i < m->streams_len; i++)
        if (m->streams[i].kind == kind)
            return true;
    return false;
}

static size_t rules_of(const struct material *m, bool ret[RULE_COUNT])
{
    size_t count = 0;
    memset(ret, 0, RULE_COUNT * sizeof *ret);
    for (size_t i = 0; i < m->flags_len; i++) {
        count += !ret[m->flags[i].flag.rule];
        ret[m->flags[i].flag.rule] = true;
    }
    return count;
}

static void add_recordings(struct parts *s, struct lanes *l, enum stream_kind kind)
{
    const struct material *m = s->m;
    size_t gaps_len;
    const struct coverage_span *gaps = parts_gaps(s, kind, &gaps_len);
    lanes_name(l, s->w->streams[kind]);
    for (size_t i = 0; i < m->streams_len; i++) {
        int64_t from_us = m->streams[i].start_us, to_us = parts_stream_end(m, &m->streams[i]);
        if (m->streams[i].kind == kind)
            lanes_bar(l, from_us, to_us, words_span(s->d, from_us, to_us));
    }
    for (size_t i = 0; gaps && i < gaps_len; i++) {
        struct str when = words_span(s->d, gaps[i].from_us, gaps[i].to_us);
        lanes_gap(l, gaps[i].from_us, gaps[i].to_us,
                  doc_format(s->d, "%s: " STR_FMT, s->w->gap, STR_ARG(when)));
    }
}

static void add_flags(struct parts *s, struct lanes *l, enum rule rule)
{
    lanes_name(l, words_rule_title(s->language, rule));
    for (size_t i = 0; i < s->m->flags_len; i++) {
        const struct flag_row *row = &s->m->flags[i];
        int64_t from_us = row->start_us + row->flag.from_us;
        int64_t to_us = row->start_us + row->flag.to_us;
        if (row->flag.rule == rule)
            lanes_flag(l, row->flag.severity, from_us, to_us, words_span(s->d, from_us, to_us));
    }
}

/* Each with a number beside it, which the text below tells of. */
static struct str add_milestones(struct parts *s, struct lanes *l)
{
    const struct session *x = &s->m->session;
    const struct {
        int64_t us;
        const char *name;
    } all[] = {
        {x->started_us, s->w->began}, {x->exam_us, s->w->exam_began}, {x->ended_us, s->w->ended}};
    struct str words = STR("");
    int count = 0;
    lanes_name(l, s->w->milestones);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        if (all[i].us == 0)
            continue;
        struct str clock = words_clock(s->d, all[i].us);
        struct str one = doc_format(s->d, "%d %s " STR_FMT, ++count, all[i].name, STR_ARG(clock));
        lanes_milestone(l, all[i].us, doc_number(s->d, count), one);
        words = doc_format(s->d, STR_FMT "%s" STR_FMT, STR_ARG(words), count > 1 ? ", " : "",
                           STR_ARG(one));
    }
    return words;
}

void parts_timeline(struct parts *s)
{
    struct lanes l = {.d = s->d};
    bool rules[RULE_COUNT];
    size_t lanes = 1 + rules_of(s->m, rules);
    stretch_over(&l, s->m);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        lanes += has_kind(s->m, kinds[i]);
    struct str from = words_time(s->d, s->language, l.from_us);
    struct str to = words_time(s->d, s->language, l.to_us);
    doc_heading(s->d, 2, str_from(s->w->timeline));
    lanes_begin(&l, doc_fill(s->d, s->w->timeline_words, from, to), lanes);
    struct str milestones = add_milestones(s, &l);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (has_kind(s->m, kinds[i]))
            add_recordings(s, &l, kinds[i]);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (rules[rule])
            add_flags(s, &l, (enum rule)rule);
    doc_note(s->d, doc_fill(s->d, s->w->timeline_key, milestones, STR("")));
}
