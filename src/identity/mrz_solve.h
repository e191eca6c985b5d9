/* The likeliest zone, of what each cell may hold: where a check digit is over a field, the
 * likeliest reading of it with which the digit agrees. For the files of this folder only. */
#pragma once
#include "identity/mrz.h"
#include "identity/ocr_b.h"

#define MRZ_TEXT_MAX (MRZ_LINES_MAX * (MRZ_LINE_MAX + 1) + 1)
/* How much less likely each character is than the likeliest one: a natural logarithm, 0 and up. */
struct mrz_cell {
    float cost[OCR_B_CHARACTERS];
};

/* `cells` are the zone's: line after line, mrz_format_columns() a line. *ret_sure: how much less
 * likely the next best reading of any part is, of those with which the check digits agree. */
void mrz_solve(enum mrz_format format, const struct mrz_cell *const cells[MRZ_LINES_MAX],
               char ret[MRZ_TEXT_MAX], float *ret_sure);
/* From how alike a cell is to each character. */
void mrz_cell_of(const float alike[OCR_B_CHARACTERS], struct mrz_cell *ret);
