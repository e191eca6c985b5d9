/* modules: nn */
/* Model files are a stranger's. Input: the length of the topology as four bytes, little endian, the
 * topology (JSON), the weights. The output asked for is "y", of a picture of 8x8x3. A model that is
 * accepted is also run, when that is little work. */
#include "nn/nn.h"

#include <stdlib.h>

#define WORK_MAX 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size_t json_len =
        (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16 | (size_t)data[3] << 24;
    struct str rest = str_bytes(data + 4, size - 4);
    struct str json = str_slice(rest, 0, json_len), weights = str_slice(rest, json.len, rest.len);
    static const char *const outputs[] = {"y"};
    static const struct nn_shape input = {4, {1, 8, 8, 3}};
    CLEANUP(nn_model_destroyp) struct nn_model *m = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
    struct error err;
    if (!nn_model_parse(json, weights, &input, outputs, 1, &m, &err) ||
        nn_model_work(m) > WORK_MAX || !nn_runner_create(m, &r, &err))
        return 0;
    float *values = nn_runner_input(r, NULL);
    for (size_t i = 0; i < 8 * 8 * 3; i++)
        values[i] = (float)i / 100 - 1;
    if (!nn_run(r, &err))
        return 0;
    struct nn_shape shape;
    const float *output = nn_runner_output(r, 0, &shape);
    size_t count = 1;
    for (int i = 0; i < shape.rank; i++)
        count *= (size_t)shape.dims[i];
    volatile float last = output[count - 1]; /* the whole output is there to be read */
    (void)last;
    return 0;
}
