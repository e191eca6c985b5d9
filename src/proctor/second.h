/* How the words of several reviewers become one decision, where the policy may ask for a second
 * look. Pure: the decisions of a session, one after the other, give where it stands.
 *
 *   open      nobody has decided
 *   waiting   the first has, and a second person is to look without knowing what the first said
 *   differs   the two do not agree: one of them changes their own, or a third settles it
 *   settled   agreed, settled by a third, decided by one where one is enough, or by an appeal
 *
 * Only what is settled counts as the outcome. What one has said, one can change and take back; of
 * two or three who decided together nobody can change the word of another. Where one is enough,
 * whoever decides last counts. */
#pragma once
#include "analysis/policy.h"
#include "proctor/review.h"

struct second_word { /* one decision */
    int64_t user_ref;
    enum review_outcome outcome; /* REVIEW_NONE: they take theirs back */
    bool settles;                /* they saw that two differ, and settle it */
    bool overrules;              /* of an appeal: stands, whatever was before */
};

struct second_person {
    int64_t user_ref; /* 0: nobody */
    enum review_outcome outcome;
};
struct second {
    enum review_second asked; /* by the policy */
    enum review_state state;
    /* Who has decided, and their words now; the third settled what the first two said. An appeal's
     * word stands alone as the first. */
    struct second_person first, second, third;
    bool overruled;
};

void second_begin(struct second *s, enum review_second asked);
/* ERROR_CONFLICT says why this person cannot say this now; *s is then as before. */
MUST_USE bool second_add(struct second *s, const struct second_word *word, struct error *err);

enum review_outcome second_outcome(const struct second *s); /* REVIEW_NONE until it is settled */
/* Is this user to see only their own words? Until a second person has decided, everybody may still
 * become that person. */
bool second_is_blind(const struct second *s);
/* What they may say now. */
enum review_may second_may(const struct second *s, int64_t user_ref);
/* Their own decision as it stands; REVIEW_NONE: none. */
enum review_outcome second_own(const struct second *s, int64_t user_ref);
