/* modules: base crypto */
/* Base64 that is accepted is the one text of its bytes; bytes come back from their text. */
#include "crypto/base64.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool what)
{
    if (!what)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_bytes(data, size);
    CLEANUP(buf_done) struct buf bytes = {0};
    CLEANUP(buf_done) struct buf text = {0};
    CLEANUP(buf_done) struct buf back = {0};
    if (base64_decode(&bytes, input, NULL)) {
        base64_encode(&text, buf_str(&bytes));
        require(str_eq(buf_str(&text), input));
        buf_clear(&text);
    }
    base64_encode(&text, input);
    require(buf_ok(&text, NULL) && base64_decode(&back, buf_str(&text), NULL));
    require(str_eq(buf_str(&back), input));
    return 0;
}
