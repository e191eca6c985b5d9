/* From a frame to what others eat: tensors for the networks, JPEG for people, and from a JPEG back.
 * Contexts of swscale and of the encoder are kept, since setting them up costs as much as a use. */
#include "media/frame.h"

#include "base/buf.h"
#include "media/picture.h"

#include <libavcodec/avcodec.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* libav's scale for quantisers is 1 (best) to 31; 4 shows a face clearly at some 10 kB for 320x240.
 */
#define JPEG_QUANTISER 4

struct frame_scaler {
    struct scale tensor, jpeg;
    uint8_t *rgb; /* owned: the letterboxed picture as RGB24 */
    size_t rgb_size;
    AVCodecContext *encoder; /* owned; for pictures of its width x height */
    AVFrame *scaled;         /* owned: the encoder's input */
    AVPacket *packet;        /* owned */
};

bool frame_scaler_create(struct frame_scaler **ret, struct error *err)
{
    media_silence();
    struct frame_scaler *s = calloc(1, sizeof *s);
    if (!s)
        return error_no_memory(err);
    s->packet = av_packet_alloc();
    if (!s->packet) {
        frame_scaler_destroy(s);
        return error_no_memory(err);
    }
    *ret = s;
    return true;
}

void frame_scaler_destroy(struct frame_scaler *s)
{
    if (!s)
        return;
    scale_done(&s->tensor);
    scale_done(&s->jpeg);
    avcodec_free_context(&s->encoder);
    av_frame_free(&s->scaled);
    av_packet_free(&s->packet);
    free(s->rgb);
    free(s);
}

void frame_scaler_destroyp(struct frame_scaler **s) { frame_scaler_destroy(*s); }

static void fit(const struct frame *f, int side, int *ret_width, int *ret_height)
{
    double scale = (double)side / MAX(f->width, f->height);
    *ret_width = MIN(side, MAX(1, (int)lround(f->width * scale)));
    *ret_height = MIN(side, MAX(1, (int)lround(f->height * scale)));
}

bool frame_to_tensor(struct frame_scaler *s, const struct frame *f, int side, float multiply,
                     float add, float *ret, struct letterbox *ret_box, struct error *err)
{
    int width, height;
    fit(f, side, &width, &height);
    size_t stride = ((size_t)side * 3 + 63) / 64 * 64, need = stride * (size_t)(side + 1);
    if (need > s->rgb_size) {
        uint8_t *rgb = realloc(s->rgb, need);
        if (!rgb)
            return error_no_memory(err);
        s->rgb = rgb;
        s->rgb_size = need;
    }
    struct scale_key key = {
        .from_width = f->width,
        .from_height = f->height,
        .from_format = AV_PIX_FMT_YUV420P,
        .from_full = f->full_range,
        .to_width = width,
        .to_height = height,
        .to_format = AV_PIX_FMT_RGB24,
        .to_full = 1,
        .flags = SWS_AREA,
    };
    if (!scale_run(&s->tensor, &key, f->planes, f->strides, (uint8_t *const[4]){s->rgb},
                   (const int[4]){(int)stride}, err))
        return false;

    int left = (side - width) / 2, top = (side - height) / 2;
    float values[256];
    for (int i = 0; i < 256; i++)
        values[i] = (float)i * multiply + add;
    for (int y = 0; y < side; y++) {
        float *row = ret + (size_t)y * (size_t)side * 3;
        bool bar = y < top || y >= top + height;
        int first = bar ? side : left, last = bar ? side : left + width;
        for (int x = 0; x < first * 3; x++)
            row[x] = add;
        const uint8_t *from = bar ? s->rgb : s->rgb + (size_t)(y - top) * stride;
        for (int x = 0; x < (last - first) * 3; x++)
            row[first * 3 + x] = values[from[x]];
        for (int x = last * 3; x < side * 3; x++)
            row[x] = add;
    }
    *ret_box = (struct letterbox){(double)side / MAX(f->width, f->height), left, top};
    return true;
}

/* ---- JPEG ---- */

static bool open_encoder(struct frame_scaler *s, int width, int height, struct error *err)
{
    avcodec_free_context(&s->encoder);
    av_frame_free(&s->scaled);
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (!codec)
        return error_set(err, ERROR_UNSUPPORTED, "this libavcodec has no JPEG encoder");
    s->encoder = avcodec_alloc_context3(codec);
    s->scaled = av_frame_alloc();
    if (!s->encoder || !s->scaled)
        return error_no_memory(err);
    s->encoder->width = s->scaled->width = width;
    s->encoder->height = s->scaled->height = height;
    s->encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
    s->scaled->format = AV_PIX_FMT_YUVJ420P;
    s->encoder->color_range = s->scaled->color_range = AVCOL_RANGE_JPEG;
    s->encoder->time_base = (AVRational){1, 1};
    s->encoder->sample_aspect_ratio = (AVRational){1, 1};
    s->encoder->thread_count = 1;
    s->encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
    s->encoder->global_quality = JPEG_QUANTISER * FF_QP2LAMBDA;
    int failed = avcodec_open2(s->encoder, codec, NULL);
    if (failed >= 0)
        failed = av_frame_get_buffer(s->scaled, 64);
    if (failed < 0) {
        avcodec_free_context(&s->encoder);
        return error_av(err, ERROR_INTERNAL, failed, "JPEG encoder");
    }
    return true;
}

bool frame_to_jpeg(struct frame_scaler *s, const struct frame *f, int side, struct buf *to,
                   struct error *err)
{
    int width = f->width, height = f->height;
    if (MAX(width, height) > side)
        fit(f, side, &width, &height);
    if ((!s->encoder || s->encoder->width != width || s->encoder->height != height) &&
        !open_encoder(s, width, height, err))
        return false;
    struct scale_key key = {
        .from_width = f->width,
        .from_height = f->height,
        .from_format = AV_PIX_FMT_YUV420P,
        .from_full = f->full_range,
        .to_width = width,
        .to_height = height,
        .to_format = AV_PIX_FMT_YUV420P,
        .to_full = 1,
        .flags = SWS_AREA,
    };
    if (av_frame_make_writable(s->scaled) < 0)
        return error_no_memory(err);
    if (!scale_run(&s->jpeg, &key, f->planes, f->strides, s->scaled->data, s->scaled->linesize,
                   err))
        return false;
    s->scaled->quality = s->encoder->global_quality;
    s->scaled->pts++;
    int failed = avcodec_send_frame(s->encoder, s->scaled);
    if (failed >= 0)
        failed = avcodec_receive_packet(s->encoder, s->packet);
    if (failed < 0) {
        avcodec_free_context(&s->encoder); /* its state is unknown */
        return error_av(err, ERROR_INTERNAL, failed, "JPEG encoder");
    }
    buf_add(to, str_bytes(s->packet->data, (size_t)s->packet->size));
    av_packet_unref(s->packet);
    return buf_ok(to, err);
}

static void free_context(AVCodecContext **context) { avcodec_free_context(context); }

static void free_picture(AVFrame **picture) { av_frame_free(picture); }

static void free_packet(AVPacket **packet) { av_packet_free(packet); }

/* One still picture of a format whose decoder needs nothing but the bytes. */
static bool decode_still(struct str bytes, enum AVCodecID id, const char *name, struct frame **ret,
                         struct error *err)
{
    media_silence();
    if (bytes.len > INT32_MAX / 2)
        return error_set(err, ERROR_TOO_LARGE, "a %s of %zu bytes", name, bytes.len);
    const AVCodec *codec = avcodec_find_decoder(id);
    CLEANUP(free_context) AVCodecContext *decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    CLEANUP(free_picture) AVFrame *picture = av_frame_alloc();
    CLEANUP(free_packet) AVPacket *packet = av_packet_alloc();
    if (!codec)
        return error_set(err, ERROR_UNSUPPORTED, "this libavcodec has no %s decoder", name);
    if (!decoder || !picture || !packet || av_new_packet(packet, (int)bytes.len) < 0)
        return error_no_memory(err);
    memcpy(packet->data, bytes.ptr, bytes.len);
    decoder->thread_count = 1;
    decoder->max_pixels = MEDIA_PIXELS_MAX;
    decoder->flags |= AV_CODEC_FLAG_BITEXACT;
    decoder->err_recognition = AV_EF_EXPLODE;
    int failed = avcodec_open2(decoder, codec, NULL);
    if (failed >= 0)
        failed = avcodec_send_packet(decoder, packet);
    if (failed >= 0)
        failed = avcodec_receive_frame(decoder, picture);
    if (failed < 0)
        return error_av(err, ERROR_INVALID, failed, name);
    struct scale scale = {0};
    const AVFrameSideData *turned = av_frame_get_side_data(picture, AV_FRAME_DATA_DISPLAYMATRIX);
    struct orientation turn = orientation_from_side_data(turned ? turned->data : NULL,
                                                         turned ? turned->size : 0); /* from Exif */
    bool ok = picture_to_frame(&scale, picture, picture->sample_aspect_ratio, turn, 0, ret, err);
    scale_done(&scale);
    return ok;
}

bool frame_from_jpeg(struct str jpeg, struct frame **ret, struct error *err)
{
    if (!str_starts(jpeg, STR("\xff\xd8\xff")))
        return error_set(err, ERROR_INVALID, "not a JPEG picture");
    return decode_still(jpeg, AV_CODEC_ID_MJPEG, "JPEG", ret, err);
}

bool frame_from_picture(struct str bytes, struct frame **ret, struct error *err)
{
    if (str_starts(bytes, STR("\x89PNG\r\n\x1a\n")))
        return decode_still(bytes, AV_CODEC_ID_PNG, "PNG", ret, err);
    if (!str_starts(bytes, STR("\xff\xd8\xff")))
        return error_set(err, ERROR_INVALID, "neither a JPEG nor a PNG picture");
    return frame_from_jpeg(bytes, ret, err);
}
