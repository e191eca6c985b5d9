/* A blob is the file FOLDER/XX/NAME, where XX is the first byte of the name's SHA-256 in hex. All
 * paths start at a descriptor of the folder, so moving to another working folder changes nothing.
 *
 * The invariant of an open blob: bytes [0, flushed) are durable, [flushed, len) are in the file,
 * and nothing that a failed call left lies past len. */
#include "blob/blob.h"

#include "base/file.h"
#include "base/id.h"
#include "crypto/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOB_MAX ((uint64_t)INT64_MAX) /* off_t */

struct blob_store {
    int folder; /* owned */
};

struct blob {
    int fd; /* owned */
    bool writer;
    bool dirty_tail; /* a failed call left bytes past len, and cutting them off failed too */
    uint64_t len, flushed;
};

struct place {
    char folder[3];              /* "XX" */
    char path[3 + ID_TEXT_SIZE]; /* "XX/NAME" */
};

static bool find_place(struct str name, struct place *ret, struct error *err)
{
    unsigned char hash[SHA256_SIZE];
    if (!id_is_valid(name)) /* also: no slash, no dot */
        return error_set(err, ERROR_INVALID, "not the name of a blob");
    sha256(name, hash);
    str_to_hex(str_bytes(hash, 1), ret->folder);
    snprintf(ret->path, sizeof ret->path, "%s/" STR_FMT, ret->folder, STR_ARG(name));
    return true;
}

/* ---- the store ---- */

bool blob_store_open(const char *folder, struct blob_store **ret, struct error *err)
{
    if (!file_make_folder(folder, err) || !file_flush_parent(folder, err))
        return false;
    CLEANUP(blob_store_closep) struct blob_store *store = calloc(1, sizeof *store);
    if (!store)
        return error_no_memory(err);
    store->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder < 0)
        return error_errno(err, errno, "%s", folder);
    *ret = TAKE(store);
    return true;
}

void blob_store_close(struct blob_store *store)
{
    if (!store)
        return;
    if (store->folder >= 0)
        close(store->folder);
    free(store);
}

void blob_store_closep(struct blob_store **store) { blob_store_close(*store); }

/* Makes names in FOLDER/XX durable. */
static bool flush_entries(struct blob_store *store, const struct place *place, struct error *err)
{
    CLEANUP(closep)
    int fd = openat(store->folder, place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd))
        return error_errno(err, errno, "blob folder %s", place->folder);
    return true;
}

static bool make_folder(struct blob_store *store, const struct place *place, struct error *err)
{
    if (mkdirat(store->folder, place->folder, 0700) && errno != EEXIST)
        return error_errno(err, errno, "blob folder %s", place->folder);
    /* Also when it was there: whoever made it may not have come to flush it yet, and a folder
     * without changes costs next to nothing. */
    if (fsync(store->folder))
        return error_errno(err, errno, "blob folder");
    return true;
}

/* ---- opening ---- */

static bool open_file(struct blob_store *store, const struct place *place, int flags,
                      struct blob **ret, struct error *err)
{
    CLEANUP(blob_closep) struct blob *b = calloc(1, sizeof *b);
    if (!b)
        return error_no_memory(err);
    b->writer = (flags & O_ACCMODE) != O_RDONLY;
    b->fd = openat(store->folder, place->path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (b->fd < 0 && errno == EEXIST)
        return error_set(err, ERROR_CONFLICT, "blob %s is there already", place->path);
    if (b->fd < 0)
        return error_errno(err, errno, "blob %s", place->path);
    if (b->writer && flock(b->fd, LOCK_EX | LOCK_NB)) {
        if (errno == EWOULDBLOCK)
            return error_set(err, ERROR_BUSY, "blob %s is being written", place->path);
        return error_errno(err, errno, "blob %s", place->path);
    }
    struct stat st;
    if (fstat(b->fd, &st))
        return error_errno(err, errno, "blob %s", place->path);
    b->len = (uint64_t)st.st_size;
    *ret = TAKE(b);
    return true;
}

bool blob_create(struct blob_store *store, struct str name, struct blob **ret, struct error *err)
{
    struct place place;
    CLEANUP(blob_closep) struct blob *b = NULL;
    const int flags = O_RDWR | O_CREAT | O_EXCL;
    if (!find_place(name, &place, err) || !make_folder(store, &place, err) ||
        !open_file(store, &place, flags, &b, err))
        return false;
    if (!flush_entries(store, &place, err)) {
        unlinkat(store->folder, place.path, 0);
        return false;
    }
    *ret = TAKE(b);
    return true;
}

bool blob_open_unsettled(struct blob_store *store, struct str name, struct blob **ret,
                         struct error *err)
{
    struct place place;
    return find_place(name, &place, err) && open_file(store, &place, O_RDWR, ret, err);
}

bool blob_settle(struct blob *b, uint64_t len, struct error *err)
{
    if (b->len < len)
        return error_set(err, ERROR_IO,
                         "blob has %" PRIu64 " bytes where %" PRIu64 " were kept: data is lost",
                         b->len, len);
    b->flushed = len; /* the caller knows of these bytes because they were flushed */
    return b->len == len || blob_cut(b, len, err);
}

bool blob_open(struct blob_store *store, struct str name, uint64_t len, struct blob **ret,
               struct error *err)
{
    CLEANUP(blob_closep) struct blob *b = NULL;
    if (!blob_open_unsettled(store, name, &b, err))
        return false;
    if (!blob_settle(b, len, err))
        return error_wrap(err, "blob " STR_FMT, STR_ARG(name));
    *ret = TAKE(b);
    return true;
}

bool blob_open_read(struct blob_store *store, struct str name, struct blob **ret, struct error *err)
{
    struct place place;
    return find_place(name, &place, err) && open_file(store, &place, O_RDONLY, ret, err);
}

void blob_close(struct blob *b)
{
    if (!b)
        return;
    /* Explicitly: a child process that was forked at this moment holds the same open file until it
     * starts its program, and closing alone would leave the lock with it. */
    if (b->fd >= 0 && b->writer)
        flock(b->fd, LOCK_UN);
    if (b->fd >= 0)
        close(b->fd);
    free(b);
}

void blob_closep(struct blob **b) { blob_close(*b); }

bool blob_remove(struct blob_store *store, struct str name, struct error *err)
{
    struct place place;
    if (!find_place(name, &place, err))
        return false;
    if (unlinkat(store->folder, place.path, 0))
        return error_errno(err, errno, "blob %s", place.path);
    return flush_entries(store, &place, err);
}

/* ---- bytes ---- */

uint64_t blob_len(const struct blob *b) { return b->len; }

static bool cut_tail(struct blob *b, struct error *err)
{
    int rc;
    do
        rc = ftruncate(b->fd, (off_t)b->len);
    while (rc && errno == EINTR);
    b->dirty_tail = rc != 0;
    return rc == 0 || error_errno(err, errno, "cut");
}

bool blob_append(struct blob *b, struct str bytes, struct error *err)
{
    if (!b->writer)
        return error_set(err, ERROR_INTERNAL, "blob is open for reading");
    if (bytes.len > BLOB_MAX - b->len)
        return error_set(err, ERROR_TOO_LARGE, "blob over %" PRIu64 " bytes", BLOB_MAX);
    if (b->dirty_tail && !cut_tail(b, err))
        return false;
    if (!file_write_at(b->fd, b->len, bytes, err)) {
        bool ignored = cut_tail(b, NULL); /* else the next call does it */
        (void)ignored;
        return false;
    }
    b->len += bytes.len;
    return true;
}

bool blob_flush(struct blob *b, struct error *err)
{
    if (b->dirty_tail && !cut_tail(b, err))
        return false;
    if (!file_flush(b->fd, err)) {
        b->len = b->flushed;
        bool ignored = cut_tail(b, NULL);
        (void)ignored;
        return false;
    }
    b->flushed = b->len;
    return true;
}

bool blob_cut(struct blob *b, uint64_t len, struct error *err)
{
    if (!b->writer)
        return error_set(err, ERROR_INTERNAL, "blob is open for reading");
    if (len > b->len)
        return error_set(err, ERROR_INVALID, "blob has only %" PRIu64 " bytes", b->len);
    b->len = len;
    b->flushed = MIN(b->flushed, len);
    return cut_tail(b, err);
}

bool blob_read(struct blob *b, uint64_t at, void *ret, size_t len, struct error *err)
{
    size_t got;
    if (at > BLOB_MAX || len > BLOB_MAX - at)
        return error_set(err, ERROR_INVALID, "read past any blob");
    if (!file_read_at(b->fd, at, ret, len, &got, err))
        return false;
    if (got < len)
        return error_set(err, ERROR_IO, "blob ends at %" PRIu64 ", wanted up to %" PRIu64, at + got,
                         at + len);
    return true;
}
