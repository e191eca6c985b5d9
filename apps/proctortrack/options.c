#include "options.h"

#include "base/file.h"

#include <unistd.h>

bool options_policy(const char *given, struct policy *ret, struct error *err)
{
    CLEANUP(freep) char *text = NULL;
    size_t len;
    if (policy_builtin(str_from(given), ret, NULL))
        return true;
    if (!file_read(given, POLICY_BYTES_MAX, &text, &len, err))
        return err->code == ERROR_NOT_FOUND
                   ? error_set(err, ERROR_NOT_FOUND,
                               "--policy %s: neither a file nor open, standard or strict", given)
                   : error_wrap(err, "--policy");
    return policy_parse(str_bytes(text, len), ret, err) || error_wrap(err, "--policy %s", given);
}

bool options_threads(const char *given, size_t *ret, struct error *err)
{
    uint64_t value;
    if (!str_to_u64(str_from(given), &value) || value < 1 || value > OPTIONS_THREADS_MAX)
        return error_set(err, ERROR_INVALID, "--threads must be a number from 1 to %d",
                         OPTIONS_THREADS_MAX);
    *ret = (size_t)value;
    return true;
}

size_t options_threads_default(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return (size_t)MIN(MAX(processors, 1), OPTIONS_THREADS_MAX);
}
