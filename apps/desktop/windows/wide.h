/* UTF-8 inside, UTF-16 at Windows' edge; and Windows' errors as ours. */
#pragma once
#include "app_core/disk.h"

#include <windows.h>
/* Macros of Windows that would stand for values of our `enum error_code` from here on. Whoever
 * needs windows.h includes this instead. */
#undef ERROR_NOT_FOUND
#undef ERROR_BUSY

/* Cut to fit; always ended. */
void wide_from(struct str text, wchar_t *ret, size_t len);
void wide_to(const wchar_t *text, char *ret, size_t size);
/* From GetLastError(). */
#define wide_error(err, ...) (wide_report((err), GetLastError(), __VA_ARGS__), error_false())
void wide_report(struct error *err, DWORD code, const char *what);
