/* A document as a PDF: A4, with an outline, links, tags for screen readers and page numbers.
 * Pictures go in as the JPEG bytes they are. */
#include "paper/pdf_catalog.h"
#include "paper/pdf_page.h"

#include <cairo-pdf.h>
#include <stdio.h>

#define GAP 5.0          /* between blocks */
#define COLUMN_GAP 8.0   /* between columns of a table */
#define NAME_WIDTH 120.0 /* of the names of facts */
#define ITEM_PAD 9.0     /* inside the frame of an item */
#define PICTURE_WIDTH 124.0
#define PICTURE_HEIGHT 112.0
#define ITEM_NAME_WIDTH 72.0

/* ---- headings and texts ---- */

static void add_outline(struct pdf *p, const struct doc_block *b, int *parent)
{
    char to[32];
    struct str name = arena_copy(p->d->arena, b->text);
    snprintf(to, sizeof to, "dest='%s'", b->id);
    int id =
        cairo_pdf_surface_add_outline(p->surface, b->level == 2 ? CAIRO_PDF_OUTLINE_ROOT : *parent,
                                      name.ptr ? name.ptr : "", to, 0);
    if (b->level == 2)
        *parent = id;
}

static void add_destination(struct pdf *p, const char *id)
{
    char what[64];
    snprintf(what, sizeof what, "name='%s' x=%d y=%d", id, (int)PAGE_LEFT, (int)MAX(p->y - 14, 0));
    cairo_tag_begin(p->cr, CAIRO_TAG_DEST, what);
    cairo_tag_end(p->cr, CAIRO_TAG_DEST);
}

static double item_height(struct pdf *p, const struct doc_block *b);

/* How much of the block at `at` must stand on the page of the heading before it. */
static double beginning_height(struct pdf *p, size_t at)
{
    const struct doc *d = p->d;
    double height = 12;
    for (; at < d->len && d->blocks[at].kind == DOC_HEADING; at++)
        height += 30;
    /* A note before the first of several is not much of a beginning, either. */
    for (; at + 1 < d->len && d->blocks[at].kind == DOC_NOTE; at++)
        height += 28;
    for (; at < d->len && d->blocks[at].kind == DOC_HEADING; at++)
        height += 30;
    if (at == d->len)
        return height;
    const struct doc_block *b = &d->blocks[at];
    return height + (b->kind == DOC_ITEM      ? item_height(p, b)
                     : b->kind == DOC_DRAWING ? b->height
                                              : 48);
}

static void add_heading(struct pdf *p, size_t at, int *parent)
{
    const struct doc_block *b = &p->d->blocks[at];
    bool section = b->level == 2;
    PangoLayout *layout = pdf_layout(p, section ? PDF_H2 : PDF_H3, b->text, PAGE_ROOM);
    if (p->y > PAGE_TOP)
        p->y += section ? 16 : 8;
    pdf_need(p, pdf_layout_height(layout) + beginning_height(p, at + 1));
    p->heading_pages[at] = p->page;
    if (!p->dry) {
        add_outline(p, b, parent);
        add_destination(p, b->id);
    }
    p->y += pdf_show(p, layout, PAGE_LEFT, p->y, DOC_INK_TEXT, section ? "H2" : "H3");
    if (section) {
        pdf_line(p, PAGE_LEFT, p->y + 2, PAGE_ROOM, DOC_INK_BAR, 0.8);
        p->y += 5;
    }
    p->y += 3;
}

static void add_paragraph(struct pdf *p, enum pdf_style style, struct str text, int colour)
{
    pdf_flow(p, pdf_layout(p, style, text, PAGE_ROOM), PAGE_LEFT, colour, -1, "P");
    p->y += GAP;
}

static void add_notice(struct pdf *p, struct str text)
{
    PangoLayout *layout = pdf_layout(p, PDF_BODY, text, PAGE_ROOM - 20);
    double height = pdf_layout_height(layout) + 12;
    pdf_need(p, height);
    pdf_bar(p, PAGE_LEFT, p->y, PAGE_ROOM, height, PDF_NOTICE);
    pdf_frame(p, PAGE_LEFT, p->y, PAGE_ROOM, height, DOC_INK_MEDIUM, false);
    pdf_show(p, layout, PAGE_LEFT + 10, p->y + 6, DOC_INK_TEXT, "P");
    p->y += height + GAP + 2;
}

/* ---- facts ---- */

static double show_fact(struct pdf *p, const struct doc_fact *f, double x, double y, double room,
                        double name_width)
{
    PangoLayout *name = pdf_layout(p, PDF_CELL, f->name, name_width - 8);
    PangoLayout *value = pdf_layout(p, f->mono ? PDF_MONO : PDF_CELL, f->value, room - name_width);
    double one = pdf_show(p, name, x, y, DOC_INK_SOFT, "P");
    double other = pdf_show(p, value, x + name_width, f->mono ? y + 1 : y, DOC_INK_TEXT, "P");
    return MAX(one, other) + 2;
}

static void add_facts(struct pdf *p, const struct doc_block *b)
{
    for (size_t i = 0; i < b->facts_len; i++) {
        bool dry = p->dry;
        p->dry = true;
        double height = show_fact(p, &b->facts[i], PAGE_LEFT, p->y, PAGE_ROOM, NAME_WIDTH);
        p->dry = dry;
        pdf_need(p, height);
        show_fact(p, &b->facts[i], PAGE_LEFT, p->y, PAGE_ROOM, NAME_WIDTH);
        p->y += height;
    }
    p->y += GAP;
}

/* ---- tables ---- */

struct table {
    const struct doc_block *b;
    double x[DOC_COLUMNS_MAX], width[DOC_COLUMNS_MAX];
    double room; /* of all of it: two short columns far apart are hard to read */
    int weights;
};

static void measure_columns(struct table *t)
{
    double at = PAGE_LEFT;
    size_t len = t->b->columns_len;
    double room = t->room - COLUMN_GAP * (double)(len - 1);
    for (size_t i = 0; i < len; i++)
        t->weights += t->b->columns[i].weight;
    for (size_t i = 0; i < len; i++) {
        t->x[i] = at;
        t->width[i] = room * t->b->columns[i].weight / t->weights;
        at += t->width[i] + COLUMN_GAP;
    }
}

static PangoLayout *cell(struct pdf *p, const struct table *t, size_t i, enum pdf_style style,
                         struct str text)
{
    PangoLayout *layout = pdf_layout(p, style, text, t->width[i]);
    if (t->b->columns[i].number)
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
    return layout;
}

static void show_row(struct pdf *p, const struct table *t, PangoLayout **cells, double height,
                     bool head)
{
    pdf_tag(p, "TR");
    for (size_t i = 0; i < t->b->columns_len; i++)
        pdf_show(p, cells[i], t->x[i], p->y + 2, DOC_INK_TEXT, head ? "TH" : "TD");
    pdf_tag_end(p, "TR");
    p->y += height;
    pdf_line(p, PAGE_LEFT, p->y - 0.4, t->room, head ? DOC_INK_BAR : DOC_INK_LINE, head ? 1 : 0.5);
}

static double row_height(PangoLayout **cells, size_t len)
{
    double height = 0;
    for (size_t i = 0; i < len; i++)
        height = MAX(height, pdf_layout_height(cells[i]));
    return height + 5;
}

static double make_head(struct pdf *p, const struct table *t, PangoLayout **cells)
{
    for (size_t i = 0; i < t->b->columns_len; i++)
        cells[i] = cell(p, t, i, PDF_CELL_HEAD, str_from(t->b->columns[i].title));
    return row_height(cells, t->b->columns_len);
}

static void add_rows(struct pdf *p, const struct table *t)
{
    PangoLayout *head[DOC_COLUMNS_MAX], *cells[DOC_COLUMNS_MAX];
    size_t len = t->b->columns_len;
    double head_height = make_head(p, t, head);
    pdf_need(p, head_height + 40);
    pdf_tag(p, "Table");
    show_row(p, t, head, head_height, true);
    for (size_t row = 0; row < t->b->rows_len; row++) {
        for (size_t i = 0; i < len; i++)
            cells[i] = cell(p, t, i, t->b->columns[i].mono ? PDF_CELL_MONO : PDF_CELL,
                            t->b->cells[row * len + i]);
        double height = row_height(cells, len);
        if (height > PAGE_BOTTOM - p->y) {
            pdf_tag_end(p, "Table");
            pdf_new_page(p);
            pdf_tag(p, "Table");
            head_height = make_head(p, t, head);
            show_row(p, t, head, head_height, true);
        }
        show_row(p, t, cells, height, false);
    }
    pdf_tag_end(p, "Table");
}

static void add_table(struct pdf *p, const struct doc_block *b)
{
    struct table t = {.b = b, .room = b->columns_len == 2 ? PAGE_ROOM * 0.6 : PAGE_ROOM};
    if (b->rows_len == 0) {
        add_paragraph(p, PDF_BODY, b->title, DOC_INK_SOFT);
        return;
    }
    if (b->text.len) {
        pdf_need(p, 60);
        p->y += pdf_show(p, pdf_layout(p, PDF_SMALL, b->text, PAGE_ROOM), PAGE_LEFT, p->y,
                         DOC_INK_SOFT, "P");
    }
    measure_columns(&t);
    add_rows(p, &t);
    p->y += GAP + 2;
}

/* ---- drawings ---- */

static void show_label(struct pdf *p, const struct doc_shape *s, double x, double y)
{
    PangoLayout *layout = pdf_layout(p, PDF_LABEL, s->text, s->w);
    if (s->w > 0) {
        pango_layout_set_height(layout, -1);
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    double width = pdf_layout_width(layout);
    double left = s->anchor == DOC_START ? 0 : s->anchor == DOC_MIDDLE ? width / 2 : width;
    double base = (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
    pdf_show(p, layout, x + s->x - left, y + s->y - base, (int)s->ink, NULL);
}

static void show_shape(struct pdf *p, const struct doc_shape *s, double x, double y)
{
    const double dash[] = {2, 1.5};
    if (s->kind == DOC_LABEL) {
        show_label(p, s, x, y);
    } else if (s->kind == DOC_RECT) {
        pdf_bar(p, x + s->x, y + s->y, s->w, s->h, (int)s->ink);
    } else if (!p->dry && s->kind == DOC_DIAMOND) {
        pdf_colour(p, (int)s->ink);
        cairo_move_to(p->cr, x + s->x + s->w / 2, y + s->y);
        cairo_rel_line_to(p->cr, s->w / 2, s->h / 2);
        cairo_rel_line_to(p->cr, -s->w / 2, s->h / 2);
        cairo_rel_line_to(p->cr, -s->w / 2, -s->h / 2);
        cairo_close_path(p->cr);
        cairo_fill(p->cr);
    } else if (!p->dry) {
        cairo_save(p->cr);
        pdf_colour(p, DOC_INK_HIGH);
        cairo_set_line_width(p->cr, 0.6);
        cairo_set_dash(p->cr, dash, 2, 0);
        cairo_rectangle(p->cr, x + s->x, y + s->y, s->w, s->h);
        cairo_stroke(p->cr);
        cairo_restore(p->cr);
    }
}

static void add_drawing(struct pdf *p, const struct doc_block *b)
{
    pdf_need(p, b->height);
    pdf_tag(p, "Figure");
    for (size_t i = 0; i < b->shapes_len; i++)
        show_shape(p, &b->shapes[i], PAGE_LEFT, p->y);
    pdf_tag_end(p, "Figure");
    p->y += b->height + 3;
    add_paragraph(p, PDF_SMALL, b->text, DOC_INK_SOFT);
}

/* ---- items: flags ---- */

static void no_free(void *bytes) { (void)bytes; }

static void show_jpeg(struct pdf *p, const struct doc_block *b, double x, double y, double width,
                      double height)
{
    cairo_surface_t *picture =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, b->jpeg_width, b->jpeg_height);
    /* The bytes live as long as the document. */
    cairo_status_t status =
        cairo_surface_set_mime_data(picture, CAIRO_MIME_TYPE_JPEG,
                                    (const unsigned char *)b->jpeg.ptr, b->jpeg.len, no_free, NULL);
    if (status == CAIRO_STATUS_SUCCESS) {
        pdf_tag(p, "Figure");
        cairo_save(p->cr);
        cairo_translate(p->cr, x, y);
        cairo_scale(p->cr, width / b->jpeg_width, height / b->jpeg_height);
        cairo_set_source_surface(p->cr, picture, 0, 0);
        cairo_paint(p->cr);
        cairo_restore(p->cr);
        pdf_tag_end(p, "Figure");
    }
    cairo_surface_destroy(picture);
}

/* At most as large as there is room; a text in its place where there is none. Gives its height. */
static double show_picture(struct pdf *p, const struct doc_block *b, double x, double y)
{
    double height = 40;
    if (b->jpeg.len) {
        double scale = MIN(PICTURE_WIDTH / b->jpeg_width, PICTURE_HEIGHT / b->jpeg_height);
        height = scale * b->jpeg_height;
        if (!p->dry)
            show_jpeg(p, b, x, y, scale * b->jpeg_width, height);
        return height;
    }
    PangoLayout *why = pdf_layout(p, PDF_SMALL, b->alt, PICTURE_WIDTH - 16);
    height = MAX(height, pdf_layout_height(why) + 12);
    pdf_frame(p, x, y, PICTURE_WIDTH, height, DOC_INK_LINE, false);
    pdf_show(p, why, x + 8, y + 6, DOC_INK_SOFT, "P");
    return height;
}

static void show_badge(struct pdf *p, const struct doc_block *b, double right, double y)
{
    PangoLayout *layout = pdf_layout(p, PDF_BADGE, b->badge, 0);
    double width = pdf_layout_width(layout), height = pdf_layout_height(layout);
    pdf_frame(p, right - width - 12, y, width + 12, height + 2, (int)b->ink, false);
    pdf_show(p, layout, right - width - 6, y + 1, (int)b->ink, "Span");
}

/* Draws the item from y on and gives its height. */
static double show_item(struct pdf *p, const struct doc_block *b, double y)
{
    const double x = PAGE_LEFT + ITEM_PAD, words_x = x + PICTURE_WIDTH + 12;
    const double room = PAGE_LEFT + PAGE_ROOM - ITEM_PAD - words_x;
    double top = y + ITEM_PAD - 2;
    top += pdf_show(p, pdf_layout(p, PDF_VOICE, str_from(p->d->words.program), 0), x, top,
                    DOC_INK_SOFT, "P");
    if (b->badge.len)
        show_badge(p, b, PAGE_LEFT + PAGE_ROOM - ITEM_PAD, y + ITEM_PAD);
    top += pdf_show(p, pdf_layout(p, PDF_STRONG, b->title, PAGE_ROOM - 2 * ITEM_PAD), x, top,
                    DOC_INK_TEXT, "P");
    top += 4;
    double picture = show_picture(p, b, x, top + 1);
    double words = 0;
    for (size_t i = 0; i < b->facts_len; i++)
        words += show_fact(p, &b->facts[i], words_x, top + words, room, ITEM_NAME_WIDTH);
    if (b->text.len)
        words += 2 + pdf_show(p, pdf_layout(p, PDF_SMALL, b->text, room), words_x, top + words + 2,
                              DOC_INK_SOFT, "P");
    return top - y + MAX(picture, words) + ITEM_PAD;
}

static double item_height(struct pdf *p, const struct doc_block *b)
{
    bool dry = p->dry;
    p->dry = true;
    double height = show_item(p, b, 0);
    p->dry = dry;
    return height;
}

static void add_item(struct pdf *p, const struct doc_block *b)
{
    double height = item_height(p, b);
    pdf_need(p, height);
    pdf_frame(p, PAGE_LEFT, p->y, PAGE_ROOM, height, DOC_INK_BAR, true);
    show_item(p, b, p->y);
    p->y += height + GAP;
}

/* ---- what people say ---- */

static void add_said(struct pdf *p, const struct doc_block *b)
{
    bool candidate = b->voice == DOC_CANDIDATE;
    int colour = candidate ? PDF_CANDIDATE : PDF_PERSON;
    const char *voice = candidate ? p->d->words.candidate : p->d->words.person;
    const double x = PAGE_LEFT + 12, room = PAGE_ROOM - 12;
    pdf_need(p, 40);
    pdf_flow(p, pdf_layout(p, PDF_VOICE, str_from(voice), room), x, colour, colour, "P");
    if (b->badge.len)
        pdf_flow(p, pdf_layout(p, PDF_STRONG, b->badge, room), x, DOC_INK_TEXT, colour, "P");
    if (b->text.len)
        pdf_flow(p, pdf_layout(p, PDF_WORDS, b->text, room), x, DOC_INK_TEXT, colour, "P");
    if (b->title.len)
        pdf_flow(p, pdf_layout(p, PDF_SMALL, b->title, room), x, DOC_INK_SOFT, colour, "P");
    p->y += GAP + 2;
}

/* ---- the whole ---- */

static void add_title(struct pdf *p)
{
    const struct doc *d = p->d;
    p->y = 52;
    p->y += pdf_show(p, pdf_layout(p, PDF_SMALL, d->author, PAGE_ROOM), PAGE_LEFT, p->y,
                     DOC_INK_SOFT, "P");
    p->y += 6 + pdf_show(p, pdf_layout(p, PDF_TITLE, d->title, PAGE_ROOM), PAGE_LEFT, p->y,
                         DOC_INK_TEXT, "H1");
    p->y += pdf_show(p, pdf_layout(p, PDF_SUBTITLE, d->subtitle, PAGE_ROOM), PAGE_LEFT, p->y,
                     DOC_INK_SOFT, "P");
    p->y += 8;
    pdf_line(p, PAGE_LEFT, p->y, PAGE_ROOM, DOC_INK_TEXT, 1.2);
    p->y += 8;
}

static void add_contents_line(struct pdf *p, const struct doc_block *b, int page, double x,
                              double room)
{
    char text[16], to[32];
    snprintf(text, sizeof text, "%d", page);
    snprintf(to, sizeof to, "dest='%s'", b->id);
    PangoLayout *number = pdf_layout(p, PDF_CELL, str_from(text), 0);
    PangoLayout *name = pdf_layout(p, PDF_CELL, b->text, room - 24);
    double height = pdf_layout_height(name), width = pdf_layout_width(number);
    if (!p->dry)
        cairo_tag_begin(p->cr, CAIRO_TAG_LINK, to);
    pdf_show(p, name, x, p->y, DOC_INK_LOW, NULL);
    pdf_show(p, number, x + room - width, p->y, DOC_INK_SOFT, NULL);
    if (!p->dry)
        cairo_tag_end(p->cr, CAIRO_TAG_LINK);
    p->y += height + 1;
}

/* In two columns: the first half at the left. */
static void add_contents(struct pdf *p)
{
    const struct doc *d = p->d;
    const double room = (PAGE_ROOM - 28) / 2;
    size_t all = 0, at = 0;
    for (size_t i = 0; i < d->len; i++)
        all += d->blocks[i].kind == DOC_HEADING && d->blocks[i].level == 2;
    double top = p->y, bottom = p->y;
    for (size_t i = 0; i < d->len; i++) {
        if (d->blocks[i].kind != DOC_HEADING || d->blocks[i].level != 2)
            continue;
        bool right = at >= (all + 1) / 2;
        if (at++ == (all + 1) / 2)
            p->y = top;
        add_contents_line(p, &d->blocks[i], p->heading_pages[i],
                          PAGE_LEFT + (right ? room + 28 : 0), room);
        bottom = MAX(bottom, p->y);
    }
    p->y = bottom + 2;
}

static void add_block(struct pdf *p, size_t at, int *parent)
{
    const struct doc_block *b = &p->d->blocks[at];
    switch (b->kind) {
    case DOC_HEADING:
        add_heading(p, at, parent);
        break;
    case DOC_TEXT:
        add_paragraph(p, PDF_BODY, b->text, DOC_INK_TEXT);
        break;
    case DOC_NOTE:
        add_paragraph(p, PDF_SMALL, b->text, DOC_INK_SOFT);
        break;
    case DOC_NOTICE:
        add_notice(p, b->text);
        break;
    case DOC_FACTS:
        add_facts(p, b);
        break;
    case DOC_TABLE:
        add_table(p, b);
        break;
    case DOC_DRAWING:
        add_drawing(p, b);
        break;
    case DOC_ITEM:
        add_item(p, b);
        break;
    case DOC_SAID:
        add_said(p, b);
        break;
    }
}

static void add_all(struct pdf *p)
{
    int parent = CAIRO_PDF_OUTLINE_ROOT;
    pdf_new_page(p);
    add_title(p);
    add_contents(p);
    for (size_t i = 0; i < p->d->len; i++)
        add_block(p, i, &parent);
}

static bool run(struct pdf *p, const struct doc *d, bool dry, struct buf *to, struct error *err)
{
    bool good = pdf_begin(p, d, dry, to, err);
    if (good) {
        add_all(p);
        good = pdf_finish(p, err);
    }
    pdf_rest(p);
    return good;
}

bool doc_pdf(const struct doc *d, struct buf *to, struct error *err)
{
    struct pdf p = {0};
    size_t from = to->len;
    bool good = doc_ok(d, err) && run(&p, d, true, NULL, err) && run(&p, d, false, to, err) &&
                pdf_catalog_complete(to, from, d->lang, err);
    pdf_done(&p);
    return good;
}
