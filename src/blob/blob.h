/* Append-only byte streams kept as files (S3 comes as a second table of functions). What is past the
 * length that the database knows is a torn tail of a crash: blob_open() is told the length and cuts
 * it off. */
#pragma once
#include "base/base.h"

struct blob_store; /* any thread */
struct blob;       /* one thread at a time */

MUST_USE bool blob_store_open(const char *folder, struct blob_store **ret, struct error *err);
void blob_store_close(struct blob_store *store);

/* `name` is an id (base/id.h); files are spread over 256 folders. */
MUST_USE bool blob_create(struct blob_store *store, struct str name, struct blob **ret,
                          struct error *err);
/* For writing: what lies past `len` is cut off; fewer bytes than that is ERROR_IO (data is lost). */
MUST_USE bool blob_open(struct blob_store *store, struct str name, uint64_t len, struct blob **ret,
                        struct error *err);
MUST_USE bool blob_open_read(struct blob_store *store, struct str name, struct blob **ret,
                             struct error *err);
uint64_t blob_len(const struct blob *b);
MUST_USE bool blob_append(struct blob *b, struct str bytes, struct error *err); /* not yet durable */
MUST_USE bool blob_flush(struct blob *b, struct error *err);                    /* now it is */
MUST_USE bool blob_cut(struct blob *b, uint64_t len, struct error *err);
/* All `len` bytes, or ERROR_IO. */
MUST_USE bool blob_read(struct blob *b, uint64_t at, void *ret, size_t len, struct error *err);
void blob_close(struct blob *b);
void blob_closep(struct blob **b);
MUST_USE bool blob_remove(struct blob_store *store, struct str name, struct error *err);
