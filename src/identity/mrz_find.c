/* Pieces of ink of a letter's size are linked, each to the next one at its right, into chains; a
 * line is laid through a chain and gathers what it missed; lines with the same pitch below each
 * other are a block. Nothing is read here: fillers and letters are alike. */
#include "identity/mrz_find.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 1600 /* pixels of the picture's longer side: a passport's pitch is 20 to 36 then */
#define INK_REACH 24
#define SPOTS_MAX 12000
#define SPOT_HEIGHT_MIN 7
#define SPOT_HEIGHT_MAX 90
#define CHAIN_MIN 9 /* spots linked without a gap, to begin a line with */
#define COLUMNS_MIN 20
#define COLUMNS_MAX 52
#define LINES_MAX 40
#define SLOPE_MAX 0.42 /* 23 degrees */

struct spot {                  /* one connected piece of ink */
    float x, y, width, height; /* x, y: its middle */
    int next, previous;        /* linked spots; -1: none */
    bool used;                 /* in a line already */
};
struct run { /* of ink in a row */
    int from, to, label;
};
struct finder {
    struct spot *spots; /* owned */
    int spots_len;
    struct mrz_line lines[LINES_MAX];
    double pitch[LINES_MAX];
    int lines_len;
};

/* ---- spots ---- */

struct piece {
    int left, right, top, bottom, parent;
};

static int root_of(struct piece *pieces, int i)
{
    while (pieces[i].parent != i) {
        pieces[i].parent = pieces[pieces[i].parent].parent;
        i = pieces[i].parent;
    }
    return i;
}

static void join(struct piece *pieces, int a, int b)
{
    a = root_of(pieces, a);
    b = root_of(pieces, b);
    if (a == b)
        return;
    struct piece *keep = &pieces[MIN(a, b)], *gone = &pieces[MAX(a, b)];
    keep->left = MIN(keep->left, gone->left);
    keep->right = MAX(keep->right, gone->right);
    keep->top = MIN(keep->top, gone->top);
    keep->bottom = MAX(keep->bottom, gone->bottom);
    gone->parent = MIN(a, b);
}

static int compare_spots(const void *a, const void *b)
{
    const struct spot *p = a, *q = b;
    return (p->x > q->x) - (p->x < q->x);
}

static void keep_spots(struct finder *f, struct piece *pieces, int len)
{
    for (int i = 0; i < len && f->spots_len < SPOTS_MAX; i++) {
        const struct piece *p = &pieces[i];
        int width = p->right - p->left + 1, height = p->bottom - p->top + 1;
        if (p->parent != i || height < SPOT_HEIGHT_MIN || height > SPOT_HEIGHT_MAX ||
            width > 2 * height || width * 12 < height)
            continue;
        f->spots[f->spots_len++] = (struct spot){(float)(p->left + p->right) / 2,
                                                 (float)(p->top + p->bottom) / 2,
                                                 (float)width,
                                                 (float)height,
                                                 -1,
                                                 -1,
                                                 false};
    }
    qsort(f->spots, (size_t)f->spots_len, sizeof *f->spots, compare_spots);
}

/* Connected pieces, corners touching, by runs of ink in rows. */
static bool find_spots(struct finder *f, const struct grey *ink, struct error *err)
{
    size_t most = (size_t)(ink->width / 2 + 1) * (size_t)ink->height;
    CLEANUP(freep) struct piece *pieces = malloc(most * sizeof *pieces);
    CLEANUP(freep) struct run *above = malloc(((size_t)ink->width / 2 + 1) * sizeof *above);
    CLEANUP(freep) struct run *here = malloc(((size_t)ink->width / 2 + 1) * sizeof *here);
    if (!pieces || !above || !here)
        return error_no_memory(err);
    int pieces_len = 0, above_len = 0;
    for (int y = 0; y < ink->height; y++) {
        const uint8_t *row = ink->pixels + (size_t)y * (size_t)ink->width;
        int here_len = 0, first = 0;
        for (int x = 0; x < ink->width; x++) {
            if (!row[x])
                continue;
            struct run run = {x, x, -1};
            while (run.to + 1 < ink->width && row[run.to + 1])
                run.to++;
            x = run.to;
            run.label = pieces_len;
            pieces[pieces_len] = (struct piece){run.from, run.to, y, y, pieces_len};
            pieces_len++;
            while (first < above_len && above[first].to + 1 < run.from)
                first++;
            for (int i = first; i < above_len && above[i].from <= run.to + 1; i++)
                join(pieces, above[i].label, run.label);
            here[here_len++] = run;
        }
        struct run *swap = above;
        above = here;
        here = swap;
        above_len = here_len;
    }
    keep_spots(f, pieces, pieces_len);
    return true;
}

/* ---- chains ---- */

/* The nearest spot of about the same height, about a pitch to the right. */
static int right_neighbour(const struct finder *f, int i)
{
    const struct spot *a = &f->spots[i];
    int best = -1;
    double best_distance = 1e9;
    for (int j = i + 1; j < f->spots_len; j++) {
        const struct spot *b = &f->spots[j];
        double dx = (double)(b->x - a->x), dy = fabs((double)(b->y - a->y));
        double size = (double)MAX(a->height, b->height);
        if (dx > 1.7 * size)
            break;
        if (dx < 0.35 * size || dy > SLOPE_MAX * dx + 0.12 * size ||
            (double)MIN(a->height, b->height) < 0.5 * size)
            continue;
        double distance = dx + 2 * dy;
        if (distance < best_distance) {
            best_distance = distance;
            best = j;
        }
    }
    return best;
}

static void link_spots(struct finder *f)
{
    for (int i = 0; i < f->spots_len; i++) {
        int right = right_neighbour(f, i);
        if (right < 0)
            continue;
        int rival = f->spots[right].previous;
        if (rival >= 0) { /* the nearer one has it */
            if (f->spots[rival].x >= f->spots[i].x)
                continue;
            f->spots[rival].next = -1;
        }
        f->spots[i].next = right;
        f->spots[right].previous = i;
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int len)
{
    qsort(values, (size_t)len, sizeof *values, compare_doubles);
    return len ? values[len / 2] : 0;
}

/* ---- lines ---- */

#define POINTS_MAX 256
struct points {
    double k[POINTS_MAX], x[POINTS_MAX], y[POINTS_MAX], height[POINTS_MAX];
    bool off[POINTS_MAX];
    int len;
};

static double at(const double c[3], double k) { return c[0] + c[1] * k + c[2] * k * k; }

/* Least squares of a parabola over k, or of a straight line. */
static bool fit(const struct points *p, const double *values, bool curved, double ret[3])
{
    double s[5] = {0}, t[3] = {0};
    for (int i = 0; i < p->len; i++) {
        double power = 1;
        for (int j = 0; j < 5 && !p->off[i]; j++, power *= p->k[i]) {
            s[j] += power;
            if (j < 3)
                t[j] += power * values[i];
        }
    }
    if (!curved) {
        double det = s[0] * s[2] - s[1] * s[1];
        if (fabs(det) < 1e-9)
            return false;
        ret[0] = (t[0] * s[2] - t[1] * s[1]) / det;
        ret[1] = (t[1] * s[0] - t[0] * s[1]) / det;
        ret[2] = 0;
        return true;
    }
    double det = s[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (s[1] * s[4] - s[3] * s[2]) +
                 s[2] * (s[1] * s[3] - s[2] * s[2]);
    if (fabs(det) < 1e-6)
        return false;
    ret[0] = (t[0] * (s[2] * s[4] - s[3] * s[3]) - s[1] * (t[1] * s[4] - s[3] * t[2]) +
              s[2] * (t[1] * s[3] - s[2] * t[2])) /
             det;
    ret[1] = (s[0] * (t[1] * s[4] - t[2] * s[3]) - t[0] * (s[1] * s[4] - s[3] * s[2]) +
              s[2] * (s[1] * t[2] - t[1] * s[2])) /
             det;
    ret[2] = (s[0] * (s[2] * t[2] - s[3] * t[1]) - s[1] * (s[1] * t[2] - s[2] * t[1]) +
              t[0] * (s[1] * s[3] - s[2] * s[2])) /
             det;
    return true;
}

/* Gives each point the number of its column, following the pitch as it changes along the line. */
static void number_columns(struct points *p, double pitch)
{
    double local = pitch;
    p->k[0] = 0;
    for (int i = 1; i < p->len; i++) {
        double dx = p->x[i] - p->x[i - 1];
        double steps = fmax(round(dx / local), 0);
        p->k[i] = p->k[i - 1] + steps;
        if (steps >= 1 && steps <= 3)
            local += 0.15 * (dx / steps - local);
    }
}

/* All spots on the line y = c0 + c1 x that are of its letters' size, from left to right. */
static void gather(const struct finder *f, const double c[3], double height, double pitch,
                   struct points *ret)
{
    ret->len = 0;
    for (int i = 0; i < f->spots_len && ret->len < POINTS_MAX; i++) {
        const struct spot *s = &f->spots[i];
        double off = (double)s->y - at(c, (double)s->x);
        if (fabs(off) > 0.4 * height || (double)s->height < 0.4 * height ||
            (double)s->height > 1.4 * height || (double)s->width > 1.25 * pitch)
            continue;
        int n = ret->len++;
        ret->x[n] = (double)s->x;
        ret->y[n] = (double)s->y;
        ret->height[n] = (double)s->height;
        ret->off[n] = false;
    }
}

/* Keeps the longest stretch without a gap of more than four pitches. */
static void longest_stretch(struct points *p, double pitch)
{
    int best_from = 0, best_to = 0, from = 0;
    for (int i = 1; i <= p->len; i++)
        if (i == p->len || p->x[i] - p->x[i - 1] > 4.5 * pitch) {
            if (i - from > best_to - best_from) {
                best_from = from;
                best_to = i;
            }
            from = i;
        }
    p->len = best_to - best_from;
    memmove(p->x, p->x + best_from, (size_t)p->len * sizeof *p->x);
    memmove(p->y, p->y + best_from, (size_t)p->len * sizeof *p->y);
    memmove(p->height, p->height + best_from, (size_t)p->len * sizeof *p->height);
}

/* Letters' own height: fillers and specks are lower. */
static double tall(const struct points *p)
{
    double sorted[POINTS_MAX];
    memcpy(sorted, p->height, (size_t)p->len * sizeof *sorted);
    qsort(sorted, (size_t)p->len, sizeof *sorted, compare_doubles);
    return p->len ? sorted[p->len * 17 / 20] : 0;
}

static bool lay_line(struct points *p, double pitch, struct mrz_line *ret)
{
    number_columns(p, pitch);
    bool curved = p->len >= 12;
    for (int round = 0; round < 4; round++) {
        if (!fit(p, p->x, curved, ret->x) || !fit(p, p->y, curved, ret->y))
            return false;
        int kept = 0;
        for (int i = 0; i < p->len; i++) {
            double off = hypot(p->x[i] - at(ret->x, p->k[i]), p->y[i] - at(ret->y, p->k[i]));
            p->off[i] = off > 0.3 * pitch;
            kept += !p->off[i];
        }
        if (kept < COLUMNS_MIN * 2 / 3 || kept * 10 < p->len * 6)
            return false;
    }
    ret->from = 1000;
    ret->to = -1000;
    for (int i = 0; i < p->len; i++)
        if (!p->off[i]) {
            ret->from = MIN(ret->from, (int)p->k[i]);
            ret->to = MAX(ret->to, (int)p->k[i] + 1);
        }
    ret->height = tall(p);
    return ret->to - ret->from >= COLUMNS_MIN && ret->to - ret->from <= COLUMNS_MAX;
}

static void begin_line(struct finder *f, int first, int len)
{
    struct points p = {0};
    double gaps[POINTS_MAX];
    int gaps_len = 0;
    for (int i = first; i >= 0 && p.len < POINTS_MAX; i = f->spots[i].next) {
        const struct spot *s = &f->spots[i];
        int n = p.len++;
        p.k[n] = p.x[n] = (double)s->x; /* y over x, for the moment */
        p.y[n] = (double)s->y;
        p.height[n] = (double)s->height;
        if (n)
            gaps[gaps_len++] = p.x[n] - p.x[n - 1];
    }
    double pitch = median(gaps, gaps_len), height = tall(&p), c[3];
    if (len < CHAIN_MIN || f->lines_len == LINES_MAX || height > 1.9 * pitch ||
        height < 0.55 * pitch)
        return;
    struct mrz_line line;
    for (int round = 0; round < 3; round++) { /* each reaches further than the one before */
        for (int i = 0; i < p.len; i++)
            p.k[i] = p.x[i];
        if (!fit(&p, p.y, round > 0 && p.len > 20, c) ||
            fabs(c[1] + c[2] * p.x[0]) > SLOPE_MAX + 0.2)
            return;
        gather(f, c, height, pitch, &p);
        longest_stretch(&p, pitch);
    }
    if (p.len < COLUMNS_MIN * 2 / 3 || !lay_line(&p, pitch, &line))
        return;
    f->pitch[f->lines_len] = (at(line.x, line.to) - at(line.x, line.from)) / (line.to - line.from);
    f->lines[f->lines_len++] = line;
    for (int i = 0; i < f->spots_len; i++) {
        struct spot *s = &f->spots[i];
        s->used = s->used || (fabs((double)s->y - at(c, (double)s->x)) < 0.4 * height &&
                              (double)s->x > at(line.x, line.from) - pitch &&
                              (double)s->x < at(line.x, line.to) + pitch);
    }
}

static void find_lines(struct finder *f)
{
    for (int wanted = 40; wanted >= CHAIN_MIN; wanted -= 10) /* the longest chains first */
        for (int i = 0; i < f->spots_len; i++) {
            if (f->spots[i].previous >= 0 || f->spots[i].used)
                continue;
            int len = 0;
            for (int j = i; j >= 0; j = f->spots[j].next)
                len++;
            if (len >= MAX(wanted - 9, CHAIN_MIN) && (len < wanted + 1 || wanted == 40))
                begin_line(f, i, len);
        }
}

/* ---- blocks ---- */

/* Is b the line below a, of one zone? *ret_shift: column 0 of b stands below this column of a. */
static bool stands_below(const struct finder *f, int a, int b, int *ret_shift)
{
    const struct mrz_line *p = &f->lines[a], *q = &f->lines[b];
    double pitch = f->pitch[a], ratio = f->pitch[b] / pitch;
    if (ratio < 0.85 || ratio > 1.18 || q->height < 0.75 * p->height ||
        q->height > 1.33 * p->height)
        return false;
    double middle = (p->from + p->to) / 2.0, slope_x = p->x[1] + 2 * p->x[2] * middle;
    double slope_y = p->y[1] + 2 * p->y[2] * middle, unit = hypot(slope_x, slope_y);
    /* Where the line's normal through the middle of a meets b. */
    double k = q->from, best = 1e9, best_k = 0;
    for (; k < q->to; k += 0.125) {
        double dx = at(q->x, k) - at(p->x, middle), dy = at(q->y, k) - at(p->y, middle);
        double along = fabs(dx * slope_x + dy * slope_y) / unit;
        if (along < best) {
            best = along;
            best_k = k;
        }
    }
    if (best > 0.5 * pitch)
        return false;
    double dx = at(q->x, best_k) - at(p->x, middle), dy = at(q->y, best_k) - at(p->y, middle);
    double down = (dy * slope_x - dx * slope_y) / unit;
    if (down < 1.05 * p->height || down > 3.6 * p->height)
        return false;
    *ret_shift = (int)lrint(middle - best_k);
    return true;
}

/* Renumbers the columns so that column k is now k + shift. */
static struct mrz_line shifted(const struct mrz_line *l, int shift)
{
    struct mrz_line to = *l;
    double *sides[2] = {to.x, to.y};
    for (int i = 0; i < 2; i++) {
        double *c = sides[i], c1 = c[1], c2 = c[2];
        c[0] = c[0] - c1 * shift + c2 * shift * shift;
        c[1] = c1 - 2 * c2 * shift;
    }
    to.from += shift;
    to.to += shift;
    return to;
}

static int count_columns(const struct mrz_block *b)
{
    int columns = 0;
    for (int i = 0; i < b->lines; i++)
        columns += b->line[i].to - b->line[i].from;
    return columns;
}

static void add_block(const struct mrz_block *b, struct mrz_block *ret, int *len)
{
    int at = *len;
    while (at > 0 && count_columns(b) > count_columns(&ret[at - 1]))
        at--;
    if (at >= MRZ_FIND_BLOCKS)
        return;
    *len = MIN(*len + 1, MRZ_FIND_BLOCKS);
    memmove(&ret[at + 1], &ret[at], (size_t)(*len - 1 - at) * sizeof *ret);
    ret[at] = *b;
}

/* Every pair, and every three, of lines below each other. */
static void find_blocks(struct finder *f, struct mrz_block *ret, int *ret_len)
{
    for (int a = 0; a < f->lines_len; a++)
        for (int b = 0; b < f->lines_len; b++) {
            int shift, further;
            if (b == a || !stands_below(f, a, b, &shift))
                continue;
            struct mrz_block two = {.lines = 2,
                                    .line = {f->lines[a], shifted(&f->lines[b], shift)}};
            two.from = MIN(two.line[0].from, two.line[1].from);
            two.to = MAX(two.line[0].to, two.line[1].to);
            if (two.to - two.from <= COLUMNS_MAX)
                add_block(&two, ret, ret_len);
            for (int c = 0; c < f->lines_len; c++) {
                if (c == a || c == b || !stands_below(f, b, c, &further))
                    continue;
                struct mrz_block three = two;
                three.lines = 3;
                three.line[2] = shifted(&f->lines[c], shift + further);
                three.from = MIN(two.from, three.line[2].from);
                three.to = MAX(two.to, three.line[2].to);
                if (three.to - three.from <= COLUMNS_MAX)
                    add_block(&three, ret, ret_len);
            }
        }
}

bool mrz_find(const struct grey *g, struct mrz_block ret[MRZ_FIND_BLOCKS], int *ret_len,
              struct error *err)
{
    CLEANUP(grey_done) struct grey scaled = {0};
    CLEANUP(grey_done) struct grey ink = {0};
    CLEANUP(freep) struct finder *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    CLEANUP(freep) struct spot *spots = malloc(SPOTS_MAX * sizeof *spots);
    if (!spots)
        return error_no_memory(err);
    double factor;
    f->spots = spots;
    if (!grey_scale_to(g, SIDE, &scaled, &factor, err) ||
        !grey_ink(&scaled, INK_REACH, &ink, err) || !find_spots(f, &ink, err))
        return false;
    link_spots(f);
    find_lines(f);
    *ret_len = 0;
    find_blocks(f, ret, ret_len);
    for (int i = 0; i < *ret_len; i++)
        for (int j = 0; j < ret[i].lines; j++) {
            struct mrz_line *l = &ret[i].line[j];
            for (int n = 0; n < 3; n++) {
                l->x[n] /= factor;
                l->y[n] /= factor;
            }
            l->height /= factor;
        }
    return true;
}
