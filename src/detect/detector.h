/* What a detector is to detect.c: a row in its table. For the files of this folder only. */
#pragma once
#include "base/json.h"
#include "detect/detect.h"

#define DETECT_CELLS_WIDE 32
#define DETECT_CELLS_HIGH 24
#define DETECT_CELLS (DETECT_CELLS_WIDE * DETECT_CELLS_HIGH)

/* What one detector finds for those after it in the table, beside the observation. Of one look. */
struct detector_finds {
    float cells[DETECT_CELLS]; /* brightness of the parts of the picture, 0..1 (light.c) */
    bool has_cells;            /* somebody measures them */
    struct detect_landmark landmarks[DETECT_FACES_MAX][DETECT_LANDMARKS]; /* as observation.faces */
};

struct detector_setup {
    const char *models_folder;
    const struct detect_options *options; /* borrowed for the call */
    struct frame_scaler *scaler;  /* borrowed; shared, since detectors look one after the other */
    struct detector_finds *finds; /* borrowed, lives as long as the detectors */
    json_t *models;               /* to be given "name": "sha256" of each model that was loaded */
};
struct detector {
    const char *name;
    /* Makes all models and buffers: after it the sandbox is closed. *ret NULL when nobody asks for
     * what it finds: then its look is not taken. */
    bool (*create)(const struct detector_setup *setup, void **ret, struct error *err);
    /* Fills its fields of `o`. */
    bool (*look)(void *self, const struct frame *f, struct observation *o, struct error *err);
    void (*destroy)(void *self); /* NULL is fine */
    void (*glance)(void *self, const struct frame *f); /* at frames between looks; may be NULL */
};

extern const struct detector detector_head, detector_gaze, detector_clarity, detector_loop;
extern const struct detector detector_still, detector_drawn;
extern const struct detector detector_faces, detector_light, detector_objects;
extern const struct detector detector_screen; /* alone: of a screen, not of a camera */
