/* Private to the worker: follows one claimed stream to its end. */
#pragma once
#include "proctor/analysis_job.h"
#include "proctor/worker.h"

struct follower_options {
    struct proctor *p; /* borrowed */
    struct str owner;  /* of the claim */
    const char *models_folder, *program;
    find_enrolled *enrolled; /* whom the face in view is compared with */
    /* Waits until the stream may have grown; false: the worker stops. */
    bool (*wait)(void *context);
    bool (*stopping)(void *context);
    void *context;
};

/* Ends with the job final, failed, released for another try, or (when the worker stops) given back.
 * False, with the job given back, when this machine is to blame: no decoder, no models, no
 * database. */
MUST_USE bool follower_run(const struct follower_options *options, const struct analysis_job *job,
                           struct error *err);
