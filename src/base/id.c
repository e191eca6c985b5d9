#include "base/id.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

void random_bytes(void *ret, size_t len)
{
    char *to = ret;
    while (len) {
        ssize_t got = getrandom(to, len, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            abort(); /* a kernel without getrandom: no key of ours would be safe */
        to += got;
        len -= (size_t)got;
    }
}

void id_create(char ret[ID_TEXT_SIZE])
{
    for (size_t i = 0; i < ID_TEXT_LEN;) {
        unsigned char byte;
        random_bytes(&byte, 1);
        if (byte < 248) /* 4 * 62: every letter equally likely */
            ret[i++] = alphabet[byte % 62];
    }
    ret[ID_TEXT_LEN] = '\0';
}

bool id_is_valid(struct str id)
{
    if (id.len != ID_TEXT_LEN)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')))
            return false;
    }
    return true;
}
