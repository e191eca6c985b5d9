/* A key file appears whole or not at all: it is written and flushed under another name and then
 * linked, which fails when somebody else was first. Losing a deployment's key loses every
 * recording, so an existing file is never written to, whatever is in it. */
#include "crypto/key_file.h"

#include "base/file.h"
#include "base/id.h"
#include "crypto/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool load(const char *path, void *ret, size_t size, struct error *err)
{
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    size_t len;
    if (fd < 0 || fstat(fd, &st))
        return error_errno(err, errno, "key file %s", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_INVALID, "key file %s: not a regular file", path);
    if (st.st_mode & 077)
        return error_set(err, ERROR_FORBIDDEN,
                         "key file %s: others than its owner may use it; run: chmod 600 %s", path,
                         path);
    if (st.st_size != (off_t)size)
        return error_set(err, ERROR_INVALID,
                         "key file %s: has %lld bytes, this key has %zu; restore it from a backup",
                         path, (long long)st.st_size, size);
    if (!file_read_at(fd, 0, ret, size, &len, err))
        return error_wrap(err, "key file %s", path);
    if (len != size)
        return error_set(err, ERROR_IO, "key file %s: cut short while it was read", path);
    return true;
}

static bool write_new(const char *path, struct str bytes, struct error *err)
{
    CLEANUP(closep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_errno(err, errno, "key file %s", path);
    return file_write_at(fd, 0, bytes, err) && file_flush(fd, err);
}

/* Sets *ret_made to false when the file is there already. */
static bool create(const char *path, struct str bytes, bool *ret_made, struct error *err)
{
    char beside[PATH_MAX], id[ID_TEXT_SIZE];
    id_create(id);
    int len = snprintf(beside, sizeof beside, "%s.%s.tmp", path, id);
    if (len < 0 || (size_t)len >= sizeof beside)
        return error_set(err, ERROR_INVALID, "key file %s: name too long", path);
    bool made = write_new(beside, bytes, err);
    bool good = made;
    if (made && link(beside, path)) {
        made = false;
        good = errno == EEXIST || error_errno(err, errno, "key file %s", path);
    }
    unlink(beside);
    if (!good || (made && !file_flush_parent(path, err)))
        return false;
    *ret_made = made;
    return true;
}

bool key_file_load_or_create(const char *path, void *ret, size_t size, void (*make)(void *bytes),
                             struct error *err)
{
    struct error why;
    if (load(path, ret, size, &why))
        return true;
    if (why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.message);
    bool made;
    make(ret);
    if (create(path, str_bytes(ret, size), &made, err) && (made || load(path, ret, size, err)))
        return true;
    crypto_wipe(ret, size);
    return false;
}
