/* Files as the app needs them, whole calls only: short reads and writes are handled inside. All
 * that it makes is for this user alone. Paths are UTF-8 with '/' between. Implemented once a
 * platform: disk_posix.c here, windows/disk.c there. */
#pragma once
#include "base/buf.h"

#define DISK_PATH_MAX 1024

struct disk_file;

/* Made when it is not there; for reading and writing. */
MUST_USE bool disk_open(const char *path, struct disk_file **ret, struct error *err);
void disk_close(struct disk_file *f); /* NULL is fine */
void disk_closep(struct disk_file **f);
MUST_USE bool disk_size(struct disk_file *f, uint64_t *ret, struct error *err);
/* A full disk is ERROR_NO_SPACE; what was written of the bytes is then unknown. */
MUST_USE bool disk_write_at(struct disk_file *f, uint64_t at, struct str bytes, struct error *err);
/* Adds up to `len` bytes to `to`: fewer only at the end of the file. */
MUST_USE bool disk_read_at(struct disk_file *f, uint64_t at, size_t len, struct buf *to,
                           struct error *err);
MUST_USE bool disk_flush(struct disk_file *f, struct error *err);
MUST_USE bool disk_cut(struct disk_file *f, uint64_t size, struct error *err);

MUST_USE bool disk_make_folder(const char *path, struct error *err); /* there already is fine */
/* The whole file; over `max` bytes is ERROR_TOO_LARGE. */
MUST_USE bool disk_read(const char *path, size_t max, struct buf *to, struct error *err);
/* Whole or not at all, and durable. */
MUST_USE bool disk_replace(const char *path, struct str bytes, struct error *err);
MUST_USE bool disk_remove(const char *path, struct error *err);        /* not there is fine */
MUST_USE bool disk_remove_folder(const char *path, struct error *err); /* with all files in it */
/* Calls `each` with every name in the folder but "." and "..". */
MUST_USE bool disk_list(const char *folder, void (*each)(void *context, const char *name),
                        void *context, struct error *err);
/* Holds a file for this process until it is closed or the process ends; ERROR_BUSY when another
 * holds it. */
MUST_USE bool disk_lock(const char *path, struct disk_file **ret, struct error *err);
