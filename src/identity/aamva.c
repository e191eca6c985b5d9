#include "identity/aamva.h"

#include <string.h>

/* "@", a line feed, a record separator, a carriage return, then "ANSI " (version 1: "AAMVA"):
 * D.12.3. The separators are the issuer's own in some places, so only the letters are asked for. */
#define HEADER_MAX 64 /* bytes in which they stand */

struct elements {
    struct str family, given, first, middle, whole, expiry, birth, country;
    char family_cut, first_cut, middle_cut;
};

/* ---- the header ---- */

static size_t find(struct str in, struct str what)
{
    const char *at = in.len ? memmem(in.ptr, in.len, what.ptr, what.len) : NULL;
    return at ? (size_t)(at - in.ptr) : in.len;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ANSI, six digits of the issuer, two of the version. */
static bool read_header(struct str bytes, int *ret_version, size_t *ret_end)
{
    struct str head = str_slice(bytes, 0, MIN(bytes.len, HEADER_MAX));
    size_t at = find(head, STR("ANSI "));
    size_t skip = 5;
    if (at == head.len) {
        at = find(head, STR("AAMVA"));
        skip = 5;
    }
    if (at == head.len || bytes.len - at < skip + 8)
        return false;
    for (size_t i = 0; i < 8; i++)
        if (!is_digit(bytes.ptr[at + skip + i]))
            return false;
    const char *version = bytes.ptr + at + skip + 6;
    *ret_version = (version[0] - '0') * 10 + version[1] - '0';
    *ret_end = at + skip + 8;
    return true;
}

/* ---- the elements: three letters, then the value up to the end of the line ---- */

static struct str trimmed(struct str value)
{
    while (value.len && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\r'))
        value.len--;
    while (value.len && *value.ptr == ' ')
        value = str_slice(value, 1, value.len);
    return value;
}

static void take(struct elements *e, struct str line)
{
    struct str id = str_slice(line, 0, 3), value = trimmed(str_slice(line, 3, line.len));
    const struct {
        struct str id;
        struct str *to;
    } texts[] = {
        {STR("DAA"), &e->whole},  {STR("DCS"), &e->family}, {STR("DAB"), &e->family},
        {STR("DCT"), &e->given},  {STR("DAC"), &e->first},  {STR("DAD"), &e->middle},
        {STR("DBA"), &e->expiry}, {STR("DBB"), &e->birth},  {STR("DCG"), &e->country},
    };
    const struct {
        struct str id;
        char *to;
    } cuts[] = {
        {STR("DDE"), &e->family_cut}, {STR("DDF"), &e->first_cut}, {STR("DDG"), &e->middle_cut}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (str_eq(id, texts[i].id) && !texts[i].to->len)
            *texts[i].to = value;
    for (size_t i = 0; i < ARRAY_LEN(cuts); i++)
        if (str_eq(id, cuts[i].id) && value.len)
            *cuts[i].to = *value.ptr;
}

/* The first element follows the designators of the subfiles in the same line: "DL00410288DLDAQ..."
 * It is the first "DL" or "ID" that is followed by an element's D. */
static void take_first(struct elements *e, struct str line, bool *ret_licence)
{
    for (size_t i = 0; i + 5 <= line.len; i++) {
        bool licence = memcmp(line.ptr + i, "DL", 2) == 0;
        bool card = memcmp(line.ptr + i, "ID", 2) == 0;
        if ((licence || card) && line.ptr[i + 2] == 'D') {
            *ret_licence = licence;
            take(e, str_slice(line, i + 2, line.len));
            return;
        }
    }
}

static void read_elements(struct str bytes, struct elements *e, bool *ret_licence)
{
    *e = (struct elements){0};
    *ret_licence = false;
    for (bool first = true; bytes.len; first = false) {
        size_t end = 0;
        while (end < bytes.len && bytes.ptr[end] != '\n' && bytes.ptr[end] != '\x1e')
            end++;
        struct str line = str_slice(bytes, 0, end);
        if (first)
            take_first(e, line, ret_licence);
        else if (line.len > 3)
            take(e, line);
        bytes = str_slice(bytes, MIN(end + 1, bytes.len), bytes.len);
    }
}

/* ---- values ---- */

/* Commas part the names of one person: of the given ones in versions 1 to 3. What cannot be shown
 * is a blank; bytes beyond ASCII are Latin-1 (D.12.2). */
static void add_name(char to[AAMVA_NAME_MAX], struct str value)
{
    size_t len = strlen(to);
    if (!value.len || str_eq(value, STR("NONE")) || str_eq(value, STR("unavl")))
        return;
    if (len && len + 1 < AAMVA_NAME_MAX)
        to[len++] = ' ';
    for (size_t i = 0; i < value.len && len + 2 < AAMVA_NAME_MAX; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c < 0x80) {
            to[len++] = (char)(c == ',' || c < ' ' || c == 0x7f ? ' ' : c);
        } else if (c >= 0xa0) {
            to[len++] = (char)(0xc0 | c >> 6);
            to[len++] = (char)(0x80 | (c & 0x3f));
        }
    }
    to[len] = '\0';
}

static int number(const char *digits, int len)
{
    int value = 0;
    for (int i = 0; i < len; i++)
        value = 10 * value + digits[i] - '0';
    return value;
}

/* CCYYMMDD in version 1 and in Canada, MMDDCCYY else; which it is shows by the century, too. */
static struct mrz_date date_of(struct str value)
{
    const struct mrz_date none = {0, 0, 0};
    if (value.len != 8)
        return none;
    for (size_t i = 0; i < 8; i++)
        if (!is_digit(value.ptr[i]))
            return none;
    const char *p = value.ptr;
    int first = number(p, 2);
    struct mrz_date d = first >= 19
                            ? (struct mrz_date){number(p, 4), number(p + 4, 2), number(p + 6, 2)}
                            : (struct mrz_date){number(p + 4, 4), first, number(p + 2, 2)};
    bool sound = d.year >= 1900 && d.year <= 2200 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
                 d.day <= 31;
    return sound ? d : none;
}

bool aamva_parse(struct str bytes, struct aamva *ret)
{
    struct elements e;
    size_t end;
    memset(ret, 0, sizeof *ret);
    if (!read_header(bytes, &ret->version, &end))
        return false;
    read_elements(str_slice(bytes, end, bytes.len), &e, &ret->licence);
    if (e.family.len) {
        add_name(ret->family, e.family);
        add_name(ret->given, e.given.len ? e.given : e.first);
        if (!e.given.len)
            add_name(ret->given, e.middle);
    } else { /* version 1: all in one, the family name first; the order is of no matter */
        add_name(ret->given, e.whole);
    }
    ret->cut = e.family_cut == 'T' || e.first_cut == 'T' || e.middle_cut == 'T';
    ret->expiry = date_of(e.expiry);
    ret->birth = date_of(e.birth);
    return ret->family[0] || ret->given[0];
}
