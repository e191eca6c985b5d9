/* Decodes and resamples a piece at a time, so what is held does not grow with what a packet claims.
 *
 * Time is counted by samples from where the sound began, since the timestamps of packets are
 * rounded and shake. Where they say that more than SLACK_US is missing, time goes on there and
 * whoever listens sees the hole; where they say that sound lies over what was given already, it is
 * put behind it: nothing is left out because of what its timestamp claims. */
#include "media/sound_decoder.h"

#include "media/codecs.h"
#include "media/picture.h"

#include <libavutil/opt.h>
#include <libswresample/swresample.h>
#include <math.h>
#include <stdlib.h>

#define SLACK_US INT64_C(100000)      /* five packets of Opus: recorders' clocks shake by one */
#define PACKET_BYTES_MAX (1 << 20)    /* five seconds of 48 kHz stereo PCM */
#define FRAME_SAMPLES_MAX (1 << 20)   /* as many as such a packet can hold, in each channel */
#define CHANNELS_MAX 16               /* a stage's; a microphone has one or two */
#define RATE_MIN 4000                 /* Hz */
#define RATE_MAX 384000               /* likewise */
#define PIECE 1024                    /* samples in, at a time */
#define PIECE_OUT (4 * PIECE + PIECE) /* of the slowest rate, and what the resampler kept */
#define VALUE_MAX 8.0F                /* 18 dB over full scale: nothing that was recorded */

struct sound_key {
    int rate, channels;
    enum AVSampleFormat format;
};
struct sound_decoder {
    struct reader_ear ear;
    AVCodecContext *codec; /* owned */
    AVFrame *frame;        /* owned */
    SwrContext *swr;       /* owned; NULL before the first sound */
    struct sound_key key;  /* of swr */
    bool begun;
    int64_t from_us;   /* where counting began */
    int64_t in, out;   /* samples since then: taken, given */
    int64_t offset_us; /* what was put behind other sound is that much late */
    uint64_t damaged, jumps;
    float pcm[PIECE_OUT];
};

bool sound_decoder_open(const AVCodecParameters *about, const struct reader_ear *ear,
                        struct sound_decoder **ret, struct error *err)
{
    const char *name = avcodec_get_name(about->codec_id);
    const AVCodec *codec = codecs_sound(about->codec_id);
    if (!codec)
        return error_set(err, ERROR_UNSUPPORTED, "sound as %s cannot be decoded here", name);
    CLEANUP(sound_decoder_closep) struct sound_decoder *d = calloc(1, sizeof *d);
    if (!d)
        return error_no_memory(err);
    d->ear = *ear;
    d->codec = avcodec_alloc_context3(codec);
    d->frame = av_frame_alloc();
    if (!d->codec || !d->frame)
        return error_no_memory(err);
    int failed = avcodec_parameters_to_context(d->codec, about);
    d->codec->thread_count = 1;
    d->codec->max_samples = FRAME_SAMPLES_MAX;
    d->codec->flags |= AV_CODEC_FLAG_BITEXACT;
    d->codec->pkt_timebase = AV_TIME_BASE_Q;
    if (failed >= 0)
        failed = avcodec_open2(d->codec, codec, NULL);
    if (failed < 0)
        return error_av(err, ERROR_UNSUPPORTED, failed, name);
    *ret = TAKE(d);
    return true;
}

static bool give(struct sound_decoder *d, int len, struct error *err)
{
    for (int i = 0; i < len; i++) /* floating-point PCM may hold anything */
        d->pcm[i] = isfinite(d->pcm[i]) ? fmaxf(-VALUE_MAX, fminf(d->pcm[i], VALUE_MAX)) : 0;
    const struct sound sound = {
        .time_us = d->from_us + av_rescale(d->out, 1000000, SOUND_RATE),
        .samples = d->pcm,
        .len = (size_t)len,
    };
    d->out += len;
    return len == 0 || d->ear.sound(d->ear.context, &sound, err);
}

/* `planes` NULL: what the resampler still keeps. */
static bool resample(struct sound_decoder *d, const uint8_t **planes, int len, struct error *err)
{
    uint8_t *to[] = {(uint8_t *)d->pcm};
    int got = d->swr ? swr_convert(d->swr, to, PIECE_OUT, planes, len) : 0;
    if (got == AVERROR(ENOMEM))
        return error_no_memory(err);
    if (got < 0)
        d->damaged++;
    return give(d, MAX(got, 0), err);
}

static int make_resampler(struct sound_decoder *d)
{
    const AVFrame *f = d->frame;
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    AVChannelLayout usual = f->ch_layout; /* borrowed */
    if (usual.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&usual, f->ch_layout.nb_channels);
    swr_free(&d->swr);
    int failed = swr_alloc_set_opts2(&d->swr, &mono, AV_SAMPLE_FMT_FLT, SOUND_RATE, &usual,
                                     f->format, f->sample_rate, 0, NULL);
    if (failed >= 0) /* the mean of the channels, not their sum */
        failed = av_opt_set_double(d->swr, "rematrix_maxval", 1, 0);
    if (failed >= 0)
        failed = swr_init(d->swr);
    if (failed < 0)
        swr_free(&d->swr);
    return failed;
}

/* Gives what is left of the sound before and counts anew from `from_us`, for sound as in d->frame.
 * What cannot be resampled is silent damage: d->swr is NULL then. */
static bool begin(struct sound_decoder *d, int64_t from_us, struct error *err)
{
    if (!resample(d, NULL, 0, err))
        return false;
    int64_t end_us = sound_decoder_end_us(d);
    const AVFrame *f = d->frame;
    if (make_resampler(d) == AVERROR(ENOMEM))
        return error_no_memory(err);
    d->key = (struct sound_key){f->sample_rate, f->ch_layout.nb_channels, f->format};
    d->from_us = MAX(from_us, end_us); /* roundings */
    d->in = d->out = 0;
    d->begun = true;
    return true;
}

/* Decides where the sound in d->frame belongs, and makes the resampler fit it. */
static bool place(struct sound_decoder *d, struct error *err)
{
    const AVFrame *f = d->frame;
    bool same = d->begun && d->key.rate == f->sample_rate &&
                d->key.channels == f->ch_layout.nb_channels && d->key.format == f->format;
    int64_t next_us = d->begun ? d->from_us + av_rescale(d->in, 1000000, d->key.rate) : 0;
    int64_t at_us = f->pts == AV_NOPTS_VALUE ? next_us : MAX(f->pts, 0);
    if (d->offset_us && at_us >= next_us)
        d->offset_us = 0;
    at_us += f->pts == AV_NOPTS_VALUE ? 0 : d->offset_us;
    if (!d->begun || at_us - next_us > SLACK_US)
        return begin(d, at_us, err);
    if (next_us - at_us > SLACK_US) {
        d->offset_us += next_us - at_us;
        d->jumps++;
    }
    return same || begin(d, next_us, err);
}

static bool take_frame(struct sound_decoder *d, struct error *err)
{
    const AVFrame *f = d->frame;
    int channels = f->ch_layout.nb_channels;
    int sample = av_get_bytes_per_sample(f->format);
    if (f->sample_rate < RATE_MIN || f->sample_rate > RATE_MAX || channels < 1 ||
        channels > CHANNELS_MAX || sample <= 0) {
        d->damaged++;
        return true;
    }
    if (!place(d, err))
        return false;
    d->damaged += !d->swr;
    bool planar = av_sample_fmt_is_planar(f->format);
    for (int from = 0; from < f->nb_samples; from += PIECE) {
        const uint8_t *planes[CHANNELS_MAX];
        int len = MIN(PIECE, f->nb_samples - from);
        for (int i = 0; i < (planar ? channels : 1); i++)
            planes[i] = f->extended_data[i] + (ptrdiff_t)from * sample * (planar ? 1 : channels);
        d->in += len;
        if (!resample(d, planes, len, err))
            return false;
    }
    return true;
}

bool sound_decoder_take(struct sound_decoder *d, const AVPacket *packet, struct error *err)
{
    if (packet && packet->size > PACKET_BYTES_MAX) {
        d->damaged++;
        return true;
    }
    int failed = avcodec_send_packet(d->codec, packet);
    if (failed == AVERROR(ENOMEM))
        return error_no_memory(err);
    if (failed < 0 && failed != AVERROR_EOF)
        d->damaged++;
    while ((failed = avcodec_receive_frame(d->codec, d->frame)) >= 0) {
        bool taken = take_frame(d, err);
        av_frame_unref(d->frame);
        if (!taken)
            return false;
    }
    if (failed == AVERROR(ENOMEM))
        return error_no_memory(err);
    if (failed != AVERROR(EAGAIN) && failed != AVERROR_EOF)
        d->damaged++;
    return packet || resample(d, NULL, 0, err);
}

uint64_t sound_decoder_damaged(const struct sound_decoder *d) { return d->damaged; }

uint64_t sound_decoder_jumps(const struct sound_decoder *d) { return d->jumps; }

int64_t sound_decoder_end_us(const struct sound_decoder *d)
{
    return d->begun ? d->from_us + av_rescale(d->out, 1000000, SOUND_RATE) : 0;
}

void sound_decoder_close(struct sound_decoder *d)
{
    if (!d)
        return;
    avcodec_free_context(&d->codec);
    av_frame_free(&d->frame);
    swr_free(&d->swr);
    free(d);
}

void sound_decoder_closep(struct sound_decoder **d) { sound_decoder_close(*d); }
