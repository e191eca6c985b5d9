#include "crypto/password.h"

#include "crypto/crypto.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES, "room for libsodium's text");

static size_t characters(struct str utf8)
{
    size_t count = 0;
    for (size_t i = 0; i < utf8.len; i++)
        if (((unsigned char)utf8.ptr[i] & 0xc0) != 0x80)
            count++;
    return count;
}

bool password_hash(struct str password, char ret[PASSWORD_HASH_SIZE], struct error *err)
{
    if (!str_is_utf8(password))
        return error_set(err, ERROR_INVALID, "the password is not UTF-8 text");
    if (characters(password) < PASSWORD_MIN)
        return error_set(err, ERROR_INVALID, "a password has at least %d characters", PASSWORD_MIN);
    if (password.len > PASSWORD_MAX)
        return error_set(err, ERROR_INVALID, "a password has at most %d bytes", PASSWORD_MAX);
    memset(ret, 0, PASSWORD_HASH_SIZE);
    if (crypto_pwhash_str_alg(ret, password.ptr, password.len, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13))
        return error_no_memory(err); /* the only way it fails */
    return true;
}

/* As long as a real check takes. */
static void spend_the_time(struct str password)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
    unsigned char out[crypto_pwhash_STRBYTES / 4];
    int ignored = crypto_pwhash(out, sizeof out, password.len ? password.ptr : "", password.len,
                                salt, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13);
    (void)ignored;
    crypto_wipe(out, sizeof out);
}

bool password_verify(struct str password, struct str hash)
{
    char c_hash[PASSWORD_HASH_SIZE] = "";
    if (password.len > PASSWORD_MAX)
        return false; /* nobody has such a password */
    if (hash.len == 0) {
        spend_the_time(password);
        return false;
    }
    if (hash.len >= crypto_pwhash_STRBYTES)
        return false;
    memcpy(c_hash, hash.ptr, hash.len);
    return crypto_pwhash_str_verify(c_hash, password.len ? password.ptr : "", password.len) == 0;
}
