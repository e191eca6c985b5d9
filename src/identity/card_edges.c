#include "identity/card_edges.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 360 /* pixels of the longer side: an edge is a line of 100 and more */
/* Levels from pixel to pixel after smoothing: a white card on a light desk steps by 20 over three.
 */
#define STEP_MIN 6
#define SLOPES 49        /* of a line, from -SLOPE_MAX to SLOPE_MAX */
#define SLOPE_MAX 0.36   /* 20 degrees */
#define OFF_NORMAL 0.30  /* a step is of a line when it points across it, to so much */
#define LINES_MAX 12     /* of each family */
#define NEAR_OFFSET 5    /* pixels: the same line */
#define NEAR_SLOPE 4     /* in steps */
#define SUPPORT_MIN 0.55 /* part of a side that has a step: fingers and shadows hide the rest */
#define CORNER 0.06      /* of a side: corners are round */
#define ASPECT_MIN 1.28
#define ASPECT_MAX 1.78 /* ID-1 seen a little from the side */
#define OPPOSITE_MIN                                                                               \
    0.6 /* of the lengths of two sides: more perspective than that cannot be read */
#define PART_MIN 0.06
#define CUT_PART_MIN 0.25
#define BORDER 3 /* pixels */

/* Lines are y = offset + slope * (x - width / 2), or with x and y changed ("down"). */
struct line {
    double offset, slope;
    int votes;
    bool border; /* the picture's own, no edge */
};

struct edges {
    int width, height;
    struct grey steps[2]; /* 1 where brightness steps down the picture, or across it */
    int16_t *tangents;    /* owned: for each pixel the slope its line would have, in 1/1000 */
};

static void edges_done(struct edges *e)
{
    grey_done(&e->steps[0]);
    grey_done(&e->steps[1]);
    free(e->tangents);
}

/* ---- steps ---- */

static int at(const struct grey *g, int x, int y)
{
    return g->pixels[(size_t)y * (size_t)g->width + (size_t)x];
}

static int smooth(const struct grey *g, int x, int y)
{
    int sum = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            sum += at(g, x + dx, y + dy);
    return sum / 9;
}

/* A step is where it is steepest along its own direction. */
static bool find_steps(const struct grey *g, struct edges *e, struct error *err)
{
    CLEANUP(grey_done) struct grey even = {0};
    e->width = g->width;
    e->height = g->height;
    e->tangents = calloc((size_t)g->width * (size_t)g->height, sizeof *e->tangents);
    if (!e->tangents)
        return error_no_memory(err);
    if (!grey_create(g->width, g->height, &even, err) ||
        !grey_create(g->width, g->height, &e->steps[0], err) ||
        !grey_create(g->width, g->height, &e->steps[1], err))
        return false;
    size_t all = (size_t)g->width * (size_t)g->height;
    memcpy(even.pixels, g->pixels, all);
    memset(e->steps[0].pixels, 0, all);
    memset(e->steps[1].pixels, 0, all);
    for (int y = 1; y + 1 < g->height; y++)
        for (int x = 1; x + 1 < g->width; x++)
            even.pixels[(size_t)y * (size_t)g->width + (size_t)x] = (uint8_t)smooth(g, x, y);
    for (int y = 3; y + 3 < g->height; y++)
        for (int x = 3; x + 3 < g->width; x++) {
            int across = at(&even, x + 1, y) - at(&even, x - 1, y);
            int down = at(&even, x, y + 1) - at(&even, x, y - 1);
            bool lies = abs(down) >= abs(across); /* the line lies rather than stands */
            int step = lies ? abs(down) : abs(across);
            int before = lies ? abs(at(&even, x, y) - at(&even, x, y - 2))
                              : abs(at(&even, x, y) - at(&even, x - 2, y));
            int after = lies ? abs(at(&even, x, y + 2) - at(&even, x, y))
                             : abs(at(&even, x + 2, y) - at(&even, x, y));
            if (step < STEP_MIN || step < before || step <= after)
                continue;
            size_t i = (size_t)y * (size_t)g->width + (size_t)x;
            e->steps[lies ? 0 : 1].pixels[i] = 1;
            e->tangents[i] = (int16_t)(lies ? -1000 * across / down : -1000 * down / across);
        }
    return true;
}

/* ---- lines ---- */

static double slope_of(int step) { return (2.0 * step / (SLOPES - 1) - 1) * SLOPE_MAX; }

/* Votes for each offset and slope; `down` are lines that stand, whose offset is an x. */
static void vote(const struct edges *e, bool down, int *votes, int offsets)
{
    double middle = (down ? e->height : e->width) / 2.0;
    for (int y = 0; y < e->height; y++)
        for (int x = 0; x < e->width; x++) {
            size_t i = (size_t)y * (size_t)e->width + (size_t)x;
            if (!e->steps[down].pixels[i])
                continue;
            double tangent = e->tangents[i] / 1000.0;
            double along = (down ? y : x) - middle, place = down ? x : y;
            for (int step = 0; step < SLOPES; step++) {
                double slope = slope_of(step);
                int offset = (int)lrint(place - slope * along);
                if (fabs(tangent - slope) <= OFF_NORMAL && offset >= 0 && offset < offsets)
                    votes[step * offsets + offset]++;
            }
        }
}

static size_t best_lines(int *votes, int offsets, struct line ret[LINES_MAX], int votes_min)
{
    size_t len = 0;
    while (len < LINES_MAX) {
        int best = 0, best_step = 0, best_offset = 0;
        for (int step = 0; step < SLOPES; step++)
            for (int offset = 0; offset < offsets; offset++)
                if (votes[step * offsets + offset] > best) {
                    best = votes[step * offsets + offset];
                    best_step = step;
                    best_offset = offset;
                }
        if (best < votes_min)
            break;
        ret[len++] = (struct line){best_offset, slope_of(best_step), best, false};
        for (int step = MAX(best_step - NEAR_SLOPE, 0);
             step <= MIN(best_step + NEAR_SLOPE, SLOPES - 1); step++)
            for (int offset = MAX(best_offset - NEAR_OFFSET, 0);
                 offset <= MIN(best_offset + NEAR_OFFSET, offsets - 1); offset++)
                votes[step * offsets + offset] = 0;
    }
    return len;
}

static bool find_lines(const struct edges *e, bool down, struct line ret[LINES_MAX + 2],
                       size_t *ret_len, struct error *err)
{
    int offsets = down ? e->width : e->height;
    CLEANUP(freep) int *votes = calloc((size_t)(SLOPES * offsets), sizeof *votes);
    if (!votes)
        return error_no_memory(err);
    vote(e, down, votes, offsets);
    *ret_len = best_lines(votes, offsets, ret, MIN(e->width, e->height) / 6);
    ret[(*ret_len)++] = (struct line){0, 0, 0, true};
    ret[(*ret_len)++] = (struct line){offsets - 1, 0, 0, true};
    return true;
}

/* ---- quadrilaterals ---- */

static void cross(const struct edges *e, const struct line *lies, const struct line *stands,
                  double ret[2])
{
    double middle_x = e->width / 2.0, middle_y = e->height / 2.0;
    /* y = a + b (x - mx), x = c + d (y - my) */
    double y =
        (lies->offset + lies->slope * (stands->offset - stands->slope * middle_y - middle_x)) /
        (1 - lies->slope * stands->slope);
    ret[0] = stands->offset + stands->slope * (y - middle_y);
    ret[1] = y;
}

/* The part of a side that has a step, one pixel to each side allowed. */
static double support(const struct edges *e, const double from[2], const double to[2], bool down)
{
    double length = hypot(to[0] - from[0], to[1] - from[1]);
    int seen = 0, all = 0;
    for (double i = CORNER * length; i <= (1 - CORNER) * length; i += 1) {
        int x = (int)lrint(from[0] + (to[0] - from[0]) * i / length);
        int y = (int)lrint(from[1] + (to[1] - from[1]) * i / length);
        bool there = false;
        for (int off = -1; off <= 1; off++) {
            int px = down ? x + off : x, py = down ? y : y + off;
            there = there || (px >= 0 && py >= 0 && px < e->width && py < e->height &&
                              at(&e->steps[down], px, py));
        }
        seen += there;
        all++;
    }
    return all ? (double)seen / all : 0;
}

struct quad {
    double corners[4][2];
    double part, score;
    int borders;
};

static double side_length(const struct quad *q, int i)
{
    const double *a = q->corners[i], *b = q->corners[(i + 1) % 4];
    return hypot(a[0] - b[0], a[1] - b[1]);
}

static bool has_shape(const struct edges *e, struct quad *q)
{
    double top = side_length(q, 0), right = side_length(q, 1), bottom = side_length(q, 2),
           left = side_length(q, 3), area = 0;
    for (int i = 0; i < 4; i++) {
        const double *a = q->corners[i], *b = q->corners[(i + 1) % 4];
        area += (a[0] * b[1] - b[0] * a[1]) / 2;
        if (a[0] < -BORDER || a[1] < -BORDER || a[0] > e->width + BORDER ||
            a[1] > e->height + BORDER)
            return false;
    }
    q->part = area / (e->width * (double)e->height);
    if (q->part < (q->borders ? CUT_PART_MIN : PART_MIN) ||
        fmin(top, bottom) < OPPOSITE_MIN * fmax(top, bottom) ||
        fmin(left, right) < OPPOSITE_MIN * fmax(left, right))
        return false;
    double aspect = (top + bottom) / (left + right);
    aspect = aspect < 1 ? 1 / aspect : aspect;
    return q->borders || (aspect >= ASPECT_MIN && aspect <= ASPECT_MAX);
}

/* The larger and the better seen: within a card there are frames, too. */
static bool try_quad(const struct edges *e, const struct line *const lies[2],
                     const struct line *const stands[2], struct quad *ret)
{
    struct quad q = {.borders =
                         lies[0]->border + lies[1]->border + stands[0]->border + stands[1]->border};
    if (q.borders > 1)
        return false;
    cross(e, lies[0], stands[0], q.corners[0]);
    cross(e, lies[0], stands[1], q.corners[1]);
    cross(e, lies[1], stands[1], q.corners[2]);
    cross(e, lies[1], stands[0], q.corners[3]);
    if (!has_shape(e, &q))
        return false;
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        const struct line *line = i % 2 ? stands[i == 1] : lies[i == 2];
        double part = line->border ? 1 : support(e, q.corners[i], q.corners[(i + 1) % 4], i % 2);
        if (part < SUPPORT_MIN)
            return false;
        sum += part / 4;
    }
    q.score = sum + q.part;
    if (q.score <= ret->score)
        return false;
    *ret = q;
    return true;
}

static void try_all(const struct edges *e, const struct line *lies, size_t lies_len,
                    const struct line *stands, size_t stands_len, struct quad *whole,
                    struct quad *cut)
{
    for (size_t a = 0; a < lies_len; a++)
        for (size_t b = 0; b < lies_len; b++)
            for (size_t c = 0; c < stands_len; c++)
                for (size_t d = 0; d < stands_len; d++) {
                    const struct line *const pair[2] = {&lies[a], &lies[b]};
                    const struct line *const other[2] = {&stands[c], &stands[d]};
                    if (lies[a].offset >= lies[b].offset || stands[c].offset >= stands[d].offset)
                        continue;
                    bool border =
                        lies[a].border || lies[b].border || stands[c].border || stands[d].border;
                    try_quad(e, pair, other, border ? cut : whole);
                }
}

bool card_edges_find(const struct grey *g, struct card_edges *ret, struct error *err)
{
    CLEANUP(grey_done) struct grey small = {0};
    CLEANUP(edges_done) struct edges e = {0};
    struct line lies[LINES_MAX + 2], stands[LINES_MAX + 2];
    size_t lies_len, stands_len;
    double factor;
    struct quad whole = {0}, cut = {0};
    memset(ret, 0, sizeof *ret);
    if (MIN(g->width, g->height) < 64)
        return true;
    if (!grey_scale_to(g, SIDE, &small, &factor, err) || !find_steps(&small, &e, err) ||
        !find_lines(&e, false, lies, &lies_len, err) ||
        !find_lines(&e, true, stands, &stands_len, err))
        return false;
    try_all(&e, lies, lies_len, stands, stands_len, &whole, &cut);
    ret->found = whole.score > 0;
    ret->cut = !ret->found && cut.score > 0;
    ret->part = whole.part;
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 2; k++)
            ret->corners[i][k] = whole.corners[i][k] / factor;
    return true;
}

/* ---- without perspective ---- */

/* The map from the unit square to the quadrilateral (Heckbert 1989, section 2.2.3). */
struct projection {
    double a, b, c, d, e, f, g, h;
};

static struct projection from_square(const double q[4][2])
{
    double dx1 = q[1][0] - q[2][0], dx2 = q[3][0] - q[2][0];
    double dy1 = q[1][1] - q[2][1], dy2 = q[3][1] - q[2][1];
    double sx = q[0][0] - q[1][0] + q[2][0] - q[3][0], sy = q[0][1] - q[1][1] + q[2][1] - q[3][1];
    double det = dx1 * dy2 - dx2 * dy1;
    struct projection p = {0};
    if (det != 0) {
        p.g = (sx * dy2 - dx2 * sy) / det;
        p.h = (dx1 * sy - sx * dy1) / det;
    }
    p.a = q[1][0] - q[0][0] + p.g * q[1][0];
    p.b = q[3][0] - q[0][0] + p.h * q[3][0];
    p.c = q[0][0];
    p.d = q[1][1] - q[0][1] + p.g * q[1][1];
    p.e = q[3][1] - q[0][1] + p.h * q[3][1];
    p.f = q[0][1];
    return p;
}

bool card_rectify(const struct grey *g, const struct card_edges *card, int width, struct grey *ret,
                  struct error *err)
{
    const struct projection p = from_square(card->corners);
    const struct quad q = {.corners = {{card->corners[0][0], card->corners[0][1]},
                                       {card->corners[1][0], card->corners[1][1]},
                                       {card->corners[2][0], card->corners[2][1]},
                                       {card->corners[3][0], card->corners[3][1]}}};
    double across = (side_length(&q, 0) + side_length(&q, 2)) / 2;
    double down = (side_length(&q, 1) + side_length(&q, 3)) / 2;
    double scale = width / fmax(across, down);
    struct grey to = {0};
    if (!grey_create(MAX((int)lrint(across * scale), 1), MAX((int)lrint(down * scale), 1), &to,
                     err))
        return false;
    for (int y = 0; y < to.height; y++)
        for (int x = 0; x < to.width; x++) {
            double u = (x + 0.5) / to.width, v = (y + 0.5) / to.height, w = p.g * u + p.h * v + 1;
            w = fabs(w) < 1e-6 ? 1e-6 : w;
            double value = (double)grey_at(g, (p.a * u + p.b * v + p.c) / w - 0.5,
                                           (p.d * u + p.e * v + p.f) / w - 0.5);
            to.pixels[(size_t)y * (size_t)to.width + (size_t)x] = (uint8_t)lrint(value);
        }
    *ret = to;
    return true;
}
