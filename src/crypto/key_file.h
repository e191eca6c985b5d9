/* Secret keys in files of their own, for seal.c and sign.c only. */
#pragma once
#include "base/base.h"

/* Reads exactly `size` bytes from `path`. When the file does not exist, `make` fills the bytes and
 * they become the file (0600, flushed); of several processes that start at once one makes it and
 * the others read it. A file that others than its owner can read is refused. */
MUST_USE bool key_file_load_or_create(const char *path, void *ret, size_t size,
                                      void (*make)(void *bytes), struct error *err);
