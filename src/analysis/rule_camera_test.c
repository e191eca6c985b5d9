/* Rules about head, eyes, light and camera, with made-up looks. */
#include "analysis/fields.h"
#include "analysis/rules.h"
#include "base/clock.h"

#include "support/test.h"

#include <string.h>

struct found {
    bool is[RULE_COUNT];
    struct flag of[RULE_COUNT]; /* the last word on the last of each rule */
};

static void raised(void *context, uint32_t index, const struct flag *flag)
{
    struct found *found = context;
    (void)index;
    found->is[flag->rule] = true;
    found->of[flag->rule] = *flag;
}

/* Somebody in good light, looking into the camera. */
static struct observation person(void)
{
    struct observation o;
    fields_absent(&o);
    o.faces_len = 1;
    o.faces[0] = (struct detect_face){0.4F, 0.3F, 0.2F, 0.3F, 0.9F, 1};
    o.luma_mean = 0.5F;
    o.luma_deviation = 0.2F;
    o.detail = 0.03F;
    o.motion = 0.01F;
    o.motion_peak = 0.05F;
    o.head = (struct detect_head){.known = 1,
                                  .pitch = 8,
                                  .inside = 1,
                                  .eyes = {0.28F, 0.28F},
                                  .mouth = 0.05F,
                                  .gaze = -0.04F};
    o.clarity = (struct detect_clarity){.white = 0.01F,
                                        .face_sharpness = 0.45F,
                                        .sharpness = -1,
                                        .face_luma = 0.65F,
                                        .around_luma = 0.7F};
    return o;
}

struct session {
    struct rules *rules;
    struct found found;
    int64_t time_us;
};

static void session_init(struct session *s, const char *policy_json)
{
    struct policy policy;
    struct error err;
    *s = (struct session){0};
    assert_good(policy_parse(str_from(policy_json), &policy, &err), err);
    assert_good(rules_create(&policy, &s->rules, &err), err);
}

static void feed(struct session *s, struct observation o, double seconds)
{
    struct error err;
    for (int i = 0; i < (int)(2 * seconds); i++) {
        const char *wrong = "";
        o.time_us = s->time_us;
        if (o.still.seconds >= 0) /* goes on being the same picture */
            o.still.seconds += i ? 0.5F : 0;
        if (o.loop.period_s > 0)
            o.loop.matched_s += i ? 0.5F : 0;
        assert_true(fields_tidy(&o, &wrong));
        assert_good(rules_feed(s->rules, &o, raised, &s->found, &err), err);
        s->time_us += DETECT_INTERVAL_US;
    }
}

static struct found session_end(struct session *s)
{
    struct error err;
    assert_good(rules_end(s->rules, s->time_us, raised, &s->found, &err), err);
    rules_destroy(s->rules);
    return s->found;
}

static bool nothing(const struct found *f)
{
    for (int i = 0; i < RULE_COUNT; i++)
        if (f->is[i])
            return false;
    return true;
}

#define ALL_ON                                                                                     \
    "{\"base\":\"strict\",\"rules\":{\"looking-away\":{\"on\":true},\"gaze-away\":{\"on\":true}}}"

static void somebody_in_good_light_raises_nothing(void **state)
{
    (void)state;
    struct session s;
    session_init(&s, ALL_ON);
    feed(&s, person(), 120);
    struct found f = session_end(&s);
    assert_true(nothing(&f));
}

static void a_camera_at_the_side_is_usual_but_turning_from_there_is_not(void **state)
{
    (void)state;
    struct session s;
    struct observation o = person();
    session_init(&s, ALL_ON);
    o.head.yaw = 18;
    feed(&s, o, 60);
    assert_false(s.found.is[RULE_LOOKING_AWAY]);
    o.head.yaw = -8; /* 26 degrees from the usual */
    feed(&s, o, 8);
    o.head.yaw = 18;
    feed(&s, o, 8);
    struct found f = session_end(&s);
    assert_true(f.is[RULE_LOOKING_AWAY]);
    assert_int_equal(f.of[RULE_LOOKING_AWAY].from_us, 60 * SECOND_US);
    assert_int_equal(f.of[RULE_LOOKING_AWAY].to_us, 68 * SECOND_US);
    assert_non_null(strstr(f.of[RULE_LOOKING_AWAY].numbers, "26 degrees"));
}

static void glancing_away_again_and_again_is_one_flag(void **state)
{
    (void)state;
    struct session s;
    struct observation ahead = person(), away = person();
    away.head.yaw = 35;
    session_init(&s, ALL_ON);
    feed(&s, ahead, 30);
    for (int i = 0; i < 8; i++) {
        feed(&s, away, 1);
        feed(&s, ahead, 1);
    }
    feed(&s, ahead, 30);
    struct found f = session_end(&s);
    assert_true(f.is[RULE_LOOKING_AWAY]);
    assert_true(f.of[RULE_LOOKING_AWAY].to_us - f.of[RULE_LOOKING_AWAY].from_us > 13 * SECOND_US);
}

static void reading_paper_on_the_desk_is_not_looking_away_nor_asleep(void **state)
{
    (void)state;
    struct session s;
    struct observation o = person();
    session_init(&s, ALL_ON);
    feed(&s, o, 30);
    o.head.pitch = 35;
    o.head.eyes[0] = o.head.eyes[1] = 0.1F; /* the lids cover the eyes */
    feed(&s, o, 60);
    struct found f = session_end(&s);
    assert_true(nothing(&f));
}

static void closed_eyes_are_told_by_the_candidates_own_usual(void **state)
{
    (void)state;
    struct session s;
    struct observation o = person();
    o.head.eyes[0] = o.head.eyes[1] = 0.16F; /* narrow, and open */
    session_init(&s, ALL_ON);
    feed(&s, o, 60);
    assert_false(s.found.is[RULE_EYES_CLOSED]);
    o.head.eyes[0] = o.head.eyes[1] = 0.08F;
    feed(&s, o, 20);
    struct found f = session_end(&s);
    assert_true(f.is[RULE_EYES_CLOSED]);
    assert_int_equal(f.of[RULE_EYES_CLOSED].from_us, 60 * SECOND_US);
}

static void eyes_to_the_side_count_only_where_they_are_asked_about(void **state)
{
    (void)state;
    for (int on = 0; on < 2; on++) {
        struct session s;
        struct observation o = person();
        session_init(&s, on ? ALL_ON : "{\"base\":\"strict\"}");
        feed(&s, o, 30);
        o.head.gaze = -0.16F;
        feed(&s, o, 10);
        struct found f = session_end(&s);
        assert_int_equal(f.is[RULE_GAZE_AWAY], on);
    }
}

static void a_face_cut_by_the_edge_or_denied_by_the_mesh_is_turned(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct session s;
        struct observation o = person();
        session_init(&s, "{\"base\":\"standard\"}");
        feed(&s, o, 30);
        if (i == 0)
            o.head.inside = 0.6F;
        else if (i == 1)
            o.head.yaw = 55;
        else {
            o.faces[0].mesh_score = 0.2F;
            o.head = (struct detect_head){.gaze = -9};
        }
        feed(&s, o, 16);
        struct found f = session_end(&s);
        assert_true(f.is[RULE_FACE_TURNED]);
        assert_int_equal(f.of[RULE_FACE_TURNED].severity, SEVERITY_LOW);
    }
}

static void light_and_focus_are_told(void **state)
{
    (void)state;
    struct session s;
    struct observation dark = person(), white = person(), soft = person();
    dark.clarity.face_luma = 0.25F;
    dark.clarity.around_luma = 0.9F;
    white.clarity.face_white = 0.6F;
    soft.clarity.face_sharpness = 0.2F;
    session_init(&s, "{\"base\":\"standard\"}");
    feed(&s, person(), 10);
    feed(&s, dark, 11);
    feed(&s, white, 4);
    feed(&s, soft, 9);
    feed(&s, person(), 10);
    struct found f = session_end(&s);
    assert_true(f.is[RULE_BACKLIT] && f.is[RULE_OVEREXPOSED] && f.is[RULE_BLURRED]);
    assert_int_equal(f.of[RULE_BACKLIT].to_us, 21 * SECOND_US);
    assert_int_equal(f.of[RULE_OVEREXPOSED].to_us, 25 * SECOND_US);
    assert_int_equal(f.of[RULE_BLURRED].to_us, 34 * SECOND_US);
    assert_int_equal(f.of[RULE_BLURRED].severity, SEVERITY_LOW);
}

static void a_dark_face_in_a_dark_room_and_a_white_wall_are_no_faults(void **state)
{
    (void)state;
    struct session s;
    struct observation dark = person(), wall = person();
    dark.clarity.face_luma = 0.2F;
    dark.clarity.around_luma = 0.25F;
    wall.clarity.white = 0.8F;
    session_init(&s, "{\"base\":\"standard\"}");
    feed(&s, dark, 20);
    feed(&s, wall, 20);
    struct found f = session_end(&s);
    assert_true(nothing(&f));
}

static void a_loop_begins_with_its_first_showing(void **state)
{
    (void)state;
    struct session s;
    struct observation o = person();
    session_init(&s, "{\"base\":\"standard\"}");
    feed(&s, o, 10);
    o.loop = (struct detect_loop){.period_s = 4, .matched_s = 0};
    feed(&s, o, 20); /* believed after three times four seconds */
    struct found f = session_end(&s);
    assert_true(f.is[RULE_CAMERA_LOOPED]);
    assert_int_equal(f.of[RULE_CAMERA_LOOPED].from_us, 6 * SECOND_US);
    assert_int_equal(f.of[RULE_CAMERA_LOOPED].to_us, 30 * SECOND_US);
    session_init(&s, "{\"base\":\"standard\"}");
    o.loop.matched_s = 0;
    feed(&s, o, 11);
    f = session_end(&s);
    assert_true(nothing(&f));
}

static void a_moved_photograph_is_still_and_one_that_stands_is_frozen(void **state)
{
    (void)state;
    struct session s;
    struct observation o = person();
    session_init(&s, "{\"base\":\"standard\"}");
    feed(&s, o, 10);
    o.still = (struct detect_still){.seconds = 0, .difference = 0.15F, .moved = 0.1F};
    feed(&s, o, 10);
    struct found f = session_end(&s);
    assert_true(f.is[RULE_CAMERA_STILL]);
    assert_false(f.is[RULE_CAMERA_FROZEN]);
    assert_true(f.of[RULE_CAMERA_STILL].from_us >= 10 * SECOND_US - 1 &&
                f.of[RULE_CAMERA_STILL].from_us <= 10 * SECOND_US + 1);

    session_init(&s, "{\"base\":\"standard\"}");
    o.motion_peak = 0.001F;
    feed(&s, o, 10);
    f = session_end(&s);
    assert_true(f.is[RULE_CAMERA_FROZEN]);
    assert_false(f.is[RULE_CAMERA_STILL]);

    session_init(&s, "{\"base\":\"standard\"}");
    o.motion_peak = 0.05F;
    o.still.moved = 0.03F; /* somebody who stares */
    feed(&s, o, 10);
    f = session_end(&s);
    assert_true(nothing(&f));
}

static void a_card_is_told_from_an_empty_room_and_from_a_covered_lens(void **state)
{
    (void)state;
    struct session s;
    struct observation o = person(), empty;
    o.faces_len = 0;
    o.head.known = 0;
    empty = o;
    empty.drawn = (struct detect_drawn){.part = 0.08F, .contrast = 0.9F};
    o.drawn = (struct detect_drawn){.part = 0.6F, .contrast = 0.8F};
    session_init(&s, "{\"base\":\"standard\"}");
    feed(&s, person(), 10);
    feed(&s, empty, 10);
    assert_false(s.found.is[RULE_CAMERA_DRAWN]);
    feed(&s, o, 10);
    struct found f = session_end(&s);
    assert_true(f.is[RULE_CAMERA_DRAWN] && f.is[RULE_NO_FACE]);
    assert_int_equal(f.of[RULE_CAMERA_DRAWN].from_us, 20 * SECOND_US);
    assert_non_null(strstr(f.of[RULE_CAMERA_DRAWN].numbers, "60 % of the picture"));

    session_init(&s, "{\"base\":\"standard\"}");
    o.drawn.contrast = 0.1F; /* a wall, or a lid before the lens */
    feed(&s, o, 10);
    o.drawn.contrast = 0.8F;
    o.luma_mean = 0.05F; /* the dark */
    feed(&s, o, 10);
    f = session_end(&s);
    assert_false(f.is[RULE_CAMERA_DRAWN]);
}

static void only_what_a_rule_that_is_on_needs_is_asked_for(void **state)
{
    (void)state;
    struct policy p;
    struct detect_options o;
    struct error err;
    assert_good(policy_builtin(STR("standard"), &p, &err), err);
    rules_ask(&p, false, &o);
    assert_true(o.head && o.clarity && o.loop && o.drawn && o.still_limit > 0);
    assert_false(o.gaze);
    for (enum rule rule = RULE_LOOKING_AWAY; rule <= RULE_CAMERA_DRAWN; rule++)
        p.rules[rule].on = false;
    rules_ask(&p, false, &o);
    assert_true(o.head); /* whose mouth moves while somebody speaks? */
    assert_false(o.clarity || o.loop || o.drawn || o.gaze || o.still_limit > 0);
    p.rules[RULE_SOUND_SPEECH].on = false;
    rules_ask(&p, false, &o);
    assert_false(o.head || o.clarity || o.loop || o.drawn || o.gaze || o.still_limit > 0);
    p.rules[RULE_GAZE_AWAY].on = true;
    rules_ask(&p, false, &o);
    assert_true(o.gaze && o.head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(somebody_in_good_light_raises_nothing),
        cmocka_unit_test(a_camera_at_the_side_is_usual_but_turning_from_there_is_not),
        cmocka_unit_test(glancing_away_again_and_again_is_one_flag),
        cmocka_unit_test(reading_paper_on_the_desk_is_not_looking_away_nor_asleep),
        cmocka_unit_test(closed_eyes_are_told_by_the_candidates_own_usual),
        cmocka_unit_test(eyes_to_the_side_count_only_where_they_are_asked_about),
        cmocka_unit_test(a_face_cut_by_the_edge_or_denied_by_the_mesh_is_turned),
        cmocka_unit_test(light_and_focus_are_told),
        cmocka_unit_test(a_dark_face_in_a_dark_room_and_a_white_wall_are_no_faults),
        cmocka_unit_test(a_loop_begins_with_its_first_showing),
        cmocka_unit_test(a_moved_photograph_is_still_and_one_that_stands_is_frozen),
        cmocka_unit_test(a_card_is_told_from_an_empty_room_and_from_a_covered_lens),
        cmocka_unit_test(only_what_a_rule_that_is_on_needs_is_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
