/* What the parent passes about the enrolled person, and what the child makes of it. */
#include "analysis/who.h"
#include "base/file.h"
#include "identity/template.h"
#include "support/media.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *models_folder(void)
{
    static char folder[TEST_PATH_MAX];
    test_need_models(folder);
    return folder;
}

/* The caller frees it. */
static struct str read_picture(const char *name)
{
    char path[TEST_PATH_MAX], *bytes;
    size_t len;
    struct error err;
    test_need_media(name, path);
    assert_good(file_read(path, 4 << 20, &bytes, &len, &err), err);
    return str_bytes(bytes, len);
}

static struct policy standard(void)
{
    struct policy p;
    struct error err;
    assert_good(policy_builtin(STR("standard"), &p, &err), err);
    return p;
}

/* As the child finds it: on WHO_FD. */
static void pass(const struct follow_enrolment *e)
{
    int fd;
    struct error err;
    assert_good(who_pack(e, &fd, &err), err);
    if (fd != WHO_FD) {
        assert_int_equal(dup2(fd, WHO_FD), WHO_FD);
        close(fd);
    }
}

static bool enrol(const struct follow_enrolment *e, char **ret_models, struct error *err)
{
    const struct policy policy = standard();
    CLEANUP(who_destroyp) struct who *w = NULL;
    pass(e);
    assert_good(who_create(models_folder(), &policy, true, &w, err), *err);
    assert_int_equal(fcntl(WHO_FD, F_GETFD), -1); /* it was read and closed */
    return who_enrol(w, "{\"blazeface\":\"00\"}", ret_models, err);
}

static void pictures_become_a_template_that_is_named(void **state)
{
    (void)state;
    const struct str pictures[] = {read_picture("pairs/obama_1.jpg"),
                                   read_picture("pairs/obama_2.jpg")};
    CLEANUP(freep) char *one = NULL;
    CLEANUP(freep) char *two = NULL;
    CLEANUP(freep) char *again = NULL;
    struct error err;
    assert_good(enrol(&(struct follow_enrolment){pictures, 1, STR("")}, &one, &err), err);
    assert_good(enrol(&(struct follow_enrolment){pictures, 2, STR("")}, &two, &err), err);
    assert_good(enrol(&(struct follow_enrolment){pictures, 2, STR("")}, &again, &err), err);
    assert_non_null(strstr(one, "\"blazeface\":\"00\""));
    assert_non_null(strstr(one, "\"face-template\":\""));
    assert_non_null(strstr(one, "\"faceres\":\""));
    assert_string_not_equal(one, two);
    assert_string_equal(two, again);
    free((char *)(uintptr_t)pictures[0].ptr);
    free((char *)(uintptr_t)pictures[1].ptr);
}

/* A deployment got another model since: nobody is compared, and that is said. */
static void a_template_of_another_model_stops_nothing(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf kept = {0};
    CLEANUP(freep) char *models = NULL;
    struct template t = {.pictures = 1};
    struct error err;
    t.mean.values[0] = t.sum[0] = 1;
    memset(t.model, 0x5a, sizeof t.model);
    template_write(&t, &kept);
    assert_good(enrol(&(struct follow_enrolment){NULL, 0, buf_str(&kept)}, &models, &err), err);
    assert_non_null(strstr(models, "\"face-template\":\"of another model\""));
}

static void a_picture_of_no_use_is_named_by_its_number(void **state)
{
    (void)state;
    const struct str pictures[] = {read_picture("pairs/obama_1.jpg"),
                                   read_picture("faces/no_face_room_with_laptop.jpg")};
    char *models = NULL;
    struct error err;
    assert_error(enrol(&(struct follow_enrolment){pictures, 2, STR("")}, &models, &err), err,
                 ERROR_INVALID);
    assert_string_equal(err.message, "enrolled picture 2: no face was found in the picture");
    const struct str broken = STR("\xff\xd8\xff and no more");
    assert_error(enrol(&(struct follow_enrolment){&broken, 1, STR("")}, &models, &err), err,
                 ERROR_INVALID);
    assert_error(
        enrol(&(struct follow_enrolment){NULL, 0, STR("PTface and no more")}, &models, &err), err,
        ERROR_INVALID);
    assert_error(enrol(&(struct follow_enrolment){NULL, 0, STR("")}, &models, &err), err,
                 ERROR_INVALID);
    assert_null(models);
    free((char *)(uintptr_t)pictures[0].ptr);
    free((char *)(uintptr_t)pictures[1].ptr);
}

static void a_policy_that_does_not_ask_loads_nothing(void **state)
{
    (void)state;
    struct policy policy = standard();
    CLEANUP(who_destroyp) struct who *w = NULL;
    CLEANUP(freep) char *models = NULL;
    struct observation o = {.faces_len = 1}, before = o;
    struct error err;
    policy.rules[RULE_IDENTITY_MISMATCH].on = policy.rules[RULE_PERSON_CHANGED].on = false;
    pass(&(struct follow_enrolment){NULL, 0, STR("whatever")});
    assert_good(who_create("/nowhere", &policy, true, &w, &err), err);
    assert_good(who_enrol(w, "{}", &models, &err), err);
    assert_string_equal(models, "{}");
    assert_good(who_look(w, NULL, NULL, &o, &err), err);
    assert_memory_equal(&o, &before, sizeof o);
}

static void too_many_pictures_are_refused(void **state)
{
    (void)state;
    struct str pictures[WHO_PICTURES_MAX + 1];
    int fd = -1;
    struct error err;
    for (size_t i = 0; i < ARRAY_LEN(pictures); i++)
        pictures[i] = STR("picture");
    assert_error(
        who_pack(&(struct follow_enrolment){pictures, ARRAY_LEN(pictures), STR("")}, &fd, &err),
        err, ERROR_TOO_LARGE);
    assert_int_equal(fd, -1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_become_a_template_that_is_named),
        cmocka_unit_test(a_template_of_another_model_stops_nothing),
        cmocka_unit_test(a_picture_of_no_use_is_named_by_its_number),
        cmocka_unit_test(a_policy_that_does_not_ask_loads_nothing),
        cmocka_unit_test(too_many_pictures_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
