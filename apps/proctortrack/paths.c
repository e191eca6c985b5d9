/* No environment variable takes part: what a binary does depends on where it lies and its options.
 */
#include "paths.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool join(char ret[PATH_MAX], const char *folder, const char *name)
{
    int len = snprintf(ret, PATH_MAX, "%s/%s", folder, name);
    return len > 0 && len < PATH_MAX;
}

bool paths_models(const char *given, char ret[PATH_MAX], struct error *err)
{
    char self[PATH_MAX], beside[PATH_MAX], shared[PATH_MAX];
    if (given) {
        if (!is_folder(given))
            return error_set(err, ERROR_NOT_FOUND, "--models %s: there is no such folder", given);
        snprintf(ret, PATH_MAX, "%s", given);
        return true;
    }
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    if (len < 0)
        return error_errno(err, errno, "/proc/self/exe");
    self[len] = '\0';
    *strrchr(self, '/') = '\0'; /* the kernel's paths are absolute */
    if (!join(beside, self, "models") || !join(shared, self, "../share/proctortrack/models"))
        return error_set(err, ERROR_INVALID, "the path of this program is too long");
    const char *found = is_folder(beside) ? beside : is_folder(shared) ? shared : NULL;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND,
                         "no models: neither %s nor %s is a folder (say where with --models)",
                         beside, shared);
    snprintf(ret, PATH_MAX, "%s", found);
    return true;
}
