/* Append-only byte streams kept as files (S3 comes as a second table of functions). What is past
 * the length that the database knows is a torn tail of a crash: blob_open() is told the length and
 * cuts it off.
 *
 * A blob has one writer: while it is open for writing, in this process or another one, opening it
 * for writing again is ERROR_BUSY. Readers come and go freely, also while it grows. */
#pragma once
#include "base/base.h"

struct blob_store; /* any thread */
struct blob;       /* one thread at a time */

/* Makes the folder when it is absent. */
MUST_USE bool blob_store_open(const char *folder, struct blob_store **ret, struct error *err);
void blob_store_close(struct blob_store *store); /* blobs first; NULL is fine */
void blob_store_closep(struct blob_store **store);

/* `name` is an id (base/id.h); files are spread over 256 folders. There already is ERROR_CONFLICT.
 * The name survives a crash once this returns. */
MUST_USE bool blob_create(struct blob_store *store, struct str name, struct blob **ret,
                          struct error *err);
/* For writing: what lies past `len` is cut off; fewer bytes than that is ERROR_IO (data is lost).
 */
MUST_USE bool blob_open(struct blob_store *store, struct str name, uint64_t len, struct blob **ret,
                        struct error *err);
/* The same in two steps, for a caller who must be the only writer before it can learn the length:
 * nothing may be read or appended before blob_settle(). */
MUST_USE bool blob_open_unsettled(struct blob_store *store, struct str name, struct blob **ret,
                                  struct error *err);
MUST_USE bool blob_settle(struct blob *b, uint64_t len, struct error *err);
MUST_USE bool blob_open_read(struct blob_store *store, struct str name, struct blob **ret,
                             struct error *err);
uint64_t blob_len(const struct blob *b); /* of a reader: as it was at opening */
/* Not yet durable. Whole or not at all: after a failure the blob is as long as before. */
MUST_USE bool blob_append(struct blob *b, struct str bytes, struct error *err);
/* Now it is. After a failure nothing since the last flush counts and the blob is cut back to it:
 * the kernel may have dropped those bytes, and a second flush would not say so. */
MUST_USE bool blob_flush(struct blob *b, struct error *err);
/* Drops what lies past `len`; durable with the next flush. */
MUST_USE bool blob_cut(struct blob *b, uint64_t len, struct error *err);
/* All `len` bytes, or ERROR_IO. A reader may read what was appended since it opened the blob. */
MUST_USE bool blob_read(struct blob *b, uint64_t at, void *ret, size_t len, struct error *err);
void blob_close(struct blob *b);
void blob_closep(struct blob **b);
/* A name that is not there is ERROR_NOT_FOUND. Who has it open goes on reading. */
MUST_USE bool blob_remove(struct blob_store *store, struct str name, struct error *err);
