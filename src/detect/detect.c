/* The table of detectors. To add one: a file with its three functions, a row here, its fields in
 * struct observation. */
#include "detect/detector.h"

#include <stdlib.h>
#include <string.h>

static const struct detector *const detectors[] = {&detector_light, &detector_faces};

struct detect {
    struct frame_scaler *scaler;        /* owned */
    void *selves[ARRAY_LEN(detectors)]; /* owned */
    char *models;                       /* owned JSON text */
};

bool detect_create(const char *models_folder, struct detect **ret, struct error *err)
{
    CLEANUP(detect_destroyp) struct detect *d = calloc(1, sizeof *d);
    CLEANUP(json_decrefp) json_t *models = json_object();
    if (!d || !models)
        return error_no_memory(err);
    if (!frame_scaler_create(&d->scaler, err))
        return false;
    struct detector_setup setup = {models_folder, d->scaler, models};
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
        if (!detectors[i]->create(&setup, &d->selves[i], err))
            return error_wrap(err, "detector %s", detectors[i]->name);
    if (!json_text(models, &d->models, err))
        return false;
    *ret = TAKE(d);
    return true;
}

bool detect_look(struct detect *d, struct frame *f, struct observation *ret, struct error *err)
{
    struct observation o;
    memset(&o, 0, sizeof o); /* padding too: it crosses a pipe as bytes */
    o.time_us = f->time_us;
    o.faces_len = -1;
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
        if (!detectors[i]->look(d->selves[i], f, &o, err))
            return error_wrap(err, "detector %s", detectors[i]->name);
    *ret = o;
    return true;
}

const char *detect_models(const struct detect *d) { return d->models; }

void detect_destroy(struct detect *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
        detectors[i]->destroy(d->selves[i]);
    frame_scaler_destroy(d->scaler);
    free(d->models);
    free(d);
}

void detect_destroyp(struct detect **d) { detect_destroy(*d); }
