#include "analysis/calibration.h"

#include "support/test.h"

#include <math.h>

static struct observation look(float yaw, float pitch, float eyes, float gaze)
{
    return (struct observation){
        .faces_len = 1,
        .head = {.known = 1, .yaw = yaw, .pitch = pitch, .eyes = {eyes, eyes}, .gaze = gaze}};
}

static struct detect_head applied(const struct calibration *c, struct observation o)
{
    calibration_apply(c, &o);
    return o.head;
}

static void learn(struct calibration *c, struct observation o, int times)
{
    for (int i = 0; i < times; i++)
        calibration_learn(c, &o);
}

static void at_first_straight_ahead_is_usual(void **state)
{
    (void)state;
    struct calibration c = {0};
    struct detect_head h = applied(&c, look(12, -5, 0.3F, 0.05F));
    assert_float_equal(h.yaw, 12, 1e-5);
    assert_float_equal(h.pitch, -5, 1e-5);
    assert_float_equal(h.gaze, 0.05, 1e-5);
    assert_float_equal(h.eyes[0], 1, 0);     /* nothing is known of these eyes */
    learn(&c, look(20, 10, 0.3F, 0.05F), 5); /* a glance at the beginning teaches nothing */
    assert_float_equal(applied(&c, look(12, -5, 0.3F, 0)).yaw, 12, 1e-5);
}

static void a_minute_teaches_what_is_usual_whatever_else_happens_in_it(void **state)
{
    (void)state;
    struct calibration c = {0};
    learn(&c, look(15, 12, 0.25F, -0.04F), 60);
    learn(&c, look(60, -30, 0.05F, 0.3F), 20);
    learn(&c, look(16, 12, 0.25F, -0.04F), 40);
    struct detect_head h = applied(&c, look(15, 2, 0.125F, 0.06F));
    assert_float_equal(h.yaw, 0, 0.1);
    assert_float_equal(h.pitch, -10, 0.1);
    assert_float_equal(h.eyes[1], 0.5, 0.01);
    assert_float_equal(h.gaze, 0.1, 0.001);
    learn(&c, look(-40, 0, 0.4F, 0), 500); /* later on nothing is learned */
    assert_float_equal(applied(&c, look(15, 2, 0.125F, 0)).yaw, 0, 0.1);
}

static void looking_over_the_shoulder_does_not_become_usual(void **state)
{
    (void)state;
    struct calibration c = {0};
    learn(&c, look(75, 60, 0.3F, 0.8F), 120);
    struct detect_head h = applied(&c, look(75, 60, 0.3F, 0.8F));
    assert_true(h.yaw >= 40 && h.pitch >= 25 && h.gaze > 0.5F);
}

static void what_is_unknown_stays_so_and_teaches_nothing(void **state)
{
    (void)state;
    struct calibration c = {0};
    struct observation nobody = {.head = {.gaze = -9}};
    learn(&c, nobody, 100);
    assert_int_equal(c.len, 0);
    assert_int_equal(applied(&c, nobody).known, 0);
    learn(&c, look(5, 5, 0.3F, -9), 100);
    assert_int_equal(c.gazes_len, 0);
    assert_float_equal(applied(&c, look(5, 5, 0.3F, -9)).gaze, -9, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_straight_ahead_is_usual),
        cmocka_unit_test(a_minute_teaches_what_is_usual_whatever_else_happens_in_it),
        cmocka_unit_test(looking_over_the_shoulder_does_not_become_usual),
        cmocka_unit_test(what_is_unknown_stays_so_and_teaches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
