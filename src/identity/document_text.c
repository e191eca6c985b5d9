/* Words come as tesseract read them: with misreadings, labels in several languages, numbers and
 * scraps of patterns in between. So names are looked for, not taken from a place; and dates are
 * believed only where a mistake does no harm. */
#include "identity/document_text.h"

#include "identity/name_fold.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define SURE_MIN                                                                                   \
    0.35f /* of a word of a name; scraps of patterns were under 0.3, names over 0.6                \
           */
#define STRETCH_WORDS NAME_WORDS_MAX
#define LINE_TEXT_MAX 512
#define SURE_DATE 0.5f /* of a part of a date: 2031 was read as 2090 with 0.10 */
#define YEARS_AHEAD 20 /* no document is valid for longer */

/* ---- names ---- */

static bool is_name_like(const struct document_word *w)
{
    int letters = 0, digits = 0;
    for (const char *c = w->text; *c; c++) {
        letters += isalpha((unsigned char)*c) || (unsigned char)*c >= 0x80;
        digits += *c >= '0' && *c <= '9';
    }
    return w->sure >= SURE_MIN && letters >= 1 && digits == 0 &&
           !(w->text[0] >= 'a' && w->text[0] <= 'z');
}

/* The document's words that are, letter for letter, in the account's name. */
static void collect_name(const struct document_facts *facts, struct str account,
                         char ret[DOCUMENT_NAME_MAX])
{
    struct name_words name = {0};
    bool used[NAME_WORDS_MAX] = {false};
    size_t len = 0;
    name_fold(account, &name);
    ret[0] = '\0';
    for (int i = 0; i < facts->words_len; i++) {
        struct name_words word = {0};
        if (!is_name_like(&facts->words[i]))
            continue;
        name_fold(str_from(facts->words[i].text), &word);
        for (int k = 0; k < name.len && word.len == 1; k++) {
            size_t more = strlen(facts->words[i].text);
            if (used[k] || strcmp(word.list[0].icao, name.list[k].icao) != 0 ||
                len + more + 2 > DOCUMENT_NAME_MAX)
                continue;
            used[k] = true;
            len += (size_t)snprintf(ret + len, DOCUMENT_NAME_MAX - len, "%s%s", len ? " " : "",
                                    facts->words[i].text);
            break;
        }
    }
}

void document_text_name(const struct document_facts *facts, struct str account,
                        struct name_result *ret, char ret_name[DOCUMENT_NAME_MAX])
{
    *ret = (struct name_result){.reason = "no name could be read on the document"};
    collect_name(facts, account, ret_name);
    for (int i = 0; i < facts->words_len && ret->verdict != NAME_MATCH; i++) {
        char text[STRETCH_WORDS * (DOCUMENT_WORD_MAX + 1)];
        size_t len = 0;
        int words = 0;
        if (!is_name_like(&facts->words[i]))
            continue;
        for (int k = i; k < facts->words_len && words < STRETCH_WORDS; k++) {
            if (!is_name_like(&facts->words[k]))
                continue;
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", words ? " " : "",
                                    facts->words[k].text);
            words++;
        }
        struct name_result found;
        const struct name_on_document stretch = {.given = str_bytes(text, len)};
        name_match(account, &stretch, &found);
        if (found.verdict == NAME_MATCH || found.score > ret->score ||
            ret->verdict == NAME_NOT_COMPARED)
            *ret = found;
    }
    if (ret->verdict == NAME_MATCH) { /* what stands around a name is no part of it */
        ret->score = 1;
        snprintf(ret->reason, sizeof ret->reason, "the name is on the document");
    } else if (ret->verdict == NAME_MISMATCH || ret->verdict == NAME_UNSURE) {
        ret->verdict = NAME_UNSURE; /* reading is not good enough to say that it is another one */
    }
}

/* ---- dates ---- */

/* The words of line `line`, in capitals, with single spaces. */
static void line_text(const struct document_facts *facts, int line, char ret[LINE_TEXT_MAX])
{
    size_t len = 0;
    ret[0] = '\0';
    for (int i = 0; i < facts->words_len; i++)
        if (facts->words[i].line == line &&
            (facts->words[i].sure >= SURE_DATE || !strpbrk(facts->words[i].text, "0123456789")) &&
            len + DOCUMENT_WORD_MAX + 1 < LINE_TEXT_MAX)
            len += (size_t)snprintf(ret + len, LINE_TEXT_MAX - len, "%s%s", len ? " " : "",
                                    facts->words[i].text);
    for (size_t i = 0; i < len; i++)
        ret[i] = (char)toupper((unsigned char)ret[i]);
}

static int month_of(const char *at, size_t *ret_len)
{
    static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    for (int i = 0; i < 12; i++)
        if (strncmp(at, months[i], 3) == 0) {
            *ret_len = 3;
            while (isalpha((unsigned char)at[*ret_len]))
                ++*ret_len;
            return i + 1;
        }
    return 0;
}

static int number_of(const char *at, size_t *ret_len)
{
    int value = 0;
    *ret_len = 0;
    while (*ret_len < 4 && isdigit((unsigned char)at[*ret_len]))
        value = value * 10 + (at[(*ret_len)++] - '0');
    return value;
}

static size_t separators(const char *at)
{
    size_t len = 0;
    while (len < 3 && at[len] && strchr(" ./-", at[len]))
        len++;
    return len;
}

/* Day and month in either order: where it cannot be told, the later day is taken by nobody: both
 * are within a year, and it is the year that decides most. */
static bool make_date(int a, int b, int year, bool year_first, struct mrz_date *ret)
{
    int day = year_first ? b : a, month = year_first ? a : b;
    if (month > 12 && day <= 12) {
        int swap = day;
        day = month;
        month = swap;
    }
    if (year < 100)
        year += 2000;
    if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1900 || year > 2100)
        return false;
    *ret = (struct mrz_date){year, month, day};
    return true;
}

/* A date that begins at `at`: 11.04.2030, 2030-04-11, 11 APR 2030, 04/11/2030. */
static bool date_at(const char *at, struct mrz_date *ret, size_t *ret_len)
{
    size_t first_len, len, part;
    int first = number_of(at, &first_len);
    if (first_len != 1 && first_len != 2 && first_len != 4)
        return false;
    len = first_len + separators(at + first_len);
    int second = month_of(at + len, &part);
    bool named = second != 0;
    if (!named) {
        if (len == first_len)
            return false;
        second = number_of(at + len, &part);
        if (part < 1 || part > 2)
            return false;
    }
    len += part;
    size_t gap = separators(at + len);
    if (gap == 0 && !named)
        return false;
    len += gap;
    int third = number_of(at + len, &part);
    len += part;
    if (isdigit((unsigned char)at[len]))
        return false;
    *ret_len = len;
    if (first_len == 4)
        return (part == 1 || part == 2) && make_date(second, third, first, true, ret);
    if (part != 4 && part != 2)
        return false;
    return named ? make_date(second, first, third, true, ret)
                 : make_date(first, second, third, false, ret);
}

/* A month of a year, as cards have it that are valid to its end: 09/2027, SEP 2027. */
static bool month_at(const char *at, struct mrz_date *ret, size_t *ret_len)
{
    size_t len, part;
    int month = month_of(at, &len);
    if (!month) {
        month = number_of(at, &len);
        if (len < 1 || len > 2 || month < 1 || month > 12 || !separators(at + len))
            return false;
    }
    len += separators(at + len);
    int year = number_of(at + len, &part);
    if (part != 4 || isdigit((unsigned char)at[len + part]) || year < 1900 || year > 2100)
        return false;
    *ret = (struct mrz_date){year, month, 0};
    *ret_len = len + part;
    return true;
}

static bool has_label(const char *line)
{
    static const char *const labels[] = {
        "EXPIR", "EXP ", "EXP:",   "EXP.",   "VALID",  "UNTIL",  "4B",           "CADUC",
        "VENC",  "SCAD", "ABLAUF", "GULTIG", "GÜLTIG", "GELDIG", "WA\305\273NO", "PLATN"};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++)
        if (strstr(line, labels[i]))
            return true;
    return false;
}

int document_compare_dates(const struct mrz_date *a, const struct mrz_date *b)
{
    int64_t x = ((int64_t)a->year * 16 + a->month) * 32 + a->day;
    int64_t y = ((int64_t)b->year * 16 + b->month) * 32 + b->day;
    return (x > y) - (x < y);
}

struct mrz_date document_text_expiry(const struct document_facts *facts,
                                     const struct mrz_date *today)
{
    struct mrz_date ahead = {0}, labelled = {0};
    int lines = facts->words_len ? facts->words[facts->words_len - 1].line + 1 : 0;
    char before[LINE_TEXT_MAX] = "", text[LINE_TEXT_MAX];
    for (int line = 0; line < lines; line++) {
        line_text(facts, line, text);
        bool label = has_label(text) || has_label(before);
        for (size_t i = 0; text[i]; i++) {
            struct mrz_date d;
            size_t len;
            if ((i && isalnum((unsigned char)text[i - 1])) ||
                (!date_at(text + i, &d, &len) && !(label && month_at(text + i, &d, &len))))
                continue;
            i += len - 1;
            if (document_compare_dates(&d, today) > 0 && d.year - today->year <= YEARS_AHEAD &&
                document_compare_dates(&d, &ahead) > 0)
                ahead = d;
            if (label && document_compare_dates(&d, &labelled) > 0)
                labelled = d;
        }
        memcpy(before, text, sizeof before);
    }
    return ahead.year ? ahead : labelled;
}

/* ---- kind ---- */

enum document_kind document_text_kind(const struct document_facts *facts)
{
    static const struct {
        const char *word;
        enum document_kind kind;
    } words[] = {
        {"DRIVING", DOCUMENT_DRIVING_LICENCE}, {"DRIVER", DOCUMENT_DRIVING_LICENCE},
        {"LICENCE", DOCUMENT_DRIVING_LICENCE}, {"LICENSE", DOCUMENT_DRIVING_LICENCE},
        {"PERMIS", DOCUMENT_DRIVING_LICENCE},  {"RESIDENCE", DOCUMENT_OTHER},
        {"STUDENT", DOCUMENT_OTHER},           {"PASSPORT", DOCUMENT_PASSPORT},
        {"PASSEPORT", DOCUMENT_PASSPORT},      {"REISEPASS", DOCUMENT_PASSPORT},
        {"IDENTITY", DOCUMENT_ID_CARD},        {"IDENTIFICATION", DOCUMENT_ID_CARD},
        {"AUSWEIS", DOCUMENT_ID_CARD},         {"NATIONAL", DOCUMENT_ID_CARD},
    };
    for (size_t k = 0; k < ARRAY_LEN(words); k++)
        for (int i = 0; i < facts->words_len; i++) {
            char upper[DOCUMENT_WORD_MAX];
            size_t len = 0;
            for (; facts->words[i].text[len] && len < sizeof upper - 1; len++)
                upper[len] = (char)toupper((unsigned char)facts->words[i].text[len]);
            upper[len] = '\0';
            if (strstr(upper, words[k].word))
                return words[k].kind;
        }
    return DOCUMENT_UNKNOWN;
}
