/* The table of detectors. To add one: a file with its three functions, a row here, its fields in
 * struct observation. */
#include "base/stages.h"
#include "detect/detector.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct detector *const detectors[] = {
    &detector_light,   &detector_faces, &detector_objects, &detector_head,  &detector_gaze,
    &detector_clarity, &detector_loop,  &detector_still,   &detector_drawn, &detector_screen};

static const struct detect_options everything = {.objects = DETECT_OBJECTS_ALL,
                                                 .head = true,
                                                 .gaze = true,
                                                 .clarity = true,
                                                 .loop = true,
                                                 .drawn = true,
                                                 .still_limit = 0.3};

struct detect {
    struct frame_scaler *scaler;        /* owned */
    void *selves[ARRAY_LEN(detectors)]; /* owned */
    struct detector_finds *finds;       /* owned */
    struct stages *stages;              /* borrowed; NULL */
    int faces_len;                      /* of the last look */
    char *models;                       /* owned JSON text */
};

/* `only` NULL: every row of the table that is about this kind of recording. */
static bool is_asked(const struct detector *d, const struct detector *only,
                     const struct detect_options *options)
{
    return only ? d == only : (d == &detector_screen) == options->screen.on;
}

static bool create(const char *models_folder, const struct detector *only,
                   const struct detect_options *options, struct detect **ret, struct error *err)
{
    CLEANUP(detect_destroyp) struct detect *d = calloc(1, sizeof *d);
    CLEANUP(json_decrefp) json_t *models = json_object();
    if (!d || !models || !(d->finds = calloc(1, sizeof *d->finds)))
        return error_no_memory(err);
    if (!frame_scaler_create(&d->scaler, err))
        return false;
    d->stages = options->stages;
    struct detector_setup setup = {models_folder, options, d->scaler, d->finds, models};
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
        if (is_asked(detectors[i], only, options) &&
            !detectors[i]->create(&setup, &d->selves[i], err))
            return error_wrap(err, "detector %s", detectors[i]->name);
    if (!json_text(models, &d->models, err))
        return false;
    *ret = TAKE(d);
    return true;
}

bool detect_create(const char *models_folder, struct detect **ret, struct error *err)
{
    return detect_create_wanted(models_folder, &everything, ret, err);
}

bool detect_create_wanted(const char *models_folder, const struct detect_options *options,
                          struct detect **ret, struct error *err)
{
    /* What these find is found in several looks. */
    assert(!options->single || (!options->objects && !options->loop && options->still_limit == 0 &&
                                !options->screen.on));
    return create(models_folder, NULL, options, ret, err);
}

bool detect_create_faces(const char *models_folder, struct detect **ret, struct error *err)
{
    const struct detect_options options = {.single = true};
    return create(models_folder, &detector_faces, &options, ret, err);
}

bool detect_look(struct detect *d, struct frame *f, struct observation *ret, struct error *err)
{
    struct observation o;
    memset(&o, 0, sizeof o); /* padding too: it crosses a pipe as bytes */
    o.time_us = f->time_us;
    o.faces_len = o.objects.len = -1;
    o.objects.age_s = -1;
    o.head.gaze = -9;
    o.clarity = (struct detect_clarity){-1, -1, -1, -1, -1, -1};
    o.loop.period_s = o.still.seconds = o.still.difference = -1;
    o.drawn.part = -1;
    o.screen =
        (struct detect_screen){.stirred = -1, .replaced = -1, .still_s = -1, .words_len = -1};
    d->faces_len = 0;
    const char *before = NULL;
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++) {
        if (!d->selves[i])
            continue;
        const char *left = stages_enter(d->stages, detectors[i]->name);
        before = before ? before : left;
        if (!detectors[i]->look(d->selves[i], f, &o, err))
            return error_wrap(err, "detector %s", detectors[i]->name);
    }
    if (before)
        stages_enter(d->stages, before);
    d->faces_len = o.faces_len;
    *ret = o;
    return true;
}

void detect_glance(struct detect *d, const struct frame *f)
{
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++) {
        if (!d->selves[i] || !detectors[i]->glance)
            continue;
        const char *before = stages_enter(d->stages, detectors[i]->name);
        detectors[i]->glance(d->selves[i], f);
        stages_enter(d->stages, before);
    }
}

bool detect_wants_glances(const struct detect *d)
{
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
        if (d->selves[i] && detectors[i]->glance)
            return true;
    return false;
}

const struct detect_landmark *detect_landmarks(const struct detect *d, int i)
{
    return i >= 0 && i < d->faces_len ? d->finds->landmarks[i] : NULL;
}

const char *detect_models(const struct detect *d) { return d->models; }

void detect_destroy(struct detect *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < ARRAY_LEN(detectors); i++)
        detectors[i]->destroy(d->selves[i]);
    frame_scaler_destroy(d->scaler);
    free(d->finds);
    free(d->models);
    free(d);
}

void detect_destroyp(struct detect **d) { detect_destroy(*d); }
