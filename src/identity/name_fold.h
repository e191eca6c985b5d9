/* Names as documents' machine-readable zones write them: capital letters A to Z. ICAO 9303-3
 * section 6 says how each letter is written; many documents and people leave the accent off
 * instead, so there are two ways. For the files of this folder only. */
#pragma once
#include "base/base.h"

#define NAME_WORDS_MAX 12
#define NAME_WORD_MAX 40

struct name_word {
    char plain[NAME_WORD_MAX]; /* Muller, Yulia */
    char icao[NAME_WORD_MAX];  /* Mueller, Iuliia */
};
struct name_words {
    struct name_word list[NAME_WORDS_MAX];
    int len;
    bool other_script; /* there are letters that are neither Latin, Cyrillic nor Greek */
    bool translated;   /* there are letters that are not Latin */
    bool too_many;     /* of words or letters: some are left out */
};
/* Parts at spaces, hyphens, commas and fillers ('<'); apostrophes and dots are left out. `name` is
 * UTF-8. Appends to what is in `ret`. */
void name_fold(struct str name, struct name_words *ret);
