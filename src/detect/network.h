/* A network as the detectors load it: from the models' folder, with the memory it runs in, and its
 * hash noted for the report. For the files of this folder only. */
#pragma once
#include "detect/detector.h"
#include "nn/nn.h"

struct network {            /* all zero: not loaded */
    struct nn_model *model; /* owned */
    struct nn_runner *run;  /* owned */
};

/* `name` as its file is called, without ".json". `beside`: the same network with another input,
 * which must outlive this one and shares its weights; NULL: none. Half-loaded on failure:
 * network_done() takes it. */
MUST_USE bool network_load(struct network *n, const struct detector_setup *setup, const char *name,
                           const struct network *beside, int width, int height,
                           const char *const *outputs, size_t outputs_len, struct error *err);
void network_done(struct network *n);
/* Of one output, all dimensions multiplied: other files than ours may have other ones. */
int64_t network_numbers(const struct network *n, size_t output);
