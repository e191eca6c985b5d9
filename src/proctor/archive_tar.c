#include "proctor/archive_tar.h"

#include <archive_entry.h>

static bool refused(struct archive *a, struct error *err)
{
    const char *why = archive_error_string(a);
    return error_set(err, ERROR_IO, "archive: %s", why ? why : "cannot be written");
}

bool archive_tar_open(archive_write_callback *write, void *context, struct archive **ret,
                      struct error *err)
{
    CLEANUP(archive_write_freep) struct archive *a = archive_write_new();
    if (!a)
        return error_no_memory(err);
    /* pax only where ustar's fields are too small; no padding behind the two blocks of the end. */
    if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(a, 1 << 16) != ARCHIVE_OK ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open(a, context, NULL, write, NULL) != ARCHIVE_OK)
        return refused(a, err);
    *ret = TAKE(a);
    return true;
}

/* Nothing of a time, an owner or a machine, so that equal files give equal archives. */
bool archive_tar_file(struct archive *a, const char *name, uint64_t size, struct error *err)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry)
        return error_no_memory(err);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)size);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_mtime(entry, 0, 0);
    bool good = archive_write_header(a, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return good || refused(a, err);
}

bool archive_tar_data(struct archive *a, struct str bytes, struct error *err)
{
    return bytes.len == 0 || archive_write_data(a, bytes.ptr, bytes.len) == (la_ssize_t)bytes.len ||
           refused(a, err);
}

bool archive_tar_close(struct archive *a, struct error *err)
{
    return archive_write_close(a) == ARCHIVE_OK || refused(a, err);
}

void archive_write_freep(struct archive **a)
{
    if (*a)
        archive_write_free(*a);
}
