#include "machine.h"

#include "displays.h"
#include "sound.h"
#include "wide.h"

#include <cpuid.h>
#include <dwmapi.h>
#include <psapi.h>
#include <shlobj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>
#include <wtsapi32.h>

#ifndef WDA_NONE
#define WDA_NONE 0
#endif
#define FILE_MAX 1024  /* characters of a path */
#define OVERLAY_MIN 40 /* pixels a side: smaller ones show nothing that could be read */

/* ---- programs: of this user's session ---- */

static bool file_of(DWORD pid, wchar_t ret[FILE_MAX])
{
    DWORD len = FILE_MAX;
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    if (!process)
        return false;
    bool good = QueryFullProcessImageNameW(process, 0, ret, &len);
    CloseHandle(process);
    return good;
}

/* Where an administrator installs programs, and this program itself. */
struct places {
    wchar_t folders[3][MAX_PATH]; /* L"": none */
    wchar_t own[FILE_MAX];
};

static void find_places(struct places *ret)
{
    static const int folders[] = {CSIDL_WINDOWS, CSIDL_PROGRAM_FILES, CSIDL_PROGRAM_FILESX86};
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (FAILED(SHGetFolderPathW(NULL, folders[i], NULL, SHGFP_TYPE_CURRENT, ret->folders[i])))
            ret->folders[i][0] = L'\0';
    if (!GetModuleFileNameW(NULL, ret->own, FILE_MAX))
        ret->own[0] = L'\0';
}

static bool is_own_place(const struct places *places, DWORD pid)
{
    wchar_t file[FILE_MAX];
    if (!file_of(pid, file) || _wcsicmp(file, places->own) == 0) /* of somebody else; this one */
        return false;
    for (size_t i = 0; i < ARRAY_LEN(places->folders); i++) {
        size_t len = wcslen(places->folders[i]);
        if (len && _wcsnicmp(file, places->folders[i], len) == 0 && file[len] == L'\\')
            return false;
    }
    return true;
}

static void look_at_programs(struct facts *ret)
{
    DWORD own = 0, session;
    PROCESSENTRY32W p = {.dwSize = sizeof p};
    struct places places;
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (all == INVALID_HANDLE_VALUE)
        return;
    ProcessIdToSessionId(GetCurrentProcessId(), &own);
    find_places(&places);
    for (BOOL more = Process32FirstW(all, &p); more && ret->programs_len < FACTS_PROGRAMS_MAX;
         more = Process32NextW(all, &p)) {
        char name[FACT_TEXT];
        if (ProcessIdToSessionId(p.th32ProcessID, &session) && session != own)
            continue;
        wide_to(p.szExeFile, name, sizeof name);
        struct fact_program *f = &ret->programs[ret->programs_len++];
        fact_program_name(f->name, sizeof f->name, str_from(name));
        f->id = p.th32ProcessID;
        f->own_place = is_own_place(&places, p.th32ProcessID);
    }
    CloseHandle(all);
}

static void program_of(HWND window, char *ret, size_t size)
{
    wchar_t path[FILE_MAX];
    char text[FACT_TITLE];
    DWORD pid = 0;
    ret[0] = '\0';
    GetWindowThreadProcessId(window, &pid);
    if (file_of(pid, path)) {
        const wchar_t *slash = wcsrchr(path, L'\\');
        wide_to(slash ? slash + 1 : path, text, sizeof text);
        fact_program_name(ret, size, str_from(text));
    }
}

/* ---- windows ---- */

static void describe(HWND window, struct fact_window *ret)
{
    wchar_t title[FACT_TITLE];
    ret->id = (int64_t)(intptr_t)window;
    title[GetWindowTextW(window, title, FACT_TITLE)] = L'\0';
    wide_to(title, ret->title, sizeof ret->title);
    program_of(window, ret->program, sizeof ret->program);
}

static bool is_shown(HWND window)
{
    RECT r;
    DWORD cloaked = 0;
    DwmGetWindowAttribute(window, DWMWA_CLOAKED, &cloaked, sizeof cloaked);
    return IsWindowVisible(window) && !cloaked && GetWindowRect(window, &r) &&
           r.right - r.left >= OVERLAY_MIN && r.bottom - r.top >= OVERLAY_MIN;
}

/* Above all others and clicked through, or shut out of recordings. */
static BOOL CALLBACK on_window(HWND window, LPARAM context)
{
    struct facts *ret = (struct facts *)context;
    DWORD pid = 0, affinity = WDA_NONE;
    LONG_PTR style = GetWindowLongPtrW(window, GWL_EXSTYLE);
    bool through = style & WS_EX_TOPMOST && style & WS_EX_TRANSPARENT && style & WS_EX_LAYERED;
    bool hidden = GetWindowDisplayAffinity(window, &affinity) && affinity != WDA_NONE;
    GetWindowThreadProcessId(window, &pid);
    if ((through || hidden) && pid != GetCurrentProcessId() && is_shown(window))
        describe(window, &ret->overlays[ret->overlays_len++]);
    return ret->overlays_len < FACTS_OVERLAYS_MAX;
}

static void look_at_windows(struct facts *ret)
{
    HWND front = GetForegroundWindow();
    HDESK desk = OpenInputDesktop(0, FALSE, DESKTOP_READOBJECTS);
    ret->locked = !desk; /* the desktop of the lock screen is not ours to open */
    if (desk)
        CloseDesktop(desk);
    if (front)
        describe(front, &ret->active);
    EnumWindows(on_window, (LPARAM)ret);
    ret->windows_known = true;
}

/* ---- input devices ---- */

static void look_at_inputs(struct facts *ret)
{
    RAWINPUTDEVICELIST list[64];
    UINT len = ARRAY_LEN(list);
    UINT got = GetRawInputDeviceList(list, &len, sizeof list[0]);
    for (UINT i = 0; got != (UINT)-1 && i < got && ret->inputs_len < FACTS_INPUTS_MAX; i++) {
        wchar_t name[FACT_TITLE] = L"";
        UINT size = ARRAY_LEN(name);
        if (list[i].dwType != RIM_TYPEKEYBOARD && list[i].dwType != RIM_TYPEMOUSE)
            continue;
        GetRawInputDeviceInfoW(list[i].hDevice, RIDI_DEVICENAME, name, &size);
        struct fact_input *f = &ret->inputs[ret->inputs_len++];
        wide_to(name, f->name, sizeof f->name);
        f->kind = list[i].dwType == RIM_TYPEKEYBOARD ? FACT_KEYBOARD : FACT_POINTER;
    }
}

/* ---- virtual machines and remote sessions ---- */

static bool read_value(const wchar_t *key, const wchar_t *name, char *ret, size_t size)
{
    wchar_t value[FACT_TITLE];
    DWORD bytes = sizeof value - sizeof *value;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, key, name, RRF_RT_REG_SZ | RRF_RT_REG_MULTI_SZ, NULL,
                     value, &bytes))
        return false;
    wide_to(value, ret, size);
    return true;
}

static void look_for_machine(struct facts *ret)
{
    static const wchar_t bios[] = L"HARDWARE\\DESCRIPTION\\System\\BIOS";
    static const wchar_t *const names[] = {L"SystemProductName", L"SystemManufacturer", NULL};
    static const char *const words[] = {"virtualbox",      "vmware", "kvm",       "qemu",
                                        "virtual machine", "xen",    "parallels", "bochs",
                                        "hyper-v",         NULL};
    unsigned a = 0, b = 0, c = 0, d = 0;
    for (int n = 0; names[n]; n++) {
        char text[FACT_TEXT], lower[FACT_TEXT];
        if (!read_value(bios, names[n], text, sizeof text))
            continue;
        fact_program_name(lower, sizeof lower, str_from(text));
        for (int i = 0; words[i]; i++) {
            if (strstr(lower, words[i])) {
                fact_text(ret->virtual_machine, sizeof ret->virtual_machine, str_from(text));
                return;
            }
        }
    }
    if (__get_cpuid(1, &a, &b, &c, &d) && c >> 31 & 1)
        fact_text(ret->virtual_machine, sizeof ret->virtual_machine,
                  STR("the processor tells of a hypervisor"));
}

static void look_for_remote(struct facts *ret)
{
    USHORT *protocol = NULL;
    DWORD size = 0;
    bool remote = GetSystemMetrics(SM_REMOTESESSION) != 0;
    if (WTSQuerySessionInformationW(WTS_CURRENT_SERVER_HANDLE, WTS_CURRENT_SESSION,
                                    WTSClientProtocolType, (LPWSTR *)&protocol, &size)) {
        remote = remote || (size >= sizeof *protocol && *protocol != 0); /* not the console */
        WTSFreeMemory(protocol);
    }
    if (remote)
        fact_text(ret->remote, sizeof ret->remote, STR("Remote Desktop"));
    else if (GetSystemMetrics(SM_REMOTECONTROL))
        fact_text(ret->remote, sizeof ret->remote, STR("the session is shadowed"));
}

/* ---- the rest ---- */

static void look_at_system(const char *data_folder, struct facts *ret)
{
    static const wchar_t key[] = L"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
    char name[FACT_TEXT] = "Windows", build[32] = "";
    MEMORYSTATUSEX memory = {.dwLength = sizeof memory};
    SYSTEM_POWER_STATUS power;
    ULARGE_INTEGER there;
    wchar_t folder[DISK_PATH_MAX];
    read_value(key, L"ProductName", name, sizeof name);
    read_value(key, L"CurrentBuildNumber", build, sizeof build);
    snprintf(ret->os, sizeof ret->os, "%.90s, build %s", name, build);
    ret->memory_bytes = GlobalMemoryStatusEx(&memory) ? (int64_t)memory.ullTotalPhys : -1;
    wide_from(str_from(data_folder), folder, DISK_PATH_MAX);
    ret->disk_free_bytes =
        GetDiskFreeSpaceExW(folder, &there, NULL, NULL) ? (int64_t)there.QuadPart : -1;
    ret->battery_percent = -1;
    if (GetSystemPowerStatus(&power)) {
        bool none = power.BatteryFlag & 128 || power.BatteryLifePercent > 100;
        ret->battery_percent = none ? -1 : power.BatteryLifePercent;
        ret->on_battery = power.ACLineStatus == 0;
    }
}

void machine_look(const char *data_folder, struct facts *ret)
{
    look_at_programs(ret);
    look_at_windows(ret);
    look_at_inputs(ret);
    look_for_machine(ret);
    look_for_remote(ret);
    look_at_system(data_folder, ret);
    displays_look(ret);
    sound_devices(ret);
}
