/* What the PDF417 barcode of a North American driving licence or identity card says: AAMVA DL/ID
 * Card Design Standard, annex D, versions 1 (2000) to 10 (2020). Pure. */
#pragma once
#include "base/base.h"
#include "identity/mrz.h"

#define AAMVA_NAME_MAX 128 /* bytes, with the NUL */

struct aamva {
    int version;                 /* of the standard: 1.. */
    bool licence;                /* a driving licence, else an identity card */
    char family[AAMVA_NAME_MAX]; /* UTF-8, printable; empty when all is in `given` */
    char given[AAMVA_NAME_MAX];  /* first and middle names */
    bool cut;                    /* a name was truncated by who issued it */
    struct mrz_date expiry;      /* year 0: there is none, or it never expires */
    struct mrz_date birth;       /* year 0: not said */
};
/* False: it is no such text, or has no name. Elements of other kinds are passed over. */
bool aamva_parse(struct str bytes, struct aamva *ret);
