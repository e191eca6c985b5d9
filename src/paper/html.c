/* A document as one HTML file: no script, no outside address, pictures inside. Its own policy
 * (Content-Security-Policy) lets in nothing but its one style, by hash: an escaping mistake could
 * bring in neither script nor style. Every text of the document goes through add_text(). Colours
 * are never alone: a severity is a word and a shape, a voice is a word and a frame. */
#include "paper/doc.h"

#include "crypto/base64.h"
#include "crypto/hash.h"

#include <stdio.h>

static const char style[] =
    ":root{color-scheme:light dark;--ground:#f4f5f7;--card:#fff;--text:#1a212d;--soft:#535d70;"
    "--line:#d5dbe4;--bar:#b9c3d2;--gap:#fbe3e1;--low:#2464a8;--medium:#965200;--high:#b3261e;"
    "--person:#155c43;--candidate:#5b3f93;--notice:#fff6de}"
    "@media(prefers-color-scheme:dark){:root{--ground:#11151b;--card:#191f28;--text:#e7ebf2;"
    "--soft:#a5b0c2;--line:#333d4c;--bar:#4b586c;--gap:#4a2624;--low:#84b8f2;--medium:#f0b062;"
    "--high:#ff8d83;--person:#74d3ab;--candidate:#c3a9f7;--notice:#352c14}}"
    "*{box-sizing:border-box}"
    "html{background:var(--ground);color:var(--text);"
    "font:16px/1.55 'Open Sans',system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "body{max-width:62rem;margin:0 auto;padding:2rem 1.25rem 3rem}"
    "h1{font-size:1.8rem;line-height:1.2;margin:0 0 .3rem}"
    "h2{font-size:1.3rem;margin:0 0 .75rem;padding-bottom:.35rem;"
    "border-bottom:2px solid var(--line)}"
    "h3{font-size:1.05rem;margin:1.6rem 0 .5rem}h1,h2,h3,p,td,th,dd,dt{overflow-wrap:anywhere}"
    "p{margin:.55rem 0;white-space:pre-line}.soft,.note,.head,footer{color:var(--soft)}"
    ".note{font-size:.9rem}"
    "section{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:1.4rem 1.5rem;margin:1.25rem 0}"
    "nav ol{columns:2;margin:.5rem 0;padding-left:1.5rem}a{color:var(--low)}"
    ".notice{background:var(--notice);border:2px solid var(--medium);border-radius:8px;"
    "padding:.7rem 1rem}"
    "dl{display:grid;grid-template-columns:minmax(9rem,15rem) 1fr;gap:.3rem 1.25rem;margin:.7rem 0}"
    "dt{color:var(--soft)}dd{margin:0;white-space:pre-line}"
    ".mono{font-family:ui-monospace,'DejaVu Sans Mono',monospace;font-size:.85em;"
    "overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.93rem}"
    ".narrow{max-width:34rem}caption{text-align:left;color:var(--soft);font-size:.9rem;padding-"
    "bottom:.3rem}"
    "tbody th{font-weight:inherit}.item dl{grid-template-columns:7.5rem 1fr}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;"
    "border-bottom:1px solid var(--line)}thead th{border-bottom:2px solid var(--bar)}"
    ".number{text-align:right;font-variant-numeric:tabular-nums}"
    ".c5{width:5%}.c10{width:10%}.c15{width:15%}.c20{width:20%}.c25{width:25%}.c30{width:30%}"
    ".c35{width:35%}.c40{width:40%}.c45{width:45%}.c50{width:50%}.c55{width:55%}.c60{width:60"
    "%}.c65{width:65%}.c70{width:70%}.c75{width:75%}.c80{width:80%}.c85{width:85%}.c90{width:"
    "90%}.c95{width:95%}"
    "table{table-layout:fixed}"
    "svg{display:block;width:100%;height:auto;margin:.75rem 0}"
    "svg text{font:7.5px 'Open Sans',system-ui,sans-serif}"
    ".i0{fill:var(--text)}.i1{fill:var(--soft)}.i2{fill:var(--line)}.i3{fill:var(--bar)}"
    ".i4{fill:var(--gap)}.i5{fill:var(--low)}.i6{fill:var(--medium)}.i7{fill:var(--high)}"
    ".o{fill:none;stroke:var(--high);stroke-width:.6;stroke-dasharray:2 1.5}"
    ".item{display:grid;grid-template-columns:13rem 1fr;gap:0 1.25rem;margin:.9rem 0;"
    "border:1px dashed var(--bar);border-radius:8px;padding:.9rem 1rem}"
    ".item h4,.item .voice{grid-column:1/3}.item h4{margin:0;font-size:1rem}"
    ".item img{width:100%;height:auto;border-radius:4px;display:block}"
    ".item .none{border:1px solid var(--line);border-radius:4px;color:var(--soft);display:grid;"
    "place-items:center;min-height:6rem;text-align:center;padding:.5rem;font-size:.9rem}"
    ".item figure{margin:.5rem 0 0}.item p{font-size:.93rem}"
    ".voice{font-size:.78rem;font-weight:600;letter-spacing:.04em;text-transform:uppercase;"
    "color:var(--soft);margin:0}"
    ".badge{display:inline-block;font-size:.8rem;font-weight:600;border:1px solid currentColor;"
    "border-radius:99px;padding:0 .6rem;margin-left:.4rem;white-space:nowrap}"
    ".b0{color:var(--text)}.b5{color:var(--low)}.b6{color:var(--medium)}.b7{color:var(--high)}"
    ".said{margin:.9rem 0;padding:.5rem 1rem;border-left:6px solid var(--person)}"
    ".said .voice{color:var(--person)}.said .what{font-weight:600}"
    ".said .words{font-style:italic}"
    ".said.candidate{border-left:6px double var(--candidate)}"
    ".said.candidate .voice{color:var(--candidate)}"
    "footer{font-size:.88rem;margin-top:1.5rem}"
    "@media(max-width:44rem){.item,dl{grid-template-columns:1fr}.item h4,.item .voice{"
    "grid-column:auto}nav ol{columns:1}section{padding:1rem}dd{margin-bottom:.4rem}}"
    "@media print{:root{color-scheme:light;--ground:#fff;--card:#fff;--text:#000;--soft:#444;"
    "--line:#ccc;--bar:#aaa;--gap:#fbe3e1;--low:#2464a8;--medium:#965200;--high:#b3261e;"
    "--person:#155c43;--candidate:#5b3f93;--notice:#fff}html{font-size:11px}"
    "section{border:0;padding:0}.item,tr,dl,svg{break-inside:avoid}h2,h3,h4{break-after:avoid}}";

#define POLICY "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "

static void add_style_source(struct buf *to)
{
    unsigned char hash[SHA256_SIZE];
    sha256(str_from(style), hash);
    buf_add_c(to, "style-src 'sha256-");
    base64_encode(to, str_bytes(hash, sizeof hash));
    buf_add_char(to, '\'');
}

void doc_html_policy(char ret[DOC_POLICY_MAX])
{
    CLEANUP(buf_done) struct buf source = {0};
    add_style_source(&source);
    snprintf(ret, DOC_POLICY_MAX, POLICY "frame-ancestors 'none'; " STR_FMT,
             STR_ARG(buf_str(&source)));
}

static void add_text(struct buf *to, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '&')
            buf_add_c(to, "&amp;");
        else if (c == '<')
            buf_add_c(to, "&lt;");
        else if (c == '>')
            buf_add_c(to, "&gt;");
        else if (c == '"')
            buf_add_c(to, "&quot;");
        else if (c == '\'')
            buf_add_c(to, "&#39;");
        else
            buf_add_char(to, c);
    }
}

/* <name class="classes">text</name>; nothing without text. */
static void add_element(struct buf *to, const char *name, const char *classes, struct str text)
{
    if (text.len == 0)
        return;
    buf_printf(to, "<%s", name);
    if (classes[0])
        buf_printf(to, " class=\"%s\"", classes);
    buf_add_char(to, '>');
    add_text(to, text);
    buf_printf(to, "</%s>\n", name);
}

/* ---- blocks ---- */

static void add_facts(struct buf *to, const struct doc_block *b)
{
    if (b->facts_len == 0)
        return;
    buf_add_c(to, "<dl>\n");
    for (size_t i = 0; i < b->facts_len; i++) {
        add_element(to, "dt", "", b->facts[i].name);
        buf_add_c(to, b->facts[i].mono ? "<dd class=\"mono\"" : "<dd");
        if (b->facts[i].lang)
            buf_printf(to, " lang=\"%s\"", b->facts[i].lang);
        buf_add_char(to, '>');
        add_text(to, b->facts[i].value);
        buf_add_c(to, "</dd>\n");
    }
    buf_add_c(to, "</dl>\n");
}

static const char *cell_class(const struct doc_column *column)
{
    return column->number ? " class=\"number\"" : column->mono ? " class=\"mono\"" : "";
}

static void add_row(struct buf *to, const struct doc_block *b, size_t row)
{
    buf_add_c(to, "<tr>");
    for (size_t i = 0; i < b->columns_len; i++) {
        const char *name = i == 0 ? "th" : "td";
        buf_printf(to, "<%s%s%s>", name, i == 0 ? " scope=\"row\"" : "",
                   cell_class(&b->columns[i]));
        add_text(to, b->cells[row * b->columns_len + i]);
        buf_printf(to, "</%s>", name);
    }
    buf_add_c(to, "</tr>\n");
}

static void add_table(struct buf *to, const struct doc_block *b)
{
    if (b->rows_len == 0) {
        add_element(to, "p", "soft", b->title);
        return;
    }
    buf_add_c(to, b->columns_len == 2 ? "<table class=\"narrow\">\n" : "<table>\n");
    add_element(to, "caption", "", b->text);
    buf_add_c(to, "<thead><tr>");
    int weights = 0;
    for (size_t i = 0; i < b->columns_len; i++)
        weights += b->columns[i].weight;
    for (size_t i = 0; i < b->columns_len; i++) {
        int width = MAX((b->columns[i].weight * 20 + weights / 2) / weights, 1) * 5;
        buf_printf(to, "<th scope=\"col\" class=\"c%d%s\">", MIN(width, 95),
                   b->columns[i].number ? " number" : "");
        add_text(to, str_from(b->columns[i].title));
        buf_add_c(to, "</th>");
    }
    buf_add_c(to, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < b->rows_len; i++)
        add_row(to, b, i);
    buf_add_c(to, "</tbody></table>\n");
}

static void add_label(struct buf *to, const struct doc_shape *s)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    buf_printf(to, "<text class=\"i%d\" x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\"", (int)s->ink,
               s->x, s->y, anchors[s->anchor]);
    /* As wide as it may be at most: letters of this size are about half as wide as they are high.
     */
    if (s->w > 0 && (double)s->text.len * 3.9 > s->w)
        buf_printf(to, " textLength=\"%.2f\" lengthAdjust=\"spacingAndGlyphs\"", s->w);
    buf_add_char(to, '>');
    add_text(to, s->text);
    buf_add_c(to, "</text>\n");
}

static void add_shape(struct buf *to, const struct doc_shape *s)
{
    if (s->kind == DOC_LABEL) {
        add_label(to, s);
    } else if (s->kind == DOC_DIAMOND) {
        buf_printf(to, "<path class=\"i%d\" d=\"M%.2f %.2fl%.2f %.2fl%.2f %.2fl%.2f %.2fz\">",
                   (int)s->ink, s->x + s->w / 2, s->y, s->w / 2, s->h / 2, -s->w / 2, s->h / 2,
                   -s->w / 2, -s->h / 2);
        add_element(to, "title", "", s->text);
        buf_add_c(to, "</path>\n");
    } else {
        if (s->kind == DOC_OUTLINE)
            buf_add_c(to, "<rect class=\"o\"");
        else
            buf_printf(to, "<rect class=\"i%d\"", (int)s->ink);
        buf_printf(to, " x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\">", s->x, s->y, s->w,
                   s->h);
        add_element(to, "title", "", s->text);
        buf_add_c(to, "</rect>\n");
    }
}

static void add_drawing(struct buf *to, const struct doc_block *b)
{
    buf_printf(to, "<svg viewBox=\"0 0 %.2f %.2f\" role=\"img\" aria-label=\"", DOC_DRAWING_WIDTH,
               b->height);
    add_text(to, b->text);
    buf_add_c(to, "\">\n");
    for (size_t i = 0; i < b->shapes_len; i++)
        add_shape(to, &b->shapes[i]);
    buf_add_c(to, "</svg>\n");
}

static void add_picture(struct buf *to, const struct doc_block *b)
{
    buf_add_c(to, "<figure>");
    if (b->jpeg.len) {
        buf_printf(to, "<img width=\"%d\" height=\"%d\" alt=\"", b->jpeg_width, b->jpeg_height);
        add_text(to, b->alt);
        buf_add_c(to, "\" src=\"data:image/jpeg;base64,");
        base64_encode(to, b->jpeg);
        buf_add_c(to, "\" />");
    } else {
        add_element(to, "div", "none", b->alt);
    }
    buf_add_c(to, "</figure>\n");
}

static void add_badge(struct buf *to, const struct doc_block *b)
{
    if (b->badge.len == 0)
        return;
    buf_printf(to, " <span class=\"badge b%d\">", (int)b->ink);
    add_text(to, b->badge);
    buf_add_c(to, "</span>");
}

static void add_item(struct buf *to, const struct doc *d, const struct doc_block *b)
{
    buf_add_c(to, "<div class=\"item\">\n");
    add_element(to, "p", "voice", str_from(d->words.program));
    buf_add_c(to, "<h4>");
    add_text(to, b->title);
    add_badge(to, b);
    buf_add_c(to, "</h4>\n");
    add_picture(to, b);
    buf_add_c(to, "<div>\n");
    add_facts(to, b);
    add_element(to, "p", "soft", b->text);
    buf_add_c(to, "</div></div>\n");
}

static void add_said(struct buf *to, const struct doc *d, const struct doc_block *b)
{
    bool candidate = b->voice == DOC_CANDIDATE;
    buf_printf(to, "<div class=\"said%s\">\n", candidate ? " candidate" : "");
    add_element(to, "p", "voice", str_from(candidate ? d->words.candidate : d->words.person));
    add_element(to, "p", "what", b->badge);
    add_element(to, "p", "words", b->text);
    add_element(to, "p", "note", b->title);
    buf_add_c(to, "</div>\n");
}

static void add_heading(struct buf *to, const struct doc_block *b, bool *in_section)
{
    if (b->level == 2) {
        buf_printf(to, "%s<section aria-labelledby=\"%s\">\n", *in_section ? "</section>\n" : "",
                   b->id);
        *in_section = true;
    }
    buf_printf(to, "<h%d id=\"%s\">", b->level, b->id);
    add_text(to, b->text);
    buf_printf(to, "</h%d>\n", b->level);
}

static void add_block(struct buf *to, const struct doc *d, const struct doc_block *b,
                      bool *in_section)
{
    switch (b->kind) {
    case DOC_HEADING:
        add_heading(to, b, in_section);
        break;
    case DOC_TEXT:
        add_element(to, "p", "", b->text);
        break;
    case DOC_NOTE:
        add_element(to, "p", "note", b->text);
        break;
    case DOC_NOTICE:
        add_element(to, "p", "notice", b->text);
        break;
    case DOC_FACTS:
        add_facts(to, b);
        break;
    case DOC_TABLE:
        add_table(to, b);
        break;
    case DOC_DRAWING:
        add_drawing(to, b);
        break;
    case DOC_ITEM:
        add_item(to, d, b);
        break;
    case DOC_SAID:
        add_said(to, d, b);
        break;
    }
}

static void add_contents(struct buf *to, const struct doc *d)
{
    buf_add_c(to, "<nav aria-labelledby=\"contents\"><h2 id=\"contents\">");
    add_text(to, str_from(d->words.contents));
    buf_add_c(to, "</h2><ol>\n");
    for (size_t i = 0; i < d->len; i++)
        if (d->blocks[i].kind == DOC_HEADING && d->blocks[i].level == 2) {
            buf_printf(to, "<li><a href=\"#%s\">", d->blocks[i].id);
            add_text(to, d->blocks[i].text);
            buf_add_c(to, "</a></li>\n");
        }
    buf_add_c(to, "</ol></nav>\n");
}

bool doc_html(const struct doc *d, struct buf *to, struct error *err)
{
    bool in_section = false;
    buf_printf(to,
               "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\" />\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY,
               d->lang);
    add_style_source(to);
    buf_add_c(to, "\" />\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\" "
                  "/>\n<meta name=\"robots\" content=\"noindex\" />\n");
    buf_add_c(to, "<meta name=\"author\" content=\"");
    add_text(to, d->author);
    buf_add_c(to, "\" />\n<title>");
    add_text(to, d->title);
    buf_add_c(to, " \xc2\xb7 ");
    add_text(to, d->subtitle);
    buf_printf(to, "</title>\n<style>%s</style></head>\n<body><header>\n", style);
    add_element(to, "p", "head", d->head);
    add_element(to, "h1", "", d->title);
    add_element(to, "p", "", d->subtitle);
    buf_add_c(to, "</header>\n");
    add_contents(to, d);
    buf_add_c(to, "<main>\n");
    for (size_t i = 0; i < d->len; i++)
        add_block(to, d, &d->blocks[i], &in_section);
    buf_add_c(to, in_section ? "</section>\n</main>\n" : "</main>\n");
    add_element(to, "footer", "", d->foot);
    buf_add_c(to, "</body></html>\n");
    return doc_ok(d, err) && buf_ok(to, err);
}
