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

bool base64_decode(struct buf *to, struct str text, struct error *err)
{
    if (text.len == 0)
        return true;
    if (text.len % 4)
        return error_set(err, ERROR_INVALID, "not base64: %zu characters", text.len);
    size_t most = text.len / 4 * 3, len;
    char *at = buf_reserve(to, most);
    if (!at)
        return buf_ok(to, err);
    /* Strict: no other characters, and the unused bits of the last letter are zero, so that equal
     * bytes have one text only. */
    if (sodium_base642bin((unsigned char *)at, most, text.ptr, text.len, NULL, &len, NULL,
                          sodium_base64_VARIANT_ORIGINAL))
        return error_set(err, ERROR_INVALID, "not base64");
    buf_commit(to, len);
    return true;
}
