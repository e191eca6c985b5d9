/* Hysteresis: a span of a rule begins at its first hit and ends after more looks without a hit than
 * the rule tolerates; it is raised as a flag once it has lasted as long as the policy says and
 * enough of its looks were hits.
 *
 * A look stands for the time until the next one, so a span ends at the first look that showed
 * something else. When looks are further apart than REACH_MAX_US nobody knows what was in between:
 * spans end there, except of a rule for which a missing picture is itself the finding. */
#include "analysis/rules.h"

#include "analysis/calibration.h"
#include "analysis/mouth.h"
#include "analysis/rule_table.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH_MAX_US (2 * SECOND_US) /* four looks: a stutter of the camera, not a hole */
/* A browser sends hardly a picture of a screen on which nothing changes. */
#define SCREEN_REACH_MAX_US (10 * SECOND_US)
#define WORDS_MAX 6
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
    struct detect_screen_word words[WORDS_MAX]; /* of a screen */
    size_t words_len;
};

/* A flag that has ended, whose numbers may change when later looks are known. */
struct ended {
    uint32_t index;
    struct flag flag;        /* without the mouth */
    struct mouth_moves told; /* with it, when it was told last */
};

/* Looks and sounds come with times of their own. */
struct sense {
    bool begun; /* there was one before */
    int64_t last_us;
};
/* What a rule is asked about: one of the two. */
struct sample {
    int64_t time_us;
    const struct observation *look;
    const struct sound_observation *sound;
};

struct rules {
    struct policy policy;
    struct span spans[RULE_COUNT];
    struct sense looks, sounds;
    struct calibration usual; /* of this candidate */
    struct mouth_watch mouth;
    struct ended *ended; /* owned: those with a mouth */
    size_t ended_len, ended_room;
    uint32_t flags;
    bool screen; /* the looks are at a screen */
};

static void ask(const struct policy *policy, enum rule rule, struct detect_options *ret)
{
    const struct rule_row *row = rule_row(rule);
    ret->objects |= row->objects;
    ret->head |= (row->wants & RULE_WANTS_HEAD) != 0;
    ret->gaze |= (row->wants & RULE_WANTS_GAZE) != 0;
    ret->clarity |= (row->wants & RULE_WANTS_CLARITY) != 0;
    ret->loop |= (row->wants & RULE_WANTS_LOOP) != 0;
    ret->drawn |= (row->wants & RULE_WANTS_DRAWN) != 0;
    if (row->wants & RULE_WANTS_STILL)
        ret->still_limit = policy->rules[rule].threshold;
}

void rules_ask(const struct policy *policy, bool screen, struct detect_options *ret)
{
    *ret = (struct detect_options){
        .screen = {.on = screen,
                   .words = screen && policy_judges(policy, RULE_SCREEN_FORBIDDEN),
                   .own = policy->screen.own,
                   .own_len = policy->screen.own_len},
    };
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (!screen && policy_judges(policy, rule))
            ask(policy, rule, ret);
}

bool rules_listen(const struct policy *policy)
{
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (rule_row(rule)->hear && policy_judges(policy, rule))
            return true;
    return false;
}

static bool is_screen(const struct observation *o) { return o->screen.known == 1; }

bool rules_create(const struct policy *policy, struct rules **ret, struct error *err)
{
    struct rules *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    r->policy = *policy;
    *ret = r;
    return true;
}

void rules_destroy(struct rules *r)
{
    if (!r)
        return;
    mouth_done(&r->mouth);
    free(r->ended);
    free(r);
}

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
        .from_us = s->from_us,
        .to_us = s->to_us,
        .value_min = s->value_min,
        .value_max = s->value_max,
        .value_mean = s->value_sum / (double)s->hits,
        .policy = &r->policy,
        .words = s->words,
        .words_len = s->words_len,
    };
    rule_row(rule)->numbers(&numbers, ret->numbers, sizeof ret->numbers);
}

static struct mouth_moves add_mouth(const struct rules *r, struct flag *flag)
{
    struct mouth_moves moves = mouth_between(&r->mouth, flag->from_us, flag->to_us);
    mouth_words(moves, flag->numbers, sizeof flag->numbers);
    return moves;
}

/* Without memory nothing is told later; what was told stands. */
static void keep_ended(struct rules *r, uint32_t index, const struct flag *flag,
                       struct mouth_moves told)
{
    if (r->ended_len == r->ended_room) {
        size_t room = MAX(r->ended_room * 2, 16);
        struct ended *more = reallocarray(r->ended, room, sizeof *more);
        if (!more)
            return;
        r->ended = more;
        r->ended_room = room;
    }
    r->ended[r->ended_len++] = (struct ended){index, *flag, told};
}

/* All looks are known now, whichever came first. */
static void tell_mouths(struct rules *r, rules_raised *raised, void *context)
{
    for (size_t i = 0; i < r->ended_len; i++) {
        struct flag flag = r->ended[i].flag;
        struct mouth_moves moves = add_mouth(r, &flag);
        if (moves.looks != r->ended[i].told.looks || moves.moved != r->ended[i].told.moved)
            raised(context, r->ended[i].index, &flag);
    }
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
    if (rule_row(rule)->of_mouth) {
        const struct flag bare = flag;
        struct mouth_moves moves = add_mouth(r, &flag);
        if (!open)
            keep_ended(r, s->index, &bare, moves);
    }
    raised(context, s->index, &flag);
}

static void end_span(struct rules *r, enum rule rule, rules_raised *raised, void *context)
{
    tell(r, rule, false, raised, context);
    r->spans[rule] = (struct span){0};
}

static const struct sense *sense_of(const struct rules *r, const struct rule_row *row)
{
    return row->hear ? &r->sounds : &r->looks;
}

static double value_of(const struct rule_row *row, const struct sample *x)
{
    return row->hear ? row->heard(x->sound) : row->value(x->look);
}

static void note_words(struct span *s, const struct policy *policy, const struct observation *o)
{
    for (int i = 0; i < o->screen.words_len && s->words_len < WORDS_MAX; i++) {
        const struct detect_screen_word *word = &o->screen.words[i];
        bool known = !rule_screen_counts(policy, word);
        for (size_t k = 0; k < s->words_len && !known; k++)
            known = s->words[k].id == word->id;
        if (!known)
            s->words[s->words_len++] = *word;
    }
}

static void add_hit(struct span *s, const struct rule_row *row, const struct sample *x,
                    int64_t from_us)
{
    double value = value_of(row, x);
    if (!s->active)
        *s = (struct span){.active = true,
                           .from_us = from_us,
                           .value_min = value,
                           .value_max = value,
                           .best = -1,
                           .best_us = x->time_us};
    s->samples += s->misses + 1;
    s->hits++;
    s->misses = s->quiet = 0;
    s->hitting = true;
    s->to_us = x->time_us;
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

/* What is heard has the picture of the first look after it was known: who was there then? */
static bool is_first_look(const struct span *s) { return s->active && s->best < 0; }

static bool is_hole(const struct rules *r, const struct sense *sense, int64_t time_us)
{
    int64_t reach_us = sense == &r->looks && r->screen ? SCREEN_REACH_MAX_US : REACH_MAX_US;
    return sense->begun && time_us - sense->last_us > reach_us;
}

static bool is_judged(const struct rules *r, enum rule rule, bool screen)
{
    const struct rule_row *row = rule_row(rule);
    return policy_judges(&r->policy, rule) && !row->event && (row->hear || row->screen == screen);
}

/* Some things can only be told when they have lasted for a while. */
static int64_t beginning(const struct rule_row *row, const struct sample *x)
{
    int64_t before_us = row->since_us && x->look ? row->since_us(x->look) : 0;
    return x->time_us - MIN(MAX(before_us, 0), x->time_us);
}

static void feed_rule(struct rules *r, enum rule rule, const struct sample *x, rules_raised *raised,
                      void *context)
{
    const struct rule_row *row = rule_row(rule);
    const struct sense *sense = sense_of(r, row);
    struct span *s = &r->spans[rule];
    enum look look = row->hear ? row->hear(&r->policy, x->sound) : row->look(&r->policy, x->look);
    bool hole = is_hole(r, sense, x->time_us), missing = hole && row->gap_is_hit;
    if (missing) {
        look = LOOK_HIT;
    } else if (hole && s->active) {
        s->to_us =
            s->hitting && !row->since_before ? sense->last_us + DETECT_INTERVAL_US : s->to_us;
        end_span(r, rule, raised, context);
    }
    if (s->active && s->hitting && !row->since_before)
        s->to_us = x->time_us;

    if (look == LOOK_HIT) {
        int shows = 0;
        bool best = x->look && is_best(s, row, x->look, &shows);
        bool before = sense->begun && (row->since_before || missing);
        add_hit(s, row, x, before ? sense->last_us : beginning(row, x));
        if (row->screen)
            note_words(s, &r->policy, x->look);
        if (best) {
            s->best = shows;
            s->best_us = x->time_us;
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

static bool feed(struct rules *r, struct sense *sense, const struct sample *x, rules_raised *raised,
                 void *context, struct error *err)
{
    if (x->time_us < 0 || (sense->begun && x->time_us <= sense->last_us))
        return error_set(err, ERROR_INVALID, "the times of looks must rise");
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        if (is_judged(r, rule, r->screen) && sense_of(r, rule_row(rule)) == sense)
            feed_rule(r, rule, x, raised, context);
    sense->begun = true;
    sense->last_us = x->time_us;
    return true;
}

/* The look as the rules see it: against what is usual for this candidate. */
static struct observation compared(const struct rules *r, const struct observation *o)
{
    struct observation own = *o;
    calibration_apply(&r->usual, &own);
    return own;
}

bool rules_feed(struct rules *r, const struct observation *o, rules_raised *raised, void *context,
                struct error *err)
{
    const struct observation own = compared(r, o);
    const struct sample x = {.time_us = o->time_us, .look = &own};
    r->screen = is_screen(o);
    if (!feed(r, &r->looks, &x, raised, context, err))
        return false;
    if (!r->screen && policy_judges(&r->policy, RULE_SOUND_SPEECH) &&
        !mouth_note(&r->mouth, o, err))
        return false;
    calibration_learn(&r->usual, o); /* afterwards: rules_wants_picture() has judged the same */
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        struct span *s = &r->spans[rule];
        if (rule_row(rule)->hear && is_first_look(s)) {
            s->best = 0;
            s->best_us = o->time_us;
        }
    }
    return true;
}

bool rules_hear(struct rules *r, const struct sound_observation *o, rules_raised *raised,
                void *context, struct error *err)
{
    const struct sample x = {.time_us = o->time_us, .sound = o};
    return feed(r, &r->sounds, &x, raised, context, err);
}

static void end_rule(struct rules *r, enum rule rule, int64_t end_us, rules_raised *raised,
                     void *context)
{
    const struct rule_row *row = rule_row(rule);
    const struct sense *sense = sense_of(r, row);
    struct span *s = &r->spans[rule];
    if (!is_judged(r, rule, r->screen) || !sense->begun)
        return;
    end_us = MAX(end_us, sense->last_us);
    if (is_hole(r, sense, end_us) && row->gap_is_hit) {
        const struct observation nothing_seen = {.time_us = end_us, .faces_len = -1, .changed = -1};
        const struct sound_observation nothing_heard = {.time_us = end_us, .rms_db = SOUND_DB_MIN};
        const struct sample none = {end_us, &nothing_seen, &nothing_heard};
        add_hit(s, row, &none, sense->last_us);
        s->best_us = s->best < 0 ? sense->last_us : s->best_us;
    } else if (s->active && s->hitting && !row->since_before) {
        s->to_us = is_hole(r, sense, end_us) ? sense->last_us + DETECT_INTERVAL_US : end_us;
    }
    if (s->active)
        end_span(r, rule, raised, context);
}

bool rules_end(struct rules *r, int64_t end_us, rules_raised *raised, void *context,
               struct error *err)
{
    (void)err;
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        end_rule(r, rule, end_us, raised, context);
    tell_mouths(r, raised, context);
    return true;
}

bool rules_wants_picture(const struct rules *r, const struct observation *o)
{
    bool hole = is_hole(r, &r->looks, o->time_us);
    const struct observation own = compared(r, o);
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
        const struct rule_row *row = rule_row(rule);
        if (row->hear && is_first_look(&r->spans[rule]))
            return true;
        if (row->hear || !is_judged(r, rule, is_screen(o)) ||
            (row->look(&r->policy, &own) != LOOK_HIT && !(hole && row->gap_is_hit)))
            continue;
        const struct span none = {0};
        int shows;
        if (is_best(hole && !row->gap_is_hit ? &none : &r->spans[rule], row, &own, &shows))
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
