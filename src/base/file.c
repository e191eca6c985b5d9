#include "base/file.h"

#include "base/id.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_read(const char *path, size_t max, char **ret, size_t *ret_len, struct error *err)
{
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return error_errno(err, errno, "%s", path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, ERROR_INVALID, "%s: not a regular file", path);
    if (st.st_size < 0 || (uint64_t)st.st_size > max)
        return error_set(err, ERROR_TOO_LARGE, "%s: more than %zu bytes", path, max);
    size_t size = (size_t)st.st_size, len;
    CLEANUP(freep) char *bytes = malloc(size + 1);
    if (!bytes)
        return error_no_memory(err);
    if (!file_read_at(fd, 0, bytes, size, &len, err))
        return error_wrap(err, "%s", path);
    bytes[len] = '\0';
    *ret = TAKE(bytes);
    *ret_len = len;
    return true;
}

bool file_write_at(int fd, uint64_t at, struct str bytes, struct error *err)
{
    while (bytes.len) {
        ssize_t wrote = pwrite(fd, bytes.ptr, bytes.len, (off_t)at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return error_errno(err, errno, "write");
        at += (uint64_t)wrote;
        bytes = str_slice(bytes, (size_t)wrote, bytes.len);
    }
    return true;
}

bool file_read_at(int fd, uint64_t at, void *ret, size_t len, size_t *ret_len, struct error *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t got = pread(fd, (char *)ret + done, len - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_errno(err, errno, "read");
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret_len = done;
    return true;
}

bool file_write(int fd, struct str bytes, struct error *err)
{
    while (bytes.len) {
        ssize_t wrote = write(fd, bytes.ptr, bytes.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && errno == EPIPE)
            return error_set(err, ERROR_CLOSED, "the other end of the pipe is closed");
        if (wrote < 0)
            return error_errno(err, errno, "write");
        bytes = str_slice(bytes, (size_t)wrote, bytes.len);
    }
    return true;
}

bool file_flush(int fd, struct error *err)
{
    if (fdatasync(fd))
        return error_errno(err, errno, "flush");
    return true;
}

bool file_make_folder(const char *path, struct error *err)
{
    struct stat st;
    if (mkdir(path, 0700) == 0)
        return true;
    if (errno != EEXIST)
        return error_errno(err, errno, "%s", path);
    if (stat(path, &st) || !S_ISDIR(st.st_mode))
        return error_set(err, ERROR_IO, "%s: not a folder", path);
    return true;
}

bool file_flush_folder(const char *path, struct error *err)
{
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd))
        return error_errno(err, errno, "%s", path);
    return true;
}

bool file_flush_parent(const char *path, struct error *err)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash == path ? 1 : slash ? (size_t)(slash - path) : 1;
    if (len >= sizeof folder)
        return error_set(err, ERROR_INVALID, "%s: name too long", path);
    memcpy(folder, slash ? path : ".", len);
    folder[len] = '\0';
    return file_flush_folder(folder, err);
}

bool file_replace(const char *path, struct str bytes, unsigned mode, struct error *err)
{
    char beside[PATH_MAX], id[ID_TEXT_SIZE];
    id_create(id);
    int len = snprintf(beside, sizeof beside, "%s.%s.tmp", path, id);
    if (len < 0 || (size_t)len >= sizeof beside)
        return error_set(err, ERROR_INVALID, "%s: name too long", path);
    CLEANUP(closep) int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return error_errno(err, errno, "%s", beside);
    if (!file_write_at(fd, 0, bytes, err) || !file_flush(fd, err)) {
        unlink(beside);
        return error_wrap(err, "%s", path);
    }
    if (rename(beside, path)) {
        int why = errno;
        unlink(beside);
        return error_errno(err, why, "%s", path);
    }
    return file_flush_parent(path, err);
}
