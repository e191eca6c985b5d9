/* The text of a screen: found again whenever the picture changed, but each line is read only once,
 * wherever it moves to. What is kept of a line are its matches and a small likeness of its picture,
 * never its text. For the files of this folder only. */
#pragma once
#include "detect/ocr.h"
#include "detect/screen_words.h"
#include "detect/text_lines.h"
#include "media/frame.h"

struct screen_text; /* one thread at a time */

/* A word that stands on the screen. */
struct screen_standing {
    struct screen_match match;
    struct text_rect at; /* of its line, pixels */
};
#define SCREEN_STANDING_MAX 8

/* Both are borrowed. */
MUST_USE bool screen_text_create(struct ocr *ocr, const struct screen_words *words,
                                 struct screen_text **ret, struct error *err);
void screen_text_destroy(struct screen_text *t); /* NULL is fine */
/* Once for each look, `seconds` after the one before. Where `changed`, lines are searched anew.
 * Reads what is new, as far as its allowance of lines goes; the rest waits for the next looks. */
MUST_USE bool screen_text_look(struct screen_text *t, const struct frame *f, bool changed,
                               double seconds, struct error *err);
/* The words of each kind that is there; -1 when lines still wait to be read and none is there so
 * far. */
int screen_text_words(const struct screen_text *t, struct screen_standing ret[SCREEN_STANDING_MAX]);
/* Did the last search find known lines moved along by one step, as by scrolling? */
bool screen_text_scrolled(const struct screen_text *t);
