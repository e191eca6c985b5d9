/* faceres, a MobileNet trained on VGGFace2, fed as it was trained: blue, green, red, less the mean
 * of its training pictures, the eyes level.
 *
 * How wide the crop is, measured on 31 pictures of 12 people (27 pairs of one person, 438 of two)
 * and with 45 further pictures, also of identity cards (72 and 2484 pairs). Equal error rate, and
 * the distance of the two distributions in standard deviations; half a side in distances of eyes or
 * eyes and mouth:
 *
 *                          1.25       1.4        1.5        1.6        1.75       2.0
 *   12 people              3.2 4.2    1.1 4.4    0.9 4.4    1.4 4.3    0.7 4.7    0.5 4.7
 *   with cards             5.6 3.1    5.6 3.3    3.8 3.4    1.8 3.5    1.6 3.7    1.4 3.8
 *
 * A wider crop sees more of the room, in which two people before one camera are alike: at 2.0 they
 * came 0.02 nearer to each other. So 1.75. The mean with the mirrored face brought nothing (1.4 and
 * 3.2 at 1.5), nor did the mean of two crops, nor taking off the mean face of 50 people.
 *
 * What makes a face of no use, from the same pictures made small, blurred, dark, flat and
 * over-exposed (837): how many of one person fell under 0.50, and what was measured of the face.
 *
 *   9 pixels 13 %, 12: 2 %, 15 and more: none                  so 16
 *   contrast .017 20 % (noise too), .024 7 %, .034 0 to 7 %, .052 2 %    so 0.03
 *   white .39 6 %, .63 11 %, .74 22 %; usual light 0 to .23     so 0.40
 *   sharpness .35 19 %, .40 4 %, .47 none; 28 clips .42 to .9   so 0.40
 *   turned: up to 49 degrees .77 and more to another side of the same head, but a stranger's
 *   profile is like everybody's                                so 42
 */
#include "identity/face.h"

#include "nn/nn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 224
#define PIXELS (SIDE * SIDE)
#define CROP_ENLARGE                                                                               \
    1.75 /* of the distance of eyes or eyes and mouth, each way from the middle                    \
          */
#define OUTPUT "global_pooling/Mean"
#define MESH_MIN 0.9f /* of 800 looks the 11 below had a hand or a phone before the face */
#define SIZE_MIN 16
#define INSIDE_MIN 0.7f
#define YAW_MAX 42
#define PITCH_MAX 40 /* a level head measures -20 to 20, from person to person */
#define CONTRAST_MIN 0.03f
#define DARK_LUMA 0.2f
#define WHITE_MAX 0.4f
#define SHARPNESS_MIN 0.4f
#define WHITE 250 /* of 255, in any colour: there is nothing left to see */

struct face_reader {
    struct nn_model *model; /* owned */
    struct nn_runner *run;  /* owned */
    float *crop;            /* owned; RGB 0..255 of the face measured last */
};

void face_reader_destroy(struct face_reader *r)
{
    if (!r)
        return;
    nn_runner_destroy(r->run);
    nn_model_destroy(r->model);
    free(r->crop);
    free(r);
}

void face_reader_destroyp(struct face_reader **r) { face_reader_destroy(*r); }

bool face_reader_create(const char *models_folder, struct face_reader **ret, struct error *err)
{
    static const char *const outputs[] = {OUTPUT};
    static const struct nn_shape input = {4, {1, SIDE, SIDE, 3}};
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/faceres.json", models_folder);
    if (len < 0 || (size_t)len >= sizeof path)
        return error_set(err, ERROR_INVALID, "the models' folder has too long a name");
    CLEANUP(face_reader_destroyp) struct face_reader *r = calloc(1, sizeof *r);
    if (!r || !(r->crop = calloc((size_t)PIXELS * 3, sizeof *r->crop)))
        return error_no_memory(err);
    if (!nn_model_load(path, &input, outputs, ARRAY_LEN(outputs), &r->model, err) ||
        !nn_runner_create(r->model, &r->run, err))
        return error_wrap(err, "model faceres");
    struct nn_shape shape;
    nn_runner_output(r->run, 0, &shape);
    int64_t count = 1;
    for (int i = 0; i < shape.rank; i++)
        count *= shape.dims[i];
    if (count != FACE_EMBEDDING_LEN)
        return error_set(err, ERROR_INVALID, "model faceres: its output is no embedding");
    *ret = TAKE(r);
    return true;
}

const char *face_reader_model(const struct face_reader *r) { return nn_model_sha256(r->model); }

struct point {
    double x, y;
};

static struct point middle(const struct detect_landmark *a, const struct detect_landmark *b)
{
    return (struct point){((double)a->x + (double)b->x) / 2, ((double)a->y + (double)b->y) / 2};
}

static double distance(struct point a, struct point b) { return hypot(a.x - b.x, a.y - b.y); }

/* Between eyes and mouth, which hardly moves when the head turns, with the eyes level. *ret_size is
 * the distance all is measured by. */
static struct frame_square place(const struct detect_landmark *p, double *ret_size)
{
    struct point left = middle(&p[33], &p[133]), right = middle(&p[263], &p[362]);
    struct point mouth = middle(&p[61], &p[291]);
    struct point eyes = {(left.x + right.x) / 2, (left.y + right.y) / 2};
    *ret_size = fmax(distance(left, right), distance(eyes, mouth));
    return (struct frame_square){
        .centre_x = (eyes.x + mouth.x) / 2,
        .centre_y = (eyes.y + mouth.y) / 2,
        .side = 2 * CROP_ENLARGE * *ret_size,
        .angle = atan2(right.y - left.y, right.x - left.x),
    };
}

/* ---- quality ---- */

/* Where the middle of the face lies in the crop: from brow to chin, from cheek to cheek. */
#define CELL 4   /* pixels of the crop; a sixteenth of the face's size */
#define CELLS 32 /* each way, in the middle of the crop */

/* How far the head is turned away from the camera: the angle of what stands upright on the face,
 * against the level of the eyes, so that a tilted head is not a turned one. */
static void measure_pose(const struct detect_landmark *p, double roll, struct face_quality *q)
{
    const struct detect_landmark *top = &p[10], *chin = &p[152], *left = &p[234], *right = &p[454];
    double across[3] = {(double)right->x - (double)left->x, (double)right->y - (double)left->y,
                        (double)right->z - (double)left->z};
    double down[3] = {(double)chin->x - (double)top->x, (double)chin->y - (double)top->y,
                      (double)chin->z - (double)top->z};
    double out[3] = {across[1] * down[2] - across[2] * down[1],
                     across[2] * down[0] - across[0] * down[2],
                     across[0] * down[1] - across[1] * down[0]};
    double x = out[0] * cos(roll) + out[1] * sin(roll);
    double y = out[1] * cos(roll) - out[0] * sin(roll);
    double degrees = 180 / acos(-1);
    q->yaw = (float)(atan2(x, out[2]) * degrees);
    q->pitch = (float)(atan2(y, out[2]) * degrees);
}

/* How far cells lie from the mean of the four around them: smooth slopes have none of it. */
static double detail(const float *cells, int side)
{
    double sum = 0;
    for (int y = 1; y < side - 1; y++)
        for (int x = 1; x < side - 1; x++) {
            const float *c = &cells[y * side + x];
            double off = (double)(*c - (c[-1] + c[1] + c[-side] + c[side]) / 4);
            sum += off * off;
        }
    return sqrt(sum / ((side - 2) * (side - 2)));
}

static void halve(const float *cells, int side, float *ret)
{
    for (int i = 0; i < side * side / 4; i++) {
        const float *c = &cells[i / (side / 2) * 2 * side + i % (side / 2) * 2];
        ret[i] = (c[0] + c[1] + c[side] + c[side + 1]) / 4;
    }
}

/* Luma of the middle of the crop, in cells; the part of it that is as white as white can be. */
static float average_cells(const float *crop, float ret[CELLS * CELLS])
{
    const int from = (SIDE - CELLS * CELL) / 2;
    int white = 0;
    for (int i = 0; i < CELLS * CELLS; i++) {
        int left = from + i % CELLS * CELL, top = from + i / CELLS * CELL;
        float sum = 0;
        for (int y = top; y < top + CELL; y++)
            for (int x = left; x < left + CELL; x++) {
                const float *p = &crop[3 * (y * SIDE + x)];
                sum += 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
                white += fmaxf(fmaxf(p[0], p[1]), p[2]) >= WHITE;
            }
        ret[i] = sum / (255 * CELL * CELL);
    }
    return (float)white / (CELLS * CELLS * CELL * CELL);
}

/* Sharpness: as much detail of a sixteenth of the face's size as of an eighth is a sharp picture,
 * whatever the light. */
static void measure_light(const float *crop, struct face_quality *q)
{
    float cells[CELLS * CELLS], half[CELLS * CELLS / 4];
    q->white = average_cells(crop, cells);
    double sum = 0, squares = 0;
    for (int i = 0; i < CELLS * CELLS; i++) {
        sum += (double)cells[i];
        squares += (double)cells[i] * (double)cells[i];
    }
    double mean = sum / (CELLS * CELLS);
    q->luma = (float)mean;
    q->contrast = (float)sqrt(fmax(squares / (CELLS * CELLS) - mean * mean, 0));
    halve(cells, CELLS, half);
    double coarse = detail(half, CELLS / 2);
    q->sharpness = coarse > 0 ? (float)(detail(cells, CELLS) / coarse) : 0;
}

static float part_inside(const struct frame *f, const struct frame_square *square)
{
    int inside = 0;
    const int steps = 16;
    for (int i = 0; i < steps * steps; i++) {
        double across = ((i % steps + 0.5) / steps - 0.5) * square->side;
        double down = ((i / steps + 0.5) / steps - 0.5) * square->side; /* NOLINT: whole rows */
        double x = square->centre_x + across * cos(square->angle) - down * sin(square->angle);
        double y = square->centre_y + across * sin(square->angle) + down * cos(square->angle);
        inside += x >= 0 && y >= 0 && x < f->width && y < f->height;
    }
    return (float)inside / (float)(steps * steps);
}

/* What the landmarks alone tell: it saves sampling the crop. */
static enum face_fault judge_place(const struct face_quality *q, float mesh_score)
{
    if (!(mesh_score >= MESH_MIN))
        return FACE_FAULT_UNCLEAR;
    if (!(q->size >= SIZE_MIN))
        return FACE_FAULT_SMALL;
    if (!(q->inside >= INSIDE_MIN))
        return FACE_FAULT_CUT;
    if (!(fabsf(q->yaw) <= YAW_MAX && fabsf(q->pitch) <= PITCH_MAX))
        return FACE_FAULT_TURNED;
    return FACE_FAULT_NONE;
}

static enum face_fault judge_light(const struct face_quality *q)
{
    if (q->white > WHITE_MAX)
        return FACE_FAULT_BRIGHT;
    if (!(q->contrast >= CONTRAST_MIN))
        return q->luma < DARK_LUMA ? FACE_FAULT_DARK : FACE_FAULT_FLAT;
    if (!(q->sharpness >= SHARPNESS_MIN))
        return FACE_FAULT_BLURRED;
    return FACE_FAULT_NONE;
}

bool face_is_lit(const struct face_quality *q) { return judge_light(q) == FACE_FAULT_NONE; }

const char *face_fault_text(enum face_fault fault)
{
    static const char *const texts[FACE_FAULTS] = {
        [FACE_FAULT_NONE] = "the face is good enough",
        [FACE_FAULT_UNCLEAR] = "the face is partly hidden or turned away",
        [FACE_FAULT_SMALL] = "the face is too small",
        [FACE_FAULT_CUT] = "the face is partly out of the picture",
        [FACE_FAULT_TURNED] = "the face is turned away",
        [FACE_FAULT_DARK] = "the face is too dark",
        [FACE_FAULT_BRIGHT] = "the face is over-exposed",
        [FACE_FAULT_FLAT] = "the face has too little contrast",
        [FACE_FAULT_BLURRED] = "the face is blurred",
    };
    return (size_t)fault < FACE_FAULTS ? texts[fault] : "the face was not judged";
}

struct face_quality face_measure(struct face_reader *r, const struct frame *f,
                                 const struct detect_landmark landmarks[DETECT_LANDMARKS],
                                 float mesh_score)
{
    struct face_quality q = {0};
    double size;
    struct frame_square square = place(landmarks, &size);
    q.size = (float)size;
    q.inside = part_inside(f, &square);
    measure_pose(landmarks, square.angle, &q);
    q.fault = judge_place(&q, mesh_score);
    if (q.fault != FACE_FAULT_NONE && q.fault != FACE_FAULT_TURNED)
        return q;
    frame_square_to_tensor(f, &square, SIDE, 1, 0, r->crop);
    measure_light(r->crop, &q);
    if (q.fault == FACE_FAULT_NONE)
        q.fault = judge_light(&q);
    return q;
}

/* ---- embedding ---- */

float face_similarity(const struct face_embedding *a, const struct face_embedding *b)
{
    double sum = 0;
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        sum += (double)a->values[i] * (double)b->values[i];
    return (float)fmin(fmax(sum, -1), 1);
}

bool face_normalise(struct face_embedding *e)
{
    double squares = 0;
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        squares += (double)e->values[i] * (double)e->values[i];
    if (!isfinite(squares) || squares < 1e-12)
        return false;
    float factor = (float)(1 / sqrt(squares));
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        e->values[i] *= factor;
    return true;
}

bool face_embed(struct face_reader *r, struct face_embedding *ret, struct error *err)
{
    float *input = nn_runner_input(r->run, NULL);
    for (size_t i = 0; i < PIXELS; i++) {
        const float *rgb = &r->crop[3 * i];
        input[3 * i] = rgb[2] - 103.939f;
        input[3 * i + 1] = rgb[1] - 116.779f;
        input[3 * i + 2] = rgb[0] - 123.68f;
    }
    if (!nn_run(r->run, err))
        return false;
    struct face_embedding e;
    memcpy(e.values, nn_runner_output(r->run, 0, NULL), sizeof e.values);
    if (!face_normalise(&e))
        return error_set(err, ERROR_INTERNAL, "the face has no embedding");
    *ret = e;
    return true;
}
