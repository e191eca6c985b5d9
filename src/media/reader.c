/* libav reads strangers' bytes here, so little of it is let in: the containers of container.c,
 * known by their first bytes and not by libav's guess, and the codecs of codecs.c; one thread, no
 * files, no network. What is damaged is counted and left out; what is odd about time is mended
 * (timeline.h).
 *
 * avformat_find_stream_info() is not called when the header names size and codec: it would hold a
 * live recording back until it had seen seconds of it. */
#include "media/reader.h"

#include "media/codecs.h"
#include "media/container.h"
#include "media/picture.h"
#include "media/sound_decoder.h"
#include "media/source.h"
#include "media/timeline.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_BYTES_MAX (1 << 20)      /* read ahead when the header does not name the size */
#define PROBE_TIME_MAX_US 1000000      /* likewise */
#define INDEX_BYTES_MAX (16 << 20)     /* libav's table of an MP4's samples: 24 bytes each */
#define DEMUX_ERRORS_MAX 64            /* one after another, without a packet between */
#define STEP_DEFAULT_US INT64_C(40000) /* between pictures, when nothing says */
#define STEP_MAX_US INT64_C(10000000)

struct reader {
    struct source source;
    AVIOContext *avio;       /* owned */
    AVFormatContext *format; /* owned */
    AVCodecContext *decoder; /* owned; NULL without video */
    AVPacket *packet;        /* owned */
    AVFrame *picture;        /* owned */
    struct scale scale;
    struct sound_decoder *sound; /* owned; NULL when nobody listens */
    int video, audio;            /* indices of the streams; -1 */
    struct orientation turn;
    AVRational pixel_aspect;
    int64_t step_us;
    struct timeline timeline;
    int64_t picture_us, picture_end_us; /* of the last picture */
    uint64_t picture_jumps;
    bool packets_ended, looked_ahead;
    struct reader_info info;
    struct reader_stats stats;
};

/* ---- what is let in ---- */

/* libav looks into packets by itself (avformat_find_stream_info) and into containers in containers
 * (subtitles of an AVI): with these parsers and decoders only. */
static bool narrow(AVFormatContext *format, const struct container *container, struct error *err)
{
    CLEANUP(buf_done) struct buf names = {0};
    codecs_names(&names);
    if (!buf_ok(&names, err))
        return false;
    format->format_whitelist = av_strdup(container->demuxer);
    format->codec_whitelist = av_strndup(names.ptr, names.len);
    format->protocol_whitelist = av_strdup("none");
    return (format->format_whitelist && format->codec_whitelist && format->protocol_whitelist) ||
           error_no_memory(err);
}

static int refuse_open(AVFormatContext *format, AVIOContext **avio, const char *url, int flags,
                       AVDictionary **options)
{
    (void)format, (void)avio, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES); /* a recording may name other files; it is alone here */
}

/* ---- opening ---- */

static bool open_failed(const struct reader *r, int av_error, struct error *err)
{
    if (r->source.error_number)
        return error_errno(err, r->source.error_number, "read the recording");
    if (av_error == AVERROR(ENOMEM))
        return error_no_memory(err);
    if (r->source.ended)
        return error_set(err, ERROR_INVALID, "the recording (%s) ends before its header does",
                         r->info.container);
    return error_set(err, ERROR_UNSUPPORTED, "the recording's header (%s) cannot be read",
                     r->info.container);
}

/* Reads packets to learn of the streams. Once: a second time libav falls over what the first has
 * left of a stream that it could not make out. */
static int look_ahead(struct reader *r)
{
    r->looked_ahead = true;
    return avformat_find_stream_info(r->format, NULL);
}

static bool open_container(struct reader *r, const struct container *container, struct error *err)
{
    if (!source_open_avio(&r->source, container->seek, &r->avio, err))
        return false;
    const AVInputFormat *demuxer = av_find_input_format(container->demuxer);
    if (!demuxer)
        return error_set(err, ERROR_UNSUPPORTED, "this libavformat cannot read %s",
                         container->name);
    r->format = avformat_alloc_context();
    if (!r->format)
        return error_no_memory(err);
    r->format->pb = r->avio;
    r->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    r->format->io_open = refuse_open;
    r->format->max_streams = TIMELINE_STREAMS_MAX;
    r->format->probesize = PROBE_BYTES_MAX;
    r->format->max_analyze_duration = PROBE_TIME_MAX_US;
    r->format->max_index_size = INDEX_BYTES_MAX;
    if (!narrow(r->format, container, err))
        return false;
    int failed = avformat_open_input(&r->format, NULL, demuxer, NULL); /* frees it when it fails */
    if (failed < 0)
        return open_failed(r, failed, err);
    if (container->ahead && look_ahead(r) < 0)
        return open_failed(r, AVERROR_INVALIDDATA, err);
    return true;
}

static bool choose_streams(struct reader *r)
{
    r->video = r->audio = -1;
    for (unsigned i = 0; i < r->format->nb_streams; i++) {
        AVStream *stream = r->format->streams[i];
        enum AVMediaType type = stream->codecpar->codec_type;
        bool still = stream->disposition & AV_DISPOSITION_ATTACHED_PIC; /* a cover */
        if (type == AVMEDIA_TYPE_VIDEO && !still && r->video < 0) {
            r->video = (int)i;
        } else if (type == AVMEDIA_TYPE_AUDIO && !r->info.has_audio) {
            r->info.has_audio = true;
            r->audio = (int)i;
            snprintf(r->info.audio_codec, sizeof r->info.audio_codec, "%s",
                     avcodec_get_name(stream->codecpar->codec_id));
        } else {
            stream->discard = AVDISCARD_ALL;
        }
    }
    r->info.has_video = r->video >= 0;
    return r->info.has_video || r->info.has_audio;
}

static void note_geometry(struct reader *r, const AVStream *stream)
{
    size_t size = 0;
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    r->turn = orientation_from_side_data(matrix, size);
    r->pixel_aspect = stream->sample_aspect_ratio.num ? stream->sample_aspect_ratio
                                                      : stream->codecpar->sample_aspect_ratio;
    AVRational rate = stream->avg_frame_rate.num ? stream->avg_frame_rate : stream->r_frame_rate;
    r->step_us = rate.num > 0 && rate.den > 0 ? av_rescale(1000000, rate.den, rate.num) : 0;
    if (r->step_us <= 0 || r->step_us > STEP_MAX_US)
        r->step_us = STEP_DEFAULT_US;
}

static bool open_decoder(struct reader *r, struct error *err)
{
    AVStream *stream = r->format->streams[r->video];
    AVCodecParameters *about = stream->codecpar;
    const char *name = avcodec_get_name(about->codec_id);
    snprintf(r->info.video_codec, sizeof r->info.video_codec, "%s", name);
    const AVCodec *codec = codecs_video(about->codec_id);
    if (!codec)
        return error_set(err, ERROR_UNSUPPORTED, "video as %s cannot be decoded here", name);
    if (about->width <= 0 || about->height <= 0) {
        int failed = r->looked_ahead ? AVERROR_INVALIDDATA : look_ahead(r);
        if (failed < 0 || about->width <= 0 || about->height <= 0)
            return open_failed(r, failed, err);
    }
    if (!picture_size_is_allowed(about->width, about->height))
        return error_set(err, ERROR_TOO_LARGE,
                         "video of %d x %d pixels is larger than is read here", about->width,
                         about->height);
    note_geometry(r, stream);
    picture_display_size(about->width, about->height, r->pixel_aspect, r->turn, &r->info.width,
                         &r->info.height);

    r->decoder = avcodec_alloc_context3(codec);
    r->packet = av_packet_alloc();
    r->picture = av_frame_alloc();
    if (!r->decoder || !r->packet || !r->picture)
        return error_no_memory(err);
    int failed = avcodec_parameters_to_context(r->decoder, about);
    r->decoder->thread_count = 1;
    r->decoder->max_pixels = MEDIA_PIXELS_MAX;
    r->decoder->flags |= AV_CODEC_FLAG_BITEXACT;
    r->decoder->pkt_timebase = AV_TIME_BASE_Q; /* packets are given mended times */
    if (failed >= 0)
        failed = avcodec_open2(r->decoder, codec, NULL);
    if (failed < 0)
        return error_av(err, ERROR_UNSUPPORTED, failed, name);
    return true;
}

static bool open_audio_only(struct reader *r, struct error *err)
{
    r->packet = av_packet_alloc();
    if (!r->packet)
        return error_no_memory(err);
    return true;
}

static struct str peeked(const struct reader *r)
{
    return str_bytes(r->source.peeked, r->source.peeked_len);
}

static bool find_container(struct reader *r, const struct container **ret, struct error *err)
{
    const struct container *container = container_find(peeked(r));
    const char *refusal = container_refusal(peeked(r));
    if (!container && !*refusal) { /* perhaps a row of packets */
        if (!source_peek(&r->source, CONTAINER_BYTES_MAX, err))
            return false;
        container = container_find(peeked(r));
    }
    if (!container && r->source.peeked_len < CONTAINER_BYTES)
        return error_set(err, ERROR_INVALID, "the recording has only %zu bytes",
                         r->source.peeked_len);
    if (!container && *refusal)
        return error_set(err, ERROR_UNSUPPORTED, "%s", refusal);
    if (!container)
        return error_set(
            err, ERROR_UNSUPPORTED,
            "this is not a recording of a kind that is read here (WebM, Matroska, MP4, "
            "QuickTime, Ogg, AVI, MPEG-TS and -PS, FLV, WMV, MXF, WAV, MP3, AAC, FLAC "
            "and others)");
    *ret = container;
    return true;
}

bool reader_open(int fd, const struct reader_tap *tap, struct reader **ret, struct error *err)
{
    media_silence();
    CLEANUP(reader_closep) struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return error_no_memory(err);
    if (!source_init(&r->source, fd, tap, err) || !source_peek(&r->source, CONTAINER_BYTES, err))
        return false;
    if (r->source.peeked_len == 0)
        return error_set(err, ERROR_INVALID, "the recording is empty");
    const struct container *container;
    if (!find_container(r, &container, err))
        return false;
    snprintf(r->info.container, sizeof r->info.container, "%s", container->name);
    if (!open_container(r, container, err))
        return false;
    if (!choose_streams(r))
        return error_set(err, ERROR_UNSUPPORTED, "the recording has neither picture nor sound");
    if (!(r->info.has_video ? open_decoder(r, err) : open_audio_only(r, err)))
        return false;
    r->info.duration_us = r->format->duration > 0 ? r->format->duration : -1;
    *ret = TAKE(r);
    return true;
}

/* ---- reading ---- */

/* A time of libav's in microseconds; what does not fit is no time. */
static int64_t to_us(int64_t time, AVRational base)
{
    return time == AV_NOPTS_VALUE ? AV_NOPTS_VALUE : av_rescale_q(time, base, AV_TIME_BASE_Q);
}

/* Puts the mended time into r->packet, in microseconds. */
static void mend_time(struct reader *r)
{
    AVPacket *p = r->packet;
    const AVStream *stream = r->format->streams[p->stream_index];
    int64_t raw_us = to_us(p->pts != AV_NOPTS_VALUE ? p->pts : p->dts, stream->time_base);
    int64_t duration_us = to_us(p->duration, stream->time_base);
    if (duration_us < 0 || duration_us > STEP_MAX_US)
        duration_us = 0;
    p->dts = AV_NOPTS_VALUE;
    p->pts = AV_NOPTS_VALUE;
    p->duration = duration_us;
    p->time_base = AV_TIME_BASE_Q;
    if (raw_us == AV_NOPTS_VALUE)
        return;
    bool video = p->stream_index == r->video;
    int64_t step_us = duration_us ? duration_us : video ? r->step_us : 0;
    p->pts = timeline_mend(&r->timeline, (size_t)p->stream_index, raw_us, step_us);
    if (!video)
        r->stats.last_time_us = MAX(r->stats.last_time_us, p->pts + duration_us);
}

/* The next packet of the video into r->packet; r->packets_ended when there is none. Sound on the
 * way there is heard. */
static bool next_packet(struct reader *r, struct error *err)
{
    for (int errors = 0; errors < DEMUX_ERRORS_MAX;) {
        av_packet_unref(r->packet);
        int failed = av_read_frame(r->format, r->packet);
        if (r->source.error_number)
            return error_errno(err, r->source.error_number, "read the recording");
        if (failed == AVERROR(ENOMEM))
            return error_no_memory(err);
        if (failed == AVERROR_EOF || (failed < 0 && avio_feof(r->format->pb)))
            break;
        if (failed < 0) {
            errors++;
            r->stats.damaged_packets++;
            continue;
        }
        /* Other streams are of no use, and some containers show new ones at any time. */
        if (r->packet->stream_index != r->video && r->packet->stream_index != r->audio)
            continue;
        r->stats.packets++;
        errors = 0;
        if (r->packet->flags & AV_PKT_FLAG_CORRUPT) { /* cut off in the middle */
            r->stats.damaged_packets++;
            continue;
        }
        mend_time(r);
        if (r->packet->stream_index == r->video)
            return true;
        if (r->sound && !sound_decoder_take(r->sound, r->packet, err))
            return false;
    }
    r->packets_ended = true;
    return !r->sound || sound_decoder_take(r->sound, NULL, err);
}

/* Feeds the decoder one packet, or its end. */
static bool feed_decoder(struct reader *r, struct error *err)
{
    if (!next_packet(r, err))
        return false;
    int failed = avcodec_send_packet(r->decoder, r->packets_ended ? NULL : r->packet);
    av_packet_unref(r->packet);
    if (failed == AVERROR(ENOMEM))
        return error_no_memory(err);
    if (failed < 0 && failed != AVERROR_EOF)
        r->stats.damaged_packets++;
    return true;
}

/* The time of r->picture, never before that of the picture before. */
static int64_t take_picture_time(struct reader *r)
{
    const AVFrame *p = r->picture;
    int64_t time_us = p->best_effort_timestamp;
    if (time_us == AV_NOPTS_VALUE) {
        time_us = r->picture_end_us;
    } else if (time_us < r->picture_us) {
        time_us = r->picture_us;
        r->picture_jumps++;
    }
    r->picture_us = time_us;
    r->picture_end_us = time_us + (p->pkt_duration > 0 ? p->pkt_duration : r->step_us);
    r->stats.last_time_us = MAX(r->stats.last_time_us, r->picture_end_us);
    r->stats.frames++;
    return time_us;
}

/* Decodes on; *ret_end at the end, else r->picture holds a picture. */
static bool next_picture(struct reader *r, bool *ret_end, struct error *err)
{
    for (;;) {
        int failed = avcodec_receive_frame(r->decoder, r->picture);
        if (failed >= 0) {
            *ret_end = false;
            return true;
        }
        if (failed == AVERROR(ENOMEM))
            return error_no_memory(err);
        if (failed == AVERROR_EOF || r->packets_ended) { /* nothing more can come */
            *ret_end = true;
            return true;
        }
        if (failed != AVERROR(EAGAIN))
            r->stats.damaged_packets++;
        if (!feed_decoder(r, err))
            return false;
    }
}

static bool read_sound_only(struct reader *r, struct error *err)
{
    while (!r->packets_ended)
        if (!next_packet(r, err))
            return false;
    return true;
}

bool reader_hear(struct reader *r, const struct reader_ear *ear, struct error *err)
{
    if (r->audio < 0)
        return error_set(err, ERROR_UNSUPPORTED, "the recording has no sound");
    return sound_decoder_open(r->format->streams[r->audio]->codecpar, ear, &r->sound, err);
}

bool reader_next(struct reader *r, int64_t not_before_us, struct frame **ret, struct error *err)
{
    bool end = !r->decoder;
    if (!r->decoder && !read_sound_only(r, err))
        return false;
    while (!end) {
        if (!next_picture(r, &end, err))
            return false;
        if (end)
            break;
        int64_t time_us = take_picture_time(r);
        bool wanted = time_us >= not_before_us;
        if (wanted) {
            const AVFrameSideData *matrix =
                av_frame_get_side_data(r->picture, AV_FRAME_DATA_DISPLAYMATRIX);
            struct orientation turn =
                matrix ? orientation_from_side_data(matrix->data, matrix->size) : r->turn;
            AVRational aspect =
                r->pixel_aspect.num ? r->pixel_aspect : r->picture->sample_aspect_ratio;
            struct error why = {0};
            bool ok = picture_to_frame(&r->scale, r->picture, aspect, turn, time_us, ret, &why);
            av_frame_unref(r->picture);
            if (ok)
                return true;
            if (why.code == ERROR_NO_MEMORY)
                return error_no_memory(err);
            r->stats.damaged_packets++; /* over the limits, or of an odd kind */
        }
        av_frame_unref(r->picture);
    }
    source_drain(&r->source);
    *ret = NULL;
    return true;
}

const struct reader_info *reader_info(const struct reader *r) { return &r->info; }

struct reader_stats reader_stats(const struct reader *r)
{
    struct reader_stats stats = r->stats;
    stats.time_jumps = r->timeline.jumps + r->picture_jumps;
    if (r->sound) {
        stats.damaged_packets += sound_decoder_damaged(r->sound);
        stats.time_jumps += sound_decoder_jumps(r->sound);
        stats.last_time_us = MAX(stats.last_time_us, sound_decoder_end_us(r->sound));
    }
    return stats;
}

void reader_close(struct reader *r)
{
    if (!r)
        return;
    sound_decoder_close(r->sound);
    avcodec_free_context(&r->decoder);
    avformat_close_input(&r->format);
    source_close_avio(&r->avio);
    av_packet_free(&r->packet);
    av_frame_free(&r->picture);
    scale_done(&r->scale);
    free(r);
}

void reader_closep(struct reader **r) { reader_close(*r); }
