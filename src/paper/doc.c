#include "paper/doc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void doc_init(struct doc *d, struct arena *arena, const char *lang)
{
    *d = (struct doc){.arena = arena, .lang = lang};
}

bool doc_ok(const struct doc *d, struct error *err) { return !d->failed || error_no_memory(err); }

/* ---- texts ---- */

/* How long the character at `at` is, of text that is UTF-8. */
static size_t char_len(struct str text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return MIN(len, text.len - at);
}

static bool is(struct str text, size_t at, unsigned char a, unsigned char b, unsigned char low,
               unsigned char high)
{
    const unsigned char *c = (const unsigned char *)text.ptr + at;
    return text.len - at >= 3 && c[0] == a && c[1] == b && c[2] >= low && c[2] <= high;
}

/* U+202A to U+202E and U+2066 to U+2069: embeddings, overrides and isolates of direction. */
static bool turns_direction(struct str text, size_t at)
{
    return is(text, at, 0xe2, 0x80, 0xaa, 0xae) || is(text, at, 0xe2, 0x81, 0xa6, 0xa9);
}

/* U+2028 and U+2029, the lines and paragraphs of Unicode; U+0080 to U+009F, the other controls. */
static bool is_control(struct str text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    if (c < ' ' || c == 0x7f)
        return true;
    return is(text, at, 0xe2, 0x80, 0xa8, 0xa9) ||
           (c == 0xc2 && text.len - at >= 2 && (unsigned char)text.ptr[at + 1] < 0xa0);
}

struct str doc_clean(struct doc *d, struct str text)
{
    bool whole = str_is_utf8(text);
    char *to = arena_alloc(d->arena, text.len + 1);
    size_t len = 0;
    if (!to) {
        d->failed = true;
        return STR("");
    }
    for (size_t at = 0; at < text.len;) {
        size_t step = whole ? char_len(text, at) : 1;
        if (!whole && (unsigned char)text.ptr[at] >= 0x80)
            to[len++] = '?';
        else if (text.ptr[at] == '\n')
            to[len++] = '\n';
        else if (is_control(text, at))
            to[len++] = ' ';
        else if (!turns_direction(text, at))
            for (size_t i = 0; i < step; i++)
                to[len++] = text.ptr[at + i];
        at += step;
    }
    return str_bytes(to, len);
}

static struct str keep(struct doc *d, const struct buf *text)
{
    if (!buf_ok(text, NULL))
        d->failed = true;
    return d->failed ? STR("") : doc_clean(d, buf_str(text));
}

struct str doc_fill(struct doc *d, const char *pattern, struct str a, struct str b)
{
    CLEANUP(buf_done) struct buf text = {0};
    for (const char *c = pattern; *c; c++) {
        bool hole = c[0] == '{' && (c[1] == 'a' || c[1] == 'b') && c[2] == '}';
        if (hole)
            buf_add(&text, c[1] == 'a' ? a : b);
        else
            buf_add_char(&text, *c);
        c += hole ? 2 : 0;
    }
    return keep(d, &text);
}

struct str doc_format(struct doc *d, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        d->failed = true;
        return STR("");
    }
    struct str kept = doc_clean(d, str_bytes(text, (size_t)len));
    free(text);
    return kept;
}

struct str doc_number(struct doc *d, int64_t number) { return doc_format(d, "%" PRId64, number); }

/* ---- blocks ---- */

static struct doc_block *add(struct doc *d, enum doc_kind kind)
{
    struct doc_block *more = arena_more(d->arena, d->blocks, d->len, &d->room, sizeof *more);
    if (!more) {
        d->failed = true;
        d->lost = (struct doc_block){.kind = kind};
        return &d->lost;
    }
    d->blocks = more;
    struct doc_block *block = &d->blocks[d->len++];
    *block = (struct doc_block){.kind = kind};
    return block;
}

static struct doc_block *last(struct doc *d) { return d->len ? &d->blocks[d->len - 1] : NULL; }

void doc_heading(struct doc *d, int level, struct str text)
{
    char *id = arena_printf(d->arena, "s%zu", d->len);
    struct doc_block *b = add(d, DOC_HEADING);
    d->failed = d->failed || !id;
    b->level = level;
    b->id = id ? id : "";
    b->text = doc_clean(d, text);
}

void doc_text(struct doc *d, struct str text) { add(d, DOC_TEXT)->text = doc_clean(d, text); }
void doc_note(struct doc *d, struct str text) { add(d, DOC_NOTE)->text = doc_clean(d, text); }
void doc_notice(struct doc *d, struct str text) { add(d, DOC_NOTICE)->text = doc_clean(d, text); }

void doc_facts(struct doc *d) { add(d, DOC_FACTS); }

static void add_fact(struct doc *d, struct doc_fact fact)
{
    struct doc_block *b = last(d);
    if (!b || d->failed)
        return;
    assert(b->kind == DOC_FACTS || b->kind == DOC_ITEM);
    struct doc_fact *facts = arena_alloc(d->arena, sizeof *facts * (b->facts_len + 1));
    if (!facts) {
        d->failed = true;
        return;
    }
    if (b->facts_len)
        memcpy(facts, b->facts, sizeof *facts * b->facts_len);
    fact.value = doc_clean(d, fact.value);
    facts[b->facts_len++] = fact;
    b->facts = facts;
}

void doc_fact(struct doc *d, const char *name, struct str value)
{
    add_fact(d, (struct doc_fact){.name = str_from(name), .value = value});
}

void doc_fact_mono(struct doc *d, const char *name, struct str value)
{
    add_fact(d, (struct doc_fact){.name = str_from(name), .value = value, .mono = true});
}

void doc_fact_english(struct doc *d, const char *name, struct str value)
{
    add_fact(d, (struct doc_fact){.name = str_from(name), .value = value, .lang = "en"});
}

void doc_table(struct doc *d, struct str caption, const struct doc_column *columns, size_t len,
               const char *none)
{
    assert(len > 0 && len <= DOC_COLUMNS_MAX);
    struct doc_block *b = add(d, DOC_TABLE);
    b->text = doc_clean(d, caption);
    struct doc_column *copy = arena_alloc(d->arena, len * sizeof *copy);
    if (!copy) {
        d->failed = true;
        return;
    }
    memcpy(copy, columns, len * sizeof *copy);
    b->columns = copy;
    b->columns_len = len;
    b->title = str_from(none);
}

/* A long text of a stranger in a narrow column would fill pages. */
static struct str cell_of(struct doc *d, struct str text)
{
    struct str clean = doc_clean(d, text);
    if (clean.len <= DOC_CELL_MAX)
        return clean;
    size_t at = 0;
    while (at + char_len(clean, at) <= DOC_CELL_MAX)
        at += char_len(clean, at);
    return doc_format(d, STR_FMT "\xe2\x80\xa6", STR_ARG(str_slice(clean, 0, at)));
}

void doc_row(struct doc *d, const struct str *cells)
{
    struct doc_block *b = last(d);
    if (!b || d->failed)
        return;
    assert(b->kind == DOC_TABLE);
    size_t columns = b->columns_len;
    /* Doubles: row 1, 2, 4, 8... */
    if ((b->rows_len & (b->rows_len - 1)) == 0) {
        size_t room = b->rows_len ? 2 * b->rows_len : 1;
        struct str *more = arena_alloc(d->arena, sizeof *more * columns * room);
        if (!more) {
            d->failed = true;
            return;
        }
        if (b->rows_len)
            memcpy(more, b->cells, sizeof *more * columns * b->rows_len);
        b->cells = more;
    }
    for (size_t i = 0; i < columns; i++)
        b->cells[columns * b->rows_len + i] = cell_of(d, cells[i]);
    b->rows_len++;
}

struct doc_block *doc_item(struct doc *d, struct str title, struct str badge, enum doc_ink ink)
{
    struct doc_block *b = add(d, DOC_ITEM);
    b->voice = DOC_PROGRAM;
    b->title = doc_clean(d, title);
    b->badge = doc_clean(d, badge);
    b->ink = ink;
    return b;
}

void doc_said(struct doc *d, enum doc_voice voice, struct str who, struct str what,
              struct str words)
{
    struct doc_block *b = add(d, DOC_SAID);
    b->voice = voice;
    b->title = doc_clean(d, who);
    b->badge = doc_clean(d, what);
    b->text = doc_clean(d, words);
}

void doc_drawing(struct doc *d, struct str words, double height)
{
    struct doc_block *b = add(d, DOC_DRAWING);
    b->text = doc_clean(d, words);
    b->height = height;
}

void doc_shape(struct doc *d, struct doc_shape shape)
{
    struct doc_block *b = last(d);
    if (!b || d->failed)
        return;
    assert(b->kind == DOC_DRAWING);
    if ((b->shapes_len & (b->shapes_len - 1)) == 0) {
        size_t room = b->shapes_len ? 2 * b->shapes_len : 1;
        struct doc_shape *more = arena_alloc(d->arena, sizeof *more * room);
        if (!more) {
            d->failed = true;
            return;
        }
        if (b->shapes_len)
            memcpy(more, b->shapes, sizeof *more * b->shapes_len);
        b->shapes = more;
    }
    shape.text = shape.text.len ? doc_clean(d, shape.text) : STR("");
    b->shapes[b->shapes_len++] = shape;
}
