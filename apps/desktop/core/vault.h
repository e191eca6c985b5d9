/* What keeps the spool from other eyes (XChaCha20-Poly1305, libsodium), and the hashes and texts
 * that go with an upload. A record opens only in the place it was made for. */
#pragma once
#include "base/buf.h"

#define VAULT_KEY_SIZE 32
#define VAULT_OVERHEAD 40 /* nonce and tag */
#define VAULT_SHA256_SIZE 32

struct vault_key {
    unsigned char bytes[VAULT_KEY_SIZE];
};

MUST_USE bool vault_start(struct error *err); /* once, before any other call */
void vault_key_create(struct vault_key *ret);
void vault_wipe(void *secret, size_t len);
/* Adds plain.len + VAULT_OVERHEAD bytes. */
MUST_USE bool vault_seal(const struct vault_key *key, struct str context, struct str plain,
                         struct buf *to, struct error *err);
/* Adds the plain bytes; a wrong key or place, or any changed bit, is ERROR_CHECKSUM. */
MUST_USE bool vault_open(const struct vault_key *key, struct str context, struct str sealed,
                         struct buf *to, struct error *err);
void vault_sha256(struct str bytes, unsigned char ret[VAULT_SHA256_SIZE]);
void vault_base64(struct buf *to, struct str bytes);
