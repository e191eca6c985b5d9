/* Numbers that a coder's noise does not reach and a letter does: measured on recordings of
 * MediaRecorder (VP8, 400 kbit/s) a still picture stirs 0 to 2 of 3600 blocks, a digit of a clock 1
 * to 4, a line of text 15 to 40, another page over 300. */
#include "detect/screen_grid.h"

#include <stdlib.h>
#include <string.h>

#define PIXEL_CHANGE_MIN 56 /* levels: letters differ from their ground by 100 and more */
#define PIXELS_MIN 3        /* so many changed pixels stir a block */
#define GROUND_CHANGE_MIN 8
#define BLACK_MAX 12     /* levels over the black of the range */
#define CELL_BLACK_MAX 2 /* pixels in a thousand: a mouse pointer's */

void grid_done(struct grid *g)
{
    free(g->before);
    *g = (struct grid){0};
}

int grid_x(const struct grid *g, int column) { return column * g->width / GRID_BLOCKS_X; }

int grid_y(const struct grid *g, int row) { return row * g->height / GRID_BLOCKS_Y; }

static const uint8_t *row_now(const struct frame *f, int y)
{
    return f->planes[0] + y * (ptrdiff_t)f->strides[0];
}

static uint8_t *row_before(const struct grid *g, int y)
{
    return g->before + (size_t)y * (size_t)g->width;
}

/* A coder gives a part of the picture in which nothing happened again bit for bit: most rows need
 * no look at their pixels. */
static bool is_same(const struct grid *g, const struct frame *f, int y, int left, int right)
{
    return memcmp(row_now(f, y) + left, row_before(g, y) + left, (size_t)(right - left)) == 0;
}

static void count_changed(const struct grid *g, const struct frame *f, int y,
                          int changed[GRID_BLOCKS_X])
{
    for (int column = 0; column < GRID_BLOCKS_X; column++) {
        int left = grid_x(g, column), right = grid_x(g, column + 1);
        if (changed[column] >= PIXELS_MIN || is_same(g, f, y, left, right))
            continue;
        const uint8_t *now = row_now(f, y), *before = row_before(g, y);
        for (int x = left; x < right; x++)
            changed[column] += abs(now[x] - before[x]) >= PIXEL_CHANGE_MIN;
    }
}

static void touch_cells(const struct grid *g, const struct frame *f, int y,
                        bool touched[GRID_CELLS])
{
    /* The row whose cells have their first rows at top = row * height / GRID_CELLS_Y <= y. */
    int row = ((y + 1) * GRID_CELLS_Y - 1) / g->height;
    for (int column = 0; column < GRID_CELLS_X; column++) {
        bool *cell = &touched[row * GRID_CELLS_X + column];
        int left = column * g->width / GRID_CELLS_X, right = (column + 1) * g->width / GRID_CELLS_X;
        *cell = *cell || !is_same(g, f, y, left, right);
    }
}

/* Also keeps the rows that changed for the next look. */
static void find_stirred(struct grid *g, const struct frame *f, bool touched[GRID_CELLS])
{
    g->stirred_len = 0;
    for (int row = 0; row < GRID_BLOCKS_Y; row++) {
        int changed[GRID_BLOCKS_X] = {0};
        for (int y = grid_y(g, row); y < grid_y(g, row + 1); y++) {
            if (is_same(g, f, y, 0, g->width))
                continue;
            count_changed(g, f, y, changed);
            touch_cells(g, f, y, touched);
            memcpy(row_before(g, y), row_now(f, y), (size_t)g->width);
        }
        for (int column = 0; column < GRID_BLOCKS_X; column++) {
            bool stirred = changed[column] >= PIXELS_MIN;
            g->stirred[row * GRID_BLOCKS_X + column] = stirred;
            g->stirred_len += stirred;
        }
    }
}

static void keep_all(struct grid *g, const struct frame *f)
{
    for (int y = 0; y < g->height; y++)
        memcpy(row_before(g, y), row_now(f, y), (size_t)g->width);
}

static void find_ground(struct grid *g, const struct frame *f, int cell, int left, int right,
                        int top, int bottom)
{
    int black = (f->full_range ? 0 : 16) + BLACK_MAX;
    unsigned counts[64] = {0}, more[64] = {0}, bright = 0;
    unsigned pixels = (unsigned)(right - left) * (unsigned)(bottom - top);
    for (int y = top; y < bottom; y++) {
        const uint8_t *row = row_now(f, y);
        for (int x = left; x < right; x++)
            bright += row[x] > black;
        int x = left;
        for (; x + 1 < right;
             x += 2) { /* adding to a number just added to must wait: two of each */
            counts[row[x] / 4]++;
            more[row[x + 1] / 4]++;
        }
        if (x < right)
            counts[row[x] / 4]++;
    }
    for (int k = 0; k < 64; k++)
        counts[k] += more[k];
    int best = 0;
    for (int k = 1; k < 64; k++)
        best = counts[k] > counts[best] ? k : best;
    g->grounds[cell] = (uint8_t)(best * 4);
    g->is_black[cell] = bright * 1000 <= pixels * CELL_BLACK_MAX;
}

static void find_grounds(struct grid *g, const struct frame *f, const bool touched[GRID_CELLS])
{
    int black_cells = 0;
    for (int i = 0; i < GRID_CELLS; i++) {
        int column = i % GRID_CELLS_X, row = i / GRID_CELLS_X;
        if (touched[i])
            find_ground(g, f, i, column * g->width / GRID_CELLS_X,
                        (column + 1) * g->width / GRID_CELLS_X, row * g->height / GRID_CELLS_Y,
                        (row + 1) * g->height / GRID_CELLS_Y);
        black_cells += g->is_black[i];
    }
    g->black = (float)black_cells / GRID_CELLS;
}

bool grid_look(struct grid *g, const struct frame *f, struct error *err)
{
    size_t size = (size_t)f->width * (size_t)f->height;
    g->compared = g->width == f->width && g->height == f->height && g->full_range == f->full_range;
    if (size > g->room) {
        uint8_t *more = realloc(g->before, size);
        if (!more)
            return error_no_memory(err);
        g->before = more;
        g->room = size;
    }
    g->width = f->width;
    g->height = f->height;
    g->full_range = f->full_range;
    bool touched[GRID_CELLS] = {false};
    if (g->compared) {
        find_stirred(g, f, touched);
    } else {
        memset(g->stirred, true, sizeof g->stirred);
        g->stirred_len = GRID_BLOCKS;
        memset(touched, true, sizeof touched);
        keep_all(g, f);
    }
    find_grounds(g, f, touched);
    return true;
}

float grid_replaced(const uint8_t before[GRID_CELLS], const uint8_t now[GRID_CELLS])
{
    int changed = 0;
    for (int i = 0; i < GRID_CELLS; i++)
        changed += abs(before[i] - now[i]) >= GROUND_CHANGE_MIN;
    return (float)changed / GRID_CELLS;
}
