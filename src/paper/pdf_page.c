#include "paper/pdf_page.h"

#include "base/clock.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Open Sans where it is installed (Debian: fonts-open-sans), whatever else for what it lacks. */
#define SANS "Open Sans, Noto Sans, DejaVu Sans, sans-serif "
#define MONO "DejaVu Sans Mono, monospace "
static const char *const fonts[PDF_STYLES] = {
    [PDF_BODY] = SANS "9",
    [PDF_SMALL] = SANS "7.5",
    [PDF_TITLE] = SANS "Semi-Bold 20",
    [PDF_SUBTITLE] = SANS "12",
    [PDF_H2] = SANS "Semi-Bold 13",
    [PDF_H3] = SANS "Semi-Bold 10",
    [PDF_STRONG] = SANS "Semi-Bold 9",
    [PDF_WORDS] = SANS "Italic 9",
    [PDF_MONO] = MONO "7.2",
    [PDF_VOICE] = SANS "Semi-Bold 6.6",
    [PDF_BADGE] = SANS "Semi-Bold 7",
    [PDF_CELL] = SANS "8",
    [PDF_CELL_HEAD] = SANS "Semi-Bold 8",
    [PDF_CELL_MONO] = MONO "6.4",
    [PDF_LABEL] = SANS "7",
};

static const unsigned colours[PDF_COLOURS] = {
    [DOC_INK_TEXT] = 0x161c26,   [DOC_INK_SOFT] = 0x535d70, [DOC_INK_LINE] = 0xd5dbe4,
    [DOC_INK_BAR] = 0xb9c3d2,    [DOC_INK_GAP] = 0xfbe3e1,  [DOC_INK_LOW] = 0x2464a8,
    [DOC_INK_MEDIUM] = 0x965200, [DOC_INK_HIGH] = 0xb3261e, [PDF_PERSON] = 0x155c43,
    [PDF_CANDIDATE] = 0x5b3f93,  [PDF_NOTICE] = 0xfff6de,
};

static cairo_status_t take(void *context, const unsigned char *bytes, unsigned len)
{
    struct buf *to = context;
    buf_add(to, str_bytes(bytes, len));
    return buf_ok(to, NULL) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static const char *c_text(const struct doc *d, struct str text)
{
    struct str copy = arena_copy(d->arena, text);
    return copy.ptr ? copy.ptr : "";
}

static void set_metadata(const struct pdf *p)
{
    const struct doc *d = p->d;
    char when[32] = "";
    time_t at = (time_t)(d->made_us / SECOND_US);
    struct tm tm;
    if (!gmtime_r(&at, &tm) || strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        when[0] = '\0';
    const struct {
        cairo_pdf_metadata_t what;
        const char *text;
    } all[] = {
        {CAIRO_PDF_METADATA_TITLE, arena_printf(d->arena, STR_FMT " \xc2\xb7 " STR_FMT,
                                                STR_ARG(d->title), STR_ARG(d->subtitle))},
        {CAIRO_PDF_METADATA_AUTHOR, c_text(d, d->author)},
        {CAIRO_PDF_METADATA_CREATOR, c_text(d, d->author)},
        {CAIRO_PDF_METADATA_SUBJECT, c_text(d, d->head)},
        /* Of the state that it tells of: now would make other bytes of the same state. */
        {CAIRO_PDF_METADATA_CREATE_DATE, when},
        {CAIRO_PDF_METADATA_MOD_DATE, when},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i].text)
            cairo_pdf_surface_set_metadata(p->surface, all[i].what, all[i].text);
}

/* Without any font pango draws nothing at all: a report of empty pages. */
static bool check_fonts(struct pdf *p, struct error *err)
{
    PangoLayout *layout = pdf_layout(p, PDF_BODY, STR("Aa1"), 0);
    PangoRectangle ink;
    pango_layout_get_extents(layout, &ink, NULL);
    bool found = pango_layout_get_unknown_glyphs_count(layout) == 0 && ink.width > 0;
    g_object_unref(layout);
    return found ||
           error_set(err, ERROR_BUSY, "no font is installed on the server, so no PDF can be made");
}

bool pdf_begin(struct pdf *p, const struct doc *d, bool dry, struct buf *to, struct error *err)
{
    *p = (struct pdf){
        .d = d, .dry = dry, .heading_pages = p->heading_pages, .pages = p->pages, .page = 0};
    p->surface =
        cairo_pdf_surface_create_for_stream(dry ? NULL : take, to, PAGE_WIDTH, PAGE_HEIGHT);
    p->cr = cairo_create(p->surface);
    p->fonts = pango_cairo_font_map_new();
    if (!p->heading_pages)
        p->heading_pages = calloc(MAX(d->len, 1), sizeof *p->heading_pages);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS || !p->fonts || !p->heading_pages)
        return error_no_memory(err);
    cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_5);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(p->fonts), 72);
    p->pango = pango_font_map_create_context(p->fonts);
    pango_cairo_update_context(p->cr, p->pango);
    pango_context_set_round_glyph_positions(p->pango, FALSE); /* paper has no pixels */
    pango_context_set_language(p->pango, pango_language_from_string(d->lang));
    set_metadata(p);
    return check_fonts(p, err);
}

bool pdf_finish(struct pdf *p, struct error *err)
{
    cairo_show_page(p->cr);
    cairo_status_t status = cairo_status(p->cr);
    cairo_surface_finish(p->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(p->surface);
    p->pages = p->page;
    if (status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_WRITE_ERROR)
        return error_no_memory(err);
    return status == CAIRO_STATUS_SUCCESS ||
           error_set(err, ERROR_INTERNAL, "drawing a PDF: %s", cairo_status_to_string(status));
}

static void end_drawing(struct pdf *p)
{
    if (p->pango)
        g_object_unref(p->pango);
    if (p->cr)
        cairo_destroy(p->cr);
    if (p->surface)
        cairo_surface_destroy(p->surface);
    if (p->fonts)
        g_object_unref(p->fonts);
    p->pango = NULL;
    p->cr = NULL;
    p->surface = NULL;
    p->fonts = NULL;
}

void pdf_rest(struct pdf *p) { end_drawing(p); }

void pdf_done(struct pdf *p)
{
    end_drawing(p);
    free(p->heading_pages);
    p->heading_pages = NULL;
}

/* ---- pages ---- */

static void add_margin(struct pdf *p, struct str left, struct str right, double y)
{
    PangoLayout *r = pdf_layout(p, PDF_SMALL, right, 0);
    double width = pdf_layout_width(r);
    PangoLayout *l = pdf_layout(p, PDF_SMALL, left, PAGE_ROOM - width - 12);
    pango_layout_set_height(l, -1);
    pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_MIDDLE);
    pdf_show(p, l, PAGE_LEFT, y, DOC_INK_SOFT, NULL);
    pdf_show(p, r, PAGE_LEFT + PAGE_ROOM - width, y, DOC_INK_SOFT, NULL);
}

static struct str page_words(struct pdf *p)
{
    CLEANUP(buf_done) struct buf text = {0};
    for (const char *c = p->d->words.page; *c; c++) {
        bool hole = c[0] == '{' && (c[1] == 'a' || c[1] == 'b') && c[2] == '}';
        if (hole)
            buf_printf(&text, "%d", c[1] == 'a' ? p->page : p->pages);
        else
            buf_add_char(&text, *c);
        c += hole ? 2 : 0;
    }
    struct str kept = arena_copy(p->d->arena, buf_str(&text));
    return kept.ptr ? kept : STR("");
}

void pdf_new_page(struct pdf *p)
{
    if (p->page > 0)
        cairo_show_page(p->cr);
    p->page++;
    p->y = PAGE_TOP;
    if (p->dry)
        return;
    pdf_tag(p, "Artifact");
    if (p->page > 1) { /* the first has the title there */
        add_margin(p, p->d->head, STR(""), 40);
        pdf_line(p, PAGE_LEFT, 56, PAGE_ROOM, DOC_INK_LINE, 0.6);
    }
    pdf_line(p, PAGE_LEFT, 793, PAGE_ROOM, DOC_INK_LINE, 0.6);
    add_margin(p, p->d->foot, page_words(p), 799);
    pdf_tag_end(p, "Artifact");
}

void pdf_need(struct pdf *p, double height)
{
    if (height > PAGE_BOTTOM - p->y && p->y > PAGE_TOP)
        pdf_new_page(p);
}

/* ---- drawing ---- */

void pdf_colour(struct pdf *p, int colour)
{
    unsigned c = colours[colour];
    cairo_set_source_rgb(p->cr, (c >> 16) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0);
}

void pdf_bar(struct pdf *p, double x, double y, double width, double height, int colour)
{
    if (p->dry)
        return;
    pdf_colour(p, colour);
    cairo_rectangle(p->cr, x, y, width, height);
    cairo_fill(p->cr);
}

void pdf_line(struct pdf *p, double x, double y, double width, int colour, double thickness)
{
    pdf_bar(p, x, y - thickness / 2, width, thickness, colour);
}

void pdf_frame(struct pdf *p, double x, double y, double width, double height, int colour,
               bool dashed)
{
    const double dash[] = {2.5, 2}, round = MIN(4, height / 2);
    if (p->dry)
        return;
    cairo_save(p->cr);
    pdf_colour(p, colour);
    cairo_set_line_width(p->cr, 0.7);
    if (dashed)
        cairo_set_dash(p->cr, dash, 2, 0);
    cairo_new_sub_path(p->cr);
    cairo_arc(p->cr, x + width - round, y + round, round, -G_PI / 2, 0);
    cairo_arc(p->cr, x + width - round, y + height - round, round, 0, G_PI / 2);
    cairo_arc(p->cr, x + round, y + height - round, round, G_PI / 2, G_PI);
    cairo_arc(p->cr, x + round, y + round, round, G_PI, 1.5 * G_PI);
    cairo_close_path(p->cr);
    cairo_stroke(p->cr);
    cairo_restore(p->cr);
}

void pdf_tag(struct pdf *p, const char *name)
{
    if (!p->dry && name[0] != 'A') /* cairo 1.16 has no artifacts: what has no tag is none */
        cairo_tag_begin(p->cr, name, NULL);
}

void pdf_tag_end(struct pdf *p, const char *name)
{
    if (!p->dry && name[0] != 'A')
        cairo_tag_end(p->cr, name);
}

/* ---- words ---- */

PangoLayout *pdf_layout(struct pdf *p, enum pdf_style style, struct str text, double width)
{
    PangoLayout *layout = pango_layout_new(p->pango);
    PangoFontDescription *font = pango_font_description_from_string(fonts[style]);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    if (width > 0) {
        pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    }
    pango_layout_set_text(layout, text.ptr ? text.ptr : "", (int)text.len);
    if (style == PDF_VOICE) {
        PangoAttrList *list = pango_attr_list_new();
        pango_attr_list_insert(list, pango_attr_letter_spacing_new(PANGO_SCALE / 3));
        pango_layout_set_attributes(layout, list);
        pango_attr_list_unref(list);
    }
    return layout;
}

double pdf_layout_height(PangoLayout *layout)
{
    int height;
    pango_layout_get_size(layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

double pdf_layout_width(PangoLayout *layout)
{
    int width;
    pango_layout_get_size(layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

double pdf_show(struct pdf *p, PangoLayout *layout, double x, double y, int colour, const char *tag)
{
    double height = pdf_layout_height(layout);
    if (!p->dry) {
        if (tag)
            pdf_tag(p, tag);
        pdf_colour(p, colour);
        cairo_move_to(p->cr, x, y);
        pango_cairo_show_layout(p->cr, layout);
        if (tag)
            pdf_tag_end(p, tag);
    }
    g_object_unref(layout);
    return height;
}

struct line {
    PangoLayoutLine *line;
    double x, baseline, height;
};

static struct line line_of(PangoLayoutIter *iter)
{
    PangoRectangle logical;
    int top, bottom;
    pango_layout_iter_get_line_extents(iter, NULL, &logical);
    pango_layout_iter_get_line_yrange(iter, &top, &bottom);
    return (struct line){
        .line = pango_layout_iter_get_line_readonly(iter),
        .x = (double)logical.x / PANGO_SCALE,
        .baseline = (double)(pango_layout_iter_get_baseline(iter) - top) / PANGO_SCALE,
        .height = (double)(bottom - top) / PANGO_SCALE,
    };
}

static void show_line(struct pdf *p, const struct line *l, double x, int colour, int bar)
{
    if (p->dry)
        return;
    bool twofold = bar == PDF_CANDIDATE; /* told apart in black and white, too */
    if (bar >= 0)
        pdf_bar(p, x - 10, p->y, twofold ? 1 : 3, l->height + 0.2, bar);
    if (twofold)
        pdf_bar(p, x - 8, p->y, 1, l->height + 0.2, bar);
    pdf_colour(p, colour);
    cairo_move_to(p->cr, x + l->x, p->y + l->baseline);
    pango_cairo_show_layout_line(p->cr, l->line);
}

void pdf_flow(struct pdf *p, PangoLayout *layout, double x, int colour, int bar, const char *tag)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int lines = pango_layout_get_line_count(layout), at = 0;
    struct line l = line_of(iter);
    pdf_need(p, MIN(lines, 2) * l.height);
    pdf_tag(p, tag);
    for (bool more = true; more; at++) {
        l = line_of(iter);
        /* The last line of many does not begin a page alone: the one before goes with it. */
        double needed = lines > 2 && at == lines - 2 ? 2 * l.height : l.height;
        if (needed > PAGE_BOTTOM - p->y && p->y > PAGE_TOP) {
            pdf_tag_end(p, tag);
            pdf_new_page(p);
            pdf_tag(p, tag);
        }
        show_line(p, &l, x, colour, bar);
        p->y += l.height;
        more = pango_layout_iter_next_line(iter);
    }
    pdf_tag_end(p, tag);
    pango_layout_iter_free(iter);
    g_object_unref(layout);
}
