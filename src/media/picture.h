/* Between libav's pictures and ours. For the files of this folder only. */
#pragma once
#include "media/frame.h"

#include <libavutil/frame.h>

struct SwsContext;

/* One swscale context, kept as long as the same is asked for. Zeroed is ready. */
struct scale {
    struct SwsContext *sws; /* owned */
    struct scale_key {
        int from_width, from_height, from_format, from_full;
        int to_width, to_height, to_format, to_full, flags;
    } key;
};
/* `to_format` and the like are libav's; ranges matter for YUV and grey only. swscale is told to
 * round exactly, so that the same picture gives the same bytes on every machine. */
MUST_USE bool scale_run(struct scale *s, const struct scale_key *key, const uint8_t *const *from,
                        const int *from_strides, uint8_t *const *to, const int *to_strides,
                        struct error *err);
void scale_done(struct scale *s);

/* How a stored picture is turned to be shown: first transposed, then mirrored. */
struct orientation {
    bool transpose, mirror_x, mirror_y;
};
/* From a display matrix as side data (nine 32-bit numbers, 16.16 fixed); anything else is upright.
 * What lies between quarter turns becomes the nearest of the eight orientations. */
struct orientation orientation_from_side_data(const uint8_t *data, size_t size);

/* The size a picture is shown in: square pixels, turned, within the limits. */
void picture_display_size(int width, int height, AVRational pixel_aspect, struct orientation turn,
                          int *ret_width, int *ret_height);
bool picture_size_is_allowed(int width, int height);

/* Any picture of libav as ours: 4:2:0, square pixels, upright. Shares the pixels where it can. */
MUST_USE bool picture_to_frame(struct scale *s, const AVFrame *picture, AVRational pixel_aspect,
                               struct orientation turn, int64_t time_us, struct frame **ret,
                               struct error *err);

/* "decode: message of libav" as `code`; running out of memory is always ERROR_NO_MEMORY. */
bool error_av(struct error *err, enum error_code code, int av_error, const char *what);
/* libav prints to standard error unless told otherwise; its words would be a stranger's. */
void media_silence(void);
