/* What the app puts on this machine, all of it in this user's own folders, and how it goes again.
 */
#pragma once
#include "app_core/disk.h"

/* The folder for what waits to be sent: $XDG_DATA_HOME/proctortrack, made when it is not there. */
MUST_USE bool install_data(char ret[DISK_PATH_MAX], struct error *err);
/* Makes proctortrack:// links open this program. Written anew where the program has moved. */
MUST_USE bool install_handler(const char *program, struct error *err);
/* Lets the plugin `id` speak with `program` (app_core/native.h), in Chrome and Chromium where this
 * user has them. */
MUST_USE bool install_host(const char *program, const char *id, struct error *err);
/* Removes the handler, the native hosts, the data folder, and the program itself where it lies in
 * the user's own folders. Adds a line for each thing that went to `told`. */
MUST_USE bool install_remove(const char *program, struct buf *told, struct error *err);
