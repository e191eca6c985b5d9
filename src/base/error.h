/* What went wrong: a code for programs and one sentence for people. Reporting never allocates. */
#pragma once
#include <stdarg.h>
#include <stdbool.h>

#ifdef __MINGW32__ /* C99's formats there, too: __USE_MINGW_ANSI_STDIO */
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(gnu_printf, format_at, args_at)))
#else
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#endif

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

/* Each gives false, so that a failure is reported and left in one line: `return error_set(...)`.
 * They are macros over functions so that the compiler sees the false, too, and knows that a ret_ is
 * not read after a failure. `err` may be NULL. */
#define error_set(err, code, ...) (error_report((err), (code), __VA_ARGS__), error_false())
/* Puts "prefix: " before the message that is there; the code stays. */
#define error_wrap(err, ...) (error_prefix((err), __VA_ARGS__), error_false())
/* From errno: ENOSPC, EDQUOT and EFBIG are ERROR_NO_SPACE, ENOENT is ERROR_NOT_FOUND, ENOMEM is
 * ERROR_NO_MEMORY, else ERROR_IO. */
#define error_errno(err, error_number, ...)                                                        \
    (error_report_errno((err), (error_number), __VA_ARGS__), error_false())
#define error_no_memory(err) error_set((err), ERROR_NO_MEMORY, "out of memory")

void error_report(struct error *err, enum error_code code, const char *format, ...)
    PRINTF_LIKE(3, 4);
void error_prefix(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
void error_report_errno(struct error *err, int error_number, const char *format, ...)
    PRINTF_LIKE(3, 4);
static inline bool error_false(void) { return false; }

const char *error_code_name(enum error_code code); /* "not-found"; static */
