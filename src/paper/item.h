/* A flag as a document shows it, of a session or of a single recording. Only for this folder. */
#pragma once
#include "analysis/rules.h"
#include "paper/words.h"

struct item {
    const struct flag *flag;
    const struct policy *policy;
    struct str when;           /* "17:02:03–17:02:20 (17 s)" */
    struct str place;          /* "Camera and microphone, from 0:12.0"; empty: not told */
    struct str seen;           /* when the picture is from */
    struct str jpeg, why_none; /* the picture, or why there is none */
};
void item_add(struct doc *d, enum paper_language language, const struct item *item);

/* The rules of a policy with their numbers. */
void item_rules(struct doc *d, enum paper_language language, const struct policy *policy);
