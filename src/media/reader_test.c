#include "media/reader.h"
#include "media/testing.h"
#include "support/media.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct made webm = {
    .muxer = "webm",
    .encoder = "libvpx",
    .width = 64,
    .height = 48,
    .frames = 60,
    .fps = 15,
    .key_every = 15,
    .live = true,
};

static int file_of(struct str bytes)
{
    int fd = memfd_create("recording", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.ptr, bytes.len), bytes.len);
    return fd;
}

/* A pipe that is fed by a thread, a few bytes at a time. */
struct feed {
    struct str bytes;
    int to;
    bool refused; /* the reader went away before the end */
};

static void *feed_run(void *context)
{
    struct feed *feed = context;
    for (struct str rest = feed->bytes; rest.len;) {
        ssize_t wrote = write(feed->to, rest.ptr, MIN(rest.len, 777));
        if (wrote <= 0) {
            feed->refused = true;
            break;
        }
        rest = str_slice(rest, (size_t)wrote, rest.len);
    }
    close(feed->to);
    return NULL;
}

static void tap_bytes(void *context, struct str bytes) { buf_add(context, bytes); }

struct looked {
    struct reader_info info;
    struct reader_stats stats;
    int frames;
    int64_t times[200];
    int sizes[200][2];
};

/* Reads all of it. */
static bool look(int fd, struct buf *tapped, struct looked *ret, struct error *err)
{
    CLEANUP(reader_closep) struct reader *r = NULL;
    struct reader_tap tap = {tap_bytes, tapped};
    if (!reader_open(fd, tapped ? &tap : NULL, &r, err))
        return false;
    *ret = (struct looked){.info = *reader_info(r)};
    for (;;) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        if (!reader_next(r, 0, &f, err))
            return false;
        if (!f)
            break;
        assert_in_range(ret->frames, 0, ARRAY_LEN(ret->times) - 1);
        ret->times[ret->frames] = f->time_us;
        ret->sizes[ret->frames][0] = f->width;
        ret->sizes[ret->frames++][1] = f->height;
    }
    ret->stats = reader_stats(r);
    return true;
}

static bool look_at(struct str bytes, struct looked *ret, struct error *err)
{
    CLEANUP(closep) int fd = file_of(bytes);
    return look(fd, NULL, ret, err);
}

static bool look_through_pipe(struct str bytes, struct buf *tapped, struct looked *ret,
                              struct error *err)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    CLEANUP(closep) int from = ends[0];
    struct feed feed = {.bytes = bytes, .to = ends[1]};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, feed_run, &feed), 0);
    bool good = look(from, tapped, ret, err);
    if (good)
        assert_false(feed.refused);
    closep(&from);
    from = -1;
    pthread_join(thread, NULL);
    return good;
}

static void make(const struct made *m, struct buf *to)
{
    if (!made_recording(m, to)) {
        print_message("skipped: this libav cannot write %s with %s\n", m->muxer, m->encoder);
        skip();
    }
}

static void a_pipe_and_a_file_give_the_same_frames(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0}, tapped = {0}, tapped_file = {0};
    make(&webm, &made);
    struct looked piped, filed;
    struct error err;
    assert_good(look_through_pipe(buf_str(&made), &tapped, &piped, &err), err);
    CLEANUP(closep) int fd = file_of(buf_str(&made));
    assert_good(look(fd, &tapped_file, &filed, &err), err);
    assert_int_equal(piped.frames, 60);
    assert_int_equal(filed.frames, 60);
    for (int i = 0; i < 60; i++) {
        assert_int_equal(piped.times[i], filed.times[i]);
        assert_in_range(piped.times[i] + 1000, i * 66667, i * 66667 + 2000);
    }
    assert_str(buf_str(&tapped), buf_str(&made));
    assert_str(buf_str(&tapped_file), buf_str(&made));
    assert_string_equal(piped.info.container, "WebM/Matroska");
    assert_string_equal(piped.info.video_codec, "vp8");
    assert_true(piped.info.has_video);
    assert_false(piped.info.has_audio);
    assert_int_equal(piped.info.duration_us, -1);
    assert_int_equal(piped.info.width, 64);
    assert_int_equal(piped.stats.damaged_packets, 0);
    assert_int_equal(piped.stats.time_jumps, 0);
    assert_in_range(piped.stats.last_time_us, 3990000, 4080000);
}

static void only_frames_asked_for_are_given(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&webm, &made);
    CLEANUP(closep) int fd = file_of(buf_str(&made));
    CLEANUP(reader_closep) struct reader *r = NULL;
    struct error err;
    assert_good(reader_open(fd, NULL, &r, &err), err);
    int64_t next = 0;
    int looks = 0;
    for (;; looks++) {
        CLEANUP(frame_unrefp) struct frame *f = NULL;
        assert_good(reader_next(r, next, &f, &err), err);
        if (!f)
            break;
        assert_true(f->time_us >= next);
        assert_true(f->time_us < next + 67000);
        next += 500000;
    }
    assert_int_equal(looks, 8);
    assert_int_equal(reader_stats(r).frames, 60);
}

static void a_recording_cut_off_anywhere_ends_there(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&webm, &made);
    int before = 0;
    for (size_t cut = made.len / 4; cut < made.len; cut += made.len / 7) {
        struct looked looked;
        struct error err;
        assert_good(look_through_pipe(str_slice(buf_str(&made), 0, cut), NULL, &looked, &err), err);
        assert_true(looked.frames >= before);
        assert_true(looked.frames < 60);
        before = looked.frames;
    }
    assert_true(before > 30);
}

static void what_is_no_recording_is_refused_with_a_reason(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&webm, &made);
    struct looked looked;
    struct error err;
    assert_error(look_at(STR(""), &looked, &err), err, ERROR_INVALID);
    assert_string_equal(err.message, "the recording is empty");
    assert_error(look_at(STR("abc"), &looked, &err), err, ERROR_INVALID);
    assert_error(look_at(STR("%PDF-1.4 and then a lot more"), &looked, &err), err,
                 ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "not a recording"));
    assert_error(look_at(STR("\xff\xd8\xff\xe0 0123456789 a JPEG"), &looked, &err), err,
                 ERROR_UNSUPPORTED);
    assert_error(look_at(STR("#EXTM3U\n/etc/passwd\n"), &looked, &err), err, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "playlist"));
    for (size_t cut = 12; cut < 180; cut += 24) /* in the head */
        assert_error(look_at(str_slice(buf_str(&made), 0, cut), &looked, &err), err, ERROR_INVALID);
    assert_non_null(strstr(err.message, "ends before its header does"));
}

static void damage_in_the_middle_is_skipped_and_counted(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&webm, &made);
    /* A key frame that is none, and a cluster whose structure is gone. */
    char *key = memmem(made.ptr + made.len / 4, made.len * 3 / 4, "\x9d\x01\x2a", 3);
    assert_non_null(key);
    memset(key, 0, 3);
    memset(made.ptr + made.len * 3 / 4, 0xa5, 300);
    struct looked looked;
    struct error err;
    assert_good(look_at(buf_str(&made), &looked, &err), err);
    assert_true(looked.frames >= 30);
    assert_true(looked.frames < 60);
    assert_true(looked.stats.damaged_packets > 0);
    for (int i = 1; i < looked.frames; i++)
        assert_true(looked.times[i] >= looked.times[i - 1]);
}

static void a_recorder_started_anew_in_another_size_is_read_on(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&webm, &made);
    struct made second = webm;
    second.width = 96;
    second.height = 64;
    make(&second, &made);
    struct looked looked;
    struct error err;
    assert_good(look_at(buf_str(&made), &looked, &err), err);
    assert_int_equal(looked.frames, 120);
    assert_int_equal(looked.stats.time_jumps, 1);
    assert_int_equal(looked.sizes[59][0], 64);
    assert_int_equal(looked.sizes[60][0], 96);
    assert_int_equal(looked.sizes[119][1], 64);
    for (int i = 1; i < 120; i++)
        assert_in_range(looked.times[i] - looked.times[i - 1], 60000, 70000);
}

static void a_turned_recording_with_wide_pixels_is_shown_upright(void **state)
{
    (void)state;
    struct made m = {
        .muxer = "mp4",
        .encoder = "mpeg4",
        .width = 64,
        .height = 48,
        .frames = 10,
        .fps = 10,
        .key_every = 5,
        .turn = 90,
        .aspect = {2, 1},
    };
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    CLEANUP(closep) int fd = file_of(buf_str(&made));
    CLEANUP(reader_closep) struct reader *r = NULL;
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    struct error err;
    assert_good(reader_open(fd, NULL, &r, &err), err);
    assert_int_equal(reader_info(r)->width, 48);
    assert_int_equal(reader_info(r)->height, 128);
    assert_in_range(reader_info(r)->duration_us, 990000, 1010000);
    assert_good(reader_next(r, 0, &f, &err), err);
    assert_int_equal(f->width, 48);
    assert_int_equal(f->height, 128);
    /* The white square was at the top left; turned clockwise it is at the top right. */
    assert_true(f->planes[0][4 * f->strides[0] + 44] > 180);
    assert_true(f->planes[0][4 * f->strides[0] + 4] < 140);
    assert_true(f->planes[0][120 * f->strides[0] + 44] < 140);
}

static void other_kinds_of_pixels_become_ours(void **state)
{
    (void)state;
    struct made m = {
        .muxer = "matroska",
        .encoder = "mjpeg",
        .width = 50,
        .height = 38,
        .frames = 5,
        .fps = 10,
        .key_every = 1,
        .format = AV_PIX_FMT_YUVJ444P,
    };
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    CLEANUP(closep) int fd = file_of(buf_str(&made));
    CLEANUP(reader_closep) struct reader *r = NULL;
    CLEANUP(frame_unrefp) struct frame *f = NULL;
    struct error err;
    assert_good(reader_open(fd, NULL, &r, &err), err);
    assert_string_equal(reader_info(r)->video_codec, "mjpeg");
    assert_good(reader_next(r, 300000, &f, &err), err);
    assert_int_equal(f->time_us, 300000);
    assert_true(f->full_range);
    assert_true(f->planes[0][2 * f->strides[0] + 4] > 200);
    assert_in_range(f->planes[1][4 * f->strides[1] + 4], 120, 136);
}

/* Most of these have no list of their streams in front, some not even a size of the picture. */
static void other_containers_give_all_their_pictures(void **state)
{
    (void)state;
    static const struct {
        const char *muxer, *encoder, *container;
        int fps;
        bool live; /* its muxer would go back into what it wrote */
    } kinds[] = {
        {"flv", "flv", "FLV", 15, true},           {"mpegts", "mpeg2video", "MPEG-TS", 25, false},
        {"mpegts", "mpeg4", "MPEG-TS", 15, false}, {"vob", "mpeg2video", "MPEG-PS", 25, false},
        {"ivf", "libvpx", "IVF", 15, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct made m = {.muxer = kinds[i].muxer,
                               .encoder = kinds[i].encoder,
                               .width = 64,
                               .height = 48,
                               .frames = 60,
                               .fps = kinds[i].fps,
                               .key_every = 15,
                               .live = kinds[i].live};
        CLEANUP(buf_done) struct buf made = {0};
        struct looked piped, filed;
        struct error err;
        if (!made_recording(&m, &made)) {
            print_message("this libav cannot write %s\n", m.muxer);
            continue;
        }
        assert_good(look_at(buf_str(&made), &filed, &err), err);
        assert_string_equal(filed.info.container, kinds[i].container);
        assert_in_range(filed.frames, 58, 60); /* the last may need one after it */
        assert_int_equal(filed.stats.damaged_packets, 0);
        assert_good(look_through_pipe(buf_str(&made), NULL, &piped, &err), err);
        assert_int_equal(piped.frames, filed.frames);
        for (int k = 0; k < piped.frames; k++)
            assert_int_equal(piped.times[k], filed.times[k]);
        assert_good(look_at(str_slice(buf_str(&made), 0, made.len * 2 / 3), &filed, &err), err);
        assert_in_range(filed.frames, 20, 50);
    }
}

static void sound_alone_is_read_to_its_end(void **state)
{
    (void)state;
    struct made m = {.muxer = "wav", .frames = 100};
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    struct looked looked;
    struct error err;
    assert_good(look_through_pipe(buf_str(&made), NULL, &looked, &err), err);
    assert_false(looked.info.has_video);
    assert_true(looked.info.has_audio);
    assert_string_equal(looked.info.audio_codec, "pcm_s16le");
    assert_int_equal(looked.frames, 0);
    assert_in_range(looked.stats.last_time_us, 1990000, 2010000);
}

static void pictures_over_the_limit_are_refused(void **state)
{
    (void)state;
    struct made m = webm;
    m.claimed_side = 9000;
    CLEANUP(buf_done) struct buf made = {0};
    make(&m, &made);
    struct looked looked;
    struct error err;
    assert_error(look_at(buf_str(&made), &looked, &err), err, ERROR_TOO_LARGE);
}

static void a_real_recording_of_a_browser_is_read_whole(void **state)
{
    (void)state;
    char path[TEST_PATH_MAX];
    test_need_media("video/talking_man_backlit_mediarecorder_vp9.webm", path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct looked looked;
    struct error err;
    bool good = look(fileno(file), NULL, &looked, &err);
    fclose(file);
    assert_good(good, err);
    assert_int_equal(looked.frames, 164);
    assert_string_equal(looked.info.video_codec, "vp9");
    assert_string_equal(looked.info.audio_codec, "opus");
    assert_in_range(looked.stats.last_time_us, 10900000, 11000000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipe_and_a_file_give_the_same_frames),
        cmocka_unit_test(only_frames_asked_for_are_given),
        cmocka_unit_test(a_recording_cut_off_anywhere_ends_there),
        cmocka_unit_test(what_is_no_recording_is_refused_with_a_reason),
        cmocka_unit_test(damage_in_the_middle_is_skipped_and_counted),
        cmocka_unit_test(a_recorder_started_anew_in_another_size_is_read_on),
        cmocka_unit_test(a_turned_recording_with_wide_pixels_is_shown_upright),
        cmocka_unit_test(other_kinds_of_pixels_become_ours),
        cmocka_unit_test(other_containers_give_all_their_pictures),
        cmocka_unit_test(sound_alone_is_read_to_its_end),
        cmocka_unit_test(pictures_over_the_limit_are_refused),
        cmocka_unit_test(a_real_recording_of_a_browser_is_read_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
