#include "base/base.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct str str_from(const char *c_text)
{
    return (struct str){c_text, c_text ? strlen(c_text) : 0};
}

struct str str_bytes(const void *ptr, size_t len) { return (struct str){ptr, len}; }

struct str str_slice(struct str s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (struct str){s.ptr ? s.ptr + from : NULL, to - from};
}

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_eq(str_slice(s, 0, prefix.len), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && str_eq(str_slice(s, s.len - suffix.len, s.len), suffix);
}

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct str str_trim(struct str s)
{
    while (s.len && is_space(s.ptr[0]))
        s = str_slice(s, 1, s.len);
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool str_split(struct str *rest, char separator, struct str *ret_part)
{
    if (!rest->ptr)
        return false;
    const char *found = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    if (!found) {
        *ret_part = *rest;
        *rest = (struct str){NULL, 0};
        return true;
    }
    size_t at = (size_t)(found - rest->ptr);
    *ret_part = str_slice(*rest, 0, at);
    *rest = str_slice(*rest, at + 1, rest->len);
    return true;
}

bool str_into(struct str s, char *ret, size_t size)
{
    size_t len = MIN(s.len, size - 1);
    if (len)
        memcpy(ret, s.ptr, len);
    ret[len] = '\0';
    return len == s.len;
}

bool str_to_u64(struct str s, uint64_t *ret)
{
    uint64_t value = 0;
    if (s.len == 0)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value))
            return false;
    }
    *ret = value;
    return true;
}

bool str_to_i64(struct str s, int64_t *ret)
{
    bool negative = s.len && s.ptr[0] == '-';
    uint64_t value;
    if (!str_to_u64(str_slice(s, negative ? 1 : 0, s.len), &value))
        return false;
    if (value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

/* How many of the characters at the front are digits. */
static size_t digits(struct str s)
{
    size_t count = 0;
    while (count < s.len && s.ptr[count] >= '0' && s.ptr[count] <= '9')
        count++;
    return count;
}

/* RFC 8259 section 6: -? (0|[1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)? */
static bool is_json_number(struct str s)
{
    size_t from = s.len && s.ptr[0] == '-' ? 1 : 0, count;
    s = str_slice(s, from, s.len);
    count = digits(s);
    if (count == 0 || (count > 1 && s.ptr[0] == '0'))
        return false;
    s = str_slice(s, count, s.len);
    if (s.len && s.ptr[0] == '.') {
        s = str_slice(s, 1, s.len);
        count = digits(s);
        if (count == 0)
            return false;
        s = str_slice(s, count, s.len);
    }
    if (s.len && (s.ptr[0] == 'e' || s.ptr[0] == 'E')) {
        s = str_slice(s, 1, s.len);
        s = str_slice(s, s.len && (s.ptr[0] == '+' || s.ptr[0] == '-') ? 1 : 0, s.len);
        count = digits(s);
        if (count == 0)
            return false;
        s = str_slice(s, count, s.len);
    }
    return s.len == 0;
}

bool str_to_double(struct str s, double *ret)
{
    char text[64];
    if (s.len >= sizeof text || !is_json_number(s))
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = '\0';
    double value = strtod(text, NULL);
    if (!isfinite(value))
        return false;
    *ret = value;
    return true;
}

bool str_is_utf8(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    for (size_t i = 0; i < s.len;) {
        unsigned char c = p[i++];
        if (c == 0)
            return false;
        if (c < 0x80)
            continue;
        int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        uint32_t code = c & (0x3fU >> more);
        if (c < 0xc2 || c > 0xf4 || s.len - i < (size_t)more)
            return false;
        for (int k = 0; k < more; k++, i++) {
            if ((p[i] & 0xc0) != 0x80)
                return false;
            code = code << 6 | (p[i] & 0x3fU);
        }
        static const uint32_t shortest[] = {0, 0x80, 0x800, 0x10000};
        if (code < shortest[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
    }
    return true;
}

void str_to_hex(struct str bytes, char *ret)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        ret[2 * i] = "0123456789abcdef"[c >> 4];
        ret[2 * i + 1] = "0123456789abcdef"[c & 15];
    }
    ret[2 * bytes.len] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1; /* upper case is not ours */
}

bool str_from_hex(struct str hex, void *ret, size_t ret_size)
{
    if (hex.len != 2 * ret_size)
        return false;
    unsigned char *out = ret;
    for (size_t i = 0; i < ret_size; i++) {
        int high = hex_digit(hex.ptr[2 * i]), low = hex_digit(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
