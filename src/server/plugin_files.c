#include "server/plugin_files.h"

#include "base/file.h"
#include "base/json.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define INFO_MAX ((size_t)4096) /* bytes */

static bool path_of(const char *folder, const char *name, char ret[PATH_MAX])
{
    int len = snprintf(ret, PATH_MAX, "%s/%s", folder, name);
    return len > 0 && len < PATH_MAX;
}

static bool is_id(struct str id)
{
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] < 'a' || id.ptr[i] > 'p')
            return false;
    return id.len == 32;
}

static bool read_id(const char *path, char ret[33])
{
    CLEANUP(freep) char *text = NULL;
    CLEANUP(json_decrefp) json_t *info = NULL;
    size_t len;
    struct str id;
    if (!file_read(path, INFO_MAX, &text, &len, NULL) ||
        !json_parse(str_bytes(text, len), &info, NULL) ||
        !json_get_str(info, "", "id", 32, &id, NULL) || !is_id(id))
        return false;
    str_into(id, ret, 33);
    return true;
}

void plugin_files_find(const char *folder, struct plugin_files *ret)
{
    struct plugin_files files = {.zip = false};
    char path[PATH_MAX];
    struct stat st;
    *ret = files;
    if (!folder || !path_of(folder, PLUGIN_INFO_FILE, path) || !read_id(path, files.id))
        return;
    files.zip = path_of(folder, PLUGIN_ZIP_FILE, path) && lstat(path, &st) == 0 &&
                S_ISREG(st.st_mode) && st.st_size > 0;
    *ret = files;
}
