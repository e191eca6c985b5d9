/* Words of one name are laid against those of the other, the best way of all (dynamic programming
 * over which of them are taken): order does not count. What is left over on either side decides. */
#include "identity/name_match.h"

#include "identity/name_fold.h"

#include <stdio.h>
#include <string.h>

/* How alike two words are, 1 for the same. Over STRONG they are the same name, otherwise written.
 */
#define SAME_ICAO 0.98f
#define SAME_LOOSE 0.95f /* with ae, oe, ue for umlauts on one side only */
#define SAME_CUT 0.95f
#define STRONG 0.94f
#define ONE_OFF 0.8f /* one letter wrong, of five or more: a misreading or a slip */
#define TWO_OFF 0.7f /* of eight or more */
#define INITIAL 0.6f
#define WEAK 0.5f

/* More on the document than in the account: usual for given names, less for surnames. */
#define MORE_GIVEN 0.03f
#define MORE_SURNAME 0.06f
#define MORE_MAX 0.15f
#define PARTICLE_WEIGHT 0.25f /* of a word like "de", when it is not on the document */
#define MISMATCH_SCORE 0.45f  /* less than about half of the name is there */

struct side {
    struct name_words words;
    int surnames; /* the first so many are the surname; -1: not told apart */
    bool cut;
};
struct pairing {
    int with[NAME_WORDS_MAX]; /* the document's word for each of the account's; -1: none */
    float alike[NAME_WORDS_MAX];
};

const char *name_verdict_text(enum name_verdict v)
{
    static const char *const texts[NAME_VERDICTS] = {"not compared", "match", "unsure", "mismatch"};
    return (unsigned)v < NAME_VERDICTS ? texts[v] : "";
}

static bool is_one_of(const char *word, const char *const *list, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

/* Parts of surnames that are often left out. */
static bool is_particle(const char *word)
{
    static const char *const list[] = {"AF",  "AL",  "BIN", "BINT", "BINTI", "D",   "DA",  "DE",
                                       "DEL", "DEN", "DER", "DI",   "DO",    "DOS", "DAS", "DU",
                                       "E",   "EL",  "IBN", "LA",   "LAS",   "LE",  "LOS", "OF",
                                       "TEN", "TER", "VAN", "VON",  "Y",     "ZU",  "ZUM", "ZUR"};
    return is_one_of(word, list, ARRAY_LEN(list));
}

static bool is_title(const char *word)
{
    static const char *const list[] = {"MR",  "MRS", "MS",   "MISS", "DR",  "PROF", "SIR",
                                       "JR",  "SR",  "II",   "III",  "ING", "DIPL", "PHD",
                                       "MSC", "BSC", "HERR", "FRAU", "MME"};
    return is_one_of(word, list, ARRAY_LEN(list));
}

static void drop_titles(struct side *s)
{
    int len = 0;
    for (int i = 0; i < s->words.len; i++) {
        if (s->words.len > 1 && is_title(s->words.list[i].plain)) {
            s->surnames -= i < s->surnames;
            continue;
        }
        s->words.list[len++] = s->words.list[i];
    }
    if (len)
        s->words.len = len;
}

/* ---- how alike two words are ---- */

/* Without the second letter of ae, oe, ue, aa: with and without them it is the same name. */
static void loosen(const char *word, char ret[NAME_WORD_MAX])
{
    size_t len = 0;
    for (size_t i = 0; word[i]; i++) {
        char c = word[i];
        ret[len++] = c;
        if ((strchr("AOU", c) && word[i + 1] == 'E') || (c == 'A' && word[i + 1] == 'A'))
            i++;
        else if (strchr("UN", c) && word[i + 1] == 'X' && word[i + 2] == 'X')
            i += 2; /* ICAO's other way for U with diaeresis and N with tilde */
    }
    ret[len] = '\0';
}

/* Letters put in, left out, changed, or swapped with their neighbour. */
static int distance(const char *a, const char *b)
{
    int rows[3][NAME_WORD_MAX + 1];
    int len_a = (int)strlen(a), len_b = (int)strlen(b);
    int *before = rows[0], *above = rows[1], *row = rows[2];
    for (int j = 0; j <= len_b; j++)
        above[j] = j;
    for (int i = 1; i <= len_a; i++) {
        row[0] = i;
        for (int j = 1; j <= len_b; j++) {
            int least = MIN(above[j], row[j - 1]) + 1;
            least = MIN(least, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                least = MIN(least, before[j - 2] + 1);
            row[j] = least;
        }
        int *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[len_b];
}

static bool equal_somehow(const struct name_word *a, const struct name_word *b)
{
    return strcmp(a->icao, b->icao) == 0 || strcmp(a->plain, b->icao) == 0 ||
           strcmp(a->icao, b->plain) == 0;
}

static float alike(const struct name_word *a, const struct name_word *b)
{
    char loose_a[NAME_WORD_MAX], loose_b[NAME_WORD_MAX];
    size_t len_a = strlen(a->plain), len_b = strlen(b->plain);
    if (strcmp(a->plain, b->plain) == 0)
        return 1;
    if (equal_somehow(a, b))
        return SAME_ICAO;
    if (len_a == 1 || len_b == 1)
        return a->plain[0] == b->plain[0] ? INITIAL : 0;
    loosen(a->icao, loose_a);
    loosen(b->icao, loose_b);
    if (strcmp(loose_a, loose_b) == 0)
        return SAME_LOOSE;
    int off = MIN(distance(a->plain, b->plain), distance(a->icao, b->icao));
    size_t len = MIN(len_a, len_b);
    if (off == 1 && len >= 4)
        return len >= 5 ? ONE_OFF : WEAK;
    return off == 2 && len >= 8 ? TWO_OFF : 0;
}

/* ---- laying words against words ---- */

/* Word i and the one after it become `both`. */
static void put_together(struct side *s, int i, const struct name_word *both)
{
    struct name_words *w = &s->words;
    w->list[i] = *both;
    memmove(&w->list[i + 1], &w->list[i + 2], (size_t)(w->len - i - 2) * sizeof *w->list);
    w->len--;
    s->surnames -= i + 1 < s->surnames;
}

/* "Anne-Marie" and "Annemarie", "Mac Donald" and "MacDonald": two words that are one there. */
static void join_words(struct side *s, const struct side *other)
{
    for (int i = 0; i + 1 < s->words.len; i++) {
        const struct name_word *a = &s->words.list[i], *b = a + 1;
        struct name_word both;
        if (i + 1 == s->surnames || strlen(a->plain) + strlen(b->plain) >= NAME_WORD_MAX ||
            strlen(a->icao) + strlen(b->icao) >= NAME_WORD_MAX)
            continue;
        snprintf(both.plain, sizeof both.plain, "%s%s", a->plain, b->plain);
        snprintf(both.icao, sizeof both.icao, "%s%s", a->icao, b->icao);
        for (int j = 0; j < other->words.len; j++)
            if (alike(&both, &other->words.list[j]) >= STRONG) {
                put_together(s, i--, &both);
                break;
            }
    }
}

/* The likeness of each pair is known; of all ways to pair them the one with the greatest sum. */
static void pair(const float table[NAME_WORDS_MAX][NAME_WORDS_MAX], int len_a, int len_d,
                 struct pairing *ret)
{
    float best[1 << NAME_WORDS_MAX];
    int8_t choice[NAME_WORDS_MAX][1 << NAME_WORDS_MAX];
    int all = 1 << len_d;
    memset(best, 0, sizeof best);
    for (int i = len_a - 1; i >= 0; i--) {
        /* Masks grow, so what a mask leads to is still of the word after this one. */
        for (int mask = 0; mask < all; mask++) {
            float found = best[mask];
            choice[i][mask] = -1;
            for (int j = 0; j < len_d; j++)
                if (!(mask & 1 << j) && table[i][j] > 0 &&
                    table[i][j] + best[mask | 1 << j] > found + 1e-6f) {
                    found = table[i][j] + best[mask | 1 << j];
                    choice[i][mask] = (int8_t)j;
                }
            best[mask] = found;
        }
    }
    for (int i = 0, mask = 0; i < len_a; i++) {
        int j = choice[i][mask];
        ret->with[i] = j;
        ret->alike[i] = j < 0 ? 0 : table[i][j];
        if (j >= 0)
            mask |= 1 << j;
    }
}

static void pair_words(const struct side *a, const struct side *d, struct pairing *ret)
{
    float table[NAME_WORDS_MAX][NAME_WORDS_MAX];
    for (int i = 0; i < a->words.len; i++)
        for (int j = 0; j < d->words.len; j++) {
            const struct name_word *x = &a->words.list[i], *y = &d->words.list[j];
            table[i][j] = alike(x, y);
            size_t len = strlen(y->icao);
            if (d->cut && j == d->words.len - 1 && len >= 2 && table[i][j] < SAME_CUT &&
                (strncmp(x->icao, y->icao, len) == 0 || strncmp(x->plain, y->plain, len) == 0))
                table[i][j] = SAME_CUT;
        }
    pair(table, a->words.len, d->words.len, ret);
}

/* ---- the verdict ---- */

struct tally {
    float score;
    int strong, names; /* of the account's words: the same; all but particles, initials */
    bool initials, other_spelling, reading, order;
    bool surname_there, given_there; /* some word of each is */
    const char *missing;             /* the first word of the account that is not on the document */
    const char *more;                /* the first of the document's that is not in the account */
    const char *off[2];              /* the first pair that is only nearly the same */
};

static void look_at_account(const struct side *a, const struct side *d, const struct pairing *p,
                            struct tally *t)
{
    float sum = 0, weights = 0;
    int last = -1;
    for (int i = 0; i < a->words.len; i++) {
        const char *word = a->words.list[i].plain;
        bool particle = is_particle(word), initial = strlen(word) == 1;
        float found = p->alike[i];
        float weight = particle || initial ? PARTICLE_WEIGHT : 1;
        sum += weight * (initial && found >= INITIAL ? 1 : found);
        weights += weight;
        t->names += !particle && !initial;
        t->strong += !particle && !initial && found >= STRONG;
        if (p->with[i] < 0) {
            if (!particle && !t->missing)
                t->missing = word;
            continue;
        }
        const char *there = d->words.list[p->with[i]].plain;
        t->initials = t->initials || initial || strlen(there) == 1;
        t->other_spelling = t->other_spelling || (found >= STRONG && found < 1);
        if (found < STRONG && !initial && strlen(there) > 1 && !t->off[0]) {
            t->off[0] = word;
            t->off[1] = there;
        }
        int place =
            p->with[i] + (p->with[i] < d->surnames ? NAME_WORDS_MAX : 0); /* surnames last */
        t->order = t->order || place < last;
        last = place;
        if (!particle && !initial && p->with[i] < d->surnames)
            t->surname_there = true;
        else if (!particle && p->with[i] >= d->surnames)
            t->given_there = true;
    }
    t->score = weights > 0 ? sum / weights : 0;
}

static void look_at_document(const struct side *a, const struct side *d, const struct pairing *p,
                             struct tally *t)
{
    float off = 0;
    for (int j = 0; j < d->words.len; j++) {
        bool used = false;
        for (int i = 0; i < a->words.len; i++)
            used = used || p->with[i] == j;
        if (used || is_particle(d->words.list[j].plain))
            continue;
        if (!t->more)
            t->more = d->words.list[j].plain;
        off += j < d->surnames ? MORE_SURNAME : MORE_GIVEN;
    }
    t->score -= MIN(off, MORE_MAX) * t->score;
    if (d->surnames < 0) { /* not told apart: two names that agree stand for both */
        t->surname_there = t->strong >= 2 || (a->words.len == 1 && d->words.len == 1);
        t->given_there = t->surname_there;
    } else if (d->surnames == 0 || d->surnames == d->words.len) { /* people of one name */
        t->surname_there = t->given_there = t->surname_there || t->given_there;
    }
}

static enum name_verdict decide(const struct side *a, const struct side *d, const struct tally *t)
{
    bool single = a->words.len == 1 && d->words.len == 1 && t->strong == 1;
    bool whole = t->names > 0 && !t->missing && !t->off[0] && t->strong == t->names &&
                 t->surname_there && t->given_there;
    if (whole && (t->strong >= 2 || single) && !a->words.too_many && !d->words.too_many)
        return NAME_MATCH;
    return t->score < MISMATCH_SCORE ? NAME_MISMATCH : NAME_UNSURE;
}

static void explain(enum name_verdict verdict, const struct tally *t, char ret[NAME_REASON_MAX])
{
    char more[NAME_WORD_MAX + 48] = "", how[96] = "";
    if (t->more)
        snprintf(more, sizeof more, "; the document also has %s", t->more);
    if (verdict == NAME_MATCH) {
        snprintf(how, sizeof how, "%s%s%s", t->order ? ", in another order" : "",
                 t->other_spelling ? ", in another spelling" : "",
                 t->initials ? ", with initials" : "");
        snprintf(ret, NAME_REASON_MAX, "the name is on the document%s%s", how, more);
    } else if (t->missing && t->more) {
        snprintf(ret, NAME_REASON_MAX, "%s is not on the document, which has %s", t->missing,
                 t->more);
    } else if (t->missing) {
        snprintf(ret, NAME_REASON_MAX, "%s is not on the document", t->missing);
    } else if (t->off[0]) {
        snprintf(ret, NAME_REASON_MAX, "the document has %s for %s%s", t->off[1], t->off[0], more);
    } else if (t->initials) {
        snprintf(ret, NAME_REASON_MAX, "only initials of the name can be compared%s", more);
    } else {
        snprintf(ret, NAME_REASON_MAX, "only a part of the name on the document is the account's%s",
                 more);
    }
}

void name_match(struct str account, const struct name_on_document *document,
                struct name_result *ret)
{
    struct side a = {.surnames = -1}, d = {.surnames = -1, .cut = document->cut};
    *ret = (struct name_result){0};
    name_fold(account, &a.words);
    if (document->surname.len) {
        name_fold(document->surname, &d.words);
        d.surnames = d.words.len;
    }
    name_fold(document->given, &d.words);
    if (a.words.other_script || !a.words.len || !d.words.len) {
        snprintf(ret->reason, sizeof ret->reason, "%s",
                 a.words.other_script ? "the account's name is in a script that cannot be compared"
                 : a.words.len        ? "there is no name on the document that could be read"
                                      : "the account has no name");
        return;
    }
    drop_titles(&a);
    drop_titles(&d);
    join_words(&a, &d);
    join_words(&d, &a);
    struct pairing p;
    struct tally t = {0};
    pair_words(&a, &d, &p);
    look_at_account(&a, &d, &p, &t);
    look_at_document(&a, &d, &p, &t);
    ret->verdict = decide(&a, &d, &t);
    ret->score = t.score < 0 ? 0 : t.score > 1 ? 1 : t.score;
    explain(ret->verdict, &t, ret->reason);
}
