/* What went wrong: a code for programs and one sentence for people. Reporting never allocates. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>

/* The code becomes an HTTP status or an exit status at the edge, in one function. */
enum error_code {
    ERROR_NONE = 0,
    ERROR_INVALID,      /* input breaks its format or limits */
    ERROR_UNAUTHORIZED, /* nobody is signed in, or the credentials are wrong */
    ERROR_FORBIDDEN,    /* signed in, but not allowed */
    ERROR_NOT_FOUND,
    ERROR_CONFLICT,  /* the thing is in another state than the request assumes */
    ERROR_GONE,      /* it was here, it was removed */
    ERROR_TOO_LARGE, /* over a named limit */
    ERROR_UNSUPPORTED,
    ERROR_CHECKSUM,  /* bytes differ from what their sender declared */
    ERROR_THROTTLED, /* too many attempts, try later */
    ERROR_NO_SPACE,  /* disk or quota full; may work later */
    ERROR_NO_MEMORY,
    ERROR_BUSY,   /* somebody else holds it; may work later */
    ERROR_CLOSED, /* the other side or a queue is gone */
    ERROR_IO,
    ERROR_INTERNAL, /* our own mistake */
};

#define ERROR_MESSAGE_MAX 256

struct error {
    enum error_code code;
    char message[ERROR_MESSAGE_MAX]; /* one line of UTF-8, no trailing period */
};

/* Both return false, so that a failure is reported and left in one line. `err` may be NULL. */
bool error_set(struct error *err, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the message that is there; the code stays. */
bool error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* From errno: ENOSPC and EDQUOT are ERROR_NO_SPACE, ENOENT is ERROR_NOT_FOUND, else ERROR_IO. */
bool error_errno(struct error *err, int error_number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool error_no_memory(struct error *err);

const char *error_code_name(enum error_code code); /* "not-found"; static */
