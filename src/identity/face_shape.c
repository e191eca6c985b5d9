/* Least squares over the points, which lie around their mean: no shift is left to find. */
#include "identity/face_shape.h"

#include <math.h>

static double left_over(const float (*to)[2], const float (*from)[2])
{
    double xx = 0, xy = 0, yy = 0, x_to[2] = {0}, y_to[2] = {0};
    for (int i = 0; i < FACE_LOOK_POINTS; i++) {
        double x = (double)from[i][0], y = (double)from[i][1];
        xx += x * x;
        xy += x * y;
        yy += y * y;
        for (int k = 0; k < 2; k++) {
            x_to[k] += x * (double)to[i][k];
            y_to[k] += y * (double)to[i][k];
        }
    }
    double det = xx * yy - xy * xy, sum = 0;
    if (!(det > 1e-9))
        return 0;
    for (int k = 0; k < 2; k++) {
        double p = (x_to[k] * yy - y_to[k] * xy) / det, q = (y_to[k] * xx - x_to[k] * xy) / det;
        for (int i = 0; i < FACE_LOOK_POINTS; i++) {
            double off = (double)to[i][k] - p * (double)from[i][0] - q * (double)from[i][1];
            sum += off * off;
        }
    }
    return sqrt(sum / FACE_LOOK_POINTS);
}

float face_shape_relief(const float a[FACE_LOOK_POINTS][2], const float b[FACE_LOOK_POINTS][2])
{
    return (float)fmin(left_over(a, b), left_over(b, a));
}
