/* What the app puts on this machine, all of it this user's own, and how it goes again. */
#pragma once
#include "app_core/disk.h"

/* %LOCALAPPDATA%\Proctortrack, made when it is not there; with '/' between. */
MUST_USE bool install_data(char ret[DISK_PATH_MAX], struct error *err);
/* The path of the running program. */
MUST_USE bool install_program(char ret[DISK_PATH_MAX], struct error *err);
/* Makes proctortrack:// links open this program (HKEY_CURRENT_USER alone). */
MUST_USE bool install_handler(struct error *err);
/* Lets the plugin `id` start this program as its native host (app_core/native.h), in Chrome and
 * Chromium; the manifest lies in `data`. */
MUST_USE bool install_host(const char *data, const char *id, struct error *err);
/* Removes the handler, the native host, the data folder, and, once it has ended, the program. Adds
 * a line for each thing that went to `told`. */
MUST_USE bool install_remove(struct buf *told, struct error *err);
/* Seals for this user of this machine (DPAPI). */
MUST_USE bool install_protect(struct str plain, struct buf *to, struct error *err);
MUST_USE bool install_unprotect(struct str kept, struct buf *to, struct error *err);
