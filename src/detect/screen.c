/* The recording of a screen: black, standing still, showing something else, and words that it must
 * not show. A row of its own in the table of detectors, taken instead of those of a camera, once a
 * second.
 *
 * Measured on ten recordings (1110 x 734 to 1920 x 540, H.264 and a browser's VP8, 220 s in all):
 *
 *                                   stirred      replaced
 *   typing, a clock, a caret        .000 .009    .000 .010
 *   scrolling an exam's page        .27 .33      .082 .135, but found to be scrolling
 *   a small window comes or goes    .11          .066 .076
 *   a window over a third           .13 .23      .068 .122
 *   another page or application     .34 .45      .351 .566
 *
 * A search engine, an AI chat, a messenger of 400 x 250 pixels and an AI chat on a second monitor
 * (letters 9 pixels high) were read in every look from the first after they settled; of exam pages
 * that have tabs of an AI chat and of a search in the background, none in 160 looks.
 *
 * Cost, of an hour of 1280 x 720, in CPU: 7 s for the looks; for the text 0.2 to 0.35 s each time
 * all of the screen is new, 0.02 s when a page comes again, 0.06 s when it was scrolled. An exam of
 * 60 pages is about 20 s in all; these recordings, in which something happens every few seconds,
 * come to 100 s (decoding them to 20 s, at 5 pictures a second); a candidate who goes somewhere new
 * all the time is bounded by the allowance (screen_text.c).
 *
 * What it cannot see: text in other letters than Latin, text smaller than 8 pixels, the page behind
 * a tab that is not in front, anything that shows none of the words, and a share frozen where no
 * clock with seconds is shown. */
#include "base/stages.h"
#include "detect/detector.h"
#include "detect/screen_clock.h"
#include "detect/screen_grid.h"
#include "detect/screen_text.h"

#include <stdlib.h>
#include <string.h>

#define SETTLED_MAX (GRID_BLOCKS / 40) /* blocks: what is written while one looks is under it */
#define UNSETTLED_LOOKS_MAX 3          /* then it is read as it is */
#define UNREAD_MIN (GRID_BLOCKS / 90)  /* blocks: two lines of text */
#define UNREAD_FEW 8                   /* less than a short line: not read until there is more */
#define UNREAD_LOOKS_MAX 10
#define STALE_MIN                                                                                  \
    (GRID_BLOCKS / 12) /* blocks: so much of what was read is gone: nothing is known */

struct screen {
    struct stages *stages;      /* borrowed; NULL */
    struct ocr *ocr;            /* owned */
    struct screen_words *words; /* owned */
    struct screen_text *text;   /* owned; NULL when no words are asked for */
    struct clock_watch clock;
    struct grid grid;
    uint8_t grounds[GRID_CELLS]; /* of the last settled picture */
    bool has_grounds;
    bool unread[GRID_BLOCKS]; /* stirred since the lines were last searched for */
    int unread_len, unread_looks, unsettled_looks;
    int64_t unsettled_us; /* when the picture began to change that is not searched yet; -1 */
    int64_t shown_us;     /* since when what was searched last is shown */
    int64_t last_us;      /* of the look before; -1 */
};

static void screen_destroy(void *self)
{
    struct screen *s = self;
    if (!s)
        return;
    clock_watch_done(&s->clock);
    screen_text_destroy(s->text);
    screen_words_destroy(s->words);
    ocr_destroy(s->ocr);
    grid_done(&s->grid);
    free(s);
}

static bool make_text(struct screen *s, const struct detector_setup *setup, struct error *err)
{
    const struct detect_screen_options *wanted = &setup->options->screen;
    return !wanted->words || (screen_words_create(wanted->own, wanted->own_len, &s->words, err) &&
                              screen_text_create(s->ocr, s->words, &s->text, err));
}

static bool screen_create(const struct detector_setup *setup, void **ret, struct error *err)
{
    struct screen *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err);
    s->last_us = s->unsettled_us = -1;
    s->stages = setup->options->stages;
    if (!ocr_create(setup->models_folder, setup->models, &s->ocr, err) ||
        !clock_watch_init(&s->clock, s->ocr, err) || !make_text(s, setup, err)) {
        screen_destroy(s);
        return false;
    }
    *ret = s;
    return true;
}

static void note_unread(struct screen *s)
{
    for (int i = 0; i < GRID_BLOCKS; i++)
        if (s->grid.stirred[i] && !s->unread[i]) {
            s->unread[i] = true;
            s->unread_len++;
        }
}

/* Is it time to search for lines? */
static bool is_due(struct screen *s, bool settled)
{
    s->unread_looks = s->unread_len >= UNREAD_FEW ? s->unread_looks + 1 : 0;
    bool much = s->unread_len >= UNREAD_MIN || s->unread_looks >= UNREAD_LOOKS_MAX;
    return much && (settled || s->unsettled_looks >= UNSETTLED_LOOKS_MAX);
}

static bool look_at_text(struct screen *s, const struct frame *f, bool settled, double seconds,
                         struct detect_screen *ret, struct error *err)
{
    struct screen_standing words[SCREEN_STANDING_MAX];
    bool due = is_due(s, settled);
    if (due) {
        memset(s->unread, 0, sizeof s->unread);
        s->unread_len = s->unread_looks = 0;
        s->unsettled_looks = 0;
        s->shown_us = s->unsettled_us < 0 ? f->time_us : s->unsettled_us;
        s->unsettled_us = -1;
    }
    const char *before = stages_enter(s->stages, "screen: text");
    if (!screen_text_look(s->text, f, due, seconds, err))
        return false;
    stages_enter(s->stages, before);
    ret->words_len = s->unread_len >= STALE_MIN ? -1 : screen_text_words(s->text, words);
    ret->shown_s = (float)MIN((double)(f->time_us - s->shown_us) / 1e6, DETECT_SCREEN_SHOWN_MAX_S);
    for (int i = 0; i < ret->words_len; i++)
        ret->words[i] = (struct detect_screen_word){
            .id = words[i].match.id,
            .kind = (int32_t)words[i].match.kind,
            .x = (float)words[i].at.x / (float)f->width,
            .y = (float)words[i].at.y / (float)f->height,
            .width = (float)words[i].at.width / (float)f->width,
            .height = (float)words[i].at.height / (float)f->height,
        };
    return true;
}

static void note_replaced(struct screen *s, bool settled, struct detect_screen *ret)
{
    if (!settled)
        return;
    if (s->has_grounds)
        ret->replaced = grid_replaced(s->grounds, s->grid.grounds);
    memcpy(s->grounds, s->grid.grounds, sizeof s->grounds);
    s->has_grounds = true;
}

static bool screen_look(void *self, const struct frame *f, struct observation *o, struct error *err)
{
    struct screen *s = self;
    struct detect_screen *ret = &o->screen;
    double seconds = s->last_us < 0 ? 0 : (double)(o->time_us - s->last_us) / 1e6;
    s->last_us = o->time_us;
    if (!grid_look(&s->grid, f, err) || !clock_watch_look(&s->clock, &s->grid, f, seconds, err))
        return false;
    bool settled = s->grid.compared && s->grid.stirred_len <= SETTLED_MAX;
    s->unsettled_looks = settled ? 0 : s->unsettled_looks + 1;
    if (s->unsettled_looks == 1)
        s->unsettled_us = o->time_us;
    note_unread(s);
    ret->known = 1;
    ret->black = s->grid.black;
    ret->stirred = s->grid.compared ? (float)s->grid.stirred_len / GRID_BLOCKS : -1;
    ret->still_s = s->clock.known ? (float)s->clock.still_s : -1;
    if (s->text && !look_at_text(s, f, settled, seconds, ret, err))
        return false;
    note_replaced(s, settled, ret);
    if (s->text && screen_text_scrolled(s->text) && ret->replaced > 0)
        ret->replaced = 0;
    return true;
}

const struct detector detector_screen = {"screen", screen_create, screen_look, screen_destroy,
                                         NULL};
