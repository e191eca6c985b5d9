#include "analysis/score.h"

#include "base/buf.h"
#include "base/clock.h"

#include "support/test.h"

#include <math.h>
#include <string.h>

struct judged {
    struct truth truth;
    struct score *score;
};

static void judge(struct judged *j, const char *spans, const struct flag *flags, size_t len)
{
    CLEANUP(buf_done) struct buf text = {0};
    struct error err;
    struct policy policy;
    buf_printf(&text,
               "{\"tolerance_s\": 0.3, \"files\": {\"video/a.webm\": {\"type\": \"video\","
               " \"truth\": {%s}}}}",
               spans);
    assert_good(truth_parse(buf_str(&text), &j->truth, &err), err);
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_good(score_create(&policy, &j->score, &err), err);
    assert_good(score_recording(j->score, &j->truth.files[0], flags, len, 60 * SECOND_US, &err),
                err);
}

static void judged_done(struct judged *j)
{
    score_destroy(j->score);
    truth_done(&j->truth);
}

static struct flag flag(enum rule rule, double from_s, double to_s)
{
    return (struct flag){.rule = rule,
                         .from_us = (int64_t)(from_s * 1e6),
                         .to_us = (int64_t)(to_s * 1e6),
                         .numbers = "in words"};
}

static struct score_rule of(const struct judged *j, const char *name)
{
    const struct score_rule *rules;
    size_t len = score_rules(j->score, &rules);
    for (size_t i = 0; i < len; i++)
        if (strcmp(rules[i].rule, name) == 0)
            return rules[i];
    fail_msg("no row %s", name);
    return rules[0];
}

static bool near(double a, double b) { return fabs(a - b) < 0.06; }

#define LEAVES                                                                                     \
    "\"intervals\": [{\"from_s\": 0, \"to_s\": 10, \"faces\": 1},"                                 \
    " {\"from_s\": 10.5, \"to_s\": 20, \"faces\": 0, \"event\": \"absent\"},"                      \
    " {\"from_s\": 20.5, \"to_s\": 40, \"faces\": 1}]"

static void a_flag_in_its_event_is_right_and_on_time(void **state)
{
    (void)state;
    struct judged j;
    const struct flag flags[] = {flag(RULE_NO_FACE, 10, 20.5)};
    judge(&j, LEAVES, flags, 1);
    struct score_rule r = of(&j, "no-face");
    assert_int_equal(r.events, 1);
    assert_int_equal(r.found, 1);
    assert_int_equal(r.right, 1);
    assert_int_equal(r.wrong, 0);
    assert_true(r.start_error_s == 0 && r.end_error_s == 0);
    assert_true(score_f1(&r) == 1);
    assert_true(near(r.clean_s, 29.5 - 0.9));
    judged_done(&j);
}

static void late_and_long_flags_have_errors_of_time(void **state)
{
    (void)state;
    struct judged j;
    /* It may have begun anywhere from 9.7 to 10.8, and ended from 19.7 to 20.8. */
    const struct flag flags[] = {flag(RULE_NO_FACE, 12.3, 24.8)};
    judge(&j, LEAVES, flags, 1);
    struct score_rule r = of(&j, "no-face");
    assert_true(near(r.start_error_s, 1.5));
    assert_true(near(r.end_error_s, 4));
    assert_int_equal(r.right, 1);
    judged_done(&j);
}

static void what_is_missed_and_what_is_false_is_noted(void **state)
{
    (void)state;
    struct judged j;
    const struct flag flags[] = {flag(RULE_NO_FACE, 25, 30), flag(RULE_SEVERAL_FACES, 2, 5)};
    judge(&j, LEAVES, flags, 2);
    struct score_rule r = of(&j, "no-face"), several = of(&j, "several-faces");
    assert_int_equal(r.found, 0);
    assert_int_equal(r.wrong, 1);
    assert_true(score_recall(&r) == 0 && score_precision(&r) == 0 && score_f1(&r) == 0);
    assert_int_equal(several.wrong, 1);
    assert_true(score_wrong_per_hour(&several) > 0);
    const struct score_note *notes;
    assert_int_equal(score_notes(j.score, &notes), 3);
    assert_int_equal(notes[0].kind, SCORE_FALSE);
    assert_string_equal(notes[0].rule, "no-face");
    assert_string_equal(notes[0].numbers, "in words");
    assert_int_equal(notes[1].kind, SCORE_MISSED);
    assert_true(near(notes[1].from_s, 10.5) && near(notes[1].to_s, 20));
    struct score_clean clean = score_clean(j.score, SCORE_CAMERA);
    assert_int_equal(clean.wrong, 2);
    assert_true(near(clean.hours * 3600, 29.5 - 0.9));
    judged_done(&j);
}

static void where_nothing_is_known_nothing_is_counted(void **state)
{
    (void)state;
    struct judged j;
    const struct flag flags[] = {
        flag(RULE_NO_FACE, 45, 55),       /* after the last span */
        flag(RULE_TOO_DARK, 12, 19),      /* half dark: debatable */
        flag(RULE_SEVERAL_FACES, 21, 29), /* one or two */
    };
    judge(&j,
          "\"intervals\": [{\"from_s\": 0, \"to_s\": 10, \"faces\": 1},"
          " {\"from_s\": 11, \"to_s\": 20, \"faces\": 1, \"light\": \"dark\"},"
          " {\"from_s\": 20, \"to_s\": 30, \"faces_min\": 1, \"faces_max\": 2}]",
          flags, 3);
    static const char *const names[] = {"no-face", "too-dark", "several-faces"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct score_rule r = of(&j, names[i]);
        assert_int_equal(r.events, 0);
        assert_int_equal(r.unknown, 1);
        assert_int_equal(r.wrong, 0);
        assert_true(score_precision(&r) == 1);
    }
    judged_done(&j);
}

static void spans_close_together_are_one_event_and_short_ones_none(void **state)
{
    (void)state;
    struct judged j;
    const struct flag flags[] = {flag(RULE_NO_FACE, 0, 20)};
    judge(&j,
          "\"intervals\": [{\"from_s\": 0, \"to_s\": 6, \"faces\": 0},"
          " {\"from_s\": 6.3, \"to_s\": 20, \"faces\": 0, \"persons\": 1},"
          " {\"from_s\": 22, \"to_s\": 30, \"faces\": 1},"
          " {\"from_s\": 31, \"to_s\": 33, \"faces\": 0},"
          " {\"from_s\": 34, \"to_s\": 50, \"faces\": 1}]",
          flags, 1);
    struct score_rule r = of(&j, "no-face");
    assert_int_equal(r.events, 1);
    assert_int_equal(r.too_short, 1); /* two seconds: standard asks for four */
    assert_int_equal(r.found, 1);
    judged_done(&j);
}

static void speech_over_music_is_speech_and_music(void **state)
{
    (void)state;
    struct judged j;
    judge(&j,
          "\"audio_intervals\": [{\"from_s\": 0, \"to_s\": 10, \"kind\": \"quiet\"},"
          " {\"from_s\": 10, \"to_s\": 40, \"kind\": \"music\"},"
          " {\"from_s\": 20, \"to_s\": 30, \"kind\": \"speech\"}]",
          NULL, 0);
    struct score_rule speech = of(&j, "sound-speech"), music = of(&j, "sound-music");
    assert_int_equal(speech.events + speech.too_short, 1);
    assert_int_equal(music.events + music.too_short, 1);
    assert_true(near(speech.clean_s, 30 - 0.9)); /* 0 to 20 and 30 to 40 */
    assert_true(near(music.clean_s, 10 - 0.3));
    assert_true(of(&j, "no-face").clean_s == 0); /* nothing was seen */
    judged_done(&j);
}

static void a_label_without_a_rule_is_still_counted(void **state)
{
    (void)state;
    struct judged j;
    judge(&j, "\"intervals\": [{\"from_s\": 0, \"to_s\": 15, \"faces\": 1, \"headphones\": 1}]",
          NULL, 0);
    struct score_rule r = of(&j, "headphones");
    assert_int_equal(r.events, 1);
    assert_true(r.id != RULE_NONE || !r.on);
    judged_done(&j);
}

static void who_is_enrolled_is_compared_with_who_sits_there(void **state)
{
    (void)state;
    static const char text[] =
        "{\"sessions\": [{\"scan\": \"faces/s.jpg\", \"webcam\": \"video/a.webm\","
        " \"webcam_matches_scan\": \"not after 10 s\"}, {\"scan\": \"faces/s.jpg\"}, 7,"
        " {\"scan\": \"faces/s.jpg\", \"webcam\": \"video/a.webm\", \"webcam_matches_scan\": "
        "false}],"
        " \"files\": {\"faces/s.jpg\": {\"truth\": {\"person\": \"anna\"}},"
        " \"video/a.webm\": {\"truth\": {\"intervals\": ["
        " {\"from_s\": 0, \"to_s\": 10, \"faces\": 1, \"person\": \"anna\"},"
        " {\"from_s\": 10, \"to_s\": 40, \"faces\": 1, \"person\": \"ben\"}]}}}}";
    struct truth t;
    struct policy policy;
    struct error err;
    CLEANUP(score_destroyp) struct score *score = NULL;
    const struct flag flags[] = {flag(RULE_IDENTITY_MISMATCH, 10.5, 40),
                                 flag(RULE_SEVERAL_FACES, 3, 9)};
    assert_good(truth_parse(str_from(text), &t, &err), err);
    assert_int_equal(t.sessions_len, 2); /* the others have no two files */
    assert_good(policy_builtin(STR("strict"), &policy, &err), err);
    assert_good(score_create(&policy, &score, &err), err);
    struct truth_file some = truth_session(&t, 0), other = truth_session(&t, 1);
    assert_string_equal(some.enrolled, "anna");
    assert_true(some.enrolled_sits && !other.enrolled_sits);
    struct judged j = {.score = score};
    assert_good(score_recording(score, &some, flags, 2, 40 * SECOND_US, &err), err);
    struct score_rule r = of(&j, "identity-mismatch");
    assert_int_equal(r.events, 1);
    assert_int_equal(r.found, 1);
    assert_true(near(r.clean_s, 10 - 0.3));
    assert_int_equal(of(&j, "several-faces").flags, 0); /* scored without anybody enrolled */
    assert_good(score_recording(score, &other, flags, 0, 40 * SECOND_US, &err), err);
    r = of(&j, "identity-mismatch");
    assert_int_equal(r.events, 2); /* from the beginning to the end */
    assert_int_equal(r.found, 1);
    assert_good(score_recording(score, &t.files[1], flags, 2, 40 * SECOND_US, &err), err);
    assert_int_equal(of(&j, "identity-mismatch").events, 2);
    assert_int_equal(of(&j, "several-faces").wrong, 1);
    truth_done(&t);
}

static void areas_and_equal_errors_are_what_they_are_called(void **state)
{
    (void)state;
    double hits[] = {0.9, 0.8, 0.7}, others[] = {0.1, 0.2};
    assert_true(score_auc(hits, 3, others, 2) == 1);
    double tied[] = {0.5, 0.5}, same[] = {0.5};
    assert_true(score_auc(tied, 2, same, 1) == 0.5);
    double some[] = {0.4, 0.9}, mixed[] = {0.5, 0.1};
    assert_true(score_auc(some, 2, mixed, 2) == 0.75);
    assert_true(score_auc(some, 2, mixed, 0) < 0);

    double eer = -1, threshold = -1;
    double one[] = {0.9, 0.8, 0.7, 0.3}, two[] = {0.1, 0.2, 0.35, 0.6};
    assert_true(score_eer(one, 4, two, 4, &eer, &threshold));
    assert_true(eer == 0.25);
    assert_true(threshold > 0.35 && threshold <= 0.6 + 1e-9);
    double apart[] = {0.9, 0.8}, away[] = {0.1, 0.2};
    assert_true(score_eer(apart, 2, away, 2, &eer, &threshold));
    assert_true(eer == 0 && threshold > 0.2 && threshold <= 0.8);
    assert_false(score_eer(apart, 0, away, 2, &eer, &threshold));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flag_in_its_event_is_right_and_on_time),
        cmocka_unit_test(late_and_long_flags_have_errors_of_time),
        cmocka_unit_test(what_is_missed_and_what_is_false_is_noted),
        cmocka_unit_test(where_nothing_is_known_nothing_is_counted),
        cmocka_unit_test(spans_close_together_are_one_event_and_short_ones_none),
        cmocka_unit_test(speech_over_music_is_speech_and_music),
        cmocka_unit_test(a_label_without_a_rule_is_still_counted),
        cmocka_unit_test(who_is_enrolled_is_compared_with_who_sits_there),
        cmocka_unit_test(areas_and_equal_errors_are_what_they_are_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
