/* Is the name on a document the name of an account? Names are written in another order, without
 * accents or in other letters (ICAO 9303-3 section 6), with second names or without, with initials,
 * in one word or two, cut where a field ends. None of that is a sign against anybody; what cannot
 * be explained goes to a person.
 *
 * Pure. The reason holds parts of the names: it is for the candidate and for staff, not for logs.
 */
#pragma once
#include "base/base.h"

#define NAME_REASON_MAX 320

enum name_verdict {
    NAME_NOT_COMPARED = 0, /* there is no name to compare, or in a script that cannot be compared */
    NAME_MATCH,
    NAME_UNSURE, /* a person has to look */
    NAME_MISMATCH,
    NAME_VERDICTS,
};
const char *name_verdict_text(enum name_verdict v); /* "match"; static */

struct name_on_document { /* borrowed; UTF-8, or as in a machine-readable zone */
    struct str surname;   /* empty when the document does not tell them apart: all is in `given` */
    struct str given;
    bool cut; /* the field was full: there may be more */
};
struct name_result {
    enum name_verdict verdict;
    float score; /* 0..1: how much of the account's name is on the document */
    char reason[NAME_REASON_MAX];
};
void name_match(struct str account, const struct name_on_document *document,
                struct name_result *ret);
