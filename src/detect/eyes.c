/* How open eyes and mouth are, from the mesh.
 *
 * The mesh knows open from closed eyes, but not well: over 900 looks open eyes measured 0.13 to
 * 0.36 of their width, by person and by how high the camera stands, and the closed eyes of a woman
 * 0.14 to 0.19, whose open ones had 0.20 to 0.30. So only the ratio to the same person's own usual
 * opening says something, and looking down has half of the effect of closing the eyes. At two looks
 * a second one blink in four or so is met at all: blinks are counted there where they decide
 * something, by the picture of the eyes (still.c). */
#include "detect/head.h"

#include <math.h>

/* Corners, and two pairs of points of the lids, upper and lower. */
static const struct {
    int corners[2], upper[2], lower[2];
} eyes[2] = {
    {{33, 133}, {160, 158}, {144, 153}},  /* at the picture's left */
    {{362, 263}, {385, 387}, {380, 373}}, /* at its right */
};
enum { LIP_UPPER = 13, LIP_LOWER = 14, MOUTH_LEFT = 61, MOUTH_RIGHT = 291 };

static double distance(const struct detect_landmark *a, const struct detect_landmark *b)
{
    double x = (double)(a->x - b->x), y = (double)(a->y - b->y), z = (double)(a->z - b->z);
    return sqrt(x * x + y * y + z * z);
}

/* Depth of the lids is not known well enough to be of use between two points so near. */
static double flat_distance(const struct detect_landmark *a, const struct detect_landmark *b)
{
    return hypot((double)(a->x - b->x), (double)(a->y - b->y));
}

static float ratio(double height, double width)
{
    return width > 1e-3 && isfinite(height / width) ? (float)fmin(height / width, 4) : 0;
}

void head_openings(const struct detect_landmark mesh[DETECT_LANDMARKS], struct detect_head *ret)
{
    for (int i = 0; i < 2; i++) {
        double height = (flat_distance(&mesh[eyes[i].upper[0]], &mesh[eyes[i].lower[0]]) +
                         flat_distance(&mesh[eyes[i].upper[1]], &mesh[eyes[i].lower[1]])) /
                        2;
        ret->eyes[i] =
            ratio(height, distance(&mesh[eyes[i].corners[0]], &mesh[eyes[i].corners[1]]));
    }
    ret->mouth = ratio(distance(&mesh[LIP_UPPER], &mesh[LIP_LOWER]),
                       distance(&mesh[MOUTH_LEFT], &mesh[MOUTH_RIGHT]));
}
