/* One look at a face by the camera of a check-in: all that is measured of a single picture, plain
 * data without pointers, so that it crosses a pipe and is judged elsewhere (challenge.h).
 *
 * It holds an embedding and landmarks: biometric data, to be sealed where they are stored. */
#pragma once
#include "identity/face.h"

/* Landmarks that a face's relief and a person's small motions move differently: nose, brows, eyes,
 * mouth, chin, cheeks. */
#define FACE_LOOK_POINTS 32
#define FACE_LOOK_COLUMNS 8 /* the whole picture, in so many parts */
#define FACE_LOOK_ROWS 6

struct face_look {
    int32_t faces; /* seen in the picture; the rest is of the largest one, and 0 without one */
    float x, y, width, height; /* of the picture: 0..1 */
    float second;              /* width of the next largest face: 1 is as wide as the largest */
    float yaw, pitch, roll; /* degrees; turned to the picture's right, down, clockwise are > 0: who
                               turns to their own left is seen to turn to the picture's right */
    float eyes[2];          /* height over width, of the eye at the picture's left, at its right */
    float mouth;
    float mesh_score;     /* 0..1: is it a face? */
    float inside, size;   /* as in struct face_quality */
    float luma, contrast; /* 0..1; light of the middle of the face */
    float white, sharpness;
    int32_t fault;                     /* enum face_fault: is it good enough to be compared? */
    float points[FACE_LOOK_POINTS][2]; /* in pixels over `size`, around their mean */
    uint8_t picture[FACE_LOOK_ROWS][FACE_LOOK_COLUMNS]; /* luma of its parts */
    int32_t embedded; /* 1: there is an embedding; faulty only by being turned away */
    struct face_embedding embedding;
};

struct face_looker; /* one thread at a time */
/* Loads all models: before a sandbox is closed. */
MUST_USE bool face_looker_create(const char *models_folder, struct face_looker **ret,
                                 struct error *err);
MUST_USE bool face_looker_look(struct face_looker *l, struct frame *f, struct face_look *ret,
                               struct error *err);
const char *face_looker_model(const struct face_looker *l); /* of embeddings: SHA-256; borrowed */
void face_looker_destroy(struct face_looker *l);            /* NULL is fine */
void face_looker_destroyp(struct face_looker **l);

/* Every number finite and in its range, as of a look that was read from a stranger's bytes;
 * *ret_wrong names what is not. */
bool face_look_is_sound(const struct face_look *look, const char **ret_wrong);
bool face_embedding_is_sound(const struct face_embedding *e); /* finite, of unit length */
