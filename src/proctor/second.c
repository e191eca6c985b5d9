#include "proctor/second.h"

void second_begin(struct second *s, enum review_second asked)
{
    *s = (struct second){.asked = asked, .state = REVIEW_OPEN};
}

/* Does a decision of one person need another's look? */
static bool needs_second(const struct second *s, enum review_outcome outcome)
{
    switch (s->asked) {
    case REVIEW_SECOND_ALWAYS:
        return true;
    case REVIEW_SECOND_VIOLATIONS:
        return outcome == REVIEW_VIOLATION;
    case REVIEW_SECOND_NONE:
    case REVIEW_SECOND_NEVER:
        break;
    }
    return false;
}

/* The state that the words make. */
static enum review_state state_of(const struct second *s)
{
    if (s->first.outcome == REVIEW_NONE)
        return REVIEW_OPEN;
    if (s->overruled || s->third.outcome != REVIEW_NONE)
        return REVIEW_SETTLED;
    if (s->second.outcome == REVIEW_NONE)
        return needs_second(s, s->first.outcome) ? REVIEW_WAITING : REVIEW_SETTLED;
    return s->first.outcome == s->second.outcome ? REVIEW_SETTLED : REVIEW_DIFFERS;
}

/* Where nobody is left, the words move up: who was second and stays becomes the first. */
static void move_up(struct second *s)
{
    static const struct second_person nobody = {0};
    if (s->third.outcome == REVIEW_NONE)
        s->third = nobody;
    if (s->first.outcome == REVIEW_NONE) {
        s->first = s->second;
        s->second = nobody;
    }
    if (s->second.outcome == REVIEW_NONE)
        s->second = nobody;
    if (s->first.outcome == REVIEW_NONE)
        s->first = nobody;
    s->state = state_of(s);
}

/* One person's word stands alone: whoever speaks next takes its place, or begins anew. */
static bool stands_alone(const struct second *s)
{
    return s->state == REVIEW_OPEN || s->overruled ||
           (s->state == REVIEW_SETTLED && s->second.user_ref == 0);
}

enum review_may second_may(const struct second *s, int64_t user_ref)
{
    bool third = s->third.user_ref != 0;
    if (stands_alone(s) || s->state == REVIEW_WAITING)
        return REVIEW_MAY_DECIDE;
    if (third)
        return user_ref == s->third.user_ref ? REVIEW_MAY_SETTLE : REVIEW_MAY_NOTHING;
    if (user_ref == s->first.user_ref || user_ref == s->second.user_ref)
        return REVIEW_MAY_DECIDE;
    return s->state == REVIEW_DIFFERS ? REVIEW_MAY_SETTLE : REVIEW_MAY_NOTHING;
}

/* Whose words they are, of those that are there; NULL: nobody's yet. */
static struct second_person *own(struct second *s, int64_t user_ref)
{
    struct second_person *people[] = {&s->first, &s->second, &s->third};
    for (size_t i = 0; i < ARRAY_LEN(people); i++)
        if (people[i]->user_ref == user_ref && user_ref != 0)
            return people[i];
    return NULL;
}

static bool check(const struct second *s, const struct second_word *word, bool has_own,
                  struct error *err)
{
    enum review_may may = second_may(s, word->user_ref);
    if (may == REVIEW_MAY_NOTHING)
        return error_set(err, ERROR_CONFLICT,
                         "two people have decided together: one of them can change it");
    if (word->settles && may != REVIEW_MAY_SETTLE)
        return error_set(err, ERROR_CONFLICT, "there is nothing to settle: please look again");
    if (!word->settles && may == REVIEW_MAY_SETTLE)
        return error_set(err, ERROR_CONFLICT,
                         "two people have decided differently in the meantime: please look again");
    if (word->outcome == REVIEW_NONE && !has_own && !stands_alone(s))
        return error_set(err, ERROR_CONFLICT, "there is no decision of yours to take back");
    return true;
}

bool second_add(struct second *s, const struct second_word *word, struct error *err)
{
    const struct second_person said = {word->user_ref, word->outcome};
    if (word->overrules) {
        *s = (struct second){.asked = s->asked, .first = said, .overruled = true};
        s->state = state_of(s);
        return true;
    }
    struct second_person *place = own(s, word->user_ref);
    if (!check(s, word, place != NULL, err))
        return false;
    if (stands_alone(s))
        *s = (struct second){.asked = s->asked, .first = said};
    else if (place)
        *place = said;
    else if (s->state == REVIEW_WAITING)
        s->second = said;
    else
        s->third = said;
    move_up(s);
    return true;
}

enum review_outcome second_outcome(const struct second *s)
{
    if (s->state != REVIEW_SETTLED)
        return REVIEW_NONE;
    return s->third.outcome != REVIEW_NONE ? s->third.outcome : s->first.outcome;
}

bool second_is_blind(const struct second *s)
{
    bool may_be_asked = s->asked == REVIEW_SECOND_ALWAYS || s->asked == REVIEW_SECOND_VIOLATIONS;
    return may_be_asked && (s->state == REVIEW_OPEN || s->state == REVIEW_WAITING);
}

enum review_outcome second_own(const struct second *s, int64_t user_ref)
{
    struct second copy = *s;
    const struct second_person *person = own(&copy, user_ref);
    return person ? person->outcome : REVIEW_NONE;
}
