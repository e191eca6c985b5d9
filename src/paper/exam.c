/* The summary of an exam: how many sessions stand where, what the program noticed in them, and how
 * often people said that it was nothing. No candidate is named. */
#include "paper/words.h"

#include "proctor/staff.h"
#include "proctor/summary.h"

#include <math.h>
#include <string.h>

#define DEEP_MAX 3000 /* sessions whose incidents are told apart by rule: a few seconds */
#define Z 1.96        /* of a normal distribution: 95 % lie within so many deviations */

struct judged {
    int64_t breaks, breaks_not, cannot_tell;
};
struct counts {
    struct proctored_exam exam;
    size_t sessions, states[SESSION_REPORTED + 1], outcomes[REVIEW_OUTCOMES];
    size_t open_reviews, open_appeals, deep; /* deep: sessions that were looked into */
    size_t severities[SEVERITY_COUNT], flags[RULE_COUNT];
    size_t incidents[RULE_COUNT][SEVERITY_COUNT]; /* by the rule of the first flag */
    struct judged judged[RULE_COUNT];
    int64_t changed_us; /* the newest time of all sessions */
};

static enum rule rule_from(struct str name)
{
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (str_eq(name, str_from(rule_name((enum rule)rule))))
            return (enum rule)rule;
    return RULE_NONE;
}

/* ---- counting ---- */

static bool look_into(struct proctor *p, const struct summary *s, struct counts *c,
                      struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct flag_row *flags;
    struct incident *incidents;
    size_t flags_len, len;
    if (!flag_list(p, str_from(s->session_id), &arena, &flags, &flags_len, err) ||
        !flag_incidents(flags, flags_len, &arena, &incidents, &len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        c->incidents[flags[incidents[i].first].flag.rule][incidents[i].severity]++;
    c->deep++;
    return true;
}

static bool count_session(struct proctor *p, const struct summary *s, struct counts *c,
                          struct error *err)
{
    size_t incidents = 0;
    c->sessions++;
    c->states[s->state]++;
    c->outcomes[s->outcome]++;
    c->open_reviews += s->state >= SESSION_ENDED && s->outcome == REVIEW_NONE;
    for (int i = SEVERITY_LOW; i < SEVERITY_COUNT; i++) {
        c->severities[i] += s->incidents[i];
        incidents += s->incidents[i];
    }
    for (int i = RULE_NONE + 1; i < RULE_COUNT; i++)
        c->flags[i] += s->rules[i];
    c->changed_us = MAX(c->changed_us, MAX(s->created_us, MAX(s->started_us, s->ended_us)));
    return incidents == 0 || c->deep > DEEP_MAX || look_into(p, s, c, err);
}

static bool count_sessions(struct proctor *p, struct str exam_id, struct counts *c,
                           struct error *err)
{
    char next[SUMMARY_CURSOR_SIZE] = "";
    struct summary_query query = {
        .exam_id = exam_id, .search = STR(""), .after = STR(""), .limit = SUMMARY_PAGE_MAX};
    do {
        CLEANUP(arena_done) struct arena arena = {0};
        char after[SUMMARY_CURSOR_SIZE];
        struct summary *list;
        size_t len;
        memcpy(after, next, sizeof after);
        query.after = str_from(after);
        if (!summary_list(p, &query, &arena, &list, &len, NULL, next, err))
            return false;
        for (size_t i = 0; i < len; i++)
            if (!count_session(p, &list[i], c, err))
                return false;
    } while (next[0]);
    return true;
}

static bool count_judgements(struct proctor *p, int64_t viewer, struct str exam_id,
                             struct counts *c, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct review_tally *list;
    size_t len;
    if (!review_tally(p, viewer, exam_id, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        struct judged *j = &c->judged[rule_from(list[i].rule)];
        j->breaks += list[i].breaks;
        j->breaks_not += list[i].breaks_not;
        j->cannot_tell += list[i].cannot_tell;
    }
    return true;
}

static bool count_appeals(struct proctor *p, struct str exam_id, struct counts *c,
                          struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct appeal_waiting *list;
    size_t len;
    if (!appeal_waiting(p, STAFF_SEES_ALL, &arena, &list, &len, err))
        return false;
    for (size_t i = 0; i < len; i++) {
        struct session s;
        if (!session_find(p, list[i].session_id, &s, err))
            return false;
        c->open_appeals += str_eq(str_from(s.exam_id), exam_id);
    }
    return true;
}

static bool count(struct proctor *p, int64_t viewer, struct str exam_id, struct counts *ret,
                  struct error *err)
{
    *ret = (struct counts){0};
    return proctored_exam_find(p, exam_id, &ret->exam, err) &&
           count_sessions(p, exam_id, ret, err) && count_judgements(p, viewer, exam_id, ret, err) &&
           count_appeals(p, exam_id, ret, err);
}

/* ---- the rate of false flags ---- */

struct rate {
    int64_t false_flags, told;
    double value, low, high; /* of 1 */
};

/* E. B. Wilson, 1927: of few judgements it says how little they tell, also at none and all. */
static bool rate_of(const struct judged *j, struct rate *ret)
{
    *ret = (struct rate){.false_flags = j->breaks_not, .told = j->breaks + j->breaks_not};
    if (ret->told == 0)
        return false;
    double n = (double)ret->told, part = (double)ret->false_flags / n;
    double middle = part + Z * Z / (2 * n);
    double reach = Z * sqrt(part * (1 - part) / n + Z * Z / (4 * n * n));
    ret->value = part;
    ret->low = MAX((middle - reach) / (1 + Z * Z / n), 0);
    ret->high = MIN((middle + reach) / (1 + Z * Z / n), 1);
    return true;
}

static bool is_judged(const struct judged *j)
{
    return j->breaks + j->breaks_not + j->cannot_tell > 0;
}

/* ---- as a document ---- */

struct page {
    struct doc *d;
    const struct words *w;
    const struct counts *c;
    enum paper_language language;
};

static void add_count(struct page *s, const char *name, size_t number)
{
    doc_row(s->d, (const struct str[]){str_from(name), doc_number(s->d, (int64_t)number)});
}

static void begin_counts(struct page *s, const char *caption)
{
    const struct doc_column columns[] = {{.title = s->w->item, .weight = 50},
                                         {.title = s->w->count, .weight = 14, .number = true}};
    doc_table(s->d, str_from(caption), columns, 2, s->w->none);
}

static void add_sessions(struct page *s)
{
    const struct counts *c = s->c;
    doc_heading(s->d, 2, str_from(s->w->sessions));
    begin_counts(s, s->w->by_state);
    for (int i = SESSION_CREATED; i <= SESSION_REPORTED; i++)
        add_count(s, s->w->states[i], c->states[i]);
    add_count(s, s->w->sessions_all, c->sessions);
    begin_counts(s, s->w->by_decision);
    for (int i = 0; i < REVIEW_OUTCOMES; i++)
        add_count(s, s->w->outcome[i], c->outcomes[i]);
    doc_facts(s->d);
    doc_fact(s->d, s->w->open_reviews, doc_number(s->d, (int64_t)c->open_reviews));
    doc_fact(s->d, s->w->open_appeals, doc_number(s->d, (int64_t)c->open_appeals));
}

static void add_found(struct page *s)
{
    const struct counts *c = s->c;
    const struct doc_column columns[] = {{.title = s->w->rule, .weight = 50},
                                         {.title = s->w->flags, .weight = 14, .number = true},
                                         {.title = s->w->high, .weight = 20, .number = true},
                                         {.title = s->w->medium, .weight = 20, .number = true},
                                         {.title = s->w->low, .weight = 20, .number = true}};
    bool deep = c->deep <= DEEP_MAX;
    doc_heading(s->d, 2, str_from(s->w->found));
    begin_counts(s, "");
    for (int i = SEVERITY_HIGH; i >= SEVERITY_LOW; i--)
        add_count(s,
                  i == SEVERITY_HIGH     ? s->w->high
                  : i == SEVERITY_MEDIUM ? s->w->medium
                                         : s->w->low,
                  c->severities[i]);
    if (!deep)
        doc_notice(s->d, str_from(s->w->deep_left_out));
    doc_table(s->d, str_from(s->w->first_rule), columns, deep ? 5 : 2, s->w->found_none);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (c->flags[rule])
            doc_row(s->d, (const struct str[]){
                              str_from(words_rule_title(s->language, (enum rule)rule)),
                              doc_number(s->d, (int64_t)c->flags[rule]),
                              doc_number(s->d, (int64_t)c->incidents[rule][SEVERITY_HIGH]),
                              doc_number(s->d, (int64_t)c->incidents[rule][SEVERITY_MEDIUM]),
                              doc_number(s->d, (int64_t)c->incidents[rule][SEVERITY_LOW])});
}

static void add_judged(struct page *s, enum rule rule)
{
    const struct judged *j = &s->c->judged[rule];
    struct rate rate;
    struct str share = STR("\xe2\x80\x93"), interval = share;
    if (rate_of(j, &rate)) {
        share = doc_fill(s->d, s->w->of_judged, doc_number(s->d, rate.false_flags),
                         doc_number(s->d, rate.told));
        share = doc_format(s->d, STR_FMT " (%.0f %%)", STR_ARG(share), 100 * rate.value);
        interval = doc_format(s->d, "%.0f\xe2\x80\x93%.0f %%", 100 * rate.low, 100 * rate.high);
    }
    doc_row(s->d, (const struct str[]){str_from(words_rule_title(s->language, rule)),
                                       doc_number(s->d, j->breaks), doc_number(s->d, j->breaks_not),
                                       doc_number(s->d, j->cannot_tell), share, interval});
}

static void add_judgements(struct page *s)
{
    const struct doc_column columns[] = {{.title = s->w->rule, .weight = 40},
                                         {.title = s->w->breaks, .weight = 18, .number = true},
                                         {.title = s->w->breaks_not, .weight = 18, .number = true},
                                         {.title = s->w->cannot_tell, .weight = 18, .number = true},
                                         {.title = s->w->false_rate, .weight = 26, .number = true},
                                         {.title = s->w->interval, .weight = 20, .number = true}};
    doc_heading(s->d, 2, str_from(s->w->judgements));
    doc_note(s->d, str_from(s->w->judgements_intro));
    doc_table(s->d, STR(""), columns, 6, s->w->judgements_none);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (is_judged(&s->c->judged[rule]))
            add_judged(s, (enum rule)rule);
}

bool paper_exam(struct proctor *p, struct str exam_id, const struct paper_wish *wish,
                struct buf *to, struct error *err)
{
    CLEANUP(arena_done) struct arena arena = {0};
    struct counts c;
    struct doc d;
    if (!count(p, wish->reader_ref, exam_id, &c, err))
        return false;
    doc_init(&d, &arena, paper_language_name(wish->language));
    struct page s = {.d = &d, .w = words_of(wish->language), .c = &c, .language = wish->language};
    words_into(s.w, &d);
    d.title = str_from(s.w->exam_title);
    d.subtitle = doc_clean(&d, str_from(c.exam.title));
    d.head = doc_format(&d, "%s \xc2\xb7 %s", c.exam.title, c.exam.id);
    d.foot = str_from(s.w->foot_exam);
    d.made_us = c.changed_us;
    doc_text(&d, str_from(s.w->exam_intro));
    add_sessions(&s);
    add_found(&s);
    add_judgements(&s);
    return wish->format == PAPER_PDF ? doc_pdf(&d, to, err) : doc_html(&d, to, err);
}

/* ---- as CSV: group, item, measure, value; names of ours only, so nothing needs quotes ---- */

static void csv_rule(struct buf *to, const struct counts *c, enum rule rule)
{
    const char *name = rule_name(rule);
    const struct judged *j = &c->judged[rule];
    struct rate rate;
    if (c->flags[rule])
        buf_printf(to, "rule,%s,flags,%zu\r\n", name, c->flags[rule]);
    for (int i = SEVERITY_HIGH; i >= SEVERITY_LOW && c->flags[rule] && c->deep <= DEEP_MAX; i--)
        buf_printf(to, "rule,%s,incidents-%s,%zu\r\n", name, severity_name((enum severity)i),
                   c->incidents[rule][i]);
    if (!is_judged(j))
        return;
    buf_printf(to,
               "rule,%s,breaks,%" PRId64 "\r\nrule,%s,breaks-not,%" PRId64
               "\r\nrule,%s,cannot-tell,%" PRId64 "\r\n",
               name, j->breaks, name, j->breaks_not, name, j->cannot_tell);
    if (rate_of(j, &rate))
        buf_printf(to,
                   "rule,%s,false-rate,%.4f\r\nrule,%s,false-rate-low,%.4f\r\n"
                   "rule,%s,false-rate-high,%.4f\r\n",
                   name, rate.value, name, rate.low, name, rate.high);
}

bool paper_exam_csv(struct proctor *p, struct str exam_id, int64_t reader_ref, struct buf *to,
                    struct error *err)
{
    struct counts c;
    if (!count(p, reader_ref, exam_id, &c, err))
        return false;
    buf_add_c(to, "group,item,measure,value\r\n");
    buf_printf(to, "sessions,all,count,%zu\r\n", c.sessions);
    for (int i = SESSION_CREATED; i <= SESSION_REPORTED; i++)
        buf_printf(to, "sessions,%s,count,%zu\r\n", session_state_name((enum session_state)i),
                   c.states[i]);
    for (int i = 0; i < REVIEW_OUTCOMES; i++)
        buf_printf(to, "decisions,%s,count,%zu\r\n", review_outcome_name((enum review_outcome)i),
                   c.outcomes[i]);
    buf_printf(to, "reviews,open,count,%zu\r\nappeals,open,count,%zu\r\n", c.open_reviews,
               c.open_appeals);
    for (int i = SEVERITY_HIGH; i >= SEVERITY_LOW; i--)
        buf_printf(to, "incidents,%s,count,%zu\r\n", severity_name((enum severity)i),
                   c.severities[i]);
    for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        csv_rule(to, &c, (enum rule)rule);
    return buf_ok(to, err);
}
