#include "analysis/judge.h"

#include "analysis/fields.h"
#include "base/clock.h"

#include "support/fault.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct track_about about(void)
{
    return (struct track_about){.name = STR("exam.webm"),
                                .sha256 = STR(SHA),
                                .models = STR("{\"blazeface\":\"" SHA "\"}"),
                                .isa = STR("avx2"),
                                .bytes = 123456,
                                .frames = 900,
                                .damaged_packets = 2,
                                .time_jumps = 1,
                                .duration_us = 1800 * SECOND_US};
}

/* A person who moves a little, is away from look 100 to 120, and has company from 200 to 210. */
static struct observation look(int i)
{
    static uint32_t noise = 1;
    struct observation o;
    const char *wrong;
    fields_absent(&o);
    noise = noise * 1664525 + 1013904223;
    float jitter = (float)(noise >> 16) / 65536;
    o.time_us = i * DETECT_INTERVAL_US + (i % 3) * 1000;
    o.faces_len = i >= 100 && i < 120 ? 0 : i >= 200 && i < 210 ? 2 : 1;
    for (int face = 0; face < o.faces_len; face++)
        o.faces[face] = (struct detect_face){.x = 0.3F + 0.01F * jitter,
                                             .y = 0.2F,
                                             .width = 0.2F,
                                             .height = 0.3F,
                                             .score = 0.9F,
                                             .mesh_score = 0.99F};
    o.luma_mean = 0.5F + 0.02F * jitter;
    o.luma_deviation = 0.2F;
    o.detail = 0.02F + 0.001F * jitter;
    o.motion = 0.01F * jitter;
    o.motion_peak = 0.03F + 0.01F * jitter;
    o.changed = 0.5F;
    assert_true(fields_tidy(&o, &wrong));
    return o;
}

static bool write_track(const struct observation *looks, size_t len, struct buf *to,
                        struct error *err)
{
    CLEANUP(track_writer_destroyp) struct track_writer *w = NULL;
    const struct track_about what = about();
    if (!track_writer_create(&w, err))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!track_write_look(w, &looks[i], err))
            return false;
    return track_finish(w, &what, to, err);
}

#define LOOKS 3600

static struct observation *make_looks(void)
{
    struct observation *looks = calloc(LOOKS, sizeof *looks);
    assert_non_null(looks);
    for (int i = 0; i < LOOKS; i++)
        looks[i] = look(i);
    return looks;
}

static void what_is_kept_is_what_was_seen(void **state)
{
    (void)state;
    CLEANUP(freep) struct observation *looks = make_looks();
    CLEANUP(buf_done) struct buf track = {0};
    CLEANUP(track_closep) struct track_reader *r = NULL;
    struct track_item item;
    struct error err;
    assert_good(write_track(looks, LOOKS, &track, &err), err);
    print_message("%d looks are %zu bytes\n", LOOKS, track.len);
    assert_true(track.len < LOOKS * 30);
    assert_good(track_open(buf_str(&track), &r, &err), err);
    for (size_t i = 0; i < LOOKS; i++) {
        assert_good(track_next(r, &item, &err), err);
        assert_int_equal(item.kind, TRACK_LOOK);
        assert_memory_equal(&item.look, &looks[i], sizeof item.look);
    }
    assert_good(track_next(r, &item, &err), err);
    assert_int_equal(item.kind, TRACK_END);
    assert_good(track_next(r, &item, &err), err);
    assert_int_equal(item.kind, TRACK_END);
    struct track_about kept = track_about(r), given = about();
    assert_str(kept.name, given.name);
    assert_str(kept.models, given.models);
    assert_str(kept.sha256, given.sha256);
    assert_str(kept.program, STR("proctortrack " PT_VERSION));
    assert_true(kept.bytes == given.bytes && kept.duration_us == given.duration_us &&
                kept.damaged_packets == 2 && kept.time_jumps == 1 && kept.frames == 900);
}

static void judge(const struct buf *track, const char *policy_text, struct findings *ret)
{
    CLEANUP(track_closep) struct track_reader *r = NULL;
    struct policy policy;
    struct error err;
    assert_good(policy_parse(str_from(policy_text), &policy, &err), err);
    assert_good(track_open(buf_str(track), &r, &err), err);
    assert_good(judge_track(r, &policy, ret, &err), err);
}

static void a_track_gives_the_flags_of_the_looks_under_any_policy(void **state)
{
    (void)state;
    CLEANUP(freep) struct observation *looks = make_looks();
    CLEANUP(buf_done) struct buf track = {0};
    CLEANUP(findings_done) struct findings direct = {0};
    CLEANUP(findings_done) struct findings same = {0};
    CLEANUP(findings_done) struct findings other = {0};
    CLEANUP(rules_destroyp) struct rules *rules = NULL;
    struct policy policy;
    struct error err;
    assert_good(write_track(looks, LOOKS, &track, &err), err);
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    assert_good(rules_create(&policy, &rules, &err), err);
    for (size_t i = 0; i < LOOKS; i++)
        assert_good(rules_feed(rules, &looks[i], findings_take, &direct, &err), err);
    assert_good(rules_end(rules, about().duration_us, findings_take, &direct, &err), err);
    assert_good(findings_arrange(&direct, &err), err);

    judge(&track, "{\"base\": \"standard\"}", &same);
    assert_int_equal(direct.len, 2);
    assert_int_equal(same.len, direct.len);
    assert_int_equal(same.flags[0].rule, RULE_NO_FACE);
    assert_int_equal(same.flags[1].rule, RULE_SEVERAL_FACES);
    for (size_t i = 0; i < same.len; i++) {
        assert_true(same.flags[i].from_us == direct.flags[i].from_us &&
                    same.flags[i].to_us == direct.flags[i].to_us &&
                    same.flags[i].confidence == direct.flags[i].confidence);
        assert_string_equal(same.flags[i].numbers, direct.flags[i].numbers);
    }

    judge(&track,
          "{\"base\": \"standard\", \"rules\": {\"no-face\": {\"min_s\": 60},"
          " \"several-faces\": {\"severity\": \"low\"}}}",
          &other);
    assert_int_equal(other.len, 1);
    assert_int_equal(other.flags[0].rule, RULE_SEVERAL_FACES);
    assert_int_equal(other.flags[0].severity, SEVERITY_LOW);
}

/* Replaces the first `what` in the track by as many other bytes. */
static void patch(struct buf *track, const char *what, const char *by)
{
    size_t len = strlen(what);
    assert_int_equal(len, strlen(by));
    for (size_t at = 0; at + len <= track->len; at++)
        if (memcmp(track->ptr + at, what, len) == 0) {
            memcpy(track->ptr + at, by, len);
            return;
        }
    fail_msg("%s is not in the track", what);
}

static void a_column_that_is_not_known_is_passed_over(void **state)
{
    (void)state;
    struct observation looks[3] = {look(0), look(1), look(2)};
    struct track_item item;
    CLEANUP(buf_done) struct buf track = {0};
    CLEANUP(track_closep) struct track_reader *r = NULL;
    struct error err;
    assert_good(write_track(looks, 3, &track, &err), err);
    patch(&track, "motion_peak", "motion_jolt");
    assert_good(track_open(buf_str(&track), &r, &err), err);
    assert_good(track_next(r, &item, &err), err);
    assert_true(item.look.motion_peak < 0); /* absent */
    assert_true(item.look.luma_mean == looks[0].luma_mean && item.look.changed == looks[0].changed);
}

static void sounds_lie_beside_the_looks(void **state)
{
    (void)state;
    CLEANUP(track_writer_destroyp) struct track_writer *w = NULL;
    CLEANUP(track_closep) struct track_reader *r = NULL;
    CLEANUP(buf_done) struct buf track = {0};
    const struct track_about what = about();
    struct sound_observation sounds[LOOKS];
    struct track_item item;
    struct error err;
    const char *wrong;
    assert_good(track_writer_create(&w, &err), err);
    for (int i = 0; i < LOOKS; i++) {
        const struct observation o = look(i);
        memset(&sounds[i], 0, sizeof sounds[i]);
        sounds[i].time_us = i * SOUND_OBSERVATION_US;
        sounds[i].rms_db = -50 - (float)(i % 7);
        sounds[i].speech = (float)(i % 100) / 100;
        assert_true(sound_fields_tidy(&sounds[i], &wrong));
        assert_good(track_write_sound(w, &sounds[i], &err), err);
        if (i % 2)
            assert_good(track_write_look(w, &o, &err), err);
    }
    assert_good(track_finish(w, &what, &track, &err), err);
    assert_good(track_open(buf_str(&track), &r, &err), err);
    for (int looks_seen = 0, heard = 0;;) {
        assert_good(track_next(r, &item, &err), err);
        if (item.kind == TRACK_END) {
            assert_int_equal(heard, LOOKS);
            assert_int_equal(looks_seen, LOOKS / 2);
            break;
        }
        looks_seen += item.kind == TRACK_LOOK;
        if (item.kind == TRACK_SOUND)
            assert_memory_equal(&item.sound, &sounds[heard++], sizeof item.sound);
    }
}

static void a_damaged_track_is_refused(void **state)
{
    (void)state;
    struct observation looks[200];
    CLEANUP(buf_done) struct buf track = {0};
    struct policy policy;
    struct error err;
    for (int i = 0; i < 200; i++)
        looks[i] = look(i);
    assert_good(policy_builtin(STR("strict"), &policy, &err), err);
    assert_good(write_track(looks, 200, &track, &err), err);
    for (size_t len = 0; len < track.len; len += 1 + len / 50) {
        struct track_reader *r = NULL;
        if (track_open(str_bytes(track.ptr, len), &r, &err))
            fail_msg("%zu of %zu bytes were a track", len, track.len);
        assert_int_equal(err.code, ERROR_INVALID);
    }
    /* A name in the directory may become that of a column not known here; all else is checked, or
     * changes nothing (zlib has bits that mean nothing). */
    CLEANUP(findings_done) struct findings whole = {0};
    judge(&track, "{\"base\": \"strict\"}", &whole);
    size_t blocks = 12 + (unsigned char)track.ptr[8] + 256U * (unsigned char)track.ptr[9];
    for (size_t at = 0; at < track.len; at++) {
        CLEANUP(track_closep) struct track_reader *r = NULL;
        CLEANUP(findings_done) struct findings found = {0};
        track.ptr[at] ^= 0x10;
        bool good = track_open(buf_str(&track), &r, &err) && judge_track(r, &policy, &found, &err);
        assert_true(good || err.code == ERROR_INVALID);
        if (good && (at < 12 || at >= blocks)) {
            assert_int_equal(found.len, whole.len);
            assert_memory_equal(found.flags, whole.flags, whole.len * sizeof *whole.flags);
            assert_str(track_about(r).sha256, STR(SHA));
        }
        track.ptr[at] ^= 0x10;
    }
}

static void without_memory_it_fails_and_leaks_nothing(void **state)
{
    (void)state;
    struct observation looks[2] = {look(0), look(1)};
    struct policy policy;
    struct error err = {0};
    assert_good(policy_builtin(STR("standard"), &policy, &err), err);
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(buf_done) struct buf track = {0};
        CLEANUP(track_closep) struct track_reader *r = NULL;
        CLEANUP(findings_done) struct findings found = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = write_track(looks, 2, &track, &err) && track_open(buf_str(&track), &r, &err) &&
                    judge_track(r, &policy, &found, &err);
        hit = fault_disarm();
        assert_true(good || hit);
        assert_true(good || err.code == ERROR_NO_MEMORY || err.code == ERROR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_kept_is_what_was_seen),
        cmocka_unit_test(a_track_gives_the_flags_of_the_looks_under_any_policy),
        cmocka_unit_test(a_column_that_is_not_known_is_passed_over),
        cmocka_unit_test(sounds_lie_beside_the_looks),
        cmocka_unit_test(a_damaged_track_is_refused),
        cmocka_unit_test(without_memory_it_fails_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
