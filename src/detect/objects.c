/* Things in view: phones, books, laptops, screens and bodies, by CenterNet (COCO's classes).
 *
 * Fed with the whole picture at 416x320 first: measured on 97 pictures it finds as much as 512x512
 * at half of the cost, and a phone in the hand or on a desk before a webcam scores 0.5 to 0.8. A
 * metal mug scored 0.39 as a phone, though, a raised finger 0.26, a cupboard 0.24 as a screen, and
 * stood there for minutes: neither a threshold nor waiting tells them from phones far off or at an
 * angle (0.15 to 0.3). A second look does: a crop of three times the thing and its mirror image,
 * where phones keep 0.25 and more, and no other class claims the same place (the mug: 0.32 as a
 * phone, 0.30 as a cup; a finger 0.19; specks in noise nothing).
 *
 * Of 12 pictures with a phone 6 are found, of 8 with a laptop 6, of 2 with a monitor 2, and in 97
 * pictures and 450 s of video nothing that was not there. With the whole picture alone, at the
 * least threshold without a false phone (0.40), it is 2 of 12. Missed are phones held flat at the
 * picture's edge, of under 24 pixels in 416, and those that fill the picture.
 *
 * What did not pay: a crop of the lap and hands (0.41 where a hand was at an ear, 0.26 for a bust;
 * no phone more found), 512x384 and 640x480 (a phone or two gained, the mug at 0.47, twice the
 * cost), tiles (as a crop for each, most of them empty). Books: of six pictures with books none
 * scored over 0.28, where a sofa's edge had 0.24 and a wallet 0.29; only what is plain to see is
 * told, and in ours none was. Paper is no class of the model, nor are headphones.
 *
 * Bodies: 0.37 and more; all people in usual pictures had 0.45, the best of what was none 0.33 (a
 * hand that held a phone with a portrait). Parts of a body in its own box are not counted.
 *
 * Cost: 21 to 43 CPU s an hour, measured on five people who sit, talk or sign for 150 s each, one
 * core of a busy Zen 3 (a plain look 25 ms, the two runs of a second look as much); the burst of
 * the first minute is a fifth of it. objects_watch.c sets the limit. */
#include "detect/objects.h"

#include "detect/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The network's inputs, in multiples of 32: the whole picture as 4:3, and a square about a thing.
 */
#define WIDE 416
#define HIGH 320
#define NEAR_SIDE 256
#define SCORE_MIN 0.15F
#define OVERLAP_MAX 0.4F
#define NEAR_SCORE_MIN 0.05F
#define NEAR_OVERLAP_MIN 0.3F
#define NEAR_PIXELS_MIN 64.0 /* of the frame: a smaller crop has nothing more to show */
#define SECOND_LOOKS_MAX 2   /* for one picture; the surest things first */
#define LARGE_MIN 24.0F      /* pixels of the input */
#define SECOND_LOOK_COST 1.0 /* two runs at NEAR_SIDE are about one of the whole picture */
/* A body that lies in another one's box by more than this part must be surer than this. */
#define BODY_INSIDE_MAX 0.7F
#define BODY_INSIDE_SCORE 0.5F

enum {
    COCO_PERSON = 0,
    COCO_TV = 62,
    COCO_LAPTOP = 63,
    COCO_REMOTE = 65,
    COCO_PHONE = 67,
    COCO_BOOK = 73
};
static const int looked_for[] = {COCO_PERSON, COCO_TV,    COCO_LAPTOP,
                                 COCO_REMOTE, COCO_PHONE, COCO_BOOK};

/* From what score a thing is worth a second look, and is sure without one; how large the crop of
 * the second look is, in sizes of the thing; and what it must say there: a mean score, and by how
 * much it must be more than any other class that claims the place. */
static const struct {
    float worth, sure;
    double crop;
    float near_min, near_lead;
} limits[OBJECT_KINDS] = {
    [OBJECT_PERSON] = {0.37F, 0.37F, 1, 0, 0},
    [OBJECT_PHONE] = {0.18F, 0.60F, 3, 0.25F, 0.10F},
    [OBJECT_BOOK] = {0.25F, 0.60F, 2, 0.30F, 0.10F},
    [OBJECT_LAPTOP] = {0.28F, 0.50F, 2, 0.35F, 0.05F},
    [OBJECT_SCREEN] = {0.28F, 0.50F, 2, 0.30F, 0.05F},
};

struct objects {
    uint32_t wanted;             /* bits 1 << kind */
    struct network wide, near;   /* owned */
    struct frame_scaler *scaler; /* borrowed */
    float *square;               /* owned: WIDE x WIDE x 3, of which the middle rows are used */
    struct objects_watch watch;
};

static enum object_kind kind_of(int coco)
{
    switch (coco) {
    case COCO_PERSON:
        return OBJECT_PERSON;
    case COCO_TV:
        return OBJECT_SCREEN;
    case COCO_LAPTOP:
        return OBJECT_LAPTOP;
    case COCO_REMOTE:
    case COCO_PHONE:
        return OBJECT_PHONE;
    case COCO_BOOK:
        return OBJECT_BOOK;
    default:
        return OBJECT_NONE;
    }
}

/* ---- making ---- */

/* `beside` NULL: the first of the two. */
static bool load(const struct detector_setup *setup, const struct network *beside, int width,
                 int height, struct network *ret, struct error *err)
{
    static const char *const maps[] = {"tower_0/CenternetHead/centernet_cls_output/BiasAdd",
                                       "tower_0/wh"};
    static const int depths[] = {OBJECT_CLASSES, 4};
    if (!network_load(ret, setup, "centernet", beside, width, height, maps, ARRAY_LEN(maps), err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(maps); i++) {
        struct nn_shape shape;
        nn_runner_output(ret->run, i, &shape);
        if (shape.rank != 4 || shape.dims[1] != height / OBJECT_STRIDE ||
            shape.dims[2] != width / OBJECT_STRIDE || shape.dims[3] != depths[i])
            return error_set(err, ERROR_INVALID,
                             "the model's outputs are not those of an object detector");
    }
    return true;
}

static void objects_destroy(void *self)
{
    struct objects *s = self;
    if (!s)
        return;
    network_done(&s->near); /* has weights of the other */
    network_done(&s->wide);
    free(s->square);
    free(s);
}

static bool objects_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    if (!setup->options->objects)
        return true;
    struct objects *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err);
    *ret = s; /* half-built or not, its owner destroys it */
    s->wanted = setup->options->objects;
    s->scaler = setup->scaler;
    s->square = malloc(sizeof *s->square * WIDE * WIDE * 3);
    if (!s->square)
        return error_no_memory(err);
    objects_watch_init(&s->watch);
    return load(setup, NULL, WIDE, HIGH, &s->wide, err) &&
           load(setup, &s->wide, NEAR_SIDE, NEAR_SIDE, &s->near, err);
}

/* ---- the whole picture ---- */

/* Fills the input with the whole picture, black where it is not 4:3. *ret_side is the side of the
 * square that the input is the middle of, in pixels of the frame. */
static bool fill_wide(struct objects *s, const struct frame *f, double *ret_side, struct error *err)
{
    double side = fmax(f->width, (double)f->height * WIDE / HIGH);
    struct letterbox box;
    if (side > f->width) { /* narrower than 4:3 */
        const struct frame_square all = {f->width / 2.0, f->height / 2.0, side, 0};
        frame_square_to_tensor(f, &all, WIDE, 1, 0, s->square);
    } else if (!frame_to_tensor(s->scaler, f, WIDE, 1, 0, s->square, &box, err)) {
        return false;
    }
    memcpy(nn_runner_input(s->wide.run, NULL), s->square + (WIDE - HIGH) / 2 * WIDE * 3,
           sizeof *s->square * WIDE * HIGH * 3);
    *ret_side = side;
    return true;
}

static struct detect_object to_object(const struct object_candidate *c, const struct frame *f,
                                      double side)
{
    double scale = side / WIDE, left = (f->width - side) / 2,
           top = (f->height - side * HIGH / WIDE) / 2;
    return (struct detect_object){
        .kind = (int32_t)kind_of(c->kind),
        .x = (float)((c->x * scale + left) / f->width),
        .y = (float)((c->y * scale + top) / f->height),
        .width = (float)(c->width * scale / f->width),
        .height = (float)(c->height * scale / f->height),
        .score = c->score,
        .keypad = c->kind == COCO_REMOTE ? c->score : 0,
    };
}

/* Is it the same thing as one that is known to be likelier? Then its keypad is noted. */
static bool is_known(struct detect_object *list, size_t len, const struct detect_object *what)
{
    for (size_t i = 0; i < len; i++) {
        struct detect_object *known = &list[i];
        if (known->kind == OBJECT_PERSON && what->kind == OBJECT_PERSON &&
            what->score < BODY_INSIDE_SCORE && object_inside(what, known) > BODY_INSIDE_MAX)
            return true; /* an arm or a leg of that body */
        if (known->kind == OBJECT_PERSON || what->kind == OBJECT_PERSON ||
            object_overlap(known, what) < 0.5F)
            continue;
        known->keypad = fmaxf(known->keypad, what->keypad);
        return true;
    }
    return false;
}

static size_t find(struct objects *s, const struct frame *f, double side,
                   struct detect_object ret[OBJECT_CANDIDATES_MAX])
{
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    size_t len = objects_decode(WIDE, HIGH, nn_runner_output(s->wide.run, 0, NULL),
                                nn_runner_output(s->wide.run, 1, NULL), looked_for,
                                ARRAY_LEN(looked_for), SCORE_MIN, OVERLAP_MAX, found);
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) { /* the surest first */
        struct detect_object what = to_object(&found[i], f, side);
        if (!is_known(ret, kept, &what))
            ret[kept++] = what;
    }
    return kept;
}

/* ---- a second look ---- */

static void mirror(float *square, int side)
{
    for (float *row = square; row < square + (ptrdiff_t)side * side * 3; row += side * 3)
        for (int left = 0, right = side - 1; left < right; left++, right--)
            for (int i = 0; i < 3; i++) {
                float pixel = row[left * 3 + i];
                row[left * 3 + i] = row[right * 3 + i];
                row[right * 3 + i] = pixel;
            }
}

/* One run of the crop: the best score at the place of `what` (centred in it, `part` of its width
 * and height) as its own kind, and as any other but a person, whose hand may hold it. */
static bool look_near(struct objects *s, const struct detect_object *what, const float part[2],
                      bool mirrored, float *ret_own, float *ret_other, struct error *err)
{
    static const int all[] = {/* COCO's classes */
                              0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                              16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                              32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                              48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
                              64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79};
    if (mirrored)
        mirror(nn_runner_input(s->near.run, NULL), NEAR_SIDE);
    if (!nn_run(s->near.run, err))
        return false;
    struct object_candidate found[OBJECT_CANDIDATES_MAX];
    size_t len = objects_decode(NEAR_SIDE, NEAR_SIDE, nn_runner_output(s->near.run, 0, NULL),
                                nn_runner_output(s->near.run, 1, NULL), all, ARRAY_LEN(all),
                                NEAR_SCORE_MIN, OVERLAP_MAX, found);
    const struct detect_object place = {
        .x = 0.5F - part[0] / 2, .y = 0.5F - part[1] / 2, .width = part[0], .height = part[1]};
    *ret_own = *ret_other = 0;
    for (size_t i = 0; i < len; i++) {
        struct detect_object o = {
            .x = found[i].x / NEAR_SIDE,
            .y = found[i].y / NEAR_SIDE,
            .width = found[i].width / NEAR_SIDE,
            .height = found[i].height / NEAR_SIDE,
        };
        o.x = mirrored ? 1 - o.x - o.width : o.x;
        if (object_overlap(&place, &o) < NEAR_OVERLAP_MIN)
            continue;
        if (kind_of(found[i].kind) == (enum object_kind)what->kind)
            *ret_own = fmaxf(*ret_own, found[i].score);
        else if (found[i].kind != COCO_PERSON)
            *ret_other = fmaxf(*ret_other, found[i].score);
    }
    return true;
}

/* Looks at a crop about the thing and at its mirror image. */
static bool confirm(struct objects *s, const struct frame *f, const struct detect_object *what,
                    bool *ret, struct error *err)
{
    double width = (double)what->width * f->width, height = (double)what->height * f->height;
    const struct frame_square square = {
        .centre_x = ((double)what->x + (double)what->width / 2) * f->width,
        .centre_y = ((double)what->y + (double)what->height / 2) * f->height,
        .side = fmax(fmax(width, height) * limits[what->kind].crop, NEAR_PIXELS_MIN),
    };
    const float part[2] = {(float)(width / square.side), (float)(height / square.side)};
    frame_square_to_tensor(f, &square, NEAR_SIDE, 1, 0, nn_runner_input(s->near.run, NULL));
    float own[2], other[2];
    if (!look_near(s, what, part, false, &own[0], &other[0], err) ||
        !look_near(s, what, part, true, &own[1], &other[1], err))
        return false;
    float mean = (own[0] + own[1]) / 2, rival = (other[0] + other[1]) / 2;
    *ret = mean >= limits[what->kind].near_min && mean - rival >= limits[what->kind].near_lead;
    return true;
}

/* ---- looking ---- */

static void measure_cells(const struct frame *f, float ret[OBJECT_CELLS])
{
    for (int i = 0; i < OBJECT_CELLS; i++) {
        int column = i % OBJECT_CELLS_WIDE, row = i / OBJECT_CELLS_WIDE;
        int left = column * f->width / OBJECT_CELLS_WIDE, top = row * f->height / OBJECT_CELLS_HIGH;
        int right = MAX((column + 1) * f->width / OBJECT_CELLS_WIDE, left + 1);
        int bottom = MAX((row + 1) * f->height / OBJECT_CELLS_HIGH, top + 1);
        uint32_t sum = 0, count = 0; /* of every fourth pixel each way */
        for (int y = top; y < bottom; y += 4)
            for (int x = left; x < right; x += 4, count++)
                sum += f->planes[0][y * (ptrdiff_t)f->strides[0] + x];
        ret[i] = (float)sum / (float)count / 255.0F;
    }
}

/* What is smaller is noise: a crop shows nothing there. */
static bool is_large(const struct detect_object *what)
{
    return fmaxf(what->width * WIDE, what->height * HIGH) >= LARGE_MIN;
}

static bool look(struct objects *s, const struct frame *f, const float cells[OBJECT_CELLS],
                 struct error *err)
{
    double side, cost = 1;
    if (!fill_wide(s, f, &side, err) || !nn_run(s->wide.run, err))
        return false;
    struct detect_object found[OBJECT_CANDIDATES_MAX], seen[OBJECT_CANDIDATES_MAX];
    size_t len = find(s, f, side, found), seen_len = 0;
    int second_looks = 0;
    bool curious = false;
    for (size_t i = 0; i < len; i++) {
        const struct detect_object *what = &found[i];
        if (!(s->wanted & 1U << what->kind) || what->score < limits[what->kind].worth)
            continue;
        bool there = what->score >= limits[what->kind].sure;
        if (!there && second_looks < SECOND_LOOKS_MAX && is_large(what) &&
            !objects_watch_is_denied(&s->watch, f->time_us, what)) {
            second_looks++;
            cost += SECOND_LOOK_COST;
            if (!confirm(s, f, what, &there, err))
                return false;
            if (!there) {
                objects_watch_deny(&s->watch, f->time_us, what);
                curious = true;
            }
        }
        if (there)
            seen[seen_len++] = *what;
    }
    objects_watch_note(&s->watch, f->time_us, cells, seen, seen_len, curious, cost);
    return true;
}

static bool objects_look(void *self, const struct frame *f, struct observation *o,
                         struct error *err)
{
    struct objects *s = self;
    float cells[OBJECT_CELLS];
    measure_cells(f, cells);
    if (objects_watch_due(&s->watch, f->time_us, cells) && !look(s, f, cells, err))
        return false;
    objects_watch_tell(&s->watch, f->time_us, &o->objects);
    return true;
}

const struct detector detector_objects = {"objects", objects_create, objects_look, objects_destroy,
                                          NULL};
