/* Whatever a decoder gives becomes one kind of picture here: 4:2:0, square pixels, upright. Every
 * size is checked before anything is allocated for it. */
#include "media/picture.h"

#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A pixel eight times as wide as high exists in no camera; such a claim is damage, not geometry. */
#define PIXEL_ASPECT_MAX 8.0

struct owned_frame {
    struct frame frame; /* first: a frame is this */
    atomic_int refs;
    AVFrame *picture; /* owned: holds the pixels */
};

static void drop_log(void *context, int level, const char *format, va_list args)
{
    (void)context, (void)level, (void)format, (void)args;
}

void media_silence(void)
{
    av_log_set_level(AV_LOG_QUIET);
    av_log_set_callback(drop_log);
}

bool error_av(struct error *err, enum error_code code, int av_error, const char *what)
{
    if (av_error == AVERROR(ENOMEM))
        return error_no_memory(err);
    char text[AV_ERROR_MAX_STRING_SIZE];
    return error_set(err, code, "%s: %s", what, av_make_error_string(text, sizeof text, av_error));
}

/* ---- scaling ---- */

void scale_done(struct scale *s)
{
    sws_freeContext(s->sws);
    *s = (struct scale){0};
}

bool scale_run(struct scale *s, const struct scale_key *key, const uint8_t *const *from,
               const int *from_strides, uint8_t *const *to, const int *to_strides,
               struct error *err)
{
    if (!s->sws || memcmp(&s->key, key, sizeof *key) != 0) {
        scale_done(s);
        s->sws = sws_alloc_context();
        if (!s->sws)
            return error_no_memory(err);
        int flags = key->flags | SWS_ACCURATE_RND | SWS_BITEXACT;
        av_opt_set_int(s->sws, "srcw", key->from_width, 0);
        av_opt_set_int(s->sws, "srch", key->from_height, 0);
        av_opt_set_int(s->sws, "src_format", key->from_format, 0);
        av_opt_set_int(s->sws, "src_range", key->from_full, 0);
        av_opt_set_int(s->sws, "dstw", key->to_width, 0);
        av_opt_set_int(s->sws, "dsth", key->to_height, 0);
        av_opt_set_int(s->sws, "dst_format", key->to_format, 0);
        av_opt_set_int(s->sws, "dst_range", key->to_full, 0);
        av_opt_set_int(s->sws, "sws_flags", flags, 0);
        av_opt_set_int(s->sws, "threads", 1, 0);
        int failed = sws_init_context(s->sws, NULL, NULL);
        if (failed < 0) {
            scale_done(s);
            return error_av(err, ERROR_UNSUPPORTED, failed, "scale a picture");
        }
        s->key = *key;
    }
    int rows = sws_scale(s->sws, from, from_strides, 0, key->from_height, to, to_strides);
    if (rows < 0)
        return error_av(err, ERROR_UNSUPPORTED, rows, "scale a picture");
    return true;
}

/* ---- sizes and orientation ---- */

bool picture_size_is_allowed(int width, int height)
{
    return width >= 1 && height >= 1 && width <= MEDIA_SIDE_MAX && height <= MEDIA_SIDE_MAX &&
           (int64_t)width * height <= MEDIA_PIXELS_MAX;
}

struct orientation orientation_from_side_data(const uint8_t *data, size_t size)
{
    /* x' = a x + c y, y' = b x + d y; y points down. */
    struct orientation turn = {0};
    int32_t matrix[9];
    if (!data || size < sizeof matrix)
        return turn;
    memcpy(matrix, data, sizeof matrix);
    int64_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    turn.transpose = llabs(b) + llabs(c) > llabs(a) + llabs(d);
    turn.mirror_x = turn.transpose ? c < 0 : a < 0;
    turn.mirror_y = turn.transpose ? b < 0 : d < 0;
    return turn;
}

/* Square pixels, before turning. The side that would shrink is the one that grows instead, unless
 * that breaks a limit. */
static void square_pixels(int width, int height, AVRational aspect, int *ret_width, int *ret_height)
{
    double ratio = aspect.num > 0 && aspect.den > 0 ? (double)aspect.num / aspect.den : 1.0;
    if (ratio > PIXEL_ASPECT_MAX || ratio < 1.0 / PIXEL_ASPECT_MAX)
        ratio = 1.0;
    int wide = (int)(width * MAX(ratio, 1.0) + 0.5), high = (int)(height / MIN(ratio, 1.0) + 0.5);
    if (!picture_size_is_allowed(wide, high)) {
        wide = MAX(1, (int)(width * MIN(ratio, 1.0) + 0.5));
        high = MAX(1, (int)(height / MAX(ratio, 1.0) + 0.5));
    }
    *ret_width = wide;
    *ret_height = high;
}

void picture_display_size(int width, int height, AVRational pixel_aspect, struct orientation turn,
                          int *ret_width, int *ret_height)
{
    int wide, high;
    square_pixels(width, height, pixel_aspect, &wide, &high);
    *ret_width = turn.transpose ? high : wide;
    *ret_height = turn.transpose ? wide : high;
}

static void turn_plane(const uint8_t *from, ptrdiff_t from_stride, uint8_t *to, ptrdiff_t to_stride,
                       int to_width, int to_height, struct orientation turn)
{
    for (int y = 0; y < to_height; y++) {
        ptrdiff_t source_y = turn.mirror_y ? to_height - 1 - y : y;
        for (int x = 0; x < to_width; x++) {
            ptrdiff_t source_x = turn.mirror_x ? to_width - 1 - x : x;
            to[y * to_stride + x] = turn.transpose ? from[source_x * from_stride + source_y]
                                                   : from[source_y * from_stride + source_x];
        }
    }
}

static bool picture_alloc(int width, int height, AVFrame **ret, struct error *err)
{
    AVFrame *picture = av_frame_alloc();
    if (!picture)
        return error_no_memory(err);
    picture->format = AV_PIX_FMT_YUV420P;
    picture->width = width;
    picture->height = height;
    if (av_frame_get_buffer(picture, 64) < 0) {
        av_frame_free(&picture);
        return error_no_memory(err);
    }
    *ret = picture;
    return true;
}

static bool picture_turn(const AVFrame *from, struct orientation turn, AVFrame **ret,
                         struct error *err)
{
    AVFrame *to = NULL;
    if (!picture_alloc(turn.transpose ? from->height : from->width,
                       turn.transpose ? from->width : from->height, &to, err))
        return false;
    for (int i = 0; i < 3; i++) {
        int width = i ? (to->width + 1) / 2 : to->width;
        int height = i ? (to->height + 1) / 2 : to->height;
        turn_plane(from->data[i], from->linesize[i], to->data[i], to->linesize[i], width, height,
                   turn);
    }
    to->color_range = from->color_range;
    *ret = to;
    return true;
}

/* ---- formats ---- */

/* The J formats are the same pixels with the range in the name; swscale warns about them. */
static enum AVPixelFormat without_range(enum AVPixelFormat format, bool *full)
{
    static const struct {
        enum AVPixelFormat full, plain;
    } pairs[] = {
        {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P}, {AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P},
        {AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P}, {AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P},
        {AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        if (pairs[i].full == format) {
            *full = true;
            return pairs[i].plain;
        }
    return format;
}

static bool picture_to_420(struct scale *s, const AVFrame *picture, int width, int height,
                           AVFrame **ret, struct error *err)
{
    bool full = picture->color_range == AVCOL_RANGE_JPEG;
    enum AVPixelFormat format = without_range(picture->format, &full);
    bool planes_fit = format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVA420P;
    if (planes_fit && width == picture->width && height == picture->height) {
        AVFrame *same = av_frame_clone(picture);
        if (!same)
            return error_no_memory(err);
        same->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
        *ret = same;
        return true;
    }
    const AVPixFmtDescriptor *about = av_pix_fmt_desc_get(format);
    if (!about || !sws_isSupportedInput(format))
        return error_set(err, ERROR_UNSUPPORTED, "pictures of a kind that cannot be converted");
    if (about->flags & AV_PIX_FMT_FLAG_RGB)
        full = false; /* becomes limited YUV */
    AVFrame *to = NULL;
    if (!picture_alloc(width, height, &to, err))
        return false;
    to->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    struct scale_key key = {
        .from_width = picture->width,
        .from_height = picture->height,
        .from_format = format,
        .from_full = full,
        .to_width = width,
        .to_height = height,
        .to_format = AV_PIX_FMT_YUV420P,
        .to_full = full,
        .flags = SWS_BILINEAR,
    };
    if (!scale_run(s, &key, (const uint8_t *const *)picture->data, picture->linesize, to->data,
                   to->linesize, err)) {
        av_frame_free(&to);
        return false;
    }
    *ret = to;
    return true;
}

/* ---- frames ---- */

/* Takes *picture, whose format is 4:2:0. */
static bool frame_wrap(AVFrame **picture, int64_t time_us, struct frame **ret, struct error *err)
{
    struct owned_frame *f = calloc(1, sizeof *f);
    if (!f) {
        av_frame_free(picture);
        return error_no_memory(err);
    }
    f->picture = *picture;
    *picture = NULL;
    f->frame.width = f->picture->width;
    f->frame.height = f->picture->height;
    f->frame.time_us = time_us;
    f->frame.full_range = f->picture->color_range == AVCOL_RANGE_JPEG;
    for (int i = 0; i < 3; i++) {
        f->frame.planes[i] = f->picture->data[i];
        f->frame.strides[i] = f->picture->linesize[i];
    }
    atomic_init(&f->refs, 1);
    *ret = &f->frame;
    return true;
}

bool picture_to_frame(struct scale *s, const AVFrame *picture, AVRational pixel_aspect,
                      struct orientation turn, int64_t time_us, struct frame **ret,
                      struct error *err)
{
    if (!picture_size_is_allowed(picture->width, picture->height))
        return error_set(err, ERROR_TOO_LARGE, "a picture of %d x %d, more than %d a side",
                         picture->width, picture->height, MEDIA_SIDE_MAX);
    int width, height;
    square_pixels(picture->width, picture->height, pixel_aspect, &width, &height);
    AVFrame *plain = NULL;
    if (!picture_to_420(s, picture, width, height, &plain, err))
        return false;
    if (turn.transpose || turn.mirror_x || turn.mirror_y) {
        AVFrame *turned = NULL;
        bool ok = picture_turn(plain, turn, &turned, err);
        av_frame_free(&plain);
        if (!ok)
            return false;
        plain = turned;
    }
    return frame_wrap(&plain, time_us, ret, err);
}

bool frame_create(const struct frame *from, struct frame **ret, struct error *err)
{
    if (!picture_size_is_allowed(from->width, from->height))
        return error_set(err, ERROR_TOO_LARGE, "a picture of %d x %d", from->width, from->height);
    AVFrame *to = NULL;
    if (!picture_alloc(from->width, from->height, &to, err))
        return false;
    for (int i = 0; i < 3; i++)
        av_image_copy_plane(to->data[i], to->linesize[i], from->planes[i], from->strides[i],
                            i ? (from->width + 1) / 2 : from->width,
                            i ? (from->height + 1) / 2 : from->height);
    to->color_range = from->full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    return frame_wrap(&to, from->time_us, ret, err);
}

struct frame *frame_ref(struct frame *f)
{
    atomic_fetch_add_explicit(&((struct owned_frame *)f)->refs, 1, memory_order_relaxed);
    return f;
}

void frame_unref(struct frame *f)
{
    if (!f)
        return;
    struct owned_frame *owned = (struct owned_frame *)f;
    if (atomic_fetch_sub_explicit(&owned->refs, 1, memory_order_acq_rel) != 1)
        return;
    av_frame_free(&owned->picture);
    free(owned);
}

void frame_unrefp(struct frame **f) { frame_unref(*f); }
