/* The deployment's signature under reports and checkpoints: Ed25519 (RFC 8032). */
#pragma once
#include "base/base.h"

#define SIGN_PUBLIC_SIZE 32
#define SIGN_SECRET_SIZE 64
#define SIGN_SIZE 64

struct sign_key {
    unsigned char public_bytes[SIGN_PUBLIC_SIZE];
    unsigned char secret_bytes[SIGN_SECRET_SIZE];
};

/* Reads the key file, or makes it (0600, flushed) when it does not exist. */
MUST_USE bool sign_key_load_or_create(const char *path, struct sign_key *ret, struct error *err);
void sign_key_wipe(struct sign_key *key);
void sign_bytes(const struct sign_key *key, struct str bytes, unsigned char ret[SIGN_SIZE]);
MUST_USE bool sign_verify(const unsigned char public_bytes[SIGN_PUBLIC_SIZE], struct str bytes,
                          const unsigned char signature[SIGN_SIZE]);
