#include "server/builds.h"

#include "server/downloads.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROGRAM "proctortrack" /* in an archive for Linux */
#define ENTRIES_MAX 1000
#define BLOCK ((size_t)16 << 10) /* on the stack */

/* What was looked into. */
struct build {
    dev_t device;
    ino_t inode;
    off_t bytes;
    struct timespec changed;
    bool known;
    unsigned char sha256[SHA256_SIZE];
};
struct builds {
    const char *folder; /* borrowed */
    pthread_mutex_t lock;
    struct build all[DOWNLOADS]; /* guarded */
};

bool builds_create(const char *folder, struct builds **ret, struct error *err)
{
    struct builds *b = calloc(1, sizeof *b);
    if (!b)
        return error_no_memory(err);
    b->folder = folder;
    pthread_mutex_init(&b->lock, NULL);
    *ret = b;
    return true;
}

void builds_destroy(struct builds *b)
{
    if (!b)
        return;
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* ---- looking into a file ---- */

static void archive_freep(struct archive **a)
{
    if (*a)
        archive_read_free(*a);
}

static bool ends(const char *name, const char *ending)
{
    struct str text = str_from(name);
    size_t len = strlen(ending);
    return text.len >= len &&
           str_eq_nocase(str_slice(text, text.len - len, text.len), str_from(ending));
}

static bool is_program(struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry);
    const char *slash = path ? strrchr(path, '/') : NULL;
    return path && archive_entry_filetype(entry) == AE_IFREG &&
           strcmp(slash ? slash + 1 : path, PROGRAM) == 0;
}

static bool hash_data(struct archive *in, struct hash *h)
{
    char block[BLOCK];
    la_ssize_t len;
    while ((len = archive_read_data(in, block, sizeof block)) > 0)
        hash_add(h, str_bytes(block, (size_t)len));
    return len == 0;
}

/* The program in it, or the file itself where that is the program ("raw"). */
static bool hash_file(int fd, bool packed, struct hash *h)
{
    CLEANUP(archive_freep) struct archive *in = archive_read_new();
    struct archive_entry *entry;
    if (!in)
        return false;
    if (packed ? archive_read_support_filter_gzip(in) != ARCHIVE_OK ||
                     archive_read_support_format_tar(in) != ARCHIVE_OK
               : archive_read_support_format_raw(in) != ARCHIVE_OK)
        return false;
    if (archive_read_open_fd(in, fd, BLOCK) != ARCHIVE_OK)
        return false;
    for (int i = 0; i < ENTRIES_MAX && archive_read_next_header(in, &entry) == ARCHIVE_OK; i++)
        if (!packed || is_program(entry))
            return hash_data(in, h);
    return false;
}

static void look_into(struct build *b, int fd, const char *file)
{
    CLEANUP(hash_destroyp) struct hash *h = NULL;
    bool packed = ends(file, ".tar.gz");
    b->known = (packed || ends(file, ".exe")) && hash_create(HASH_SHA256, &h, NULL) &&
               hash_file(fd, packed, h);
    if (b->known)
        hash_finish(h, b->sha256);
}

static bool is_same(const struct build *b, const struct stat *st)
{
    return b->device == st->st_dev && b->inode == st->st_ino && b->bytes == st->st_size &&
           b->changed.tv_sec == st->st_mtim.tv_sec && b->changed.tv_nsec == st->st_mtim.tv_nsec;
}

static void refresh(struct builds *b, size_t at, const struct download *d)
{
    char path[PATH_MAX];
    struct stat st;
    struct build *build = &b->all[at];
    int len = snprintf(path, sizeof path, "%s/%s", b->folder, d->file);
    CLEANUP(closep)
    int fd =
        len > 0 && (size_t)len < sizeof path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0 || fstat(fd, &st)) {
        *build = (struct build){.known = false};
        return;
    }
    if (is_same(build, &st))
        return;
    *build = (struct build){
        .device = st.st_dev, .inode = st.st_ino, .bytes = st.st_size, .changed = st.st_mtim};
    look_into(build, fd, d->file);
}

bool builds_find(struct builds *b, struct str platform, unsigned char ret[SHA256_SIZE])
{
    struct download all[DOWNLOADS];
    bool known = false;
    downloads_find(b->folder, all);
    pthread_mutex_lock(&b->lock);
    for (size_t i = 0; i < DOWNLOADS; i++) {
        if (!str_eq(platform, str_from(all[i].platform)) || all[i].bytes == 0)
            continue;
        refresh(b, i, &all[i]);
        known = b->all[i].known;
        if (known)
            memcpy(ret, b->all[i].sha256, SHA256_SIZE);
    }
    pthread_mutex_unlock(&b->lock);
    return known;
}
