/* Single pictures go through the detectors as a recording of a few seconds that stands still: what
 * detectors gather over several looks they gather here, too. */
#include "eval.h"

#include "base/clock.h"
#include "base/file.h"
#include "detect/detect.h"

#include <stdlib.h>
#include <string.h>

#define PICTURE_BYTES_MAX ((size_t)32 << 20)
#define LOOKS 8                   /* of a picture */
#define APART_US (60 * SECOND_US) /* from picture to picture: nothing is remembered that long */

static const struct {
    const char *kind;
    enum object_kind object; /* OBJECT_NONE: faces */
} kinds[] = {
    {"faces", OBJECT_NONE},    {"phone", OBJECT_PHONE},    {"book", OBJECT_BOOK},
    {"laptop", OBJECT_LAPTOP}, {"monitor", OBJECT_SCREEN},
};

static bool read_picture(const struct eval *e, const struct truth_file *file, struct frame **ret,
                         struct error *err)
{
    char path[8192];
    CLEANUP(freep) char *bytes = NULL;
    size_t len;
    return eval_path(e, file, path, sizeof path, err) &&
           file_read(path, PICTURE_BYTES_MAX, &bytes, &len, err) &&
           frame_from_jpeg(str_bytes(bytes, len), ret, err);
}

static bool look_at(struct detect *d, struct frame *f, int64_t from_us, struct observation *ret,
                    struct error *err)
{
    for (int i = 0; i < LOOKS; i++) {
        f->time_us = from_us + i * DETECT_INTERVAL_US;
        if (!detect_look(d, f, ret, err))
            return false;
    }
    return true;
}

static void count(struct eval *e, struct eval_pictures *p, const struct truth_file *file,
                  unsigned found, double min, double max)
{
    unsigned wrong = found > max ? found - (unsigned)max : 0;
    unsigned missed = found < min ? (unsigned)min - found : 0;
    p->pictures++;
    p->right += !wrong && !missed;
    p->found += found - wrong;
    p->wrong += wrong;
    p->missed += missed;
    if (missed)
        buf_printf(&e->picture_notes, "  %s: missed %s (%u)\n", file->path, p->kind, missed);
    if (wrong)
        buf_printf(&e->picture_notes, "  %s: false %s (%u)\n", file->path, p->kind, wrong);
}

/* How many the truth says there are; false when it does not. */
static bool labelled(const struct truth_file *file, const char *kind, double *ret_min,
                     double *ret_max)
{
    char least[32], most[32];
    snprintf(least, sizeof least, "%s_min", kind);
    snprintf(most, sizeof most, "%s_max", kind);
    if (truth_number(file->labels, kind, ret_min)) {
        *ret_max = *ret_min;
        return *ret_min >= 0 && *ret_min < 1e6;
    }
    if (!truth_number(file->labels, most, ret_max) || !(*ret_max >= 0 && *ret_max < 1e6))
        return false;
    if (!truth_number(file->labels, least, ret_min))
        *ret_min = 0;
    return *ret_min >= 0 && *ret_min <= *ret_max;
}

/* How many faces the look has found, or whether a thing; -1 when it could not look. */
static int found_in(const struct observation *o, enum object_kind kind)
{
    if (kind == OBJECT_NONE)
        return o->faces_len;
    for (int i = 0; i < o->objects.len; i++)
        if (o->objects.list[i].kind == (int32_t)kind)
            return 1;
    return o->objects.len < 0 ? -1 : 0;
}

static void score_picture(struct eval *e, const struct truth_file *file,
                          const struct observation *o)
{
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        double min, max;
        int found = found_in(o, kinds[k].object);
        if (found < 0 || !labelled(file, kinds[k].kind, &min, &max))
            continue;
        if (kinds[k].object != OBJECT_NONE) {
            min = MIN(min, 1);
            max = MIN(max, 1);
        }
        count(e, &e->pictures[k], file, (unsigned)found, min, max);
    }
}

bool eval_pictures(struct eval *e, const struct eval_options *options, struct error *err)
{
    CLEANUP(detect_destroyp) struct detect *detect = NULL;
    if (!detect_create(options->models, &detect, err))
        return false;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        e->pictures[k].kind = kinds[k].kind;
    e->pictures_len = ARRAY_LEN(kinds);
    for (size_t i = 0; i < e->truth.files_len; i++) {
        const struct truth_file *file = &e->truth.files[i];
        CLEANUP(frame_unrefp) struct frame *frame = NULL;
        struct observation o;
        struct error why;
        if (!eval_is_picture(file) ||
            (strcmp(file->category, "faces") != 0 && strcmp(file->category, "objects") != 0))
            continue;
        if (!read_picture(e, file, &frame, &why)) {
            eval_problem(e, file->path, why.message);
            continue;
        }
        if (!look_at(detect, frame, (int64_t)i * APART_US, &o, err))
            return error_wrap(err, "%s", file->path);
        score_picture(e, file, &o);
    }
    return buf_ok(&e->picture_notes, err);
}
