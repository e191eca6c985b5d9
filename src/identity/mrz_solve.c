/* What is left when a character has been laid over a cell is noise; characters are as likely as the
 * noise is small. A part of the zone under a check digit is solved by dynamic programming over the
 * digit's sum modulo 10, which gives the best two readings: how far they are apart tells whether to
 * believe the first.
 *
 * In numbers, O and 0 are all but one shape. Issuers avoid the letter there, so it has to be much
 * likelier to be read; if it is one after all, the check digit asks for it. */
#include "identity/mrz_solve.h"

#include "identity/mrz_layout.h"

#include <math.h>
#include <string.h>

/* The window has 352 pixels, but noise of the neighbourhood is alike: so many are independent. */
#define INDEPENDENT 20
#define COST_MAX 40.0f
#define LETTER_O_COST 10.0f
#define LOOKALIKE_COST 3.5f /* of the others that look like digits */
#define LETTER_COST 2.0f    /* of any: most of a number are digits */
#define PART_MAX 64
/* A reading with which a check digit agrees is taken if it is at most so much less likely than the
 * likeliest without: else what was read has another error, and is to be seen as wrong. */
#define AGREE_MAX 7.0f
#define FILLER_MAX 6.0f /* a lone letter behind the name was one, if that is so likely */
#define SUMS 10
#define BEST 2

void mrz_cell_of(const float alike[OCR_B_CHARACTERS], struct mrz_cell *ret)
{
    double least = 1;
    for (int i = 0; i < OCR_B_CHARACTERS; i++) {
        double a = fmax((double)alike[i], 0);
        least = fmin(least, fmax(1 - a * a, 0.01));
    }
    for (int i = 0; i < OCR_B_CHARACTERS; i++) {
        double a = fmax((double)alike[i], 0);
        double cost = INDEPENDENT / 2.0 * log(fmax(1 - a * a, 0.01) / least);
        ret->cost[i] = (float)fmin(cost, (double)COST_MAX);
    }
}

static bool may_stand(unsigned may, int character)
{
    char c = OCR_B_ORDER[character];
    if (c >= '0' && c <= '9')
        return may & MRZ_MAY_DIGIT;
    if (c == '<')
        return may & MRZ_MAY_FILLER;
    return may & MRZ_MAY_LETTER || ((may & MRZ_MAY_SEX) && (c == 'F' || c == 'M' || c == 'X'));
}

static int value_of(int character) { return character == 36 ? 0 : character; }

struct solver {
    enum mrz_format format;
    const struct mrz_cell *const *cells;
    uint8_t chosen[MRZ_LINES_MAX][MRZ_LINE_MAX]; /* character by its number */
    float sure;
    bool looks_only; /* leave aside that some letters are rare in numbers */
};
struct spot {
    int line, column;
};
/* Cells in the order of their weights. */
struct part {
    struct spot at[PART_MAX];
    bool fixed[PART_MAX]; /* stays as chosen */
    int len;
    struct spot check;
};

static float cost_of(const struct solver *s, int line, int column, int character)
{
    unsigned may = mrz_may(s->format, line, column);
    if (!may_stand(may, character))
        return COST_MAX * 4;
    float cost = s->cells[line][column].cost[character];
    if (s->looks_only)
        return cost;
    char c = OCR_B_ORDER[character];
    if ((may & MRZ_MAY_DIGIT) && (may & MRZ_MAY_LETTER) && c >= 'A')
        cost += c == 'O' ? LETTER_O_COST : strchr("BDGIQSUZ", c) ? LOOKALIKE_COST : LETTER_COST;
    return cost;
}

/* The likeliest character of one cell by itself; *ret_margin: how much less likely the next is. */
static int likeliest(const struct solver *s, int line, int column, float *ret_margin)
{
    int best = -1;
    float first = 1e9f, second = 1e9f;
    for (int i = 0; i < OCR_B_CHARACTERS; i++) {
        float cost = cost_of(s, line, column, i);
        if (cost < first) {
            second = first;
            first = cost;
            best = i;
        } else if (cost < second) {
            second = cost;
        }
    }
    *ret_margin = second - first;
    return best;
}

/* ---- one part under its check digit ---- */

struct way { /* the best readings of the first cells, by their sum */
    float cost;
    int8_t character, from_sum, from_rank; /* of the last of them, and what stood before it */
};
struct table {
    struct way ways[PART_MAX + 1][SUMS][BEST];
};

static void offer(struct way ways[BEST], struct way w)
{
    if (w.cost < ways[0].cost) {
        ways[1] = ways[0];
        ways[0] = w;
    } else if (w.cost < ways[1].cost) {
        ways[1] = w;
    }
}

static void fill_table(const struct solver *s, const struct part *p, struct table *t)
{
    static const int weights[3] = {7, 3, 1};
    for (int i = 0; i <= p->len; i++)
        for (int sum = 0; sum < SUMS; sum++)
            for (int rank = 0; rank < BEST; rank++)
                t->ways[i][sum][rank].cost = 1e9f;
    t->ways[0][0][0] = (struct way){0, -1, -1, -1};
    for (int i = 0; i < p->len; i++)
        for (int c = 0; c < OCR_B_CHARACTERS; c++) {
            const struct spot *at = &p->at[i];
            if (p->fixed[i] && c != s->chosen[at->line][at->column])
                continue;
            float cost = p->fixed[i] ? 0 : cost_of(s, at->line, at->column, c);
            if (cost > COST_MAX)
                continue;
            int add = value_of(c) * weights[i % 3] % SUMS;
            for (int sum = 0; sum < SUMS; sum++)
                for (int rank = 0; rank < BEST; rank++) {
                    float before = t->ways[i][sum][rank].cost;
                    if (before < 1e8f)
                        offer(t->ways[i + 1][(sum + add) % SUMS],
                              (struct way){before + cost, (int8_t)c, (int8_t)sum, (int8_t)rank});
                }
        }
}

/* How much less likely a reading is, by its looks, than the likeliest without a check digit. */
static float unlikeliness(struct solver *s, const struct part *p, const uint8_t *read, int digit)
{
    float cost = 0, ignored;
    s->looks_only = true;
    for (int i = 0; i <= p->len; i++) {
        const struct spot *at = i < p->len ? &p->at[i] : &p->check;
        int character = i < p->len ? read[i] : digit;
        int best = likeliest(s, at->line, at->column, &ignored);
        if (i == p->len || !p->fixed[i])
            cost += cost_of(s, at->line, at->column, character) -
                    cost_of(s, at->line, at->column, best);
    }
    s->looks_only = false;
    return cost;
}

/* Takes the best reading with which the check digit agrees, if it is likely enough. */
static void solve_part(struct solver *s, const struct part *p)
{
    struct table t;
    struct way ends[BEST] = {{1e9f, 0, 0, 0}, {1e9f, 0, 0, 0}};
    fill_table(s, p, &t);
    for (int sum = 0; sum < SUMS; sum++)
        for (int rank = 0; rank < BEST; rank++)
            offer(ends, (struct way){t.ways[p->len][sum][rank].cost +
                                         cost_of(s, p->check.line, p->check.column, sum),
                                     0, (int8_t)sum, (int8_t)rank});
    if (ends[0].cost > 1e8f) {
        s->sure = 0;
        return;
    }
    uint8_t read[PART_MAX];
    int sum = ends[0].from_sum, rank = ends[0].from_rank;
    for (int i = p->len; i > 0; i--) {
        const struct way *w = &t.ways[i][sum][rank];
        read[i - 1] = (uint8_t)w->character;
        sum = w->from_sum;
        rank = w->from_rank;
    }
    if (unlikeliness(s, p, read, ends[0].from_sum) > AGREE_MAX) {
        s->sure = 0;
        return;
    }
    s->sure = MIN(s->sure, ends[1].cost - ends[0].cost);
    s->chosen[p->check.line][p->check.column] = (uint8_t)ends[0].from_sum;
    for (int i = 0; i < p->len; i++)
        s->chosen[p->at[i].line][p->at[i].column] = read[i];
}

static void add_cells(struct part *p, const struct mrz_place *place)
{
    for (int i = place->from; i < place->to && p->len < PART_MAX; i++)
        p->at[p->len++] = (struct spot){place->line, i};
}

/* ---- the zone ---- */

static char chosen_at(const struct solver *s, const struct mrz_place *p)
{
    return OCR_B_ORDER[s->chosen[p->line][p->from]];
}

/* Fields with a digit of their own. One whose digit is '<' has none: it is empty, or goes on
 * elsewhere (mrz.c: long_number). */
static void solve_field(struct solver *s, const struct mrz_layout *l, enum mrz_checked what)
{
    const struct mrz_place *check = &l->check[what];
    struct part p = {.check = {check->line, check->from}};
    if (check->to == 0 || chosen_at(s, check) == '<')
        return;
    add_cells(&p, mrz_checked_place(l, what));
    solve_part(s, &p);
}

static bool is_under_a_digit(const struct mrz_layout *l, int line, int column)
{
    for (int i = 0; i < MRZ_CHECKED_COMPOSITE; i++)
        if (l->check[i].to > 0 &&
            (mrz_holds(&l->check[i], line, column) ||
             mrz_holds(mrz_checked_place(l, (enum mrz_checked)i), line, column)))
            return true;
    return false;
}

/* The composite digit is over those again, and over what has none of its own. */
static void solve_composite(struct solver *s, const struct mrz_layout *l)
{
    const struct mrz_place *check = &l->check[MRZ_CHECKED_COMPOSITE];
    struct part p = {.check = {check->line, check->from}};
    if (check->to == 0)
        return;
    for (int i = 0; i < MRZ_COMPOSITE_PARTS; i++)
        add_cells(&p, &l->composite[i]);
    for (int i = 0; i < p.len; i++)
        p.fixed[i] = is_under_a_digit(l, p.at[i].line, p.at[i].column);
    solve_part(s, &p);
}

/* Behind the name are fillers only: a lone letter there, after three, was one. */
static void end_name(struct solver *s, const struct mrz_place *name)
{
    const int filler = OCR_B_CHARACTERS - 1;
    uint8_t *row = s->chosen[name->line];
    for (int i = name->to - 1; i >= name->from + 3; i--) {
        if (row[i] == filler)
            continue;
        if (row[i - 1] != filler || row[i - 2] != filler || row[i - 3] != filler ||
            cost_of(s, name->line, i, filler) > FILLER_MAX)
            return;
        row[i] = (uint8_t)filler;
    }
}

/* The parts that no check digit is over are as sure as their least sure character. */
static void choose_each(struct solver *s, const struct mrz_layout *l)
{
    for (int line = 0; line < l->lines; line++)
        for (int column = 0; column < l->columns; column++) {
            float margin;
            s->chosen[line][column] = (uint8_t)likeliest(s, line, column, &margin);
            if (mrz_may(s->format, line, column) & (MRZ_MAY_LETTER | MRZ_MAY_SEX) &&
                !(mrz_may(s->format, line, column) & MRZ_MAY_DIGIT))
                s->sure = MIN(s->sure, margin);
        }
}

void mrz_solve(enum mrz_format format, const struct mrz_cell *const cells[MRZ_LINES_MAX],
               char ret[MRZ_TEXT_MAX], float *ret_sure)
{
    const struct mrz_layout *l = mrz_layout(format);
    struct solver s = {.format = format, .cells = cells, .sure = COST_MAX};
    choose_each(&s, l);
    for (int i = 0; i < MRZ_CHECKED_COMPOSITE; i++)
        solve_field(&s, l, (enum mrz_checked)i);
    solve_composite(&s, l);
    end_name(&s, &l->name);
    size_t len = 0;
    for (int line = 0; line < l->lines; line++) {
        for (int column = 0; column < l->columns; column++)
            ret[len++] = OCR_B_ORDER[s.chosen[line][column]];
        ret[len++] = '\n';
    }
    ret[len] = '\0';
    *ret_sure = MAX(s.sure, 0);
}
