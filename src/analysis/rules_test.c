/* Made-up looks, twice a second, written as a string: one letter a look. */
#include "analysis/rules.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FLAGS_MAX 16

struct found {
    struct flag flags[FLAGS_MAX]; /* the last word on each */
    uint32_t len;
    int told; /* calls of `raised` */
};

static void raised(void *context, uint32_t index, const struct flag *flag)
{
    struct found *found = context;
    assert_true(index < FLAGS_MAX);
    assert_true(index <= found->len); /* indices come in order, without a hole */
    if (index == found->len)
        found->len++;
    else
        assert_int_equal(found->flags[index].from_us, flag->from_us);
    found->flags[index] = *flag;
    found->told++;
}

/* A person; n nobody; t two people; 3 three; d dark, nobody found; p very dark, but a person
 * found; l a person lit by the screen; c covered; r covered by a finger, red; s a person who does
 * not stir; e an empty room that does not; u not looked */
static struct observation look(char kind, int64_t time_us)
{
    struct observation o = {
        .time_us = time_us,
        .faces_len = 1,
        .luma_mean = 0.5F,
        .luma_deviation = 0.15F,
        .detail = 0.012F,
        .motion = time_us ? 0.01F : -1,
        .motion_peak = time_us ? 0.05F : -1,
        .changed = time_us ? 0.4F : -1,
        .faces =
            {{.x = 0.4F, .y = 0.3F, .width = 0.2F, .height = 0.3F, .score = 0.9F, .mesh_score = 1}},
        .head = {.known = 1, .inside = 1, .eyes = {0.3F, 0.3F}, .gaze = -9},
        .clarity = {.face_sharpness = 0.4F,
                    .sharpness = -1,
                    .face_luma = 0.6F,
                    .around_luma = 0.6F},
        .loop = {.period_s = -1},
        .still = {.seconds = -1, .difference = -1},
    };
    switch (kind) {
    case 'A':
        break;
    case 'n':
        o.faces_len = 0;
        break;
    case 't':
        o.faces_len = 2;
        break;
    case '3':
        o.faces_len = 3;
        break;
    case 'd':
        o.faces_len = 0;
        o.luma_mean = 0.02F;
        o.luma_deviation = 0.02F;
        break;
    case 'p':
        o.luma_mean = 0.04F;
        break;
    case 'l':
        o.luma_mean = 0.07F;
        break;
    case 'r':
        o.faces_len = 0;
        o.luma_mean = 0.19F;
        o.luma_deviation = 0.05F;
        o.detail = 0.002F;
        o.redness = 0.22F;
        break;
    case 'c':
        o.faces_len = 0;
        o.luma_mean = 0.06F;
        o.luma_deviation = 0.003F;
        o.detail = 0.0012F;
        o.motion_peak = 0;
        break;
    case 's':
        o.motion_peak = 0.001F;
        break;
    case 'e':
        o.motion_peak = 0.001F;
        o.faces_len = 0;
        break;
    case 'u':
        o.faces_len = -1;
        break;
    default:
        fail_msg("no look of kind %c", kind);
    }
    return o;
}

static void see(const char *policy, const char *looks, struct found *found)
{
    struct policy p;
    struct error err;
    struct rules *r = NULL;
    *found = (struct found){0};
    if (*policy == '{')
        assert_true(policy_parse(str_from(policy), &p, &err));
    else
        assert_true(policy_builtin(str_from(policy), &p, &err));
    assert_true(rules_create(&p, &r, &err));
    int64_t time_us = 0;
    for (; *looks; looks++, time_us += DETECT_INTERVAL_US) {
        if (*looks == '-')
            continue; /* no picture in this half second */
        struct observation o = look(*looks, time_us);
        assert_true(rules_feed(r, &o, raised, found, &err));
    }
    assert_true(rules_end(r, time_us, raised, found, &err));
    for (uint32_t i = 0; i < found->len; i++) {
        assert_false(found->flags[i].open);
        assert_true(found->flags[i].to_us > found->flags[i].from_us);
        assert_true(found->flags[i].best_us >= found->flags[i].from_us);
        assert_true(found->flags[i].best_us <= found->flags[i].to_us);
    }
    rules_destroy(r);
}

static void is_flag(const struct found *found, uint32_t at, enum rule rule, double from_s,
                    double to_s)
{
    assert_true(at < found->len);
    assert_int_equal(found->flags[at].rule, rule);
    assert_float_equal((float)found->flags[at].from_us / 1e6F, (float)from_s, 1e-6F);
    assert_float_equal((float)found->flags[at].to_us / 1e6F, (float)to_s, 1e-6F);
}

static void a_person_in_view_raises_nothing(void **state)
{
    (void)state;
    struct found found;
    see("strict", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &found);
    assert_int_equal(found.len, 0);
}

static void nobody_for_long_enough_is_one_flag_with_its_times(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAnnnnnnnnnnAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_NO_FACE, 2, 7);
    assert_int_equal(found.flags[0].severity, SEVERITY_MEDIUM);
    assert_int_equal(found.flags[0].samples, 10);
    assert_float_equal(found.flags[0].confidence, 1, 0);
    assert_string_equal(found.flags[0].numbers, "no face in 10 of 10 looks, 5.0 s");
    assert_int_equal(found.flags[0].best_us, 4 * SECOND_US); /* not when leaving */
}

static void nobody_for_less_than_the_policy_says_is_none(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAnnnnnnnAAAA", &found); /* 3.5 s */
    assert_int_equal(found.len, 0);
    see("strict", "AAAAnnnnnnnAAAA", &found);
    assert_int_equal(found.len, 1);
}

static void one_face_by_mistake_does_not_split_a_span_but_two_do(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAnnnnnnAnnnnnnAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_NO_FACE, 1, 7.5);
    assert_int_equal(found.flags[0].samples, 13);
    assert_int_equal(found.flags[0].hits, 12);
    see("standard", "AAnnnnnnAAnnnnnnAA", &found); /* twice 3 s */
    assert_int_equal(found.len, 0);
}

static void a_face_found_every_other_look_is_somebody_in_view(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AnAnAnAnAnAnAnAnAnAnAnAnAnAnAnAn", &found);
    assert_int_equal(found.len, 0);
}

static void a_second_face_found_now_and_then_is_still_a_second_face(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAtAttAttAAAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_SEVERAL_FACES, 2, 5.5);
    assert_int_equal(found.flags[0].severity, SEVERITY_HIGH);
    assert_string_equal(found.flags[0].numbers, "2 faces in 5 of 7 looks, 3.5 s");
    see("standard", "AAAAtAAAtAAAtAAAtAAA", &found); /* a face in the pattern of a curtain */
    assert_int_equal(found.len, 0);
}

static void the_picture_with_the_most_faces_is_the_best(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAtttt333tttAA", &found);
    assert_int_equal(found.len, 1);
    assert_int_equal(found.flags[0].best_us, 3 * SECOND_US);
    assert_string_equal(found.flags[0].numbers, "2 to 3 faces in 10 of 10 looks, 5.0 s");
}

static void in_the_dark_nobody_is_said_to_be_away(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAddddddddddddAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_TOO_DARK, 2, 8);
    assert_string_equal(found.flags[0].numbers,
                        "mean brightness 2.0 % of white in 12 of 12 looks, 6.0 s");
    see("standard", "AAAAppppppppppppAAAA", &found); /* found all the same: dark, not away */
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_TOO_DARK, 2, 8);
    see("standard", "AAAAllllllllllllAAAA", &found); /* seen well enough */
    assert_int_equal(found.len, 0);
}

static void a_covered_lens_is_one_flag_not_four(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAccccccccccccccccccccAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_CAMERA_COVERED, 2, 12);
    see("standard", "AAAArrrrrrrrrrrrAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_CAMERA_COVERED, 2, 8);
    /* With that rule off the darkness of it is told instead; whether anybody is there never is. */
    see("{\"rules\":{\"camera-covered\":{\"on\":false}}}", "AAAAccccccccccccccccccccAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_TOO_DARK, 2, 12);
}

static void a_person_who_never_stirs_is_a_picture(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAssssssssssssssAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_CAMERA_FROZEN, 1.5, 8.5); /* each equal to the look before */
    see("standard", "AAAAssssAssssssssAAA", &found);  /* a key frame in between */
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_CAMERA_FROZEN, 1.5, 8);
}

static void an_empty_room_may_stand_still(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAAeeeeeeeeeeeeeeeeeeeeAAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_NO_FACE, 2, 12);
}

static void no_picture_at_all_for_long_is_a_lost_camera(void **state)
{
    (void)state;
    struct found found;
    see("standard", "AAAA------------AAAA", &found);
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_CAMERA_LOST, 1.5, 8);
    assert_string_equal(found.flags[0].numbers,
                        "no picture of the camera from 0:01.5 to 0:08.0 of the recording, 6.5 s");
    see("standard", "AAAA------------", &found); /* and when it never comes back */
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_CAMERA_LOST, 1.5, 8);
}

static void what_was_not_seen_belongs_to_no_span(void **state)
{
    (void)state;
    struct found found;
    see("{\"rules\":{\"camera-lost\":{\"on\":false}}}", "AAnnnnnnnnnn------------nnnnnnnnnnAA",
        &found);
    assert_int_equal(found.len, 2);
    is_flag(&found, 0, RULE_NO_FACE, 1, 6);
    is_flag(&found, 1, RULE_NO_FACE, 12, 17);
    see("standard", "AAuuuuuuuuuuuuuuuuuuuuAA", &found);
    assert_int_equal(found.len, 0);
}

static void a_slow_camera_is_judged_by_time_not_by_looks(void **state)
{
    (void)state;
    struct found found;
    see("standard", "A-A-A-n-n-n-n-n-A-A-", &found); /* one picture a second */
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_NO_FACE, 3, 8);
}

static void a_rule_that_is_off_raises_nothing(void **state)
{
    (void)state;
    struct found found;
    see("{\"rules\":{\"no-face\":{\"on\":false}}}", "AAnnnnnnnnnnnnnnnnnnAA", &found);
    assert_int_equal(found.len, 0);
}

static void a_flag_is_told_while_it_is_going_on(void **state)
{
    (void)state;
    struct policy p;
    struct error err;
    struct rules *r = NULL;
    struct found found = {0};
    assert_true(policy_builtin(STR("standard"), &p, &err));
    assert_true(rules_create(&p, &r, &err));
    for (int64_t i = 0; i < 9; i++) {
        struct observation o = look('n', i * DETECT_INTERVAL_US);
        assert_true(rules_feed(r, &o, raised, &found, &err));
        assert_int_equal(found.len, i >= 8); /* after 4 s, not before */
    }
    assert_true(found.flags[0].open);
    assert_int_equal(found.flags[0].to_us, 4 * SECOND_US);
    struct observation o = look('n', 9 * DETECT_INTERVAL_US);
    assert_true(rules_feed(r, &o, raised, &found, &err));
    assert_int_equal(found.told, 2);
    assert_int_equal(found.flags[0].to_us, 9 * DETECT_INTERVAL_US);
    assert_true(rules_end(r, 10 * DETECT_INTERVAL_US, raised, &found, &err));
    assert_false(found.flags[0].open);
    assert_int_equal(found.flags[0].to_us, 10 * DETECT_INTERVAL_US);
    rules_destroy(r);
}

static void pictures_are_wanted_where_flags_will_need_them_and_nowhere_else(void **state)
{
    (void)state;
    static const char looks[] = "AAAAnnnnnnnnnnnnnnnnAAAAttttt3tttAAAA";
    struct policy p;
    struct error err;
    struct rules *r = NULL;
    struct found found = {0};
    bool taken[ARRAY_LEN(looks)] = {false};
    size_t pictures = 0;
    assert_true(policy_builtin(STR("standard"), &p, &err));
    assert_true(rules_create(&p, &r, &err));
    for (size_t i = 0; looks[i]; i++) {
        struct observation o = look(looks[i], (int64_t)i * DETECT_INTERVAL_US);
        taken[i] = rules_wants_picture(r, &o);
        pictures += taken[i];
        assert_true(rules_feed(r, &o, raised, &found, &err));
        if (taken[i])
            assert_true(rules_keeps_picture(r, o.time_us));
    }
    assert_int_equal(found.len, 2);
    for (uint32_t i = 0; i < found.len; i++)
        assert_true(taken[found.flags[i].best_us / DETECT_INTERVAL_US]);
    assert_int_equal(pictures, 4);
    rules_destroy(r);
}

static void times_that_do_not_rise_are_an_error(void **state)
{
    (void)state;
    struct policy p;
    struct error err;
    struct rules *r = NULL;
    struct found found = {0};
    assert_true(policy_builtin(STR("standard"), &p, &err));
    assert_true(rules_create(&p, &r, &err));
    struct observation o = look('A', 1000);
    assert_true(rules_feed(r, &o, raised, &found, &err));
    assert_false(rules_feed(r, &o, raised, &found, &err));
    assert_int_equal(err.code, ERROR_INVALID);
    rules_destroy(r);
    rules_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_in_view_raises_nothing),
        cmocka_unit_test(nobody_for_long_enough_is_one_flag_with_its_times),
        cmocka_unit_test(nobody_for_less_than_the_policy_says_is_none),
        cmocka_unit_test(one_face_by_mistake_does_not_split_a_span_but_two_do),
        cmocka_unit_test(a_face_found_every_other_look_is_somebody_in_view),
        cmocka_unit_test(a_second_face_found_now_and_then_is_still_a_second_face),
        cmocka_unit_test(the_picture_with_the_most_faces_is_the_best),
        cmocka_unit_test(in_the_dark_nobody_is_said_to_be_away),
        cmocka_unit_test(a_covered_lens_is_one_flag_not_four),
        cmocka_unit_test(a_person_who_never_stirs_is_a_picture),
        cmocka_unit_test(an_empty_room_may_stand_still),
        cmocka_unit_test(no_picture_at_all_for_long_is_a_lost_camera),
        cmocka_unit_test(what_was_not_seen_belongs_to_no_span),
        cmocka_unit_test(a_slow_camera_is_judged_by_time_not_by_looks),
        cmocka_unit_test(a_rule_that_is_off_raises_nothing),
        cmocka_unit_test(a_flag_is_told_while_it_is_going_on),
        cmocka_unit_test(pictures_are_wanted_where_flags_will_need_them_and_nowhere_else),
        cmocka_unit_test(times_that_do_not_rise_are_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
