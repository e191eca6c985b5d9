/* The table of score.c: which label of the truth asks for which rule. Private to this folder. */
#pragma once
#include "analysis/score.h"

/* What a span says about a rule. */
enum score_mark { SCORE_SAYS_NOTHING = 0, SCORE_SAYS_NO, SCORE_SAYS_YES };

struct score_row {
    const char *rule;  /* a rule's name; one that does not exist (yet) is reported as such */
    const char *label; /* for people */
    enum score_stage stage;
    enum score_mark (*mark)(const struct truth_file *file, const struct truth_span *span);
};

extern const struct score_row score_table[];
extern const size_t score_table_len;
