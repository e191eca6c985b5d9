/* modules: identity
 *
 * A face template as it may come back from a store: what is accepted is of unit length and is
 * written again as the same bytes. */
#include "identity/template.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct template t;
    struct error err;
    CLEANUP(buf_done) struct buf b = {0};
    if (!template_parse(str_bytes(data, size), &t, &err))
        return 0;
    float self = template_similarity(&t, &t.mean);
    template_write(&t, &b);
    if (!(self > 0.99f) || b.failed || b.len != size || memcmp(b.ptr, data, size) != 0)
        abort();
    template_add(&t, &t.mean);
    if (!(template_similarity(&t, &t.mean) > 0.99f))
        abort();
    return 0;
}
