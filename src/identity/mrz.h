/* The machine-readable zone of an identity document: ICAO 9303 parts 4 to 7. Two lines of 44
 * (passports, TD3), two of 36 (TD2), three of 30 (cards, TD1), and visas of two lines.
 *
 * Pure: bytes in, a struct out. What is read by a camera has errors; letters that are taken for
 * digits and digits for letters are put right only where the check digits then agree, and there is
 * but one way to do it. */
#pragma once
#include "base/base.h"

#define MRZ_LINES_MAX 3
#define MRZ_LINE_MAX 44
#define MRZ_NAME_MAX 40

enum mrz_format {
    MRZ_NONE = 0,
    MRZ_TD1,
    MRZ_TD2,
    MRZ_TD3,
    MRZ_VISA_A, /* 44 characters a line; visas have no composite check digit */
    MRZ_VISA_B, /* 36 */
    MRZ_FORMATS,
};

enum mrz_check {
    MRZ_CHECK_ABSENT = 0, /* this format has none, or an empty field has '<' for it */
    MRZ_CHECK_RIGHT,
    MRZ_CHECK_WRONG,
};

/* Which of them. */
enum mrz_checked {
    MRZ_CHECKED_NUMBER,
    MRZ_CHECKED_BIRTH,
    MRZ_CHECKED_EXPIRY,
    MRZ_CHECKED_OPTIONAL, /* the personal number of a passport */
    MRZ_CHECKED_COMPOSITE,
    MRZ_CHECKED,
};

struct mrz_date {
    int32_t year, month, day; /* month and day are 0 when the document does not say them */
};

struct mrz {
    enum mrz_format format;
    char lines[MRZ_LINES_MAX][MRZ_LINE_MAX + 1];     /* as repaired */
    char type[3];                                    /* "P", "PA", "ID" */
    char issuer[4], nationality[4];                  /* without fillers: "D", "UTO" */
    char surname[MRZ_NAME_MAX], given[MRZ_NAME_MAX]; /* with single spaces */
    bool name_cut;                 /* the field is full: there may be more of the name */
    char number[24];               /* of the document, without fillers */
    char sex;                      /* 'F', 'M' or '<' */
    struct mrz_date birth, expiry; /* year 0: no date */
    char optional[2][29];
    enum mrz_check checks[MRZ_CHECKED];
    int repaired; /* characters that were put right */
    bool valid;   /* every check digit there is agrees, the dates are dates, the name is a name */
};

/* `text` is two or three lines; spaces within them and empty lines do not count. `this_year` tells
 * the century of dates. ERROR_INVALID when the lines are no machine-readable zone at all; else what
 * can be read is read, and `valid` tells whether to trust it. */
MUST_USE bool mrz_parse(struct str text, int this_year, struct mrz *ret, struct error *err);

/* 0..9 by the weights 7, 3, 1; -1 when there is a character no zone may have. */
int mrz_check_digit(struct str field);
const char *mrz_checked_text(enum mrz_checked what); /* "document number"; static */
int mrz_format_lines(enum mrz_format format);
int mrz_format_columns(enum mrz_format format);
