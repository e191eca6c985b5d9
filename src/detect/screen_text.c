/* Allowance: an application that changes all the time must not cost without end. It grows by
 * LINES_PER_S and is spent a line at a time; a screen of 30 new lines every 20 s stays within it.
 * At 0.012 s of CPU a line the most that can be spent is 65 s an hour, besides 0.007 s for each
 * search.
 *
 * The row of tabs at the upper edge names pages that are open, not what is shown. A line in it
 * counts only where its ground goes on below, as that of the tab in front does. */
#include "detect/screen_text.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 600
#define KNOWN_MAX 1024
#define LIKENESS_X 32
#define LIKENESS_Y 6
#define LIKENESS (LIKENESS_X * LIKENESS_Y)
#define LIKENESS_FAR 48     /* levels of ink in one part */
#define LIKENESS_MEAN_FAR 6 /* levels over all */
#define SIZE_FAR 3          /* pixels */
#define LINES_PER_S 1.5
#define ALLOWANCE_MAX 120
#define ALLOWANCE_FIRST 120
#define LINES_PER_LOOK 40 /* half a second: a live look is late by no more */
#define ENLARGED 2        /* letters of 9 to 20 pixels become what the model was trained with */
/* Heights of a line: about 50 letters. What a window says of itself is said by then; only the
 * exam's own words may stand at the end of a sentence. Running text is half of what there is to
 * read. */
#define WIDE_LINE_MAX 24
#define SMALL_LINE_MAX 30 /* pixels; larger ones are read as they are */
#define TABS_PART 0.042   /* of the height of a screen: 30 of 720 pixels */
#define TOP_PART 0.16     /* bars of tabs, address and bookmarks */
#define GROUND_FAR 7      /* levels */

struct known_line {
    int width, height;
    uint64_t used;        /* the search that saw it last; 0: the place is free */
    struct text_rect at;  /* in that search */
    struct text_rect was; /* in the search before; of no width when it was not seen in it */
    bool top, counts;     /* what was known of its place when it was read */
    uint8_t likeness[LIKENESS];
    uint8_t matches_len;
    struct screen_match matches[SCREEN_LINE_MATCHES_MAX];
};
struct standing_line {
    struct text_rect at;
    int known; /* -1: not read yet */
};

struct screen_text {
    struct ocr *ocr;                  /* borrowed */
    const struct screen_words *words; /* borrowed */
    struct text_lines *lines;         /* owned */
    struct standing_line standing[LINES_MAX];
    size_t standing_len, next; /* next: the first that may be unread */
    struct known_line known[KNOWN_MAX];
    uint64_t search;
    double allowance;
    int screens; /* one above the other */
    int height;  /* of one of them */
    bool searched, scrolled;
};

bool screen_text_create(struct ocr *ocr, const struct screen_words *words, struct screen_text **ret,
                        struct error *err)
{
    struct screen_text *t = calloc(1, sizeof *t);
    if (!t)
        return error_no_memory(err);
    t->ocr = ocr;
    t->words = words;
    t->allowance = ALLOWANCE_FIRST;
    if (!text_lines_create(&t->lines, err)) {
        screen_text_destroy(t);
        return false;
    }
    *ret = t;
    return true;
}

void screen_text_destroy(struct screen_text *t)
{
    if (!t)
        return;
    text_lines_destroy(t->lines);
    free(t);
}

/* ---- lines that were read before ---- */

/* Mean ink of the parts of a line's picture. */
static bool make_likeness(struct screen_text *t, const struct text_rect *at, uint8_t ret[LIKENESS],
                          struct error *err)
{
    const uint8_t *picture;
    if (!text_lines_picture(t->lines, at, 1, &picture, err))
        return false;
    for (int i = 0; i < LIKENESS; i++) {
        int column = i % LIKENESS_X, row = i / LIKENESS_X;
        int left = column * at->width / LIKENESS_X, top = row * at->height / LIKENESS_Y;
        int right = MAX((column + 1) * at->width / LIKENESS_X, left + 1);
        int bottom = MAX((row + 1) * at->height / LIKENESS_Y, top + 1);
        unsigned sum = 0;
        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
                sum += picture[y * at->width + x];
        ret[i] = (uint8_t)(sum / (unsigned)((right - left) * (bottom - top)));
    }
    return true;
}

static bool is_alike(const uint8_t a[LIKENESS], const uint8_t b[LIKENESS])
{
    int sum = 0;
    for (int i = 0; i < LIKENESS; i++) {
        int far = abs(a[i] - b[i]);
        if (far > LIKENESS_FAR)
            return false;
        sum += far;
    }
    return sum <= LIKENESS_MEAN_FAR * LIKENESS;
}

static bool is_at_top(const struct screen_text *t, const struct text_rect *at)
{
    return (at->y + at->height / 2) % t->height < TOP_PART * t->height;
}

/* Not a tab in the background. */
static bool counts(const struct screen_text *t, const struct text_rect *at)
{
    if ((at->y + at->height / 2) % t->height >= TABS_PART * t->height)
        return true;
    int here = text_lines_ground(t->lines, at->x + at->width / 2, at->y + at->height / 2);
    int below =
        text_lines_ground(t->lines, at->x + at->width / 2, at->y + at->height + at->height * 3 / 5);
    return abs(here - below) <= GROUND_FAR;
}

/* The known line of this picture; the place it was read in matters, too. -1: none. */
static int find_known(struct screen_text *t, const struct text_rect *at,
                      const uint8_t likeness[LIKENESS])
{
    bool top = is_at_top(t, at), counted = counts(t, at);
    for (int i = 0; i < KNOWN_MAX; i++) {
        const struct known_line *k = &t->known[i];
        if (k->used && abs(k->width - at->width) <= SIZE_FAR &&
            abs(k->height - at->height) <= SIZE_FAR && k->top == top && k->counts == counted &&
            is_alike(k->likeness, likeness))
            return i;
    }
    return -1;
}

/* A place for one more: the one that was not seen for longest, and that is not seen now. */
static int free_place(const struct screen_text *t)
{
    int best = 0;
    for (int i = 1; i < KNOWN_MAX; i++)
        best = t->known[i].used < t->known[best].used ? i : best;
    return best;
}

static void note_seen(struct screen_text *t, int known, const struct text_rect *at)
{
    struct known_line *k = &t->known[known];
    if (k->used != t->search)
        k->was = k->used + 1 == t->search ? k->at : (struct text_rect){0};
    k->at = *at;
    k->used = t->search;
}

/* ---- searching and reading ---- */

static void note_scrolling(struct screen_text *t)
{
    size_t moved = 0, stayed = 0;
    for (size_t i = 0; i < t->standing_len; i++) {
        const struct known_line *k =
            t->standing[i].known < 0 ? NULL : &t->known[t->standing[i].known];
        if (!k || k->was.width == 0)
            continue;
        bool same_column = abs(k->at.x - k->was.x) <= SIZE_FAR;
        bool same_row = abs(k->at.y - k->was.y) <= SIZE_FAR;
        moved += same_column && !same_row;
        stayed += same_column && same_row;
    }
    t->scrolled = moved >= 2 && moved * 4 >= stayed;
}

static bool search(struct screen_text *t, const struct frame *f, struct error *err)
{
    struct text_rect found[LINES_MAX];
    const struct text_rect whole = {0, 0, f->width, f->height};
    if (!text_lines_find(t->lines, f->planes[0], f->strides[0], &whole, found, LINES_MAX,
                         &t->standing_len, err))
        return false;
    t->screens = f->height > f->width ? 2 : 1;
    t->height = MAX(f->height / t->screens, 1);
    t->search++;
    t->next = 0;
    for (size_t i = 0; i < t->standing_len; i++) {
        uint8_t likeness[LIKENESS];
        if (!make_likeness(t, &found[i], likeness, err))
            return false;
        int known = find_known(t, &found[i], likeness);
        t->standing[i] = (struct standing_line){found[i], known};
        if (known >= 0)
            note_seen(t, known, &found[i]);
    }
    note_scrolling(t);
    t->searched = true;
    return true;
}

static bool read_line(struct screen_text *t, struct standing_line *line, struct error *err)
{
    const uint8_t *picture;
    char text[OCR_TEXT_MAX];
    float sure;
    const struct screen_place place = {is_at_top(t, &line->at)};
    struct known_line k = {
        .width = line->at.width,
        .height = line->at.height,
        .used = t->search,
        .at = line->at,
        .top = place.top,
        .counts = counts(t, &line->at),
    };
    int scale = line->at.height <= SMALL_LINE_MAX ? ENLARGED : 1;
    if (!make_likeness(t, &line->at, k.likeness, err))
        return false;
    bool own = screen_words_has_own(t->words);
    bool icon = !own && line->at.width * 5 < line->at.height * 8;
    if (k.counts && !icon) {
        struct text_rect part = line->at;
        if (!own)
            part.width = MIN(part.width, WIDE_LINE_MAX * part.height);
        if (!text_lines_picture(t->lines, &part, scale, &picture, err) ||
            !ocr_read(t->ocr, picture, part.width * scale, part.height * scale, text, &sure, err))
            return false;
        k.matches_len = (uint8_t)screen_words_match(t->words, str_from(text), &place, k.matches);
        t->allowance--;
    }
    line->known = free_place(t);
    t->known[line->known] = k;
    return true;
}

bool screen_text_look(struct screen_text *t, const struct frame *f, bool changed, double seconds,
                      struct error *err)
{
    t->allowance += LINES_PER_S * seconds;
    t->allowance = MIN(t->allowance, ALLOWANCE_MAX);
    if (changed && !search(t, f, err))
        return false;
    int left = LINES_PER_LOOK;
    for (; t->next < t->standing_len && left > 0 && t->allowance >= 1; t->next++) {
        struct standing_line *line = &t->standing[t->next];
        if (line->known >= 0)
            continue;
        if (!read_line(t, line, err))
            return false;
        left--;
    }
    return true;
}

/* ---- what it comes to ---- */

static void add_best(struct screen_standing one, struct screen_standing *list, size_t max,
                     size_t *len)
{
    for (size_t i = 0; i < *len; i++)
        if (list[i].match.id == one.match.id && list[i].match.kind == one.match.kind) {
            if (one.match.points > list[i].match.points)
                list[i] = one;
            return;
        }
    if (*len < max)
        list[(*len)++] = one;
}

static int by_points(const void *a, const void *b)
{
    const struct screen_standing *first = a, *second = b;
    if (first->match.points != second->match.points)
        return second->match.points - first->match.points;
    if (first->at.y != second->at.y)
        return first->at.y < second->at.y ? -1 : 1;
    return (first->match.id > second->match.id) - (first->match.id < second->match.id);
}

int screen_text_words(const struct screen_text *t, struct screen_standing ret[SCREEN_STANDING_MAX])
{
    enum { ALL_MAX = 64 };
    struct screen_standing all[ALL_MAX];
    size_t len = 0;
    int points[SCREEN_KINDS] = {0}, names[SCREEN_KINDS] = {0}, found = 0;
    for (size_t i = 0; i < t->standing_len; i++) {
        const struct standing_line *line = &t->standing[i];
        for (size_t k = 0; line->known >= 0 && k < t->known[line->known].matches_len; k++)
            add_best((struct screen_standing){t->known[line->known].matches[k], line->at}, all,
                     ALL_MAX, &len);
    }
    for (size_t i = 0; i < len; i++) {
        const struct screen_match *m = &all[i].match;
        if (m->name)
            names[m->kind] = MAX(names[m->kind], m->points);
        else
            points[m->kind] += m->points;
    }
    qsort(all, len, sizeof *all, by_points);
    for (size_t i = 0; i < len && found < SCREEN_STANDING_MAX; i++) {
        enum screen_kind kind = all[i].match.kind;
        if (points[kind] + names[kind] >= SCREEN_POINTS_MIN)
            ret[found++] = all[i];
    }
    bool waiting = !t->searched;
    for (size_t i = t->next; i < t->standing_len; i++)
        waiting = waiting || t->standing[i].known < 0;
    return found == 0 && waiting ? -1 : found;
}

bool screen_text_scrolled(const struct screen_text *t) { return t->scrolled; }
