/* How large the picture in a JPEG is, without decoding it. The bytes come from a stranger's camera
 * by way of the decoder. */
#pragma once
#include "base/base.h"

#define JPEG_SIDE_MAX 4096 /* pixels; ours are 320 wide */

/* False for anything but a baseline or progressive JPEG of 8 bits in grey or three colours. */
MUST_USE bool jpeg_size(struct str bytes, int *ret_width, int *ret_height);
