#include "detect/faces_track.h"
#include "support/test.h"

#include <math.h>
#include <string.h>

#define WIDTH 640
#define HEIGHT 480

/* An oval of points about (x, y), turned by `angle`; the eyes' corners lie along its x axis. */
static void make_mesh(double x, double y, double size, double angle,
                      struct detect_landmark ret[DETECT_LANDMARKS])
{
    for (int i = 0; i < DETECT_LANDMARKS; i++) {
        double at = 2 * M_PI * i / DETECT_LANDMARKS;
        double across = size * cos(at), down = 1.2 * size * sin(at);
        if (i == 33 || i == 133 || i == 263 || i == 362) {
            across = (i == 33 || i == 133 ? -0.5 : 0.5) * size;
            down = 0;
        }
        ret[i] = (struct detect_landmark){
            .x = (float)(x + across * cos(angle) - down * sin(angle)),
            .y = (float)(y + across * sin(angle) + down * cos(angle)),
        };
    }
}

struct setting {
    struct faces_track track;
    struct detector_finds finds;
    struct observation o;
    struct frame_square squares[DETECT_FACES_MAX];
    struct frame frame;
};

/* One face of 100 pixels in the middle, just detected, in an even picture. */
static void set_up(struct setting *s, float mesh_score)
{
    memset(s, 0, sizeof *s);
    s->frame = (struct frame){.width = WIDTH, .height = HEIGHT, .time_us = 1000000};
    s->finds.has_cells = true;
    for (int i = 0; i < DETECT_CELLS; i++)
        s->finds.cells[i] = 0.5f;
    make_mesh(320, 240, 50, 0, s->finds.landmarks[0]);
    s->o.faces_len = 1;
    s->o.faces[0] = (struct detect_face){.x = (320 - 50) / (float)WIDTH,
                                         .y = (230 - 50) / (float)HEIGHT,
                                         .width = 100 / (float)WIDTH,
                                         .height = 100 / (float)HEIGHT,
                                         .score = 0.9f,
                                         .mesh_score = mesh_score};
    s->squares[0] = (struct frame_square){320, 230, 140, 0};
    faces_track_note(&s->track, &s->frame, &s->o, s->squares, &s->finds);
}

static enum faces_track_way way_after(struct setting *s, int64_t us)
{
    s->frame.time_us = 1000000 + us;
    return faces_track_way(&s->track, &s->frame, &s->finds);
}

static void a_still_picture_is_followed_for_two_seconds(void **state)
{
    (void)state;
    struct setting s;
    set_up(&s, 0.99f);
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_FOLLOW);
    assert_int_equal(way_after(&s, 1900000), FACES_TRACK_FOLLOW);
    assert_int_equal(way_after(&s, 2000000), FACES_TRACK_DETECT);
}

static void nobody_and_faces_hard_to_see_are_not_followed(void **state)
{
    (void)state;
    struct setting s;
    set_up(&s, 0.8f);
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_DETECT);
    s.o.faces_len = 0;
    faces_track_note(&s.track, &s.frame, &s.o, s.squares, &s.finds);
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_DETECT);
}

static void another_size_and_unknown_cells_ask_for_the_detector(void **state)
{
    (void)state;
    struct setting s;
    set_up(&s, 0.99f);
    s.frame.width = WIDTH / 2;
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_DETECT);
    set_up(&s, 0.99f);
    s.finds.has_cells = false;
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_DETECT);
}

static void a_change_elsewhere_asks_for_a_glance(void **state)
{
    (void)state;
    struct setting s;
    set_up(&s, 0.99f);
    s.finds.cells[0] = 0.6f; /* a little: with the beat */
    assert_int_equal(way_after(&s, 1500000), FACES_TRACK_FOLLOW);
    assert_int_equal(way_after(&s, 2000000), FACES_TRACK_DETECT);
    s.finds.cells[0] = 0.9f; /* much: at once */
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_GLANCE);
    faces_track_glanced(&s.track, &s.finds); /* it was nobody: only what changes from now on */
    assert_int_equal(way_after(&s, 1000000), FACES_TRACK_FOLLOW);
    s.finds.cells[0] = 0.5f;
    assert_int_equal(way_after(&s, 1500000), FACES_TRACK_GLANCE);
    assert_int_equal(way_after(&s, 2000000), FACES_TRACK_DETECT); /* the beat stays */
}

static void a_place_in_a_face_is_known(void **state)
{
    (void)state;
    struct setting s;
    set_up(&s, 0.99f); /* from (270, 180) to (370, 280) */
    assert_true(faces_track_has(&s.track, 320, 230));
    assert_true(faces_track_has(&s.track, 275, 275));
    assert_false(faces_track_has(&s.track, 260, 230));
    assert_false(faces_track_has(&s.track, 320, 290));
}

static void a_change_at_the_face_and_of_the_light_does_not(void **state)
{
    (void)state;
    struct setting s;
    set_up(&s, 0.99f);
    s.finds.cells[12 * DETECT_CELLS_WIDE + 16] = 0.9f; /* the middle of the picture */
    assert_int_equal(way_after(&s, 500000), FACES_TRACK_FOLLOW);
    for (int i = 0; i < DETECT_CELLS; i++)
        s.finds.cells[i] += 0.2f;
    assert_int_equal(way_after(&s, 1500000), FACES_TRACK_FOLLOW);
}

static void the_square_and_the_box_move_with_the_mesh(void **state)
{
    (void)state;
    struct setting s;
    struct detect_landmark mesh[DETECT_LANDMARKS];
    set_up(&s, 0.99f);
    make_mesh(325, 243, 55, 0.1, mesh);
    assert_int_equal(faces_track_take(&s.track, 0, mesh, 0.95f), FACES_FOLLOW_FOUND);
    struct frame_square square = faces_track_square(&s.track, 0);
    assert_float_equal(square.side, 154, 0.1);
    assert_float_equal(square.angle, 0.1, 0.001);
    assert_float_equal(square.centre_x, 326.098f, 0.1);
    assert_float_equal(square.centre_y, 232.055f, 0.1);
    struct detect_face face = faces_track_face(&s.track, 0, 0.95f);
    assert_float_equal(face.width * WIDTH, 110, 0.1);
    assert_float_equal((face.x + face.width / 2) * WIDTH, square.centre_x, 0.1);
    assert_float_equal(face.score, 0.9f, 0);
    assert_float_equal(face.mesh_score, 0.95f, 0);
}

static void a_face_that_jumped_is_looked_at_again_where_it_is(void **state)
{
    (void)state;
    struct setting s;
    struct detect_landmark mesh[DETECT_LANDMARKS];
    set_up(&s, 0.99f);
    make_mesh(345, 240, 50, 0, mesh);
    assert_int_equal(faces_track_take(&s.track, 0, mesh, 0.95f), FACES_FOLLOW_AGAIN);
    assert_float_equal(faces_track_square(&s.track, 0).centre_x, 345, 0.1);
    assert_int_equal(faces_track_take(&s.track, 0, mesh, 0.95f), FACES_FOLLOW_FOUND);
}

static void a_mesh_without_a_face_is_lost(void **state)
{
    (void)state;
    struct setting s;
    struct detect_landmark mesh[DETECT_LANDMARKS];
    set_up(&s, 0.99f);
    make_mesh(320, 240, 50, 0, mesh);
    assert_int_equal(faces_track_take(&s.track, 0, mesh, 0.4f), FACES_FOLLOW_LOST);
    assert_int_equal(faces_track_take(&s.track, 0, mesh, NAN), FACES_FOLLOW_LOST);
    memset(mesh, 0, sizeof mesh);
    assert_int_equal(faces_track_take(&s.track, 0, mesh, 0.99f), FACES_FOLLOW_LOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_still_picture_is_followed_for_two_seconds),
        cmocka_unit_test(nobody_and_faces_hard_to_see_are_not_followed),
        cmocka_unit_test(another_size_and_unknown_cells_ask_for_the_detector),
        cmocka_unit_test(a_change_elsewhere_asks_for_a_glance),
        cmocka_unit_test(a_place_in_a_face_is_known),
        cmocka_unit_test(a_change_at_the_face_and_of_the_light_does_not),
        cmocka_unit_test(the_square_and_the_box_move_with_the_mesh),
        cmocka_unit_test(a_face_that_jumped_is_looked_at_again_where_it_is),
        cmocka_unit_test(a_mesh_without_a_face_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
