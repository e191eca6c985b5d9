/* Each line of a block that may be a zone is drawn straight, with one pitch, and each of its cells
 * compared with every character. Which column the zone begins in and which format it has is tried:
 * the reading whose check digits agree is taken, else the one most alike.
 */
#include "identity/mrz_read.h"

#include "identity/mrz_find.h"
#include "identity/mrz_solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLACK 3 /* columns tried beyond those seen, each side */
#define COLUMNS_MAX (MRZ_LINE_MAX + 16)
#define STRIP_WIDTH ((COLUMNS_MAX + 2) * OCR_B_PITCH)
#define STRIP_HEIGHT 34
#define SHIFT_MAX 3 /* pixels a character may stand off its place */
#define SHIFT_NEAR 1
/* Zones were 0.93 to 0.97 alike, soft or grainy ones down to 0.82; other text up to 0.68. */
#define ALIKE_MIN 0.75f
#define GLANCE_MIN 0.65f /* of some of the cells: less is not looked at further */
#define OUTSIDE_MAX 0.8f /* so alike, what stands beside the zone belongs to it */

struct strip { /* one line, straight */
    float pixels[STRIP_HEIGHT][STRIP_WIDTH];
};
struct cell {
    float alike[OCR_B_CHARACTERS];
    int shift_x, shift_y;
};
struct mrz_reader {
    struct ocr_b *letters; /* owned */
    struct ocr_b_shapes shapes;
    struct strip strips[MRZ_LINES_MAX];
    struct cell cells[MRZ_LINES_MAX][COLUMNS_MAX];
    int columns; /* in use */
};

void mrz_reader_destroy(struct mrz_reader *r)
{
    if (!r)
        return;
    ocr_b_destroy(r->letters);
    free(r);
}

bool mrz_reader_create(struct mrz_reader **ret, struct error *err)
{
    struct mrz_reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    if (!ocr_b_create(&r->letters, err)) {
        free(r);
        return false;
    }
    *ret = r;
    return true;
}

/* ---- drawing lines straight ---- */

static double at(const double c[3], double k) { return c[0] + c[1] * k + c[2] * k * k; }
static double slope(const double c[3], double k) { return c[1] + 2 * c[2] * k; }

/* Down the page at column k: from the first line to the last, as seen. Gives their distance, which
 * changes along the line as the height of the letters does. */
static double downwards(const struct mrz_block *b, double k, double ret[2])
{
    const struct mrz_line *top = &b->line[0], *bottom = &b->line[b->lines - 1];
    double dx = at(bottom->x, k) - at(top->x, k), dy = at(bottom->y, k) - at(top->y, k);
    double len = fmax(hypot(dx, dy), 1e-6);
    ret[0] = dx / len;
    ret[1] = dy / len;
    return len;
}

/* The mean over a square of `reach` around a point: for pictures much larger than the strip. */
static float sample(const struct grey *g, double x, double y, double reach)
{
    if (reach < 0.75)
        return grey_at(g, x, y);
    int steps = MIN((int)ceil(reach * 2), 6);
    float sum = 0;
    for (int i = 0; i < steps; i++)
        for (int j = 0; j < steps; j++)
            sum += grey_at(g, x + ((j + 0.5) / steps - 0.5) * reach,
                           y + ((i + 0.5) / steps - 0.5) * reach);
    return sum / (float)(steps * steps);
}

/* Column c of the strip's cells is column c - SLACK + b->from of the block; a cell's middle is at
 * (c + 1) * OCR_B_PITCH. */
static void draw_strip(const struct grey *g, const struct mrz_block *b, int line, int columns,
                       struct strip *s)
{
    const struct mrz_line *l = &b->line[line];
    double ignored[2], spacing = downwards(b, (b->from + b->to) / 2.0, ignored);
    for (int x = 0; x < (columns + 2) * OCR_B_PITCH; x++) {
        double k = (x + 0.5) / OCR_B_PITCH - 1 - SLACK + b->from;
        double near = fmin(fmax(k, b->from), b->to), down[2]; /* a parabola runs wild far outside */
        double middle_x = at(l->x, near) + (k - near) * slope(l->x, near);
        double middle_y = at(l->y, near) + (k - near) * slope(l->y, near);
        double pitch = hypot(slope(l->x, near), slope(l->y, near));
        double nearer = downwards(b, near, down) / spacing;
        double dot = l->height * nearer / OCR_B_PITCH; /* down the letter; along it is the pitch */
        for (int y = 0; y < STRIP_HEIGHT; y++) {
            double off = (y + 0.5 - STRIP_HEIGHT / 2.0) * dot;
            s->pixels[y][x] = sample(g, middle_x + off * down[0], middle_y + off * down[1],
                                     fmax(pitch, l->height) / OCR_B_PITCH);
        }
    }
}

/* ---- comparing ---- */

static float best_of(const float alike[OCR_B_CHARACTERS])
{
    float best = -1;
    for (int i = 0; i < OCR_B_CHARACTERS; i++)
        best = MAX(best, alike[i]);
    return best;
}

/* Tries the places within `reach` of where the cell is said to be. */
static void compare_cell(const struct ocr_b_shapes *shapes, const struct strip *s, int column,
                         int shift_x, int shift_y, int reach, struct cell *ret)
{
    float best = -2;
    for (int dy = shift_y - reach; dy <= shift_y + reach; dy++)
        for (int dx = shift_x - reach; dx <= shift_x + reach; dx++) {
            int left = (column + 1) * OCR_B_PITCH - OCR_B_WIDTH / 2 + dx;
            int top = (STRIP_HEIGHT - OCR_B_HEIGHT) / 2 + dy;
            float alike[OCR_B_CHARACTERS];
            if (abs(dx) > SHIFT_MAX + 2 || abs(dy) > SHIFT_MAX + 2)
                continue;
            ocr_b_compare(shapes, &s->pixels[top][left], STRIP_WIDTH, alike);
            float found = best_of(alike);
            if (found > best) {
                best = found;
                memcpy(ret->alike, alike, sizeof alike);
                ret->shift_x = dx;
                ret->shift_y = dy;
            }
        }
}

/* The mean likeness of some cells to their best characters, with letters of this look. */
static float try_look(struct mrz_reader *r, const struct mrz_block *b,
                      const struct ocr_b_look *look)
{
    float sum = 0;
    int cells = 0;
    ocr_b_draw(r->letters, look, &r->shapes);
    for (int line = 0; line < b->lines; line++)
        for (int column = SLACK + 1; column < r->columns - SLACK; column += 3, cells++) {
            struct cell c;
            compare_cell(&r->shapes, &r->strips[line], column, 0, 0, 2, &c);
            sum += best_of(c.alike);
        }
    return cells ? sum / (float)cells : 0;
}

/* One property after the other; letters of one zone look alike. */
static float find_look(struct mrz_reader *r, const struct mrz_block *b, struct ocr_b_look *ret)
{
    static const float widths[] = {0.8f, 0.9f, 1.1f, 1.2f};
    static const float heights[] = {0.82f, 0.9f, 1.08f, 1.16f};
    struct ocr_b_look best = {1, 1, 1};
    float alike = try_look(r, b, &best);
    if (alike < 0.75f * GLANCE_MIN)
        return alike;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 12; i++) {
            struct ocr_b_look look = best;
            if (i < 4)
                look.height = heights[i];
            else if (i < 8)
                look.width = widths[i - 4];
            else
                look.blur = i - 8;
            float found = try_look(r, b, &look);
            if (found > alike) {
                alike = found;
                best = look;
            }
        }
    *ret = best;
    return alike;
}

static int middle_of(int *values, int len)
{
    for (int i = 1; i < len; i++)
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            int swap = values[j];
            values[j] = values[j - 1];
            values[j - 1] = swap;
        }
    return values[len / 2];
}

/* All cells, twice: characters stand off their place as their neighbours do. */
static void compare_cells(struct mrz_reader *r, int lines)
{
    for (int line = 0; line < lines; line++) {
        struct cell *cells = r->cells[line];
        int shifts[COLUMNS_MAX][2];
        for (int i = 0; i < r->columns; i++)
            compare_cell(&r->shapes, &r->strips[line], i, 0, 0, SHIFT_MAX, &cells[i]);
        for (int i = 0; i < r->columns; i++) {
            int x[9], y[9], len = 0;
            for (int j = MAX(i - 4, SLACK); j <= MIN(i + 4, r->columns - 1 - SLACK); j++, len++) {
                x[len] = cells[j].shift_x;
                y[len] = cells[j].shift_y;
            }
            shifts[i][0] = len ? middle_of(x, len) : 0;
            shifts[i][1] = len ? middle_of(y, len) : 0;
        }
        for (int i = 0; i < r->columns; i++)
            compare_cell(&r->shapes, &r->strips[line], i, shifts[i][0], shifts[i][1], SHIFT_NEAR,
                         &cells[i]);
    }
}

/* ---- reading ---- */

struct attempt {
    enum mrz_format format;
    int first; /* column of the strip the zone begins in */
};

/* The mean likeness of the cells to what they are most alike. */
static float mean_alike(const struct mrz_reader *r, const struct attempt *t)
{
    float sum = 0;
    int lines = mrz_format_lines(t->format), columns = mrz_format_columns(t->format);
    for (int line = 0; line < lines; line++)
        for (int i = 0; i < columns; i++)
            sum += best_of(r->cells[line][t->first + i].alike);
    return sum / (float)(lines * columns);
}

/* Is there a further character of OCR-B beside the zone, in most lines? Then it is a part of a
 * larger one, whose first check digits are at the same places. */
static bool goes_on(const struct mrz_reader *r, const struct attempt *t)
{
    int lines = mrz_format_lines(t->format);
    int beside[2] = {t->first - 1, t->first + mrz_format_columns(t->format)};
    for (int i = 0; i < 2; i++) {
        int alike = 0;
        for (int line = 0; line < lines && beside[i] >= 0 && beside[i] < r->columns; line++)
            alike += best_of(r->cells[line][beside[i]].alike) > OUTSIDE_MAX;
        if (2 * alike > lines)
            return true;
    }
    return false;
}

/* One that agrees before one that does not, then the larger, then the one that is more alike. */
static bool is_better(const struct mrz_reading *a, const struct mrz_reading *b)
{
    if (!a->found || !b->found)
        return a->found;
    if (a->mrz.valid != b->mrz.valid)
        return a->mrz.valid;
    int size_a = mrz_format_lines(a->mrz.format) * mrz_format_columns(a->mrz.format);
    int size_b = mrz_format_lines(b->mrz.format) * mrz_format_columns(b->mrz.format);
    if (a->mrz.valid && size_a != size_b)
        return size_a > size_b;
    return a->alike > b->alike;
}

static void read_as(const struct mrz_reader *r, const struct attempt *t, int this_year,
                    struct mrz_reading *best)
{
    char text[MRZ_TEXT_MAX];
    struct mrz_cell costs[MRZ_LINES_MAX][MRZ_LINE_MAX];
    struct mrz_reading now = {.found = true, .alike = mean_alike(r, t)};
    struct error ignored;
    if (now.alike < ALIKE_MIN || goes_on(r, t))
        return;
    for (int line = 0; line < mrz_format_lines(t->format); line++)
        for (int i = 0; i < mrz_format_columns(t->format); i++)
            mrz_cell_of(r->cells[line][t->first + i].alike, &costs[line][i]);
    const struct mrz_cell *const cells[MRZ_LINES_MAX] = {costs[0], costs[1], costs[2]};
    mrz_solve(t->format, cells, text, &now.sure);
    if (!mrz_parse(str_from(text), this_year, &now.mrz, &ignored))
        return;
    /* What can be put right was, by its looks; without them it would only be made to agree. */
    now.mrz.valid = now.mrz.valid && now.mrz.repaired == 0;
    if (is_better(&now, best))
        *best = now;
}

static void place(const struct mrz_block *b, struct mrz_reading *ret)
{
    double middle = (b->from + b->to) / 2.0;
    const struct mrz_line *l = &b->line[0];
    ret->angle = atan2(slope(l->y, middle), slope(l->x, middle));
    ret->pitch = hypot(slope(l->x, middle), slope(l->y, middle));
    ret->left = ret->top = 1e9;
    ret->right = ret->bottom = -1e9;
    for (int i = 0; i < b->lines; i++)
        for (int k = b->from; k <= b->to; k++) {
            l = &b->line[i];
            ret->left = fmin(ret->left, at(l->x, k) - l->height);
            ret->right = fmax(ret->right, at(l->x, k) + l->height);
            ret->top = fmin(ret->top, at(l->y, k) - l->height);
            ret->bottom = fmax(ret->bottom, at(l->y, k) + l->height);
        }
}

static void read_block(struct mrz_reader *r, const struct grey *g, const struct mrz_block *b,
                       int this_year, struct mrz_reading *best)
{
    struct ocr_b_look look;
    struct mrz_reading found = {0};
    r->columns = MIN(b->to - b->from + 2 * SLACK, COLUMNS_MAX);
    for (int line = 0; line < b->lines; line++)
        draw_strip(g, b, line, r->columns, &r->strips[line]);
    if (find_look(r, b, &look) < GLANCE_MIN)
        return;
    ocr_b_draw(r->letters, &look, &r->shapes);
    compare_cells(r, b->lines);
    static const enum mrz_format formats[] = {MRZ_TD1, MRZ_TD2, MRZ_TD3};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct attempt t = {formats[i], 0};
        if (mrz_format_lines(t.format) != b->lines)
            continue;
        for (; t.first + mrz_format_columns(t.format) <= r->columns; t.first++)
            read_as(r, &t, this_year, &found);
    }
    if (!is_better(&found, best))
        return;
    place(b, &found);
    *best = found;
}

bool mrz_read(struct mrz_reader *r, const struct grey *g, int this_year, struct mrz_reading *ret,
              struct error *err)
{
    struct mrz_reading best = {0};
    for (int quarters = 0; quarters < 4 && !best.mrz.valid; quarters++) {
        CLEANUP(grey_done) struct grey turned = {0};
        struct mrz_block blocks[MRZ_FIND_BLOCKS];
        int len;
        if (!grey_turn(g, quarters, &turned, err) || !mrz_find(&turned, blocks, &len, err))
            return false;
        for (int i = 0; i < len && !best.mrz.valid; i++) {
            struct mrz_reading before = best;
            read_block(r, &turned, &blocks[i], this_year, &best);
            if (best.alike != before.alike || best.found != before.found)
                best.quarters = quarters;
        }
    }
    *ret = best;
    return true;
}
