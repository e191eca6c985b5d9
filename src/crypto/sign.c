#include "crypto/sign.h"

#include "crypto/crypto.h"
#include "crypto/key_file.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SIGN_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(SIGN_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "Ed25519");
_Static_assert(SIGN_SIZE == crypto_sign_BYTES, "Ed25519");

static void make_key(void *bytes)
{
    unsigned char public_bytes[SIGN_PUBLIC_SIZE]; /* the secret holds it too */
    crypto_sign_keypair(public_bytes, bytes);
}

bool sign_key_load_or_create(const char *path, struct sign_key *ret, struct error *err)
{
    CLEANUP(sign_key_wipe) struct sign_key key = {{0}, {0}};
    CLEANUP(sign_key_wipe) struct sign_key again = {{0}, {0}};
    if (!key_file_load_or_create(path, key.secret_bytes, sizeof key.secret_bytes, make_key, err))
        return false;
    /* A secret with another's public half would sign reports that nobody can verify, and with two
     * public halves for one secret Ed25519 gives the secret away. */
    crypto_sign_seed_keypair(again.public_bytes, again.secret_bytes, key.secret_bytes);
    if (!crypto_equal(str_bytes(again.secret_bytes, SIGN_SECRET_SIZE),
                      str_bytes(key.secret_bytes, SIGN_SECRET_SIZE)))
        return error_set(err, ERROR_INVALID,
                         "key file %s: not an Ed25519 key; restore it from a backup", path);
    memcpy(key.public_bytes, again.public_bytes, SIGN_PUBLIC_SIZE);
    *ret = key;
    return true;
}

void sign_key_wipe(struct sign_key *key) { crypto_wipe(key, sizeof *key); }

void sign_bytes(const struct sign_key *key, struct str bytes, unsigned char ret[SIGN_SIZE])
{
    crypto_sign_detached(ret, NULL, (const unsigned char *)bytes.ptr, bytes.len, key->secret_bytes);
}

bool sign_verify(const unsigned char public_bytes[SIGN_PUBLIC_SIZE], struct str bytes,
                 const unsigned char signature[SIGN_SIZE])
{
    return crypto_sign_verify_detached(signature, (const unsigned char *)bytes.ptr, bytes.len,
                                       public_bytes) == 0;
}
