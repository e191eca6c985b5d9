/* A block that stirs look after look is where a clock may be: the line there is read, and is one
 * when it tells a time with seconds. A caret blinks and an advertisement moves, but neither reads
 * as a time. A larger change of the picture makes the clock unknown, until it is seen running
 * again. A time of zeros has run out: that it stands still says nothing. */
#include "detect/screen_clock.h"

#include <ctype.h>
#include <string.h>

#define TICKS_MIN 4 /* looks, but for one in three */
#define TICKS_MAX 8
#define WAIT_LOOKS 60 /* a minute: reading a line is cheap, but not for nothing each look */
#define CHANGE_MAX (GRID_BLOCKS / 12) /* blocks: a window came or went; typing is far below */
#define REACH_X 8 /* blocks around the one that stirs, in which its line is looked for */
#define REACH_Y 2
#define LINES_MAX 24
#define STILL_S 1.5 /* longer than from one second to the next */
#define ASK_AGAIN_S 3.0

bool clock_watch_init(struct clock_watch *c, struct ocr *ocr, struct error *err)
{
    *c = (struct clock_watch){.ocr = ocr};
    return text_lines_create(&c->lines, err);
}

void clock_watch_done(struct clock_watch *c)
{
    text_lines_destroy(c->lines);
    *c = (struct clock_watch){0};
}

bool clock_watch_is_time(struct str text)
{
    for (size_t i = 1; i + 2 < text.len; i++) {
        const char *at = text.ptr + i;
        bool two_after = isdigit((unsigned char)at[1]) && isdigit((unsigned char)at[2]) &&
                         (i + 3 == text.len || !isdigit((unsigned char)at[3]));
        if ((*at != ':' && *at != '.') || !isdigit((unsigned char)at[-1]) || !two_after ||
            at[1] > '5')
            continue;
        if (*at == '.' && (i + 3 == text.len || at[3] != '.')) /* 3.14 is none, 0.59.46 is */
            continue;
        for (size_t k = 0; k < text.len; k++)
            if (text.ptr[k] >= '1' && text.ptr[k] <= '9')
                return true;
    }
    return false;
}

static bool holds(const struct text_rect *r, int x, int y)
{
    return x >= r->x && y >= r->y && x < r->x + r->width && y < r->y + r->height;
}

/* Reads the line at the middle of a block. */
static bool read_at(struct clock_watch *c, const struct grid *g, const struct frame *f, int block,
                    struct text_rect *ret, bool *ret_time, struct error *err)
{
    struct text_rect found[LINES_MAX];
    size_t len;
    int column = block % GRID_BLOCKS_X, row = block / GRID_BLOCKS_X;
    int left = grid_x(g, MAX(column - REACH_X, 0)), top = grid_y(g, MAX(row - REACH_Y, 0));
    int right = grid_x(g, MIN(column + REACH_X + 1, GRID_BLOCKS_X));
    int bottom = grid_y(g, MIN(row + REACH_Y + 1, GRID_BLOCKS_Y));
    const struct text_rect within = {left, top, right - left, bottom - top};
    int x = (grid_x(g, column) + grid_x(g, column + 1)) / 2;
    int y = (grid_y(g, row) + grid_y(g, row + 1)) / 2;
    *ret_time = false;
    if (within.width < 1 || within.height < 1)
        return true;
    if (!text_lines_find(c->lines, f->planes[0], f->strides[0], &within, found, LINES_MAX, &len,
                         err))
        return false;
    for (size_t i = 0; i < len; i++) {
        char text[OCR_TEXT_MAX];
        const uint8_t *picture;
        float sure;
        if (!holds(&found[i], x, y) && !holds(&found[i], x, grid_y(g, row)) &&
            !holds(&found[i], x, grid_y(g, row + 1)))
            continue;
        if (!text_lines_picture(c->lines, &found[i], 2, &picture, err) ||
            !ocr_read(c->ocr, picture, found[i].width * 2, found[i].height * 2, text, &sure, err))
            return false;
        *ret = found[i];
        *ret_time = clock_watch_is_time(str_from(text));
        return true;
    }
    return true;
}

static bool touches(const struct grid *g, int block, const struct text_rect *r)
{
    int left = grid_x(g, block % GRID_BLOCKS_X), right = grid_x(g, block % GRID_BLOCKS_X + 1);
    int top = grid_y(g, block / GRID_BLOCKS_X), bottom = grid_y(g, block / GRID_BLOCKS_X + 1);
    return left < r->x + r->width && right > r->x && top < r->y + r->height && bottom > r->y;
}

static void forget(struct clock_watch *c)
{
    c->known = c->asked = false;
    c->still_s = 0;
    memset(c->ticks, 0, sizeof c->ticks);
    memset(c->wait, 0, sizeof c->wait);
}

static bool look_for_one(struct clock_watch *c, const struct grid *g, const struct frame *f,
                         struct error *err)
{
    int asked = -1;
    for (int i = 0; i < GRID_BLOCKS; i++) {
        uint8_t *ticks = &c->ticks[i];
        *ticks = (uint8_t)(g->stirred[i] ? MIN(*ticks + 1, TICKS_MAX) : MAX(*ticks - 2, 0));
        c->wait[i] = (uint8_t)MAX(c->wait[i] - 1, 0);
        if (asked < 0 && *ticks >= TICKS_MIN && c->wait[i] == 0)
            asked = i; /* one a look is enough */
    }
    if (asked < 0)
        return true;
    if (!read_at(c, g, f, asked, &c->at, &c->known, err))
        return false;
    c->wait[asked] = WAIT_LOOKS;
    c->still_s = 0;
    c->asked = false;
    return true;
}

bool clock_watch_look(struct clock_watch *c, const struct grid *g, const struct frame *f,
                      double seconds, struct error *err)
{
    if (!g->compared || g->stirred_len > CHANGE_MAX) {
        forget(c);
        return true;
    }
    if (!c->known)
        return look_for_one(c, g, f, err);
    int ran = -1, middle = -1;
    for (int i = 0; i < GRID_BLOCKS; i++) {
        if (!touches(g, i, &c->at))
            continue;
        middle = middle < 0 ? i : middle;
        if (g->stirred[i])
            ran = i;
    }
    if (ran >= 0) {
        c->still_s = 0;
        c->asked = false;
        return true;
    }
    c->still_s += seconds;
    if (c->still_s < ASK_AGAIN_S || c->asked)
        return true;
    struct text_rect at;
    bool time;
    c->asked = true;
    int column = (int)((c->at.x + c->at.width / 2) * (int64_t)GRID_BLOCKS_X / g->width);
    int row = (int)((c->at.y + c->at.height / 2) * (int64_t)GRID_BLOCKS_Y / g->height);
    if (!read_at(c, g, f, row * GRID_BLOCKS_X + column, &at, &time, err))
        return false;
    if (!time)
        forget(c);
    return true;
}
