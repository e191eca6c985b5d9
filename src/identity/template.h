/* A face template: what is kept of a person to know them again. The mean of the embeddings of
 * several pictures, which is nearer to each further picture than any of them alone.
 *
 * Its serialised form is a person's biometric data: it is to be sealed where it is stored, and of
 * use with the one model that made it. */
#pragma once
#include "base/buf.h"
#include "identity/face.h"

#define TEMPLATE_PICTURES_MAX 64
#define TEMPLATE_MODEL_SIZE 32 /* bytes: SHA-256 */
/* From several samples' median: two pictures of the same person are at least IDENTITY_SAME_MIN
 * alike, of two people less than IDENTITY_DIFFERENT; between is unsure. Of 8136 pairs of strangers
 * 0.05 % were over 0.60; of 31 pictures of 12 people in different light and years no two of one
 * person were under 0.50 (two of 27 under 0.60), and 3.2 % of the strangers over it. */
#define IDENTITY_SAME_MIN 0.60f
#define IDENTITY_DIFFERENT 0.50f

struct template
{
    struct face_embedding mean; /* of unit length */
    float sum[FACE_EMBEDDING_LEN];
    uint32_t pictures; /* in it; 0: it is empty and like nobody */
    unsigned char model[TEMPLATE_MODEL_SIZE];
};

void template_init(struct template *t, const struct face_reader *r);
/* At most TEMPLATE_PICTURES_MAX; what is over that is left out. */
void template_add(struct template *t, const struct face_embedding *e);
float template_similarity(const struct template *t, const struct face_embedding *e);

/* The one face of a picture goes into the template. ERROR_INVALID with a sentence for people: no
 * face, several, one that is too poor, or another person than in the pictures before. `d` finds
 * faces only (detect_create_faces). */
MUST_USE bool template_enrol(struct template *t, struct detect *d, struct face_reader *r,
                             struct frame *f, struct error *err);

/* Appends the serialised form, of a template that is not empty. */
void template_write(const struct template *t, struct buf *to);
/* Checked as a stranger's. ERROR_UNSUPPORTED: of a later version; of another model than the
 * reader's: ERROR_CONFLICT, the pictures have to be enrolled again. */
MUST_USE bool template_read(struct str bytes, const struct face_reader *r, struct template *ret,
                            struct error *err);
/* The same without a model to compare with: for tests and the fuzzer. */
MUST_USE bool template_parse(struct str bytes, struct template *ret, struct error *err);
void template_wipe(struct template *t);

/* The median, which one odd sample does not move; the mean of the middle two of an even number.
 * `len` is 1 to 16. */
float template_median(const float *samples, size_t len);
