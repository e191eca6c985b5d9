/* Element ids: RFC 9559 (Matroska) section 5; sizes: RFC 8794 (EBML) section 4. */
#include "app_core/webm.h"

#define ID_EBML 0x1A45DFA3
#define ID_EBML_VERSION 0x4286
#define ID_EBML_READ_VERSION 0x42F7
#define ID_EBML_MAX_ID 0x42F2
#define ID_EBML_MAX_SIZE 0x42F3
#define ID_DOC_TYPE 0x4282
#define ID_DOC_VERSION 0x4287
#define ID_DOC_READ_VERSION 0x4285
#define ID_SEGMENT 0x18538067
#define ID_INFO 0x1549A966
#define ID_TIMESTAMP_SCALE 0x2AD7B1
#define ID_MUXING_APP 0x4D80
#define ID_WRITING_APP 0x5741
#define ID_TRACKS 0x1654AE6B
#define ID_TRACK_ENTRY 0xAE
#define ID_TRACK_NUMBER 0xD7
#define ID_TRACK_UID 0x73C5
#define ID_TRACK_TYPE 0x83
#define ID_CODEC 0x86
#define ID_VIDEO 0xE0
#define ID_WIDTH 0xB0
#define ID_HEIGHT 0xBA
#define ID_CLUSTER 0x1F43B675
#define ID_TIMESTAMP 0xE7
#define ID_SIMPLE_BLOCK 0xA3

#define TRACK_VIDEO 1
#define KEY_FRAME 0x80
#define BLOCK_HEAD 4         /* track (1), time against the cluster's (2), flags (1) */
#define CLUSTER_MAX_MS 30000 /* that time is 16 bits with a sign */
#define FRAME_MAX ((size_t)1 << 24)

static void add_id(struct buf *to, uint32_t id)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        if (id >> shift)
            buf_add_char(to, (char)(id >> shift));
}

/* Four bytes, of which the first has a marker. */
static void add_size(struct buf *to, size_t size)
{
    uint32_t value = (uint32_t)size | 0x10000000;
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(to, (char)(value >> shift));
}

static void add_unknown_size(struct buf *to)
{
    buf_add(to, STR("\x01\xff\xff\xff\xff\xff\xff\xff"));
}

static void add_number(struct buf *to, uint32_t id, uint64_t value)
{
    int bytes = 1;
    while (bytes < 8 && value >> (8 * bytes))
        bytes++;
    add_id(to, id);
    add_size(to, (size_t)bytes);
    for (int i = bytes - 1; i >= 0; i--)
        buf_add_char(to, (char)(value >> (8 * i)));
}

static void add_text(struct buf *to, uint32_t id, struct str text)
{
    add_id(to, id);
    add_size(to, text.len);
    buf_add(to, text);
}

void webm_begin(struct webm *w, int width, int height, struct buf *to)
{
    CLEANUP(buf_done) struct buf head = {0};
    CLEANUP(buf_done) struct buf info = {0};
    CLEANUP(buf_done) struct buf video = {0};
    CLEANUP(buf_done) struct buf entry = {0};
    CLEANUP(buf_done) struct buf tracks = {0};
    w->cluster_ms = -1;
    add_number(&head, ID_EBML_VERSION, 1);
    add_number(&head, ID_EBML_READ_VERSION, 1);
    add_number(&head, ID_EBML_MAX_ID, 4);
    add_number(&head, ID_EBML_MAX_SIZE, 8);
    add_text(&head, ID_DOC_TYPE, STR("webm"));
    add_number(&head, ID_DOC_VERSION, 2);
    add_number(&head, ID_DOC_READ_VERSION, 2);
    add_number(&info, ID_TIMESTAMP_SCALE, 1000000); /* a millisecond */
    add_text(&info, ID_MUXING_APP, STR("proctortrack"));
    add_text(&info, ID_WRITING_APP, STR("proctortrack"));
    add_number(&video, ID_WIDTH, (uint64_t)width);
    add_number(&video, ID_HEIGHT, (uint64_t)height);
    add_number(&entry, ID_TRACK_NUMBER, 1);
    add_number(&entry, ID_TRACK_UID, 1);
    add_number(&entry, ID_TRACK_TYPE, TRACK_VIDEO);
    add_text(&entry, ID_CODEC, STR("V_VP8"));
    add_text(&entry, ID_VIDEO, buf_str(&video));
    add_text(&tracks, ID_TRACK_ENTRY, buf_str(&entry));
    add_text(to, ID_EBML, buf_str(&head));
    add_id(to, ID_SEGMENT);
    add_unknown_size(to);
    add_text(to, ID_INFO, buf_str(&info));
    add_text(to, ID_TRACKS, buf_str(&tracks));
    to->failed =
        to->failed || head.failed || info.failed || video.failed || entry.failed || tracks.failed;
}

bool webm_add(struct webm *w, struct str frame, int64_t at_ms, bool key, struct buf *to,
              struct error *err)
{
    if (frame.len > FRAME_MAX || at_ms < 0)
        return error_set(err, ERROR_TOO_LARGE, "a picture that fits no block");
    if (key) {
        add_id(to, ID_CLUSTER);
        add_unknown_size(to);
        add_number(to, ID_TIMESTAMP, (uint64_t)at_ms);
        w->cluster_ms = at_ms;
    }
    int64_t since_ms = at_ms - w->cluster_ms;
    if (w->cluster_ms < 0 || since_ms < 0 || since_ms > CLUSTER_MAX_MS)
        return error_set(err, ERROR_INVALID, "a key frame is missing");
    add_id(to, ID_SIMPLE_BLOCK);
    add_size(to, frame.len + BLOCK_HEAD);
    buf_add_char(to, (char)0x81); /* track 1 */
    buf_add_char(to, (char)(since_ms >> 8));
    buf_add_char(to, (char)since_ms);
    buf_add_char(to, (char)(key ? KEY_FRAME : 0));
    buf_add(to, frame);
    return buf_ok(to, err);
}
