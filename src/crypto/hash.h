/* SHA-256 (FIPS 180-4) for evidence, SHA-1 only because tus 1.0 demands it for Upload-Checksum. */
#pragma once
#include "base/base.h"

#define SHA256_SIZE 32
#define SHA1_SIZE 20

enum hash_kind { HASH_NONE = 0, HASH_SHA1, HASH_SHA256 };
struct hash; /* one thread at a time */

MUST_USE bool hash_create(enum hash_kind kind, struct hash **ret, struct error *err);
void hash_add(struct hash *h, struct str bytes);
size_t hash_finish(struct hash *h, unsigned char ret[SHA256_SIZE]); /* returns the digest's size */

#define HASH_STATE_SIZE 108
/* The state of a SHA-256 under way, so that a digest can go on in another process. It holds up to
 * 63 of the bytes that were added: seal it where those are secret. */
void hash_save(const struct hash *h, unsigned char ret[HASH_STATE_SIZE]);
MUST_USE bool hash_restore(struct str state, struct hash **ret, struct error *err);
void hash_destroy(struct hash *h);
void hash_destroyp(struct hash **h);

void sha256(struct str bytes, unsigned char ret[SHA256_SIZE]);
