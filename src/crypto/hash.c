/* Digests by nettle, which uses the processor's SHA instructions where there are some: every byte
 * of every recording passes here once. */
#include "crypto/hash.h"

#include "crypto/crypto.h"

#include <assert.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

struct hash {
    enum hash_kind kind;
    union {
        struct sha1_ctx sha1;
        struct sha256_ctx sha256;
    };
};

bool hash_create(enum hash_kind kind, struct hash **ret, struct error *err)
{
    assert(kind == HASH_SHA1 || kind == HASH_SHA256);
    struct hash *h = calloc(1, sizeof *h);
    if (!h)
        return error_no_memory(err);
    h->kind = kind;
    if (kind == HASH_SHA1)
        sha1_init(&h->sha1);
    else
        sha256_init(&h->sha256);
    *ret = h;
    return true;
}

void hash_add(struct hash *h, struct str bytes)
{
    const uint8_t *from = (const uint8_t *)bytes.ptr;
    if (bytes.len == 0)
        return;
    if (h->kind == HASH_SHA1)
        sha1_update(&h->sha1, bytes.len, from);
    else
        sha256_update(&h->sha256, bytes.len, from);
}

size_t hash_finish(struct hash *h, unsigned char ret[SHA256_SIZE])
{
    if (h->kind == HASH_SHA1) { /* both calls make the state ready for the next message */
        sha1_digest(&h->sha1, SHA1_SIZE, ret);
        return SHA1_SIZE;
    }
    sha256_digest(&h->sha256, SHA256_SIZE, ret);
    return SHA256_SIZE;
}

/* Field by field, so that another build of the library, with another layout, reads it too. */
void hash_save(const struct hash *h, unsigned char ret[HASH_STATE_SIZE])
{
    assert(h->kind == HASH_SHA256);
    const struct sha256_ctx *c = &h->sha256;
    uint32_t words[11];
    for (size_t i = 0; i < 8; i++)
        words[i] = c->state[i];
    words[8] = (uint32_t)c->count;
    words[9] = (uint32_t)(c->count >> 32);
    words[10] = (uint32_t)c->index;
    for (size_t i = 0; i < 4 * ARRAY_LEN(words); i++)
        ret[i] = (unsigned char)(words[i / 4] >> (8 * (i % 4)));
    memcpy(ret + 4 * ARRAY_LEN(words), c->block, SHA256_BLOCK_SIZE);
}

bool hash_restore(struct str state, struct hash **ret, struct error *err)
{
    uint32_t words[11];
    if (state.len != HASH_STATE_SIZE)
        return error_set(err, ERROR_INVALID, "not the state of a digest");
    const unsigned char *from = (const unsigned char *)state.ptr;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        words[i] = (uint32_t)from[4 * i] | (uint32_t)from[4 * i + 1] << 8 |
                   (uint32_t)from[4 * i + 2] << 16 | (uint32_t)from[4 * i + 3] << 24;
    if (words[10] >= SHA256_BLOCK_SIZE)
        return error_set(err, ERROR_INVALID, "not the state of a digest");
    struct hash *h;
    if (!hash_create(HASH_SHA256, &h, err))
        return false;
    for (size_t i = 0; i < 8; i++)
        h->sha256.state[i] = words[i];
    h->sha256.count = (uint64_t)words[9] << 32 | words[8];
    h->sha256.index = words[10];
    memcpy(h->sha256.block, from + 4 * ARRAY_LEN(words), SHA256_BLOCK_SIZE);
    *ret = h;
    return true;
}

void hash_destroy(struct hash *h)
{
    if (!h)
        return;
    crypto_wipe(h, sizeof *h);
    free(h);
}

void hash_destroyp(struct hash **h) { hash_destroy(*h); }

void sha256(struct str bytes, unsigned char ret[SHA256_SIZE])
{
    struct sha256_ctx state;
    sha256_init(&state);
    if (bytes.len)
        sha256_update(&state, bytes.len, (const uint8_t *)bytes.ptr);
    sha256_digest(&state, SHA256_SIZE, ret);
    crypto_wipe(&state, sizeof state); /* tokens pass here too */
}
