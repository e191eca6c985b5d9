#include "app_core/disk.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct disk_file {
    int fd; /* owned */
};

bool disk_open(const char *path, struct disk_file **ret, struct error *err)
{
    struct disk_file *f = malloc(sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (f->fd < 0) {
        free(f);
        return error_errno(err, errno, "%s", path);
    }
    *ret = f;
    return true;
}

void disk_close(struct disk_file *f)
{
    if (!f)
        return;
    close(f->fd);
    free(f);
}

void disk_closep(struct disk_file **f) { disk_close(*f); }

bool disk_size(struct disk_file *f, uint64_t *ret, struct error *err)
{
    struct stat st;
    if (fstat(f->fd, &st))
        return error_errno(err, errno, "a file of the app");
    *ret = (uint64_t)st.st_size;
    return true;
}

bool disk_write_at(struct disk_file *f, uint64_t at, struct str bytes, struct error *err)
{
    return file_write_at(f->fd, at, bytes, err);
}

bool disk_read_at(struct disk_file *f, uint64_t at, size_t len, struct buf *to, struct error *err)
{
    size_t got;
    char *room = buf_reserve(to, len);
    if (!room)
        return error_no_memory(err);
    if (!file_read_at(f->fd, at, room, len, &got, err))
        return false;
    buf_commit(to, got);
    return true;
}

bool disk_flush(struct disk_file *f, struct error *err) { return file_flush(f->fd, err); }

bool disk_cut(struct disk_file *f, uint64_t size, struct error *err)
{
    return !ftruncate(f->fd, (off_t)size) || error_errno(err, errno, "a file of the app");
}

/* ---- names ---- */

bool disk_make_folder(const char *path, struct error *err) { return file_make_folder(path, err); }

bool disk_read(const char *path, size_t max, struct buf *to, struct error *err)
{
    CLEANUP(freep) char *bytes = NULL;
    size_t len;
    if (!file_read(path, max, &bytes, &len, err))
        return false;
    buf_add(to, str_bytes(bytes, len));
    return buf_ok(to, err);
}

bool disk_replace(const char *path, struct str bytes, struct error *err)
{
    return file_replace(path, bytes, 0600, err);
}

bool disk_remove(const char *path, struct error *err)
{
    return !unlink(path) || errno == ENOENT || error_errno(err, errno, "%s", path);
}

bool disk_list(const char *folder, void (*each)(void *context, const char *name), void *context,
               struct error *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return error_errno(err, errno, "%s", folder);
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            each(context, entry->d_name);
    closedir(dir);
    return true;
}

struct removal {
    const char *folder;
    bool good;
    struct error *err;
};

static void remove_one(void *context, const char *name)
{
    struct removal *r = context;
    char path[DISK_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", r->folder, name) >= (int)sizeof path)
        return;
    r->good = disk_remove(path, r->err) && r->good;
}

bool disk_remove_folder(const char *path, struct error *err)
{
    struct removal r = {path, true, err};
    struct error why;
    if (!disk_list(path, remove_one, &r, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.message);
    return r.good && (!rmdir(path) || error_errno(err, errno, "%s", path));
}

bool disk_lock(const char *path, struct disk_file **ret, struct error *err)
{
    CLEANUP(disk_closep) struct disk_file *f = NULL;
    if (!disk_open(path, &f, err))
        return false;
    if (flock(f->fd, LOCK_EX | LOCK_NB))
        return errno == EWOULDBLOCK ? error_set(err, ERROR_BUSY, "the app is running already")
                                    : error_errno(err, errno, "%s", path);
    *ret = TAKE(f);
    return true;
}
