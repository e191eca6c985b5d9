/* Head pose from the mesh of the largest face, and how open its eyes and mouth are (eyes.c).
 *
 * Two lines of the mesh, forehead to chin and side to side, span the head's own axes; angles are
 * against the camera's. Truth in degrees does not exist for our media; what can be said: heads that
 * a person called frontal measured -15 to 15 degrees of yaw (53 of 57 pictures), half profiles 36
 * and 39, a woman turning her head from side to side -32 to 48, always with the sign of the side
 * that she turned to. Pitch of heads called frontal was -15 to 23, since it has the camera's height
 * and the shape of the face in it: only changes of it mean something (analysis/calibration.h).
 * Beyond 50 degrees the mesh falls behind, and at a profile the face is not found.
 *
 * Costs nothing to speak of: the mesh is there already. */
#include "detect/detector.h"
#include "detect/head.h"

#include <math.h>

#define MESH_SCORE_MIN 0.5f /* under it the mesh is a guess (faces.c) */

enum { FOREHEAD = 10, CHIN = 152, SIDE_LEFT = 234, SIDE_RIGHT = 454 };

struct vector {
    double x, y, z;
};

static struct vector between(const struct detect_landmark *from, const struct detect_landmark *to)
{
    return (struct vector){(double)(to->x - from->x), (double)(to->y - from->y),
                           (double)(to->z - from->z)};
}

static bool normalise(struct vector *v)
{
    double length = sqrt(v->x * v->x + v->y * v->y + v->z * v->z);
    if (!(length > 1e-6) || !isfinite(length))
        return false;
    *v = (struct vector){v->x / length, v->y / length, v->z / length};
    return true;
}

static struct vector cross(struct vector a, struct vector b)
{
    return (struct vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

bool head_pose(const struct detect_landmark mesh[DETECT_LANDMARKS], struct detect_head *ret)
{
    const double degrees = 180 / M_PI;
    struct vector down = between(&mesh[FOREHEAD], &mesh[CHIN]);
    struct vector across = between(&mesh[SIDE_LEFT], &mesh[SIDE_RIGHT]);
    if (!normalise(&down) || !normalise(&across))
        return false;
    struct vector back = cross(across, down);
    if (!normalise(&back))
        return false;
    across = cross(down, back);
    /* The mesh has z smaller towards the camera: who turns to the picture's right brings the
     * picture's left side of the head forward. */
    ret->yaw = (float)(degrees * atan2(-back.x, across.x));
    ret->pitch = (float)(degrees * atan2(down.z, down.y));
    ret->roll = (float)(degrees * -atan2(down.x, hypot(across.x, back.x)));
    return true;
}

float head_inside(const struct detect_landmark mesh[DETECT_LANDMARKS], int width, int height)
{
    int inside = 0;
    for (int i = 0; i < DETECT_LANDMARKS; i++)
        inside += mesh[i].x >= 0 && mesh[i].y >= 0 && mesh[i].x < (float)width &&
                  mesh[i].y < (float)height;
    return (float)inside / DETECT_LANDMARKS;
}

static bool head_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    (void)err;
    *ret = setup->options->head ? setup->finds : NULL; /* it keeps nothing of its own */
    return true;
}

static bool head_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    const struct detector_finds *finds = self;
    (void)err;
    if (o->faces_len <= 0)
        return true;
    struct detect_head head = {.inside = head_inside(finds->landmarks[0], f->width, f->height),
                               .gaze = o->head.gaze};
    head_openings(finds->landmarks[0], &head);
    if (o->faces[0].mesh_score >= MESH_SCORE_MIN && head_pose(finds->landmarks[0], &head)) {
        head.known = 1;
        o->head = head;
    }
    return true;
}

static void head_destroy(void *self) { (void)self; }

const struct detector detector_head = {
    .name = "head", .create = head_create, .look = head_look, .destroy = head_destroy};
