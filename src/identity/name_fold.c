/* Small letters and capitals have one entry: the tables are by code point, and where a block holds
 * pairs of a capital and a small letter, both are in it. "a=b" is plain and ICAO spelling, "a" when
 * they are the same, "" when the letter is left out. */
#include "identity/name_fold.h"

#include <string.h>

/* U+00C0 to U+00DF; the small letters stand 0x20 above. */
static const char *const latin1[32] = {
    "A", "A", "A", "A", "A=AE", "A=AA", "AE",   "C", "E",    "E", "E", "E", "I",    "I", "I",  "I",
    "D", "N", "O", "O", "O",    "O",    "O=OE", "",  "O=OE", "U", "U", "U", "U=UE", "Y", "TH", "SS",
};
/* U+0100 to U+017F, a letter for each. */
static const char latin_a[] =
    "AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIJJJJKKKLLLLLLLLLLNNNN"
    "NNNNNOOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS";
/* U+0410 to U+042F; the small letters stand 0x20 above. Plain: as in most other passports before.
 */
static const char *const cyrillic[32] = {
    "A", "B", "V", "G", "D", "E",  "ZH", "Z",  "I",  "Y=I",  "K",   "L", "M", "N", "O",     "P",
    "R", "S", "T", "U", "F", "KH", "TS", "CH", "SH", "SHCH", "=IE", "Y", "",  "E", "YU=IU", "YA=IA",
};
/* U+0400 to U+040F; the small letters stand 0x50 above. */
static const char *const cyrillic_more[16] = {
    "E", "E", "D", "G", "YE=IE", "DZ", "I", "YI=I", "J", "LJ", "NJ", "C", "K", "I", "U", "DZ",
};
/* U+0391 to U+03A9; the small letters stand 0x20 above (ELOT 743). */
static const char *const greek[25] = {
    "A", "V", "G", "D", "E", "Z", "I", "TH", "I", "K",  "L",  "M", "N",
    "X", "O", "P", "R", "",  "S", "T", "Y",  "F", "CH", "PS", "O",
};
static const struct {
    uint16_t from, to; /* code points */
    const char *letters;
} ranges[] = {
    {0x1a0, 0x1a1, "O"},   {0x1af, 0x1b0, "U"},    {0x1cd, 0x1ce, "A"},   {0x1cf, 0x1d0, "I"},
    {0x1d1, 0x1d2, "O"},   {0x1d3, 0x1dc, "U"},    {0x1e6, 0x1e7, "G"},   {0x1fe, 0x1ff, "O=OE"},
    {0x200, 0x203, "A"},   {0x204, 0x207, "E"},    {0x208, 0x20b, "I"},   {0x20c, 0x20f, "O"},
    {0x210, 0x213, "R"},   {0x214, 0x217, "U"},    {0x218, 0x219, "S"},   {0x21a, 0x21b, "T"},
    {0x259, 0x259, "E"},   {0x18f, 0x18f, "E"},    {0x386, 0x386, "A"},   {0x388, 0x388, "E"},
    {0x389, 0x38a, "I"},   {0x38c, 0x38c, "O"},    {0x38e, 0x38e, "Y"},   {0x38f, 0x390, "I"},
    {0x3aa, 0x3aa, "I"},   {0x3ab, 0x3ab, "Y"},    {0x3ac, 0x3ac, "A"},   {0x3ad, 0x3ad, "E"},
    {0x3ae, 0x3af, "I"},   {0x3b0, 0x3b0, "Y"},    {0x3c2, 0x3c2, "S"},   {0x3ca, 0x3ca, "I"},
    {0x3cb, 0x3cb, "Y"},   {0x3cc, 0x3cc, "O"},    {0x3cd, 0x3cd, "Y"},   {0x3ce, 0x3ce, "O"},
    {0x490, 0x491, "G"},   {0x492, 0x493, "G"},    {0x49a, 0x49b, "K"},   {0x4a2, 0x4a3, "N"},
    {0x4ae, 0x4b1, "U"},   {0x4ba, 0x4bb, "H"},    {0x4d8, 0x4d9, "A"},   {0x4e8, 0x4e9, "O"},
    {0x1e80, 0x1e85, "W"}, {0x1e9e, 0x1e9e, "SS"}, {0x1ea0, 0x1eb7, "A"}, {0x1eb8, 0x1ec7, "E"},
    {0x1ec8, 0x1ecb, "I"}, {0x1ecc, 0x1ee3, "O"},  {0x1ee4, 0x1ef1, "U"}, {0x1ef2, 0x1ef9, "Y"},
};
/* A diaeresis as a character of its own makes an umlaut of the letter before. */
#define COMBINING_DIAERESIS 0x308

static bool is_mark(uint32_t c) { return c >= 0x300 && c <= 0x36f; }

/* Quotes, dots, and the soft sign's like: a part of the word, and left out. */
static bool is_left_out(uint32_t c)
{
    return c == '\'' || c == '.' || c == '`' || c == 0xb4 || (c >= 0x2b0 && c <= 0x2ff) ||
           c == 0x2018 || c == 0x2019 || is_mark(c);
}

static bool parts_words(uint32_t c)
{
    return c < 0x80 || c == 0xa0 || c == 0xb7 || (c >= 0x2000 && c <= 0x206f) || c == 0x3000;
}

static const char *letters_of(uint32_t c, char ret_one[2])
{
    ret_one[1] = '\0';
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        ret_one[0] = (char)(c & ~0x20u);
        return ret_one;
    }
    if (c == 0xff) /* y with diaeresis: alone above its block */
        return "Y";
    if (c == 0xdf)
        return "SS";
    if (c >= 0xc0 && c <= 0xfe && c != 0xf7)
        return latin1[(c - 0xc0) & 0x1f];
    if (c == 0x132 || c == 0x133)
        return "IJ";
    if (c == 0x152 || c == 0x153)
        return "OE";
    if (c >= 0x100 && c <= 0x17f) {
        ret_one[0] = latin_a[c - 0x100];
        return ret_one;
    }
    if (c >= 0x410 && c <= 0x44f)
        return cyrillic[(c - 0x410) & 0x1f];
    if ((c >= 0x400 && c <= 0x40f) || (c >= 0x450 && c <= 0x45f))
        return cyrillic_more[c & 0xf];
    for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return ranges[i].letters;
    if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x3b1 && c <= 0x3c9))
        return greek[c >= 0x3b1 ? c - 0x3b1 : c - 0x391];
    return NULL;
}

/* The next code point of valid UTF-8; anything else gives U+FFFD, a byte at a time. */
static uint32_t next_point(struct str *rest)
{
    unsigned char first = (unsigned char)rest->ptr[0];
    size_t len = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    uint32_t c = len == 1 ? first : first & (0x7fu >> len);
    bool ok = len && len <= rest->len;
    for (size_t i = 1; ok && i < len; i++) {
        unsigned char more = (unsigned char)rest->ptr[i];
        ok = (more & 0xc0) == 0x80;
        c = c << 6 | (more & 0x3f);
    }
    *rest = str_slice(*rest, ok ? len : 1, rest->len);
    return ok ? c : 0xfffd;
}

static void append(char *word, struct str letters, bool *too_long)
{
    size_t len = strlen(word);
    if (letters.len >= NAME_WORD_MAX - len) {
        *too_long = true;
        return;
    }
    memcpy(word + len, letters.ptr, letters.len);
    word[len + letters.len] = '\0';
}

static void add_letters(struct name_words *w, const char *letters)
{
    struct name_word *word = &w->list[w->len];
    const char *second = strchr(letters, '=');
    struct str plain = second ? str_bytes(letters, (size_t)(second - letters)) : str_from(letters);
    append(word->plain, plain, &w->too_many);
    append(word->icao, second ? str_from(second + 1) : plain, &w->too_many);
}

static void end_word(struct name_words *w)
{
    if (w->len == NAME_WORDS_MAX || !w->list[w->len].icao[0])
        return;
    if (!w->list[w->len].plain[0]) /* a hard sign alone */
        memcpy(w->list[w->len].plain, w->list[w->len].icao, NAME_WORD_MAX);
    w->len++;
}

void name_fold(struct str name, struct name_words *ret)
{
    if (ret->len < NAME_WORDS_MAX)
        ret->list[ret->len] = (struct name_word){"", ""};
    while (name.len) {
        uint32_t c = next_point(&name);
        char one[2];
        const char *letters = letters_of(c, one);
        if (ret->len == NAME_WORDS_MAX) {
            ret->too_many = ret->too_many || letters;
            continue;
        }
        struct name_word *word = &ret->list[ret->len];
        size_t len = strlen(word->icao);
        if (letters) {
            add_letters(ret, letters);
            ret->translated = ret->translated || (c >= 0x370 && c <= 0x52f);
        } else if (c == COMBINING_DIAERESIS && len && strchr("AOU", word->icao[len - 1])) {
            append(word->icao, STR("E"), &ret->too_many);
        } else if (is_left_out(c)) {
            continue;
        } else if (parts_words(c)) {
            end_word(ret);
            if (ret->len < NAME_WORDS_MAX)
                ret->list[ret->len] = (struct name_word){"", ""};
        } else {
            ret->other_script = true;
        }
    }
    end_word(ret);
}
