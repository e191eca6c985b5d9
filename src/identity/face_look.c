/* Faces, head pose and eyes come from the detectors of recordings (detect/), what can be compared
 * from face.h; here they become one plain struct. */
#include "identity/face_look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nose, brows, eyes, mouth, and the outline's four ends: canonical MediaPipe numbers. */
static const int points[FACE_LOOK_POINTS] = {
    1,   4,   5,   6,   168, 2,   98,  327, /* nose */
    70,  105, 107, 300, 334, 336,           /* brows */
    33,  133, 159, 145, 263, 362, 386, 374, /* eyes */
    61,  291, 13,  14,  0,   17,            /* mouth */
    152, 10,  234, 454,                     /* outline */
};

struct face_looker {
    struct detect *detect;      /* owned */
    struct face_reader *reader; /* owned */
};

void face_looker_destroy(struct face_looker *l)
{
    if (!l)
        return;
    detect_destroy(l->detect);
    face_reader_destroy(l->reader);
    free(l);
}

void face_looker_destroyp(struct face_looker **l) { face_looker_destroy(*l); }

bool face_looker_create(const char *models_folder, struct face_looker **ret, struct error *err)
{
    const struct detect_options options = {.head = true, .single = true};
    CLEANUP(face_looker_destroyp) struct face_looker *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(err);
    if (!detect_create_wanted(models_folder, &options, &l->detect, err) ||
        !face_reader_create(models_folder, &l->reader, err))
        return false;
    *ret = TAKE(l);
    return true;
}

const char *face_looker_model(const struct face_looker *l) { return face_reader_model(l->reader); }

static void place_points(const struct detect_landmark *mesh, double size, struct face_look *look)
{
    double x = 0, y = 0;
    for (int i = 0; i < FACE_LOOK_POINTS; i++) {
        x += (double)mesh[points[i]].x / FACE_LOOK_POINTS;
        y += (double)mesh[points[i]].y / FACE_LOOK_POINTS;
    }
    for (int i = 0; i < FACE_LOOK_POINTS && size > 0; i++) {
        look->points[i][0] = (float)(((double)mesh[points[i]].x - x) / size);
        look->points[i][1] = (float)(((double)mesh[points[i]].y - y) / size);
    }
}

/* The mean luma of one part of the picture. */
static uint8_t part_luma(const struct frame *f, int row, int column)
{
    int left = f->width * column / FACE_LOOK_COLUMNS;
    int right = MAX(f->width * (column + 1) / FACE_LOOK_COLUMNS, left + 1);
    int top = f->height * row / FACE_LOOK_ROWS;
    int bottom = MAX(f->height * (row + 1) / FACE_LOOK_ROWS, top + 1);
    int64_t sum = 0, count = 0;
    for (int y = top; y < bottom && y < f->height; y++)
        for (int x = left; x < right && x < f->width; x++, count++)
            sum += f->planes[0][y * f->strides[0] + x];
    return (uint8_t)(count ? sum / count : 0);
}

static float within(float value, float min, float max)
{
    return isfinite(value) ? fminf(fmaxf(value, min), max) : min;
}

static bool look_at_face(struct face_looker *l, const struct frame *f, const struct observation *o,
                         struct face_look *look, struct error *err)
{
    const struct detect_face *face = &o->faces[0];
    const struct detect_landmark *mesh = detect_landmarks(l->detect, 0);
    struct face_quality q = face_measure(l->reader, f, mesh, face->mesh_score);
    look->x = within(face->x, -2, 2);
    look->y = within(face->y, -2, 2);
    look->width = within(face->width, 0, 4);
    look->height = within(face->height, 0, 4);
    look->second = o->faces_len > 1 && face->width > 0 ? o->faces[1].width / face->width : 0;
    look->second = within(look->second, 0, 4);
    if (o->head.known) {
        look->yaw = within(o->head.yaw, -180, 180);
        look->pitch = within(o->head.pitch, -180, 180);
        look->roll = within(o->head.roll, -180, 180);
        look->mouth = within(o->head.mouth, 0, 4);
        for (int i = 0; i < 2; i++)
            look->eyes[i] = within(o->head.eyes[i], 0, 4);
    }
    look->mesh_score = within(face->mesh_score, 0, 1);
    look->inside = within(q.inside, 0, 1);
    look->size = within(q.size, 0, MEDIA_SIDE_MAX);
    look->luma = within(q.luma, 0, 1);
    look->contrast = within(q.contrast, 0, 1);
    look->white = within(q.white, 0, 1);
    look->sharpness = within(q.sharpness, 0, 16);
    look->fault = (int32_t)q.fault;
    place_points(mesh, (double)q.size, look);
    for (int i = 0; i < FACE_LOOK_POINTS; i++)
        for (int j = 0; j < 2; j++)
            look->points[i][j] = within(look->points[i][j], -16, 16);
    if (q.fault != FACE_FAULT_NONE && !(q.fault == FACE_FAULT_TURNED && face_is_lit(&q)))
        return true;
    if (!face_embed(l->reader, &look->embedding, err))
        return false;
    look->embedded = 1;
    return true;
}

bool face_looker_look(struct face_looker *l, struct frame *f, struct face_look *ret,
                      struct error *err)
{
    struct observation o;
    if (!detect_look(l->detect, f, &o, err))
        return false;
    memset(ret, 0, sizeof *ret); /* the bytes between the members cross a pipe, too */
    for (int row = 0; row < FACE_LOOK_ROWS; row++)
        for (int column = 0; column < FACE_LOOK_COLUMNS; column++)
            ret->picture[row][column] = part_luma(f, row, column);
    ret->faces = MAX(o.faces_len, 0);
    return ret->faces == 0 || look_at_face(l, f, &o, ret, err);
}

/* ---- checking ---- */

static bool all_within(const float *values, size_t len, float min, float max)
{
    for (size_t i = 0; i < len; i++)
        if (!(values[i] >= min && values[i] <= max)) /* nor is not-a-number */
            return false;
    return true;
}

bool face_embedding_is_sound(const struct face_embedding *e)
{
    double squares = 0;
    for (size_t i = 0; i < FACE_EMBEDDING_LEN; i++)
        squares += (double)e->values[i] * (double)e->values[i];
    return fabs(squares - 1) < 1e-3;
}

bool face_look_is_sound(const struct face_look *look, const char **ret_wrong)
{
    const struct {
        const char *name;
        const float *values;
        size_t len;
        float min, max;
    } ranges[] = {
        {"place", &look->x, 1, -2, 2},
        {"place", &look->y, 1, -2, 2},
        {"width", &look->width, 1, 0, 4},
        {"height", &look->height, 1, 0, 4},
        {"second", &look->second, 1, 0, 4},
        {"yaw", &look->yaw, 1, -180, 180},
        {"pitch", &look->pitch, 1, -180, 180},
        {"roll", &look->roll, 1, -180, 180},
        {"eyes", look->eyes, 2, 0, 4},
        {"mouth", &look->mouth, 1, 0, 4},
        {"mesh_score", &look->mesh_score, 1, 0, 1},
        {"inside", &look->inside, 1, 0, 1},
        {"size", &look->size, 1, 0, MEDIA_SIDE_MAX},
        {"luma", &look->luma, 1, 0, 1},
        {"contrast", &look->contrast, 1, 0, 1},
        {"white", &look->white, 1, 0, 1},
        {"sharpness", &look->sharpness, 1, 0, 16},
        {"points", &look->points[0][0], sizeof look->points / sizeof(float), -16, 16},
    };
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (!all_within(ranges[i].values, ranges[i].len, ranges[i].min, ranges[i].max)) {
            *ret_wrong = ranges[i].name;
            return false;
        }
    *ret_wrong = look->faces < 0 || look->faces > DETECT_FACES_MAX              ? "faces"
                 : look->fault < 0 || look->fault >= FACE_FAULTS                ? "fault"
                 : look->embedded != 0 && look->embedded != 1                   ? "embedded"
                 : look->embedded && !face_embedding_is_sound(&look->embedding) ? "embedding"
                                                                                : NULL;
    return !*ret_wrong;
}
