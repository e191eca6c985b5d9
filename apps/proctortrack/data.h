/* The data folder, opened: database with all tables, blobs, keys, and both halves over them.
 * Several processes may have it open at the same time. */
#pragma once
#include "campus/campus.h"
#include "proctor/proctor.h"

#define DATA_DATABASE "proctortrack.db"
#define DATA_BLOBS "blobs"
#define DATA_DEPLOYMENT_KEY "deployment.key" /* wraps the sessions' keys */
#define DATA_SIGNING_KEY "signing.key"       /* signs receipts and reports */

struct data {
    struct db_store *store;   /* owned */
    struct blob_store *blobs; /* owned */
    struct campus *campus;    /* owned */
    struct proctor proctor;   /* its keys are wiped by data_close() */
};

/* In the caller's storage. Makes what is absent (folder 0700, keys 0600) and brings the tables up
 * to date. Call crypto_start() before. */
MUST_USE bool data_open(const char *folder, struct data *ret, struct error *err);
void data_close(struct data *d); /* zeroed is fine */
