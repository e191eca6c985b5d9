#include "detect/face_detector.h"
#include "support/test.h"

#include <math.h>
#include <stdlib.h>

#define SIDE 64
#define FINE (SIDE / 16 * (SIDE / 16) * 2)
#define COARSE (SIDE / 32 * (SIDE / 32) * 6)

/* What the network would say; nothing anywhere to begin with. */
struct outputs {
    float logits16[FINE], numbers16[FINE * 16], logits32[COARSE], numbers32[COARSE * 16];
};

static struct outputs nothing(void)
{
    struct outputs o = {0};
    for (int i = 0; i < FINE; i++)
        o.logits16[i] = -100;
    for (int i = 0; i < COARSE; i++)
        o.logits32[i] = -100;
    return o;
}

static void say(float *logits, float *numbers, int anchor, float logit, float dx, float dy,
                float width, float height)
{
    logits[anchor] = logit;
    float *n = numbers + (size_t)anchor * 16;
    n[0] = dx;
    n[1] = dy;
    n[2] = width;
    n[3] = height;
    n[4] = dx - 5; /* eyes */
    n[5] = dy - 3;
    n[6] = dx + 5;
    n[7] = dy - 2;
}

static size_t decode(const struct outputs *o, struct face_candidate *ret)
{
    return face_detector_decode(SIDE, o->logits16, o->numbers16, o->logits32, o->numbers32, 0.3f,
                                0.3f, ret);
}

static void nothing_gives_no_candidates(void **state)
{
    (void)state;
    struct face_candidate found[FACE_CANDIDATES_MAX];
    struct outputs o = nothing();
    assert_int_equal(decode(&o, found), 0);
}

static void anchors_lie_in_the_middle_of_their_cells(void **state)
{
    (void)state;
    struct face_candidate found[FACE_CANDIDATES_MAX];
    struct outputs o = nothing();
    say(o.logits16, o.numbers16, (1 * 4 + 2) * 2 + 1, 3, 1, -2, 10, 12); /* row 1, column 2 */
    assert_int_equal(decode(&o, found), 1);
    assert_float_equal(found[0].x, 2.5 * 16 + 1, 1e-4);
    assert_float_equal(found[0].y, 1.5 * 16 - 2, 1e-4);
    assert_float_equal(found[0].width, 10, 0);
    assert_float_equal(found[0].height, 12, 0);
    assert_float_equal(found[0].score, 1 / (1 + expf(-3)), 1e-5);
    assert_float_equal(found[0].eyes[0][0], found[0].x - 5, 1e-4);
    assert_float_equal(found[0].eyes[1][1], found[0].y - 2, 1e-4);

    o = nothing();
    say(o.logits32, o.numbers32, (1 * 2 + 0) * 6 + 5, 1, 0, 0, 30, 30); /* row 1, column 0 */
    assert_int_equal(decode(&o, found), 1);
    assert_float_equal(found[0].x, 16, 1e-4);
    assert_float_equal(found[0].y, 48, 1e-4);
}

static void of_overlapping_candidates_the_best_stays(void **state)
{
    (void)state;
    struct face_candidate found[FACE_CANDIDATES_MAX];
    struct outputs o = nothing();
    say(o.logits16, o.numbers16, 0, 1, 0, 0, 12, 12);
    say(o.logits16, o.numbers16, 1, 2, 1, 1, 12, 12);
    say(o.logits32, o.numbers32, 0, 4, -7, -7, 12, 12); /* at 9, 9: the same place */
    say(o.logits16, o.numbers16, 31, 0.5f, 0, 0, 12, 12);
    assert_int_equal(decode(&o, found), 2);
    assert_float_equal(found[0].score, 1 / (1 + expf(-4)), 1e-5);
    assert_float_equal(found[1].x, 56, 1e-4);
}

static void neighbours_that_hardly_overlap_both_stay(void **state)
{
    (void)state;
    struct face_candidate found[FACE_CANDIDATES_MAX];
    struct outputs o = nothing();
    say(o.logits16, o.numbers16, 0, 3, 0, 0, 20, 20);
    say(o.logits16, o.numbers16, 2, 3, 0, 0, 20, 20); /* 16 to the right */
    assert_int_equal(decode(&o, found), 2);
}

static void weak_wild_and_broken_numbers_are_left_out(void **state)
{
    (void)state;
    struct face_candidate found[FACE_CANDIDATES_MAX];
    struct outputs o = nothing();
    say(o.logits16, o.numbers16, 0, -1, 0, 0, 12, 12); /* a score of 0.27 */
    say(o.logits16, o.numbers16, 2, NAN, 0, 0, 12, 12);
    say(o.logits16, o.numbers16, 4, 3, NAN, 0, 12, 12);
    say(o.logits16, o.numbers16, 6, 3, 0, 0, -12, 12);
    say(o.logits16, o.numbers16, 8, 3, 0, 0, INFINITY, 12);
    say(o.logits16, o.numbers16, 10, 3, 0, 1e9f, 12, 12);
    say(o.logits16, o.numbers16, 12, 3, 0, 0, 12, NAN);
    assert_int_equal(decode(&o, found), 0);
}

static void more_candidates_than_fit_leave_the_best(void **state)
{
    (void)state;
    struct face_candidate found[FACE_CANDIDATES_MAX];
    static float logits[2048], numbers[2048 * 16], none[1536], none_numbers[1536 * 16];
    for (int i = 0; i < 2048; i++)
        say(logits, numbers, i, (float)i / 1000, 0, 0, 2, 2);
    for (int i = 0; i < 1536; i++)
        none[i] = -100;
    size_t len = face_detector_decode(512, logits, numbers, none, none_numbers, 0.3f, 0.3f, found);
    assert_int_equal(len, FACE_CANDIDATES_MAX / 2); /* two anchors a cell say the same */
    assert_float_equal(found[0].score, 1 / (1 + expf(-2.047f)), 1e-5);
    for (size_t i = 1; i < len; i++)
        assert_true(found[i].score <= found[i - 1].score);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_gives_no_candidates),
        cmocka_unit_test(anchors_lie_in_the_middle_of_their_cells),
        cmocka_unit_test(of_overlapping_candidates_the_best_stays),
        cmocka_unit_test(neighbours_that_hardly_overlap_both_stay),
        cmocka_unit_test(weak_wild_and_broken_numbers_are_left_out),
        cmocka_unit_test(more_candidates_than_fit_leave_the_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
