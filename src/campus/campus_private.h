/* Private to the portal. */
#pragma once
#include "campus/campus.h"

#include <pthread.h>

struct campus {
    struct db_store *store;  /* borrowed */
    struct proctor *proctor; /* borrowed; may be NULL */
    pthread_t sweeper;
    bool sweeper_runs;
    pthread_mutex_t lock;
    pthread_cond_t signal; /* of `stopping` */
    bool stopping;         /* guarded */
};
