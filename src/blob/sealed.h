/* A sealed stream: plain bytes as AEAD records in a blob, readable by range. The caller keeps the
 * index (where each record lies): its rows are the proof of what was acknowledged. */
#pragma once
#include "blob/blob.h"
#include "crypto/seal.h"

#define SEALED_RECORD_MAX ((size_t)4 << 20) /* plain bytes of one record */

struct sealed_record {
    uint64_t offset;        /* of its plain bytes in the stream */
    uint32_t len;           /* plain bytes, 1..SEALED_RECORD_MAX */
    uint64_t sealed_offset; /* of the record in the blob; its size is len + SEAL_OVERHEAD */
};

/* Appends one record. `stream` is the stream's id: with the offset it is the record's context. Not
 * durable before blob_flush(). */
MUST_USE bool sealed_append(struct blob *b, const struct seal_key *key, struct str stream,
                            uint64_t offset, struct str plain, struct sealed_record *ret,
                            struct error *err);
/* Appends the record's plain bytes to `to`. Bytes that were changed, or are another record's, are
 * ERROR_CHECKSUM. */
MUST_USE bool sealed_read(struct blob *b, const struct seal_key *key, struct str stream,
                          const struct sealed_record *record, struct buf *to, struct error *err);
