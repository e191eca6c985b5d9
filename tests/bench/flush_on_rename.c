/* Preloaded into nginx by the ingest benchmark: nginx stores a PUT in a temporary file and renames it,
 * and never flushes. This makes the file and its folder durable at that rename, so that both servers
 * promise the same. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static void flush(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0 || fsync(fd))
        perror(path);
    if (fd >= 0)
        close(fd);
}

int rename(const char *from, const char *to)
{
    int (*next)(const char *, const char *) =
        (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    flush(from, O_RDONLY);
    int result = next(from, to);
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", to);
    flush(dirname(folder), O_RDONLY | O_DIRECTORY);
    return result;
}
