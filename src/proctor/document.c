/* Drawing the texts. The words are rows of document_words.c; a row says for which policies it is
 * meant. Whoever changes a word gives the texts a new version: a session keeps the version and the
 * hash of what its candidate accepted. */
#include "proctor/document.h"

#include "crypto/hash.h"
#include "proctor/document_words.h"

#include <string.h>

const char *document_name(enum document document)
{
    return document == DOCUMENT_INSTRUCTIONS ? "instructions" : "agreement";
}

enum document document_from_name(struct str name)
{
    for (enum document d = DOCUMENT_INSTRUCTIONS; d < DOCUMENT_COUNT; d++)
        if (str_eq(name, str_from(document_name(d))))
            return d;
    return DOCUMENT_NONE;
}

/* ---- drawing ---- */

struct drawing {
    struct arena *arena;
    struct document_text *text;
    size_t sections_room, items_room, paragraphs_room;
};

static bool add_paragraph(struct drawing *d, struct str text, struct error *err)
{
    struct document_text *t = d->text;
    struct str *more =
        arena_more(d->arena, t->paragraphs, t->len, &d->paragraphs_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    t->paragraphs = more;
    t->paragraphs[t->len++] = text;
    return true;
}

static bool add_section(struct drawing *d, const char *title, struct error *err)
{
    struct document_text *t = d->text;
    struct document_section *more =
        arena_more(d->arena, t->sections, t->sections_len, &d->sections_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    t->sections = more;
    t->sections[t->sections_len++] = (struct document_section){.title = title};
    d->items_room = 0;
    return !title || add_paragraph(d, str_from(title), err);
}

/* The number, if any, is part of the paragraph alone: which items there are depends on the policy.
 */
static bool add_item(struct drawing *d, const struct document_words *w, unsigned *number,
                     struct error *err)
{
    struct document_section *s = &d->text->sections[d->text->sections_len - 1];
    struct document_item *more =
        arena_more(d->arena, s->items, s->len, &d->items_room, sizeof *more);
    if (!more)
        return error_no_memory(err);
    s->items = more;
    s->items[s->len++] = (struct document_item){str_from(w->text), w->permitted};
    if (!w->numbered)
        return add_paragraph(d, str_from(w->text), err);
    char *numbered = arena_printf(d->arena, "%u. %s", ++*number, w->text);
    return numbered ? add_paragraph(d, str_from(numbered), err) : error_no_memory(err);
}

bool document_draw(enum document document, const struct policy *policy, struct arena *arena,
                   struct document_text *ret, struct error *err)
{
    const struct document_words *words = document_words(document);
    struct document_text text = {.version = DOCUMENT_VERSION, .title = document_title(document)};
    struct drawing d = {.arena = arena, .text = &text};
    unsigned number = 0;
    for (; words->text; words++) {
        if (words->meant && !words->meant(policy))
            continue;
        if (words->title) {
            number = 0;
            if (!add_section(&d, words->text, err))
                return false;
            continue;
        }
        if ((text.sections_len == 0 && !add_section(&d, NULL, err)) ||
            !add_item(&d, words, &number, err))
            return false;
    }
    *ret = text;
    return true;
}

bool document_hash(const struct document_text *t, char ret_hex[STR_HEX_MAX(32)], struct error *err)
{
    CLEANUP(hash_destroyp) struct hash *h = NULL;
    unsigned char digest[SHA256_SIZE];
    if (!hash_create(HASH_SHA256, &h, err))
        return false;
    for (size_t i = 0; i < t->len; i++) {
        if (i)
            hash_add(h, STR("\n"));
        hash_add(h, t->paragraphs[i]);
    }
    hash_finish(h, digest);
    str_to_hex(str_bytes(digest, sizeof digest), ret_hex);
    return true;
}
