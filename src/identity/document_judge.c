/* What the facts mean for one candidate. Approved: the face is the scan's, the name the account's,
 * and the date lies ahead, each for sure. Rejected: what a retake mends, and what has certainly
 * expired, for which only dates under a check digit are believed. Everything else: a person.
 *
 * A likeness of a photograph on a document to a scan is judged as of any two pictures
 * (template.h). One under it never rejects: documents are old, small and grey. */
#include "identity/document.h"

#include "identity/aamva.h"
#include "identity/document_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void add_reason(struct document_reading *r, const char *format, ...) PRINTF_LIKE(2, 3);

static void add_reason(struct document_reading *r, const char *format, ...)
{
    va_list args;
    if (r->reasons_len >= DOCUMENT_REASONS_MAX)
        return;
    va_start(args, format);
    vsnprintf(r->reasons[r->reasons_len++], DOCUMENT_REASON_MAX, format, args);
    va_end(args);
}

/* Approved stays so only as long as nothing speaks against it; rejected stands. */
static void worsen(struct document_reading *r, enum document_verdict to)
{
    if (r->verdict == DOCUMENT_APPROVED || to == DOCUMENT_REJECTED)
        r->verdict = to;
}

static enum document_kind kind_of(const struct mrz *mrz)
{
    if (mrz->type[0] == 'P')
        return DOCUMENT_PASSPORT;
    return mrz->type[0] == 'V' ? DOCUMENT_OTHER : DOCUMENT_ID_CARD;
}

/* What another picture mends: the first that applies. */
static void judge_picture(const struct document_facts *facts, struct document_reading *r)
{
    static const char *const texts[DOCUMENT_GUIDANCES] = {
        [DOCUMENT_NO_CARD] = "no identity document was found in the picture: hold it flat before "
                             "the camera, so that it fills most of the picture",
        [DOCUMENT_CLOSER] = "the document is too small to be read: hold it closer",
        [DOCUMENT_WHOLE_CARD] = "the document is cut off: hold all of it into the picture",
        [DOCUMENT_BLURRED] = "the picture is blurred: hold the document still until it is sharp",
        [DOCUMENT_GLARE] = "light is reflected on the document: tilt it a little",
        [DOCUMENT_MORE_LIGHT] = "it is too dark: turn on a light",
        [DOCUMENT_TURN_OVER] = "there is no photo on this side: turn the document over; photo and "
                               "name must be on the same side",
    };
    const char *text = r->guidance < DOCUMENT_GUIDANCES ? texts[r->guidance] : NULL;
    if (!text)
        return;
    worsen(r, DOCUMENT_REJECTED);
    add_reason(r, "%s", text);
    (void)facts;
}

static void judge_face(const struct document_facts *facts,
                       const struct document_candidate *candidate, struct document_reading *r)
{
    if (!facts->embedded || !candidate->face || !candidate->face->pictures) {
        worsen(r, DOCUMENT_UNSURE);
        add_reason(r, !facts->embedded ? "the photo on the document is too poor to be compared"
                                       : "there is no face scan to compare the photo with");
        return;
    }
    r->face_score = template_similarity(candidate->face, &facts->embedding);
    if (r->face_score >= IDENTITY_SAME_MIN)
        return;
    worsen(r, DOCUMENT_UNSURE);
    add_reason(r, r->face_score < IDENTITY_DIFFERENT
                      ? "the photo on the document does not look like the face scan"
                      : "the photo on the document is not surely the person of the face scan");
}

/* What was made for machines: the zone, all of whose check digits agree, or a licence's barcode,
 * whose error correction lets no other letter through. */
struct machine {
    bool there;
    struct name_on_document name; /* borrowed from the zone or the licence */
    struct mrz_date expiry;       /* year 0: not said */
};

static void judge_name(const struct document_facts *facts,
                       const struct document_candidate *candidate, const struct machine *machine,
                       struct document_reading *r)
{
    struct name_result printed, zone = {0};
    char name[DOCUMENT_NAME_MAX];
    document_text_name(facts, candidate->name, &printed, name);
    if (machine->there) {
        const struct name_on_document *on = &machine->name;
        name_match(candidate->name, on, &zone);
        snprintf(r->name, sizeof r->name, STR_FMT "%s" STR_FMT, STR_ARG(on->given),
                 on->given.len && on->surname.len ? " " : "", STR_ARG(on->surname));
    } else {
        memcpy(r->name, name, sizeof r->name);
    }
    /* The zone's name is under no check digit but stands in a zone whose others agree; the printed
     * one has the letters that the zone cannot. Either will do; the zone's doubt weighs more. */
    const struct name_result *best =
        zone.verdict == NAME_NOT_COMPARED || printed.verdict == NAME_MATCH ? &printed : &zone;
    if (zone.verdict == NAME_MATCH || zone.verdict == NAME_MISMATCH)
        best = &zone;
    r->name_verdict = best->verdict;
    r->name_score = best->verdict == NAME_NOT_COMPARED ? -1 : best->score;
    memcpy(r->name_reason, best->reason, sizeof r->name_reason);
    if (best->verdict == NAME_MATCH)
        return;
    worsen(r, DOCUMENT_UNSURE);
    add_reason(r, "%s", best->reason);
}

static void judge_date(const struct document_facts *facts,
                       const struct document_candidate *candidate, const struct machine *machine,
                       struct document_reading *r)
{
    bool certain = machine->there && machine->expiry.year;
    r->expires = certain ? machine->expiry : document_text_expiry(facts, &candidate->today);
    if (!r->expires.year) {
        worsen(r, DOCUMENT_UNSURE);
        add_reason(r, "the date of expiry could not be read");
        return;
    }
    struct mrz_date last = r->expires; /* a month, or a year, lasts to its end */
    last.month = last.month ? last.month : 12;
    last.day = last.day ? last.day : 31;
    if (document_compare_dates(&last, &candidate->today) >= 0)
        return;
    worsen(r, certain ? DOCUMENT_REJECTED : DOCUMENT_UNSURE);
    add_reason(r,
               certain ? "the document expired on %d-%02d-%02d: use one that is valid"
                       : "the document seems to have expired on %d-%02d-%02d",
               r->expires.year, last.month, last.day);
}

static struct machine machine_of(const struct mrz *mrz, const struct aamva *licence,
                                 const struct document_reading *r)
{
    if (r->mrz)
        return (struct machine){
            true, {str_from(mrz->surname), str_from(mrz->given), mrz->name_cut}, mrz->expiry};
    if (r->barcode)
        return (struct machine){true,
                                {str_from(licence->family), str_from(licence->given), licence->cut},
                                licence->expiry};
    return (struct machine){0};
}

static enum document_kind read_kind(const struct document_facts *facts, const struct mrz *mrz,
                                    const struct aamva *licence, const struct document_reading *r)
{
    if (r->mrz)
        return kind_of(mrz);
    if (r->barcode)
        return licence->licence ? DOCUMENT_DRIVING_LICENCE : DOCUMENT_ID_CARD;
    return document_text_kind(facts);
}

void document_judge(const struct document_facts *facts, const struct document_candidate *candidate,
                    struct document_reading *ret)
{
    struct mrz mrz = {0};
    struct aamva licence = {0};
    struct error ignored;
    memset(ret, 0, sizeof *ret);
    ret->guidance = (enum document_guidance)facts->guidance;
    ret->face_score = -2;
    ret->name_score = -1;
    ret->verdict = DOCUMENT_APPROVED;
    ret->mrz = facts->mrz_found &&
               mrz_parse(str_from(facts->mrz), candidate->today.year, &mrz, &ignored) &&
               mrz.valid && mrz.repaired == 0;
    ret->barcode =
        facts->barcode == DOCUMENT_BARCODE_PDF417 &&
        aamva_parse(str_bytes(facts->barcode_bytes, (size_t)facts->barcode_len), &licence);
    ret->kind = read_kind(facts, &mrz, &licence, ret);
    const struct machine machine = machine_of(&mrz, &licence, ret);
    judge_picture(facts, ret);
    judge_date(facts, candidate, &machine, ret);
    judge_name(facts, candidate, &machine, ret);
    judge_face(facts, candidate, ret);
    explicit_bzero(&mrz, sizeof mrz);
    explicit_bzero(&licence, sizeof licence);
}
