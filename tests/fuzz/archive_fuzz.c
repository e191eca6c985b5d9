/* modules: proctor
 *
 * An archive of evidence comes from whoever says that it is one. Whatever it is, it is told to be
 * wrong (nobody can sign here) and nothing worse happens. */
#include "proctor/archive.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool give(void *context, void *ret, size_t size, size_t *ret_len, struct error *err)
{
    struct str *rest = context;
    (void)err;
    *ret_len = MIN(size, rest->len);
    if (*ret_len)
        memcpy(ret, rest->ptr, *ret_len);
    *rest = str_slice(*rest, *ret_len, rest->len);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[SIGN_PUBLIC_SIZE] = {1};
    struct error err;
    struct archive_findings found;
    struct str rest = str_bytes(data, size);
    if (archive_verify(key, give, &rest, &found, &err))
        abort();
    return 0;
}
