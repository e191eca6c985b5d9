/* The words of the documents, row by row. Private to this folder. */
#pragma once
#include "proctor/document.h"

#define DOCUMENT_VERSION "2026-12"

struct document_words {
    const char *text;                      /* NULL ends the list */
    bool title;                            /* it begins a section */
    bool numbered;                         /* within its section */
    bool permitted;                        /* it tells what is permitted */
    bool (*meant)(const struct policy *p); /* for this policy? NULL: for each */
};
const struct document_words *document_words(enum document document); /* static */
const char *document_title(enum document document);
