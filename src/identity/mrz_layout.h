/* Where each field of each format stands. For the files of this folder only. */
#pragma once
#include "identity/mrz.h"

struct mrz_place {
    int8_t line, from, to; /* columns; to is one past the end; 0 0 0: there is none */
};
#define MRZ_COMPOSITE_PARTS 4
struct mrz_layout {
    int8_t lines, columns;
    struct mrz_place type, issuer, name, number, nationality, birth, sex, expiry, optional[2];
    struct mrz_place check[MRZ_CHECKED];             /* the check digit itself */
    struct mrz_place composite[MRZ_COMPOSITE_PARTS]; /* what the composite check digit is over */
};
const struct mrz_layout *mrz_layout(enum mrz_format format);
/* What the check digit is over; not for the composite one. */
const struct mrz_place *mrz_checked_place(const struct mrz_layout *l, enum mrz_checked what);
static inline bool mrz_holds(const struct mrz_place *p, int line, int column)
{
    return p->line == line && column >= p->from && column < p->to;
}

/* Characters that may stand at a place, as flags. */
#define MRZ_MAY_LETTER 1u
#define MRZ_MAY_DIGIT 2u
#define MRZ_MAY_FILLER 4u
#define MRZ_MAY_SEX 8u /* F, M or X */
unsigned mrz_may(enum mrz_format format, int line, int column);
