/* The two texts that a candidate reads and accepts: the instructions with the rules, and the
 * agreement on the recording. A text that changes gets a new version; what was accepted is kept as
 * version and SHA-256. */
#pragma once
#include "base/base.h"

enum document { DOCUMENT_NONE = 0, DOCUMENT_INSTRUCTIONS, DOCUMENT_AGREEMENT, DOCUMENT_COUNT };

struct document_text {
    const char *name; /* "instructions" */
    const char *version, *title;
    const char *const *paragraphs;
    size_t len;
};
const struct document_text *document_text(enum document document); /* static */
enum document document_from_name(struct str name); /* DOCUMENT_NONE for another text */
/* SHA-256 over the paragraphs joined by "\n", in hex. */
MUST_USE bool document_hash(enum document document, char ret_hex[STR_HEX_MAX(32)],
                            struct error *err);
