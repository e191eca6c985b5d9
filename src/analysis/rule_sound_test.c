/* Made-up sounds, twice a second, written as a string: one letter half a second. */
#include "analysis/fields.h"
#include "analysis/rules.h"
#include "base/clock.h"
#include "support/test.h"

#include <string.h>

#define FLAGS_MAX 8

struct found {
    struct flag flags[FLAGS_MAX]; /* the last word on each */
    uint32_t len;
};

static void raised(void *context, uint32_t index, const struct flag *flag)
{
    struct found *found = context;
    assert_true(index < FLAGS_MAX && index <= found->len);
    found->len = MAX(found->len, index + 1);
    found->flags[index] = *flag;
}

/* . a quiet room; s speech; m music; S speech over music; v a tune a bit like a voice; n a loud
 * noise; k strokes of keys, as loud; z nothing at all; h mains hum; r the
 * ringing of a telephone */
static struct sound_observation sound(char kind, int64_t time_us)
{
    struct sound_observation o = {
        .time_us = time_us,
        .rms_db = -60,
        .peak_db = -50,
        .loudness = -60,
        .median_db = -61,
        .swing_db = 2,
        .background_db = -63,
        .range = 0.006F,
        .speech = 0.02F,
        .music = 0.01F,
    };
    switch (kind) {
    case 's':
    case 'S':
        o.rms_db = -30;
        o.median_db = -31;
        o.swing_db = 8;
        o.range = 0.3F;
        o.speech = 0.95F;
        o.music = kind == 'S' ? 0.8F : 0.05F;
        break;
    case 'm':
    case 'v':
        o.rms_db = o.median_db = -20;
        o.range = 0.5F;
        o.speech = kind == 'v' ? 0.6F : 0.1F;
        o.music = 0.95F;
        break;
    case 'n':
    case 'k':
        o.rms_db = o.median_db = -25;
        o.swing_db = kind == 'k' ? 14 : 2;
        o.range = 0.4F;
        break;
    case 'z':
        o.rms_db = o.peak_db = o.median_db = o.loudness = o.background_db = SOUND_DB_MIN;
        o.range = o.swing_db = 0;
        break;
    case 'h':
    case 'r':
        o.rms_db = -20;
        o.median_db = kind == 'h' ? -27 : -20.5F;
        o.swing_db = 1;
        o.range = 0.15F;
        o.hum = 0.999F;
        break;
    default:
        break;
    }
    return o;
}

/* '_' is half a second of which nothing was heard. */
static struct found judge(const char *policy_name, const char *sounds)
{
    struct found found = {0};
    struct policy policy;
    struct error err;
    CLEANUP(rules_destroyp) struct rules *r = NULL;
    assert_good(policy_builtin(str_from(policy_name), &policy, &err), err);
    assert_good(rules_create(&policy, &r, &err), err);
    for (size_t i = 0; sounds[i]; i++) {
        struct sound_observation o = sound(sounds[i], (int64_t)i * SOUND_OBSERVATION_US);
        if (sounds[i] != '_')
            assert_good(rules_hear(r, &o, raised, &found, &err), err);
    }
    int64_t end_us = (int64_t)strlen(sounds) * SOUND_OBSERVATION_US;
    assert_good(rules_end(r, end_us, raised, &found, &err), err);
    return found;
}

static void is_flag(const struct found *found, uint32_t index, enum rule rule, double from_s,
                    double to_s, const char *numbers)
{
    assert_true(index < found->len);
    const struct flag *f = &found->flags[index];
    assert_string_equal(rule_name(f->rule), rule_name(rule));
    assert_int_equal(f->from_us, (int64_t)(from_s * 1e6));
    assert_int_equal(f->to_us, (int64_t)(to_s * 1e6));
    assert_false(f->open);
    assert_string_equal(f->numbers, numbers);
}

static void somebody_who_speaks_is_told_with_pauses_and_level(void **state)
{
    (void)state;
    struct found found = judge("standard", "....sssss..ssss.ss....................");
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_SOUND_SPEECH, 2, 9,
            "speech in 11 of 14 half seconds, -30 dBFS on the average, 7.0 s");
    assert_int_equal(found.flags[0].severity, SEVERITY_LOW);
}

/* `mouths`: a digit a look, tenths of the opening; '-' nobody in view. `order` says who comes
 * first: 'i' each half second its look and its sound, 'l' all looks, 's' all sounds. */
static struct found judge_mouth(const char *sounds, const char *mouths, char order)
{
    struct found found = {0};
    struct policy policy;
    struct error err;
    CLEANUP(rules_destroyp) struct rules *r = NULL;
    size_t len = strlen(sounds);
    assert_int_equal(strlen(mouths), len);
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_good(rules_create(&policy, &r, &err), err);
    for (size_t i = 0; i < 2 * len; i++) {
        bool is_look = order == 'i' ? i % 2 == 0 : (order == 'l') == (i < len);
        size_t at = order == 'i' ? i / 2 : i % len;
        int64_t time_us = (int64_t)at * SOUND_OBSERVATION_US;
        struct sound_observation heard = sound(sounds[at], time_us);
        struct observation seen = {.time_us = time_us, .faces_len = 1, .changed = -1};
        seen.head.known = mouths[at] != '-';
        seen.head.mouth = (float)(mouths[at] - '0') / 10;
        if (is_look)
            assert_good(rules_feed(r, &seen, raised, &found, &err), err);
        else
            assert_good(rules_hear(r, &heard, raised, &found, &err), err);
    }
    int64_t end_us = (int64_t)len * SOUND_OBSERVATION_US;
    assert_good(rules_end(r, end_us, raised, &found, &err), err);
    return found;
}

static const char *speech_numbers(const struct found *found)
{
    for (uint32_t i = 0; i < found->len; i++)
        if (found->flags[i].rule == RULE_SOUND_SPEECH)
            return found->flags[i].numbers;
    return "none";
}

static void whether_the_mouth_moves_is_told_in_the_same_words_whatever_comes_first(void **state)
{
    (void)state;
    static const struct {
        const char *mouths, *end;
    } cases[] = {
        {"00000131311320000000",
         "; the mouth in view moved in 8 of 12 looks, as of somebody who speaks"},
        {"00000000000000000000",
         "; the mouth in view moved in 0 of 12 looks: another voice is likelier"},
        {"00000011100111000000", "; the mouth in view moved in 4 of 12 looks"},
        {"----------0000000000", ", 6.0 s"}, /* too few */
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (const char *order = "ils"; *order; order++) {
            struct found found = judge_mouth("....ssssssssssss....", cases[i].mouths, *order);
            const char *numbers = speech_numbers(&found);
            assert_string_equal(numbers + strlen(numbers) - strlen(cases[i].end), cases[i].end);
            assert_memory_equal(numbers, "speech in 12 of 12 half seconds", 31);
        }
    }
}

static void a_word_or_two_are_none(void **state)
{
    (void)state;
    assert_int_equal(judge("standard", "....sss.......ss.......ssss.....").len, 0);
    assert_int_equal(judge("strict", "....sssss.......").len, 1);
    assert_int_equal(judge("open", "....ssssssssssssssssssssssssssssssssssss").len, 0);
}

static void music_is_told_and_a_tune_is_no_voice(void **state)
{
    (void)state;
    struct found found = judge("standard", "....mvmvvvmmvvvvmmm.........");
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_SOUND_MUSIC, 2, 9.5,
            "music in 15 of 15 half seconds, -20 dBFS on the average, 7.5 s");
    found = judge("standard", "mmmmmmSSSSSSSSSSSSmmmmmm......"); /* a television */
    assert_int_equal(found.len, 2);
}

static void a_noise_that_lasts_is_told_and_keys_are_not(void **state)
{
    (void)state;
    struct found found = judge("standard", "..nnnnnnnnnnn....kkkkkkkkkkkkkkkkk..");
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_SOUND_LOUD, 1, 6.5,
            "noise of -25 dBFS (-25 at its loudest) in 11 of 11 half seconds, 5.5 s");
    found = judge("strict", "....rrrr........rrrr....");
    assert_int_equal(found.len, 2);
    assert_int_equal(found.flags[0].rule, RULE_SOUND_LOUD);
}

static void a_microphone_that_hears_nothing_is_told_why(void **state)
{
    (void)state;
    struct found found = judge("standard", "....zzzzzzzzzzzzzzzzzzzzzz....");
    assert_int_equal(found.len, 1);
    is_flag(&found, 0, RULE_MICROPHONE_MUTED, 2, 13,
            "no sound at all in 22 of 22 half seconds, 11.0 s");
    found = judge("standard", "hhhhhhhhhhhhhhhhhhhhhhhh");
    assert_int_equal(found.len, 1); /* loud as it is, no noise of the room */
    is_flag(&found, 0, RULE_MICROPHONE_MUTED, 0, 12,
            "nothing but mains hum in 24 of 24 half seconds, 12.0 s");
    assert_int_equal(judge("standard", "....zzzzzzzzzz....").len, 0);
}

static void sound_that_stops_coming_is_a_microphone_that_hears_nothing(void **state)
{
    (void)state;
    struct found found = judge("standard", "....________________________....");
    assert_int_equal(found.len, 1);
    assert_int_equal(found.flags[0].rule, RULE_MICROPHONE_MUTED);
    assert_int_equal(found.flags[0].from_us, 1500000);
    assert_in_range(found.flags[0].to_us, 14000000, 14500000);
    found = judge("standard", "....________________________");
    assert_int_equal(found.len, 1);
    assert_int_equal(found.flags[0].to_us, 14000000);
    assert_int_equal(judge("standard", "....____________....").len, 0); /* six seconds */
    found =
        judge("standard", "sssssssss______________sssssssss"); /* nobody knows what was between */
    assert_int_equal(found.len, 0);
}

static void what_is_heard_has_the_picture_of_the_next_look(void **state)
{
    (void)state;
    struct found found = {0};
    struct policy policy;
    struct error err;
    CLEANUP(rules_destroyp) struct rules *r = NULL;
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    for (enum rule rule = RULE_NONE + 1; rule < RULE_COUNT; rule++)
        policy.rules[rule].on = rule == RULE_SOUND_SPEECH;
    assert_good(rules_create(&policy, &r, &err), err);
    int64_t pictured_us = -1;
    int pictures = 0;
    for (int64_t i = 0; i < 40; i++) {
        struct observation o;
        fields_absent(&o);
        o.time_us = i * DETECT_INTERVAL_US + 100000;
        o.faces_len = 1;
        o.luma_mean = 0.5F;
        o.luma_deviation = 0.2F;
        o.detail = 0.02F;
        o.motion = 0.1F;
        o.motion_peak = 0.2F;
        o.changed = 0.5F;
        struct sound_observation s = sound(i > 10 && i < 30 ? 's' : '.', i * SOUND_OBSERVATION_US);
        assert_good(rules_hear(r, &s, raised, &found, &err), err);
        if (rules_wants_picture(r, &o)) {
            pictured_us = o.time_us;
            pictures++;
        }
        assert_good(rules_feed(r, &o, raised, &found, &err), err);
        if (i == 20)
            assert_true(rules_keeps_picture(r, pictured_us));
    }
    assert_good(rules_end(r, 20 * SECOND_US, raised, &found, &err), err);
    assert_int_equal(pictures, 1);
    assert_int_equal(found.len, 1);
    assert_int_equal(found.flags[0].best_us, pictured_us);
    assert_int_equal(pictured_us, 5600000);
}

static void times_of_sounds_must_rise_apart_from_those_of_looks(void **state)
{
    (void)state;
    struct found found = {0};
    struct policy policy;
    struct error err;
    CLEANUP(rules_destroyp) struct rules *r = NULL;
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_good(rules_create(&policy, &r, &err), err);
    struct sound_observation o = sound('.', 5000000);
    struct observation look;
    fields_absent(&look);
    look.time_us = 1000000;
    assert_good(rules_hear(r, &o, raised, &found, &err), err);
    assert_good(rules_feed(r, &look, raised, &found, &err), err);
    assert_error(rules_hear(r, &o, raised, &found, &err), err, ERROR_INVALID);
}

static void nobody_listens_when_no_rule_asks(void **state)
{
    (void)state;
    struct policy policy;
    struct error err;
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_true(rules_listen(&policy));
    assert_good(policy_parse(STR("{\"rules\": {\"sound-speech\": {\"on\": false}, \"sound-music\": "
                                 "{\"on\": false}, \"sound-loud\": {\"on\": false}, "
                                 "\"microphone-muted\": {\"on\": false}}}"),
                             &policy, &err),
                err);
    assert_false(rules_listen(&policy));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(somebody_who_speaks_is_told_with_pauses_and_level),
        cmocka_unit_test(whether_the_mouth_moves_is_told_in_the_same_words_whatever_comes_first),
        cmocka_unit_test(a_word_or_two_are_none),
        cmocka_unit_test(music_is_told_and_a_tune_is_no_voice),
        cmocka_unit_test(a_noise_that_lasts_is_told_and_keys_are_not),
        cmocka_unit_test(a_microphone_that_hears_nothing_is_told_why),
        cmocka_unit_test(sound_that_stops_coming_is_a_microphone_that_hears_nothing),
        cmocka_unit_test(what_is_heard_has_the_picture_of_the_next_look),
        cmocka_unit_test(times_of_sounds_must_rise_apart_from_those_of_looks),
        cmocka_unit_test(nobody_listens_when_no_rule_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
