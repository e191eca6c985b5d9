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

static void find_stirred(struct grid *g, const struct frame *f)
{
    g->stirred_len = 0;
    for (int i = 0; i < GRID_BLOCKS; i++) {
        int column = i % GRID_BLOCKS_X, row = i / GRID_BLOCKS_X, changed = 0;
        int left = grid_x(g, column), right = grid_x(g, column + 1);
        for (int y = grid_y(g, row); y < grid_y(g, row + 1) && changed < PIXELS_MIN; y++) {
            const uint8_t *now = f->planes[0] + y * (ptrdiff_t)f->strides[0];
            const uint8_t *before = g->before + (size_t)y * (size_t)g->width;
            for (int x = left; x < right; x++)
                changed += abs(now[x] - before[x]) >= PIXEL_CHANGE_MIN;
        }
        g->stirred[i] = changed >= PIXELS_MIN;
        g->stirred_len += g->stirred[i];
    }
}

static void find_grounds(struct grid *g, const struct frame *f)
{
    int black = (f->full_range ? 0 : 16) + BLACK_MAX, black_cells = 0;
    for (int i = 0; i < GRID_CELLS; i++) {
        int column = i % GRID_CELLS_X, row = i / GRID_CELLS_X;
        int left = column * g->width / GRID_CELLS_X, right = (column + 1) * g->width / GRID_CELLS_X;
        int top = row * g->height / GRID_CELLS_Y, bottom = (row + 1) * g->height / GRID_CELLS_Y;
        unsigned counts[64] = {0}, bright = 0, pixels = 0;
        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++) {
                uint8_t value = f->planes[0][y * (ptrdiff_t)f->strides[0] + x];
                counts[value / 4]++;
                bright += value > black;
                pixels++;
            }
        int best = 0;
        for (int k = 1; k < 64; k++)
            best = counts[k] > counts[best] ? k : best;
        g->grounds[i] = (uint8_t)(best * 4);
        black_cells += bright * 1000 <= pixels * CELL_BLACK_MAX;
    }
    g->black = (float)black_cells / GRID_CELLS;
}

static void keep(struct grid *g, const struct frame *f)
{
    for (int y = 0; y < g->height; y++)
        memcpy(g->before + (size_t)y * (size_t)g->width,
               f->planes[0] + y * (ptrdiff_t)f->strides[0], (size_t)g->width);
}

bool grid_look(struct grid *g, const struct frame *f, struct error *err)
{
    size_t size = (size_t)f->width * (size_t)f->height;
    g->compared = g->width == f->width && g->height == f->height;
    if (size > g->room) {
        uint8_t *more = realloc(g->before, size);
        if (!more)
            return error_no_memory(err);
        g->before = more;
        g->room = size;
    }
    g->width = f->width;
    g->height = f->height;
    if (g->compared) {
        find_stirred(g, f);
    } else {
        memset(g->stirred, true, sizeof g->stirred);
        g->stirred_len = GRID_BLOCKS;
    }
    find_grounds(g, f);
    keep(g, f);
    return true;
}

float grid_replaced(const uint8_t before[GRID_CELLS], const uint8_t now[GRID_CELLS])
{
    int changed = 0;
    for (int i = 0; i < GRID_CELLS; i++)
        changed += abs(before[i] - now[i]) >= GROUND_CHANGE_MIN;
    return (float)changed / GRID_CELLS;
}
