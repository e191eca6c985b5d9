/* A thing is true from an event that says so to one that says it is over. Of each rule several may
 * be true at a time (two programs): each has a name of its own. */
#include "analysis/event_rules.h"

#include "analysis/event_source.h"
#include "analysis/program_table.h"
#include "analysis/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPANS_MAX 64   /* true at a time, of all rules together */
#define FLAGS_MAX 2000 /* of one session: who makes more has said enough */
/* An app that begins anew tells what is there in its first look, two seconds later; a busy machine
 * takes some more. */
#define FIRST_LOOK_US INT64_C(10000000)
/* What goes on is told to last longer this often: people read minutes, and each judging reads all
 * events of the session. */
#define GOES_ON_US INT64_C(30000000)

struct span {
    bool active;
    enum rule rule;
    enum event_reporter by;
    int64_t from_us;
    int64_t asked_us; /* its reporter began anew then, and has not told it again; 0: no */
    char name[EVENT_NAME_MAX];
};
struct judging {
    const struct policy *policy;
    struct span spans[SPANS_MAX];
    int64_t from_us, to_us;
    bool open;
    struct flag *flags; /* FLAGS_MAX */
    size_t len;
};

static void words(const struct judging *j, const struct span *s, struct flag *f)
{
    char from[REPORT_TIME_MAX], to[REPORT_TIME_MAX], what[EVENT_NAME_MAX + 64];
    enum program_kind kind = s->rule == RULE_PROGRAM_FORBIDDEN
                                 ? program_forbidden(j->policy, str_from(s->name))
                                 : PROGRAM_NONE;
    report_time(f->from_us, from);
    report_time(f->to_us, to);
    snprintf(what, sizeof what, "%s%s%s%s%s", s->name, kind ? " (" : "",
             kind ? program_kind_row(kind)->title : "", kind ? ")" : "", s->name[0] ? ", " : "");
    if (f->open)
        snprintf(f->numbers, sizeof f->numbers, "%sfrom %s of the exam, still going on", what,
                 from);
    else if (f->from_us == f->to_us)
        snprintf(f->numbers, sizeof f->numbers, "%sat %s of the exam", what, from);
    else
        snprintf(f->numbers, sizeof f->numbers, "%sfrom %s to %s of the exam, %.0f s", what, from,
                 to, (double)(f->to_us - f->from_us) / 1e6);
}

/* What is over before the exam began, or is too short, is no flag. */
static void end_span(struct judging *j, struct span *s, int64_t at_us, bool open)
{
    const struct policy_rule *rule = &j->policy->rules[s->rule];
    int64_t from_us = MAX(s->from_us, j->from_us), to_us = MIN(at_us, j->to_us);
    s->active = false;
    if (to_us < from_us || at_us <= j->from_us || s->from_us >= j->to_us ||
        (double)(to_us - from_us) < rule->min_s * 1e6 || j->len == FLAGS_MAX)
        return;
    struct flag *f = &j->flags[j->len++];
    *f = (struct flag){.rule = s->rule,
                       .severity = rule->severity,
                       .from_us = from_us - j->from_us,
                       .to_us = to_us - j->from_us,
                       .open = open,
                       .confidence = 1,
                       .samples = 1,
                       .hits = 1};
    words(j, s, f);
}

static struct span *find(struct judging *j, enum rule rule, enum event_reporter by,
                         const char *name)
{
    for (size_t i = 0; i < SPANS_MAX; i++)
        if (j->spans[i].active && j->spans[i].rule == rule && j->spans[i].by == by &&
            (!name || strcmp(j->spans[i].name, name) == 0))
            return &j->spans[i];
    return NULL;
}

static void begin_span(struct judging *j, enum rule rule, enum event_reporter by,
                       const struct event_said *said, int64_t at_us)
{
    struct span *known = find(j, rule, by, said->name);
    if (known) {
        known->asked_us = 0;
        return;
    }
    for (size_t i = 0; i < SPANS_MAX; i++) {
        if (j->spans[i].active)
            continue;
        j->spans[i] = (struct span){.active = true, .rule = rule, .by = by, .from_us = at_us};
        memcpy(j->spans[i].name, said->name, sizeof said->name);
        return;
    }
}

static void take(struct judging *j, const struct event_source *source, const struct event_fact *e)
{
    struct event_said said = {.change = EVENT_CHANGE_NONE};
    source->says(j->policy, e->detail, &said);
    if (said.change == EVENT_CHANGE_NONE)
        return;
    if (said.change == EVENT_HAPPENS) {
        struct span moment = {
            .active = true, .rule = source->rule, .by = source->by, .from_us = e->time_us};
        memcpy(moment.name, said.name, sizeof said.name);
        end_span(j, &moment, e->time_us, false);
        return;
    }
    bool begins = said.change == EVENT_BEGINS;
    struct span *s = find(j, source->rule, source->by, source->alone ? NULL : said.name);
    if (s && (!begins || strcmp(s->name, said.name) != 0))
        end_span(j, s, e->time_us, false);
    if (begins)
        begin_span(j, source->rule, source->by, &said, e->time_us);
}

/* What was not told again in time was over when its reporter began anew. */
static void end_unconfirmed(struct judging *j, int64_t now_us)
{
    for (size_t i = 0; i < SPANS_MAX; i++) {
        struct span *s = &j->spans[i];
        if (s->active && s->asked_us && now_us - s->asked_us > FIRST_LOOK_US)
            end_span(j, s, s->asked_us, false);
    }
}

static void watch_changes(struct judging *j, const struct event_watch *watch, int64_t at_us)
{
    for (size_t i = 0; i < SPANS_MAX; i++) {
        struct span *s = &j->spans[i];
        if (!s->active || s->by != watch->by)
            continue;
        if (!watch->anew)
            end_span(j, s, at_us, false);
        else if (!s->asked_us)
            s->asked_us = at_us;
    }
}

static void take_event(struct judging *j, const struct event_fact *e)
{
    const struct event_watch *watch = event_watch_of(e->kind);
    const struct event_source *source;
    size_t at = 0;
    end_unconfirmed(j, e->time_us);
    if (watch)
        watch_changes(j, watch, e->time_us);
    while ((source = event_source_next(e->kind, &at)))
        if (policy_judges(j->policy, source->rule))
            take(j, source, e);
}

/* When time alone may change something about a thing that goes on. */
static int64_t span_due(const struct judging *j, const struct span *s)
{
    double min_us = j->policy->rules[s->rule].min_s * 1e6;
    int64_t flag_us = MAX(s->from_us, j->from_us) + (int64_t)min_us;
    int64_t due_us = flag_us > j->to_us ? flag_us : j->to_us + GOES_ON_US;
    return s->asked_us ? MIN(due_us, s->asked_us + FIRST_LOOK_US + 1) : due_us;
}

static int64_t next_due(const struct judging *j)
{
    int64_t due_us = EVENT_RULES_NEVER;
    for (size_t i = 0; j->open && i < SPANS_MAX; i++)
        if (j->spans[i].active)
            due_us = MIN(due_us, span_due(j, &j->spans[i]));
    return due_us;
}

static int by_beginning(const void *a, const void *b)
{
    const struct flag *x = a, *y = b;
    if (x->from_us != y->from_us)
        return x->from_us < y->from_us ? -1 : 1;
    return x->rule != y->rule ? (x->rule < y->rule ? -1 : 1) : strcmp(x->numbers, y->numbers);
}

bool event_rules_judge(const struct policy *policy, const struct event_fact *events, size_t len,
                       int64_t from_us, int64_t to_us, bool open, struct arena *arena,
                       struct event_judged *ret, struct error *err)
{
    struct judging *j = ARENA_NEW(arena, struct judging);
    struct flag *flags = arena_alloc(arena, sizeof *flags * FLAGS_MAX);
    if (!j || !flags)
        return error_no_memory(err);
    *j = (struct judging){
        .policy = policy, .from_us = from_us, .to_us = to_us, .open = open, .flags = flags};
    for (size_t i = 0; i < len; i++)
        take_event(j, &events[i]);
    end_unconfirmed(j, to_us);
    int64_t due_us = next_due(j);
    for (size_t i = 0; i < SPANS_MAX; i++)
        if (j->spans[i].active)
            end_span(j, &j->spans[i], to_us, open);
    qsort(flags, j->len, sizeof *flags, by_beginning);
    *ret = (struct event_judged){.flags = flags, .len = j->len, .due_us = due_us};
    return true;
}
