#include "wide.h"

#include "app_core/facts.h"

void wide_from(struct str text, wchar_t *ret, size_t len)
{
    int got = MultiByteToWideChar(CP_UTF8, 0, text.ptr ? text.ptr : "", (int)MIN(text.len, len - 1),
                                  ret, (int)len - 1);
    ret[MAX(got, 0)] = L'\0';
}

void wide_to(const wchar_t *text, char *ret, size_t size)
{
    char whole[4 * FACT_TITLE];
    int got = WideCharToMultiByte(CP_UTF8, 0, text, (int)MIN(wcslen(text), (size_t)FACT_TITLE - 1),
                                  whole, sizeof whole, NULL, NULL);
    fact_text(ret, size, str_bytes(whole, (size_t)MAX(got, 0)));
}

void wide_report(struct error *err, DWORD code, const char *what)
{
    enum error_code kind = ERROR_IO;
    if (code == ERROR_DISK_FULL || code == ERROR_HANDLE_DISK_FULL)
        kind = ERROR_NO_SPACE;
    else if (code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND)
        kind = ERROR_NOT_FOUND;
    else if (code == ERROR_NOT_ENOUGH_MEMORY || code == ERROR_OUTOFMEMORY)
        kind = ERROR_NO_MEMORY;
    error_report(err, kind, "%s: Windows says error %lu", what, code);
}
