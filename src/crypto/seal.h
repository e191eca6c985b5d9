/* Sealing data at rest: XChaCha20-Poly1305-IETF AEAD (libsodium). Each session has a key of its
 * own, kept only wrapped by the deployment's key: without the wrapped key its data is noise, so
 * deleting that one row deletes the recordings, face templates and ID scans of the session.
 *
 * A sealed record is nonce (24 random bytes) || ciphertext || tag (16). The context (which stream,
 * which offset) is authenticated with it, so a record moved elsewhere does not open. */
#pragma once
#include "base/buf.h"

#define SEAL_KEY_SIZE 32
#define SEAL_OVERHEAD 40 /* nonce and tag */
#define SEAL_WRAPPED_SIZE (SEAL_KEY_SIZE + SEAL_OVERHEAD)

struct seal_key {
    unsigned char bytes[SEAL_KEY_SIZE];
};

void seal_key_create(struct seal_key *ret);
void seal_key_wipe(struct seal_key *key); /* CLEANUP(seal_key_wipe) */
/* Reads the deployment's key, or makes it (0600, flushed) when the file does not exist. */
MUST_USE bool seal_key_load_or_create(const char *path, struct seal_key *ret, struct error *err);

void seal_wrap(const struct seal_key *deployment, const struct seal_key *key, struct str context,
               unsigned char ret[SEAL_WRAPPED_SIZE]);
MUST_USE bool seal_unwrap(const struct seal_key *deployment, struct str wrapped, struct str context,
                          struct seal_key *ret, struct error *err);

/* Appends plain.len + SEAL_OVERHEAD bytes to `to`. */
MUST_USE bool seal_bytes(const struct seal_key *key, struct str context, struct str plain,
                         struct buf *to, struct error *err);
/* Appends the plain bytes; a wrong key, context or any changed bit is ERROR_CHECKSUM. */
MUST_USE bool seal_open(const struct seal_key *key, struct str context, struct str sealed,
                        struct buf *to, struct error *err);
