/* The hash chain of a session's evidence: every record's hash covers the one before it, so a
 * record that was changed, dropped or moved breaks every hash behind it.
 *
 * hash = SHA-256(previous || u64le(seq) || u64le(time_us) || u32le(kind.len) || kind || payload),
 * where `previous` is 32 zero bytes for seq 0. */
#pragma once
#include "crypto/hash.h"

#define CHAIN_HASH_SIZE SHA256_SIZE

MUST_USE bool chain_hash(const unsigned char previous[CHAIN_HASH_SIZE], uint64_t seq,
                         int64_t time_us, struct str kind, struct str payload,
                         unsigned char ret[CHAIN_HASH_SIZE], struct error *err);
