/* A decoded picture: 8-bit YUV 4:2:0, display orientation and square pixels already applied.
 * Reference-counted; its pixels are read-only once made. */
#pragma once
#include "base/base.h"

#define MEDIA_SIDE_MAX 8192
#define MEDIA_PIXELS_MAX ((int64_t)4096 * 2304)

struct frame {
    int width, height;        /* pixels, 1..MEDIA_SIDE_MAX; may change within a stream */
    int64_t time_us;          /* from the start of the stream */
    const uint8_t *planes[3]; /* Y, U, V; limited range unless full_range; chroma (side + 1) / 2 */
    int strides[3];           /* bytes a row; may be negative */
    bool full_range;
};

/* Copies the planes. For pictures that come from elsewhere than a reader. */
MUST_USE bool frame_create(const struct frame *from, struct frame **ret, struct error *err);
/* One still JPEG. ERROR_INVALID when it is none or damaged, ERROR_TOO_LARGE over the limits. */
MUST_USE bool frame_from_jpeg(struct str jpeg, struct frame **ret, struct error *err);
/* The same of a JPEG or a PNG, by its first bytes. */
MUST_USE bool frame_from_picture(struct str bytes, struct frame **ret, struct error *err);
struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is fine */
void frame_unrefp(struct frame **f);

/* Keeps what scaling and encoding need from call to call; for one thread at a time. */
struct frame_scaler;
MUST_USE bool frame_scaler_create(struct frame_scaler **ret, struct error *err);
void frame_scaler_destroy(struct frame_scaler *s); /* NULL is fine */
void frame_scaler_destroyp(struct frame_scaler **s);

/* Where a letterboxed frame lies in its square: x_square = x_frame * scale + left. */
struct letterbox {
    double scale;
    double left, top;
};
/* Area-averaged into a side x side RGB float tensor (NHWC), black bars centred:
 * value = byte * multiply + add. For blazeface: 1/127.5 and -1. */
MUST_USE bool frame_to_tensor(struct frame_scaler *s, const struct frame *f, int side,
                              float multiply, float add, float *ret, struct letterbox *ret_box,
                              struct error *err);
/* A baseline JPEG no wider or higher than `side` (never enlarged); appended to `to`. */
struct buf;
MUST_USE bool frame_to_jpeg(struct frame_scaler *s, const struct frame *f, int side, struct buf *to,
                            struct error *err);

/* A square of the picture, in its pixels; `angle` turns its x axis clockwise as seen (radians). */
struct frame_square {
    double centre_x, centre_y, side, angle;
};
/* Samples the square into a side x side RGB float tensor: bilinear, averaged where it shrinks;
 * black outside of the picture. */
void frame_square_to_tensor(const struct frame *f, const struct frame_square *square, int side,
                            float multiply, float add, float *ret);
