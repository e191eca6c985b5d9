/* Faces: BlazeFace finds places, the face mesh says of each whether it is a face.
 *
 * Fed and read as the networks were trained: RGB, letterboxed, the crop turned by the line of the
 * eyes, without which the mesh rejects heads tilted more than 30 degrees. */
#include "base/stages.h"
#include "detect/detector.h"
#include "detect/edge_faces.h"
#include "detect/face_detector.h"
#include "detect/faces_track.h"
#include "detect/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MESH_SIDE 192
#define SCORE_MIN 0.30f
#define OVERLAP_MAX 0.3f

/* Which places are faces. From 190 pictures and 1270 looks at 40 clips: at a score of 0.80 and more
 * every place was a face, though the mesh denied four of them (a hand before the mouth, a profile).
 * From 0.50 a mesh score of 0.5 tells faces (few under 0.9) from heads seen from behind, ears and
 * chairs (mostly under 0.04). From 0.30 there are true small faces, nearly all with 0.99 and more,
 * and table legs and leaves with up to 0.96. Below 0.30 nearly all is wrong.
 *
 * At 256 pixels a side a face of 22 pixels in 640x480 was found in 8 of 10 cases, of 18 in 2. At
 * 384 half of those of 14 are, but a face that fills the picture breaks into several. */
static const struct {
    float score, mesh; /* from this score on, the mesh must say more than this */
} bands[] = {{0.80f, -1.0f}, {0.50f, 0.50f}, {SCORE_MIN, 0.98f}};

struct faces {
    struct face_detector *detector, *small;        /* owned */
    struct network mesh;                           /* owned */
    struct edge_faces *edges;                      /* owned */
    struct frame_scaler *scaler;                   /* borrowed */
    struct stages *stages;                         /* borrowed; NULL */
    struct frame_square squares[DETECT_FACES_MAX]; /* of the mesh of each face detected */
    bool single;                                   /* no look follows another */
    struct faces_track track;
    struct detector_finds *finds; /* borrowed; landmarks of the faces found */
};

static void faces_destroy(void *self)
{
    struct faces *f = self;
    if (!f)
        return;
    edge_faces_destroy(f->edges);
    face_detector_destroy(f->detector);
    face_detector_destroy(f->small);
    network_done(&f->mesh);
    free(f);
}

static bool faces_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    static const char *const mesh[] = {"Identity_1",
                                       "Identity_2"}; /* is it a face; its landmarks */
    struct faces *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    *ret = f; /* half-built or not, its owner destroys it */
    f->scaler = setup->scaler;
    f->finds = setup->finds;
    f->stages = setup->options->stages;
    f->single = setup->options->single;
    if (!face_detector_create(setup, FACE_DETECTOR_LARGE, &f->detector, err) ||
        !face_detector_create(setup, FACE_DETECTOR_SMALL, &f->small, err) ||
        !network_load(&f->mesh, setup, "facemesh", NULL, MESH_SIDE, MESH_SIDE, mesh,
                      ARRAY_LEN(mesh), err) ||
        !edge_faces_create(f->small, &f->edges, err))
        return false;
    if (network_numbers(&f->mesh, 0) != 1 || network_numbers(&f->mesh, 1) != 3 * DETECT_LANDMARKS)
        return error_set(err, ERROR_INVALID, "the model's outputs are not those of a face mesh");
    return true;
}

static bool mesh_score(struct faces *s, const struct frame *f, const struct frame_square *square,
                       float *ret, struct error *err)
{
    float *input = nn_runner_input(s->mesh.run, NULL);
    stages_enter(s->stages, "faces: crop");
    frame_square_to_tensor(f, square, MESH_SIDE, 1.0f / 255.0f, 0.0f, input);
    stages_enter(s->stages, "faces: mesh");
    if (!nn_run(s->mesh.run, err))
        return false;
    *ret = nn_runner_output(s->mesh.run, 0, NULL)[0];
    return true;
}

static bool is_face(float score, float mesh)
{
    for (size_t i = 0; i < ARRAY_LEN(bands); i++)
        if (score >= bands[i].score)
            return mesh > bands[i].mesh;
    return false;
}

static float area(const struct detect_face *face) { return face->width * face->height; }

/* The landmarks that the mesh just found in the square, in pixels of the frame. */
static void place_landmarks(const struct faces *s, const struct frame_square *square,
                            struct detect_landmark ret[DETECT_LANDMARKS])
{
    const float *mesh = nn_runner_output(s->mesh.run, 1, NULL);
    double unit = square->side / MESH_SIDE;
    double right_x = cos(square->angle) * unit, right_y = sin(square->angle) * unit;
    for (size_t i = 0; i < DETECT_LANDMARKS; i++) {
        double across = (double)mesh[3 * i] - MESH_SIDE / 2.0;
        double down = (double)mesh[3 * i + 1] - MESH_SIDE / 2.0;
        ret[i] = (struct detect_landmark){
            .x = (float)(square->centre_x + across * right_x - down * right_y),
            .y = (float)(square->centre_y + across * right_y + down * right_x),
            .z = (float)((double)mesh[3 * i + 2] * unit),
        };
    }
}

/* Sorted in, the largest first, with the landmarks of the mesh's last run. */
static void add_face(struct faces *s, const struct frame_square *square,
                     const struct detect_face *face, struct observation *o)
{
    struct detect_landmark(*landmarks)[DETECT_LANDMARKS] = s->finds->landmarks;
    int at = o->faces_len++;
    for (; at > 0 && area(&o->faces[at - 1]) < area(face); at--) {
        o->faces[at] = o->faces[at - 1];
        memcpy(landmarks[at], landmarks[at - 1], sizeof landmarks[at]);
        s->squares[at] = s->squares[at - 1];
    }
    o->faces[at] = *face;
    s->squares[at] = *square;
    place_landmarks(s, square, landmarks[at]);
}

/* Is the cut face one that was found whole? */
static bool is_found(const struct observation *o, const struct detect_face *cut)
{
    for (int i = 0; i < o->faces_len; i++) {
        const struct detect_face *face = &o->faces[i];
        if (fminf(face->x + face->width, cut->x + cut->width) > fmaxf(face->x, cut->x) &&
            fminf(face->y + face->height, cut->y + cut->height) > fmaxf(face->y, cut->y))
            return true;
    }
    return false;
}

/* Of those the mesh is only asked for landmarks. They end the list, however large they are: the
 * candidate is rather somebody who is seen whole. */
static bool add_cut_faces(struct faces *s, const struct frame *f, struct observation *o,
                          struct error *err)
{
    struct edge_face cut[EDGE_FACES_MAX];
    size_t len;
    stages_enter(s->stages, "faces: edges");
    if (!edge_faces_look(s->edges, f, cut, &len, err))
        return false;
    for (size_t i = 0; i < len && o->faces_len < DETECT_FACES_MAX; i++) {
        const struct frame_square *square = &cut[i].square;
        float width = cut[i].width / (float)f->width, height = cut[i].height / (float)f->height;
        struct detect_face face = {
            .x = (float)(square->centre_x / f->width) - width / 2,
            .y = (float)(square->centre_y / f->height) - height / 2,
            .width = width,
            .height = height,
            .score = cut[i].score,
        };
        if (is_found(o, &face))
            continue;
        float *input = nn_runner_input(s->mesh.run, NULL);
        frame_square_to_tensor(f, square, MESH_SIDE, 1.0f / 255.0f, 0.0f, input);
        edge_mirror(input, MESH_SIDE, square, f->width, cut[i].right);
        if (!nn_run(s->mesh.run, err))
            return false;
        face.mesh_score = nn_runner_output(s->mesh.run, 0, NULL)[0];
        place_landmarks(s, square, s->finds->landmarks[o->faces_len]);
        o->faces[o->faces_len++] = face;
    }
    return true;
}

/* Where the candidate lies in the frame: the square for the mesh, turned by the line of the eyes.
 */
static struct frame_square place(const struct face_candidate *c, const struct letterbox *box)
{
    return (struct frame_square){
        .centre_x = (c->x - box->left) / box->scale,
        .centre_y = (c->y - box->top) / box->scale,
        .side = (double)fmaxf(c->width, c->height) * FACE_CROP_ENLARGE / box->scale,
        .angle = (double)atan2f(c->eyes[1][1] - c->eyes[0][1], c->eyes[1][0] - c->eyes[0][0]),
    };
}

static bool find_faces(struct faces *s, const struct frame *f, struct observation *o,
                       struct error *err)
{
    struct letterbox box;
    stages_enter(s->stages, "faces: scale");
    if (!frame_to_tensor(s->scaler, f, FACE_DETECTOR_LARGE, FACE_DETECTOR_MULTIPLY,
                         FACE_DETECTOR_ADD, face_detector_input(s->detector), &box, err))
        return false;
    stages_enter(s->stages, "faces: detector");
    struct face_candidate found[FACE_CANDIDATES_MAX];
    size_t len;
    if (!face_detector_run(s->detector, SCORE_MIN, OVERLAP_MAX, found, &len, err))
        return false;
    o->faces_len = 0;
    for (size_t i = 0; i < len && o->faces_len < DETECT_FACES_MAX; i++) {
        struct frame_square square = place(&found[i], &box);
        float score;
        if (!mesh_score(s, f, &square, &score, err))
            return false;
        if (!is_face(found[i].score, score))
            continue;
        double width = found[i].width / box.scale / f->width;
        double height = found[i].height / box.scale / f->height;
        struct detect_face face = {
            .x = (float)(square.centre_x / f->width - width / 2),
            .y = (float)(square.centre_y / f->height - height / 2),
            .width = (float)width,
            .height = (float)height,
            .score = found[i].score,
            .mesh_score = score,
        };
        add_face(s, &square, &face, o);
    }
    return true;
}

/* The faces of the look before, by their meshes alone. *ret false: the detector must look. */
static bool follow_faces(struct faces *s, const struct frame *f, struct observation *o, bool *ret,
                         struct error *err)
{
    struct detect_landmark mesh[DETECT_LANDMARKS];
    o->faces_len = 0;
    for (int i = 0; i < s->track.len; i++) {
        enum faces_follow how = FACES_FOLLOW_AGAIN;
        float score = 0;
        struct frame_square square;
        for (int tries = 0; tries < 2 && how == FACES_FOLLOW_AGAIN; tries++) {
            square = faces_track_square(&s->track, i);
            if (!mesh_score(s, f, &square, &score, err))
                return false;
            place_landmarks(s, &square, mesh);
            how = faces_track_take(&s->track, i, mesh, score);
        }
        *ret = how == FACES_FOLLOW_FOUND;
        if (!*ret)
            return true;
        struct detect_face face = faces_track_face(&s->track, i, score);
        add_face(s, &square, &face, o);
    }
    return true;
}

/* A look at the whole picture by the small detector: *ret false when it sees somebody at none of
 * the faces that were followed. */
static bool glance(struct faces *s, const struct frame *f, bool *ret, struct error *err)
{
    const double side = MAX(f->width, f->height);
    const struct frame_square all = {f->width / 2.0, f->height / 2.0, side, 0};
    stages_enter(s->stages, "faces: glance");
    frame_square_to_tensor(f, &all, FACE_DETECTOR_SMALL, FACE_DETECTOR_MULTIPLY, FACE_DETECTOR_ADD,
                           face_detector_input(s->small));
    struct face_candidate found[FACE_CANDIDATES_MAX];
    size_t len;
    if (!face_detector_run(s->small, SCORE_MIN, OVERLAP_MAX, found, &len, err))
        return false;
    double scale = side / FACE_DETECTOR_SMALL;
    *ret = true;
    for (size_t i = 0; i < len && *ret; i++)
        *ret = faces_track_has(&s->track,
                               (found[i].x - FACE_DETECTOR_SMALL / 2.0) * scale + all.centre_x,
                               (found[i].y - FACE_DETECTOR_SMALL / 2.0) * scale + all.centre_y);
    if (*ret)
        faces_track_glanced(&s->track, s->finds);
    return true;
}

static bool faces_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    struct faces *s = self;
    bool followed = false;
    if (s->single)
        edge_faces_forget(s->edges);
    enum faces_track_way way =
        s->single ? FACES_TRACK_DETECT : faces_track_way(&s->track, f, s->finds);
    if (way != FACES_TRACK_DETECT && !follow_faces(s, f, o, &followed, err))
        return false;
    if (followed && way == FACES_TRACK_GLANCE && !glance(s, f, &followed, err))
        return false;
    if (!followed) {
        if (!find_faces(s, f, o, err))
            return false;
        faces_track_note(&s->track, f, o, s->squares, s->finds);
    }
    return add_cut_faces(s, f, o, err); /* which has its own idea of when to look */
}

const struct detector detector_faces = {"faces", faces_create, faces_look, faces_destroy, NULL};
