/* A clock on the screen. A picture of a screen may stand still for minutes and nothing is wrong
 * with it; only where a clock was seen running does standing still say that the share is frozen.
 * For the files of this folder only. */
#pragma once
#include "detect/ocr.h"
#include "detect/screen_grid.h"
#include "detect/text_lines.h"

struct clock_watch {
    struct text_lines *lines; /* owned */
    struct ocr *ocr;          /* borrowed */
    uint8_t ticks[GRID_BLOCKS];
    uint8_t wait[GRID_BLOCKS]; /* looks until a place that is no clock is asked again */
    bool known, asked;         /* asked: once more, since it stands still */
    struct text_rect at;       /* of the line that tells the time */
    double still_s;            /* since it ran */
};
MUST_USE bool clock_watch_init(struct clock_watch *c, struct ocr *ocr, struct error *err);
void clock_watch_done(struct clock_watch *c); /* zeroed is fine */
/* After each look of the grid, `seconds` after the one before. */
MUST_USE bool clock_watch_look(struct clock_watch *c, const struct grid *g, const struct frame *f,
                               double seconds, struct error *err);
/* Is this the text of a line with a time that runs, as "0:59:46" or "Time left 12:05"? */
bool clock_watch_is_time(struct str text);
