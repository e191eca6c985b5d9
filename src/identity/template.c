/* Version 1: "PTface", version and number of pictures as u32, the model's SHA-256, 1024 float32,
 * all little endian. */
#include "identity/template.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "PTface\r\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define VERSION 1
#define SIZE (MAGIC_SIZE + 8 + TEMPLATE_MODEL_SIZE + 4 * FACE_EMBEDDING_LEN)
#define MEDIAN_MAX 16
/* A second face of an enrolment picture, as somebody in the background: smaller than this part of
 * the first one's width. */
#define BACKGROUND_MAX 0.5f

void template_init(struct template *t, const struct face_reader *r)
{
    memset(t, 0, sizeof *t);
    if (!str_from_hex(str_from(face_reader_model(r)), t->model, sizeof t->model))
        memset(t->model, 0, sizeof t->model);
}

void template_add(struct template *t, const struct face_embedding *e)
{
    if (t->pictures >= TEMPLATE_PICTURES_MAX)
        return;
    struct face_embedding mean;
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++) {
        t->sum[i] += e->values[i];
        mean.values[i] = t->sum[i];
    }
    if (face_normalise(&mean))
        t->mean = mean;
    t->pictures++;
}

float template_similarity(const struct template *t, const struct face_embedding *e)
{
    return t->pictures ? face_similarity(&t->mean, e) : 0;
}

void template_wipe(struct template *t) { explicit_bzero(t, sizeof *t); }

bool template_enrol(struct template *t, struct detect *d, struct face_reader *r, struct frame *f,
                    struct error *err)
{
    struct observation o;
    struct face_embedding e;
    if (!detect_look(d, f, &o, err))
        return false;
    if (o.faces_len <= 0)
        return error_set(err, ERROR_INVALID, "no face was found in the picture");
    if (o.faces_len > 1 && o.faces[1].width > BACKGROUND_MAX * o.faces[0].width)
        return error_set(err, ERROR_INVALID, "there are several faces in the picture");
    struct face_quality q = face_measure(r, f, detect_landmarks(d, 0), o.faces[0].mesh_score);
    if (q.fault != FACE_FAULT_NONE)
        return error_set(err, ERROR_INVALID, "%s", face_fault_text(q.fault));
    if (!face_embed(r, &e, err))
        return false;
    if (t->pictures && template_similarity(t, &e) < IDENTITY_DIFFERENT)
        return error_set(err, ERROR_INVALID,
                         "the face is not that of the pictures before (likeness %.2f)",
                         (double)template_similarity(t, &e));
    template_add(t, &e);
    return true;
}

/* ---- the serialised form ---- */

static void add_float(struct buf *to, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    buf_add_u32le(to, bits);
}

static uint32_t u32le(const char *at)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)(unsigned char)at[i] << (8 * i);
    return value;
}

void template_write(const struct template *t, struct buf *to)
{
    buf_add(to, STR(MAGIC));
    buf_add_u32le(to, VERSION);
    buf_add_u32le(to, t->pictures);
    buf_add(to, str_bytes(t->model, sizeof t->model));
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        add_float(to, t->mean.values[i]);
}

bool template_parse(struct str bytes, struct template *ret, struct error *err)
{
    if (!str_starts(bytes, STR(MAGIC)) || bytes.len < MAGIC_SIZE + 4)
        return error_set(err, ERROR_INVALID, "not a face template");
    const char *at = bytes.ptr + MAGIC_SIZE;
    if (u32le(at) != VERSION)
        return error_set(err, ERROR_UNSUPPORTED, "a face template of version %" PRIu32, u32le(at));
    if (bytes.len != SIZE)
        return error_set(err, ERROR_INVALID, "a face template of %zu bytes", bytes.len);
    struct template t = {.pictures = u32le(at + 4)};
    if (t.pictures < 1 || t.pictures > TEMPLATE_PICTURES_MAX)
        return error_set(err, ERROR_INVALID, "a face template of no pictures");
    memcpy(t.model, at + 8, sizeof t.model);
    at += 8 + TEMPLATE_MODEL_SIZE;
    double squares = 0;
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++) {
        uint32_t bits = u32le(at + 4 * i);
        memcpy(&t.mean.values[i], &bits, sizeof bits);
        squares += (double)t.mean.values[i] * (double)t.mean.values[i];
    }
    if (!(fabs(squares - 1) < 1e-3)) /* nor is not-a-number */
        return error_set(err, ERROR_INVALID, "a face template whose numbers are damaged");
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        t.sum[i] = t.mean.values[i] * (float)t.pictures;
    *ret = t;
    return true;
}

bool template_read(struct str bytes, const struct face_reader *r, struct template *ret,
                   struct error *err)
{
    struct template t, own;
    if (!template_parse(bytes, &t, err))
        return false;
    template_init(&own, r);
    if (memcmp(own.model, t.model, sizeof t.model) != 0)
        return error_set(err, ERROR_CONFLICT,
                         "the face template was made with another model; enrol the pictures again");
    *ret = t;
    template_wipe(&t);
    return true;
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

float template_median(const float *samples, size_t len)
{
    float sorted[MEDIAN_MAX];
    len = MIN(len, MEDIAN_MAX);
    memcpy(sorted, samples, len * sizeof *sorted);
    qsort(sorted, len, sizeof *sorted, compare);
    return (sorted[(len - 1) / 2] + sorted[len / 2]) / 2;
}
