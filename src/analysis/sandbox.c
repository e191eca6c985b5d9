/* Three fences. rlimits bound memory, time and descriptors; writable machine code (oneDNN keeps its
 * kernels in such pages) is made read-only; a seccomp filter allows the few system calls that
 * decoding and inference need and kills the process at any other. */
#include "analysis/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* their shadow memory is terabytes of address space, and they ask for more */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Nine references of the largest picture allowed (4096 x 2304) are 130 MB, libraries and models map
 * about 300 MB; what asks for more than this is an attack. */
#define MEMORY_MAX ((rlim_t)3 << 30)
/* A whole day's exam takes less than an hour; see the worker's own timeout for what stands still.
 */
#define CPU_SECONDS_MAX ((rlim_t)6 * 3600)

static bool limit(__rlimit_resource_t what, rlim_t most, struct error *err)
{
    struct rlimit now;
    if (getrlimit(what, &now))
        return error_errno(err, errno, "limits of the decoder");
    struct rlimit want = {MIN(most, now.rlim_max), MIN(most, now.rlim_max)};
    if (setrlimit(what, &want))
        return error_errno(err, errno, "limits of the decoder");
    return true;
}

/* Whatever is writable and executable becomes executable only. */
static bool seal_machine_code(struct error *err)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    if (!maps)
        return error_errno(err, errno, "/proc/self/maps");
    bool ok = true;
    char line[512];
    while (ok && fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        char access[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, access) != 3 ||
            access[1] != 'w' || access[2] != 'x')
            continue;
        if (mprotect((void *)from, to - from, PROT_READ | PROT_EXEC))
            ok = error_errno(err, errno, "sealing machine code");
    }
    fclose(maps);
    return ok;
}

/* Calls that reach nothing outside of the process. getpid, gettid and rt_sigprocmask are of
 * abort(), so that an assertion is seen as what it is. */
static const int calls[] = {
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(rt_sigprocmask),
#if SANITIZED
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(readlink),
#endif
};

/* Calls of which only one use is allowed: the argument `at`, under `mask`, must have `value`. */
static bool allow_calls(scmp_filter_ctx filter)
{
    const struct {
        int call;
        unsigned at;
        scmp_datum_t mask, value;
    } narrowed[] = {
        {SCMP_SYS(read), 0, UINT32_MAX, STDIN_FILENO},
        {SCMP_SYS(pread64), 0, UINT32_MAX, STDIN_FILENO},
        {SCMP_SYS(lseek), 0, UINT32_MAX, STDIN_FILENO},
        {SCMP_SYS(fstat), 0, UINT32_MAX, STDIN_FILENO},
        /* fstat() of newer C libraries. The path cannot be checked: at worst the child learns the
         * size and date of a file, which it can tell nobody. */
        {SCMP_SYS(newfstatat), 3, UINT32_MAX, AT_EMPTY_PATH},
        {SCMP_SYS(write), 0, UINT32_MAX, STDOUT_FILENO},
        /* The caller has made it /dev/null: libraries complain there, and must not die of it. */
        {SCMP_SYS(write), 0, UINT32_MAX, STDERR_FILENO},
        {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
        {SCMP_SYS(tgkill), 0, UINT32_MAX, (scmp_datum_t)getpid()},
    };
    for (size_t i = 0; i < ARRAY_LEN(calls); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0))
            return false;
    for (size_t i = 0; i < ARRAY_LEN(narrowed); i++) {
        struct scmp_arg_cmp is =
            SCMP_CMP64(narrowed[i].at, SCMP_CMP_MASKED_EQ, narrowed[i].mask, narrowed[i].value);
        if (seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, narrowed[i].call, 1, &is))
            return false;
    }
    /* No file is opened. Reading one is refused and not punished: for the names of channels in a
     * transport stream libavformat asks the C library for tables of characters, which lie in files,
     * and does without. */
    const struct scmp_arg_cmp reading =
        SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY);
    if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 1, &reading))
        return false;
    /* Memory, but no file and nothing executable. */
    const struct scmp_arg_cmp memory[] = {
        SCMP_CMP64(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
        SCMP_CMP64(3, SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS),
    };
    return !seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), ARRAY_LEN(memory),
                                   memory);
}

static bool close_calls(struct error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return error_no_memory(err);
    bool ok = allow_calls(filter) || error_set(err, ERROR_INTERNAL, "the sandbox has a bad rule");
    int failed = ok ? seccomp_load(filter) : 0;
    if (failed)
        ok = error_set(err, ERROR_UNSUPPORTED,
                       "the sandbox cannot be closed, so nothing is decoded: this kernel or "
                       "container refuses seccomp (%s)",
                       strerror(-failed));
    seccomp_release(filter);
    return ok;
}

bool sandbox_close(struct error *err)
{
    tzset(); /* else the first date in a container's header would open the time zone's file */
    if (close_range(STDERR_FILENO + 1, ~0U, 0) && errno != ENOSYS)
        return error_errno(err, errno, "descriptors of the decoder");
    if (!seal_machine_code(err)) /* reads /proc/self, which the next line may close to us */
        return false;
    if (prctl(PR_SET_DUMPABLE, 0))
        return error_errno(err, errno, "decoder");
    return (SANITIZED ||
            (limit(RLIMIT_AS, MEMORY_MAX, err) && limit(RLIMIT_DATA, MEMORY_MAX, err))) &&
           limit(RLIMIT_CPU, CPU_SECONDS_MAX, err) && limit(RLIMIT_CORE, 0, err) &&
           limit(RLIMIT_FSIZE, 0, err) && limit(RLIMIT_NPROC, 0, err) &&
           limit(RLIMIT_NOFILE, STDERR_FILENO + 1, err) && close_calls(err);
}
