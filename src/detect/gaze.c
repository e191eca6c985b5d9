/* Where the eyes look within the head, by the model of the iris. Only made and run when a rule asks
 * for it: the built-in policies do not.
 *
 * The eye at the picture's left goes in as it is, the other mirrored, as the model was trained. The
 * number is the middle of the iris against the middle of the eye's corners, in widths of the eye,
 * mean of both eyes.
 *
 * Measured on three recordings of one man: into the camera -0.04 with a deviation of 0.03, eyes to
 * one side -0.10 to -0.17, to the other 0.04 to 0.09. People differ by as much, so only the change
 * against the candidate's own usual says something, over seconds. Looking at the lower corner of a
 * large screen is the same as looking beside a small one.
 *
 * 2.7 ms a look with a face: 20 s CPU an hour. */
#include "detect/network.h"

#include <math.h>
#include <stdlib.h>

#define SIDE 64
#define ENLARGE 2.3 /* of the eye's width: the square, as the model was trained */
#define MESH_SCORE_MIN 0.5f
#define IRIS_NUMBERS 15 /* five points: the middle first */

static const struct {
    int left, right; /* corners as seen in the picture */
    bool mirrored;
} eyes[2] = {{33, 133, false}, {362, 263, true}};

struct gaze {
    struct network iris;                /* owned */
    const struct detector_finds *finds; /* borrowed */
};

static void gaze_destroy(void *self)
{
    struct gaze *g = self;
    if (!g)
        return;
    network_done(&g->iris);
    free(g);
}

static bool gaze_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    if (!setup->options->gaze) {
        *ret = NULL;
        return true;
    }
    struct gaze *g = calloc(1, sizeof *g);
    if (!g)
        return error_no_memory(err);
    *ret = g; /* half-built or not, its owner destroys it */
    g->finds = setup->finds;
    static const char *const outputs[] = {"StatefulPartitionedCall/model/conv_iris/BiasAdd"};
    if (!network_load(&g->iris, setup, "iris", NULL, SIDE, SIDE, outputs, ARRAY_LEN(outputs), err))
        return false;
    if (network_numbers(&g->iris, 0) != IRIS_NUMBERS)
        return error_set(err, ERROR_INVALID, "model iris: its output is not that of an iris");
    return true;
}

/* Each row from right to left. */
static void mirror(float *tensor)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE / 2; x++)
            for (int c = 0; c < 3; c++) {
                float *a = &tensor[(y * SIDE + x) * 3 + c];
                float *b = &tensor[(y * SIDE + SIDE - 1 - x) * 3 + c];
                float kept = *a;
                *a = *b;
                *b = kept;
            }
}

static bool look_at_eye(struct gaze *g, const struct frame *f, int eye, float *ret,
                        struct error *err)
{
    const struct detect_landmark *mesh = g->finds->landmarks[0];
    const struct detect_landmark *left = &mesh[eyes[eye].left], *right = &mesh[eyes[eye].right];
    double across = (double)(right->x - left->x), down = (double)(right->y - left->y);
    double width = hypot(across, down);
    const struct frame_square square = {
        .centre_x = (double)(left->x + right->x) / 2,
        .centre_y = (double)(left->y + right->y) / 2,
        .side = width * ENLARGE,
        .angle = atan2(down, across), /* so that a tilted head's eyes are level */
    };
    *ret = NAN;
    if (!(width >= 2))
        return true;
    float *input = nn_runner_input(g->iris.run, NULL);
    frame_square_to_tensor(f, &square, SIDE, 1.0f / 255.0f, 0.0f, input);
    if (eyes[eye].mirrored)
        mirror(input);
    if (!nn_run(g->iris.run, err))
        return false;
    float x = nn_runner_output(g->iris.run, 0, NULL)[0];
    if (eyes[eye].mirrored)
        x = SIDE - x;
    *ret = (x - SIDE / 2.0f) * (float)ENLARGE / SIDE; /* the corners' middle is the square's */
    return true;
}

static bool gaze_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    struct gaze *g = self;
    float each[2];
    if (o->faces_len <= 0 || o->faces[0].mesh_score < MESH_SCORE_MIN || !o->head.known)
        return true;
    for (int eye = 0; eye < 2; eye++)
        if (!look_at_eye(g, f, eye, &each[eye], err))
            return false;
    float gaze = (each[0] + each[1]) / 2;
    if (isfinite(gaze))
        o->head.gaze = fminf(fmaxf(gaze, -1), 1);
    return true;
}

const struct detector detector_gaze = {
    .name = "gaze", .create = gaze_create, .look = gaze_look, .destroy = gaze_destroy};
