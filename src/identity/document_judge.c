/* What the facts mean for one candidate. */
#include "identity/document.h"

#include <stdio.h>
#include <string.h>

static void add_reason(struct document_reading *r, const char *text)
{
    if (r->reasons_len < DOCUMENT_REASONS_MAX)
        snprintf(r->reasons[r->reasons_len++], DOCUMENT_REASON_MAX, "%s", text);
}

void document_judge(const struct document_facts *facts, const struct document_candidate *candidate,
                    struct document_reading *ret)
{
    struct mrz mrz;
    struct error ignored;
    memset(ret, 0, sizeof *ret);
    ret->guidance = (enum document_guidance)facts->guidance;
    ret->face_score = -2;
    ret->name_score = -1;
    ret->verdict = DOCUMENT_UNSURE;
    if (facts->mrz_found && mrz_parse(str_from(facts->mrz), candidate->today.year, &mrz, &ignored))
        ret->mrz = mrz.valid;
    if (facts->embedded && candidate->face)
        ret->face_score = template_similarity(candidate->face, &facts->embedding);
    add_reason(ret, "a person has to look at it");
}
