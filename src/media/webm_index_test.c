#include "media/ebml.h"
#include "media/testing.h"
#include "media/webm_index.h"
#include "support/fault.h"
#include "support/test.h"

static const struct made live = {
    .muxer = "webm",
    .encoder = "libvpx",
    .width = 64,
    .height = 48,
    .frames = 90,
    .fps = 15,
    .key_every = 20,
    .live = true,
};

static void make(const struct made *m, struct buf *to)
{
    if (!made_recording(m, to)) {
        print_message("skipped: this libav cannot write %s with %s\n", m->muxer, m->encoder);
        skip();
    }
}

/* Feeds `bytes` in parts of `part`. */
static struct webm_index *index_of(struct str bytes, size_t part)
{
    struct webm_index *x = NULL;
    struct error err;
    assert_good(webm_index_create(&x, &err), err);
    for (size_t at = 0; at < bytes.len; at += part)
        webm_index_feed(x, str_slice(bytes, at, at + part));
    return x;
}

static bool head_of(struct str bytes, size_t part, struct buf *to, uint64_t *skip,
                    int64_t *duration_us, struct error *err)
{
    CLEANUP(webm_index_destroyp) struct webm_index *x = index_of(bytes, part);
    return webm_index_head(x, to, skip, duration_us, err);
}

/* ---- reading a file back with libav, which knows nothing of us ---- */

struct memory {
    struct str bytes;
    size_t at;
    size_t farthest, read; /* offset; bytes in all */
};

static int memory_read(void *context, uint8_t *to, int len)
{
    struct memory *m = context;
    size_t left = m->bytes.len - m->at, got = MIN((size_t)len, left);
    if (!got)
        return AVERROR_EOF;
    memcpy(to, m->bytes.ptr + m->at, got);
    m->at += got;
    m->read += got;
    return (int)got;
}

static int64_t memory_seek(void *context, int64_t offset, int whence)
{
    struct memory *m = context;
    if (whence & AVSEEK_SIZE)
        return (int64_t)m->bytes.len;
    if (whence == SEEK_CUR)
        offset += (int64_t)m->at;
    if (offset < 0 || (size_t)offset > m->bytes.len)
        return AVERROR(EINVAL);
    m->at = (size_t)offset;
    return offset;
}

struct opened {
    struct memory memory;
    AVFormatContext *format;
};

static void opened_done(struct opened *o)
{
    AVIOContext *avio = o->format ? o->format->pb : NULL;
    avformat_close_input(&o->format);
    if (avio)
        av_freep(&avio->buffer);
    avio_context_free(&avio);
}

static void open_in(struct opened *o, struct str bytes)
{
    *o = (struct opened){.memory = {.bytes = bytes}, .format = avformat_alloc_context()};
    o->format->pb =
        avio_alloc_context(av_malloc(512), 512, 0, &o->memory, memory_read, NULL, memory_seek);
    assert_int_equal(avformat_open_input(&o->format, NULL, av_find_input_format("matroska"), NULL),
                     0);
}

/* The time of the first packet after a jump to `at_ms`. */
static int64_t jump_to(struct opened *o, int64_t at_ms)
{
    AVStream *stream = o->format->streams[0];
    int64_t time = av_rescale_q(at_ms, (AVRational){1, 1000}, stream->time_base);
    assert_true(av_seek_frame(o->format, 0, time, AVSEEK_FLAG_BACKWARD) >= 0);
    AVPacket *packet = av_packet_alloc();
    assert_int_equal(av_read_frame(o->format, packet), 0);
    assert_true(packet->flags & AV_PKT_FLAG_KEY);
    int64_t got = av_rescale_q(packet->pts, stream->time_base, (AVRational){1, 1000});
    av_packet_free(&packet);
    return got;
}

/* ---- tests ---- */

static void the_new_head_gives_duration_and_jumps(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0}, file = {0};
    struct made longer = live;
    longer.frames = 300;
    longer.noisy = true;
    make(&longer, &made);
    uint64_t skip_len = 0;
    int64_t duration_us = 0;
    struct error err;
    assert_good(head_of(buf_str(&made), 4096, &file, &skip_len, &duration_us, &err), err);
    assert_in_range(duration_us, 19990000, 20010000);
    size_t head_len = file.len;
    buf_add(&file, str_slice(buf_str(&made), (size_t)skip_len, made.len));

    CLEANUP(opened_done) struct opened o;
    open_in(&o, buf_str(&file));
    assert_in_range(o.format->duration, duration_us - 1000, duration_us + 1000);
    assert_int_equal(o.format->streams[0]->codecpar->codec_id, AV_CODEC_ID_VP8);
    size_t before = o.memory.read;
    int64_t at_ms = jump_to(&o, 18000); /* key frames every 1.333 s */
    assert_in_range(at_ms, 17330, 17336);
    assert_true(o.memory.read - before < made.len / 4); /* it did not read its way there */
    assert_in_range(jump_to(&o, 2000), 1330, 1336);
    assert_in_range(jump_to(&o, 0), 0, 3);
    assert_true(head_len < 1200);
}

static void the_raw_file_has_neither(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&live, &made);
    CLEANUP(opened_done) struct opened o;
    open_in(&o, buf_str(&made));
    assert_true(o.format->duration <= 0);
}

static void any_split_gives_the_same_head(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0}, whole = {0};
    make(&live, &made);
    uint64_t skip_len = 0;
    int64_t duration_us = 0;
    struct error err;
    assert_good(head_of(buf_str(&made), made.len, &whole, &skip_len, &duration_us, &err), err);
    for (size_t part = 1; part < 40; part++) {
        CLEANUP(buf_done) struct buf head = {0};
        uint64_t part_skip = 0;
        int64_t part_us = 0;
        assert_good(head_of(buf_str(&made), part, &head, &part_skip, &part_us, &err), err);
        assert_int_equal(part_skip, skip_len);
        assert_int_equal(part_us, duration_us);
        assert_true(str_eq(buf_str(&head), buf_str(&whole)));
    }
}

static void a_recording_cut_off_anywhere_has_a_head(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&live, &made);
    int64_t before_us = 0;
    for (size_t cut = made.len / 8; cut < made.len; cut += 97) {
        CLEANUP(buf_done) struct buf file = {0};
        uint64_t skip_len = 0;
        int64_t duration_us = 0;
        struct error err;
        struct str part = str_slice(buf_str(&made), 0, cut);
        assert_good(head_of(part, 1000, &file, &skip_len, &duration_us, &err), err);
        assert_true(duration_us >= before_us);
        before_us = duration_us;
    }
    assert_true(before_us > 5000000);
}

static void damage_costs_a_cluster_and_not_the_rest(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&live, &made);
    memset(made.ptr + made.len / 2, 0xff, 60);
    for (size_t part = 1; part < 2000; part = part * 3 + 1) {
        CLEANUP(buf_done) struct buf file = {0};
        uint64_t skip_len = 0;
        int64_t duration_us = 0;
        struct error err;
        assert_good(head_of(buf_str(&made), part, &file, &skip_len, &duration_us, &err), err);
        buf_add(&file, str_slice(buf_str(&made), (size_t)skip_len, made.len));
        CLEANUP(opened_done) struct opened o;
        open_in(&o, buf_str(&file));
        assert_in_range(jump_to(&o, 5600), 5330, 5336);
        assert_in_range(duration_us, 5990000, 6010000);
    }
}

/* An element: id, size in one byte, content. */
static void put(struct buf *to, uint32_t id, struct str content)
{
    ebml_put_id(to, id);
    assert_true(content.len < 127);
    buf_add_char(to, (char)(0x80 | content.len));
    buf_add(to, content);
}

/* A file written by hand: block groups, sizes that are known, another scale. */
static void groups_references_and_durations_are_understood(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf file = {0}, group = {0}, cluster = {0};
    put(&file, ID_EBML, STR("\x42\x82\x84webm"));
    ebml_put_id(&file, ID_SEGMENT);
    buf_add(&file, STR("\x01\xff\xff\xff\xff\xff\xff\xff"));
    put(&file, ID_INFO, STR("\x2a\xd7\xb1\x84\x00\x1e\x84\x80")); /* 2 ms a unit */
    put(&file, ID_VOID, STR("nothing"));
    put(&file, ID_TRACKS, STR("\xae\x86\xd7\x81\x07\x83\x81\x01")); /* number 7, video */
    uint64_t first = file.len;
    for (int i = 0; i < 3; i++) {
        buf_clear(&group);
        buf_clear(&cluster);
        char time[] = {0, (char)(100 * i)};
        put(&cluster, ID_TIME, str_bytes(time, 2));
        put(&group, ID_BLOCK, STR("\x87\x00\x05\x00xxxx"));
        if (i == 1)
            put(&group, ID_REFERENCE, STR("\xff")); /* no key frame */
        put(&group, ID_BLOCK_DURATION, STR("\x0a"));
        put(&cluster, ID_GROUP, buf_str(&group));
        put(&file, ID_CLUSTER, buf_str(&cluster));
    }
    for (size_t part = 1; part < file.len; part++) {
        CLEANUP(buf_done) struct buf head = {0};
        uint64_t skip_len = 0;
        int64_t duration_us = 0;
        struct error err;
        assert_good(head_of(buf_str(&file), part, &head, &skip_len, &duration_us, &err), err);
        assert_int_equal(skip_len, first);
        assert_int_equal(duration_us, 2000 * (200 + 5 + 10));
        size_t cues = 0;
        for (size_t i = 0; i + 2 < head.len; i++)
            cues += memcmp(head.ptr + i, "\xbb\xaa\xb3\x88", 4) == 0;
        assert_int_equal(cues, 2);
    }
}

static void what_is_no_webm_or_has_an_index_is_left_alone(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0}, head = {0};
    struct made usual = live;
    usual.live = false;
    make(&usual, &made);
    uint64_t skip_len;
    int64_t duration_us;
    struct error err;
    assert_error(head_of(STR(""), 1, &head, &skip_len, &duration_us, &err), err, ERROR_UNSUPPORTED);
    assert_error(head_of(STR("RIFF....WAVE, whatever"), 3, &head, &skip_len, &duration_us, &err),
                 err, ERROR_UNSUPPORTED);
    assert_error(
        head_of(str_slice(buf_str(&made), 0, 100), 7, &head, &skip_len, &duration_us, &err), err,
        ERROR_UNSUPPORTED);
    assert_error(head_of(buf_str(&made), 1000, &head, &skip_len, &duration_us, &err), err,
                 ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.message, "an index of its own"));
    assert_int_equal(head.len, 0);
}

/* A cluster with one key frame, at `time`, of the live kind. */
static void put_cluster(struct buf *to, uint32_t time)
{
    ebml_put_id(to, ID_CLUSTER);
    buf_add(to, STR("\x01\xff\xff\xff\xff\xff\xff\xff"));
    ebml_put_id(to, ID_TIME);
    buf_add_char(to, (char)0x84);
    ebml_put_big_endian(to, time, 4);
    put(to, ID_SIMPLE_BLOCK, STR("\x81\x00\x00\x80"));
}

static void more_key_frames_than_cues_are_thinned_out(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf file = {0}, head = {0};
    put(&file, ID_EBML, STR("\x42\x82\x84webm"));
    ebml_put_id(&file, ID_SEGMENT);
    buf_add(&file, STR("\x01\xff\xff\xff\xff\xff\xff\xff"));
    put(&file, ID_TRACKS, STR("\xae\x86\xd7\x81\x01\x83\x81\x01"));
    uint32_t count = WEBM_CLUSTERS_MAX * 3;
    for (uint32_t i = 0; i < count; i++)
        put_cluster(&file, i * 10);
    uint64_t skip_len;
    int64_t duration_us;
    struct error err;
    assert_good(head_of(buf_str(&file), 1 << 20, &head, &skip_len, &duration_us, &err), err);
    size_t most = 44 * (size_t)WEBM_CLUSTERS_MAX;
    assert_in_range(head.len, most * 2 / 3, most + 400);
    assert_int_equal(duration_us, (int64_t)count * 10 * 1000);
}

static void running_out_of_memory_is_told_in_the_end(void **state)
{
    (void)state;
    CLEANUP(buf_done) struct buf made = {0};
    make(&live, &made);
    for (uint64_t n = 1, hit = 1; hit; n++) {
        CLEANUP(webm_index_destroyp) struct webm_index *x = NULL;
        CLEANUP(buf_done) struct buf head = {0};
        uint64_t skip_len;
        int64_t duration_us;
        struct error err = {0};
        fault_arm(FAULT_MEMORY, n);
        bool good = webm_index_create(&x, &err);
        if (good) {
            webm_index_feed(x, buf_str(&made));
            good = webm_index_head(x, &head, &skip_len, &duration_us, &err);
        }
        hit = fault_disarm();
        assert_int_equal(good, !hit);
        if (!good)
            assert_int_equal(err.code, ERROR_NO_MEMORY);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_new_head_gives_duration_and_jumps),
        cmocka_unit_test(the_raw_file_has_neither),
        cmocka_unit_test(any_split_gives_the_same_head),
        cmocka_unit_test(a_recording_cut_off_anywhere_has_a_head),
        cmocka_unit_test(damage_costs_a_cluster_and_not_the_rest),
        cmocka_unit_test(groups_references_and_durations_are_understood),
        cmocka_unit_test(what_is_no_webm_or_has_an_index_is_left_alone),
        cmocka_unit_test(more_key_frames_than_cues_are_thinned_out),
        cmocka_unit_test(running_out_of_memory_is_told_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
