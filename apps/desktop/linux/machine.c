#include "machine.h"

#include "base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static bool read_text(const char *path, char *ret, size_t size)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    size_t len = fread(ret, 1, size - 1, f);
    fclose(f);
    while (len && (ret[len - 1] == '\n' || ret[len - 1] == ' '))
        len--;
    ret[len] = '\0';
    return len > 0;
}

/* ---- programs ---- */

#define DELETED " (deleted)" /* it was updated while it runs */

/* The path of its file; empty when it has gone or is none of ours. */
static struct str file_of(int64_t pid, char *room, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%" PRId64 "/exe", pid);
    ssize_t len = readlink(path, room, size);
    struct str file = {room, len > 0 ? (size_t)len : 0};
    if (str_ends(file, STR(DELETED)))
        file.len -= sizeof DELETED - 1;
    return file;
}

static void name_of(int64_t pid, struct str file, char *ret, size_t size)
{
    char path[64], text[64];
    ret[0] = '\0';
    if (file.len)
        fact_program_name(ret, size, file);
    /* Of what runs inside of something else the name is its own. */
    if (!ret[0] || strncmp(ret, "wine", 4) == 0) {
        snprintf(path, sizeof path, "/proc/%" PRId64 "/comm", pid);
        if (read_text(path, text, sizeof text))
            fact_program_name(ret, size, str_from(text));
    }
}

void machine_program(int64_t pid, char *ret, size_t size)
{
    char room[PATH_MAX];
    name_of(pid, file_of(pid, room, sizeof room), ret, size);
}

/* Where packages are installed, with an administrator's rights; also as a sandbox shows it. */
static bool is_own_place(struct str file)
{
    static const char *const system[] = {"/usr/", "/bin/", "/sbin/", "/lib",
                                         "/opt/", "/app/", "/snap/", "/var/lib/flatpak/",
                                         "/nix/", "/gnu/", NULL};
    for (int i = 0; system[i]; i++)
        if (str_starts(file, str_from(system[i])))
            return false;
    return file.len > 0;
}

static void look_at_programs(struct facts *ret)
{
    char room[PATH_MAX], own_room[PATH_MAX];
    struct str own = file_of(getpid(), own_room, sizeof own_room);
    DIR *proc = opendir("/proc");
    if (!proc)
        return;
    for (struct dirent *entry; (entry = readdir(proc));) {
        struct stat st;
        if (!isdigit((unsigned char)entry->d_name[0]) || ret->programs_len == FACTS_PROGRAMS_MAX ||
            fstatat(dirfd(proc), entry->d_name, &st, 0) || st.st_uid != getuid())
            continue;
        struct fact_program *p = &ret->programs[ret->programs_len];
        p->id = atoll(entry->d_name);
        struct str file = file_of(p->id, room, sizeof room);
        name_of(p->id, file, p->name, sizeof p->name);
        p->own_place = is_own_place(file) && !str_eq(file, own);
        ret->programs_len += p->name[0] != '\0';
    }
    closedir(proc);
}

/* ---- virtual machines and remote sessions ---- */

static void look_for_machine(struct facts *ret)
{
    static const char *const files[] = {"/sys/class/dmi/id/product_name",
                                        "/sys/class/dmi/id/sys_vendor", "/sys/hypervisor/type",
                                        NULL};
    static const char *const words[] = {"virtualbox",      "vmware", "kvm",       "qemu",
                                        "virtual machine", "xen",    "parallels", "bochs",
                                        "hyper-v",         "bhyve",  NULL};
    char text[256];
    for (int f = 0; files[f]; f++) {
        if (!read_text(files[f], text, sizeof text))
            continue;
        char lower[256];
        fact_program_name(lower, sizeof lower, str_from(text));
        for (int i = 0; words[i]; i++) {
            if (strstr(lower, words[i])) {
                fact_text(ret->virtual_machine, sizeof ret->virtual_machine, str_from(text));
                return;
            }
        }
    }
    CLEANUP(freep) char *cpu = malloc(16384); /* the first processor tells it */
    if (cpu && read_text("/proc/cpuinfo", cpu, 16384) && strstr(cpu, " hypervisor"))
        fact_text(ret->virtual_machine, sizeof ret->virtual_machine,
                  STR("the processor tells of a hypervisor"));
}

static void look_for_remote(struct facts *ret)
{
    const char *display = getenv("DISPLAY");
    const char *sign = NULL;
    if (getenv("XRDP_SESSION"))
        sign = "RDP session (xrdp)";
    else if (getenv("SSH_CONNECTION"))
        sign = "started through SSH";
    else if (getenv("CHROME_REMOTE_DESKTOP_SESSION"))
        sign = "Chrome Remote Desktop";
    else if (display && display[0] != ':' && strncmp(display, "unix:", 5) != 0)
        sign = "display of another computer";
    if (sign)
        fact_text(ret->remote, sizeof ret->remote, str_from(sign));
}

/* ---- the rest ---- */

static void look_at_os(struct facts *ret)
{
    char text[4096], *name;
    fact_text(ret->os, sizeof ret->os, STR("Linux"));
    if (!read_text("/etc/os-release", text, sizeof text) ||
        !(name = strstr(text, "PRETTY_NAME=\"")))
        return;
    struct str rest = str_from(name + strlen("PRETTY_NAME=\"")), value;
    if (str_split(&rest, '"', &value))
        fact_text(ret->os, sizeof ret->os, value);
}

static void look_at_power(struct facts *ret)
{
    DIR *dir = opendir("/sys/class/power_supply");
    ret->battery_percent = -1;
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[300], text[64];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/type", entry->d_name);
        if (!read_text(path, text, sizeof text) || strcmp(text, "Battery") != 0)
            continue;
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/scope", entry->d_name);
        if (read_text(path, text, sizeof text) && strcmp(text, "Device") == 0)
            continue; /* a mouse's */
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/capacity", entry->d_name);
        if (read_text(path, text, sizeof text))
            ret->battery_percent = atoi(text);
        snprintf(path, sizeof path, "/sys/class/power_supply/%.200s/status", entry->d_name);
        ret->on_battery = read_text(path, text, sizeof text) && strcmp(text, "Discharging") == 0;
    }
    closedir(dir);
}

void machine_look(const char *data_folder, struct facts *ret)
{
    struct statvfs disk;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    look_at_programs(ret);
    look_for_machine(ret);
    look_for_remote(ret);
    look_at_os(ret);
    look_at_power(ret);
    ret->memory_bytes = pages > 0 && page > 0 ? (int64_t)pages * page : -1;
    ret->disk_free_bytes =
        statvfs(data_folder, &disk) == 0 ? (int64_t)disk.f_bavail * (int64_t)disk.f_frsize : -1;
}
