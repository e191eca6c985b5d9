/* A decoded picture: 8-bit YUV 4:2:0, display orientation and square pixels already applied.
 * Reference-counted; its pixels are read-only once made. */
#pragma once
#include "base/base.h"

struct frame {
    int width, height;         /* pixels, 1..MEDIA_SIDE_MAX */
    int64_t time_us;           /* from the start of the stream */
    const uint8_t *planes[3];  /* Y, U, V; limited range unless full_range */
    int strides[3];            /* bytes a row */
    bool full_range;
};

struct frame *frame_ref(struct frame *f);
void frame_unref(struct frame *f); /* NULL is fine */
void frame_unrefp(struct frame **f);

/* Where a letterboxed frame lies in its square: x_square = x_frame * scale + left. */
struct letterbox {
    double scale;
    double left, top;
};
/* Area-averaged into a side x side RGB float tensor (NHWC), black bars centred:
 * value = byte * multiply + add. For blazeface: 1/127.5 and -1. */
MUST_USE bool frame_to_tensor(struct frame *f, int side, float multiply, float add, float *ret,
                              struct letterbox *ret_box, struct error *err);
/* A baseline JPEG no wider or higher than `side`; appended to `to`. */
struct buf;
MUST_USE bool frame_to_jpeg(struct frame *f, int side, struct buf *to, struct error *err);
