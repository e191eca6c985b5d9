/* modules: app_core
 *
 * What a browser's plugin, or whoever starts the app as one would, sends to the native host:
 * lengths and JSON. Nothing of it becomes a path outside of the sessions, and what the app would
 * report of it is whole. */
#include "app_core/native.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

static void hear(struct str text)
{
    struct native_hello hello;
    char id[NATIVE_ID_SIZE];
    if (native_origin(text, id))
        require(native_is_id(str_from(id)));
    if (!native_hello_parse(text, &hello, NULL))
        return;
    require(hello.session[0] && hello.nonce[0] && native_is_id(str_from(hello.id)));
    require(!strpbrk(hello.session, "/.\\"));
    require(!strpbrk(hello.version, "/\\\"") && !strpbrk(hello.nonce, "/.\\\""));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct platform nowhere = {.name = "linux", .data = "/nonexistent"};
    char out[4096];
    hear(str_bytes(data, size));
    if (size == 0)
        return 0;
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "r"), *to = fmemopen(out, sizeof out, "w");
    if (in && to && native_serve(&nowhere, "abcdefghijklmnopabcdefghijklmnop", in, to, NULL))
        fflush(to);
    if (in)
        fclose(in);
    if (to)
        fclose(to);
    return 0;
}
