/* What sound.h promises: with made signals, and with real recordings whose truth was set down by
 * hand (truth.json). */
#include "base/file.h"
#include "base/json.h"
#include "detect/sound.h"
#include "media/reader.h"
#include "support/media.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEARD_MAX 256

struct heard {
    int len;
    struct sound_observation at[HEARD_MAX];
};

static bool take(void *context, const struct sound_observation *o, struct error *err)
{
    struct heard *h = context;
    (void)err;
    assert_in_range(h->len, 0, HEARD_MAX - 1);
    assert_int_equal(o->time_us % SOUND_OBSERVATION_US, 0);
    if (h->len)
        assert_true(o->time_us > h->at[h->len - 1].time_us);
    assert_true(o->speech >= 0 && o->speech <= 1 && o->music >= 0 && o->music <= 1);
    assert_true(o->hum >= 0 && o->hum <= 1 && o->swing_db >= 0 && o->range >= 0);
    assert_true(o->rms_db >= SOUND_DB_MIN && o->peak_db >= o->rms_db - 0.02F);
    h->at[h->len++] = *o;
    return true;
}

static struct sound_detect *detect_new(struct heard *h)
{
    struct sound_detect *d = NULL;
    struct error err;
    const struct sound_ear ear = {take, h};
    assert_good(sound_detect_create(&ear, &d, &err), err);
    return d;
}

/* Signals are functions of the number of a sample; `seed` is for what is random in them. */

static float noise(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return (float)(int32_t)*seed / 2147483648.0F;
}

static float sine(int64_t i, double hz)
{
    return (float)sin(2 * M_PI * hz * (double)i / SOUND_RATE);
}

static void hear_signal(float (*signal)(int64_t i, uint32_t *seed), double seconds,
                        struct heard *ret)
{
    CLEANUP(sound_detect_destroyp) struct sound_detect *d = detect_new(ret);
    uint32_t seed = 1;
    struct error err;
    int64_t at = 0, len = (int64_t)(seconds * SOUND_RATE);
    while (at < len) {
        float piece[777];
        int64_t from = at;
        for (size_t i = 0; i < ARRAY_LEN(piece); i++)
            piece[i] = signal(at++, &seed);
        assert_good(
            sound_detect_take(d, from * 1000000 / SOUND_RATE, piece, ARRAY_LEN(piece), &err), err);
    }
    assert_good(sound_detect_end(d, &err), err);
    assert_in_range(ret->len, (int)(2 * seconds) - 1, (int)(2 * seconds) + 1);
}

static void assert_near(float actual, double expected, double by)
{
    if (fabs((double)actual - expected) > by)
        fail_msg("%f is not within %f of %f", (double)actual, by, expected);
}

static float silence(int64_t i, uint32_t *seed)
{
    (void)i, (void)seed;
    return 0;
}

static float white(int64_t i, uint32_t *seed)
{
    (void)i;
    return 0.1F * noise(seed);
}

static float hum(int64_t i, uint32_t *seed)
{
    return 0.05F * sine(i, 50) + 0.02F * sine(i, 150) + 0.01F * sine(i, 250) +
           0.0002F * noise(seed);
}

static float hum_60(int64_t i, uint32_t *seed)
{
    return 0.05F * sine(i, 60) + 0.02F * sine(i, 180) + 0.0002F * noise(seed);
}

static float full_tone(int64_t i, uint32_t *seed)
{
    (void)seed;
    return sine(i, 997);
}

/* A click every 200 ms over a quiet room, as keys are struck. */
static float clicks(int64_t i, uint32_t *seed)
{
    int64_t at = i % 3200;
    float click = at < 600 ? 0.5F * expf(-(float)at / 100) * noise(seed) : 0;
    return click + 0.0005F * noise(seed);
}

/* A new note of four partials each 400 ms. */
static float notes(int64_t i, uint32_t *seed)
{
    static const double pitches[] = {262, 330, 392, 523, 440, 349, 294, 494};
    int64_t note = i / 6400, at = i % 6400;
    double hz = pitches[note % 8];
    float fade = expf(-(float)at / 5000), value = 0;
    for (int k = 1; k <= 4; k++)
        value += sine(at, hz * k) / (float)k + 0.5F * sine(at, hz * 1.5 * k) / (float)k;
    return 0.1F * fade * value + 0.001F * noise(seed);
}

static void silence_is_nothing_at_all(void **state)
{
    (void)state;
    struct heard h = {0};
    hear_signal(silence, 6, &h);
    for (int i = 0; i < h.len; i++) {
        assert_near(h.at[i].range, 0, 0);
        assert_near(h.at[i].rms_db, -120, 0);
        assert_near(h.at[i].loudness, -120, 0);
        assert_true(h.at[i].speech < 0.1F && h.at[i].music < 0.1F);
        assert_near(h.at[i].hum, 0, 0);
    }
}

static void levels_are_those_of_the_standard(void **state)
{
    (void)state;
    struct heard h = {0};
    hear_signal(full_tone, 6, &h);
    /* BS.1770: a tone of 997 Hz at full scale in one channel is -3.01 LUFS. */
    for (int i = 2; i < h.len; i++) {
        assert_near(h.at[i].loudness, -3.01, 0.05);
        assert_near(h.at[i].rms_db, -3.01, 0.02);
        assert_near(h.at[i].peak_db, 0, 0.02);
        assert_near(h.at[i].median_db, -3.01, 0.2);
        assert_near(h.at[i].range, 2, 0.001);
        assert_true(h.at[i].speech < 0.1F && h.at[i].music < 0.3F);
    }
}

static void white_noise_is_neither_speech_nor_music_nor_hum(void **state)
{
    (void)state;
    struct heard h = {0};
    hear_signal(white, 12, &h);
    for (int i = 0; i < h.len; i++) {
        assert_true(h.at[i].speech < 0.1F && h.at[i].music < 0.1F && h.at[i].hum < 0.2F);
        assert_near(h.at[i].rms_db, 20 * log10(0.1 / sqrt(3)), 0.3);
        assert_true(h.at[i].swing_db < 3);
    }
}

static void mains_hum_is_told_from_a_room(void **state)
{
    (void)state;
    static float (*const hums[])(int64_t, uint32_t *) = {hum, hum_60};
    for (size_t i = 0; i < ARRAY_LEN(hums); i++) {
        struct heard h = {0};
        hear_signal(hums[i], 8, &h);
        for (int k = 0; k < h.len; k++) {
            assert_true(h.at[k].hum > 0.99F);
            assert_true(h.at[k].speech < 0.1F && h.at[k].music < 0.3F);
        }
    }
}

static void strokes_of_keys_are_neither_speech_nor_lasting_noise(void **state)
{
    (void)state;
    struct heard h = {0};
    hear_signal(clicks, 12, &h);
    for (int i = 0; i < h.len; i++) {
        assert_true(h.at[i].speech < 0.5F && h.at[i].music < 0.3F);
        assert_true(h.at[i].peak_db > -20);
        assert_true(h.at[i].median_db < -45);
        assert_true(h.at[i].swing_db > 10);
    }
}

static void notes_are_music(void **state)
{
    (void)state;
    struct heard h = {0};
    hear_signal(notes, 12, &h);
    for (int i = 1; i < h.len - 1; i++)
        assert_true(h.at[i].music > 0.5F && h.at[i].speech < 0.5F);
}

static void a_hole_is_passed_over_and_times_go_on(void **state)
{
    (void)state;
    struct heard h = {0};
    CLEANUP(sound_detect_destroyp) struct sound_detect *d = detect_new(&h);
    struct error err;
    float second[SOUND_RATE];
    uint32_t seed = 3;
    for (size_t i = 0; i < ARRAY_LEN(second); i++)
        second[i] = white(0, &seed);
    for (int i = 0; i < 3; i++)
        assert_good(sound_detect_take(d, i * 1000000, second, ARRAY_LEN(second), &err), err);
    /* 0.1 s of the half second at 7.0 s are missing, 0.4 s of that at 9.0 s. */
    assert_good(sound_detect_take(d, 7100000, second, ARRAY_LEN(second), &err), err);
    assert_good(sound_detect_take(d, 9400000, second, ARRAY_LEN(second), &err), err);
    assert_good(sound_detect_end(d, &err), err);
    static const int64_t expected_ms[] = {0, 500, 1000, 1500, 2000, 2500, 7000, 7500, 9500, 10000};
    assert_int_equal(h.len, ARRAY_LEN(expected_ms));
    for (int i = 0; i < h.len; i++) {
        assert_int_equal(h.at[i].time_us, expected_ms[i] * 1000);
        assert_near(h.at[i].rms_db, 20 * log10(0.1 / sqrt(3)), 0.5);
    }
}

static void times_that_go_back_are_refused(void **state)
{
    (void)state;
    struct heard h = {0};
    CLEANUP(sound_detect_destroyp) struct sound_detect *d = detect_new(&h);
    struct error err;
    float second[SOUND_RATE] = {0};
    assert_good(sound_detect_take(d, 5000000, second, SOUND_RATE, &err), err);
    assert_error(sound_detect_take(d, 5500000, second, SOUND_RATE, &err), err, ERROR_INVALID);
}

static void how_sound_is_cut_into_pieces_changes_nothing(void **state)
{
    (void)state;
    struct heard whole = {0}, cut = {0};
    float pcm[5 * SOUND_RATE];
    uint32_t seed = 5;
    for (size_t i = 0; i < ARRAY_LEN(pcm); i++)
        pcm[i] = notes((int64_t)i, &seed);
    CLEANUP(sound_detect_destroyp) struct sound_detect *a = detect_new(&whole);
    CLEANUP(sound_detect_destroyp) struct sound_detect *b = detect_new(&cut);
    struct error err;
    assert_good(sound_detect_take(a, 120000, pcm, ARRAY_LEN(pcm), &err), err);
    for (size_t at = 0, len = 1; at < ARRAY_LEN(pcm); at += len, len = len % 997 + 13) {
        len = MIN(len, ARRAY_LEN(pcm) - at);
        int64_t time_us = 120000 + (int64_t)at * 1000000 / SOUND_RATE;
        assert_good(sound_detect_take(b, time_us, pcm + at, len, &err), err);
    }
    assert_good(sound_detect_end(a, &err), err);
    assert_good(sound_detect_end(b, &err), err);
    assert_int_equal(whole.len, cut.len);
    assert_memory_equal(whole.at, cut.at, (size_t)whole.len * sizeof *whole.at);
}

/* ---- real recordings ---- */

static bool pass_on(void *context, const struct sound *s, struct error *err)
{
    return sound_detect_take(context, s->time_us, s->samples, s->len, err);
}

static bool hear_file(const char *path, struct heard *ret)
{
    CLEANUP(sound_detect_destroyp) struct sound_detect *d = detect_new(ret);
    CLEANUP(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
    CLEANUP(reader_closep) struct reader *r = NULL;
    CLEANUP(frame_unrefp) struct frame *none = NULL;
    const struct reader_ear ear = {pass_on, d};
    struct error err;
    if (fd < 0)
        return false;
    assert_good(reader_open(fd, NULL, &r, &err) && reader_hear(r, &ear, &err) &&
                    reader_next(r, INT64_MAX, &none, &err) && sound_detect_end(d, &err),
                err);
    return true;
}

struct scores {
    int len[2];
    float of[2][2048]; /* of half seconds without and with it */
};

static void add_score(struct scores *s, bool with, float score)
{
    assert_in_range(s->len[with], 0, ARRAY_LEN(s->of[with]) - 1);
    s->of[with][s->len[with]++] = score;
}

/* The chance that one with it is scored higher than one without. */
static double area(const struct scores *s)
{
    double sum = 0;
    for (int i = 0; i < s->len[1]; i++)
        for (int k = 0; k < s->len[0]; k++)
            sum += s->of[1][i] > s->of[0][k] ? 1 : s->of[1][i] == s->of[0][k] ? 0.5 : 0;
    return sum / s->len[1] / s->len[0];
}

/* Is the half second wholly within intervals of the truth? *ret_touched: only in part in one of
 * this kind, so nobody knows. */
static bool is_told(const json_t *intervals, double from_s, const char *kind, bool *ret_is,
                    bool *ret_touched)
{
    bool told = false;
    *ret_is = *ret_touched = false;
    size_t i;
    json_t *interval;
    json_array_foreach(intervals, i, interval)
    {
        double from = json_number_value(json_object_get(interval, "from_s"));
        double to = json_number_value(json_object_get(interval, "to_s"));
        const char *is = json_string_value(json_object_get(interval, "kind"));
        bool whole = from <= from_s + 0.02 && to >= from_s + 0.48;
        told |= whole;
        if (strcmp(is, kind) == 0) {
            *ret_is |= whole;
            *ret_touched |= !whole && fmin(to, from_s + 0.5) > fmax(from, from_s);
        }
    }
    return told;
}

static void speech_and_music_are_told_apart_in_real_recordings(void **state)
{
    (void)state;
    char path[TEST_PATH_MAX];
    test_need_media("truth.json", path);
    CLEANUP(freep) char *text = NULL;
    CLEANUP(json_decrefp) json_t *all = NULL;
    size_t len;
    struct error err;
    assert_good(file_read(path, 8 << 20, &text, &len, &err), err);
    assert_good(json_parse(str_bytes(text, len), &all, &err), err);

    static struct scores speech, music;
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(all, "files"), name, value)
    {
        const json_t *intervals = json_object_get(json_object_get(value, "truth"), "intervals");
        static struct heard h;
        h.len = 0;
        if (!str_starts(str_from(name), STR("audio/")) || !test_find_media(name, path) ||
            !hear_file(path, &h))
            continue;
        for (int i = 0; i < h.len; i++) {
            double from_s = (double)h.at[i].time_us / 1e6;
            bool is, touched;
            if (is_told(intervals, from_s, "speech", &is, &touched) && (is || !touched))
                add_score(&speech, is, h.at[i].speech);
            if (is_told(intervals, from_s, "music", &is, &touched) && (is || !touched))
                add_score(&music, is, h.at[i].music);
        }
    }
    print_message("speech: area %.4f of %d and %d half seconds; music: %.4f of %d and %d\n",
                  area(&speech), speech.len[1], speech.len[0], area(&music), music.len[1],
                  music.len[0]);
    /* Measured: 0.995 and 0.997. */
    assert_true(speech.len[1] > 200 && speech.len[0] > 300 && music.len[1] > 100);
    assert_true(area(&speech) > 0.98);
    assert_true(area(&music) > 0.98);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_nothing_at_all),
        cmocka_unit_test(levels_are_those_of_the_standard),
        cmocka_unit_test(white_noise_is_neither_speech_nor_music_nor_hum),
        cmocka_unit_test(mains_hum_is_told_from_a_room),
        cmocka_unit_test(strokes_of_keys_are_neither_speech_nor_lasting_noise),
        cmocka_unit_test(notes_are_music),
        cmocka_unit_test(a_hole_is_passed_over_and_times_go_on),
        cmocka_unit_test(times_that_go_back_are_refused),
        cmocka_unit_test(how_sound_is_cut_into_pieces_changes_nothing),
        cmocka_unit_test(speech_and_music_are_told_apart_in_real_recordings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
