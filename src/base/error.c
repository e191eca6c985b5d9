#include "base/error.h"

#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#ifdef __MINGW32__ /* strerror() has a buffer a thread there */
#define strerror_r(number, buffer, size) ((void)(buffer), strerror(number))
#endif

/* Messages reach logs, terminals and JSON, and may quote what a stranger sent: one line of UTF-8,
 * also where it was cut to fit. */
static void make_clean(char *message)
{
    struct str rest = str_from(message);
    while (rest.len) {
        size_t len = 1;
        while (len < 4 && len < rest.len && ((unsigned char)rest.ptr[len] & 0xc0) == 0x80)
            len++;
        if (!str_is_utf8(str_slice(rest, 0, len)) || (unsigned char)rest.ptr[0] < ' ')
            for (size_t i = 0; i < len; i++)
                message[(size_t)(rest.ptr - message) + i] = '?';
        rest = str_slice(rest, len, rest.len);
    }
}

void error_report(struct error *err, enum error_code code, const char *format, ...)
{
    if (!err)
        return;
    err->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    make_clean(err->message);
}

void error_prefix(struct error *err, const char *format, ...)
{
    if (!err)
        return;
    char rest[ERROR_MESSAGE_MAX];
    memcpy(rest, err->message, sizeof rest);
    rest[sizeof rest - 1] = '\0';
    va_list args;
    va_start(args, format);
    int used = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof err->message)
        snprintf(err->message + used, sizeof err->message - (size_t)used, ": %s", rest);
    make_clean(err->message);
}

void error_report_errno(struct error *err, int error_number, const char *format, ...)
{
    if (!err)
        return;
    switch (error_number) {
    case ENOSPC:
#ifdef EDQUOT
    case EDQUOT:
#endif
    case EFBIG:
        err->code = ERROR_NO_SPACE;
        break;
    case ENOENT:
        err->code = ERROR_NOT_FOUND;
        break;
    case ENOMEM:
        err->code = ERROR_NO_MEMORY;
        break;
    default:
        err->code = ERROR_IO;
    }
    va_list args;
    va_start(args, format);
    int used = vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    char reason[128];
    if (used >= 0 && (size_t)used < sizeof err->message)
        snprintf(err->message + used, sizeof err->message - (size_t)used, ": %s",
                 strerror_r(error_number, reason, sizeof reason));
    make_clean(err->message);
}

const char *error_code_name(enum error_code code)
{
    switch (code) {
    case ERROR_NONE:
        return "none";
    case ERROR_INVALID:
        return "invalid";
    case ERROR_UNAUTHORIZED:
        return "unauthorized";
    case ERROR_FORBIDDEN:
        return "forbidden";
    case ERROR_NOT_FOUND:
        return "not-found";
    case ERROR_CONFLICT:
        return "conflict";
    case ERROR_GONE:
        return "gone";
    case ERROR_TOO_LARGE:
        return "too-large";
    case ERROR_UNSUPPORTED:
        return "unsupported";
    case ERROR_CHECKSUM:
        return "checksum";
    case ERROR_THROTTLED:
        return "throttled";
    case ERROR_NO_SPACE:
        return "no-space";
    case ERROR_NO_MEMORY:
        return "no-memory";
    case ERROR_BUSY:
        return "busy";
    case ERROR_CLOSED:
        return "closed";
    case ERROR_IO:
        return "io";
    case ERROR_INTERNAL:
        return "internal";
    }
    return "unknown";
}
