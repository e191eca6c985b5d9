/* Private to the portal. */
#pragma once
#include "blob/blob.h"
#include "campus/campus.h"
#include "crypto/seal.h"

#include <pthread.h>

struct campus {
    struct db_store *store;  /* borrowed */
    struct proctor *proctor; /* borrowed; may be NULL */
    /* Where attachments lie: the deployment's, as the provider has them. NULL without a provider.
     */
    struct blob_store *blobs; /* borrowed */
    struct seal_key deployment_key;
    pthread_t sweeper;
    bool sweeper_runs;
    pthread_mutex_t lock;
    pthread_cond_t signal; /* of `stopping` */
    bool stopping;         /* guarded */
};
