/* The machine-readable zone in a picture: found, read, checked. For the files of this folder only.
 */
#pragma once
#include "identity/grey.h"
#include "identity/mrz.h"

struct mrz_reader; /* one thread at a time */

struct mrz_reading {
    bool found; /* there is such a zone; `mrz` is what was read of it, valid or not */
    struct mrz mrz;
    int quarters; /* the picture has to be turned so often, clockwise, to be upright */
    double angle; /* and the text runs so far down to the right then; radians */
    double pitch; /* from character to character, pixels */
    float alike;  /* -1..1: the mean of how alike the characters are to OCR-B */
    float sure;   /* how much less likely the next best reading of any part is: a logarithm */
    /* Where it lies in the turned picture. */
    double left, top, right, bottom;
};

MUST_USE bool mrz_reader_create(struct mrz_reader **ret, struct error *err);
void mrz_reader_destroy(struct mrz_reader *r); /* NULL is fine */
MUST_USE bool mrz_read(struct mrz_reader *r, const struct grey *g, int this_year,
                       struct mrz_reading *ret, struct error *err);
