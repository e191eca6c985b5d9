/* The one place that starts libsodium, which picks its code for this processor here. */
#include "crypto/crypto.h"

#include <sodium.h>

bool crypto_start(struct error *err)
{
    if (sodium_init() < 0) /* 1 is "already started" */
        return error_set(err, ERROR_INTERNAL, "libsodium does not start");
    return true;
}

void crypto_wipe(void *secret, size_t len) { sodium_memzero(secret, len); }

bool crypto_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || sodium_memcmp(a.ptr, b.ptr, a.len) == 0);
}
