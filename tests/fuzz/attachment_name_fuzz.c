/* modules: campus */
/* The name of a file as a stranger's computer gave it. */
#include "campus/attachment_name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[ATTACHMENT_NAME_MAX + 1], again[ATTACHMENT_NAME_MAX + 1];
    char header[ATTACHMENT_DISPOSITION_MAX];
    attachment_name(str_bytes(data, size), name);
    struct str s = str_from(name);
    check(s.len > 0 && str_is_utf8(s) && s.ptr[0] != '.');
    for (size_t i = 0; i < s.len; i++)
        check((unsigned char)s.ptr[i] >= ' ' && s.ptr[i] != '/' && s.ptr[i] != '\\');
    attachment_name(s, again); /* what is harmless stays as it is */
    check(strcmp(name, again) == 0);
    attachment_disposition(s, header);
    for (const char *c = header; *c; c++)
        check(*c >= ' ' && *c < 0x7f);
    return 0;
}
