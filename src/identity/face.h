/* One face of a picture: how well it can be recognised, and the numbers it is recognised by.
 *
 * An embedding is a direction in a space of 1024 numbers, of unit length: two pictures of one
 * person point nearly the same way. It is biometric data: keep it in memory or sealed, never in a
 * log, a message or an argument. */
#pragma once
#include "detect/detect.h"

#define FACE_EMBEDDING_LEN 1024
struct face_embedding {
    float values[FACE_EMBEDDING_LEN]; /* of unit length */
};

/* The first reason why a face cannot be judged: it is never a sign against anybody. */
enum face_fault {
    FACE_FAULT_NONE = 0, /* good enough */
    FACE_FAULT_UNCLEAR,  /* the mesh does not see a face there: hidden, or turned to a profile */
    FACE_FAULT_SMALL,
    FACE_FAULT_CUT, /* partly out of the picture */
    FACE_FAULT_TURNED,
    FACE_FAULT_DARK,
    FACE_FAULT_BRIGHT,
    FACE_FAULT_FLAT, /* hardly any contrast: haze, a veil of light */
    FACE_FAULT_BLURRED,
    FACE_FAULTS,
};
const char *face_fault_text(enum face_fault fault); /* "the face is too small"; static */

struct face_quality {
    enum face_fault fault;
    float size;       /* pixels between the eyes, or from eyes to mouth where that is more */
    float inside;     /* 0..1: part of the crop that lies in the picture */
    float yaw, pitch; /* degrees, 0 into the camera; signs are of no meaning here */
    float luma;       /* 0..1, mean of the middle of the face */
    float contrast;   /* standard deviation there, 0..1 */
    float white;      /* 0..1: part of it that is over-exposed */
    float sharpness;  /* fine detail against coarse detail there, about 0..1 */
};

struct face_reader; /* one thread at a time */

/* Loads the model: before a sandbox is closed. */
MUST_USE bool face_reader_create(const char *models_folder, struct face_reader **ret,
                                 struct error *err);
/* Takes the face with these landmarks out of the picture and measures it, 2 ms; light and sharpness
 * stay 0 when size or place are faulty already. `mesh_score` as in struct detect_face. */
struct face_quality face_measure(struct face_reader *r, const struct frame *f,
                                 const struct detect_landmark landmarks[DETECT_LANDMARKS],
                                 float mesh_score);
/* Light and sharpness are good, whatever the pose. */
bool face_is_lit(const struct face_quality *q);
/* The embedding of the face measured last, which had no fault, or only that of being turned away:
 * 13 ms. */
MUST_USE bool face_embed(struct face_reader *r, struct face_embedding *ret, struct error *err);
const char *face_reader_model(const struct face_reader *r); /* SHA-256 in hex; borrowed */
void face_reader_destroy(struct face_reader *r);            /* NULL is fine */
void face_reader_destroyp(struct face_reader **r);

/* Cosine, -1..1: 1 is the same picture. */
float face_similarity(const struct face_embedding *a, const struct face_embedding *b);
/* Makes `values` of unit length; false when they are nothing, or no numbers. */
bool face_normalise(struct face_embedding *e);
