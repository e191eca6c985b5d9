#include "app_record/encoder.h"

#include "app_core/webm.h"
#include "app_record/pixels.h"

#include <stdlib.h>
#include <string.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

#define SIZE_MAX_PIXELS 16384 /* a side; VP8's limit */
#define STILL_MS 2000         /* a picture comes at least that often */
#define KEY_MS 20000          /* and a key frame: a reviewer jumps to those */
/* Of 1280x720; larger screens get more. Text stays sharp at this when two pictures a second are
 * mostly alike. */
#define RATE_KBIT 150
#define RATE_PIXELS (1280 * 720)

struct encoder {
    vpx_codec_ctx_t codec;
    bool codec_open;
    vpx_image_t *image; /* owned */
    struct webm webm;
    int width, height;     /* of the recording: even */
    unsigned char *before; /* owned: the picture before, rows without gaps */
    bool begun;
    int64_t encoded_ms, key_ms;
};

static bool refuse(struct encoder *e, const char *what, struct error *err)
{
    return error_set(err, ERROR_INTERNAL, "the encoder: %s: %s", what, vpx_codec_error(&e->codec));
}

static bool open_codec(struct encoder *e, struct error *err)
{
    vpx_codec_enc_cfg_t cfg;
    if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &cfg, 0))
        return error_set(err, ERROR_INTERNAL, "the encoder has no default");
    cfg.g_w = (unsigned)e->width;
    cfg.g_h = (unsigned)e->height;
    cfg.g_timebase = (struct vpx_rational){1, 1000};
    cfg.g_threads = 1;
    cfg.g_lag_in_frames = 0;
    cfg.g_error_resilient = 0;
    cfg.rc_end_usage = VPX_VBR;
    cfg.rc_target_bitrate =
        (unsigned)MAX(RATE_KBIT, (int64_t)RATE_KBIT * e->width * e->height / RATE_PIXELS);
    cfg.rc_min_quantizer = 8;
    cfg.rc_max_quantizer = 56;
    cfg.rc_dropframe_thresh = 0;
    cfg.kf_mode = VPX_KF_DISABLED; /* we ask for them */
    if (vpx_codec_enc_init(&e->codec, vpx_codec_vp8_cx(), &cfg, 0))
        return refuse(e, "start", err);
    e->codec_open = true;
    /* The quickest there is: two pictures a second must cost next to nothing. */
    if (vpx_codec_control(&e->codec, VP8E_SET_CPUUSED, -16) ||
        vpx_codec_control(&e->codec, VP8E_SET_STATIC_THRESHOLD, 100U) ||
        vpx_codec_control(&e->codec, VP8E_SET_SCREEN_CONTENT_MODE, 1U))
        return refuse(e, "settings", err);
    return true;
}

bool encoder_create(int width, int height, struct encoder **ret, struct error *err)
{
    if (width < 2 || height < 2 || width > SIZE_MAX_PIXELS || height > SIZE_MAX_PIXELS)
        return error_set(err, ERROR_UNSUPPORTED, "a display of %dx%d", width, height);
    struct encoder *e = calloc(1, sizeof *e);
    if (!e)
        return error_no_memory(err);
    e->width = width & ~1;
    e->height = height & ~1;
    e->image = vpx_img_alloc(NULL, VPX_IMG_FMT_I420, (unsigned)e->width, (unsigned)e->height, 16);
    e->before = calloc((size_t)e->width * (size_t)e->height, 4);
    bool good = e->image && e->before ? open_codec(e, err) : error_no_memory(err);
    if (!good) {
        encoder_destroy(e);
        return false;
    }
    *ret = e;
    return true;
}

/* Remembers the picture; false when it is the one before. */
static bool has_changed(struct encoder *e, const struct picture *p)
{
    size_t row = (size_t)e->width * 4;
    bool changed = false;
    for (int y = 0; y < e->height; y++) {
        const unsigned char *now = p->pixels + (size_t)y * p->stride;
        unsigned char *before = e->before + (size_t)y * row;
        if (memcmp(before, now, row) != 0) {
            memcpy(before, now, row);
            changed = true;
        }
    }
    return changed;
}

static bool take_packets(struct encoder *e, int64_t at_ms, struct buf *to, struct error *err)
{
    vpx_codec_iter_t iter = NULL;
    const vpx_codec_cx_pkt_t *packet;
    while ((packet = vpx_codec_get_cx_data(&e->codec, &iter))) {
        if (packet->kind != VPX_CODEC_CX_FRAME_PKT)
            continue;
        bool key = packet->data.frame.flags & VPX_FRAME_IS_KEY;
        if (!webm_add(&e->webm, str_bytes(packet->data.frame.buf, packet->data.frame.sz), at_ms,
                      key, to, err))
            return false;
        if (key)
            e->key_ms = at_ms;
    }
    return true;
}

bool encoder_add(struct encoder *e, const struct picture *p, int64_t at_ms, struct buf *to,
                 struct error *err)
{
    if (p->width < e->width || p->height < e->height)
        return error_set(err, ERROR_CONFLICT, "the display has another size now");
    bool changed = has_changed(e, p);
    if (e->begun && !changed && at_ms - e->encoded_ms < STILL_MS)
        return true;
    bool key = !e->begun || at_ms - e->key_ms >= KEY_MS;
    if (!e->begun)
        webm_begin(&e->webm, e->width, e->height, to);
    if (changed || !e->begun) {
        const struct planes planes = {e->image->planes[0], e->image->planes[1], e->image->planes[2],
                                      e->image->stride[0], e->image->stride[1]};
        pixels_to_planes(p, e->width, e->height, &planes);
    }
    unsigned long lasts_ms = (unsigned long)MAX(at_ms - e->encoded_ms, 1);
    e->begun = true;
    e->encoded_ms = at_ms;
    if (vpx_codec_encode(&e->codec, e->image, at_ms, lasts_ms, key ? VPX_EFLAG_FORCE_KF : 0,
                         VPX_DL_REALTIME))
        return refuse(e, "a picture", err);
    return take_packets(e, at_ms, to, err);
}

void encoder_destroy(struct encoder *e)
{
    if (!e)
        return;
    if (e->codec_open)
        vpx_codec_destroy(&e->codec);
    vpx_img_free(e->image);
    free(e->before);
    free(e);
}
