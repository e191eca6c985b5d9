/* Matching forgives what a reader of small letters does to them: a line and a word are compared by
 * their edit distance, in which letters that look alike are nearer than others. What is forgiven
 * grows with the length of the word; a short one must be right. A word begins and ends where words
 * of the line do. */
#include "detect/screen_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_MAX 200 /* letters of a line; more than any label, and running text says less */
#define FEW_WORDS 5
#define LETTERS 128 /* what is beyond (of other alphabets) is the same or is not */

struct plain {
    char
        letters[PLAIN_MAX]; /* a-z, 0-9, single spaces between words; bytes over 0x7f as they are */
    size_t len;
    unsigned words;
};

struct screen_words {
    struct own {
        struct plain plain;
        int32_t id;
    } * own; /* owned */
    size_t own_len;
    uint8_t far[LETTERS][LETTERS]; /* in halves of a letter */
    struct plain table[];          /* as screen_table, screen_table_len */
};

static const struct {
    const char *name, *title;
} kinds[SCREEN_KINDS] = {
    [SCREEN_NONE] = {"none", ""},
    [SCREEN_AI_CHAT] = {"ai-chat", "an AI chat"},
    [SCREEN_SEARCH] = {"search", "a search engine"},
    [SCREEN_MESSENGER] = {"messenger", "a messenger"},
    [SCREEN_REMOTE] = {"remote-control", "remote control"},
    [SCREEN_ANSWERS] = {"answers", "a site of answers"},
    [SCREEN_OWN] = {"own", "words this exam forbids"},
};

const char *screen_kind_name(enum screen_kind kind)
{
    return (size_t)kind < ARRAY_LEN(kinds) ? kinds[kind].name : "none";
}

const char *screen_kind_title(enum screen_kind kind)
{
    return (size_t)kind < ARRAY_LEN(kinds) ? kinds[kind].title : "";
}

enum screen_kind screen_kind_from_name(struct str name)
{
    for (enum screen_kind kind = SCREEN_NONE + 1; kind < SCREEN_OWN; kind++)
        if (str_eq(name, str_from(kinds[kind].name)))
            return kind;
    return SCREEN_NONE;
}

/* With `numbers`, each number (and numbers in a row, as of 48,200,000) becomes one 'N'. */
static void make_plain(struct str text, bool numbers, struct plain *ret)
{
    bool space = false;
    *ret = (struct plain){0};
    for (size_t i = 0; i < text.len && ret->len < PLAIN_MAX - 2; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x80 && !isalnum(c)) {
            space = ret->len > 0;
            continue;
        }
        bool digit = numbers && isdigit(c);
        if (digit && ret->len && ret->letters[ret->len - 1] == 'N')
            continue; /* also over a space: "48,200" */
        if (space)
            ret->letters[ret->len++] = ' ';
        ret->words += space || ret->len == 0;
        space = false;
        ret->letters[ret->len++] = digit ? 'N' : (char)(c < 0x80 ? tolower(c) : c);
    }
}

int32_t screen_word_id(struct str text)
{
    struct plain plain;
    uint32_t hash = 2166136261U; /* FNV-1a */
    make_plain(text, false, &plain);
    for (size_t i = 0; i < plain.len; i++)
        hash = (hash ^ (unsigned char)plain.letters[i]) * 16777619U;
    return (int32_t)MAX((hash >> 8 ^ hash) & SCREEN_ID_MAX, 1U);
}

/* The table's "N" is a letter like others to make_plain(): as a word of its own it is a number. */
static void make_table_plain(const char *text, struct plain *ret)
{
    make_plain(str_from(text), false, ret);
    for (size_t i = 0; i < ret->len; i++)
        if (ret->letters[i] == 'n' && (i == 0 || ret->letters[i - 1] == ' ') &&
            (i + 1 == ret->len || ret->letters[i + 1] == ' '))
            ret->letters[i] = 'N';
}

const char *screen_word_text(int32_t id, enum screen_kind *ret_kind)
{
    for (size_t i = 0; i < screen_table_len; i++)
        if (screen_word_id(str_from(screen_table[i].text)) == id) {
            *ret_kind = screen_table[i].kind;
            return screen_table[i].text;
        }
    return NULL;
}

bool screen_word_is_good(struct str text)
{
    struct plain plain;
    make_plain(text, false, &plain);
    return plain.len >= SCREEN_WORD_MIN && text.len < SCREEN_WORD_MAX && str_is_utf8(text);
}

/* In halves of a letter: 1 for letters of one shape in small print, 2 for any other. */
static int letters_apart(char a, char b)
{
    static const char *const alike[] = {"il1jt", "o0aceq", "s5", "b8h", "z2", "g9qy", "uvn", "rn"};
    if (a == b)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(alike); i++)
        if (strchr(alike[i], a) && strchr(alike[i], b))
            return 1;
    return 2;
}

bool screen_words_create(const char (*own)[SCREEN_WORD_MAX], size_t own_len,
                         struct screen_words **ret, struct error *err)
{
    struct screen_words *w = calloc(1, sizeof *w + screen_table_len * sizeof *w->table);
    if (!w || (own_len && !(w->own = calloc(own_len, sizeof *w->own)))) {
        free(w);
        return error_no_memory(err);
    }
    for (int a = 1; a < LETTERS; a++)
        for (int b = 1; b < LETTERS; b++)
            w->far[a][b] = (uint8_t)letters_apart((char)a, (char)b);
    for (size_t i = 0; i < screen_table_len; i++)
        make_table_plain(screen_table[i].text, &w->table[i]);
    for (size_t i = 0; i < own_len; i++) {
        make_plain(str_from(own[i]), false, &w->own[i].plain);
        w->own[i].id = screen_word_id(str_from(own[i]));
    }
    w->own_len = own_len;
    *ret = w;
    return true;
}

void screen_words_destroy(struct screen_words *w)
{
    if (!w)
        return;
    free(w->own);
    free(w);
}

bool screen_words_has_own(const struct screen_words *w) { return w->own_len > 0; }

/* ---- likeness ---- */

static int letter_distance(const struct screen_words *w, char a, char b)
{
    unsigned char first = (unsigned char)a, second = (unsigned char)b;
    if (first < LETTERS && second < LETTERS)
        return w->far[first][second];
    return first == second ? 0 : 2;
}

/* How far a line may be from the word, in halves of a letter. */
static int forgiven(size_t len) { return len < 5 ? 0 : len < 8 ? 1 : len < 12 ? 3 : 4; }

/* The distance of the word from the best piece of the line that begins at `from` and ends where a
 * word ends; over `most` any number over it. */
static int distance(const struct screen_words *w, const struct plain *line, size_t from,
                    const struct plain *word, int most, size_t *ret_to)
{
    int costs[PLAIN_MAX + 1]; /* of the word's first i letters against the line so far */
    int best = most + 1;
    size_t length = MIN(line->len - from, word->len + (size_t)most);
    for (size_t i = 0; i <= word->len; i++)
        costs[i] = 2 * (int)i;
    for (size_t k = 0; k < length; k++) {
        int before = costs[0], least;
        costs[0] = least = 2 * (int)(k + 1);
        for (size_t i = 0; i < word->len; i++) {
            int change = before + letter_distance(w, line->letters[from + k], word->letters[i]);
            before = costs[i + 1];
            costs[i + 1] = MIN(change, MIN(before, costs[i]) + 2);
            least = MIN(least, costs[i + 1]);
        }
        size_t end = from + k + 1;
        if ((end == line->len || line->letters[end] == ' ') && costs[word->len] < best) {
            best = costs[word->len];
            *ret_to = end;
        }
        if (least > most)
            break;
    }
    return best;
}

static bool has(const struct screen_words *w, const struct plain *line, const struct plain *word,
                bool at_end)
{
    int most = forgiven(word->len);
    if (word->len == 0 || line->len + (size_t)most < word->len)
        return false;
    for (size_t from = 0; from < line->len; from++) {
        size_t to = 0;
        if (from && line->letters[from - 1] != ' ')
            continue;
        if (distance(w, line, from, word, most, &to) <= most && (!at_end || to == line->len))
            return true;
    }
    return false;
}

static int points_of(const struct screen_word *word, const struct plain *line,
                     const struct screen_place *place)
{
    bool few = line->words <= FEW_WORDS;
    if (word->is == WORD_ADDRESS && !place->top)
        return word->within; /* named in a text, not gone to */
    if (word->is == WORD_ADDRESS)
        return word->alone; /* an address has words without end */
    return few ? word->alone : word->within;
}

static bool add(struct screen_match match, struct screen_match *ret, size_t *len)
{
    if (match.points > 0 && *len < SCREEN_LINE_MATCHES_MAX)
        ret[(*len)++] = match;
    return *len < SCREEN_LINE_MATCHES_MAX;
}

size_t screen_words_match(const struct screen_words *w, struct str line,
                          const struct screen_place *place,
                          struct screen_match ret[SCREEN_LINE_MATCHES_MAX])
{
    struct plain plain, numbers;
    size_t len = 0;
    make_plain(line, false, &plain);
    make_plain(line, true, &numbers);
    for (size_t i = 0; i < w->own_len; i++)
        if (has(w, &plain, &w->own[i].plain, false) &&
            !add((struct screen_match){w->own[i].id, SCREEN_OWN, SCREEN_POINTS_MIN, false}, ret,
                 &len))
            return len;
    for (size_t i = 0; i < screen_table_len; i++) {
        const struct screen_word *word = &screen_table[i];
        bool at_end = str_ends(str_from(word->text), STR("$"));
        if (!has(w, memchr(w->table[i].letters, 'N', w->table[i].len) ? &numbers : &plain,
                 &w->table[i], at_end))
            continue;
        struct screen_match match = {screen_word_id(str_from(word->text)), word->kind,
                                     points_of(word, &plain, place), word->is == WORD_NAME};
        if (!add(match, ret, &len))
            return len;
    }
    return len;
}
