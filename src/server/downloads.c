#include "server/downloads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX STR("proctortrack") /* in whatever case: Proctortrack.exe */

static const struct {
    const char *platform;
    const char *endings[4]; /* lower case */
    const char *usual;      /* what the page names where there is none yet */
} platforms[DOWNLOADS] = {
    {"windows", {".exe", ".msi"}, "Proctortrack.exe"},
    {"linux", {".deb", ".appimage", ".tar.gz"}, "proctortrack-linux.tar.gz"},
};

static bool has_ending(const char *name, const char *const *endings)
{
    size_t len = strlen(name);
    for (; *endings; endings++) {
        size_t ending = strlen(*endings);
        if (len > ending && str_eq_nocase(str_from(name + len - ending), str_from(*endings)))
            return true;
    }
    return false;
}

/* Its name goes into a header. */
static bool is_plain_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
              strchr("._+-", *c)))
            return false;
    struct str text = str_from(name);
    return str_eq_nocase(str_slice(text, 0, PREFIX.len), PREFIX) && text.len < DOWNLOAD_FILE_MAX;
}

static void take_file(DIR *folder, const char *name, struct download *all)
{
    struct stat st;
    if (!is_plain_name(name) || fstatat(dirfd(folder), name, &st, AT_SYMLINK_NOFOLLOW) ||
        !S_ISREG(st.st_mode) || st.st_size <= 0)
        return;
    for (size_t i = 0; i < DOWNLOADS; i++)
        if (has_ending(name, platforms[i].endings) &&
            (all[i].bytes == 0 || strcmp(name, all[i].file) > 0)) {
            snprintf(all[i].file, sizeof all[i].file, "%s", name);
            all[i].bytes = (uint64_t)st.st_size;
        }
}

static bool find_signature(DIR *folder, const struct download *d)
{
    char name[DOWNLOAD_FILE_MAX + sizeof DOWNLOAD_SIGNATURE];
    struct stat st;
    snprintf(name, sizeof name, "%s" DOWNLOAD_SIGNATURE, d->file);
    return d->bytes && !fstatat(dirfd(folder), name, &st, AT_SYMLINK_NOFOLLOW) &&
           S_ISREG(st.st_mode) && st.st_size > 0;
}

void downloads_find(const char *folder, struct download ret[DOWNLOADS])
{
    for (size_t i = 0; i < DOWNLOADS; i++) {
        ret[i] = (struct download){.platform = platforms[i].platform};
        snprintf(ret[i].file, sizeof ret[i].file, "%s", platforms[i].usual);
    }
    DIR *dir = folder ? opendir(folder) : NULL;
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        take_file(dir, entry->d_name, ret);
    for (size_t i = 0; i < DOWNLOADS; i++)
        ret[i].is_signed = find_signature(dir, &ret[i]);
    closedir(dir);
}

/* ---- answering ---- */

struct file {
    int fd; /* owned */
};

static bool read_file(void *context, uint64_t at, size_t max, struct buf *to, struct error *err)
{
    const struct file *f = context;
    char *room = buf_reserve(to, max);
    if (!room)
        return error_no_memory(err);
    ssize_t len = pread(f->fd, room, max, (off_t)at);
    if (len <= 0)
        return error_errno(err, len < 0 ? errno : EIO, "a download");
    buf_commit(to, (size_t)len);
    return true;
}

static void close_file(void *context)
{
    struct file *f = context;
    close(f->fd);
    free(f);
}

static bool open_file(const char *folder, const char *name, struct response *r, struct error *err)
{
    char path[PATH_MAX];
    struct stat st;
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= sizeof path)
        return error_set(err, ERROR_IO, "%s: name too long", folder);
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st))
        return error_errno(err, errno, "%s", name);
    if (st.st_size <= 0)
        return error_set(err, ERROR_NOT_FOUND, "%s is empty", name);
    struct file *f = malloc(sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->fd = fd;
    fd = -1;
    r->source.size = (uint64_t)st.st_size;
    r->source.read = read_file;
    r->source.close = close_file;
    r->source.context = f;
    return true;
}

static bool answer_file(const char *folder, const char *file, struct request *q, struct response *r,
                        struct error *err)
{
    response_header(r, "Content-Type", "application/octet-stream");
    response_header(r, "Content-Disposition",
                    arena_printf(q->arena, "attachment; filename=\"%s\"", file));
    return open_file(folder, file, r, err);
}

bool downloads_answer(const char *folder, struct str platform, struct request *q,
                      struct response *r, struct error *err)
{
    struct download all[DOWNLOADS];
    bool signature = str_ends(platform, STR(DOWNLOAD_SIGNATURE_OF));
    if (signature)
        platform.len -= sizeof DOWNLOAD_SIGNATURE_OF - 1;
    downloads_find(folder, all);
    for (size_t i = 0; i < DOWNLOADS; i++) {
        if (!str_eq(platform, str_from(all[i].platform)))
            continue;
        if (all[i].bytes == 0)
            return error_set(err, ERROR_NOT_FOUND,
                             "the desktop app for %s is not installed on this server; please "
                             "contact support",
                             all[i].platform);
        if (signature && !all[i].is_signed)
            return error_set(err, ERROR_NOT_FOUND, "this app has no signature beside it");
        char *name =
            arena_printf(q->arena, "%s%s", all[i].file, signature ? DOWNLOAD_SIGNATURE : "");
        return name ? answer_file(folder, name, q, r, err) : error_no_memory(err);
    }
    return error_set(err, ERROR_NOT_FOUND, "there is no app for that platform");
}

bool downloads_answer_file(const char *folder, const char *file, const char *type,
                           struct response *r, struct error *err)
{
    struct error why;
    if (folder && open_file(folder, file, r, &why)) {
        response_header(r, "Content-Type", type);
        return true;
    }
    return error_set(err, ERROR_NOT_FOUND, "this server does not offer %s", file);
}
