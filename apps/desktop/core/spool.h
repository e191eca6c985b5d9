/* Bytes that wait to be sent, sealed on the disk: one file, only growing. What spool_append() has
 * accepted survives a crash; a record that was being written when the app or the computer ended is
 * cut off at the next opening. A spool has a description (JSON), bytes, and an end; after the end
 * nothing is added. Any thread. */
#pragma once
#include "app_core/disk.h"
#include "app_core/vault.h"

#define SPOOL_PIECE_MAX ((size_t)1 << 20) /* bytes of one record */
#define SPOOL_NAME_MAX 64
#define SPOOL_ABOUT_MAX 1024 /* bytes of the description */

struct spool;

/* A new one; ERROR_CONFLICT when the file has something in it. `name` is part of what seals it. */
MUST_USE bool spool_create(const char *path, const char *name, const struct vault_key *key,
                           struct str about, struct spool **ret, struct error *err);
/* One that is there. ERROR_CHECKSUM when its first record is not of this key and name. */
MUST_USE bool spool_open(const char *path, const char *name, const struct vault_key *key,
                         struct spool **ret, struct error *err);
void spool_close(struct spool *s); /* NULL is fine */
void spool_closep(struct spool **s);

const char *spool_name(const struct spool *s);
struct str spool_about(const struct spool *s); /* as long as the spool lives */
/* Flushed when it returns true. When it fails (a full disk) nothing was added, and it may be tried
 * again. */
MUST_USE bool spool_append(struct spool *s, struct str bytes, struct error *err);
MUST_USE bool spool_finish(struct spool *s, struct error *err); /* again is fine */
uint64_t spool_size(struct spool *s);                           /* plain bytes */
bool spool_is_finished(struct spool *s);
/* Adds up to `max` plain bytes from `at` on: as many whole records as fit, at least one; nothing at
 * the end. */
MUST_USE bool spool_read(struct spool *s, uint64_t at, size_t max, struct buf *to,
                         struct error *err);
