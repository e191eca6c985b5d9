/* The real models against values of TensorFlow.js itself, testdata/golden.json. They come with an
 * npm package, so where they are not installed these tests are skipped, with a line that says so.
 */
#include "support/media.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "nn/nn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/seccomp.h>

#define RUNS 7 /* for the time that is printed; not asserted */

static void model_path(const char *name, char ret[TEST_PATH_MAX])
{
    char file[TEST_PATH_MAX];
    snprintf(file, sizeof file, "/%s.json", name);
    test_find("PT_MODELS", "/build/models", file, ret);
    if (!test_has(ret, "PT_MODELS"))
        skip();
}

static void fill(float *values, const struct nn_shape *s, double scale, double shift)
{
    for (int64_t y = 0; y < s->dims[1]; y++)
        for (int64_t x = 0; x < s->dims[2]; x++)
            for (int64_t c = 0; c < s->dims[3]; c++) {
                double v = 0.5 + 0.25 * sin(0.05 * (double)x + (double)c) +
                           0.25 * cos(0.07 * (double)y - (double)c);
                *values++ = (float)(scale * fmin(fmax(v, 0), 1) + shift);
            }
}

static double number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

static double compare(const float *values, size_t len, const json_t *wanted)
{
    double tolerance = number(wanted, "tolerance");
    const char *node = json_string_value(json_object_get(wanted, "node"));
    const json_t *first = json_object_get(wanted, "first");
    double sum = 0, square = 0, l2 = number(wanted, "l2"), rms = l2 / sqrt((double)len);
    size_t top = 0, wanted_top = (size_t)number(wanted, "argmax");
    for (size_t i = 0; i < len; i++) {
        assert_true(isfinite(values[i]));
        sum += (double)values[i];
        square += (double)values[i] * (double)values[i];
        top = values[i] > values[top] ? i : top;
    }
    double worst = fabs(sum - number(wanted, "sum")) / (rms * (double)len);
    worst = fmax(worst, fabs(sqrt(square) - l2) / l2);
    double max = number(wanted, "max");
    worst = fmax(worst, fabs((double)values[top] - max) / fmax(fabs(max), rms));
    worst = fmax(worst, fabs((double)values[wanted_top] - max) / fmax(fabs(max), rms));
    for (size_t i = 0; i < json_array_size(first); i++) { /* written with six decimals */
        double value = json_number_value(json_array_get(first, i));
        double off = fmax(fabs((double)values[i] - value) - 1e-6, 0);
        worst = fmax(worst, off / fmax(fabs(value), rms));
    }
    if (!(worst <= tolerance))
        fail_msg("%s: off by %g, at most %g", node, worst, tolerance);
    return worst;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median_time_us(struct nn_runner *r)
{
    int64_t times[RUNS];
    struct error err;
    for (size_t i = 0; i < RUNS; i++) {
        int64_t start = clock_monotonic_us();
        assert_good(nn_run(r, &err), err);
        times[i] = clock_monotonic_us() - start;
    }
    qsort(times, RUNS, sizeof times[0], by_value);
    return times[RUNS / 2];
}

static size_t count_of(const struct nn_shape *s)
{
    size_t count = 1;
    for (int i = 0; i < s->rank; i++)
        count *= (size_t)s->dims[i];
    return count;
}

static const json_t *find_model(const json_t *root, const char *name)
{
    const json_t *models = json_object_get(root, "models");
    for (size_t i = 0; i < json_array_size(models); i++) {
        const json_t *m = json_array_get(models, i);
        if (!strcmp(json_string_value(json_object_get(m, "model")), name))
            return m;
    }
    fail_msg("no golden values of %s", name);
    return NULL;
}

static json_t *read_golden(void)
{
    char path[TEST_PATH_MAX];
    snprintf(path, sizeof path, "%s/src/nn/testdata/golden.json", test_source_folder());
    CLEANUP(freep) char *text = NULL;
    size_t len;
    struct error err;
    json_t *root = NULL;
    assert_good(file_read(path, 1 << 20, &text, &len, &err), err);
    assert_good(json_parse((struct str){text, len}, &root, &err), err);
    return root;
}

static void load_golden(const json_t *golden, int64_t batch, struct nn_model **ret)
{
    const json_t *outputs = json_object_get(golden, "outputs");
    const char *nodes[NN_OUTPUTS_MAX];
    char path[TEST_PATH_MAX];
    struct error err;
    int64_t size = (int64_t)number(golden, "size");
    size_t len = json_array_size(outputs);
    for (size_t i = 0; i < len; i++)
        nodes[i] = json_string_value(json_object_get(json_array_get(outputs, i), "node"));
    model_path(json_string_value(json_object_get(golden, "model")), path);
    assert_good(
        nn_model_load(path, &(struct nn_shape){4, {batch, size, size, 3}}, nodes, len, ret, &err),
        err);
}

static void check_model(const char *name)
{
    CLEANUP(json_decrefp) json_t *root = read_golden();
    const json_t *golden = find_model(root, name), *outputs = json_object_get(golden, "outputs");
    CLEANUP(nn_model_destroyp) struct nn_model *m = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
    struct error err;
    struct nn_shape shape;
    int64_t start = clock_monotonic_us();
    load_golden(golden, 1, &m);
    int64_t load_us = clock_monotonic_us() - start;
    assert_good(nn_runner_create(m, &r, &err), err);
    float *input = nn_runner_input(r, &shape);
    fill(input, &shape, number(golden, "scale"), number(golden, "shift"));
    assert_good(nn_run(r, &err), err);
    double worst = 0;
    for (size_t i = 0; i < json_array_size(outputs); i++) {
        const json_t *wanted = json_array_get(outputs, i);
        const float *values = nn_runner_output(r, i, &shape);
        assert_int_equal(count_of(&shape), (size_t)number(wanted, "n"));
        worst = fmax(worst, compare(values, count_of(&shape), wanted));
    }
    print_message("%-10s %7.2f ms a run, loaded in %5.1f ms, off by %.1e, %lld M multiplications, "
                  "%s\n",
                  name, (double)median_time_us(r) / 1e3, (double)load_us / 1e3, worst,
                  (long long)(nn_model_work(m) / 1000000), nn_isa());
}

static void blazeface_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("blazeface");
}

static void facemesh_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("facemesh");
}

static void iris_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("iris");
}

static void faceres_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("faceres");
}

static void centernet_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("centernet");
}

static void antispoof_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("antispoof");
}

static void liveness_gives_what_tensorflow_gives(void **state)
{
    (void)state;
    check_model("liveness");
}

static void run_into(struct nn_runner *r, const json_t *golden, float *ret, size_t len)
{
    struct error err;
    struct nn_shape shape;
    float *input = nn_runner_input(r, &shape);
    fill(input, &shape, number(golden, "scale"), number(golden, "shift"));
    assert_good(nn_run(r, &err), err);
    const float *output = nn_runner_output(r, 0, &shape);
    assert_int_equal(count_of(&shape), len);
    memcpy(ret, output, len * sizeof *ret);
}

static void two_runs_and_two_runners_give_the_same_bits(void **state)
{
    (void)state;
    static const char *const names[] = {"blazeface", "facemesh"};
    CLEANUP(json_decrefp) json_t *root = read_golden();
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const json_t *golden = find_model(root, names[i]);
        const json_t *output = json_array_get(json_object_get(golden, "outputs"), 0);
        size_t len = (size_t)number(output, "n");
        CLEANUP(freep) float *first = calloc(len, sizeof *first);
        CLEANUP(freep) float *again = calloc(len, sizeof *again);
        CLEANUP(nn_model_destroyp) struct nn_model *m = NULL;
        CLEANUP(nn_model_destroyp) struct nn_model *other_m = NULL;
        CLEANUP(nn_runner_destroyp) struct nn_runner *a = NULL;
        CLEANUP(nn_runner_destroyp) struct nn_runner *b = NULL;
        CLEANUP(nn_runner_destroyp) struct nn_runner *c = NULL;
        struct error err;
        load_golden(golden, 1, &m);
        load_golden(golden, 1, &other_m);
        assert_good(nn_runner_create(m, &a, &err), err);
        assert_good(nn_runner_create(m, &b, &err), err);
        assert_good(nn_runner_create(other_m, &c, &err), err);
        run_into(a, golden, first, len);
        struct nn_runner *runners[] = {a, b, c};
        for (size_t k = 0; k < ARRAY_LEN(runners); k++) {
            run_into(runners[k], golden, again, len);
            assert_memory_equal(first, again, len * sizeof *first);
        }
        assert_string_equal(nn_model_sha256(m), nn_model_sha256(other_m));
    }
}

/* Each picture of a batch gives what it gives alone, and boxes of other sizes have other shapes. */
static void batches_and_other_sizes_work(void **state)
{
    (void)state;
    CLEANUP(json_decrefp) json_t *root = read_golden();
    const json_t *golden = find_model(root, "iris");
    CLEANUP(nn_model_destroyp) struct nn_model *two = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
    struct error err;
    struct nn_shape shape;
    load_golden(golden, 2, &two);
    assert_good(nn_runner_create(two, &r, &err), err);
    float *input = nn_runner_input(r, &shape);
    size_t half = count_of(&shape) / 2;
    fill(input + half, &shape, number(golden, "scale"), number(golden, "shift"));
    assert_good(nn_run(r, &err), err);
    const float *output = nn_runner_output(r, 0, &shape);
    assert_int_equal(shape.dims[0], 2);
    compare(output + count_of(&shape) / 2, count_of(&shape) / 2,
            json_array_get(json_object_get(golden, "outputs"), 0));

    char path[TEST_PATH_MAX];
    static const char *const scores[] = {"Identity", "Identity_3"};
    static const char *const wh[] = {"tower_0/wh"};
    CLEANUP(nn_model_destroyp) struct nn_model *faces = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *faces_r = NULL;
    CLEANUP(nn_model_destroyp) struct nn_model *things = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *things_r = NULL;
    model_path("blazeface", path);
    assert_good(
        nn_model_load(path, &(struct nn_shape){4, {1, 128, 192, 3}}, scores, 2, &faces, &err), err);
    assert_good(nn_runner_create(faces, &faces_r, &err), err);
    nn_runner_output(faces_r, 0, &shape);
    assert_true(shape.rank == 3 && shape.dims[1] == 8 * 12 * 2 && shape.dims[2] == 1);
    nn_runner_output(faces_r, 1, &shape);
    assert_true(shape.rank == 3 && shape.dims[1] == 4 * 6 * 6 && shape.dims[2] == 16);
    model_path("centernet", path);
    assert_good(nn_model_load(path, &(struct nn_shape){4, {1, 320, 416, 3}}, wh, 1, &things, &err),
                err);
    assert_good(nn_runner_create(things, &things_r, &err), err);
    assert_good(nn_run(things_r, &err), err);
    nn_runner_output(things_r, 0, &shape);
    assert_true(shape.rank == 4 && shape.dims[1] == 80 && shape.dims[2] == 104);
}

static void a_model_beside_another_gives_the_same_bits(void **state)
{
    (void)state;
    static const char *const wh[] = {"tower_0/wh"};
    const struct nn_shape wide = {4, {1, 320, 416, 3}}, near = {4, {1, 256, 256, 3}};
    char path[TEST_PATH_MAX];
    struct error err;
    CLEANUP(nn_model_destroyp) struct nn_model *first = NULL;
    CLEANUP(nn_model_destroyp) struct nn_model *alone = NULL;
    struct nn_model *beside = NULL;
    struct nn_runner *runs[2] = {NULL, NULL};
    struct nn_shape shape;
    model_path("centernet", path);
    assert_good(nn_model_load(path, &wide, wh, 1, &first, &err), err);
    assert_good(nn_model_load(path, &near, wh, 1, &alone, &err), err);
    assert_good(nn_model_load_beside(first, path, &near, wh, 1, &beside, &err), err);
    assert_good(nn_runner_create(alone, &runs[0], &err), err);
    assert_good(nn_runner_create(beside, &runs[1], &err), err);
    for (int i = 0; i < 2; i++) {
        float *input = nn_runner_input(runs[i], NULL);
        for (int k = 0; k < 256 * 256 * 3; k++)
            input[k] = (float)(k * 7919 % 256);
        assert_good(nn_run(runs[i], &err), err);
    }
    const float *one = nn_runner_output(runs[0], 0, &shape);
    assert_memory_equal(one, nn_runner_output(runs[1], 0, NULL), count_of(&shape) * sizeof *one);
    for (int i = 0; i < 2; i++)
        nn_runner_destroy(runs[i]);
    nn_model_destroy(beside); /* before the one whose weights it has */
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* Strict seccomp: read, write and exit are all that is left; anything else kills the child. */
static void run_behind_a_closed_door(const json_t *golden)
{
    CLEANUP(nn_model_destroyp) struct nn_model *m = NULL;
    CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
    struct error err;
    pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        load_golden(golden, 1, &m);
        bool good = nn_runner_create(m, &r, &err) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) &&
                    nn_run(r, &err) && nn_run(r, &err);
        syscall(SYS_exit, good ? 0 : 1); /* _exit() is exit_group, which is forbidden now */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: the child ended with status %#x",
                 json_string_value(json_object_get(golden, "model")), (unsigned)status);
}

static void running_needs_no_system_call(void **state)
{
    (void)state;
    CLEANUP(json_decrefp) json_t *root = read_golden();
    const json_t *models = json_object_get(root, "models");
    char path[TEST_PATH_MAX];
    for (size_t i = 0; i < json_array_size(models); i++) {
        const json_t *golden = json_array_get(models, i);
        model_path(json_string_value(json_object_get(golden, "model")), path);
        run_behind_a_closed_door(golden);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blazeface_gives_what_tensorflow_gives),
        cmocka_unit_test(facemesh_gives_what_tensorflow_gives),
        cmocka_unit_test(iris_gives_what_tensorflow_gives),
        cmocka_unit_test(faceres_gives_what_tensorflow_gives),
        cmocka_unit_test(centernet_gives_what_tensorflow_gives),
        cmocka_unit_test(antispoof_gives_what_tensorflow_gives),
        cmocka_unit_test(liveness_gives_what_tensorflow_gives),
        cmocka_unit_test(two_runs_and_two_runners_give_the_same_bits),
        cmocka_unit_test(batches_and_other_sizes_work),
        cmocka_unit_test(a_model_beside_another_gives_the_same_bits),
#if !defined(__SANITIZE_ADDRESS__) &&                                                              \
    !defined(__SANITIZE_THREAD__) /* they make calls of their own */
        cmocka_unit_test(running_needs_no_system_call),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
