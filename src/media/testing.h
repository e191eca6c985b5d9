/* Recordings made while a test runs, with libav's encoders. For the tests of this folder only.
 *
 * Picture number i is grey with a white square at its top left and a bar at column i; so order,
 * orientation and completeness can be seen. */
#pragma once
#include "base/buf.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <stdlib.h>
#include <string.h>

struct made {
    const char *muxer, *encoder; /* "webm", "libvpx"; encoder NULL: sound only, as PCM */
    int width, height, frames, fps, key_every;
    bool live;                 /* as MediaRecorder writes: sizes unknown, no duration, no cues */
    bool noisy;                /* to make it large */
    int turn;                  /* degrees clockwise in the display matrix */
    AVRational aspect;         /* of a pixel */
    int first_frame;           /* its timestamp */
    int claimed_side;          /* width and height in the header; 0 as they are */
    enum AVPixelFormat format; /* 0 (yuv420p) or what the encoder takes */
};

static int made_write(void *to, uint8_t *bytes, int len)
{
    buf_add(to, str_bytes(bytes, (size_t)len));
    return len;
}

static inline void made_draw(AVFrame *f, int number, bool noisy)
{
    for (int plane = 0; plane < 3; plane++) {
        int width = plane ? (f->width + 1) / 2 : f->width;
        int height = plane ? (f->height + 1) / 2 : f->height;
        for (int y = 0; y < height; y++)
            memset(f->data[plane] + y * f->linesize[plane], plane ? 128 : 100, (size_t)width);
    }
    uint32_t noise = (uint32_t)number + 1;
    for (int y = 0; noisy && y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            noise = noise * 1664525 + 1013904223;
            f->data[0][y * f->linesize[0] + x] = (uint8_t)(noise >> 24);
        }
    for (int y = 0; y < f->height; y++) {
        f->data[0][y * f->linesize[0] + number % f->width] = 20;
        if (y < f->height / 4)
            memset(f->data[0] + y * f->linesize[0], 235, (size_t)f->width / 4);
    }
}

static inline void made_packets(AVFormatContext *format, AVCodecContext *encoder, AVFrame *frame,
                                AVPacket *packet, bool *good)
{
    *good = *good && avcodec_send_frame(encoder, frame) >= 0;
    while (*good && avcodec_receive_packet(encoder, packet) >= 0) {
        av_packet_rescale_ts(packet, encoder->time_base, format->streams[0]->time_base);
        if (packet->duration <= 0)
            packet->duration = av_rescale_q(1, encoder->time_base, format->streams[0]->time_base);
        *good = av_write_frame(format, packet) >= 0;
    }
}

static inline void made_describe(const struct made *m, AVFormatContext *format,
                                 AVCodecContext *encoder)
{
    AVStream *stream = format->streams[0];
    avcodec_parameters_from_context(stream->codecpar, encoder);
    if (m->claimed_side)
        stream->codecpar->width = stream->codecpar->height = m->claimed_side;
    stream->time_base = encoder->time_base;
    stream->avg_frame_rate = encoder->framerate;
    stream->sample_aspect_ratio = stream->codecpar->sample_aspect_ratio =
        encoder->sample_aspect_ratio;
    if (m->turn)
        av_display_rotation_set((int32_t *)(void *)av_stream_new_side_data(
                                    stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(int32_t)),
                                m->turn);
}

static inline bool made_video(const struct made *m, AVFormatContext *format)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(m->encoder);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    encoder->width = frame->width = m->width;
    encoder->height = frame->height = m->height;
    encoder->pix_fmt = m->format;
    frame->format = m->format;
    encoder->time_base = (AVRational){1, m->fps};
    encoder->framerate = (AVRational){m->fps, 1};
    encoder->sample_aspect_ratio = m->aspect.num ? m->aspect : (AVRational){1, 1};
    encoder->gop_size = m->key_every;
    encoder->bit_rate = 200000;
    encoder->thread_count = 1;
    encoder->max_b_frames = 0;
    if (format->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    av_opt_set(encoder->priv_data, "deadline", "realtime", 0);
    av_opt_set_int(encoder->priv_data, "cpu-used", 8, 0);
    bool good = codec && avcodec_open2(encoder, codec, NULL) >= 0 &&
                av_frame_get_buffer(frame, 0) >= 0 && avformat_new_stream(format, NULL);
    if (good) {
        made_describe(m, format, encoder);
        good = avformat_write_header(format, NULL) >= 0;
    }
    for (int i = 0; good && i < m->frames; i++) {
        good = av_frame_make_writable(frame) >= 0;
        made_draw(frame, i, m->noisy);
        frame->pts = m->first_frame + i;
        made_packets(format, encoder, frame, packet, &good);
    }
    made_packets(format, encoder, NULL, packet, &good);
    good = good && av_write_trailer(format) >= 0;
    avcodec_free_context(&encoder);
    av_frame_free(&frame);
    av_packet_free(&packet);
    return good;
}

/* `frames` packets of a fiftieth of a second. */
static inline bool made_sound(const struct made *m, AVFormatContext *format)
{
    AVStream *stream = avformat_new_stream(format, NULL);
    AVPacket *packet = av_packet_alloc();
    stream->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
    stream->codecpar->codec_id = AV_CODEC_ID_PCM_S16LE;
    stream->codecpar->sample_rate = 8000;
    av_channel_layout_default(&stream->codecpar->ch_layout, 1);
    stream->codecpar->bits_per_coded_sample = 16;
    stream->codecpar->block_align = 2;
    bool good = avformat_write_header(format, NULL) >= 0;
    for (int i = 0; good && i < m->frames; i++) {
        good = av_new_packet(packet, 320) >= 0;
        memset(packet->data, i, 320);
        packet->pts = packet->dts = av_rescale_q(i, (AVRational){1, 50}, stream->time_base);
        good = good && av_write_frame(format, packet) >= 0;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return good && av_write_trailer(format) >= 0;
}

/* A sound to be recorded: its samples' value at `at_s`, -1..1, in each channel. */
struct made_sound {
    const char *muxer, *encoder; /* "webm", "opus" */
    int rate, channels;
    double seconds;
    float (*value)(double at_s, int channel);
    double jump_at_s, jump_by_s; /* timestamps from there on are so much later, or earlier */
    bool live;
};

static inline void made_sound_frame(AVFrame *f, int64_t first, float (*value)(double, int))
{
    bool planar = av_sample_fmt_is_planar(f->format);
    int channels = f->ch_layout.nb_channels;
    for (int channel = 0; channel < channels; channel++)
        for (int i = 0; i < f->nb_samples; i++) {
            float v = value((double)(first + i) / f->sample_rate, channel);
            int at = planar ? i : i * channels + channel;
            uint8_t *plane = f->extended_data[planar ? channel : 0];
            if (f->format == AV_SAMPLE_FMT_FLTP || f->format == AV_SAMPLE_FMT_FLT)
                ((float *)(void *)plane)[at] = v;
            else
                ((int16_t *)(void *)plane)[at] = (int16_t)(v * 32767);
        }
}

static inline void made_sound_packets(const struct made_sound *m, AVFormatContext *format,
                                      AVCodecContext *encoder, AVFrame *frame, AVPacket *packet,
                                      bool *good)
{
    *good = *good && avcodec_send_frame(encoder, frame) >= 0;
    while (*good && avcodec_receive_packet(encoder, packet) >= 0) {
        if ((double)packet->pts / m->rate >= m->jump_at_s)
            packet->pts += (int64_t)(m->jump_by_s * m->rate);
        packet->dts = packet->pts;
        av_packet_rescale_ts(packet, (AVRational){1, m->rate}, format->streams[0]->time_base);
        *good = av_write_frame(format, packet) >= 0;
    }
}

/* Appends the recording. False when this libav lacks the encoder. */
static inline bool made_sound_recording(const struct made_sound *m, struct buf *to)
{
    av_log_set_level(AV_LOG_QUIET);
    const AVCodec *codec = avcodec_find_encoder_by_name(m->encoder);
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVFrame *frame = av_frame_alloc();
    AVPacket *packet = av_packet_alloc();
    AVFormatContext *format;
    if (!codec || avformat_alloc_output_context2(&format, NULL, m->muxer, NULL) < 0)
        return false;
    format->flags |= AVFMT_FLAG_BITEXACT;
    avio_open_dyn_buf(&format->pb);
    if (m->live)
        av_opt_set(format->priv_data, "live", "1", 0);
    encoder->sample_rate = m->rate;
    encoder->sample_fmt = codec->sample_fmts[0];
    encoder->time_base = (AVRational){1, m->rate};
    encoder->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
    av_channel_layout_default(&encoder->ch_layout, m->channels);
    if (format->oformat->flags & AVFMT_GLOBALHEADER)
        encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    bool good = avcodec_open2(encoder, codec, NULL) >= 0 && avformat_new_stream(format, NULL);
    if (good) {
        avcodec_parameters_from_context(format->streams[0]->codecpar, encoder);
        good = avformat_write_header(format, NULL) >= 0;
        frame->format = encoder->sample_fmt;
        frame->sample_rate = m->rate;
        frame->nb_samples = encoder->frame_size ? encoder->frame_size : m->rate / 50;
        av_channel_layout_copy(&frame->ch_layout, &encoder->ch_layout);
        good = good && av_frame_get_buffer(frame, 0) >= 0;
    }
    for (int64_t at = 0; good && (double)at < m->seconds * m->rate; at += frame->nb_samples) {
        good = av_frame_make_writable(frame) >= 0;
        made_sound_frame(frame, at, m->value);
        frame->pts = at;
        made_sound_packets(m, format, encoder, frame, packet, &good);
    }
    made_sound_packets(m, format, encoder, NULL, packet, &good);
    good = good && av_write_trailer(format) >= 0;
    uint8_t *bytes;
    int len = avio_close_dyn_buf(format->pb, &bytes);
    buf_add(to, str_bytes(bytes, (size_t)len));
    av_free(bytes);
    avcodec_free_context(&encoder);
    av_frame_free(&frame);
    av_packet_free(&packet);
    avformat_free_context(format);
    return good && !to->failed;
}

/* Appends the recording. False when this libav lacks the encoder. */
static inline bool made_recording(const struct made *m, struct buf *to)
{
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext *format;
    if (avformat_alloc_output_context2(&format, NULL, m->muxer, NULL) < 0)
        return false;
    format->flags |= AVFMT_FLAG_BITEXACT;
    if (m->live) {
        format->pb = avio_alloc_context(av_malloc(4096), 4096, 1, to, NULL, made_write, NULL);
        av_opt_set(format->priv_data, "live", "1", 0);
    } else {
        avio_open_dyn_buf(&format->pb);
    }
    bool good = m->encoder ? made_video(m, format) : made_sound(m, format);
    if (m->live) {
        avio_flush(format->pb);
        av_freep(&format->pb->buffer);
        avio_context_free(&format->pb);
    } else {
        uint8_t *bytes;
        int len = avio_close_dyn_buf(format->pb, &bytes);
        buf_add(to, str_bytes(bytes, (size_t)len));
        av_free(bytes);
    }
    avformat_free_context(format);
    return good && !to->failed;
}
