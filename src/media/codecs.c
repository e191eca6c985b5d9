#include "media/codecs.h"

#include <libavcodec/avcodec.h>

static const enum AVCodecID video[] = {
    AV_CODEC_ID_VP8,       AV_CODEC_ID_VP9,        AV_CODEC_ID_AV1,        AV_CODEC_ID_H264,
    AV_CODEC_ID_HEVC,      AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG4,
    AV_CODEC_ID_H263,      AV_CODEC_ID_MJPEG,      AV_CODEC_ID_THEORA,     AV_CODEC_ID_PRORES,
    AV_CODEC_ID_FFV1,      AV_CODEC_ID_RAWVIDEO,   AV_CODEC_ID_FLV1,       AV_CODEC_ID_VP6F,
    AV_CODEC_ID_WMV1,      AV_CODEC_ID_WMV2,       AV_CODEC_ID_WMV3,       AV_CODEC_ID_VC1,
    AV_CODEC_ID_MSMPEG4V2, AV_CODEC_ID_MSMPEG4V3,  AV_CODEC_ID_DVVIDEO,    AV_CODEC_ID_DNXHD,
};

static const enum AVCodecID sound[] = {
    AV_CODEC_ID_OPUS,         AV_CODEC_ID_VORBIS,    AV_CODEC_ID_AAC,
    AV_CODEC_ID_MP3,          AV_CODEC_ID_MP2,       AV_CODEC_ID_AC3,
    AV_CODEC_ID_EAC3,         AV_CODEC_ID_FLAC,      AV_CODEC_ID_ALAC,
    AV_CODEC_ID_WMAV1,        AV_CODEC_ID_WMAV2,     AV_CODEC_ID_WMAPRO,
    AV_CODEC_ID_AMR_NB,       AV_CODEC_ID_AMR_WB,    AV_CODEC_ID_SPEEX,
    AV_CODEC_ID_NELLYMOSER,   AV_CODEC_ID_ADPCM_MS,  AV_CODEC_ID_ADPCM_IMA_WAV,
    AV_CODEC_ID_ADPCM_IMA_QT, AV_CODEC_ID_PCM_U8,    AV_CODEC_ID_PCM_S8,
    AV_CODEC_ID_PCM_S16LE,    AV_CODEC_ID_PCM_S16BE, AV_CODEC_ID_PCM_S24LE,
    AV_CODEC_ID_PCM_S24BE,    AV_CODEC_ID_PCM_S32LE, AV_CODEC_ID_PCM_S32BE,
    AV_CODEC_ID_PCM_F32LE,    AV_CODEC_ID_PCM_F32BE, AV_CODEC_ID_PCM_F64LE,
    AV_CODEC_ID_PCM_ALAW,     AV_CODEC_ID_PCM_MULAW,
};

/* Of AV1 libav's own decoder needs special hardware. */
static const AVCodec *decoder_of(enum AVCodecID id)
{
    return id == AV_CODEC_ID_AV1 ? avcodec_find_decoder_by_name("libdav1d")
                                 : avcodec_find_decoder(id);
}

static const AVCodec *find(const enum AVCodecID *ids, size_t len, enum AVCodecID id)
{
    for (size_t i = 0; i < len; i++)
        if (ids[i] == id)
            return decoder_of(id);
    return NULL;
}

const AVCodec *codecs_video(enum AVCodecID id) { return find(video, ARRAY_LEN(video), id); }

const AVCodec *codecs_sound(enum AVCodecID id) { return find(sound, ARRAY_LEN(sound), id); }

static void add_names(const enum AVCodecID *ids, size_t len, struct buf *to)
{
    for (size_t i = 0; i < len; i++) {
        const AVCodec *codec = decoder_of(ids[i]);
        if (codec)
            buf_printf(to, "%s%s", to->len ? "," : "", codec->name);
    }
}

void codecs_names(struct buf *to)
{
    add_names(video, ARRAY_LEN(video), to);
    add_names(sound, ARRAY_LEN(sound), to);
}
