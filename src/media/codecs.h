/* The decoders that a recording may ask for: libav's own for what recorders write. For this folder
 * only. */
#pragma once
#include "base/buf.h"

#include <libavcodec/codec.h>

/* NULL: not let in. */
const AVCodec *codecs_video(enum AVCodecID id);
const AVCodec *codecs_sound(enum AVCodecID id);
/* The names of all, with commas between, as libav wants them. */
void codecs_names(struct buf *to);
