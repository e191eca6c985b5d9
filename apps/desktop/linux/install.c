#include "install.h"

#include "app_core/native.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESKTOP_FILE "proctortrack.desktop"

static bool home_folder(char ret[DISK_PATH_MAX], struct error *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/')
        snprintf(ret, DISK_PATH_MAX, "%s", data);
    else if (home && home[0] == '/')
        snprintf(ret, DISK_PATH_MAX, "%s/.local/share", home);
    else
        return error_set(err, ERROR_NOT_FOUND, "this user has no home folder");
    return true;
}

/* The folder and those above it, as far as they are missing. */
static bool make_folders(const char *path, struct error *err)
{
    char part[DISK_PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *c = part + 1; *c; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        if (mkdir(part, 0700) && errno != EEXIST)
            return error_errno(err, errno, "%s", part);
        *c = '/';
    }
    return file_make_folder(part, err);
}

bool install_data(char ret[DISK_PATH_MAX], struct error *err)
{
    char home[DISK_PATH_MAX];
    if (!home_folder(home, err))
        return false;
    if (snprintf(ret, DISK_PATH_MAX, "%s/proctortrack", home) >= DISK_PATH_MAX)
        return error_set(err, ERROR_INVALID, "the home folder's name is too long");
    return make_folders(ret, err);
}

/* ---- the handler of links ---- */

/* Tells the desktop that a handler came or went. */
static void update_desktop(const char *folder)
{
    pid_t child = fork();
    if (child == 0) {
        execlp("update-desktop-database", "update-desktop-database", "-q", folder, (char *)NULL);
        _exit(127); /* not there: then the code is typed by hand */
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static bool handler_path(char ret[DISK_PATH_MAX], bool make, struct error *err)
{
    char home[DISK_PATH_MAX];
    if (!home_folder(home, err))
        return false;
    snprintf(ret, DISK_PATH_MAX, "%s/applications", home);
    if (make && !make_folders(ret, err))
        return false;
    snprintf(ret, DISK_PATH_MAX, "%s/applications/" DESKTOP_FILE, home);
    return true;
}

/* As the Desktop Entry Specification wants arguments: in quotes, with these characters escaped. */
static void add_quoted(struct buf *to, const char *text)
{
    buf_add_char(to, '"');
    for (; *text; text++) {
        if (strchr("\"`$\\", *text))
            buf_add_c(to, "\\\\");
        if (*text == '%')
            buf_add_char(to, '%');
        buf_add_char(to, *text);
    }
    buf_add_char(to, '"');
}

bool install_handler(const char *program, struct error *err)
{
    char path[DISK_PATH_MAX];
    CLEANUP(buf_done) struct buf entry = {0};
    CLEANUP(buf_done) struct buf there = {0};
    if (!handler_path(path, true, err))
        return false;
    buf_add_c(&entry, "[Desktop Entry]\nType=Application\nName=Proctortrack\nNoDisplay=true\n"
                      "Terminal=false\nMimeType=x-scheme-handler/proctortrack;\nExec=");
    add_quoted(&entry, program);
    buf_add_c(&entry, " %u\n");
    if (!buf_ok(&entry, err))
        return false;
    if (disk_read(path, 4096, &there, NULL) && str_eq(buf_str(&there), buf_str(&entry)))
        return true;
    if (!file_replace(path, buf_str(&entry), 0600, err))
        return false;
    path[strlen(path) - strlen("/" DESKTOP_FILE)] = '\0';
    update_desktop(path);
    return true;
}

/* ---- the native host ---- */

static const char *const browsers[] = {"google-chrome", "chromium"};

/* The folder of a browser's own; false when this user has none. */
static bool browser_folder(const char *browser, char ret[DISK_PATH_MAX])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    struct stat st;
    int len = -1;
    if (config && config[0] == '/')
        len = snprintf(ret, DISK_PATH_MAX, "%s/%s", config, browser);
    else if (home && home[0] == '/')
        len = snprintf(ret, DISK_PATH_MAX, "%s/.config/%s", home, browser);
    return len > 0 && len < DISK_PATH_MAX && stat(ret, &st) == 0 && S_ISDIR(st.st_mode);
}

#define HOST_FOLDER "/NativeMessagingHosts"
#define HOST_FILE HOST_FOLDER "/" NATIVE_HOST ".json"

bool install_host(const char *program, const char *id, struct error *err)
{
    CLEANUP(buf_done) struct buf manifest = {0};
    if (!native_manifest(program, id, &manifest, err))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(browsers); i++) {
        char browser[DISK_PATH_MAX], path[DISK_PATH_MAX + sizeof HOST_FILE];
        if (!browser_folder(browsers[i], browser))
            continue;
        snprintf(path, sizeof path, "%s" HOST_FOLDER, browser);
        if (!file_make_folder(path, err))
            return false;
        snprintf(path, sizeof path, "%s" HOST_FILE, browser);
        if (!file_replace(path, buf_str(&manifest), 0600, err))
            return false;
    }
    return true;
}

/* ---- and away ---- */

static void tell(struct buf *told, const char *path) { buf_printf(told, "%s\n", path); }

static void remove_hosts(struct buf *told)
{
    for (size_t i = 0; i < ARRAY_LEN(browsers); i++) {
        char browser[DISK_PATH_MAX], path[DISK_PATH_MAX + sizeof HOST_FILE];
        if (!browser_folder(browsers[i], browser))
            continue;
        snprintf(path, sizeof path, "%s" HOST_FILE, browser);
        if (unlink(path))
            continue;
        tell(told, path);
        snprintf(path, sizeof path, "%s" HOST_FOLDER, browser);
        rmdir(path); /* where nobody else's host lies in it */
    }
}

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

static void remove_sessions(const char *data, struct buf *told)
{
    char path[DISK_PATH_MAX];
    snprintf(path, sizeof path, "%s/sessions", data);
    struct sessions s = {path};
    if (disk_list(path, remove_session, &s, NULL) && rmdir(path) == 0)
        tell(told, path);
}

/* A program that a system administrator has installed is not this user's to remove. */
static bool is_own(const char *program)
{
    struct stat st;
    return lstat(program, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == getuid() &&
           strncmp(program, "/usr/", 5) != 0 && strncmp(program, "/opt/", 5) != 0;
}

bool install_remove(const char *program, struct buf *told, struct error *err)
{
    char path[DISK_PATH_MAX], data[DISK_PATH_MAX];
    if (!handler_path(path, false, err) || !install_data(data, err))
        return false;
    if (unlink(path) == 0) {
        tell(told, path);
        path[strlen(path) - strlen("/" DESKTOP_FILE)] = '\0';
        update_desktop(path);
    }
    remove_hosts(told);
    remove_sessions(data, told);
    if (!disk_remove_folder(data, err))
        return false;
    tell(told, data);
    if (is_own(program) && unlink(program) == 0)
        tell(told, program);
    return buf_ok(told, err);
}
