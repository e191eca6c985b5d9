/* A nonce is 192 random bits, so that any number of processes may seal with one key without
 * agreeing on a counter (which a restored backup would turn back). */
#include "crypto/seal.h"

#include "base/id.h"
#include "crypto/crypto.h"
#include "crypto/key_file.h"

#include <assert.h>
#include <sodium.h>

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
_Static_assert(SEAL_OVERHEAD == NONCE_SIZE + TAG_SIZE, "a record is nonce, ciphertext, tag");
_Static_assert(SEAL_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");

void seal_key_create(struct seal_key *ret) { random_bytes(ret->bytes, sizeof ret->bytes); }

void seal_key_wipe(struct seal_key *key) { crypto_wipe(key, sizeof *key); }

static void make_key(void *bytes) { random_bytes(bytes, SEAL_KEY_SIZE); }

bool seal_key_load_or_create(const char *path, struct seal_key *ret, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key = {{0}};
    if (!key_file_load_or_create(path, key.bytes, sizeof key.bytes, make_key, err))
        return false;
    *ret = key;
    return true;
}

static void seal_to(const struct seal_key *key, struct str context, struct str plain,
                    unsigned char *ret)
{
    random_bytes(ret, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        ret + NONCE_SIZE, NULL, (const unsigned char *)plain.ptr, plain.len,
        (const unsigned char *)context.ptr, context.len, NULL, ret, key->bytes);
}

static bool open_to(const struct seal_key *key, struct str context, struct str sealed,
                    unsigned char *ret, struct error *err)
{
    const unsigned char *from = (const unsigned char *)sealed.ptr;
    if (sealed.len < SEAL_OVERHEAD)
        return error_set(err, ERROR_CHECKSUM, "sealed bytes are cut short");
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            ret, NULL, NULL, from + NONCE_SIZE, sealed.len - NONCE_SIZE,
            (const unsigned char *)context.ptr, context.len, from, key->bytes))
        return error_set(err, ERROR_CHECKSUM,
                         "sealed bytes were changed, moved, or have another key");
    return true;
}

void seal_wrap(const struct seal_key *deployment, const struct seal_key *key, struct str context,
               unsigned char ret[SEAL_WRAPPED_SIZE])
{
    seal_to(deployment, context, str_bytes(key->bytes, sizeof key->bytes), ret);
}

bool seal_unwrap(const struct seal_key *deployment, struct str wrapped, struct str context,
                 struct seal_key *ret, struct error *err)
{
    CLEANUP(seal_key_wipe) struct seal_key key = {{0}};
    if (wrapped.len != SEAL_WRAPPED_SIZE)
        return error_set(err, ERROR_CHECKSUM, "a wrapped key has %d bytes, this one %zu",
                         SEAL_WRAPPED_SIZE, wrapped.len);
    if (!open_to(deployment, context, wrapped, key.bytes, err))
        return error_wrap(err, "wrapped key");
    *ret = key;
    return true;
}

bool seal_bytes(const struct seal_key *key, struct str context, struct str plain, struct buf *to,
                struct error *err)
{
    if (plain.len > SIZE_MAX / 2)
        return error_set(err, ERROR_TOO_LARGE, "too many bytes to seal at once");
    char *at = buf_reserve(to, plain.len + SEAL_OVERHEAD);
    if (!at)
        return buf_ok(to, err);
    seal_to(key, context, plain, (unsigned char *)at);
    buf_commit(to, plain.len + SEAL_OVERHEAD);
    return true;
}

bool seal_open(const struct seal_key *key, struct str context, struct str sealed, struct buf *to,
               struct error *err)
{
    /* One byte at least, so that there is a place even for an empty message. */
    size_t len = sealed.len < SEAL_OVERHEAD ? 0 : sealed.len - SEAL_OVERHEAD;
    char *at = buf_reserve(to, MAX(len, (size_t)1));
    if (!at)
        return buf_ok(to, err);
    if (!open_to(key, context, sealed, (unsigned char *)at, err))
        return false;
    buf_commit(to, len);
    return true;
}
