/* Writing a sealed stream (sealed.h) that other writes have begun and others will go on with: bytes
 * of any sizes become records, and a SHA-256 over all bytes of the stream goes on from write to
 * write. The caller's rows are the proof of what was acknowledged, and the order of things is the
 * promise:
 *
 *   1. open: the blob's lock;
 *   2. the caller reads its rows, which nobody else can make stale now, and calls resume;
 *   3. settle: what lies past the length the rows say is a torn tail, and is cut off;
 *   4. add;
 *   5. flush: all is on the disk;
 *   6. the caller writes its rows, and only then acknowledges. */
#pragma once
#include "base/id.h"
#include "blob/sealed.h"
#include "crypto/hash.h"

struct sealed_write; /* one thread */

/* There is one writer of a stream at a time: a second one is ERROR_BUSY. */
MUST_USE bool sealed_write_open(struct blob_store *store, struct str id, struct sealed_write **ret,
                                struct error *err);
/* Needed only where something is to be added. `size` plain bytes are acknowledged; of none there is
 * no `hash_state`, else it is as the last flush gave it: altered is ERROR_CHECKSUM. May be called
 * again. */
MUST_USE bool sealed_write_resume(struct sealed_write *w, const struct seal_key *key, uint64_t size,
                                  struct str hash_state, struct error *err);
/* `size` in plain bytes, `sealed_size` of the blob, as acknowledged. */
MUST_USE bool sealed_write_settle(struct sealed_write *w, uint64_t size, uint64_t sealed_size,
                                  struct error *err);
MUST_USE bool sealed_write_add(struct sealed_write *w, struct str bytes, struct error *err);
uint64_t sealed_write_size(const struct sealed_write *w); /* plain bytes, those added too */

struct sealed_piece {
    struct sealed_record at;
    unsigned char sha256[SHA256_SIZE]; /* of its plain bytes */
};
/* What the rows are to say. Borrowed from the write. */
struct sealed_written {
    const struct sealed_piece *pieces; /* of this write, in order */
    size_t pieces_len;
    uint64_t size, sealed_size;        /* of the whole stream */
    unsigned char sha256[SHA256_SIZE]; /* likewise */
    struct str hash_state;             /* sealed, for it holds some plain bytes */
};
/* Seals the rest. After this the blob keeps what was written, whatever becomes of the rows: a
 * transaction that failed may be durable all the same. */
MUST_USE bool sealed_write_flush(struct sealed_write *w, struct sealed_written *ret,
                                 struct error *err);
/* Without a flush the blob is as it was. NULL is fine. */
void sealed_write_end(struct sealed_write *w);
void sealed_write_endp(struct sealed_write **w);
