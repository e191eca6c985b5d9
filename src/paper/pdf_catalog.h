/* What cairo 1.16 leaves out of a PDF's catalog: that it is tagged, its language, and that a viewer
 * shows its title. Only for this folder. */
#pragma once
#include "base/buf.h"

/* Appends an incremental update (ISO 32000-1, 7.5.6) to the PDF in `to`, which begins at `from`. A
 * PDF whose catalog says it already, or that has no plain cross-reference table, stays as it is. */
MUST_USE bool pdf_catalog_complete(struct buf *to, size_t from, const char *lang,
                                   struct error *err);
