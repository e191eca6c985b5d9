#include "crypto/chain.h"

#include <nettle/sha2.h>

static void add(struct sha256_ctx *state, struct str bytes)
{
    if (bytes.len)
        sha256_update(state, bytes.len, (const uint8_t *)bytes.ptr);
}

static void add_le(struct sha256_ctx *state, uint64_t value, size_t size)
{
    unsigned char bytes[sizeof value];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    sha256_update(state, size, bytes);
}

bool chain_hash(const unsigned char previous[CHAIN_HASH_SIZE], uint64_t seq, int64_t time_us,
                struct str kind, struct str payload, unsigned char ret[CHAIN_HASH_SIZE],
                struct error *err)
{
    struct sha256_ctx state;
    if (kind.len > UINT32_MAX)
        return error_set(err, ERROR_TOO_LARGE, "a chain record's kind has %zu bytes", kind.len);
    sha256_init(&state);
    sha256_update(&state, CHAIN_HASH_SIZE, previous);
    add_le(&state, seq, 8);
    add_le(&state, (uint64_t)time_us, 8);
    /* With the kind's length in front no part of it can pass for the payload. */
    add_le(&state, kind.len, 4);
    add(&state, kind);
    add(&state, payload);
    sha256_digest(&state, CHAIN_HASH_SIZE, ret);
    return true;
}
