/* The desktop app's installers, as the deployment placed them in a folder. Files are found by the
 * platform that their name tells; no name of a request ever becomes a path. Only for server/. */
#pragma once
#include "server/http.h"

#define DOWNLOAD_FILE_MAX 128 /* bytes of a file's name */
#define DOWNLOAD_SIGNATURE ".sig"
#define DOWNLOAD_SIGNATURE_OF "-signature" /* behind a platform, in an address */

struct download {
    const char *platform; /* "windows", "linux"; static */
    char file[DOWNLOAD_FILE_MAX];
    uint64_t bytes; /* 0: there is none */
    bool is_signed; /* its signature lies beside it: the file's name and DOWNLOAD_SIGNATURE */
};
enum { DOWNLOADS = 2 };
/* One a platform: the last by name where there are several. `folder` may be NULL. */
void downloads_find(const char *folder, struct download ret[DOWNLOADS]);
/* Answers with the file, or of "linux-signature" with that; ERROR_NOT_FOUND says so where this
 * deployment has none. */
MUST_USE bool downloads_answer(const char *folder, struct str platform, struct request *q,
                               struct response *r, struct error *err);
/* Answers with one file of ours in that folder; `type` is its Content-Type. */
MUST_USE bool downloads_answer_file(const char *folder, const char *file, const char *type,
                                    struct response *r, struct error *err);
