/* Rules about things in view, from what the object model has confirmed (detect/objects.c). It tells
 * of a thing one look after it was first seen and stops some looks after it was last seen, so the
 * spans are counted from the look before. */
#include "analysis/rule_table.h"

#include <stdio.h>

#define BODIES_FRESH_S 0.6F /* the look of the model and the one behind it */

static const struct detect_object *find(const struct observation *o, enum object_kind kind)
{
    for (int i = 0; i < o->objects.len; i++)
        if (o->objects.list[i].kind == (int32_t)kind)
            return &o->objects.list[i]; /* the surest of its kind */
    return NULL;
}

static int count_people(const struct observation *o)
{
    int people = 0;
    for (int i = 0; i < o->objects.len; i++)
        people += o->objects.list[i].kind == OBJECT_PERSON;
    return people;
}

static enum look look_thing(const struct observation *o, enum object_kind kind)
{
    return o->objects.len < 0 ? LOOK_UNKNOWN : find(o, kind) ? LOOK_HIT : LOOK_MISS;
}

/* A calculator looks like a phone to the model, but rather more like a remote control. */
static enum look look_phone(const struct policy *p, const struct observation *o)
{
    const struct detect_object *phone = find(o, OBJECT_PHONE);
    if (phone && p->permitted & UINT32_C(1) << PERMITTED_CALCULATOR &&
        phone->keypad >= phone->score)
        return LOOK_UNKNOWN;
    return look_thing(o, OBJECT_PHONE);
}

static enum look look_book(const struct policy *p, const struct observation *o)
{
    (void)p;
    return look_thing(o, OBJECT_BOOK);
}

static enum look look_laptop(const struct policy *p, const struct observation *o)
{
    (void)p;
    return look_thing(o, OBJECT_LAPTOP);
}

static enum look look_screen(const struct policy *p, const struct observation *o)
{
    (void)p;
    return look_thing(o, OBJECT_SCREEN);
}

/* One flag for one thing: where faces say it, bodies need not. And only looks of the model count,
 * not what it said seconds ago: somebody whose face was seen to go has gone with it. */
static enum look look_people(const struct policy *p, const struct observation *o)
{
    if (o->objects.len < 0 || o->objects.age_s > BODIES_FRESH_S ||
        (policy_judges(p, RULE_SEVERAL_FACES) &&
         o->faces_len >= p->rules[RULE_SEVERAL_FACES].threshold))
        return LOOK_UNKNOWN;
    return count_people(o) >= p->rules[RULE_SEVERAL_PEOPLE].threshold ? LOOK_HIT : LOOK_MISS;
}

static double score_of(const struct observation *o, enum object_kind kind)
{
    const struct detect_object *thing = find(o, kind);
    return thing ? (double)thing->score : 0;
}

static double value_phone(const struct observation *o) { return score_of(o, OBJECT_PHONE); }

static double value_book(const struct observation *o) { return score_of(o, OBJECT_BOOK); }

static double value_laptop(const struct observation *o) { return score_of(o, OBJECT_LAPTOP); }

static double value_screen(const struct observation *o) { return score_of(o, OBJECT_SCREEN); }

static double value_people(const struct observation *o) { return count_people(o); }

/* A picture of a look in which the model did look is better than one taken between its looks. */
static int shows(const struct observation *o, double value)
{
    return (int)(100 * value) - (o->objects.age_s > 0 ? 50 : 0);
}

static int shows_phone(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return shows(o, value_phone(o));
}

static int shows_book(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return shows(o, value_book(o));
}

static int shows_laptop(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return shows(o, value_laptop(o));
}

static int shows_screen(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return shows(o, value_screen(o));
}

static int shows_people(const struct observation *o, double lasted_s)
{
    (void)lasted_s;
    return shows(o, count_people(o));
}

static void numbers(const char *what, const struct rule_numbers *n, char *ret, size_t size)
{
    snprintf(ret, size, "%s in %u of %u looks, %.1f s; score %.2f to %.2f", what, n->hits,
             n->samples, n->seconds, n->value_min, n->value_max);
}

static void numbers_phone(const struct rule_numbers *n, char *ret, size_t size)
{
    numbers("a phone", n, ret, size);
}

static void numbers_book(const struct rule_numbers *n, char *ret, size_t size)
{
    numbers("a book", n, ret, size);
}

static void numbers_laptop(const struct rule_numbers *n, char *ret, size_t size)
{
    numbers("a laptop", n, ret, size);
}

static void numbers_screen(const struct rule_numbers *n, char *ret, size_t size)
{
    numbers("a screen", n, ret, size);
}

static void numbers_people(const struct rule_numbers *n, char *ret, size_t size)
{
    char people[32];
    if (n->value_min < n->value_max)
        snprintf(people, sizeof people, "%.0f to %.0f", n->value_min, n->value_max);
    else
        snprintf(people, sizeof people, "%.0f", n->value_max);
    snprintf(ret, size, "%s people in %u of %u looks, %.1f s", people, n->hits, n->samples,
             n->seconds);
}

#define ON(severity, min_s, threshold)                                                             \
    {                                                                                              \
        true, (severity), (min_s), (threshold)                                                     \
    }
#define OFF(severity, min_s, threshold)                                                            \
    {                                                                                              \
        false, (severity), (min_s), (threshold)                                                    \
    }

const struct rule_row rule_objects[RULE_OBJECTS_LEN] = {
    [RULE_PHONE - RULE_PHONE] =
        {
            .name = "phone",
            .title = "Phone in view",
            .meaning = "Something that looks like a mobile phone was seen. A remote control, a "
                       "calculator or a small tablet can look the same.",
            .defaults = {ON(SEVERITY_LOW, 5, 0), ON(SEVERITY_HIGH, 1, 0),
                         ON(SEVERITY_HIGH, 0.5, 0)},
            .objects = 1U << OBJECT_PHONE,
            .look = look_phone,
            .value = value_phone,
            .shows = shows_phone,
            .numbers = numbers_phone,
            .tolerated = 4, /* the hand turns it away for a moment */
            .share_min = 0.5,
            .since_before = true,
        },
    [RULE_BOOK - RULE_PHONE] =
        {
            .name = "book",
            .title = "Book in view",
            .meaning = "A book, a magazine or a notebook was seen that may not be permitted. Most "
                       "open books and single sheets are not found: that none was flagged says "
                       "little.",
            .defaults = {OFF(SEVERITY_LOW, 10, 0), ON(SEVERITY_MEDIUM, 3, 0),
                         ON(SEVERITY_HIGH, 2, 0)},
            .objects = 1U << OBJECT_BOOK,
            .look = look_book,
            .value = value_book,
            .shows = shows_book,
            .numbers = numbers_book,
            .tolerated = 4,
            .share_min = 0.5,
            .since_before = true,
        },
    [RULE_LAPTOP - RULE_PHONE] =
        {
            .name = "laptop",
            .title = "Laptop in view",
            .meaning = "A laptop was seen by the camera. It may be a second computer, or the edge "
                       "of the candidate's own when the camera stands apart from it.",
            .defaults = {OFF(SEVERITY_LOW, 10, 0), ON(SEVERITY_MEDIUM, 3, 0),
                         ON(SEVERITY_MEDIUM, 2, 0)},
            .objects = 1U << OBJECT_LAPTOP,
            .look = look_laptop,
            .value = value_laptop,
            .shows = shows_laptop,
            .numbers = numbers_laptop,
            .tolerated = 4,
            .share_min = 0.5,
            .since_before = true,
        },
    [RULE_SECOND_SCREEN - RULE_PHONE] =
        {
            .name = "second-screen",
            .title = "Another screen in view",
            .meaning = "A monitor or a television was seen. Whether it is on, and what it shows, "
                       "the picture beside the flag may tell.",
            .defaults = {OFF(SEVERITY_LOW, 10, 0), ON(SEVERITY_MEDIUM, 3, 0),
                         ON(SEVERITY_HIGH, 2, 0)},
            .objects = 1U << OBJECT_SCREEN,
            .look = look_screen,
            .value = value_screen,
            .shows = shows_screen,
            .numbers = numbers_screen,
            .tolerated = 4,
            .share_min = 0.5,
            .since_before = true,
        },
    [RULE_SEVERAL_PEOPLE - RULE_PHONE] =
        {
            .name = "several-people",
            .title = "Another person in view, without a face",
            .meaning = "More than one body was seen, although not as many faces: somebody from "
                       "behind, turned away, or cut off by the edge of the picture. A picture on "
                       "the wall, a mirror or a window can show one, too.",
            .has_threshold = true,
            .threshold_min = 2,
            .threshold_max = DETECT_OBJECTS_MAX,
            .defaults = {ON(SEVERITY_LOW, 8, 2), ON(SEVERITY_HIGH, 1.5, 2),
                         ON(SEVERITY_HIGH, 1, 2)},
            .objects = 1U << OBJECT_PERSON,
            .look = look_people,
            .value = value_people,
            .shows = shows_people,
            .numbers = numbers_people,
            .tolerated = 10, /* the model's slowest beat: five seconds */
            .share_min = 0.5,
            .since_before = true,
        },
};
