#include "crypto/token.h"

#include "base/id.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"

#define TOKEN_BYTES 32

_Static_assert(TOKEN_TEXT_SIZE == STR_HEX_MAX(TOKEN_BYTES), "a token is its bytes in hex");
_Static_assert(TOKEN_HASH_SIZE == SHA256_SIZE, "a token is kept as its SHA-256");

void token_create(char ret_text[TOKEN_TEXT_SIZE], unsigned char ret_hash[TOKEN_HASH_SIZE])
{
    unsigned char secret[TOKEN_BYTES];
    random_bytes(secret, sizeof secret);
    str_to_hex(str_bytes(secret, sizeof secret), ret_text);
    crypto_wipe(secret, sizeof secret);
    sha256(str_bytes(ret_text, TOKEN_TEXT_SIZE - 1), ret_hash);
}

bool token_hash(struct str text, unsigned char ret_hash[TOKEN_HASH_SIZE])
{
    unsigned char secret[TOKEN_BYTES];
    bool valid = str_from_hex(text, secret, sizeof secret);
    crypto_wipe(secret, sizeof secret);
    if (valid)
        sha256(text, ret_hash); /* a fast hash is enough: nobody tries 2^256 tokens */
    return valid;
}
