/* Hysteresis: a span of a rule begins at its first hit and ends after more looks without a hit than
 * the rule tolerates; it is raised as a flag once it has lasted as long as the policy says and
 * enough of its looks were hits.
 *
 * A look stands for the time until the next one, so a span ends at the first look that showed
 * something else. When looks are further apart than REACH_MAX_US nobody knows what was in between:
 * spans end there, except of a rule for which a missing picture is itself the finding. */
#include "analysis/rules.h"

#include "analysis/rule_table.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH_MAX_US (2 * SECOND_US) /* four looks: a stutter of the camera, not a hole */
#define PICTURE_EVERY_US (2 * SECOND_US)

struct span {
    bool active, raised;
    bool hitting; /* the last look was a hit */
    uint32_t index;
    int64_t from_us, to_us;
    uint32_t samples, hits, misses; /* misses: since the last hit, not in samples yet */
    uint32_t quiet;                 /* looks since the last hit, unknown ones too */
    double value_min, value_max, value_sum;
    int best;
    int64_t best_us;
};

struct rules {
    struct policy policy;
    struct span spans[RULE_COUNT];
    bool begun; /* there was a look before */
    int64_t last_us;
    uint32_t flags;
};

bool rules_create(const struct policy *policy, struct rules **ret, struct error *err)
{
    struct rules *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    r->policy = *policy;
    *ret = r;
    return true;
}

void rules_destroy(struct rules *r) { free(r); }

void rules_destroyp(struct rules **r) { rules_destroy(*r); }

static double seconds(int64_t us) { return (double)us / (double)SECOND_US; }

static void describe(const struct rules *r, enum rule rule, bool open, struct flag *ret)
{
    const struct span *s = &r->spans[rule];
    *ret = (struct flag){
        .rule = rule,
        .severity = r->policy.rules[rule].severity,
        .from_us = s->from_us,
        .to_us = s->to_us,
        .open = open,
        .confidence = (double)s->hits / (double)s->samples,
        .samples = s->samples,
        .hits = s->hits,
        .best_us = s->best_us,
    };
    const struct rule_numbers numbers = {
        .samples = s->samples,
        .hits = s->hits,
        .seconds = seconds(s->to_us - s->from_us),
        .value_min = s->value_min,
        .value_max = s->value_max,
        .value_mean = s->value_sum / (double)s->hits,
    };
    rule_row(rule)->numbers(&numbers, ret->numbers, sizeof ret->numbers);
}

/* Tells of the span when it is a flag by now. */
static void tell(struct rules *r, enum rule rule, bool open, rules_raised *raised, void *context)
{
    struct span *s = &r->spans[rule];
    if (!s->raised) {
        if (seconds(s->to_us - s->from_us) < r->policy.rules[rule].min_s ||
            (double)s->hits < rule_row(rule)->share_min * (double)s->samples)
            return;
        s->raised = true;
        s->index = r->flags++;
    }
    struct flag flag;
    describe(r, rule, open, &flag);
    raised(context, s->index, &flag);
}

static void end_span(struct rules *r, enum rule rule, rules_raised *raised, void *context)
{
    tell(r, rule, false, raised, context);
    r->spans[rule] = (struct span){0};
}

static void add_hit(struct span *s, const struct rule_row *row, const struct observation *o,
                    int64_t from_us)
{
    double value = row->value(o);
    if (!s->active)
        *s = (struct span){.active = true,
                           .from_us = from_us,
                           .value_min = value,
                           .value_max = value,
                           .best = -1,
                           .best_us = o->time_us};
    s->samples += s->misses + 1;
    s->hits++;
    s->misses = s->quiet = 0;
    s->hitting = true;
    s->to_us = o->time_us;
    s->value_min = fmin(s->value_min, value);
    s->value_max = fmax(s->value_max, value);
    s->value_sum += value;
}

/* Would a picture of this hit be the best of its span so far? Not more often than a picture makes
 * sense to be sent: the decoder asks this, too. */
static bool is_best(const struct span *s, const struct rule_row *row, const struct observation *o,
                    int *ret_shows)
{
    *ret_shows = row->shows(o, s->active ? seconds(o->time_us - s->from_us) : 0);
    return !s->active || s->best < 0 ||
           (*ret_shows > s->best && o->time_us - s->best_us >= PICTURE_EVERY_US);
}

static bool is_hole(const struct rules *r, int64_t time_us)
{
    return r->begun && time_us - r->last_us > REACH_MAX_US;
}

static void feed_rule(struct rules *r, enum rule rule, const struct observation *o,
                      rules_raised *raised, void *context)
{
    const struct rule_row *row = rule_row(rule);
    struct span *s = &r->spans[rule];
    enum look look = row->look(&r->policy, o);
    bool hole = is_hole(r, o->time_us);
    if (hole && row->gap_is_hit) {
        look = LOOK_HIT;
    } else if (hole && s->active) {
        s->to_us = s->hitting && !row->since_before ? r->last_us + DETECT_INTERVAL_US : s->to_us;
        end_span(r, rule, raised, context);
    }
    if (s->active && s->hitting && !row->since_before)
        s->to_us = o->time_us;

    if (look == LOOK_HIT) {
        int shows;
        bool best = is_best(s, row, o, &shows);
        add_hit(s, row, o, row->since_before && r->begun ? r->last_us : o->time_us);
        if (best) {
            s->best = shows;
            s->best_us = o->time_us;
        }
        tell(r, rule, true, raised, context);
    } else if (s->active) {
        bool grown = s->hitting;
        s->hitting = false;
        s->misses += look == LOOK_MISS;
        if (++s->quiet > row->tolerated)
            end_span(r, rule, raised, context);
        else if (grown)
            tell(r, rule, true, raised, context);
    }
}

bool rules_feed(struct rules *r, const struct observation *o, rules_raised *raised, void *context,
                struct error *err)
{
    if (o->time_us < 0 || (r->begun && o->time_us <= r->last_us))
        return error_set(err, ERROR_INVALID, "the times of looks must rise");
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (r->policy.rules[rule].on)
            feed_rule(r, rule, o, raised, context);
    r->begun = true;
    r->last_us = o->time_us;
    return true;
}

bool rules_end(struct rules *r, int64_t end_us, rules_raised *raised, void *context,
               struct error *err)
{
    (void)err;
    end_us = r->begun ? MAX(end_us, r->last_us) : end_us;
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        const struct rule_row *row = rule_row(rule);
        struct span *s = &r->spans[rule];
        if (!r->policy.rules[rule].on || !r->begun)
            continue;
        if (is_hole(r, end_us) && row->gap_is_hit) {
            struct observation none = {.time_us = end_us, .faces_len = -1, .changed = -1};
            add_hit(s, row, &none, r->last_us);
            s->best_us = s->best < 0 ? r->last_us : s->best_us;
        } else if (s->active && s->hitting && !row->since_before) {
            s->to_us = is_hole(r, end_us) ? r->last_us + DETECT_INTERVAL_US : end_us;
        }
        if (s->active)
            end_span(r, rule, raised, context);
    }
    return true;
}

bool rules_wants_picture(const struct rules *r, const struct observation *o)
{
    bool hole = is_hole(r, o->time_us);
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        const struct rule_row *row = rule_row(rule);
        if (!r->policy.rules[rule].on ||
            (row->look(&r->policy, o) != LOOK_HIT && !(hole && row->gap_is_hit)))
            continue;
        const struct span none = {0};
        int shows;
        if (is_best(hole && !row->gap_is_hit ? &none : &r->spans[rule], row, o, &shows))
            return true;
    }
    return false;
}

bool rules_keeps_picture(const struct rules *r, int64_t time_us)
{
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (r->spans[rule].active && r->spans[rule].best_us == time_us)
            return true;
    return false;
}
