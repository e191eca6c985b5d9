#include "crypto/base64.h"

#include <sodium.h>

void base64_encode(struct buf *to, struct str bytes)
{
    if (bytes.len == 0)
        return;
    if (bytes.len > SIZE_MAX / 4) {
        to->failed = true;
        return;
    }
    size_t size = sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *at = buf_reserve(to, size); /* with the NUL that libsodium puts behind */
    if (!at)
        return;
    sodium_bin2base64(at, size, (const unsigned char *)bytes.ptr, bytes.len,
                      sodium_base64_VARIANT_ORIGINAL);
    buf_commit(to, size - 1);
}

static int letter(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Not libsodium's sodium_base642bin(): 1.0.18 takes bytes over 0x7f for letters. Strict: the unused
 * bits of the last letter are zero, so that equal bytes have one text only. */
bool base64_decode(struct buf *to, struct str text, struct error *err)
{
    if (text.len % 4)
        return error_set(err, ERROR_INVALID, "not base64: %zu characters", text.len);
    size_t padding = str_ends(text, STR("==")) ? 2 : str_ends(text, STR("=")) ? 1 : 0;
    size_t letters = text.len - padding, len = text.len / 4 * 3 - padding;
    char *at = buf_reserve(to, len);
    if (!at)
        return buf_ok(to, err);
    uint32_t bits = 0;
    for (size_t i = 0; i < letters; i++) {
        int value = letter(text.ptr[i]);
        if (value < 0)
            return error_set(err, ERROR_INVALID, "not base64: character %zu", i + 1);
        bits = bits << 6 | (uint32_t)value;
        if (i % 4) /* letters 2, 3 and 4 of a group complete a byte each */
            *at++ = (char)(bits >> (6 - 2 * (i % 4)));
    }
    if (padding && bits & ((1U << 2 * padding) - 1))
        return error_set(err, ERROR_INVALID, "not base64: bits behind the last byte");
    buf_commit(to, len);
    return true;
}
