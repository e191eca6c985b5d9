/* The ground is the commonest brightness of a wide and low neighbourhood (title bars and rows of
 * tabs are low), ink is the distance from it. Straight strokes longer than any letter's are the
 * edges of windows and boxes, and are no ink. Runs of ink are joined over the gaps between words;
 * runs that touch from row to row are one line. */
#include "detect/text_lines.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TILE_WIDTH 16
#define TILE_HEIGHT 8
static_assert(TILE_WIDTH * TILE_HEIGHT * 255 < 1 << 16, "the sum of a tile fits in 16 bits");
#define GROUND_TILES 1 /* to each side: a neighbourhood of 48 x 8 pixels */
#define BINS 32        /* of brightness */
#define GROUND_BINS 4  /* 32 levels: as much as a title bar's slope over 8 rows */
#define INK_MIN 40     /* grey on white as of a hint in an empty field is 100 and more */
#define GAP_MAX                                                                                    \
    13 /* pixels: between words of 16 pixels high letters of one width 12; between menus 16 */
#define STROKE_ACROSS_MAX 64 /* pixels; longer is a border or an underline */
#define STROKE_DOWN_MAX 44
#define LINE_HEIGHT_MIN 6
#define LINE_HEIGHT_MAX 72
#define LINE_WIDTH_MIN 12
#define TWO_LINES_MIN 26 /* lower than this it is never two lines that touch */
#define MARGIN 3
#define RUNS_MAX ((size_t)400000)

struct run {
    int y, from, to; /* [from, to) */
    uint32_t parent; /* of the union-find */
};

struct text_lines {
    int width, height; /* of the part that was searched */
    int left, top;     /* where it lies in the picture */
    uint8_t *ink;      /* owned; width * height: the distance from the ground */
    uint8_t *solid;    /* owned; 1: ink that may be a letter's */
    uint8_t *grounds;  /* owned; of the tiles */
    uint16_t *downs;   /* owned; of the columns; a picture is less than 65536 high */
    size_t room, tiles_room, downs_room;
    struct run *runs; /* owned */
    size_t runs_len, runs_room;
    uint8_t *picture; /* owned */
    size_t picture_room;
};

bool text_lines_create(struct text_lines **ret, struct error *err)
{
    struct text_lines *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err);
    *ret = t;
    return true;
}

void text_lines_destroy(struct text_lines *t)
{
    if (!t)
        return;
    free(t->ink);
    free(t->solid);
    free(t->grounds);
    free(t->downs);
    free(t->runs);
    free(t->picture);
    free(t);
}

static bool make_room(void **at, size_t *room, size_t want, size_t size, struct error *err)
{
    if (want <= *room)
        return true;
    void *more = reallocarray(*at, want, size);
    if (!more)
        return error_no_memory(err);
    *at = more;
    *room = want;
    return true;
}

static bool set_size(struct text_lines *t, const struct text_rect *within, struct error *err)
{
    size_t pixels = (size_t)within->width * (size_t)within->height;
    size_t across = (size_t)(within->width + TILE_WIDTH - 1) / TILE_WIDTH;
    size_t down = (size_t)(within->height + TILE_HEIGHT - 1) / TILE_HEIGHT;
    if (pixels > t->room) {
        size_t room = t->room;
        void *ink = t->ink, *solid = t->solid;
        bool ok = make_room(&ink, &room, pixels, 1, err);
        t->ink = ink;
        room = t->room;
        ok = ok && make_room(&solid, &room, pixels, 1, err);
        t->solid = solid;
        if (!ok)
            return false;
        t->room = pixels;
    }
    void *grounds = t->grounds;
    bool ok = make_room(&grounds, &t->tiles_room, across * down, 1, err);
    t->grounds = grounds;
    void *downs = t->downs;
    ok = ok && make_room(&downs, &t->downs_room, (size_t)within->width, sizeof *t->downs, err);
    t->downs = downs;
    t->width = within->width;
    t->height = within->height;
    t->left = within->x;
    t->top = within->y;
    return ok;
}

/* Brightnesses of one tile, or of several. */
struct bins {
    uint16_t counts[BINS];
    uint32_t sums[BINS];
};

/* Number and sum in one word, since a tile has 128 pixels only, and two words for each bin, since
 * adding to one that was just added to must wait. */
static void count_tile(const uint8_t *luma, ptrdiff_t stride, int width, int height,
                       struct bins *ret)
{
    const uint32_t one = 1U << 16;
    uint32_t both[2][BINS] = {0};
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            uint8_t value = luma[y * stride + x];
            both[x % 2][value * BINS / 256] += one + value;
        }
    for (int i = 0; i < BINS; i++) {
        ret->counts[i] = (uint16_t)((both[0][i] >> 16) + (both[1][i] >> 16));
        ret->sums[i] = both[0][i] % one + both[1][i] % one;
    }
}

static void add_tile(struct bins *to, const struct bins *tile)
{
    for (int i = 0; i < BINS; i++) {
        to->counts[i] = (uint16_t)(to->counts[i] + tile->counts[i]);
        to->sums[i] += tile->sums[i];
    }
}

/* Several bins together: the ground may be a slope, and still be more than bold letters on it. */
static uint8_t commonest(const struct bins *b)
{
    unsigned count = 0, sum = 0, best_count = 0, best_sum = 0;
    for (int i = 0; i < BINS; i++) {
        count += b->counts[i];
        sum += b->sums[i];
        if (i >= GROUND_BINS) {
            count -= b->counts[i - GROUND_BINS];
            sum -= b->sums[i - GROUND_BINS];
        }
        if (i >= GROUND_BINS - 1 && count > best_count) {
            best_count = count;
            best_sum = sum;
        }
    }
    return (uint8_t)(best_sum / MAX(best_count, 1U));
}

/* Each tile's neighbourhood is counted from its tiles, which are counted once. */
static void find_grounds_of_row(struct text_lines *t, const uint8_t *luma, ptrdiff_t stride,
                                int height, int across, uint8_t *grounds)
{
    struct bins tiles[2 * GROUND_TILES + 1]; /* a ring */
    int counted = 0;
    for (int column = 0; column < across; column++) {
        for (; counted < MIN(column + GROUND_TILES + 1, across); counted++) {
            int left = counted * TILE_WIDTH;
            count_tile(luma + left, stride, MIN(TILE_WIDTH, t->width - left), height,
                       &tiles[(size_t)counted % ARRAY_LEN(tiles)]);
        }
        struct bins all = {0};
        for (int i = MAX(column - GROUND_TILES, 0); i < counted; i++)
            add_tile(&all, &tiles[(size_t)i % ARRAY_LEN(tiles)]);
        grounds[column] = commonest(&all);
    }
}

static void find_grounds(struct text_lines *t, const uint8_t *luma, ptrdiff_t stride)
{
    int across = (t->width + TILE_WIDTH - 1) / TILE_WIDTH;
    for (int top = 0; top < t->height; top += TILE_HEIGHT)
        find_grounds_of_row(t, luma + top * stride, stride, MIN(TILE_HEIGHT, t->height - top),
                            across, &t->grounds[top / TILE_HEIGHT * across]);
}

static void find_ink(struct text_lines *t, const uint8_t *luma, ptrdiff_t stride)
{
    int across = (t->width + TILE_WIDTH - 1) / TILE_WIDTH;
    for (int y = 0; y < t->height; y++)
        for (int tile = 0; tile < across; tile++) {
            int left = tile * TILE_WIDTH, len = MIN(TILE_WIDTH, t->width - left);
            size_t at = (size_t)y * (size_t)t->width + (size_t)left;
            const uint8_t *from = luma + y * stride + left;
            int ground = t->grounds[y / TILE_HEIGHT * across + tile];
            for (int x = 0; x < len; x++) {
                int far = abs(from[x] - ground);
                t->ink[at + (size_t)x] = (uint8_t)far;
                t->solid[at + (size_t)x] = far >= INK_MIN;
            }
        }
}

/* Takes out what is longer than a letter's stroke. It is 2 then, not 0: still seen by the search
 * along the other way. */
static void drop_across(struct text_lines *t)
{
    for (int y = 0; y < t->height; y++) {
        uint8_t *row = t->solid + (size_t)y * (size_t)t->width;
        for (int x = 0, from = 0; x <= t->width; x++) {
            if (x < t->width && row[x])
                continue;
            if (x - from > STROKE_ACROSS_MAX)
                memset(row + from, 2, (size_t)(x - from));
            from = x + 1;
        }
    }
}

/* The one that ended above row y, if it is too long. */
static void drop_stroke(struct text_lines *t, size_t x, int y)
{
    for (int k = 1; t->downs[x] > STROKE_DOWN_MAX && k <= t->downs[x]; k++)
        t->solid[(size_t)(y - k) * (size_t)t->width + x] = 2;
}

/* Row by row as well, for the cache's sake: `downs` has how far each column's stroke goes up. Few
 * rows end a stroke that is too long, so the loops over all of a row are plain. */
static void drop_down(struct text_lines *t)
{
    const size_t width = (size_t)t->width;
    uint16_t *downs = t->downs;
    memset(downs, 0, width * sizeof *downs);
    for (int y = 0; y < t->height; y++) {
        const uint8_t *row = t->solid + (size_t)y * width;
        unsigned end = 0;
        for (size_t x = 0; x < width; x++)
            end |= !row[x] & (downs[x] > STROKE_DOWN_MAX);
        for (size_t x = 0; end && x < width; x++)
            if (!row[x])
                drop_stroke(t, x, y);
        for (size_t x = 0; x < width; x++)
            downs[x] = (uint16_t)(row[x] ? downs[x] + 1 : 0);
    }
    for (size_t x = 0; x < width; x++)
        drop_stroke(t, x, t->height);
}

static bool add_run(struct text_lines *t, int y, int from, int to, struct error *err)
{
    if (t->runs_len == t->runs_room) {
        void *runs = t->runs;
        bool ok = make_room(&runs, &t->runs_room, MAX(t->runs_room * 2, (size_t)4096),
                            sizeof *t->runs, err);
        t->runs = runs;
        if (!ok)
            return false;
    }
    t->runs[t->runs_len] = (struct run){y, from, to, (uint32_t)t->runs_len};
    t->runs_len++;
    return true;
}

static uint32_t root_of(struct run *runs, uint32_t i)
{
    while (runs[i].parent != i)
        i = runs[i].parent = runs[runs[i].parent].parent;
    return i;
}

/* Joins the runs of one row with those of the row before that they touch. */
static void join_rows(struct text_lines *t, size_t before, size_t begin)
{
    size_t i = before;
    for (size_t k = begin; k < t->runs_len; k++) {
        while (i < begin && t->runs[i].to <= t->runs[k].from)
            i++;
        for (size_t j = i; j < begin && t->runs[j].from < t->runs[k].to; j++) {
            uint32_t a = root_of(t->runs, (uint32_t)j), b = root_of(t->runs, (uint32_t)k);
            t->runs[MAX(a, b)].parent = MIN(a, b);
        }
    }
}

static bool find_runs(struct text_lines *t, struct error *err)
{
    size_t before = 0;
    t->runs_len = 0;
    for (int y = 0; y < t->height && t->runs_len < RUNS_MAX; y++) {
        const uint8_t *solid = &t->solid[(size_t)y * (size_t)t->width];
        size_t begin = t->runs_len;
        int from = -1, last = 0;
        const uint8_t *end = solid + t->width;
        for (const uint8_t *at = solid; (at = memchr(at, 1, (size_t)(end - at))); at++) {
            int x = (int)(at - solid);
            if (from >= 0 && x - last > GAP_MAX) {
                if (!add_run(t, y, from, last + 1, err))
                    return false;
                from = x;
            }
            from = from < 0 ? x : from;
            last = x;
        }
        if (from >= 0 && !add_run(t, y, from, last + 1, err))
            return false;
        join_rows(t, before, begin);
        before = begin;
    }
    return true;
}

static void widen(struct text_rect *box, const struct run *run)
{
    int right = MAX(box->x + box->width, run->to);
    box->x = MIN(box->x, run->from);
    box->width = right - box->x;
    box->height = run->y + 1 - box->y; /* runs come by rows */
}

static unsigned row_ink(const struct text_lines *t, const struct text_rect *box, int y)
{
    unsigned sum = 0;
    for (int x = box->x; x < box->x + box->width; x++)
        sum += t->solid[(size_t)y * (size_t)t->width + (size_t)x] == 1;
    return sum;
}

/* Two lines that touch have a thin row between them. *ret is where the lower one begins. */
static bool is_two(const struct text_lines *t, const struct text_rect *box, int *ret)
{
    if (box->height < TWO_LINES_MIN || box->width < 2 * box->height)
        return false;
    unsigned sum = 0, least = UINT32_MAX;
    for (int y = box->y; y < box->y + box->height; y++) {
        unsigned ink = row_ink(t, box, y);
        sum += ink;
        if (y > box->y + box->height / 3 && y < box->y + box->height - box->height / 3 &&
            ink < least) {
            least = ink;
            *ret = y;
        }
    }
    return least * 6 < sum / (unsigned)box->height;
}

static bool is_line(const struct text_rect *box)
{
    return box->height >= LINE_HEIGHT_MIN && box->height <= LINE_HEIGHT_MAX &&
           box->width >= LINE_WIDTH_MIN && box->width * 4 >= box->height * 3;
}

static void add_line(const struct text_lines *t, struct text_rect box, struct text_rect *ret,
                     size_t max, size_t *len)
{
    if (!is_line(&box) || *len == max)
        return;
    int right = MIN(box.x + box.width + MARGIN, t->width);
    int bottom = MIN(box.y + box.height + MARGIN, t->height);
    box.x = MAX(box.x - MARGIN, 0);
    box.y = MAX(box.y - MARGIN, 0);
    ret[(*len)++] =
        (struct text_rect){box.x + t->left, box.y + t->top, right - box.x, bottom - box.y};
}

static int by_place(const void *a, const void *b)
{
    const struct text_rect *first = a, *second = b;
    if (first->y != second->y)
        return first->y < second->y ? -1 : 1;
    return (first->x > second->x) - (first->x < second->x);
}

static bool box_runs(struct text_lines *t, struct text_rect *ret, size_t max, size_t *ret_len,
                     struct error *err)
{
    CLEANUP(freep) struct text_rect *boxes = calloc(MAX(t->runs_len, 1U), sizeof *boxes);
    if (!boxes)
        return error_no_memory(err);
    size_t len = 0;
    for (size_t i = 0; i < t->runs_len; i++) {
        const struct run *run = &t->runs[i];
        struct text_rect *box = &boxes[root_of(t->runs, (uint32_t)i)];
        if (box->height == 0)
            *box = (struct text_rect){run->from, run->y, run->to - run->from, 1};
        widen(box, run);
    }
    for (size_t i = 0; i < t->runs_len; i++) {
        struct text_rect box = boxes[i];
        int cut = 0;
        if (box.height && is_two(t, &box, &cut)) {
            struct text_rect lower = {box.x, cut, box.width, box.y + box.height - cut};
            box.height = cut - box.y;
            add_line(t, lower, ret, max, &len);
        }
        if (box.height)
            add_line(t, box, ret, max, &len);
    }
    qsort(ret, len, sizeof *ret, by_place);
    *ret_len = len;
    return true;
}

bool text_lines_find(struct text_lines *t, const uint8_t *luma, ptrdiff_t stride,
                     const struct text_rect *within, struct text_rect *ret, size_t max,
                     size_t *ret_len, struct error *err)
{
    if (!set_size(t, within, err))
        return false;
    const uint8_t *part = luma + within->y * stride + within->x;
    find_grounds(t, part, stride);
    find_ink(t, part, stride);
    drop_across(t);
    drop_down(t);
    return find_runs(t, err) && box_runs(t, ret, max, ret_len, err);
}

bool text_lines_picture(struct text_lines *t, const struct text_rect *box, int scale,
                        const uint8_t **ret, struct error *err)
{
    int width = box->width * scale, height = box->height * scale;
    void *picture = t->picture;
    bool ok = make_room(&picture, &t->picture_room, (size_t)width * (size_t)height, 1, err);
    t->picture = picture;
    if (!ok)
        return false;
    for (int y = 0; y < height; y++) {
        /* Bilinear, between the middles of pixels, in steps of 1 / (2 * scale). */
        int at_y = MAX(2 * y + 1 - scale, 0), row = at_y / (2 * scale), down = at_y % (2 * scale);
        int next = MIN(row + 1, box->height - 1);
        const uint8_t *upper = &t->ink[(size_t)(box->y - t->top + row) * (size_t)t->width];
        const uint8_t *lower = &t->ink[(size_t)(box->y - t->top + next) * (size_t)t->width];
        for (int x = 0; x < width; x++) {
            int at_x = MAX(2 * x + 1 - scale, 0), column = at_x / (2 * scale);
            int across = at_x % (2 * scale);
            int left = box->x - t->left + column;
            int right = box->x - t->left + MIN(column + 1, box->width - 1);
            int whole = 2 * scale;
            int above = upper[left] * (whole - across) + upper[right] * across;
            int below = lower[left] * (whole - across) + lower[right] * across;
            int ink = (above * (whole - down) + below * down) / (whole * whole);
            t->picture[(size_t)y * (size_t)width + (size_t)x] = (uint8_t)(255 - ink);
        }
    }
    *ret = t->picture;
    return true;
}

int text_lines_ground(const struct text_lines *t, int x, int y)
{
    x -= t->left;
    y -= t->top;
    if (x < 0 || y < 0 || x >= t->width || y >= t->height)
        return -1;
    return t
        ->grounds[y / TILE_HEIGHT * ((t->width + TILE_WIDTH - 1) / TILE_WIDTH) + x / TILE_WIDTH];
}
