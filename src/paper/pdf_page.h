/* Pages of a PDF and the words on them: cairo and pango stay in pdf_page.c and pdf.c.
 *
 * A document is laid out twice with the same code: once `dry`, which draws nothing and learns on
 * which page everything is, then for good, so that "Page 2 of 5" and the contents can be told. */
#pragma once
#include "paper/doc.h"

#include <pango/pangocairo.h>

#define PAGE_WIDTH 595.28 /* A4 in points */
#define PAGE_HEIGHT 841.89
#define PAGE_LEFT 56.14
#define PAGE_TOP 72.0
#define PAGE_BOTTOM 778.0 /* nothing but the foot below it */
#define PAGE_ROOM DOC_DRAWING_WIDTH

enum pdf_style {
    PDF_BODY = 0,
    PDF_SMALL,
    PDF_TITLE,
    PDF_SUBTITLE,
    PDF_H2,
    PDF_H3,
    PDF_STRONG,
    PDF_WORDS, /* what a person wrote */
    PDF_MONO,
    PDF_VOICE,
    PDF_BADGE,
    PDF_CELL,
    PDF_CELL_HEAD,
    PDF_CELL_MONO,
    PDF_LABEL, /* in a drawing */
    PDF_STYLES,
};
enum pdf_colour {
    PDF_INKS = 0, /* as enum doc_ink */
    PDF_PERSON = DOC_INKS,
    PDF_CANDIDATE,
    PDF_NOTICE,
    PDF_COLOURS,
};

struct pdf {
    const struct doc *d;      /* borrowed */
    cairo_surface_t *surface; /* owned */
    cairo_t *cr;              /* owned */
    PangoFontMap *fonts;      /* owned: none is shared between threads */
    PangoContext *pango;      /* owned */
    bool dry;
    int page, pages;    /* from 1; pages: known after the dry run */
    double y;           /* where the next block begins */
    int *heading_pages; /* owned: by block, from the dry run */
};

MUST_USE bool pdf_begin(struct pdf *p, const struct doc *d, bool dry, struct buf *to,
                        struct error *err);
/* p->pages says how many there are. */
MUST_USE bool pdf_finish(struct pdf *p, struct error *err);
void pdf_rest(struct pdf *p); /* ends the drawing and keeps what was learned */
void pdf_done(struct pdf *p); /* zeroed is fine */

void pdf_new_page(struct pdf *p);
/* A new page unless there is as much room on this one (or nothing on it yet). */
void pdf_need(struct pdf *p, double height);

void pdf_colour(struct pdf *p, int colour);
void pdf_line(struct pdf *p, double x, double y, double width, int colour, double thickness);
void pdf_bar(struct pdf *p, double x, double y, double width, double height, int colour);
void pdf_frame(struct pdf *p, double x, double y, double width, double height, int colour,
               bool dashed);
/* `name`: a structure tag of PDF ("P", "H2", "TD"). */
void pdf_tag(struct pdf *p, const char *name);
void pdf_tag_end(struct pdf *p, const char *name);

/* The caller ends it with g_object_unref(). Width 0: one line, as wide as it is. */
PangoLayout *pdf_layout(struct pdf *p, enum pdf_style style, struct str text, double width);
double pdf_layout_height(PangoLayout *layout);
double pdf_layout_width(PangoLayout *layout);
/* Draws the whole of it with its top at y, tagged unless `tag` is NULL, and ends it. */
double pdf_show(struct pdf *p, PangoLayout *layout, double x, double y, int colour,
                const char *tag);
/* Draws it line by line from p->y on, over as many pages as it takes, and ends it. With a bar at
 * its left where `bar` is a colour, -1 for none. */
void pdf_flow(struct pdf *p, PangoLayout *layout, double x, int colour, int bar, const char *tag);
