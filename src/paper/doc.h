/* A document before it is drawn: blocks in order, as words and numbers. What it says is decided by
 * who builds it (session.c, exam.c, recordings.c), how it looks by html.c and pdf.c, which know
 * nothing of sessions: so both show the same.
 *
 * All texts are in the document's arena, and clean: valid UTF-8 without control characters (but for
 * line feeds) and without marks that turn the direction of what follows, so that no name can make a
 * line read as another. The functions that take texts clean them. An allocation that fails sticks;
 * doc_ok() tells once at the end. */
#pragma once
#include "base/arena.h"
#include "base/buf.h"

#define DOC_CELL_MAX 400 /* bytes of a table's cell: what is longer is cut, with an ellipsis */

/* Who says it. The three must never look alike. */
enum doc_voice { DOC_PLAIN = 0, DOC_PROGRAM, DOC_PERSON, DOC_CANDIDATE };

/* What something is drawn in: colours are the renderer's. */
enum doc_ink {
    DOC_INK_TEXT = 0,
    DOC_INK_SOFT,
    DOC_INK_LINE,
    DOC_INK_BAR,
    DOC_INK_GAP,
    DOC_INK_LOW,
    DOC_INK_MEDIUM,
    DOC_INK_HIGH,
    DOC_INKS,
};

struct doc_fact {
    struct str name, value;
    bool mono;        /* a hash: letter by letter */
    const char *lang; /* of the value; NULL: the document's */
};

struct doc_column {
    const char *title;
    int weight;        /* its part of the width */
    bool number, mono; /* at the right; letter by letter */
};

#define DOC_COLUMNS_MAX 12

enum doc_shape_kind { DOC_RECT = 0, DOC_OUTLINE, DOC_DIAMOND, DOC_LABEL };
enum doc_anchor { DOC_START = 0, DOC_MIDDLE, DOC_END };
#define DOC_DRAWING_WIDTH 483.0 /* of a drawing's units: points on A4 between its margins */
struct doc_shape {
    enum doc_shape_kind kind;
    enum doc_ink ink;
    double x, y, w, h; /* of a label: its place on the base line; w: room for it, 0: any */
    enum doc_anchor anchor;
    struct str text;
};

enum doc_kind {
    DOC_HEADING = 0, /* text; level 1..3; id */
    DOC_TEXT,        /* text */
    DOC_NOTE,        /* text: small and soft */
    DOC_NOTICE,      /* text in a frame: what must not be overlooked */
    DOC_FACTS,       /* facts */
    DOC_TABLE,       /* text is its caption; columns, cells; note for when there is no row */
    DOC_DRAWING,     /* shapes; text is what it shows, in words */
    DOC_ITEM,        /* title, badge, facts, text, picture: one flag */
    DOC_SAID,        /* voice, title (who and when), badge (what), text (their words) */
};
struct doc_block {
    enum doc_kind kind;
    int level;
    enum doc_voice voice;
    enum doc_ink ink; /* of the badge */
    const char *id;   /* of a heading: where links go */
    struct str text, title, badge;
    struct str jpeg; /* empty: there is none; its size: */
    int jpeg_width, jpeg_height;
    struct str alt; /* of the picture; or why there is none */
    struct doc_fact *facts;
    size_t facts_len;
    const struct doc_column *columns;
    size_t columns_len, rows_len;
    struct str *cells; /* by rows */
    struct doc_shape *shapes;
    size_t shapes_len;
    double height; /* of the drawing */
};

/* Words that the renderers themselves need. */
struct doc_words {
    const char *contents, *page, *program, *person, *candidate; /* page: "Page {a} of {b}" */
};

struct doc {
    struct arena *arena; /* borrowed */
    const char *lang;    /* "en" */
    struct doc_words words;
    struct str title, subtitle;
    struct str head;   /* at the top of every page */
    struct str foot;   /* at its bottom */
    struct str author; /* the program */
    int64_t made_us;   /* of the state that it tells of */
    struct doc_block *blocks;
    size_t len, room;
    struct doc_block lost; /* takes what is said when there is no memory */
    bool failed;
};

void doc_init(struct doc *d, struct arena *arena, const char *lang);
MUST_USE bool doc_ok(const struct doc *d, struct error *err);

/* A clean copy; empty when there is no memory. */
struct str doc_clean(struct doc *d, struct str text);
/* `pattern` with {a} and {b} replaced; clean. */
struct str doc_fill(struct doc *d, const char *pattern, struct str a, struct str b);
struct str doc_format(struct doc *d, const char *format, ...) PRINTF_LIKE(2, 3);
/* "3 of 14" and the like of numbers. */
struct str doc_number(struct doc *d, int64_t number);

void doc_heading(struct doc *d, int level, struct str text);
void doc_text(struct doc *d, struct str text);
void doc_note(struct doc *d, struct str text);
void doc_notice(struct doc *d, struct str text);

/* Facts are added to the last block, of this kind or an item. */
void doc_facts(struct doc *d);
void doc_fact(struct doc *d, const char *name, struct str value);
void doc_fact_mono(struct doc *d, const char *name, struct str value);
/* Whatever the document's language, the value is in English. */
void doc_fact_english(struct doc *d, const char *name, struct str value);

/* `none` is said instead of an empty table. The titles of `columns` live as long as the document.
 */
void doc_table(struct doc *d, struct str caption, const struct doc_column *columns, size_t len,
               const char *none);
/* One more row of the last block: as many cells as it has columns. */
void doc_row(struct doc *d, const struct str *cells);

struct doc_block *doc_item(struct doc *d, struct str title, struct str badge, enum doc_ink ink);
void doc_said(struct doc *d, enum doc_voice voice, struct str who, struct str what,
              struct str words);
void doc_drawing(struct doc *d, struct str words, double height);
void doc_shape(struct doc *d, struct doc_shape shape); /* its text is cleaned here */

/* Both append. Pure: the same document gives the same bytes (for PDF: with the same fonts). */
MUST_USE bool doc_html(const struct doc *d, struct buf *to, struct error *err);
MUST_USE bool doc_pdf(const struct doc *d, struct buf *to, struct error *err);
#define DOC_POLICY_MAX 256
/* The Content-Security-Policy that the page needs and no more: its own style, pictures inside. */
void doc_html_policy(char ret[DOC_POLICY_MAX]);
