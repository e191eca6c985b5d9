/* modules: server */
/* The headers of tus as a stranger sends them: the first byte says which one it is. */
#include "base/id.h"
#include "server/tus_headers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct str text = str_bytes(data + 1, size - 1);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct tus_pair pairs[TUS_PAIRS_MAX];
    struct tus_checksum sum;
    struct tus_concat concat;
    size_t len;
    uint64_t number;
    switch (data[0] % 4) {
    case 0:
        if (tus_parse_metadata(text, &arena, pairs, &len, NULL)) {
            check(len <= TUS_PAIRS_MAX);
            for (size_t i = 0; i < len; i++) {
                struct str found = tus_metadata_find(pairs, len, pairs[i].key);
                check(pairs[i].key.len > 0 && found.ptr == pairs[i].value.ptr);
            }
        }
        break;
    case 1:
        if (tus_parse_checksum(text, &sum, NULL))
            check(sum.len == SHA1_SIZE || sum.len == SHA256_SIZE);
        break;
    case 2:
        if (tus_parse_concat(text, &concat, NULL) && concat.kind == TUS_CONCAT_FINAL) {
            check(concat.parts_len > 0 && concat.parts_len <= TUS_PARTS_MAX);
            for (size_t i = 0; i < concat.parts_len; i++)
                check(id_is_valid(concat.parts[i]));
        }
        break;
    default:
        if (tus_parse_size(text, "Upload-Offset", &number, NULL))
            check(number <= INT64_MAX);
    }
    arena_done(&arena);
    return 0;
}
