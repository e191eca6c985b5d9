/* Lines of text in a picture of a screen: where they are, before anybody reads them. For the files
 * of this folder only.
 *
 * Text on a screen is level, and drawn on an even ground. What differs from the ground of its
 * neighbourhood is ink, whatever is lighter; ink that stands close together in a row is a line.
 * One box is a piece of a line without a wide gap: a label, a tab's title, a sentence. */
#pragma once
#include "base/base.h"

struct text_rect {
    int x, y, width, height; /* pixels */
};
struct text_lines; /* keeps its buffers from call to call; one thread at a time */

MUST_USE bool text_lines_create(struct text_lines **ret, struct error *err);
void text_lines_destroy(struct text_lines *t); /* NULL is fine */
/* Finds the lines that lie in `within` of a plane of luma, from top to bottom; at most `max`, what
 * is more is left out. Their boxes have a small margin and lie in `within`. */
MUST_USE bool text_lines_find(struct text_lines *t, const uint8_t *luma, ptrdiff_t stride,
                              const struct text_rect *within, struct text_rect *ret, size_t max,
                              size_t *ret_len, struct error *err);
/* The picture of a box of the last search: dark ink on white, whatever it was; `scale` times as
 * large. *ret is borrowed until the next call, width * scale bytes a row. */
MUST_USE bool text_lines_picture(struct text_lines *t, const struct text_rect *box, int scale,
                                 const uint8_t **ret, struct error *err);
/* The brightness of the ground at a place of the last search, 0..255; -1 outside of it. */
int text_lines_ground(const struct text_lines *t, int x, int y);
