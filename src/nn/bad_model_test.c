/* Model files are a stranger's: whatever is wrong with them is an error with a sentence that names
 * the place, never a crash, and nothing leaks (the sanitizer build looks). */
#include "nn/test_model.h"

#include "base/file.h"
#include "nn/tfjs.h"
#include "support/fault.h"

#include <math.h>

static const struct nn_shape four = {4, {1, 4, 4, 4}};

static void assert_says(const struct error *err, const char *text)
{
    if (!strstr(err->message, text))
        fail_msg("\"%s\" does not say \"%s\"", err->message, text);
}

/* Constants for the cases below, and the input "x" of 1x4x4x4. */
static void start(struct test_model *m)
{
    static const int32_t axes[] = {1, 2}, axis[] = {3}, far[] = {9}, batch[] = {0, 1},
                         sides[] = {0, 0, 1, 1, 1, 1, 0, 0},
                         wide[] = {0, 0, 0, 60000, 0, 60000, 0, 0},
                         long_sides[] = {0, 0, 70000, 0, 0, 0, 0, 0},
                         minus[] = {0, 0, -1, 0, 0, 0, 0, 0}, eight[] = {8, 8}, nine[] = {9, 9},
                         flat[] = {1, 64}, wrong[] = {1, 63}, opens[] = {-1, -1},
                         nothing[] = {0, 64}, huge[] = {2147483647, 2147483647};
    struct test_tensor t;
    test_input(m, four);
    test_weights(m, "w", SHAPE(3, 3, 4, 4), &t);
    test_weights(m, "w5", SHAPE(5, 5, 4, 4), &t);
    test_weights(m, "w_in", SHAPE(3, 3, 5, 4), &t);
    test_weights(m, "w_more", SHAPE(3, 3, 4, 2), &t);
    test_weights(m, "w_tall", SHAPE(65, 1, 4, 1), &t);
    test_weights(m, "matrix", SHAPE(64, 3), &t);
    test_weights(m, "b", SHAPE(4), &t);
    test_weights(m, "b3", SHAPE(3), &t);
    test_weights(m, "b44", SHAPE(4, 4), &t);
    test_number(m, "nan", NAN);
    test_ints(m, "axes", SHAPE(2), axes);
    test_ints(m, "axis", SHAPE(1), axis);
    test_ints(m, "far", SHAPE(1), far);
    test_ints(m, "batch", SHAPE(2), batch);
    test_ints(m, "sides", SHAPE(4, 2), sides);
    test_ints(m, "sides3", SHAPE(3, 2), sides);
    test_ints(m, "sides7", SHAPE(7), sides);
    test_ints(m, "wide", SHAPE(4, 2), wide);
    test_ints(m, "long", SHAPE(4, 2), long_sides);
    test_ints(m, "minus", SHAPE(4, 2), minus);
    test_ints(m, "eight", SHAPE(2), eight);
    test_ints(m, "nine", SHAPE(2), nine);
    test_ints(m, "flat", SHAPE(2), flat);
    test_ints(m, "wrong", SHAPE(2), wrong);
    test_ints(m, "opens", SHAPE(2), opens);
    test_ints(m, "nothing", SHAPE(2), nothing);
    test_ints(m, "huge", SHAPE(2), huge);
    test_node(m, "other", "Placeholder", "", "");
    test_node(m, "row", "Reshape", "x flat", "");
    test_node(m, "padded", "Pad", "x sides", "");
}

#define STRIDES "\"strides\":{\"list\":{\"i\":[1,1,1,1]}}"
#define SAME "\"padding\":{\"s\":\"U0FNRQ==\"}"
#define VALID "\"padding\":{\"s\":\"VkFMSUQ=\"}"
#define KSIZE "\"ksize\":{\"list\":{\"i\":[1,2,2,1]}}"
#define FUSED(list) ",\"fused_ops\":{\"list\":{\"s\":[" list "]}}"
#define BIAS_ADD "\"Qmlhc0FkZA==\""
#define ELU "\"RWx1\""

static void a_node_that_cannot_be_right_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *op, *inputs, *attr;
        enum error_code code;
        const char *says;
    } cases[] = {
        {"Einsum", "x", "", ERROR_UNSUPPORTED, "node bad (Einsum): this operation"},
        {"", "x", "", ERROR_UNSUPPORTED, "node bad"},
        {"Relu", "", "", ERROR_INVALID, "node bad (Relu): wrong number of inputs"},
        {"Relu", "x x", "", ERROR_INVALID, "node bad (Relu): wrong number of inputs"},
        {"Relu", "gone", "", ERROR_INVALID, "node bad: there is no node gone"},
        {"Relu", "x:1", "", ERROR_UNSUPPORTED, "node bad: takes a second output, x:1"},
        {"Relu", "bad", "", ERROR_INVALID, "node bad: depends on itself"},
        {"Relu", "b", "", ERROR_UNSUPPORTED, "node bad (Relu): a constant in this place"},
        {"Prelu", "x x", "", ERROR_UNSUPPORTED, "anything but a constant"},
        {"Prelu", "x b3", "", ERROR_UNSUPPORTED, "one number a channel"},
        {"Prelu", "b b", "", ERROR_UNSUPPORTED, "a constant in this place"},
        {"Const", "", "", ERROR_INVALID, "node bad (Const): the file has no weight"},
        {"Add", "x other", "", ERROR_UNSUPPORTED, "node other (Placeholder): a second input"},
        {"Conv2D", "x w", SAME, ERROR_UNSUPPORTED, "node bad: strides must be"},
        {"Conv2D", "x w", "\"strides\":{\"list\":{\"i\":[1,0,1,1]}}," SAME, ERROR_UNSUPPORTED,
         "strides must be"},
        {"Conv2D", "x w", "\"strides\":{\"list\":{\"i\":[1,1,9000,1]}}," SAME, ERROR_UNSUPPORTED,
         "strides must be"},
        {"Conv2D", "x w", "\"strides\":{\"list\":{\"i\":[1,\"one\",1,1]}}," SAME, ERROR_INVALID,
         "attribute strides is malformed"},
        {"Conv2D", "x w", "\"strides\":{\"list\":{\"i\":7}}," SAME, ERROR_INVALID,
         "attribute strides is malformed"},
        {"Conv2D", "x w", STRIDES, ERROR_UNSUPPORTED, "padding other than"},
        {"Conv2D", "x w", STRIDES ",\"padding\":{\"s\":\"!\"}", ERROR_INVALID,
         "attribute padding is malformed"},
        {"Conv2D", "x w", STRIDES ",\"padding\":7", ERROR_INVALID,
         "attribute padding is malformed"},
        {"Conv2D", "x w", STRIDES "," SAME ",\"dilations\":{\"list\":{\"i\":[1,2,2,1]}}",
         ERROR_UNSUPPORTED, "dilation"},
        {"Conv2D", "x w", STRIDES "," SAME ",\"explicit_paddings\":{\"list\":{\"i\":[1,2]}}",
         ERROR_UNSUPPORTED, "padding other than"},
        {"Conv2D", "x w", STRIDES "," SAME ",\"data_format\":{\"s\":\"TkNIVw==\"}",
         ERROR_UNSUPPORTED, "a layout other than NHWC"},
        {"Conv2D", "x b", STRIDES "," SAME, ERROR_INVALID, "node bad (Conv2D): its weights"},
        {"Conv2D", "x axes", STRIDES "," SAME, ERROR_INVALID, "node bad"},
        {"Conv2D", "x w_tall", STRIDES "," SAME, ERROR_INVALID, "node bad (Conv2D): its weights"},
        {"Conv2D", "x w_in", STRIDES "," SAME, ERROR_INVALID, "4 channels come in"},
        {"Conv2D", "row w", STRIDES "," SAME, ERROR_UNSUPPORTED, "2 dimensions, not 4"},
        {"Conv2D", "x w5", STRIDES "," VALID, ERROR_INVALID, "node bad: nothing is left"},
        {"_FusedConv2D", "x w", STRIDES "," SAME FUSED(BIAS_ADD), ERROR_INVALID,
         "an input is missing"},
        {"_FusedConv2D", "x w b b", STRIDES "," SAME FUSED(BIAS_ADD), ERROR_INVALID,
         "an input too many"},
        {"_FusedConv2D", "x w b3", STRIDES "," SAME FUSED(BIAS_ADD), ERROR_UNSUPPORTED,
         "one number a channel"},
        {"_FusedConv2D", "x w b", STRIDES "," SAME FUSED(BIAS_ADD "," ELU), ERROR_UNSUPPORTED,
         "Elu is not supported"},
        {"_FusedConv2D", "x w b b", STRIDES "," SAME FUSED(BIAS_ADD "," BIAS_ADD),
         ERROR_UNSUPPORTED, "BiasAdd is not supported"},
        {"DepthwiseConv2dNative", "x w_more", STRIDES "," SAME, ERROR_UNSUPPORTED,
         "more than one filter a channel"},
        {"MatMul", "x matrix", "", ERROR_UNSUPPORTED, "4 dimensions, not 2"},
        {"MatMul", "row b", "", ERROR_INVALID, "its weights"},
        {"MatMul", "row b44", "", ERROR_INVALID, "64 numbers come in"},
        {"MatMul", "row matrix", "\"transpose_b\":{\"b\":true}", ERROR_UNSUPPORTED, "transposed"},
        {"MatMul", "row matrix", "\"transpose_b\":{\"b\":1}", ERROR_INVALID, "is malformed"},
        {"Add", "x padded", "", ERROR_UNSUPPORTED, "node bad: its two inputs do not fit"},
        {"Add", "b b", "", ERROR_UNSUPPORTED, "a constant in this place"},
        {"Mul", "x b44", "", ERROR_UNSUPPORTED, "one number a channel"},
        {"Mul", "x nan", "", ERROR_INVALID, "weight nan: has a number that is not finite"},
        {"Minimum", "x b", "", ERROR_UNSUPPORTED, "a limit that is not one number"},
        {"Minimum", "x nan", "", ERROR_INVALID, "not finite"},
        {"Minimum", "x x", "", ERROR_UNSUPPORTED, "anything but a constant"},
        {"MaxPool", "x", STRIDES "," SAME, ERROR_UNSUPPORTED, "ksize must be"},
        {"MaxPool", "row", STRIDES "," KSIZE "," SAME, ERROR_UNSUPPORTED, "2 dimensions, not 4"},
        {"Mean", "x batch", "", ERROR_UNSUPPORTED, "anything but height and width"},
        {"Mean", "x b", "", ERROR_INVALID, "must be at most 2 integers"},
        {"Pad", "x sides3", "", ERROR_UNSUPPORTED, "4 dimensions, not 3"},
        {"Pad", "x sides7", "", ERROR_INVALID, "not pairs"},
        {"Pad", "x minus", "", ERROR_INVALID, "impossible padding"},
        {"Pad", "x long", "", ERROR_INVALID, "impossible padding"},
        {"Pad", "x wide", "", ERROR_TOO_LARGE, "node bad: gives too large a tensor"},
        {"ResizeBilinear", "x nine", "", ERROR_UNSUPPORTED, "only resizing to twice the size"},
        {"ResizeBilinear", "x axis", "", ERROR_INVALID, "not height and width"},
        {"ResizeBilinear", "x eight", "\"align_corners\":{\"b\":true}", ERROR_UNSUPPORTED,
         "aligning corners"},
        {"ConcatV2", "x axis", "", ERROR_NONE, ""},
        {"ConcatV2", "x padded axis", "", ERROR_INVALID, "node bad: its inputs do not fit"},
        {"ConcatV2", "x row axis", "", ERROR_INVALID, "node bad: its inputs do not fit"},
        {"ConcatV2", "x x far", "", ERROR_INVALID, "impossible axis"},
        {"ConcatV2", "x x axes", "", ERROR_INVALID, "at most 1 integers"},
        {"ConcatV2", "x x x x x x x x x axis", "", ERROR_UNSUPPORTED, "joining so many"},
        {"Reshape", "x wrong", "", ERROR_INVALID, "node bad: 64 numbers do not fit"},
        {"Reshape", "x opens", "", ERROR_INVALID, "impossible shape"},
        {"Reshape", "x nothing", "", ERROR_INVALID, "impossible shape"},
        {"Reshape", "x huge", "", ERROR_INVALID, "impossible shape"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP(test_model_done) struct test_model m = {0};
        CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
        struct error err = {0};
        start(&m);
        test_node(&m, "bad", cases[i].op, cases[i].inputs, cases[i].attr);
        bool good = test_parse(&m, SHAPE(1, 4, 4, 4), "bad", &model, &err);
        if (good != (cases[i].code == ERROR_NONE) || (!good && err.code != cases[i].code))
            fail_msg("case %zu, %s %s: %s (%s), not %s", i, cases[i].op, cases[i].inputs,
                     error_code_name(err.code), err.message, error_code_name(cases[i].code));
        assert_says(&err, cases[i].says);
    }
}

static void cycles_are_found_at_any_distance(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    struct nn_model *model;
    struct error err;
    test_input(&m, four);
    test_node(&m, "a", "Add", "x c", "");
    test_node(&m, "b", "Relu", "a", "");
    test_node(&m, "c", "Relu", "b", "");
    assert_error(test_parse(&m, four, "b", &model, &err), err, ERROR_INVALID);
    assert_says(&err, "node b: depends on itself");
}

static void what_the_outputs_do_not_need_may_be_anything(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
    struct error err;
    start(&m);
    test_node(&m, "good", "Relu", "x ^tail", "");
    test_node(&m, "tail", "TopKV2", "good b", "");
    assert_good(test_parse(&m, four, "good", &model, &err), err);
}

static void deep_graphs_and_wide_ones_meet_limits_not_the_stack(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        CLEANUP(test_model_done) struct test_model m = {0};
        CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
        struct error err;
        char name[16] = "x", from[16];
        test_input(&m, SHAPE(1, 2));
        for (int i = 0; i < (over ? 9000 : 4000); i++) {
            memcpy(from, name, sizeof from);
            snprintf(name, sizeof name, "n%d", i);
            test_node(&m, name, "Relu", from, "");
        }
        if (over)
            assert_error(test_parse(&m, SHAPE(1, 2), name, &model, &err), err, ERROR_TOO_LARGE);
        else
            assert_good(test_parse(&m, SHAPE(1, 2), name, &model, &err), err);
    }
}

static void too_much_work_is_refused_before_it_is_done(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    static struct test_tensor t;
    struct nn_model *model;
    struct error err;
    test_input(&m, SHAPE(1, -1, -1, 1));
    test_weights(&m, "w", SHAPE(63, 63, 1, 2), &t);
    test_node(&m, "y", "Conv2D", "x w", test_window("SAME", 1, 0, NULL, NULL));
    assert_error(test_parse(&m, SHAPE(1, 5000, 5000, 1), "y", &model, &err), err, ERROR_TOO_LARGE);
    assert_says(&err, "node y: more than");
}

static void the_caller_s_wishes_are_checked_too(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    struct nn_model *model;
    struct error err;
    start(&m);
    test_node(&m, "y", "Relu", "x", "");
    assert_error(test_parse(&m, four, "gone", &model, &err), err, ERROR_INVALID);
    assert_says(&err, "there is no node gone");
    assert_error(test_parse(&m, four, "b", &model, &err), err, ERROR_INVALID);
    assert_says(&err, "node b: is a constant");
    assert_error(test_parse(&m, SHAPE(1, 4, 4, 3), "y", &model, &err), err, ERROR_INVALID);
    assert_says(&err, "node x: the input has 4 channels");
    assert_error(test_parse(&m, SHAPE(1, 4), "y", &model, &err), err, ERROR_INVALID);
    assert_error(test_parse(&m, SHAPE(1, 0, 4, 4), "y", &model, &err), err, ERROR_INVALID);
    assert_error(test_parse(&m, SHAPE(1, 65536, 65536, 4), "y", &model, &err), err, ERROR_INVALID);
    assert_error(test_parse(&m, (struct nn_shape){5, {1, 1, 1, 1}}, "y", &model, &err), err,
                 ERROR_INVALID);
    const char *nine[] = {"y", "y", "y", "y", "y", "y", "y", "y", "y"};
    assert_error(nn_model_parse(test_json(&m), buf_str(&m.weights), &four, nine, 9, &model, &err),
                 err, ERROR_INVALID);
    assert_error(nn_model_parse(test_json(&m), buf_str(&m.weights), &four, nine, 0, &model, &err),
                 err, ERROR_INVALID);
}

static void malformed_files_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum error_code code;
    } cases[] = {
        {"", ERROR_INVALID},
        {"7", ERROR_INVALID},
        {"{", ERROR_INVALID},
        {"{}", ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":7}", ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":{\"node\":[7]}}", ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":{\"node\":[{\"op\":\"Relu\"}]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":{\"node\":[{\"op\":\"A\",\"name\":\"\"}]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":{\"node\":[{\"op\":\"A\",\"name\":\"y\"},"
         "{\"op\":\"A\",\"name\":\"y\"}]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":{\"node\":[{\"op\":\"A\",\"name\":\"y\","
         "\"input\":[7]}]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[],\"modelTopology\":{\"node\":[{\"op\":\"A\",\"name\":\"y\","
         "\"input\":{}}]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[7],\"modelTopology\":{\"node\":[]}}", ERROR_INVALID},
        {"{\"weightsManifest\":[{\"weights\":[7]}],\"modelTopology\":{\"node\":[]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"uint8\",\"shape\":[]}]}],"
         "\"modelTopology\":{\"node\":[]}}",
         ERROR_UNSUPPORTED},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"float32\",\"shape\":[],"
         "\"quantization\":{\"dtype\":\"uint8\"}}]}],\"modelTopology\":{\"node\":[]}}",
         ERROR_UNSUPPORTED},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"float32\",\"shape\":7}]}]"
         ","
         "\"modelTopology\":{\"node\":[]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"float32\","
         "\"shape\":[1,1,1,1,1]}]}],\"modelTopology\":{\"node\":[]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"float32\","
         "\"shape\":[4294967296,4294967296]}]}],\"modelTopology\":{\"node\":[]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"float32\","
         "\"shape\":[-1]}]}],\"modelTopology\":{\"node\":[]}}",
         ERROR_INVALID},
        {"{\"weightsManifest\":[{\"weights\":[{\"name\":\"a\",\"dtype\":\"float32\","
         "\"shape\":[2]}]}],\"modelTopology\":{\"node\":[]}}",
         ERROR_INVALID},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct nn_model *model;
        struct error err = {0};
        const char *output = "y";
        if (nn_model_parse(str_from(cases[i].json), STR("1234"), &four, &output, 1, &model, &err) ||
            err.code != cases[i].code)
            fail_msg("%s: %s (%s)", cases[i].json, error_code_name(err.code), err.message);
    }
}

static void weights_that_end_early_or_late_are_refused(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    struct nn_model *model;
    struct error err;
    const char *output = "y";
    start(&m);
    test_node(&m, "y", "Relu", "x", "");
    struct str whole = buf_str(&m.weights);
    assert_error(nn_model_parse(test_json(&m), str_slice(whole, 0, whole.len - 1), &four, &output,
                                1, &model, &err),
                 err, ERROR_INVALID);
    assert_says(&err, "the weights end before it does");
    buf_add_char(&m.weights, 'x');
    assert_error(test_parse(&m, four, "y", &model, &err), err, ERROR_INVALID);
    assert_says(&err, "1 bytes of weights belong to nothing");
    test_weights(&m, "w", SHAPE(1), &(struct test_tensor){0});
    assert_error(test_parse(&m, four, "y", &model, &err), err, ERROR_INVALID);
}

static void models_are_read_from_files_beside_each_other(void **state)
{
    (void)state;
    CLEANUP(test_folder_done) struct test_folder folder;
    CLEANUP(test_model_done) struct test_model m = {0};
    CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
    CLEANUP(nn_model_destroyp) struct nn_model *same = NULL;
    struct error err;
    struct test_tensor t;
    const char *output = "y";
    test_folder_init(&folder);
    test_input(&m, four);
    test_weights(&m, "b", SHAPE(4), &t);
    test_node(&m, "y", "Add", "x b", "");
    CLEANUP(buf_done) struct buf json = {0};
    buf_add(&json, test_json(&m));
    char *paths = memmem(json.ptr, json.len, "[\"w.bin\"]", 9);
    assert_non_null(paths);
    const char *path = test_path(&folder, "m.json");
    static const struct {
        const char *paths; /* as long as ["w.bin"] */
        enum error_code code;
    } cases[] = {{"[\"/bin\"] ", ERROR_INVALID},   {"[\"../w\"] ", ERROR_INVALID},
                 {"[\"\"]     ", ERROR_INVALID},   {"[7]      ", ERROR_INVALID},
                 {"[\"gone\"] ", ERROR_NOT_FOUND}, {"7        ", ERROR_INVALID},
                 {"[]       ", ERROR_INVALID},     {"[\"a\",\"b\"]", ERROR_NONE}};
    assert_good(
        file_replace(test_path(&folder, "a"), str_slice(buf_str(&m.weights), 0, 7), 0600, &err),
        err);
    assert_good(
        file_replace(test_path(&folder, "b"), str_slice(buf_str(&m.weights), 7, 99), 0600, &err),
        err);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(strlen(cases[i].paths), 9);
        memcpy(paths, cases[i].paths, 9);
        assert_good(file_replace(path, buf_str(&json), 0600, &err), err);
        if (cases[i].code)
            assert_error(nn_model_load(path, &four, &output, 1, &model, &err), err, cases[i].code);
        else
            assert_good(nn_model_load(path, &four, &output, 1, &model, &err), err);
    }
    assert_good(nn_model_parse(buf_str(&json), buf_str(&m.weights), &four, &output, 1, &same, &err),
                err);
    assert_string_equal(nn_model_sha256(model), nn_model_sha256(same));
    struct nn_model *none;
    assert_error(nn_model_load(test_path(&folder, "gone.json"), &four, &output, 1, &none, &err),
                 err, ERROR_NOT_FOUND);
}

static void running_out_of_memory_is_an_error_at_every_allocation(void **state)
{
    (void)state;
    CLEANUP(test_model_done) struct test_model m = {0};
    struct test_tensor t;
    const char *output = "y";
    test_input(&m, four);
    test_weights(&m, "w", SHAPE(3, 3, 4, 4), &t);
    test_weights(&m, "b", SHAPE(4), &t);
    test_node(&m, "c", "Conv2D", "x w", test_window("SAME", 1, 0, NULL, NULL));
    test_node(&m, "add", "Add", "c b", "");
    test_node(&m, "mul", "Mul", "add x", "");
    test_node(&m, "y", "Prelu", "mul b", "");
    struct str json = test_json(&m), weights = buf_str(&m.weights);
    uint64_t tries = 0;
    for (bool hit = true; hit; tries++) {
        CLEANUP(nn_model_destroyp) struct nn_model *model = NULL;
        CLEANUP(nn_runner_destroyp) struct nn_runner *r = NULL;
        struct error err = {0};
        fault_arm(FAULT_MEMORY, tries + 1);
        bool good = nn_model_parse(json, weights, &four, &output, 1, &model, &err) &&
                    nn_runner_create(model, &r, &err) && nn_run(r, &err);
        hit = fault_disarm();
        if (!good && err.code != ERROR_NO_MEMORY)
            fail_msg("%s: %s", error_code_name(err.code), err.message);
        assert_true(good || hit);
    }
    assert_true(tries > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_that_cannot_be_right_is_named),
        cmocka_unit_test(cycles_are_found_at_any_distance),
        cmocka_unit_test(what_the_outputs_do_not_need_may_be_anything),
        cmocka_unit_test(deep_graphs_and_wide_ones_meet_limits_not_the_stack),
        cmocka_unit_test(too_much_work_is_refused_before_it_is_done),
        cmocka_unit_test(the_caller_s_wishes_are_checked_too),
        cmocka_unit_test(malformed_files_are_refused),
        cmocka_unit_test(weights_that_end_early_or_late_are_refused),
        cmocka_unit_test(models_are_read_from_files_beside_each_other),
        cmocka_unit_test(running_out_of_memory_is_an_error_at_every_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
