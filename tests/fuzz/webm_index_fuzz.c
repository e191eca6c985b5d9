/* modules: media */
/* The scanner of a MediaRecorder's WebM. Input: a byte that chooses the split, then the recording.
 * Any split must give what the whole gives. */
#include "media/webm_index.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct made {
    struct buf head;
    uint64_t skip;
    int64_t duration_us;
    bool good;
};

static void make(struct str bytes, size_t part, struct made *ret)
{
    struct webm_index *x = NULL;
    struct error err;
    if (!webm_index_create(&x, &err))
        abort();
    for (size_t at = 0; at < bytes.len; at += part)
        webm_index_feed(x, str_slice(bytes, at, at + part));
    *ret = (struct made){0};
    ret->good = webm_index_head(x, &ret->head, &ret->skip, &ret->duration_us, &err);
    webm_index_destroy(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct str bytes = str_bytes(data + 1, size - 1);
    struct made whole, parts;
    make(bytes, bytes.len + 1, &whole);
    make(bytes, (size_t)data[0] + 1, &parts);
    if (whole.good != parts.good || !str_eq(buf_str(&whole.head), buf_str(&parts.head)) ||
        whole.skip != parts.skip || whole.duration_us != parts.duration_us ||
        (whole.good && (whole.skip > bytes.len || whole.duration_us < 0)))
        abort();
    buf_done(&whole.head);
    buf_done(&parts.head);
    return 0;
}
