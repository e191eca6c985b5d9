/* Files, whole calls: short reads, short writes and EINTR are handled here and nowhere else. */
#pragma once
#include "base/base.h"

/* malloc'ed, with a NUL behind; over `max` bytes is ERROR_TOO_LARGE. */
MUST_USE bool file_read(const char *path, size_t max, char **ret, size_t *ret_len,
                        struct error *err);
/* Whole or not at all: written beside, flushed, renamed, folder flushed. */
MUST_USE bool file_replace(const char *path, struct str bytes, unsigned mode, struct error *err);
MUST_USE bool file_write_at(int fd, uint64_t at, struct str bytes, struct error *err);
/* *ret_len is less than `len` only at the end of the file. */
MUST_USE bool file_read_at(int fd, uint64_t at, void *ret, size_t len, size_t *ret_len,
                           struct error *err);
/* For pipes: everything is written, or it is an error (EPIPE is ERROR_CLOSED). */
MUST_USE bool file_write(int fd, struct str bytes, struct error *err);
MUST_USE bool file_flush(int fd, struct error *err);               /* fdatasync */
MUST_USE bool file_make_folder(const char *path, struct error *err); /* 0700; there already is fine */
MUST_USE bool file_flush_folder(const char *path, struct error *err);
/* Flushes the folder that `path` stands in, so that its name survives a crash. */
MUST_USE bool file_flush_parent(const char *path, struct error *err);
