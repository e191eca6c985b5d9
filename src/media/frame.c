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
#define SQUARE_SAMPLES_MAX 8 /* a side, for one output pixel */

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

/* ---- a turned square ---- */

/* Places are counted in 65536ths of a pixel: exact, the same on every machine, and fast. */
#define UNIT 65536
#define FAR 1e6 /* pixels; nothing is sampled from squares that far off or that large */

struct plane {
    const uint8_t *pixels;
    ptrdiff_t stride;
    int width, height;
};

/* Bilinear, in 256ths of a level, with the edge repeated; the middle of a pixel is at its half. */
static int sample(const struct plane *p, uint32_t x, uint32_t y)
{
    x = x < UNIT / 2 ? 0 : x - UNIT / 2;
    y = y < UNIT / 2 ? 0 : y - UNIT / 2;
    int left = MIN((int)(x / UNIT), p->width - 1), top = MIN((int)(y / UNIT), p->height - 1);
    int right = MIN(left + 1, p->width - 1);
    const uint8_t *upper = p->pixels + top * p->stride;
    const uint8_t *lower = top + 1 < p->height ? upper + p->stride : upper;
    int across = (int)(x % UNIT / 256), down = (int)(y % UNIT / 256);
    int above = upper[left] * 256 + across * (upper[right] - upper[left]);
    int below = lower[left] * 256 + across * (lower[right] - lower[left]);
    return (above * (256 - down) + below * down) / 256;
}

static float to_byte(float value) { return value < 0 ? 0 : value > 255 ? 255 : value; }

/* BT.601, as swscale does when it is not told otherwise. */
static void to_rgb(bool full_range, float y, float u, float v, float ret[3])
{
    float chroma = full_range ? 1.0f : 255.0f / 224.0f;
    y = full_range ? y : (y - 16.0f) * (255.0f / 219.0f);
    u = (u - 128.0f) * chroma;
    v = (v - 128.0f) * chroma;
    ret[0] = to_byte(y + 1.402f * v);
    ret[1] = to_byte(y - 0.344136f * u - 0.714136f * v);
    ret[2] = to_byte(y + 1.772f * u);
}

struct sampler {
    struct plane planes[3];
    int64_t width, height;    /* of the frame, in units */
    int samples;              /* a side, for one output pixel */
    int64_t right_x, right_y; /* from one sample to the next; down is (-right_y, right_x) */
};

/* The mean of samples * samples places, the first at (x, y); how many lay in the frame. */
static int sample_mean(const struct sampler *s, int64_t x, int64_t y, float ret[3])
{
    int64_t sums[3] = {0};
    int inside = 0;
    for (int row = 0; row < s->samples; row++) {
        int64_t at_x = x - row * s->right_y, at_y = y + row * s->right_x;
        for (int i = 0; i < s->samples; i++, at_x += s->right_x, at_y += s->right_y) {
            if (at_x < 0 || at_y < 0 || at_x >= s->width || at_y >= s->height)
                continue;
            inside++;
            uint32_t in_x = (uint32_t)at_x, in_y = (uint32_t)at_y; /* within MEDIA_SIDE_MAX */
            sums[0] += sample(&s->planes[0], in_x, in_y);
            sums[1] += sample(&s->planes[1], in_x / 2, in_y / 2);
            sums[2] += sample(&s->planes[2], in_x / 2, in_y / 2);
        }
    }
    for (int i = 0; i < 3 && inside; i++)
        ret[i] = (float)sums[i] / (float)(inside * 256);
    return inside;
}

void frame_square_to_tensor(const struct frame *f, const struct frame_square *square, int side,
                            float multiply, float add, float *ret)
{
    bool near = fabs(square->centre_x) < FAR && fabs(square->centre_y) < FAR && square->side > 0 &&
                square->side < FAR && isfinite(square->angle);
    if (!near) {
        for (int i = 0; i < side * side * 3; i++)
            ret[i] = add;
        return;
    }
    struct sampler s = {.width = (int64_t)f->width * UNIT, .height = (int64_t)f->height * UNIT};
    for (int i = 0; i < 3; i++)
        s.planes[i] = (struct plane){f->planes[i], f->strides[i], i ? (f->width + 1) / 2 : f->width,
                                     i ? (f->height + 1) / 2 : f->height};
    double step = square->side / side; /* pixels of the frame for one of ours */
    s.samples = MIN(SQUARE_SAMPLES_MAX, MAX(1, (int)ceil(step / 1.5)));
    double x_axis = cos(square->angle) * step, y_axis = sin(square->angle) * step;
    s.right_x = llround(x_axis / s.samples * UNIT);
    s.right_y = llround(y_axis / s.samples * UNIT);
    double first = 0.5 / s.samples - side / 2.0; /* of the first sample, in our pixels */
    int64_t start_x = llround((square->centre_x + first * x_axis - first * y_axis) * UNIT);
    int64_t start_y = llround((square->centre_y + first * y_axis + first * x_axis) * UNIT);
    for (int row = 0; row < side; row++)
        for (int column = 0; column < side; column++, ret += 3) {
            int64_t right = (int64_t)column * s.samples, down = (int64_t)row * s.samples;
            float mean[3], rgb[3] = {0};
            int inside = sample_mean(&s, start_x + right * s.right_x - down * s.right_y,
                                     start_y + right * s.right_y + down * s.right_x, mean);
            if (inside)
                to_rgb(f->full_range, mean[0], mean[1], mean[2], rgb);
            float share = (float)inside / (float)(s.samples * s.samples);
            for (int i = 0; i < 3; i++)
                ret[i] = rgb[i] * share * multiply + add;
        }
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
