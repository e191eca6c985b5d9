/* Who is who: each picture of the category "pairs" with each other one, one against one, which is
 * harder than the median of several looks that decides in an exam. */
#include "eval.h"

#include "base/file.h"
#include "identity/template.h"

#include <stdlib.h>
#include <string.h>

#define PICTURE_BYTES_MAX ((size_t)32 << 20)
#define PICTURES_MAX 4000 /* eight million pairs */

struct portrait {
    const char *person; /* borrowed from the truth */
    struct face_embedding embedding;
};
struct pair {
    float similarity;
    bool same;
};

static bool read_portrait(const struct eval *e, const struct truth_file *file, struct frame **ret,
                          struct error *err)
{
    char path[8192];
    CLEANUP(freep) char *bytes = NULL;
    size_t len;
    return eval_path(e, file, path, sizeof path, err) &&
           file_read(path, PICTURE_BYTES_MAX, &bytes, &len, err) &&
           frame_from_jpeg(str_bytes(bytes, len), ret, err);
}

/* *ret_usable false: there is no face in it that could be compared. */
static bool embed(struct detect *d, struct face_reader *r, struct frame *f,
                  struct face_embedding *ret, bool *ret_usable, struct error *err)
{
    struct observation o;
    *ret_usable = false;
    if (!detect_look(d, f, &o, err))
        return false;
    if (o.faces_len <= 0)
        return true;
    struct face_quality q = face_measure(r, f, detect_landmarks(d, 0), o.faces[0].mesh_score);
    *ret_usable = q.fault == FACE_FAULT_NONE;
    return !*ret_usable || face_embed(r, ret, err);
}

static bool read_all(struct eval *e, const struct eval_options *options, struct portrait *list,
                     size_t *ret_len, struct error *err)
{
    CLEANUP(detect_destroyp) struct detect *d = NULL;
    CLEANUP(face_reader_destroyp) struct face_reader *r = NULL;
    size_t len = 0;
    if (!detect_create_faces(options->models, &d, err) ||
        !face_reader_create(options->models, &r, err))
        return false;
    for (size_t i = 0; i < e->truth.files_len && len < PICTURES_MAX; i++) {
        const struct truth_file *file = &e->truth.files[i];
        const char *person = truth_text(file->labels, "person");
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        struct error why;
        bool usable;
        if (!person || strcmp(file->category, "pairs") != 0)
            continue;
        if (!read_portrait(e, file, &f, &why)) {
            eval_problem(e, file->path, why.message);
            continue;
        }
        if (!embed(d, r, f, &list[len].embedding, &usable, err))
            return error_wrap(err, "%s", file->path);
        e->identity.pictures++;
        e->identity.unusable += !usable;
        list[len].person = person;
        len += usable;
    }
    *ret_len = len;
    return true;
}

static int by_similarity(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->similarity > y->similarity) - (x->similarity < y->similarity);
}

/* Pairs in rising order: at each threshold, those of one person under it are refused and those of
 * two not under it accepted. Where the two parts are nearest to each other is the equal error rate.
 */
static void rate(struct eval_identity *id, const struct pair *pairs, size_t len)
{
    double nearest = 2;
    size_t refused = 0, passed = 0;
    for (size_t i = 0; i < len; i++) {
        double reject = (double)refused / id->same, accept = 1 - (double)passed / id->other;
        double worse = MAX(reject, accept);
        if (worse < nearest) {
            nearest = worse;
            id->eer = (reject + accept) / 2;
            id->eer_threshold = (double)pairs[i].similarity;
        }
        if (pairs[i].similarity < IDENTITY_DIFFERENT) {
            id->false_reject += pairs[i].same;
            id->false_accept -= !pairs[i].same;
        }
        refused += pairs[i].same;
        passed += !pairs[i].same;
    }
    id->threshold = (double)IDENTITY_DIFFERENT;
    id->false_reject /= id->same;
    id->false_accept = 1 + id->false_accept / id->other;
}

static bool compare(struct eval_identity *id, const struct portrait *list, size_t len,
                    struct error *err)
{
    size_t count = 0;
    CLEANUP(freep) struct pair *pairs = calloc(MAX(len * len / 2, 1), sizeof *pairs);
    if (!pairs)
        return error_no_memory(err);
    for (size_t i = 1; i < len; i++)
        for (size_t k = 0; k < i; k++) {
            struct pair *p = &pairs[count++];
            p->similarity = face_similarity(&list[i].embedding, &list[k].embedding);
            p->same = strcmp(list[i].person, list[k].person) == 0;
            id->same += p->same;
            id->other += !p->same;
        }
    qsort(pairs, count, sizeof *pairs, by_similarity);
    if (id->same && id->other)
        rate(id, pairs, count);
    return true;
}

bool eval_identity(struct eval *e, const struct eval_options *options, struct error *err)
{
    size_t len;
    CLEANUP(freep) struct portrait *list = calloc(PICTURES_MAX, sizeof *list);
    if (!list)
        return error_no_memory(err);
    return read_all(e, options, list, &len, err) && compare(&e->identity, list, len, err);
}
