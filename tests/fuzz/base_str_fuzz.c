/* modules: base */
/* Numbers, hex, UTF-8 and splitting: two ways to the same result must agree. */
#include "base/buf.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

static void check_numbers(struct str s)
{
    char text[32];
    uint64_t u;
    int64_t i;
    double d;
    if (str_to_u64(s, &u)) {
        struct str digits = s;
        snprintf(text, sizeof text, "%" PRIu64, u);
        while (digits.len > 1 && digits.ptr[0] == '0')
            digits = str_slice(digits, 1, digits.len);
        require(str_eq(digits, str_from(text)));
    }
    if (str_to_i64(s, &i) && i > 0)
        require(str_to_u64(s, &u) && u == (uint64_t)i);
    /* A number for us is a number for the JSON library and the other way round. */
    json_t *value =
        json_loadb(s.ptr ? s.ptr : "", s.len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
    bool spaced = !str_eq(s, str_trim(s)) || (s.len && memchr(s.ptr, '\0', s.len));
    if (s.len < 64 && !spaced)
        require(str_to_double(s, &d) == json_is_real(value));
    json_decref(value);
}

static void check_hex(struct str s)
{
    unsigned char bytes[64];
    char text[STR_HEX_MAX(sizeof bytes)];
    if (s.len / 2 <= sizeof bytes && str_from_hex(s, bytes, s.len / 2)) {
        str_to_hex(str_bytes(bytes, s.len / 2), text);
        require(str_eq(s, str_from(text)));
    }
}

static void check_split(struct str s)
{
    CLEANUP(buf_done) struct buf joined = {0};
    struct str rest = s, part;
    for (bool first = true; str_split(&rest, ',', &part); first = false) {
        require(!part.len || !memchr(part.ptr, ',', part.len));
        if (!first)
            buf_add_char(&joined, ',');
        buf_add(&joined, part);
    }
    require(str_eq(buf_str(&joined), s));
}

static void check_utf8(struct str s)
{
    json_t *text = json_stringn(s.ptr ? s.ptr : "", s.len);
    bool no_nul = !s.len || !memchr(s.ptr, 0, s.len);
    require(str_is_utf8(s) == (text && no_nul));
    json_decref(text);
    struct error err;
    char c_text[300];
    str_into(s, c_text, sizeof c_text);
    error_set(&err, ERROR_INVALID, "%s", c_text);
    require(str_is_utf8(str_from(err.message)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_bytes(data, size), trimmed = str_trim(s);
    check_numbers(s);
    check_hex(s);
    check_split(s);
    check_utf8(s);
    require(trimmed.len <= s.len && str_eq(trimmed, str_trim(trimmed)));
    return 0;
}
