/* A real examiner (this very program, started anew), where the models are there. The pictures are
 * drawn here or damaged: what is read of real ones is measured by `proctortrack eval`. */
#include "analysis/examine.h"

#include "base/buf.h"
#include "media/frame.h"
#include "support/media.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char models[TEST_PATH_MAX];
static bool have_models;
static struct examine *examine; /* owned by main() */

/* Grey, with a few bars. */
static void draw(int width, int height, struct buf *ret)
{
    struct error err;
    size_t luma = (size_t)width * (size_t)height;
    uint8_t *pixels = malloc(luma * 3 / 2 + 16);
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    CLEANUP(frame_scaler_destroyp) struct frame_scaler *s = NULL;
    assert_non_null(pixels);
    memset(pixels, 128, luma * 3 / 2 + 16);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            pixels[(size_t)y * (size_t)width + (size_t)x] = x / 20 % 2 ? 60 : 180;
    const struct frame from = {.width = width,
                               .height = height,
                               .planes = {pixels, pixels + luma, pixels + luma + luma / 4},
                               .strides = {width, width / 2, width / 2},
                               .full_range = true};
    assert_good(frame_create(&from, &f, &err), err);
    free(pixels);
    assert_good(frame_scaler_create(&s, &err), err);
    assert_good(frame_to_jpeg(s, f, MAX(width, height), ret, &err), err);
}

static void a_picture_without_a_face_is_no_error(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct face_look look;
    struct error err;
    if (!have_models)
        skip();
    draw(320, 240, &jpeg);
    assert_good(examine_face(examine, buf_str(&jpeg), &look, &err), err);
    assert_int_equal(look.faces, 0);
    assert_int_equal(look.embedded, 0);
}

static void what_is_no_document_is_rejected_with_what_to_do(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct document_reading *reading = calloc(1, sizeof *reading);
    const struct examine_candidate who = {.name = STR("Anna Eriksson"),
                                          .now_us = INT64_C(1735689600000000)};
    enum document_guidance guidance;
    struct error err;
    if (!have_models) {
        free(reading);
        skip();
    }
    draw(400, 300, &jpeg);
    assert_good(examine_guidance(examine, buf_str(&jpeg), &guidance, &err), err);
    assert_int_not_equal(guidance, DOCUMENT_OK);
    assert_good(examine_document(examine, buf_str(&jpeg), &who, reading, &err), err);
    assert_int_equal(reading->verdict, DOCUMENT_REJECTED);
    assert_true(reading->reasons_len > 0);
    free(reading);
}

static void what_is_no_picture_is_refused_and_the_child_goes_on(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct face_look look;
    struct error err;
    if (!have_models)
        skip();
    assert_error(examine_face(examine, STR("GIF89a"), &look, &err), err, ERROR_INVALID);
    assert_error(examine_face(examine, STR("\xff\xd8\xff\xe0 cut off"), &look, &err), err,
                 ERROR_INVALID);
    assert_error(examine_face(examine, STR("\x89PNG\r\n\x1a\n????"), &look, &err), err,
                 ERROR_INVALID);
    assert_error(examine_face(examine, STR(""), &look, &err), err, ERROR_INVALID);
    char *large = calloc(1, EXAMINE_BYTES_MAX + 1);
    assert_non_null(large);
    assert_error(examine_face(examine, str_bytes(large, EXAMINE_BYTES_MAX + 1), &look, &err), err,
                 ERROR_TOO_LARGE);
    free(large);
    draw(320, 240, &jpeg);
    assert_good(examine_face(examine, buf_str(&jpeg), &look, &err), err);
}

static pid_t child_of_ours(void)
{
    char path[80], line[40] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *children = fopen(path, "re");
    if (!children)
        return 0;
    pid_t first = fgets(line, sizeof line, children) ? (pid_t)atoi(line) : 0;
    fclose(children);
    return first;
}

static void a_child_that_dies_is_started_anew(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf jpeg = {0};
    struct face_look look;
    struct error err;
    if (!have_models)
        skip();
    draw(320, 240, &jpeg);
    assert_good(examine_face(examine, buf_str(&jpeg), &look, &err), err);
    pid_t child = child_of_ours();
    if (child <= 0)
        skip();
    assert_int_equal(kill(child, SIGSEGV), 0);
    usleep(100000); /* not for the test's sake: either way the question below fails */
    assert_error(examine_face(examine, buf_str(&jpeg), &look, &err), err, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "picture"));
    assert_good(examine_face(examine, buf_str(&jpeg), &look, &err), err);
}

static void a_template_of_another_model_is_a_conflict(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf jpeg = {0};
    CLEANUP(buf_done) struct buf bytes = {0};
    struct template t;
    struct face_embedding e = {.values = {1}};
    struct document_reading *reading = calloc(1, sizeof *reading);
    struct error err;
    if (!have_models) {
        free(reading);
        skip();
    }
    draw(320, 240, &jpeg);
    examine_template(examine, &t);
    template_add(&t, &e);
    t.model[0] ^= 1;
    template_write(&t, &bytes);
    const struct examine_candidate who = {.name = STR("A B"), .template = buf_str(&bytes)};
    assert_error(examine_document(examine, buf_str(&jpeg), &who, reading, &err), err,
                 ERROR_CONFLICT);
    free(reading);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "examiner") == 0)
        return examiner_main(argc - 1, argv + 1);
    struct error err;
    signal(SIGPIPE, SIG_IGN);
    have_models = test_find_models(models);
    const struct examine_options options = {.models_folder = models};
    if (have_models && !examine_start(&options, &examine, &err)) {
        print_error("%s\n", err.message);
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_without_a_face_is_no_error),
        cmocka_unit_test(what_is_no_document_is_rejected_with_what_to_do),
        cmocka_unit_test(what_is_no_picture_is_refused_and_the_child_goes_on),
        cmocka_unit_test(a_child_that_dies_is_started_anew),
        cmocka_unit_test(a_template_of_another_model_is_a_conflict),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    examine_destroy(examine);
    return failed;
}
