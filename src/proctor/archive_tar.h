/* Private to the two sides of an evidence archive: how a file of it is written, so that both write
 * the same bytes. */
#pragma once
#include "base/base.h"

#include <archive.h>

#define ARCHIVE_EVIDENCE "evidence.jsonl"
#define ARCHIVE_STREAMS "streams/"
#define ARCHIVE_RECEIPT "receipt.json"
#define ARCHIVE_REPORT "report.json"
#define ARCHIVE_MANIFEST "manifest.json"
#define ARCHIVE_FORMAT "proctortrack-evidence-1"

/* Opens a writer that hands every byte to `write` (libarchive's callback). The caller ends *ret
 * with archive_write_free(). */
MUST_USE bool archive_tar_open(archive_write_callback *write, void *context, struct archive **ret,
                               struct error *err);
/* The header of the next file, whose `size` bytes follow by archive_tar_data(). */
MUST_USE bool archive_tar_file(struct archive *a, const char *name, uint64_t size,
                               struct error *err);
MUST_USE bool archive_tar_data(struct archive *a, struct str bytes, struct error *err);
MUST_USE bool archive_tar_close(struct archive *a, struct error *err);
void archive_write_freep(struct archive **a);
