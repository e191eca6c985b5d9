/* The linker sends our code's calls here (--wrap). Counters are atomic: any thread may be hit. */
#include "support/fault.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
ssize_t __real_write(int fd, const void *bytes, size_t len);
ssize_t __real_pwrite(int fd, const void *bytes, size_t len, off_t at);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_ftruncate(int fd, off_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t len);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_ftruncate(int fd, off_t len);

static atomic_uint armed;     /* kinds */
static atomic_llong left;     /* calls before the one that fails */
static atomic_bool keep_on;   /* and every later one */
static atomic_bool hit;       /* one has failed */
static atomic_bool disk_full; /* a write was cut short: the rest of it fails */

static void arm(unsigned kinds, uint64_t nth, bool on)
{
    armed = 0;
    left = (long long)nth;
    keep_on = on;
    hit = disk_full = false;
    armed = kinds;
}

void fault_arm(unsigned kinds, uint64_t nth) { arm(kinds, nth, false); }

void fault_arm_from(unsigned kinds, uint64_t nth) { arm(kinds, nth, true); }

bool fault_disarm(void)
{
    armed = 0;
    disk_full = false;
    return hit;
}

bool fault_now(enum fault_kind kind)
{
    if (!(armed & (unsigned)kind))
        return false;
    long long before = atomic_fetch_sub(&left, 1);
    if (before > 1 || (before < 1 && !keep_on))
        return false;
    hit = true;
    return true;
}

void *__wrap_malloc(size_t size) { return fault_now(FAULT_MEMORY) ? NULL : __real_malloc(size); }

void *__wrap_calloc(size_t count, size_t size)
{
    return fault_now(FAULT_MEMORY) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fault_now(FAULT_MEMORY) ? NULL : __real_realloc(old, size);
}

/* As a disk that fills up: a short count first, if there is room for one, and then the error. */
static ssize_t cut_short(size_t *len)
{
    if (!atomic_exchange(&disk_full, false)) {
        if (!fault_now(FAULT_WRITE))
            return 0;
        disk_full = *len > 1;
        *len /= 2;
        if (*len)
            return 0;
    }
    errno = ENOSPC;
    return -1;
}

ssize_t fault_write(int fd, const void *bytes, size_t len)
{
    return cut_short(&len) ? -1 : __real_write(fd, bytes, len);
}

ssize_t fault_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return cut_short(&len) ? -1 : __real_pwrite(fd, bytes, len, at);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t len) { return fault_write(fd, bytes, len); }

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return fault_pwrite(fd, bytes, len, at);
}

static bool broken(enum fault_kind kind)
{
    if (!fault_now(kind))
        return false;
    errno = EIO;
    return true;
}

int __wrap_fsync(int fd) { return broken(FAULT_FLUSH) ? -1 : __real_fsync(fd); }

int __wrap_fdatasync(int fd) { return broken(FAULT_FLUSH) ? -1 : __real_fdatasync(fd); }

int __wrap_ftruncate(int fd, off_t len)
{
    return broken(FAULT_TRUNCATE) ? -1 : __real_ftruncate(fd, len);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
