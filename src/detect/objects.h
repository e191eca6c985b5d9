/* Decoding what CenterNet says, and when to ask it: apart from objects.c so that both can be tested
 * without models. For this folder only. */
#pragma once
#include "detect/detect.h"

struct object_candidate {
    int kind;                  /* of COCO's 80 classes */
    float score;               /* 0..1 */
    float x, y, width, height; /* in the network's input pixels, corner and size */
};
#define OBJECT_CANDIDATES_MAX 64
#define OBJECT_CLASSES 80
#define OBJECT_STRIDE 4 /* input pixels for one cell of the network's maps */

/* `logits` is [height/4][width/4][80], `reach` the same with how far the box goes left, up, right
 * and down of the cell's corner, in input pixels. Peaks of at least `score_min` of the `kinds`, the
 * best first; of two that are the same kind and overlap by more than `overlap_max`, the better. */
size_t objects_decode(int width, int height, const float *logits, const float *reach,
                      const int *kinds, size_t kinds_len, float score_min, float overlap_max,
                      struct object_candidate ret[OBJECT_CANDIDATES_MAX]);

/* ---- when to look, and what stands between looks ---- */

#define OBJECT_CELLS_WIDE 16
#define OBJECT_CELLS_HIGH 12
#define OBJECT_CELLS (OBJECT_CELLS_WIDE * OBJECT_CELLS_HIGH)
#define OBJECT_DENIED_MAX 8

struct objects_watch {
    bool begun;
    int64_t last_us;           /* of the last look of the model */
    double purse;              /* looks that may be taken now */
    int64_t purse_us;          /* when that was true */
    float cells[OBJECT_CELLS]; /* brightness at the last look */
    struct objects_kind {
        int8_t counts[3];                              /* in the last looks, the newest first */
        int8_t told;                                   /* in view */
        struct detect_object list[DETECT_OBJECTS_MAX]; /* `told` of them */
    } kinds[OBJECT_KINDS];
    int looks;    /* taken; counts up to 3 */
    bool curious; /* the last look found something new that it could not confirm */
    struct {
        struct detect_object what; /* kind 0: free */
        int64_t until_us;
    } denied[OBJECT_DENIED_MAX];
};

void objects_watch_init(struct objects_watch *w);
/* Should the model look at this picture? `cells` is its brightness, 0..1. */
bool objects_watch_due(const struct objects_watch *w, int64_t time_us,
                       const float cells[OBJECT_CELLS]);
/* What a look saw; `cost` is what it took, in plain looks. A curious one wants another at once. */
void objects_watch_note(struct objects_watch *w, int64_t time_us, const float cells[OBJECT_CELLS],
                        const struct detect_object *seen, size_t len, bool curious, double cost);
/* A second look denied the thing there: is it still not worth another one? */
bool objects_watch_is_denied(const struct objects_watch *w, int64_t time_us,
                             const struct detect_object *what);
void objects_watch_deny(struct objects_watch *w, int64_t time_us, const struct detect_object *what);
void objects_watch_tell(const struct objects_watch *w, int64_t time_us, struct detect_objects *ret);

/* Intersection over union of two boxes, 0..1; and the part of `a` that lies in `b`. */
float object_overlap(const struct detect_object *a, const struct detect_object *b);
float object_inside(const struct detect_object *a, const struct detect_object *b);
