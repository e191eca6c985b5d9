/* app_core/disk.h on Windows. What lies below the user's own AppData is this user's by the folder's
 * rights. */
#include "app_core/disk.h"

#include "app_core/facts.h"
#include "wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE ((DWORD)1 << 24)

struct disk_file {
    HANDLE handle; /* owned */
};

static bool open_with(const char *path, DWORD share, DWORD how, struct disk_file **ret,
                      struct error *err)
{
    wchar_t wide[DISK_PATH_MAX];
    struct disk_file *f = malloc(sizeof *f);
    if (!f)
        return error_no_memory(err);
    wide_from(str_from(path), wide, DISK_PATH_MAX);
    f->handle = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, share, NULL, how,
                            FILE_ATTRIBUTE_NORMAL, NULL);
    if (f->handle == INVALID_HANDLE_VALUE) {
        DWORD code = GetLastError();
        free(f);
        if (code == ERROR_SHARING_VIOLATION)
            return error_set(err, ERROR_BUSY, "%s is held by another program", path);
        wide_report(err, code, path);
        return false;
    }
    *ret = f;
    return true;
}

bool disk_open(const char *path, struct disk_file **ret, struct error *err)
{
    return open_with(path, FILE_SHARE_READ | FILE_SHARE_DELETE, OPEN_ALWAYS, ret, err);
}

bool disk_lock(const char *path, struct disk_file **ret, struct error *err)
{
    return open_with(path, 0, OPEN_ALWAYS, ret, err);
}

void disk_close(struct disk_file *f)
{
    if (!f)
        return;
    CloseHandle(f->handle);
    free(f);
}

void disk_closep(struct disk_file **f) { disk_close(*f); }

bool disk_size(struct disk_file *f, uint64_t *ret, struct error *err)
{
    LARGE_INTEGER size;
    if (!GetFileSizeEx(f->handle, &size))
        return wide_error(err, "a file of the app");
    *ret = (uint64_t)size.QuadPart;
    return true;
}

static OVERLAPPED place(uint64_t at)
{
    return (OVERLAPPED){.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
}

bool disk_write_at(struct disk_file *f, uint64_t at, struct str bytes, struct error *err)
{
    while (bytes.len) {
        OVERLAPPED o = place(at);
        DWORD done;
        if (!WriteFile(f->handle, bytes.ptr, (DWORD)MIN(bytes.len, PIECE), &done, &o) || done == 0)
            return wide_error(err, "writing");
        bytes = str_slice(bytes, done, bytes.len);
        at += done;
    }
    return true;
}

bool disk_read_at(struct disk_file *f, uint64_t at, size_t len, struct buf *to, struct error *err)
{
    while (len) {
        OVERLAPPED o = place(at);
        DWORD done = 0, want = (DWORD)MIN(len, PIECE);
        char *room = buf_reserve(to, want);
        if (!room)
            return error_no_memory(err);
        if (!ReadFile(f->handle, room, want, &done, &o) && GetLastError() != ERROR_HANDLE_EOF)
            return wide_error(err, "reading");
        if (done == 0)
            break;
        buf_commit(to, done);
        at += done;
        len -= done;
    }
    return true;
}

bool disk_flush(struct disk_file *f, struct error *err)
{
    return FlushFileBuffers(f->handle) || wide_error(err, "flushing");
}

bool disk_cut(struct disk_file *f, uint64_t size, struct error *err)
{
    LARGE_INTEGER to = {.QuadPart = (LONGLONG)size};
    return (SetFilePointerEx(f->handle, to, NULL, FILE_BEGIN) && SetEndOfFile(f->handle)) ||
           wide_error(err, "cutting a file");
}

/* ---- names ---- */

bool disk_make_folder(const char *path, struct error *err)
{
    wchar_t wide[DISK_PATH_MAX];
    wide_from(str_from(path), wide, DISK_PATH_MAX);
    return CreateDirectoryW(wide, NULL) || GetLastError() == ERROR_ALREADY_EXISTS ||
           wide_error(err, path);
}

bool disk_read(const char *path, size_t max, struct buf *to, struct error *err)
{
    CLEANUP(disk_closep) struct disk_file *f = NULL;
    wchar_t wide[DISK_PATH_MAX];
    uint64_t size;
    f = malloc(sizeof *f);
    if (!f)
        return error_no_memory(err);
    wide_from(str_from(path), wide, DISK_PATH_MAX);
    f->handle =
        CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (f->handle == INVALID_HANDLE_VALUE) {
        free(TAKE(f));
        return wide_error(err, path);
    }
    if (!disk_size(f, &size, err))
        return false;
    if (size > max)
        return error_set(err, ERROR_TOO_LARGE, "%s has more than %zu bytes", path, max);
    return disk_read_at(f, 0, (size_t)size, to, err);
}

bool disk_replace(const char *path, struct str bytes, struct error *err)
{
    CLEANUP(disk_closep) struct disk_file *f = NULL;
    char beside[DISK_PATH_MAX];
    wchar_t from[DISK_PATH_MAX], to[DISK_PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        return error_set(err, ERROR_INVALID, "a name is too long");
    if (!open_with(beside, 0, CREATE_ALWAYS, &f, err) || !disk_write_at(f, 0, bytes, err) ||
        !disk_flush(f, err))
        return false;
    disk_close(TAKE(f));
    wide_from(str_from(beside), from, DISK_PATH_MAX);
    wide_from(str_from(path), to, DISK_PATH_MAX);
    return MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) ||
           wide_error(err, path);
}

bool disk_remove(const char *path, struct error *err)
{
    wchar_t wide[DISK_PATH_MAX];
    wide_from(str_from(path), wide, DISK_PATH_MAX);
    return DeleteFileW(wide) || GetLastError() == ERROR_FILE_NOT_FOUND || wide_error(err, path);
}

bool disk_list(const char *folder, void (*each)(void *context, const char *name), void *context,
               struct error *err)
{
    char pattern[DISK_PATH_MAX];
    wchar_t wide[DISK_PATH_MAX];
    WIN32_FIND_DATAW found;
    snprintf(pattern, sizeof pattern, "%s/*", folder);
    wide_from(str_from(pattern), wide, DISK_PATH_MAX);
    HANDLE search = FindFirstFileW(wide, &found);
    if (search == INVALID_HANDLE_VALUE)
        return wide_error(err, folder);
    do {
        char name[FACT_TITLE];
        wide_to(found.cFileName, name, sizeof name);
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            each(context, name);
    } while (FindNextFileW(search, &found));
    FindClose(search);
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
    if (snprintf(path, sizeof path, "%s/%s", r->folder, name) < (int)sizeof path)
        r->good = disk_remove(path, r->err) && r->good;
}

bool disk_remove_folder(const char *path, struct error *err)
{
    struct removal r = {path, true, err};
    struct error why;
    wchar_t wide[DISK_PATH_MAX];
    if (!disk_list(path, remove_one, &r, &why))
        return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.message);
    wide_from(str_from(path), wide, DISK_PATH_MAX);
    return r.good && (RemoveDirectoryW(wide) || wide_error(err, path));
}
