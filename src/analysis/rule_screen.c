/* Rules about the recording of a screen (detect/screen.c). docs/policy.md tells the measurements.
 */
#include "analysis/rule_table.h"

#include <stdio.h>
#include <string.h>

/* A clock with seconds stands still for one second at most, and looks are a second apart. */
#define CLOCK_STILL_MIN_S 1.5F

static enum look hit_if(bool hit) { return hit ? LOOK_HIT : LOOK_MISS; }

static enum look look_black(const struct policy *p, const struct observation *o)
{
    return hit_if(o->screen.black >= p->rules[RULE_SCREEN_BLACK].threshold);
}

/* Where no clock was seen running, a picture that stands still says nothing. */
static enum look look_frozen(const struct policy *p, const struct observation *o)
{
    (void)p;
    if (o->screen.still_s < 0)
        return LOOK_UNKNOWN;
    return hit_if(o->screen.still_s >= CLOCK_STILL_MIN_S);
}

/* Only the time without pictures is a hit. */
static enum look look_lost(const struct policy *p, const struct observation *o)
{
    (void)p;
    (void)o;
    return LOOK_MISS;
}

static enum look look_changed(const struct policy *p, const struct observation *o)
{
    if (o->screen.replaced < 0)
        return LOOK_UNKNOWN;
    if (policy_judges(p, RULE_SCREEN_BLACK) && look_black(p, o) == LOOK_HIT)
        return LOOK_UNKNOWN; /* one flag for one thing */
    return hit_if(o->screen.replaced >= p->rules[RULE_SCREEN_CHANGED].threshold);
}

bool rule_screen_counts(const struct policy *p, const struct detect_screen_word *word)
{
    if (word->kind != SCREEN_OWN)
        return p->screen.kinds & UINT32_C(1) << word->kind;
    for (size_t i = 0; i < p->screen.own_len; i++)
        if (screen_word_id(str_from(p->screen.own[i])) == word->id)
            return true;
    return false; /* of the policy that it was recorded under */
}

static enum look look_forbidden(const struct policy *p, const struct observation *o)
{
    for (int i = 0; i < o->screen.words_len; i++)
        if (rule_screen_counts(p, &o->screen.words[i]))
            return LOOK_HIT;
    return o->screen.words_len < 0 ? LOOK_UNKNOWN : LOOK_MISS;
}

static double value_black(const struct observation *o) { return (double)o->screen.black; }

static double value_still(const struct observation *o) { return (double)o->screen.still_s; }

static double value_replaced(const struct observation *o) { return (double)o->screen.replaced; }

static double value_words(const struct observation *o) { return o->screen.words_len; }

static int64_t microseconds(float s) { return (int64_t)((double)s * 1e6); }

static int64_t since_still(const struct observation *o) { return microseconds(o->screen.still_s); }

static int64_t since_shown(const struct observation *o) { return microseconds(o->screen.shown_s); }

static int shows_equally(const struct observation *o, double lasted_s)
{
    (void)o;
    (void)lasted_s;
    return 0;
}

static int shows_most_words(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return o->screen.words_len;
}

static void numbers_black(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "%.0f %% of the screen black in %u of %u looks, %.1f s", 100 * n->value_min,
             n->hits, n->samples, n->seconds);
}

static void numbers_frozen(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "a clock on the screen stood still in %u of %u looks, %.1f s", n->hits,
             n->samples, n->seconds);
}

static void numbers_lost(const struct rule_numbers *n, char *ret, size_t size)
{
    rule_numbers_gap("screen", n, ret, size);
}

static void numbers_changed(const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "%.0f %% of the screen became something else", 100 * n->value_max);
}

/* "lower right", of a ninth of the screen. */
static void name_place(const struct detect_screen_word *word, char *ret, size_t size)
{
    static const char *const rows[] = {"upper", "middle", "lower"};
    static const char *const columns[] = {"left", "centre", "right"};
    double x = (double)word->x + (double)word->width / 2;
    double y = (double)word->y + (double)word->height / 2;
    snprintf(ret, size, "%s %s",
             rows[y < 1.0 / 3   ? 0
                  : y < 2.0 / 3 ? 1
                                : 2],
             columns[x < 1.0 / 3   ? 0
                     : x < 2.0 / 3 ? 1
                                   : 2]);
}

static const char *word_text(const struct policy *p, const struct detect_screen_word *word)
{
    enum screen_kind kind;
    for (size_t i = 0; word->kind == SCREEN_OWN && i < p->screen.own_len; i++)
        if (screen_word_id(str_from(p->screen.own[i])) == word->id)
            return p->screen.own[i];
    const char *text = screen_word_text(word->id, &kind);
    return text ? text : "?";
}

static void numbers_forbidden(const struct rule_numbers *n, char *ret, size_t size)
{
    char words[120] = "", place[32] = "";
    size_t len = 0;
    for (size_t i = 0; i < n->words_len && len < sizeof words - 1; i++) {
        struct str text = str_from(word_text(n->policy, &n->words[i]));
        text.len -= str_ends(text, STR("$"));
        bool same = i && n->words[i].kind == n->words[i - 1].kind;
        const char *kind = same ? "" : screen_kind_title((enum screen_kind)n->words[i].kind);
        size_t more = (size_t)snprintf(words + len, sizeof words - len, "%s%s%s\"" STR_FMT "\"",
                                       i ? ", " : "", kind, same ? "" : ": ", STR_ARG(text));
        if (more >= sizeof words - len) {
            words[len] = '\0'; /* whole words only */
            break;
        }
        len += more;
    }
    if (n->words_len)
        name_place(&n->words[0], place, sizeof place);
    snprintf(ret, size, "%s (%s) in %u of %u looks, %.1f s", words, place, n->hits, n->samples,
             n->seconds);
}

#define ROW(rule) [(rule)-RULE_SCREEN_FIRST]

const struct rule_row rule_screen[RULE_SCREEN_LEN] = {
    ROW(RULE_SCREEN_BLACK) =
        {
            .name = "screen-black",
            .title = "Shared screen is black",
            .meaning = "The recording of the screen shows nothing but black. A screen that sleeps "
                       "or is locked does that, and so does a window that forbids to be recorded.",
            .has_threshold = true,
            .threshold_min = 0.5,
            .threshold_max = 1,
            .defaults = {RULE_ON(SEVERITY_LOW, 15, 0.99), RULE_ON(SEVERITY_MEDIUM, 4, 0.99),
                         RULE_ON(SEVERITY_HIGH, 2, 0.99)},
            .screen = true,
            .look = look_black,
            .value = value_black,
            .shows = shows_equally,
            .numbers = numbers_black,
            .tolerated = 1,
            .share_min = 0.7,
        },
    ROW(RULE_SCREEN_FROZEN) =
        {
            .name = "screen-frozen",
            .title = "Shared screen stands still",
            .meaning = "A clock on the screen ran, and then stood still while time went on. A "
                       "computer that hangs does that, and so does a still picture shared instead "
                       "of the screen.",
            .defaults = {RULE_ON(SEVERITY_LOW, 20, 0), RULE_ON(SEVERITY_MEDIUM, 6, 0),
                         RULE_ON(SEVERITY_HIGH, 4, 0)},
            .screen = true,
            .look = look_frozen,
            .value = value_still,
            .shows = shows_equally,
            .numbers = numbers_frozen,
            .tolerated = 0,
            .share_min = 0.7,
            .since_us = since_still,
        },
    ROW(RULE_SCREEN_LOST) =
        {
            .name = "screen-lost",
            .title = "No picture of the screen",
            .meaning = "For a while no picture of the screen was recorded, so nothing can be said "
                       "about that time. The share was stopped, or the computer was too busy.",
            .defaults = {RULE_ON(SEVERITY_LOW, 30, 0), RULE_ON(SEVERITY_MEDIUM, 10, 0),
                         RULE_ON(SEVERITY_HIGH, 10, 0)},
            .screen = true,
            .look = look_lost,
            .value = value_black,
            .shows = shows_equally,
            .numbers = numbers_lost,
            .tolerated = 0,
            .share_min = 0.5,
            .since_before = true,
            .gap_is_hit = true,
        },
    ROW(RULE_SCREEN_CHANGED) =
        {
            .name = "screen-changed",
            .title = "Something else on the screen",
            .meaning = "A large part of the screen became something else at once: another window, "
                       "application or site. The picture shows what it was afterwards.",
            .has_threshold = true,
            .threshold_min = 0.02,
            .threshold_max = 1,
            .defaults = {RULE_OFF(SEVERITY_LOW, 0, 0.25), RULE_ON(SEVERITY_LOW, 0, 0.25),
                         RULE_ON(SEVERITY_LOW, 0, 0.05)},
            .screen = true,
            .look = look_changed,
            .value = value_replaced,
            .shows = shows_equally,
            .numbers = numbers_changed,
            .tolerated = 0,
            .share_min = 0.5,
            .since_before = true,
        },
    ROW(RULE_SCREEN_FORBIDDEN) =
        {
            .name = "screen-forbidden",
            .title = "Forbidden application or site",
            .meaning = "Words on the screen are those of something this exam does not allow. They "
                       "were read from the picture: look at it, since a text may only speak of it.",
            .defaults = {RULE_ON(SEVERITY_MEDIUM, 3, 0), RULE_ON(SEVERITY_HIGH, 2, 0),
                         RULE_ON(SEVERITY_HIGH, 0, 0)},
            .screen = true,
            .look = look_forbidden,
            .value = value_words,
            .shows = shows_most_words,
            .numbers = numbers_forbidden,
            .tolerated = 3, /* a page that is being scrolled or drawn anew is not read meanwhile */
            .share_min = 0.5,
            .since_us = since_shown,
        },
};
