/* ICAO 9303-5 section 4.2.2 (TD1), 9303-6 (TD2), 9303-4 (TD3), 9303-7 (visas). */
#include "identity/mrz_layout.h"

/* clang-format off */
static const struct mrz_layout layouts[MRZ_FORMATS] = {
    [MRZ_TD1] = {3, 30,
        .type = {0, 0, 2}, .issuer = {0, 2, 5}, .name = {2, 0, 30}, .number = {0, 5, 14},
        .nationality = {1, 15, 18}, .birth = {1, 0, 6}, .sex = {1, 7, 8}, .expiry = {1, 8, 14},
        .optional = {{0, 15, 30}, {1, 18, 29}},
        .check = {{0, 14, 15}, {1, 6, 7}, {1, 14, 15}, {0, 0, 0}, {1, 29, 30}},
        .composite = {{0, 5, 30}, {1, 0, 7}, {1, 8, 15}, {1, 18, 29}}},
    [MRZ_TD2] = {2, 36,
        .type = {0, 0, 2}, .issuer = {0, 2, 5}, .name = {0, 5, 36}, .number = {1, 0, 9},
        .nationality = {1, 10, 13}, .birth = {1, 13, 19}, .sex = {1, 20, 21}, .expiry = {1, 21, 27},
        .optional = {{1, 28, 35}},
        .check = {{1, 9, 10}, {1, 19, 20}, {1, 27, 28}, {0, 0, 0}, {1, 35, 36}},
        .composite = {{1, 0, 10}, {1, 13, 20}, {1, 21, 35}}},
    [MRZ_TD3] = {2, 44,
        .type = {0, 0, 2}, .issuer = {0, 2, 5}, .name = {0, 5, 44}, .number = {1, 0, 9},
        .nationality = {1, 10, 13}, .birth = {1, 13, 19}, .sex = {1, 20, 21}, .expiry = {1, 21, 27},
        .optional = {{1, 28, 42}},
        .check = {{1, 9, 10}, {1, 19, 20}, {1, 27, 28}, {1, 42, 43}, {1, 43, 44}},
        .composite = {{1, 0, 10}, {1, 13, 20}, {1, 21, 43}}},
    [MRZ_VISA_A] = {2, 44,
        .type = {0, 0, 2}, .issuer = {0, 2, 5}, .name = {0, 5, 44}, .number = {1, 0, 9},
        .nationality = {1, 10, 13}, .birth = {1, 13, 19}, .sex = {1, 20, 21}, .expiry = {1, 21, 27},
        .optional = {{1, 28, 44}},
        .check = {{1, 9, 10}, {1, 19, 20}, {1, 27, 28}}},
    [MRZ_VISA_B] = {2, 36,
        .type = {0, 0, 2}, .issuer = {0, 2, 5}, .name = {0, 5, 36}, .number = {1, 0, 9},
        .nationality = {1, 10, 13}, .birth = {1, 13, 19}, .sex = {1, 20, 21}, .expiry = {1, 21, 27},
        .optional = {{1, 28, 36}},
        .check = {{1, 9, 10}, {1, 19, 20}, {1, 27, 28}}},
};
/* clang-format on */

const struct mrz_layout *mrz_layout(enum mrz_format format) { return &layouts[format]; }

const struct mrz_place *mrz_checked_place(const struct mrz_layout *l, enum mrz_checked what)
{
    if (what == MRZ_CHECKED_NUMBER)
        return &l->number;
    if (what == MRZ_CHECKED_BIRTH)
        return &l->birth;
    return what == MRZ_CHECKED_EXPIRY ? &l->expiry : &l->optional[0];
}

unsigned mrz_may(enum mrz_format format, int line, int column)
{
    const struct mrz_layout *l = &layouts[format];
    const unsigned filler = MRZ_MAY_FILLER;
    if (mrz_holds(&l->sex, line, column))
        return MRZ_MAY_SEX | filler;
    if (mrz_holds(&l->name, line, column) || mrz_holds(&l->issuer, line, column) ||
        mrz_holds(&l->nationality, line, column))
        return MRZ_MAY_LETTER | filler;
    if (mrz_holds(&l->type, line, column))
        return column == 0 ? MRZ_MAY_LETTER : MRZ_MAY_LETTER | filler;
    if (mrz_holds(&l->birth, line, column) || mrz_holds(&l->expiry, line, column) ||
        mrz_holds(&l->check[MRZ_CHECKED_NUMBER], line, column) ||
        mrz_holds(&l->check[MRZ_CHECKED_OPTIONAL], line, column))
        return MRZ_MAY_DIGIT | filler;
    for (int i = 0; i < MRZ_CHECKED; i++)
        if (mrz_holds(&l->check[i], line, column))
            return MRZ_MAY_DIGIT;
    return MRZ_MAY_LETTER | MRZ_MAY_DIGIT | filler;
}
