/* The proctoring half: what its modules share. It knows candidates and exams only by what the
 * provider interface told it; it never includes the portal. */
#pragma once
#include "blob/blob.h"
#include "crypto/seal.h"
#include "crypto/sign.h"
#include "db/store.h"

struct examiners;       /* proctor/examiners.h */
struct face_scans;      /* proctor/face_scan.h */
struct provider_portal; /* proctor/provider.h */

/* Borrowed by every module of this folder; made once by apps/. Any thread. */
struct proctor {
    struct db_store *store;   /* borrowed */
    struct blob_store *blobs; /* borrowed */
    struct seal_key deployment_key;
    struct sign_key sign_key;
    void (*grown)(
        void *context); /* called, from any thread, when a stream grew or ended; may be NULL */
    void *grown_context;
    /* Only where candidates check in; else NULL, and a scan is ERROR_UNSUPPORTED. */
    struct examiners *examiners;          /* borrowed */
    struct face_scans *face_scans;        /* borrowed */
    const struct provider_portal *portal; /* whose exams these are; NULL: nobody said so yet */
    int64_t profile_keep_us;              /* how long a profile counts; 0: PROFILE_KEEP_US */
};

/* Tables of this half; runs at every start. */
extern const struct db_migrations proctor_migrations;
