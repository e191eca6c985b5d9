#include "detect/network.h"

#include <stdio.h>

bool network_load(struct network *n, const struct detector_setup *setup, const char *name,
                  const struct network *beside, int width, int height, const char *const *outputs,
                  size_t outputs_len, struct error *err)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/%s.json", setup->models_folder, name);
    if (len < 0 || (size_t)len >= sizeof path)
        return error_set(err, ERROR_INVALID, "the models' folder has too long a name");
    struct nn_shape input = {4, {1, height, width, 3}};
    if (!nn_model_load_beside(beside ? beside->model : NULL, path, &input, outputs, outputs_len,
                              &n->model, err) ||
        !nn_runner_create(n->model, &n->run, err))
        return error_wrap(err, "model %s", name);
    if (json_object_set_new(setup->models, name, json_string(nn_model_sha256(n->model))))
        return error_no_memory(err);
    return true;
}

void network_done(struct network *n)
{
    nn_runner_destroy(n->run);
    nn_model_destroy(n->model);
    *n = (struct network){0};
}

int64_t network_numbers(const struct network *n, size_t output)
{
    struct nn_shape shape;
    nn_runner_output(n->run, output, &shape);
    int64_t all = 1;
    for (int i = 0; i < shape.rank; i++)
        all *= shape.dims[i];
    return all;
}
