/* Not in the table, on purpose: playlists and manifests (HLS, DASH, concat, SDP) and rows of
 * pictures, whose demuxers open other files and addresses, and bare streams without times. */
#include "media/container.h"

static uint8_t byte_at(struct str s, size_t at) { return at < s.len ? (uint8_t)s.ptr[at] : 0; }

/* ---- formats that begin with a name ---- */

struct mark {
    const char *bytes;
    size_t len, at;
};
#define MARK(literal, at)                                                                          \
    {                                                                                              \
        (literal), sizeof(literal) - 1, (at)                                                       \
    }

static bool has_mark(struct str first, const struct mark *m)
{
    return m->len == 0 ||
           str_eq(str_slice(first, m->at, m->at + m->len), str_bytes(m->bytes, m->len));
}

static const struct named {
    struct mark mark, also; /* both must be there */
    struct container container;
} named[] = {
    {MARK("\x1a\x45\xdf\xa3", 0), {0}, {"WebM/Matroska", "matroska", false, false}},
    {MARK("ftyp", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("moov", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("mdat", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("wide", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("free", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("skip", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("styp", 4), {0}, {"MP4/QuickTime", "mov", true, false}},
    {MARK("OggS", 0), {0}, {"Ogg", "ogg", false, false}},
    {MARK("RIFF", 0), MARK("AVI ", 8), {"AVI", "avi", true, false}},
    {MARK("RIFF", 0), MARK("WAVE", 8), {"WAV", "wav", false, false}},
    {MARK("RF64", 0), MARK("WAVE", 8), {"WAV", "wav", false, false}},
    {MARK("FORM", 0), MARK("AIF", 8), {"AIFF", "aiff", false, false}},
    {MARK("caff", 0), {0}, {"CAF", "caf", false, false}},
    {MARK(".snd", 0), {0}, {"AU", "au", false, false}},
    {MARK("fLaC", 0), {0}, {"FLAC", "flac", false, true}},
    {MARK("#!AMR", 0), {0}, {"AMR", "amr", false, false}},
    {MARK("ID3", 0), {0}, {"MP3", "mp3", false, true}}, /* before AAC it is not found out */
    {MARK("FLV\x01", 0), {0}, {"FLV", "flv", false, true}},
    {MARK("\x30\x26\xb2\x75\x8e\x66\xcf\x11", 0), {0}, {"ASF/WMV", "asf", false, false}},
    {MARK("\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", 0), {0}, {"MXF", "mxf", false, true}},
    {MARK("\x00\x00\x01\xba", 0), {0}, {"MPEG-PS", "mpeg", false, true}},
    {MARK("YUV4MPEG2 ", 0), {0}, {"YUV4MPEG2", "yuv4mpegpipe", false, false}},
    {MARK("DKIF", 0), {0}, {"IVF", "ivf", false, false}},
};

/* ---- formats that are a row of packets ---- */

static bool is_transport_stream(struct str s)
{
    static const struct {
        size_t first, step;
    } shapes[] = {{0, 188}, {4, 192}}; /* the second as cameras and discs write it */
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        size_t at = shapes[i].first;
        bool good = s.len > at + 2 * shapes[i].step;
        for (int k = 0; k < 3; k++, at += shapes[i].step)
            good = good && byte_at(s, at) == 0x47;
        if (good)
            return true;
    }
    return false;
}

/* ISO 11172-3, 2.4.2.3 and its extension to lower rates: bytes of the frame at `at`, 0 for none. */
static size_t mpeg_audio_frame(struct str s, size_t at)
{
    static const uint16_t kbits[2][3][15] = {
        {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
         {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
         {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
        {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
         {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
         {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}},
    };
    static const uint16_t rates[] = {44100, 48000, 32000};
    uint8_t b1 = byte_at(s, at + 1), b2 = byte_at(s, at + 2);
    unsigned version = b1 >> 3 & 3, layer = 4 - (b1 >> 1 & 3u), kbit = b2 >> 4, rate = b2 >> 2 & 3;
    if (byte_at(s, at) != 0xff || (b1 & 0xe0) != 0xe0 || version == 1 || layer == 4 || kbit == 0 ||
        kbit == 15 || rate == 3)
        return 0;
    size_t hz = (size_t)rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    size_t bits = (size_t)kbits[version != 3][layer - 1][kbit] * 1000, padding = b2 >> 1 & 1;
    if (layer == 1)
        return (12 * bits / hz + padding) * 4;
    return (layer == 3 && version != 3 ? 72 : 144) * bits / hz + padding;
}

/* ISO 13818-7, 6.2: likewise. */
static size_t adts_frame(struct str s, size_t at)
{
    size_t len =
        (byte_at(s, at + 3) & 3u) << 11 | (size_t)byte_at(s, at + 4) << 3 | byte_at(s, at + 5) >> 5;
    bool good = byte_at(s, at) == 0xff && (byte_at(s, at + 1) & 0xf6) == 0xf0 &&
                (byte_at(s, at + 2) >> 2 & 15) < 13 && len > 7;
    return good ? len : 0;
}

/* Two bytes alike are chance; a second frame where the first one ends is none. */
static bool is_row(struct str s, size_t (*frame)(struct str s, size_t at))
{
    size_t len = frame(s, 0);
    return len && frame(s, len);
}

const struct container *container_find(struct str first)
{
    static const struct container transport = {"MPEG-TS", "mpegts", false, true};
    static const struct container mp3 = {"MP3", "mp3", false, true};
    static const struct container adts = {"AAC (ADTS)", "aac", false, true};
    for (size_t i = 0; i < ARRAY_LEN(named); i++)
        if (has_mark(first, &named[i].mark) && has_mark(first, &named[i].also))
            return &named[i].container;
    if (is_transport_stream(first))
        return &transport;
    if (is_row(first, mpeg_audio_frame))
        return &mp3;
    return is_row(first, adts_frame) ? &adts : NULL;
}

/* ---- what is known, and is none ---- */

const char *container_refusal(struct str first)
{
    static const char playlist[] = "this is a playlist: it holds no recording, it only names some "
                                   "that lie elsewhere; give those themselves";
    static const char picture[] = "this is a picture, and no recording; pictures one after another "
                                  "are none either until they are put into one file with times "
                                  "(WebM, MP4)";
    static const char bare[] = "these are pictures without times (raw H.264 or H.265): put them "
                               "into a file that has times (MP4, MPEG-TS)";
    static const char archive[] = "this is an archive: take the recording out of it";
    static const struct {
        struct mark mark, also;
        const char *sentence;
    } known[] = {
        {MARK("#EXTM3U", 0), {0}, playlist},
        {MARK("ffconcat", 0), {0}, playlist},
        {MARK("[playlist]", 0), {0}, playlist},
        {MARK("[Reference]", 0), {0}, playlist},
        {MARK("<?xml", 0), {0}, playlist},
        {MARK("<MPD", 0), {0}, playlist},
        {MARK("<smil", 0), {0}, playlist},
        {MARK("<asx", 0), {0}, playlist},
        {MARK("<ASX", 0), {0}, playlist},
        {MARK("v=0\r\no=", 0), {0}, playlist},
        {MARK("v=0\no=", 0), {0}, playlist},
        {MARK("\xff\xd8\xff", 0), {0}, picture},
        {MARK("\x89PNG", 0), {0}, picture},
        {MARK("GIF8", 0), {0}, picture},
        {MARK("RIFF", 0), MARK("WEBP", 8), picture},
        {MARK("II*\0", 0), {0}, picture},
        {MARK("MM\0*", 0), {0}, picture},
        {MARK("\x00\x00\x00\x01", 0), {0}, bare},
        {MARK("\x00\x00\x01\x67", 0), {0}, bare},
        {MARK("PK\x03\x04", 0), {0}, archive},
        {MARK("\x1f\x8b", 0), {0}, archive},
        {MARK("7z\xbc\xaf", 0), {0}, archive},
        {MARK("Rar!", 0), {0}, archive},
    };
    if (str_starts(first, STR("\xef\xbb\xbf"))) /* a text's byte order mark */
        first = str_slice(first, 3, first.len);
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (has_mark(first, &known[i].mark) && has_mark(first, &known[i].also))
            return known[i].sentence;
    return "";
}
