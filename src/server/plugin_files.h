/* The browser's plugin as `./dev extension` made it for this deployment, in the folder of
 * downloads: a zip for people, a signed CRX and its update manifest for managed browsers. Only for
 * server/. */
#pragma once
#include "base/base.h"

#define PLUGIN_INFO_FILE "proctortrack-plugin.json"
#define PLUGIN_ZIP_FILE "proctortrack-plugin.zip"
#define PLUGIN_CRX_FILE "proctortrack-plugin.crx"
#define PLUGIN_UPDATES_FILE "proctortrack-plugin.xml"
#define PLUGIN_ZIP_PATH "/plugin/proctortrack-plugin.zip"

struct plugin_files {
    char id[33]; /* as browsers know it; "": there is no plugin here */
    bool zip;
};
/* `folder` may be NULL. What is wrong with the files is as if they were not there: they are the
 * deployment's, and the page says that there is none. */
void plugin_files_find(const char *folder, struct plugin_files *ret);
