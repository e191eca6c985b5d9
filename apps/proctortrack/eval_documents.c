/* Identity documents of the category "id": each is read once in an examiner, as a candidate's, and
 * judged for every portrait whose person is known: the holder's are honest candidates, all others
 * impostors who know the holder's name. */
#include "eval.h"

#include "analysis/examine.h"
#include "base/clock.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

#define PICTURE_BYTES_MAX EXAMINE_BYTES_MAX
#define PORTRAITS_MAX 400
/* Documents expire, media do not: a day on which the honest ones of a set are valid. */
#define TODAY ((struct mrz_date){2025, 1, 1})
#define TODAY_US (INT64_C(1735689600) * SECOND_US)

struct portrait {
    const char *person; /* borrowed from the truth */
    struct template face;
};

static bool read_picture(const struct eval *e, const struct truth_file *file, char **ret,
                         size_t *ret_len, struct error *err)
{
    char path[8192];
    return eval_path(e, file, path, sizeof path, err) &&
           file_read(path, PICTURE_BYTES_MAX, ret, ret_len, err);
}

static bool is_portrait(const struct truth_file *file)
{
    double faces;
    return (strcmp(file->category, "pairs") == 0 || strcmp(file->category, "faces") == 0) &&
           truth_text(file->labels, "person") && truth_number(file->labels, "faces", &faces) &&
           faces > 0.5 && faces < 1.5;
}

static bool take_portraits(struct eval *e, struct examine *x, struct portrait *list,
                           size_t *ret_len, struct error *err)
{
    size_t len = 0;
    for (size_t i = 0; i < e->truth.files_len && len < PORTRAITS_MAX; i++) {
        const struct truth_file *file = &e->truth.files[i];
        CLEANUP(freep) char *bytes = NULL;
        struct face_look look;
        size_t size;
        struct error why;
        if (!is_portrait(file))
            continue;
        if (!read_picture(e, file, &bytes, &size, &why) ||
            !examine_face(x, str_bytes(bytes, size), &look, &why)) {
            if (why.code == ERROR_NO_MEMORY)
                return error_set(err, why.code, "%s", why.message);
            eval_problem(e, file->path, why.message);
            continue;
        }
        if (look.fault != FACE_FAULT_NONE || !look.embedded)
            continue;
        list[len].person = truth_text(file->labels, "person");
        examine_template(x, &list[len].face);
        template_add(&list[len].face, &look.embedding);
        len++;
    }
    *ret_len = len;
    return true;
}

static void count_zone(struct eval_documents *d, const char *truth,
                       const struct document_facts *facts, const struct document_reading *reading)
{
    bool exact = truth && facts->mrz_found && strcmp(truth, facts->mrz) == 0;
    d->zones += truth != NULL;
    d->zones_right += exact && reading->mrz;
    d->zones_wrong += reading->mrz && !exact;
}

/* A picture with all of the photo on it, that a person calls readable: to refuse it is wrong. */
static bool is_readable(const struct truth_file *file)
{
    const char *quality = truth_text(file->labels, "quality");
    double photo;
    return truth_number(file->labels, "has_photo", &photo) && photo > 0.5 &&
           (!quality || (!strstr(quality, "blurred") && !strstr(quality, "cut off")));
}

/* Of one candidate before this document. */
static void count_verdict(struct eval_documents *d, bool honest, bool readable,
                          const struct document_reading *reading)
{
    bool expired = reading->mrz && reading->expires.year && reading->expires.year < TODAY.year;
    d->honest += honest;
    d->impostors += !honest;
    if (reading->verdict == DOCUMENT_APPROVED)
        *(honest ? &d->honest_approved : &d->impostors_approved) += 1;
    d->honest_rejected += honest && readable && reading->verdict == DOCUMENT_REJECTED && !expired;
}

static void judge_all(struct eval *e, const struct truth_file *file,
                      const struct document_facts *facts, const struct portrait *list, size_t len)
{
    struct eval_documents *d = &e->documents;
    const char *holder = truth_text(file->labels, "holder");
    const char *name = truth_text(file->labels, "name");
    struct document_candidate who = {.name = str_from(name), .today = TODAY};
    struct document_reading reading;
    float like[2] = {-2, -2}; /* the highest of others, the lowest of the holder */
    document_judge(facts, &who, &reading);
    count_zone(d, truth_text(file->labels, "mrz"), facts, &reading);
    unsigned approved = 0, own = 0;
    for (size_t i = 0; i < len && holder; i++) {
        bool honest = strcmp(list[i].person, holder) == 0;
        struct document_reading one;
        who.face = &list[i].face;
        document_judge(facts, &who, &one);
        count_verdict(d, honest, is_readable(file), &one);
        own += honest;
        approved += honest && one.verdict == DOCUMENT_APPROVED;
        if (honest)
            like[1] = like[1] < -1 ? one.face_score : MIN(like[1], one.face_score);
        else
            like[0] = MAX(like[0], one.face_score);
    }
    buf_printf(&d->table, "  %-52s %-12s zone %-5s name %-9s \"%s\" expires %d", file->path,
               document_guidance_name(reading.guidance),
               reading.mrz        ? "right"
               : facts->mrz_found ? "wrong"
                                  : "none",
               name_verdict_text(reading.name_verdict), reading.name, reading.expires.year);
    if (holder)
        buf_printf(&d->table, "; holder %.2f, others up to %.2f; %u of %u approved",
                   (double)like[1], (double)like[0], approved, own);
    buf_printf(&d->table, "\n");
}

static bool read_all(struct eval *e, struct examine *x, struct portrait *list,
                     struct document_facts *facts, struct error *err)
{
    size_t len;
    if (!take_portraits(e, x, list, &len, err))
        return false;
    for (size_t i = 0; i < e->truth.files_len; i++) {
        const struct truth_file *file = &e->truth.files[i];
        CLEANUP(freep) char *bytes = NULL;
        size_t size;
        struct error why;
        if (strcmp(file->category, "id") != 0)
            continue;
        if (!read_picture(e, file, &bytes, &size, &why) ||
            !examine_read(x, str_bytes(bytes, size), TODAY_US, facts, &why)) {
            eval_problem(e, file->path, why.message);
            continue;
        }
        e->documents.documents++;
        judge_all(e, file, facts, list, len);
    }
    return buf_ok(&e->documents.table, err);
}

bool eval_documents(struct eval *e, const struct eval_options *options, struct error *err)
{
    bool any = false;
    for (size_t i = 0; i < e->truth.files_len; i++)
        any = any || strcmp(e->truth.files[i].category, "id") == 0;
    if (!any)
        return true;
    CLEANUP(examine_destroyp) struct examine *x = NULL;
    CLEANUP(freep) struct portrait *list = calloc(PORTRAITS_MAX, sizeof *list);
    CLEANUP(freep) struct document_facts *facts = calloc(1, sizeof *facts);
    if (!list || !facts)
        return error_no_memory(err);
    const struct examine_options examiner = {.models_folder = options->models};
    return examine_start(&examiner, &x, err) && read_all(e, x, list, facts, err);
}
