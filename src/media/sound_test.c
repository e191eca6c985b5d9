/* What reader.h promises about sound. */
#include "media/reader.h"
#include "media/testing.h"
#include "support/media.h"

#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEARD_MAX (SOUND_RATE * 60)

struct heard {
    struct reader_info info;
    struct reader_stats stats;
    int frames;
    size_t len, pieces_max, holes;
    int64_t first_us, end_us;
    int64_t hole_from_us, hole_to_us; /* of the last one */
    float pcm[HEARD_MAX];
    size_t stop_after; /* samples; 0: never */
};

static bool take_sound(void *context, const struct sound *s, struct error *err)
{
    struct heard *h = context;
    assert_true(s->len > 0);
    if (h->len == 0)
        h->first_us = s->time_us;
    else
        assert_true(s->time_us >= h->end_us - 1);
    if (h->len && s->time_us > h->end_us + 1000) {
        h->holes++;
        h->hole_from_us = h->end_us;
        h->hole_to_us = s->time_us;
    }
    assert_true(s->len <= HEARD_MAX - h->len);
    memcpy(h->pcm + h->len, s->samples, s->len * sizeof *s->samples);
    h->len += s->len;
    h->pieces_max = MAX(h->pieces_max, s->len);
    h->end_us = s->time_us + (int64_t)s->len * 1000000 / SOUND_RATE;
    if (h->stop_after && h->len > h->stop_after)
        return error_set(err, ERROR_CLOSED, "heard enough");
    return true;
}

static bool hear_file(int fd, struct heard *ret, struct error *err)
{
    CLEANUP(reader_closep) struct reader *r = NULL;
    const struct reader_ear ear = {take_sound, ret};
    if (!reader_open(fd, NULL, &r, err) || !reader_hear(r, &ear, err))
        return false;
    ret->info = *reader_info(r);
    for (;;) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        if (!reader_next(r, 0, &f, err))
            return false;
        if (!f)
            break;
        ret->frames++;
    }
    ret->stats = reader_stats(r);
    return true;
}

static bool hear(struct str bytes, struct heard *ret, struct error *err)
{
    CLEANUP(closep) int fd = memfd_create("recording", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return hear_file(fd, ret, err);
}

static struct heard *heard_new(void)
{
    struct heard *h = calloc(1, sizeof *h);
    assert_non_null(h);
    return h;
}

static void make(const struct made_sound *m, struct buf *to)
{
    if (!made_sound_recording(m, to)) {
        print_message("skipped: this libav cannot write %s with %s\n", m->muxer, m->encoder);
        skip();
    }
}

static double level(const float *pcm, size_t len)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (double)pcm[i] * (double)pcm[i];
    return sqrt(sum / (double)len);
}

/* How much of a tone of `hz` there is: 1 for one of amplitude 1. */
static double tone_in(const float *pcm, size_t len, double hz)
{
    double re = 0, im = 0;
    for (size_t i = 0; i < len; i++) {
        double phase = 2 * M_PI * hz * (double)i / SOUND_RATE;
        re += (double)pcm[i] * cos(phase);
        im += (double)pcm[i] * sin(phase);
    }
    return 2 * sqrt(re * re + im * im) / (double)len;
}

static float tone(double at_s, int channel)
{
    (void)channel;
    return (float)(0.5 * sin(2 * M_PI * 1000 * at_s));
}

static float left_only(double at_s, int channel) { return channel == 0 ? tone(at_s, 0) : 0; }

static void any_codec_and_rate_becomes_one_channel_at_sixteen_kilohertz(void **state)
{
    (void)state;
    static const struct made_sound kinds[] = {
        {"webm", "opus", 48000, 1, 3, tone, 99, 0, true},
        {"webm", "libopus", 48000, 2, 3, tone, 99, 0, true},
        {"webm", "vorbis", 44100, 2, 3, tone, 99, 0, false},
        {"mp4", "aac", 44100, 1, 3, tone, 99, 0, false},
        {"mp4", "aac", 22050, 2, 3, tone, 99, 0, false},
        {"wav", "pcm_s16le", 8000, 1, 3, tone, 99, 0, false},
        {"wav", "pcm_s16le", 96000, 2, 3, tone, 99, 0, false},
        {"wav", "pcm_s16le", 16000, 1, 3, tone, 99, 0, false},
        {"wav", "pcm_f32le", 32000, 2, 3, tone, 99, 0, false},
        {"matroska", "pcm_s16le", 11025, 1, 3, tone, 99, 0, false},
        {"ogg", "flac", 48000, 1, 3, tone, 99, 0, false},
    };
    int made_len = 0;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        CLEANUP(buf_done) struct buf made = {0};
        if (!made_sound_recording(&kinds[i], &made))
            continue; /* this libav cannot write it */
        made_len++;
        CLEANUP(freep) struct heard *h = heard_new();
        struct error err;
        if (!hear(buf_str(&made), h, &err))
            fail_msg("%s in %s: %s", kinds[i].encoder, kinds[i].muxer, err.message);
        assert_false(h->info.has_video);
        assert_int_equal(h->holes, 0);
        assert_int_equal(h->stats.damaged_packets, 0);
        assert_in_range(h->len, (size_t)(2.9 * SOUND_RATE), (size_t)(3.15 * SOUND_RATE));
        assert_in_range(h->first_us, 0, 60000);
        assert_in_range(h->pieces_max, 1, 8192);
        double whole = level(h->pcm + SOUND_RATE, SOUND_RATE);
        if (fabs(whole - 0.5 / sqrt(2)) > 0.02 ||
            fabs(tone_in(h->pcm + SOUND_RATE, SOUND_RATE, 1000) - 0.5) > 0.02)
            fail_msg("%s at %d Hz: level %f, tone %f", kinds[i].encoder, kinds[i].rate, whole,
                     tone_in(h->pcm + SOUND_RATE, SOUND_RATE, 1000));
    }
    assert_true(made_len >= 4);
}

static void channels_are_averaged(void **state)
{
    (void)state;
    const struct made_sound m = {"wav", "pcm_s16le", 48000, 2, 2, left_only, 99, 0, false};
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    CLEANUP(freep) struct heard *h = heard_new();
    struct error err;
    assert_good(hear(buf_str(&made), h, &err), err);
    assert_true(fabs(level(h->pcm + 8000, 16000) - 0.25 / sqrt(2)) < 0.005);
}

static void a_hole_in_the_sound_is_seen_in_its_times(void **state)
{
    (void)state;
    const struct made_sound m = {"webm", "opus", 48000, 1, 6, tone, 3, 4, true};
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    CLEANUP(freep) struct heard *h = heard_new();
    struct error err;
    assert_good(hear(buf_str(&made), h, &err), err);
    assert_int_equal(h->holes, 1);
    assert_in_range(h->hole_from_us, 2900000, 3100000);
    assert_in_range(h->hole_to_us, 6900000, 7100000);
    assert_in_range(h->end_us, 9900000, 10150000);
    assert_in_range(h->stats.last_time_us, 9900000, 10150000);
    assert_int_equal(h->stats.time_jumps, 0); /* four seconds without sound are no jump */
}

/* A recorder that was started anew goes on with times from before. */
static void sound_that_claims_a_time_before_is_heard_all_the_same(void **state)
{
    (void)state;
    static const double begins_s[] = {2, 0}; /* within what timeline.h lets pass, and beyond */
    for (size_t i = 0; i < ARRAY_LEN(begins_s); i++) {
        const struct made_sound first = {"webm", "opus", 48000, 1, 3, tone, 99, 0, true};
        const struct made_sound second = {"webm", "opus", 48000, 1, 3, tone, -1, begins_s[i], true};
        CLEANUP(buf_done) struct buf made = {0};
        make(&first, &made);
        make(&second, &made);
        CLEANUP(freep) struct heard *h = heard_new();
        struct error err;
        assert_good(hear(buf_str(&made), h, &err), err);
        assert_in_range(h->len, (size_t)(5.9 * SOUND_RATE), (size_t)(6.1 * SOUND_RATE));
        assert_int_equal(h->holes, 0);
        assert_int_equal(h->stats.time_jumps, 1);
        assert_in_range(h->end_us, 5900000, 6150000);
    }
}

static void a_recording_without_sound_says_so(void **state)
{
    (void)state;
    struct made m = {.muxer = "webm",
                     .encoder = "libvpx",
                     .width = 64,
                     .height = 48,
                     .frames = 15,
                     .fps = 15,
                     .key_every = 15};
    CLEANUP(buf_done) struct buf made = {0};
    if (!made_recording(&m, &made)) {
        print_message("skipped: this libav cannot write VP8\n");
        skip();
    }
    CLEANUP(freep) struct heard *h = heard_new();
    struct error err;
    assert_error(hear(buf_str(&made), h, &err), err, ERROR_UNSUPPORTED);
    assert_string_equal(err.message, "the recording has no sound");
}

static void whoever_listens_can_end_it(void **state)
{
    (void)state;
    const struct made_sound m = {"wav", "pcm_s16le", 16000, 1, 5, tone, 99, 0, false};
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    CLEANUP(freep) struct heard *h = heard_new();
    h->stop_after = SOUND_RATE;
    struct error err;
    assert_error(hear(buf_str(&made), h, &err), err, ERROR_CLOSED);
    assert_string_equal(err.message, "heard enough");
    assert_in_range(h->len, SOUND_RATE, SOUND_RATE + 8192);
}

static void damaged_sound_is_skipped_and_counted(void **state)
{
    (void)state;
    const struct made_sound m = {"ogg", "flac", 48000, 1, 5, tone, 99, 0, false};
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    memset(made.ptr + made.len / 2, 0xa5, 400);
    CLEANUP(freep) struct heard *h = heard_new();
    struct error err;
    assert_good(hear(buf_str(&made), h, &err), err);
    assert_true(h->len > SOUND_RATE);
    assert_true(h->len < 5 * SOUND_RATE);
    for (size_t i = 0; i < h->len; i++)
        assert_true(isfinite(h->pcm[i]));
}

static float wild(double at_s, int channel)
{
    (void)channel;
    int i = (int)(at_s * 16000);
    return i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -1e30F;
}

static void samples_that_are_no_numbers_become_silence(void **state)
{
    (void)state;
    const struct made_sound m = {"wav", "pcm_f32le", 16000, 1, 1, wild, 99, 0, false};
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    CLEANUP(freep) struct heard *h = heard_new();
    struct error err;
    assert_good(hear(buf_str(&made), h, &err), err);
    assert_true(h->len > SOUND_RATE / 2);
    for (size_t i = 0; i < h->len; i++)
        assert_true(fabsf(h->pcm[i]) <= 8);
}

static void sound_and_pictures_of_a_browser_come_in_one_pass(void **state)
{
    (void)state;
    char path[TEST_PATH_MAX];
    test_need_media("video/talking_man_backlit_mediarecorder_vp9.webm", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    CLEANUP(freep) struct heard *h = heard_new();
    struct error err;
    bool good = hear_file(fileno(file), h, &err);
    fclose(file);
    assert_good(good, err);
    assert_int_equal(h->frames, 164);
    assert_in_range(h->len, (size_t)(10.7 * SOUND_RATE), (size_t)(11.1 * SOUND_RATE));
    assert_int_equal(h->holes, 0);
    assert_in_range(h->stats.last_time_us, 10850000, 11000000);
    assert_true(level(h->pcm, h->len) > 0.01);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_codec_and_rate_becomes_one_channel_at_sixteen_kilohertz),
        cmocka_unit_test(channels_are_averaged),
        cmocka_unit_test(a_hole_in_the_sound_is_seen_in_its_times),
        cmocka_unit_test(sound_that_claims_a_time_before_is_heard_all_the_same),
        cmocka_unit_test(a_recording_without_sound_says_so),
        cmocka_unit_test(whoever_listens_can_end_it),
        cmocka_unit_test(damaged_sound_is_skipped_and_counted),
        cmocka_unit_test(samples_that_are_no_numbers_become_silence),
        cmocka_unit_test(sound_and_pictures_of_a_browser_come_in_one_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
