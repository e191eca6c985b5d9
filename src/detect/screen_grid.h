/* What changes on a screen, and where: the picture cut into blocks, compared with the look before,
 * and its grounds (the commonest brightness of large cells), which text does not change. For the
 * files of this folder only. */
#pragma once
#include "media/frame.h"

#define GRID_BLOCKS_X 80 /* of 16 pixels each way at 1280 x 720: about a letter or two */
#define GRID_BLOCKS_Y 45
#define GRID_BLOCKS (GRID_BLOCKS_X * GRID_BLOCKS_Y)
#define GRID_CELLS_X 32
#define GRID_CELLS_Y 18
#define GRID_CELLS (GRID_CELLS_X * GRID_CELLS_Y)

struct grid {
    int width, height; /* of the picture; 0 before the first */
    uint8_t *before;   /* owned; the luma of the look before, without gaps between rows */
    size_t room;
    bool full_range;
    bool compared; /* there was a look of the same size and range before */
    bool stirred[GRID_BLOCKS];
    int stirred_len;
    uint8_t grounds[GRID_CELLS];
    bool is_black[GRID_CELLS]; /* nothing in it is brighter than black */
    float black; /* part of the cells in which nothing is brighter than black */
};
void grid_done(struct grid *g); /* zeroed is fine */
MUST_USE bool grid_look(struct grid *g, const struct frame *f, struct error *err);
/* Part of the cells (0..1) of which the ground is another. */
float grid_replaced(const uint8_t before[GRID_CELLS], const uint8_t now[GRID_CELLS]);
/* First pixel of a block's column or row; GRID_BLOCKS_X and _Y give the end. */
int grid_x(const struct grid *g, int column);
int grid_y(const struct grid *g, int row);
