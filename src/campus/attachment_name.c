#include "campus/attachment_name.h"

#include <stdio.h>
#include <string.h>

#define ENDING_MAX 16 /* bytes of ".docx" that are kept when a name is cut */

static size_t char_len(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static uint32_t code_point(const char *at, size_t len)
{
    const unsigned char *u = (const unsigned char *)at;
    if (len == 1)
        return u[0];
    uint32_t c = u[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (u[i] & 0x3f);
    return c;
}

/* Controls (C0, C1), what turns the direction of a text round ("gpj.exe"), what cannot be seen, and
 * what Windows does not take in a name. */
static bool is_bad(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           c == 0xad || c == 0x061c || (c >= 0xfff9 && c <= 0xfffb) || c >= 0xe0000 ||
           (c < 0x80 && strchr("<>:\"|?*", (int)c));
}

static struct str last_part(struct str path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/' || path.ptr[i - 1] == '\\')
            return str_slice(path, i, path.len);
    return path;
}

/* CON, NUL, COM1 ...: also with an ending a device to Windows. */
static bool is_device(struct str name)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "com", "lpt"};
    struct str rest = name, stem;
    if (!str_split(&rest, '.', &stem))
        return false;
    stem = str_trim(stem);
    for (size_t i = 0; i < ARRAY_LEN(devices); i++) {
        size_t len = i < 4 ? 3 : 4;
        if (stem.len == len && str_eq_nocase(str_slice(stem, 0, 3), str_from(devices[i])) &&
            (i < 4 || (stem.ptr[3] >= '0' && stem.ptr[3] <= '9')))
            return true;
    }
    return false;
}

/* The ending is found in what was given, so that a long name keeps it. */
static struct str ending_of(struct str name)
{
    for (size_t i = name.len; i > 1; i--)
        if (name.ptr[i - 1] == '.')
            return name.len - i + 1 <= ENDING_MAX ? str_slice(name, i - 1, name.len) : STR("");
    return STR("");
}

static size_t copy_clean(struct str from, char *to, size_t room)
{
    size_t len = 0;
    for (size_t i = 0, n; i < from.len; i += n) {
        n = char_len((unsigned char)from.ptr[i]);
        if (is_bad(code_point(from.ptr + i, n)))
            continue;
        if (len == 0 && (from.ptr[i] == '.' || from.ptr[i] == ' ' || from.ptr[i] == '~'))
            continue; /* hidden, or somebody's home */
        if (n > room - len)
            break;
        memcpy(to + len, from.ptr + i, n);
        len += n;
    }
    return len;
}

static size_t drop_tail(const char *name, size_t len)
{
    while (len && (name[len - 1] == '.' || name[len - 1] == ' '))
        len--;
    return len;
}

void attachment_name(struct str given, char ret[ATTACHMENT_NAME_MAX + 1])
{
    struct str name = str_is_utf8(given) ? last_part(given) : STR("");
    char whole[ATTACHMENT_NAME_MAX + ENDING_MAX];
    size_t len = drop_tail(whole, copy_clean(name, whole, sizeof whole));
    if (len > ATTACHMENT_NAME_MAX) {
        char tail[ENDING_MAX];
        struct str ending = ending_of(name);
        size_t kept = 0;
        if (ending.len > 1) { /* its dot is not one that a name begins with */
            tail[0] = '.';
            kept = 1 + copy_clean(str_slice(ending, 1, ending.len), tail + 1, sizeof tail - 1);
        }
        len = drop_tail(whole, copy_clean(name, whole, ATTACHMENT_NAME_MAX - kept));
        memcpy(whole + len, tail, kept);
        len = drop_tail(whole, len + kept);
    }
    if (len == 0 || is_device(str_bytes(whole, len))) {
        memcpy(ret, "file", sizeof "file");
        return;
    }
    memcpy(ret, whole, len);
    ret[len] = '\0';
}

static bool is_plain(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

void attachment_disposition(struct str name, char ret[ATTACHMENT_DISPOSITION_MAX])
{
    static const char hex[] = "0123456789ABCDEF", middle[] = "\"; filename*=UTF-8''";
    size_t at = (size_t)snprintf(ret, ATTACHMENT_DISPOSITION_MAX, "attachment; filename=\"");
    name = str_slice(name, 0, ATTACHMENT_NAME_MAX);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c < 0x80 || c >= 0xc0) /* one '_' a character, not a byte */
            ret[at++] = is_plain(c) ? (char)c : '_';
    }
    memcpy(ret + at, middle, sizeof middle - 1);
    at += sizeof middle - 1;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (is_plain(c)) {
            ret[at++] = (char)c;
            continue;
        }
        ret[at++] = '%';
        ret[at++] = hex[c >> 4];
        ret[at++] = hex[c & 15];
    }
    ret[at] = '\0';
}
_Static_assert(sizeof "attachment; filename=\"\"; filename*=UTF-8''" + 4 * ATTACHMENT_NAME_MAX <=
                   ATTACHMENT_DISPOSITION_MAX,
               "the longest name fits");
