/* Makes the n-th allocation, write or flush of our code fail, to show that nothing leaks or tears:
 *
 *   for (uint64_t n = 1, hit = 1; hit; n++) {
 *       fault_arm(FAULT_MEMORY | FAULT_WRITE, n);
 *       bool good = thing_do(..., &err);
 *       hit = fault_disarm();
 *       ... good, or nothing has changed; when nothing was hit it must be good
 *   }
 */
#pragma once
#include "base/base.h"
#include <sys/types.h>

enum fault_kind {
    FAULT_NONE = 0,
    FAULT_MEMORY = 1,   /* malloc, calloc, realloc: NULL */
    FAULT_WRITE = 2,    /* write, pwrite: half of the bytes are written, then ENOSPC */
    FAULT_FLUSH = 4,    /* fsync, fdatasync: EIO */
    FAULT_TRUNCATE = 8, /* ftruncate: EIO */
};
#define FAULT_ALL (FAULT_MEMORY | FAULT_WRITE | FAULT_FLUSH | FAULT_TRUNCATE)

/* The `nth` call of one of these kinds from now on, in any thread, fails; once. */
void fault_arm(unsigned kinds, uint64_t nth);
/* The `nth` and every later one, until fault_disarm(). */
void fault_arm_from(unsigned kinds, uint64_t nth);
bool fault_disarm(void); /* whether a call was made to fail */

/* For libraries that take an allocator or system calls of ours. */
bool fault_now(enum fault_kind kind); /* this call must fail */
ssize_t fault_pwrite(int fd, const void *bytes, size_t len, off_t at);
ssize_t fault_write(int fd, const void *bytes, size_t len);
