/* Made-up heads: an oval of landmarks, turned by known angles. */
#include "detect/detector.h"
#include "detect/head.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

#define RADIUS 50.0

static struct detect_landmark at(double x, double y, double z)
{
    return (struct detect_landmark){(float)x, (float)y, (float)z};
}

static void eye(struct detect_landmark *m, const int corners[2], const int upper[2],
                const int lower[2], double x, double open)
{
    m[corners[0]] = at(x - 10, -15, -40);
    m[corners[1]] = at(x + 10, -15, -40);
    for (int i = 0; i < 2; i++) {
        m[upper[i]] = at(x - 4 + 8 * i, -15 - 10 * open, -42);
        m[lower[i]] = at(x - 4 + 8 * i, -15 + 10 * open, -42);
    }
}

/* Looking into the camera; eyes and mouth open by these parts of their widths. */
static void head_new(double eyes_open, double mouth_open,
                     struct detect_landmark ret[DETECT_LANDMARKS])
{
    for (int i = 0; i < DETECT_LANDMARKS; i++) {
        double angle = i * 2.399963, height = 1 - 2.0 * i / (DETECT_LANDMARKS - 1);
        double wide = sqrt(1 - height * height);
        ret[i] = at(RADIUS * wide * cos(angle), 1.3 * RADIUS * height, RADIUS * wide * sin(angle));
    }
    ret[10] = at(0, -65, 0);
    ret[152] = at(0, 65, 0);
    ret[234] = at(-50, 0, 0);
    ret[454] = at(50, 0, 0);
    static const int left[][2] = {{33, 133}, {160, 158}, {144, 153}};
    static const int right[][2] = {{362, 263}, {385, 387}, {380, 373}};
    eye(ret, left[0], left[1], left[2], -20, eyes_open);
    eye(ret, right[0], right[1], right[2], 20, eyes_open);
    ret[61] = at(-15, 30, -40);
    ret[291] = at(15, 30, -40);
    ret[13] = at(0, 30 - 15 * mouth_open, -42);
    ret[14] = at(0, 30 + 15 * mouth_open, -42);
}

/* Degrees; nods, turns and tilts in this order, then goes to (320, 240). */
static void turn(struct detect_landmark m[DETECT_LANDMARKS], double yaw, double pitch, double roll)
{
    double a = yaw * M_PI / 180, b = pitch * M_PI / 180, c = roll * M_PI / 180;
    for (int i = 0; i < DETECT_LANDMARKS; i++) {
        double x = (double)m[i].x, y = (double)m[i].y, z = (double)m[i].z, kept;
        kept = y * cos(b) - z * sin(b);
        z = y * sin(b) + z * cos(b);
        y = kept;
        kept = x * cos(a) - z * sin(a);
        z = x * sin(a) + z * cos(a);
        x = kept;
        m[i] = at(320 + x * cos(c) - y * sin(c), 240 + x * sin(c) + y * cos(c), z);
    }
}

static void a_turned_head_has_the_angles_it_was_turned_by(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        for (float degrees = -60; degrees <= 60; degrees += 15) {
            struct detect_landmark m[DETECT_LANDMARKS];
            struct detect_head h = {0};
            head_new(0.3, 0.1, m);
            turn(m, i == 0 ? degrees : 0, i == 1 ? degrees : 0, i == 2 ? degrees : 0);
            assert_true(head_pose(m, &h));
            assert_float_equal(h.yaw, i == 0 ? degrees : 0, 0.1);
            assert_float_equal(h.pitch, i == 1 ? degrees : 0, 0.1);
            assert_float_equal(h.roll, i == 2 ? degrees : 0, 0.1);
        }
}

static void angles_together_are_told_apart(void **state)
{
    (void)state;
    struct detect_landmark m[DETECT_LANDMARKS];
    struct detect_head h = {0};
    head_new(0.3, 0.1, m);
    turn(m, 25, -10, 8);
    assert_true(head_pose(m, &h));
    assert_float_equal(h.yaw, 25, 4);
    assert_float_equal(h.pitch, -10, 4);
    assert_float_equal(h.roll, 8, 5);
}

static void what_is_no_head_has_no_pose(void **state)
{
    (void)state;
    struct detect_landmark m[DETECT_LANDMARKS] = {{0}};
    struct detect_head h = {0};
    assert_false(head_pose(m, &h));
    head_new(0.3, 0.1, m);
    m[10].x = NAN;
    assert_false(head_pose(m, &h));
    head_openings(m, &h); /* finite whatever comes */
    memset(m, 0, sizeof m);
    head_openings(m, &h);
    assert_float_equal(h.eyes[0] + h.eyes[1] + h.mouth, 0, 0);
}

static void openings_are_those_of_eyes_and_mouth(void **state)
{
    (void)state;
    static const double angles[][3] = {{0, 0, 0}, {0, 0, 40}, {30, 0, 0}, {-30, 0, -20}};
    for (size_t i = 0; i < ARRAY_LEN(angles); i++) {
        struct detect_landmark m[DETECT_LANDMARKS];
        struct detect_head h = {0};
        head_new(0.3, 0.5, m);
        turn(m, angles[i][0], angles[i][1], angles[i][2]);
        head_openings(m, &h);
        for (int k = 0; k < 2; k++)
            assert_float_equal(h.eyes[k], 0.3, 0.03);
        assert_float_equal(h.mouth, 0.5, 0.03);
        head_new(0.05, 0, m);
        turn(m, angles[i][0], angles[i][1], angles[i][2]);
        head_openings(m, &h);
        for (int k = 0; k < 2; k++)
            assert_float_equal(h.eyes[k], 0.05, 0.03);
        assert_float_equal(h.mouth, 0, 0.01);
    }
}

static void what_lies_outside_is_counted(void **state)
{
    (void)state;
    struct detect_landmark m[DETECT_LANDMARKS];
    head_new(0.3, 0.1, m);
    turn(m, 0, 0, 0);
    assert_float_equal(head_inside(m, 640, 480), 1, 0);
    assert_float_equal(head_inside(m, 320, 480), 0.5, 0.1); /* cut in the middle */
    assert_float_equal(head_inside(m, 100, 480), 0, 0);
}

static void a_head_is_told_of_a_face_the_mesh_confirms_only(void **state)
{
    (void)state;
    static struct detector_finds finds;
    const struct detect_options nothing = {0}, options = {.head = true};
    struct detector_setup setup = {.options = &nothing, .finds = &finds};
    struct frame f = {.width = 640, .height = 480};
    void *self;
    struct error err;
    assert_good(detector_head.create(&setup, &self, &err), err);
    assert_null(self); /* nobody asked */
    setup.options = &options;
    assert_good(detector_head.create(&setup, &self, &err), err);
    head_new(0.3, 0.1, finds.landmarks[0]);
    turn(finds.landmarks[0], 20, 0, 0);
    struct observation o = {.faces_len = 1, .faces = {{.mesh_score = 0.99F}}};
    assert_good(detector_head.look(self, &f, &o, &err), err);
    assert_int_equal(o.head.known, 1);
    assert_float_equal(o.head.yaw, 20, 0.1);
    o = (struct observation){.faces_len = 1, .faces = {{.mesh_score = 0.2F}}};
    assert_good(detector_head.look(self, &f, &o, &err), err);
    assert_int_equal(o.head.known, 0);
    o = (struct observation){0};
    assert_good(detector_head.look(self, &f, &o, &err), err);
    assert_int_equal(o.head.known, 0);
    detector_head.destroy(self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turned_head_has_the_angles_it_was_turned_by),
        cmocka_unit_test(angles_together_are_told_apart),
        cmocka_unit_test(what_is_no_head_has_no_pose),
        cmocka_unit_test(openings_are_those_of_eyes_and_mouth),
        cmocka_unit_test(what_lies_outside_is_counted),
        cmocka_unit_test(a_head_is_told_of_a_face_the_mesh_confirms_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
