#include "install.h"

#include "app_core/native.h"
#include "wide.h"

#include <dpapi.h>
#include <shlobj.h>
#include <stdio.h>
#include <string.h>

#define KEY L"Software\\Classes\\proctortrack"

static void slashes(char *path)
{
    for (; *path; path++)
        if (*path == '\\')
            *path = '/';
}

bool install_data(char ret[DISK_PATH_MAX], struct error *err)
{
    wchar_t wide[MAX_PATH];
    char home[DISK_PATH_MAX];
    if (FAILED(SHGetFolderPathW(NULL, CSIDL_LOCAL_APPDATA | CSIDL_FLAG_CREATE, NULL, 0, wide)))
        return error_set(err, ERROR_NOT_FOUND, "this user has no folder for data");
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, home, sizeof home, NULL, NULL);
    if (len <= 0)
        return wide_error(err, "the user's folder");
    slashes(home);
    if (snprintf(ret, DISK_PATH_MAX, "%s/Proctortrack", home) >= DISK_PATH_MAX)
        return error_set(err, ERROR_INVALID, "the user's folder has too long a name");
    return disk_make_folder(ret, err);
}

bool install_program(char ret[DISK_PATH_MAX], struct error *err)
{
    wchar_t wide[MAX_PATH];
    DWORD len = GetModuleFileNameW(NULL, wide, MAX_PATH);
    if (len == 0 || len == MAX_PATH ||
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, ret, DISK_PATH_MAX, NULL, NULL) <= 0)
        return wide_error(err, "the program's own name");
    return true;
}

/* ---- the handler of links ---- */

static bool set_value(const wchar_t *key, const wchar_t *name, const wchar_t *value)
{
    return RegSetKeyValueW(HKEY_CURRENT_USER, key, name, REG_SZ, value,
                           (DWORD)((wcslen(value) + 1) * sizeof *value)) == ERROR_SUCCESS;
}

bool install_handler(struct error *err)
{
    wchar_t program[MAX_PATH], command[MAX_PATH + 16];
    DWORD len = GetModuleFileNameW(NULL, program, MAX_PATH);
    if (len == 0 || len == MAX_PATH)
        return wide_error(err, "the program's own name");
    swprintf(command, ARRAY_LEN(command), L"\"%ls\" \"%%1\"", program);
    if (!set_value(KEY, NULL, L"URL:Proctortrack") || !set_value(KEY, L"URL Protocol", L"") ||
        !set_value(KEY L"\\shell\\open\\command", NULL, command))
        return error_set(err, ERROR_IO, "links cannot be made to open the app");
    return true;
}

/* ---- the native host ---- */

#define HOST_KEY(browser) L"Software\\" browser L"\\NativeMessagingHosts\\org.proctortrack.app"

static const wchar_t *const host_keys[] = {HOST_KEY(L"Google\\Chrome"), HOST_KEY(L"Chromium")};

bool install_host(const char *data, const char *id, struct error *err)
{
    char program[DISK_PATH_MAX], path[DISK_PATH_MAX + 64];
    wchar_t wide[DISK_PATH_MAX + 64];
    CLEANUP(buf_done) struct buf manifest = {0};
    snprintf(path, sizeof path, "%s/" NATIVE_HOST ".json", data);
    if (!install_program(program, err) || !native_manifest(program, id, &manifest, err) ||
        !disk_replace(path, buf_str(&manifest), err))
        return false;
    wide_from(str_from(path), wide, ARRAY_LEN(wide));
    for (wchar_t *c = wide; *c; c++)
        if (*c == L'/')
            *c = L'\\';
    for (size_t i = 0; i < ARRAY_LEN(host_keys); i++)
        if (!set_value(host_keys[i], NULL, wide))
            return error_set(err, ERROR_IO, "the registry does not take it");
    return true;
}

static void remove_hosts(struct buf *told)
{
    bool removed = false;
    for (size_t i = 0; i < ARRAY_LEN(host_keys); i++)
        removed |= RegDeleteTreeW(HKEY_CURRENT_USER, host_keys[i]) == ERROR_SUCCESS;
    if (removed)
        buf_add_c(told, "the native host " NATIVE_HOST " of Chrome and Chromium\r\n");
}

/* ---- and away ---- */

struct sessions {
    const char *folder;
};

static void remove_session(void *context, const char *name)
{
    const struct sessions *s = context;
    char path[DISK_PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", s->folder, name) < (int)sizeof path) {
        bool gone = disk_remove_folder(path, NULL);
        (void)gone; /* what stays is seen when its folder cannot be removed */
    }
}

/* A running program cannot remove its file: Windows does it once we have ended, by the command line
 * that waits a moment. */
static bool remove_program_later(void)
{
    wchar_t program[MAX_PATH], command[2 * MAX_PATH];
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION made;
    DWORD len = GetModuleFileNameW(NULL, program, MAX_PATH);
    if (len == 0 || len == MAX_PATH || wcschr(program, L'"') || wcschr(program, L'%'))
        return false;
    swprintf(command, ARRAY_LEN(command),
             L"cmd.exe /d /c ping -n 4 127.0.0.1 >nul & del /q \"%ls\"", program);
    if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &start,
                        &made))
        return false;
    CloseHandle(made.hThread);
    CloseHandle(made.hProcess);
    return true;
}

bool install_remove(struct buf *told, struct error *err)
{
    char data[DISK_PATH_MAX], sessions[DISK_PATH_MAX + 16], program[DISK_PATH_MAX];
    wchar_t wide[DISK_PATH_MAX + 16];
    if (!install_data(data, err) || !install_program(program, err))
        return false;
    if (RegDeleteTreeW(HKEY_CURRENT_USER, KEY) == ERROR_SUCCESS)
        buf_add_c(told, "the handler of proctortrack:// links\r\n");
    remove_hosts(told);
    snprintf(sessions, sizeof sessions, "%s/sessions", data);
    struct sessions s = {sessions};
    if (disk_list(sessions, remove_session, &s, NULL)) {
        wide_from(str_from(sessions), wide, ARRAY_LEN(wide));
        RemoveDirectoryW(wide);
    }
    if (!disk_remove_folder(data, err))
        return false;
    buf_printf(told, "%s\r\n", data);
    if (remove_program_later())
        buf_printf(told, "%s (in some seconds)\r\n", program);
    return buf_ok(told, err);
}

/* ---- secrets ---- */

static bool turn(bool seal, struct str from, struct buf *to, struct error *err)
{
    DATA_BLOB in = {(DWORD)from.len, (BYTE *)(uintptr_t)from.ptr}, out = {0, NULL};
    BOOL good =
        seal ? CryptProtectData(&in, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &out)
             : CryptUnprotectData(&in, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &out);
    if (!good)
        return wide_error(err, "the user's key");
    buf_add(to, str_bytes(out.pbData, out.cbData));
    SecureZeroMemory(out.pbData, out.cbData);
    LocalFree(out.pbData);
    return buf_ok(to, err);
}

bool install_protect(struct str plain, struct buf *to, struct error *err)
{
    return turn(true, plain, to, err);
}

bool install_unprotect(struct str kept, struct buf *to, struct error *err)
{
    return turn(false, kept, to, err);
}
