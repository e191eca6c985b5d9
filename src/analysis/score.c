/* The time of a recording is laid out in cells, so that spans that overlap (speech over music) and
 * changes that nothing is said of need no case of their own. */
#include "analysis/score.h"

#include "analysis/score_table.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELL_S 0.05    /* the times of the truth are no finer */
#define CHANGE_S 1.0   /* spans of one kind that lie closer are one */
#define LOOK_S 0.5     /* from look to look: flags can tell no finer */
#define NOTES_MAX 5000 /* nobody reads on */

enum cell { CELL_NONE = 0, CELL_OPEN, CELL_NO, CELL_YES };

struct score {
    struct policy policy;
    struct score_rule *rules; /* owned; score_table_len, then the rules that no label asks for */
    size_t rules_len;
    struct score_note *notes; /* owned */
    size_t notes_len, notes_room;
    double clean_s[SCORE_SCREEN + 1];
};

struct timeline {
    unsigned char *cells; /* owned: of one rule */
    unsigned char *
        reason; /* owned: 1 where a rule says no, 2 where one that is on says yes or has a change */
    size_t len;
};

const char *score_stage_name(enum score_stage stage)
{
    static const char *const names[] = {"none", "camera", "sound", "screen"};
    return names[stage];
}

static enum rule rule_named(const char *name)
{
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (strcmp(rule_name(rule), name) == 0)
            return rule;
    return RULE_NONE;
}

static bool has_row(enum rule rule)
{
    for (size_t i = 0; i < score_table_len; i++)
        if (strcmp(score_table[i].rule, rule_name(rule)) == 0)
            return true;
    return false;
}

bool score_create(const struct policy *policy, struct score **ret, struct error *err)
{
    CLEANUP(score_destroyp) struct score *s = calloc(1, sizeof *s);
    if (!s || !(s->rules = calloc(score_table_len + RULE_COUNT, sizeof *s->rules)))
        return error_no_memory(err);
    s->policy = *policy;
    for (size_t i = 0; i < score_table_len; i++) {
        enum rule id = rule_named(score_table[i].rule);
        s->rules[s->rules_len++] =
            (struct score_rule){.rule = score_table[i].rule,
                                .label = score_table[i].label,
                                .stage = score_table[i].stage,
                                .id = id,
                                .on = id != RULE_NONE && policy_judges(policy, id)};
    }
    for (enum rule id = RULE_NONE + 1; id < RULE_COUNT; id++)
        if (!has_row(id))
            s->rules[s->rules_len++] = (struct score_rule){
                .rule = rule_name(id), .label = "", .id = id, .on = policy_judges(policy, id)};
    *ret = TAKE(s);
    return true;
}

void score_destroy(struct score *s)
{
    if (!s)
        return;
    free(s->rules);
    free(s->notes);
    free(s);
}

void score_destroyp(struct score **s) { score_destroy(*s); }

/* ---- the timeline ---- */

static size_t cell_at(const struct timeline *t, double seconds)
{
    double cell = nearbyint(seconds / CELL_S);
    return cell <= 0 ? 0 : cell >= (double)t->len ? t->len : (size_t)cell;
}

static double cell_s(size_t cell) { return (double)cell * CELL_S; }

static size_t run_end(const struct timeline *t, size_t at)
{
    size_t end = at + 1;
    while (end < t->len && t->cells[end] == t->cells[at])
        end++;
    return end;
}

/* A short change between two spans that say the same is no change. */
static void close_gaps(struct timeline *t)
{
    for (size_t at = 0, end; at < t->len; at = end) {
        end = run_end(t, at);
        if (t->cells[at] == CELL_NONE && at > 0 && end < t->len &&
            t->cells[at - 1] == t->cells[end] && cell_s(end - at) <= CHANGE_S + CELL_S / 2)
            memset(t->cells + at, t->cells[end], end - at);
    }
}

/* Nothing is known for sure as near to a change as the truth is exact. */
static void soften(struct timeline *t, double tolerance_s)
{
    size_t near = (size_t)ceil(tolerance_s / CELL_S);
    for (size_t at = 0, end; at < t->len; at = end) {
        end = run_end(t, at);
        if (t->cells[at] != CELL_NO)
            continue;
        if (at > 0)
            memset(t->cells + at, CELL_NONE, MIN(near, end - at));
        if (end < t->len && end - at > near)
            memset(t->cells + end - near, CELL_NONE, near);
    }
}

static bool belongs(const struct truth_file *file, const struct truth_span *span,
                    enum score_stage stage)
{
    if (span->sound || stage == SCORE_SOUND)
        return span->sound && stage == SCORE_SOUND;
    return (strcmp(file->category, "screen") == 0) == (stage == SCORE_SCREEN);
}

static void lay_out(struct timeline *t, const struct truth_file *file, const struct score_row *row)
{
    /* Overlapping spans: what is so wins over what nobody knows, and that over what is not so. */
    static const struct {
        enum score_mark mark;
        enum cell cell;
    } layers[] = {
        {SCORE_SAYS_NO, CELL_NO}, {SCORE_SAYS_NOTHING, CELL_OPEN}, {SCORE_SAYS_YES, CELL_YES}};
    memset(t->cells, CELL_NONE, t->len);
    for (size_t layer = 0; layer < ARRAY_LEN(layers); layer++) {
        for (size_t i = 0; i < file->spans_len; i++) {
            const struct truth_span *span = &file->spans[i];
            if (!belongs(file, span, row->stage) || row->mark(file, span) != layers[layer].mark)
                continue;
            size_t from = cell_at(t, span->from_s), to = cell_at(t, span->to_s);
            memset(t->cells + from, (int)layers[layer].cell, to - from);
        }
    }
    close_gaps(t);
    soften(t, file->tolerance_s);
}

/* ---- flags against events ---- */

struct event {
    size_t from, to;         /* cells */
    size_t earliest, latest; /* how far around it nothing is known, the tolerance with it */
    bool too_short, found;
    double flag_from_s, flag_to_s; /* of all flags that touch it */
};

static bool note(struct score *s, enum score_note_kind kind, const struct truth_file *file,
                 const struct score_rule *rule, double from_s, double to_s, const char *numbers,
                 struct error *err)
{
    if (s->notes_len == NOTES_MAX)
        return true;
    if (s->notes_len == s->notes_room) {
        size_t room = MAX(s->notes_room * 2, 64);
        struct score_note *more = realloc(s->notes, room * sizeof *more);
        if (!more)
            return error_no_memory(err);
        s->notes = more;
        s->notes_room = room;
    }
    struct score_note *n = &s->notes[s->notes_len++];
    *n = (struct score_note){kind, file->path, rule->rule, from_s, to_s, ""};
    str_into(str_from(numbers), n->numbers, sizeof n->numbers);
    return true;
}

/* Adds how far `x` is from [low, high] to a running mean. */
static void add_error(double x, double low, double high, unsigned *len, double *mean, double *max)
{
    double off = x < low ? low - x : x > high ? x - high : 0;
    ++*len;
    *mean += (off - *mean) / *len;
    *max = fmax(*max, off);
}

static void judge_flag(const struct timeline *t, const struct truth_file *file,
                       struct score_rule *rule, const struct flag *flag, struct event *events,
                       size_t events_len, bool *ret_wrong)
{
    double from_s = (double)flag->from_us / (double)SECOND_US;
    double to_s = (double)flag->to_us / (double)SECOND_US;
    bool right = false, hidden = false;
    for (size_t i = 0; i < events_len; i++) {
        struct event *e = &events[i];
        if (to_s < cell_s(e->from) - file->tolerance_s ||
            from_s > cell_s(e->to) + file->tolerance_s)
            continue;
        hidden = hidden || e->too_short;
        right = right || !e->too_short;
        e->flag_from_s = e->found ? fmin(e->flag_from_s, from_s) : from_s;
        e->flag_to_s = e->found ? fmax(e->flag_to_s, to_s) : to_s;
        e->found = true;
    }
    double clean_s = 0;
    for (size_t at = cell_at(t, from_s), end = cell_at(t, to_s); at < end; at++)
        clean_s += t->cells[at] == CELL_NO ? CELL_S : 0;
    *ret_wrong = !right && !hidden && clean_s > LOOK_S;
    rule->flags++;
    rule->right += right;
    rule->wrong += *ret_wrong;
    rule->unknown += !right && !*ret_wrong;
}

static bool count_events(struct score *s, const struct truth_file *file, struct score_rule *rule,
                         const struct event *events, size_t len, struct error *err)
{
    double near = file->tolerance_s;
    for (size_t i = 0; i < len; i++) {
        const struct event *e = &events[i];
        if (e->too_short) {
            rule->too_short++;
            continue;
        }
        rule->events++;
        rule->found += e->found;
        if (!e->found) {
            /* What no rule looks for is no news of this file. */
            if (rule->on &&
                !note(s, SCORE_MISSED, file, rule, cell_s(e->from), cell_s(e->to), "", err))
                return false;
            continue;
        }
        add_error(e->flag_from_s, cell_s(e->earliest), cell_s(e->from) + near, &rule->starts,
                  &rule->start_error_s, &rule->start_error_max_s);
        add_error(e->flag_to_s, cell_s(e->to) - near, cell_s(e->latest), &rule->ends,
                  &rule->end_error_s, &rule->end_error_max_s);
    }
    return true;
}

/* Events in order; *ret is malloc'ed. */
static bool find_events(const struct timeline *t, double min_s, struct event **ret, size_t *ret_len,
                        struct error *err)
{
    size_t len = 0;
    for (size_t at = 0; at < t->len; at = run_end(t, at))
        len += t->cells[at] == CELL_YES;
    struct event *events = calloc(MAX(len, 1), sizeof *events);
    if (!events)
        return error_no_memory(err);
    struct event *e = events;
    for (size_t at = 0, end; at < t->len; at = end) {
        end = run_end(t, at);
        if (t->cells[at] != CELL_YES)
            continue;
        *e = (struct event){.from = at, .to = end, .earliest = at, .latest = end};
        while (e->earliest > 0 && t->cells[e->earliest - 1] < CELL_NO)
            e->earliest--;
        while (e->latest < t->len && t->cells[e->latest] < CELL_NO)
            e->latest++;
        e->too_short = cell_s(end - at) < min_s + LOOK_S;
        e++;
    }
    *ret = events;
    *ret_len = len;
    return true;
}

static bool score_rule(struct score *s, struct timeline *t, const struct truth_file *file,
                       const struct score_row *row, struct score_rule *rule,
                       const struct flag *flags, size_t len, struct error *err)
{
    CLEANUP(freep) struct event *events = NULL;
    size_t events_len;
    lay_out(t, file, row);
    /* A rule that is off or not there cannot be too slow. */
    double min_s = rule->on ? s->policy.rules[rule->id].min_s : 0;
    if (!find_events(t, min_s, &events, &events_len, err))
        return false;
    for (size_t at = 0; at < t->len; at++) {
        rule->clean_s += t->cells[at] == CELL_NO ? CELL_S : 0;
        if (rule->on && (t->cells[at] == CELL_YES || t->cells[at] == CELL_NONE))
            t->reason[at] = 2;
        else if (t->cells[at] == CELL_NO && t->reason[at] == 0)
            t->reason[at] = 1;
    }
    for (size_t i = 0; i < len; i++) {
        bool wrong;
        if (flags[i].rule != rule->id)
            continue;
        judge_flag(t, file, rule, &flags[i], events, events_len, &wrong);
        if (wrong && !note(s, SCORE_FALSE, file, rule, (double)flags[i].from_us / (double)SECOND_US,
                           (double)flags[i].to_us / (double)SECOND_US, flags[i].numbers, err))
            return false;
    }
    return count_events(s, file, rule, events, events_len, err);
}

static double end_of(const struct truth_file *file, int64_t duration_us)
{
    double end = (double)MAX(duration_us, 0) / (double)SECOND_US;
    for (size_t i = 0; i < file->spans_len; i++)
        end = fmax(end, file->spans[i].to_s);
    return fmin(end, TRUTH_SECONDS_MAX);
}

static bool is_about_enrolled(const struct score_row *row)
{
    return strcmp(row->rule, "identity-mismatch") == 0;
}

bool score_recording(struct score *s, const struct truth_file *file, const struct flag *flags,
                     size_t len, int64_t duration_us, struct error *err)
{
    CLEANUP(freep) unsigned char *cells = NULL;
    CLEANUP(freep) unsigned char *reason = NULL;
    size_t size = (size_t)ceil(end_of(file, duration_us) / CELL_S) + 1;
    cells = malloc(size);
    reason = malloc(size);
    if (!cells || !reason)
        return error_no_memory(err);
    struct timeline t = {cells, reason, size};
    for (enum score_stage stage = SCORE_CAMERA; stage <= SCORE_SCREEN; stage++) {
        memset(t.reason, 0, t.len);
        for (size_t i = 0; i < score_table_len; i++)
            if (score_table[i].stage == stage &&
                is_about_enrolled(&score_table[i]) == (file->enrolled != NULL) &&
                !score_rule(s, &t, file, &score_table[i], &s->rules[i], flags, len, err))
                return false;
        for (size_t at = 0; !file->enrolled && at < t.len; at++)
            s->clean_s[stage] += t.reason[at] == 1 ? CELL_S : 0;
    }
    for (size_t i = score_table_len; !file->enrolled && i < s->rules_len; i++)
        for (size_t k = 0; k < len; k++)
            if (flags[k].rule == s->rules[i].id) {
                s->rules[i].flags++;
                s->rules[i].unknown++;
            }
    return true;
}

/* ---- results ---- */

size_t score_rules(const struct score *s, const struct score_rule **ret)
{
    *ret = s->rules;
    return s->rules_len;
}

size_t score_notes(const struct score *s, const struct score_note **ret)
{
    *ret = s->notes;
    return s->notes_len;
}

struct score_clean score_clean(const struct score *s, enum score_stage stage)
{
    struct score_clean clean = {.hours = s->clean_s[stage] / 3600};
    for (size_t i = 0; i < score_table_len; i++)
        clean.wrong += s->rules[i].stage == stage ? s->rules[i].wrong : 0;
    return clean;
}

static double part(unsigned of, unsigned all) { return all ? (double)of / (double)all : 1; }

double score_precision(const struct score_rule *r) { return part(r->right, r->right + r->wrong); }

double score_recall(const struct score_rule *r) { return part(r->found, r->events); }

double score_f1(const struct score_rule *r)
{
    double p = score_precision(r), q = score_recall(r);
    return p + q > 0 ? 2 * p * q / (p + q) : 0;
}

double score_wrong_per_hour(const struct score_rule *r)
{
    return r->clean_s > 0 ? r->wrong / (r->clean_s / 3600) : 0;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double score_auc(double *hits, size_t hits_len, double *others, size_t others_len)
{
    if (hits_len == 0 || others_len == 0)
        return -1;
    qsort(hits, hits_len, sizeof *hits, compare);
    qsort(others, others_len, sizeof *others, compare);
    double sum = 0;
    size_t below = 0, upto = 0; /* others under the hit; and those that equal it as well */
    for (size_t i = 0; i < hits_len; i++) {
        while (below < others_len && others[below] < hits[i])
            below++;
        upto = MAX(upto, below);
        while (upto < others_len && others[upto] <= hits[i])
            upto++;
        sum += (double)below + (double)(upto - below) / 2;
    }
    return sum / (double)hits_len / (double)others_len;
}

bool score_eer(double *same, size_t same_len, double *other, size_t other_len, double *ret_eer,
               double *ret_threshold)
{
    if (same_len == 0 || other_len == 0)
        return false;
    qsort(same, same_len, sizeof *same, compare);
    qsort(other, other_len, sizeof *other, compare);
    /* Between any two scores both rates stand still: looking just at every score is enough. */
    double best = 2;
    for (size_t i = 0; i < same_len + other_len; i++) {
        double threshold = i < same_len ? same[i] : nextafter(other[i - same_len], HUGE_VAL);
        size_t refused = 0, passed = 0;
        while (refused < same_len && same[refused] < threshold)
            refused++;
        while (passed < other_len && other[other_len - 1 - passed] >= threshold)
            passed++;
        double no = (double)refused / (double)same_len, yes = (double)passed / (double)other_len;
        if (fabs(no - yes) < best) {
            best = fabs(no - yes);
            *ret_eer = (no + yes) / 2;
            *ret_threshold = threshold;
        }
    }
    return true;
}
