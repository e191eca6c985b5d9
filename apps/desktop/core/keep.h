/* What is kept of a session while it is under way, so that the app goes on after a crash: a folder
 * of the session's name with the login, the spools and the journal. It goes when everything is on
 * the server, and at the latest after KEEP_US. */
#pragma once
#include "app_core/disk.h"
#include "app_core/link.h"
#include "app_core/platform.h"
#include "app_core/vault.h"

#define KEEP_US (INT64_C(72) * 3600 * 1000000)

struct kept {
    struct login login;
    struct vault_key key;
    int64_t made_us;
    bool begun; /* monitoring had begun */
};

/* Writes it, making the folder when there is none. */
MUST_USE bool keep_write(const struct platform *p, const struct kept *k, struct error *err);
/* The one of this name, which must be a session's; it is not looked at whether it is too old. */
MUST_USE bool keep_read(const struct platform *p, const char *session, struct kept *ret,
                        struct error *err);
/* The newest that is not too old; the others are removed, too old ones only. *ret_found tells. */
MUST_USE bool keep_find(const struct platform *p, int64_t now_us, struct kept *ret, bool *ret_found,
                        struct error *err);
MUST_USE bool keep_remove(const struct platform *p, const char *session, struct error *err);
void keep_folder(const struct platform *p, const char *session, char ret[DISK_PATH_MAX]);
