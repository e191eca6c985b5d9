/* Light, detail and change: what a picture says without knowing what is in it.
 *
 * The picture is averaged into a grid of cells; what is averaged over hundreds of pixels forgets
 * the sensor's noise and most of what a codec does. `changed` alone looks at single pixels.
 *
 * Measured at two looks a second; where three numbers stand: least, median, most.
 *
 *                                luma_mean       detail            motion_peak
 * face in view, usual light      .233 .52 .666   .0174 .035 .073   .0076 .08 .75
 *   backlit; dim; overexposed    .52; .41; .98   .037; .020; .013  .018 .08-.13 .38
 *   dark                         .126            .0050             .0047 .021 .037
 *   very dark (two clips)        .006-.028       .0011-.0020       .0045 .006 .010
 * empty room                     .553 .556 .569  .0300             .0029 .005 .214
 * bare wall, nobody (two clips)  .660-.699       .0017-.0025       .0050 .008 .235
 * covered by a finger (two)      .000-.062       .0000-.0007       .0000-.0057
 * made: red finger, blurred      .004-.332       .0002-.0019       .0057-.0187, redness .215
 * made: paper; tape with noise   .315; .019      .0011-.0025       .0041-.0175
 * one picture for ever           as it is        as it is          .0000 .0007 .0048
 *
 * The last, through VP8, VP9 and H.264 at 150 and 400 kbit/s: motion_peak under .006 in 93 to 100 %
 * of the looks (a key frame stirs up to .028); with a sensor's noise added, in 90 to 100 %.
 *
 * So: covered, or nothing to see, is a detail under .003 and no face; too dark is a luma_mean under
 * .15; one picture for ever is a motion_peak under .006 in nine of ten looks while it is not too
 * dark. A person in usual light was never under .0076, whatever the codec. An empty room is under
 * .006 too; only `changed` tells it from a frozen picture, and not well: a coder goes on refining a
 * frozen picture for seconds (median .00 to .10, at key frames .9), and at low rates it hides the
 * noise of a living one (median .07 to .67). */
#include "detect/detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GRID_WIDTH DETECT_CELLS_WIDE
#define GRID_HEIGHT DETECT_CELLS_HIGH
#define CELLS DETECT_CELLS
#define POINTS_SIDE 192 /* single pixels compared: a grid of so many each way */
#define POINTS (POINTS_SIDE * POINTS_SIDE)

struct light {
    struct detector_finds *finds; /* borrowed; the cells, for those after it in the table */
    bool single;
    int width, height; /* of the picture before; 0 before the first */
    float cells[CELLS], next_cells[CELLS];
    uint8_t points[POINTS], next_points[POINTS];
};

static bool light_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    struct light *l = calloc(1, sizeof *l);
    if (!l)
        return error_no_memory(err);
    l->finds = setup->finds;
    l->single = setup->options->single;
    l->finds->has_cells = true;
    *ret = l;
    return true;
}

static void light_destroy(void *self) { free(self); }

/* Mean of the part of the plane, which has at least one pixel. */
static double part_mean(const uint8_t *plane, ptrdiff_t stride, int left, int top, int right,
                        int bottom)
{
    uint64_t sum = 0;
    for (int y = top; y < bottom; y++) {
        const uint8_t *row = plane + y * stride;
        uint32_t row_sum = 0; /* narrow, so that many are added at once */
        for (int x = left; x < right; x++)
            row_sum += row[x];
        sum += row_sum;
    }
    return (double)sum / ((double)(right - left) * (bottom - top));
}

/* Luma of the cells from black (0) to white (1). */
static void average_cells(const struct frame *f, float ret[CELLS])
{
    double black = f->full_range ? 0 : 16, white = f->full_range ? 255 : 235;
    for (int i = 0; i < CELLS; i++) {
        int column = i % GRID_WIDTH, row = i / GRID_WIDTH;
        int left = column * f->width / GRID_WIDTH, right = (column + 1) * f->width / GRID_WIDTH;
        int top = row * f->height / GRID_HEIGHT, bottom = (row + 1) * f->height / GRID_HEIGHT;
        double mean = part_mean(f->planes[0], f->strides[0], left, top, MAX(right, left + 1),
                                MAX(bottom, top + 1));
        ret[i] = (float)fmin(fmax((mean - black) / (white - black), 0), 1);
    }
}

static void note_light(const float cells[CELLS], struct observation *o)
{
    double sum = 0, squares = 0, detail = 0;
    for (int i = 0; i < CELLS; i++) {
        sum += (double)cells[i];
        squares += (double)cells[i] * (double)cells[i];
    }
    /* Against the mean of the four around: a finger on the lens gives smooth slopes, which is no
     * detail. */
    for (int y = 1; y < GRID_HEIGHT - 1; y++)
        for (int x = 1; x < GRID_WIDTH - 1; x++) {
            const float *c = &cells[y * GRID_WIDTH + x];
            detail += fabs((double)(*c - (c[-1] + c[1] + c[-GRID_WIDTH] + c[GRID_WIDTH]) / 4));
        }
    double mean = sum / CELLS;
    o->luma_mean = (float)mean;
    o->luma_deviation = (float)sqrt(fmax(squares / CELLS - mean * mean, 0));
    o->detail = (float)(detail / ((GRID_WIDTH - 2) * (GRID_HEIGHT - 2)));
}

static void note_colour(const struct frame *f, struct observation *o)
{
    double grey = 128, range = f->full_range ? 255 : 224;
    int width = (f->width + 1) / 2, height = (f->height + 1) / 2;
    double red = part_mean(f->planes[2], f->strides[2], 0, 0, width, height);
    o->redness = (float)((red - grey) / range);
}

/* The middle of place i of POINTS_SIDE along a side of so many pixels. */
static int point_at(int i, int pixels) { return (2 * i + 1) * pixels / (2 * POINTS_SIDE); }

static void take_points(const struct frame *f, uint8_t ret[POINTS])
{
    int columns[POINTS_SIDE];
    for (int i = 0; i < POINTS_SIDE; i++)
        columns[i] = point_at(i, f->width);
    for (int row = 0; row < POINTS_SIDE; row++) {
        const uint8_t *from = f->planes[0] + point_at(row, f->height) * (ptrdiff_t)f->strides[0];
        for (int i = 0; i < POINTS_SIDE; i++)
            *ret++ = from[columns[i]];
    }
}

static void note_change(struct light *l, const struct frame *f, struct observation *o)
{
    take_points(f, l->next_points);
    o->motion = o->motion_peak = o->changed = -1;
    if (!l->single && l->width == f->width && l->height == f->height) {
        int differ = 0;
        double sum = 0, peak = 0;
        for (int i = 0; i < POINTS; i++)
            differ += l->points[i] != l->next_points[i];
        for (int i = 0; i < CELLS; i++) {
            double change = fabs((double)(l->cells[i] - l->next_cells[i]));
            sum += change;
            peak = fmax(peak, change);
        }
        o->changed = (float)differ / POINTS;
        o->motion = (float)(sum / CELLS);
        o->motion_peak = (float)peak;
    }
    memcpy(l->points, l->next_points, sizeof l->points);
    memcpy(l->cells, l->next_cells, sizeof l->cells);
    l->width = f->width;
    l->height = f->height;
}

static bool light_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    (void)err;
    struct light *l = self;
    average_cells(f, l->next_cells);
    memcpy(l->finds->cells, l->next_cells, sizeof l->finds->cells);
    note_light(l->next_cells, o);
    note_colour(f, o);
    note_change(l, f, o);
    return true;
}

const struct detector detector_light = {"light", light_create, light_look, light_destroy, NULL};
