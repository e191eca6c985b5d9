#include "app_core/vault.h"

#include <sodium.h>

_Static_assert(VAULT_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "libsodium");
_Static_assert(VAULT_OVERHEAD == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES +
                                     crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "libsodium");
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES

bool vault_start(struct error *err)
{
    return sodium_init() >= 0 || error_set(err, ERROR_INTERNAL, "libsodium does not start");
}

void vault_key_create(struct vault_key *ret) { randombytes_buf(ret->bytes, sizeof ret->bytes); }

void vault_wipe(void *secret, size_t len) { sodium_memzero(secret, len); }

static const unsigned char *bytes_of(struct str s) { return (const unsigned char *)s.ptr; }

bool vault_seal(const struct vault_key *key, struct str context, struct str plain, struct buf *to,
                struct error *err)
{
    char *room = buf_reserve(to, plain.len + VAULT_OVERHEAD);
    if (!room)
        return error_no_memory(err);
    unsigned char *nonce = (unsigned char *)room;
    randombytes_buf(nonce, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE_SIZE, NULL, bytes_of(plain), plain.len,
                                               bytes_of(context), context.len, NULL, nonce,
                                               key->bytes);
    buf_commit(to, plain.len + VAULT_OVERHEAD);
    return true;
}

bool vault_open(const struct vault_key *key, struct str context, struct str sealed, struct buf *to,
                struct error *err)
{
    if (sealed.len < VAULT_OVERHEAD)
        return error_set(err, ERROR_CHECKSUM, "a record is too short");
    size_t len = sealed.len - VAULT_OVERHEAD;
    char *room = buf_reserve(to, len);
    if (!room)
        return error_no_memory(err);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            (unsigned char *)room, NULL, NULL, bytes_of(sealed) + NONCE_SIZE,
            sealed.len - NONCE_SIZE, bytes_of(context), context.len, bytes_of(sealed), key->bytes))
        return error_set(err, ERROR_CHECKSUM, "a record was changed, or is of another key");
    buf_commit(to, len);
    return true;
}

void vault_sha256(struct str bytes, unsigned char ret[VAULT_SHA256_SIZE])
{
    crypto_hash_sha256(ret, bytes_of(bytes), bytes.len);
}

void vault_base64(struct buf *to, struct str bytes)
{
    size_t size = sodium_base64_encoded_len(bytes.len, sodium_base64_VARIANT_ORIGINAL);
    char *room = buf_reserve(to, size);
    if (!room)
        return;
    sodium_bin2base64(room, size, bytes_of(bytes), bytes.len, sodium_base64_VARIANT_ORIGINAL);
    buf_commit(to, size - 1); /* without its NUL */
}
