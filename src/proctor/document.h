/* The two texts that a candidate reads and accepts: the instructions with the rules, and the
 * agreement on the recording. Both are drawn from the policy of the session: what is permitted
 * there is shown as permitted, and only the steps that it has are told. What was accepted is kept
 * as version and SHA-256 of the text as it was shown. */
#pragma once
#include "analysis/policy.h"
#include "base/arena.h"

enum document { DOCUMENT_NONE = 0, DOCUMENT_INSTRUCTIONS, DOCUMENT_AGREEMENT, DOCUMENT_COUNT };

struct document_item {
    struct str text;
    bool permitted; /* it tells what this exam permits */
};
struct document_section {
    const char *title; /* static; NULL: the text before the first title */
    struct document_item *items;
    size_t len;
};
struct document_text {
    const char *version, *title; /* static */
    struct document_section *sections;
    size_t sections_len;
    struct str *paragraphs; /* all of it in order: titles, and items with their numbers */
    size_t len;
};
const char *document_name(enum document document); /* "instructions"; static */
enum document document_from_name(struct str name); /* DOCUMENT_NONE for another text */
/* In the arena. */
MUST_USE bool document_draw(enum document document, const struct policy *policy,
                            struct arena *arena, struct document_text *ret, struct error *err);
/* SHA-256 over the paragraphs joined by "\n", in hex. */
MUST_USE bool document_hash(const struct document_text *text, char ret_hex[STR_HEX_MAX(32)],
                            struct error *err);
