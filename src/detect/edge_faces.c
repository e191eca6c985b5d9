/* Half a face and its mirror image are a whole face: the strip along an edge and what a mirror at
 * that edge would show are put together in one square, in which the face detector finds who is cut.
 *
 * Measured by cutting the 62 shared pictures and clips with a large enough face through it (2100
 * cuts, many of one clip), part found here at the score below, in brackets by faces.c alone:
 *     0.30 of it left: .38 (.00)   0.45: .92 (.27)   0.60: .97 (.78)   0.75: .96 (.96)
 * 83 of them cut 1660 times where no face is: the best whose middle lies at the edge had 0.59. The
 * limit was set with these numbers in view: on other pictures both will be somewhat worse. Whole
 * faces close to an edge are seen twice, side by side, and their middles do not lie there.
 *
 * A square as high as the picture goes in at 128 pixels a side: 1.5 ms. It is looked at only when
 * the strip has changed, while somebody is there, and on a slow beat: see docs/policy.md. */
#include "detect/edge_faces.h"

#include "base/clock.h"
#include "detect/face_detector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE FACE_DETECTOR_SMALL
#define SCORE_MIN 0.65F
#define OVERLAP_MAX 0.3F
#define OFF_EDGE_MAX 0.4F /* of the face's width: its middle from the edge */
#define BEAT_US (5 * SECOND_US)
/* Looks for a change only, and without finding anybody: four at once, then one in two seconds,
 * since somebody lively changes it all the time. */
#define SPENT_MAX 4.0
#define FILL_US (2 * SECOND_US)
/* Of one cell, an eighth of the picture's height wide, from look to look. Where nobody moves there
 * it was 0.001 to 0.005 (the medians of half of 26 clips); half a head that came before a bright
 * wall changed one by 0.06 only. A look too many costs a millisecond, one too few up to a beat. */
#define CHANGE_MIN 0.03F

struct edge_faces {
    struct face_detector *detector; /* borrowed; of SIDE */
    struct edge_watch watches[2];   /* left, right */
    struct edge_face found[2][EDGE_FACES_MAX / 2];
    size_t found_len[2];
};

bool edge_faces_create(struct face_detector *detector, struct edge_faces **ret, struct error *err)
{
    struct edge_faces *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err);
    e->detector = detector;
    *ret = e;
    return true;
}

void edge_faces_forget(struct edge_faces *e)
{
    memset(e->watches, 0, sizeof e->watches);
    memset(e->found_len, 0, sizeof e->found_len);
}

void edge_faces_destroy(struct edge_faces *e) { free(e); }

void edge_mirror(float *pixels, int side, const struct frame_square *square, int frame_width,
                 bool right)
{
    double scale = side / square->side; /* where the edge lies, in pixels of the square */
    double edge = ((right ? frame_width : 0) - square->centre_x) * scale + side / 2.0;
    for (int x = 0; x < side; x++) {
        double mirrored = 2 * edge - (x + 0.5);
        bool beyond = right ? x + 0.5 > edge : x + 0.5 < edge;
        if (!beyond || mirrored < 0 || mirrored >= side)
            continue;
        for (int y = 0; y < side; y++)
            memcpy(pixels + ((ptrdiff_t)y * side + x) * 3,
                   pixels + ((ptrdiff_t)y * side + (int)mirrored) * 3, 3 * sizeof *pixels);
    }
}

/* ---- when to look ---- */

static double spent_at(const struct edge_watch *w, int64_t time_us)
{
    double since_us = fmax(0, (double)(time_us - w->looked_us));
    return fmax(0, w->spent - since_us / (double)FILL_US);
}

bool edge_watch_due(const struct edge_watch *w, int64_t time_us, const float cells[EDGE_CELLS])
{
    if (!w->begun || w->found || time_us - w->looked_us >= BEAT_US || time_us <= w->looked_us)
        return true; /* times that do not rise: single pictures */
    bool changed = false;
    for (int i = 0; i < EDGE_CELLS; i++)
        changed = changed || fabsf(cells[i] - w->cells[i]) >= CHANGE_MIN;
    return changed && spent_at(w, time_us) <= SPENT_MAX - 1;
}

void edge_watch_note(struct edge_watch *w, int64_t time_us, const float cells[EDGE_CELLS],
                     bool found)
{
    w->spent = w->begun && !found ? spent_at(w, time_us) + 1 : 0;
    w->begun = true;
    w->found = found;
    w->looked_us = time_us;
    memcpy(w->cells, cells, sizeof w->cells);
}

/* Every fourth pixel each way of a strip a quarter as wide as the picture is high. */
static void measure_cells(const struct frame *f, bool right, float ret[EDGE_CELLS])
{
    int wide = MAX(MIN(f->height / 4, f->width), 1), from = right ? f->width - wide : 0;
    for (int i = 0; i < EDGE_CELLS; i++) {
        int column = i % EDGE_CELLS_WIDE, row = i / EDGE_CELLS_WIDE;
        int left = from + column * wide / EDGE_CELLS_WIDE, top = row * f->height / EDGE_CELLS_HIGH;
        int end = MIN(MAX(from + (column + 1) * wide / EDGE_CELLS_WIDE, left + 1), f->width);
        int bottom = MIN(MAX((row + 1) * f->height / EDGE_CELLS_HIGH, top + 1), f->height);
        left = MIN(left, end - 1);
        uint32_t sum = 0, count = 0;
        for (int y = top; y < bottom; y += 4)
            for (int x = left; x < end; x += 4, count++)
                sum += f->planes[0][y * (ptrdiff_t)f->strides[0] + x];
        ret[i] = (float)sum / (float)count / 255.0F;
    }
}

/* ---- looking ---- */

static bool look_at(struct edge_faces *e, const struct frame *f, bool right, struct error *err)
{
    const struct frame_square square = {.centre_x = right ? f->width : 0,
                                        .centre_y = f->height / 2.0,
                                        .side = fmin(f->height, 2.0 * f->width)};
    float *input = face_detector_input(e->detector);
    frame_square_to_tensor(f, &square, SIDE, FACE_DETECTOR_MULTIPLY, FACE_DETECTOR_ADD, input);
    edge_mirror(input, SIDE, &square, f->width, right);
    struct face_candidate found[FACE_CANDIDATES_MAX];
    size_t len;
    if (!face_detector_run(e->detector, SCORE_MIN, OVERLAP_MAX, found, &len, err))
        return false;
    double scale = square.side / SIDE;
    e->found_len[right] = 0;
    for (size_t i = 0; i < len && e->found_len[right] < EDGE_FACES_MAX / 2; i++) {
        const struct face_candidate *c = &found[i];
        if (fabsf(c->x - SIDE / 2.0F) > OFF_EDGE_MAX * c->width)
            continue; /* a whole face and its image */
        e->found[right][e->found_len[right]++] = (struct edge_face){
            .square = {.centre_x = square.centre_x + ((double)c->x - SIDE / 2.0) * scale,
                       .centre_y = square.centre_y + ((double)c->y - SIDE / 2.0) * scale,
                       .side = (double)fmaxf(c->width, c->height) * FACE_CROP_ENLARGE * scale},
            .width = (float)((double)c->width * scale),
            .height = (float)((double)c->height * scale),
            .score = c->score,
            .right = right,
        };
    }
    return true;
}

bool edge_faces_look(struct edge_faces *e, const struct frame *f,
                     struct edge_face ret[EDGE_FACES_MAX], size_t *ret_len, struct error *err)
{
    *ret_len = 0;
    for (int right = 0; right < 2; right++) {
        float cells[EDGE_CELLS];
        measure_cells(f, right, cells);
        if (edge_watch_due(&e->watches[right], f->time_us, cells)) {
            if (!look_at(e, f, right, err))
                return false;
            edge_watch_note(&e->watches[right], f->time_us, cells, e->found_len[right] > 0);
        }
        for (size_t i = 0; i < e->found_len[right]; i++)
            ret[(*ret_len)++] = e->found[right][i];
    }
    return true;
}
