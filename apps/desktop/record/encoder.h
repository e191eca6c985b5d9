/* Two pictures a second of a screen, as VP8 in WebM (libvpx). A picture that is the one before
 * costs a comparison and nothing else; one comes at least every two seconds all the same, so that a
 * recording that stands still differs from one that has stopped. */
#pragma once
#include "app_core/platform.h"

MUST_USE bool encoder_create(int width, int height, struct encoder **ret, struct error *err);
MUST_USE bool encoder_add(struct encoder *e, const struct picture *p, int64_t at_ms, struct buf *to,
                          struct error *err);
void encoder_destroy(struct encoder *e); /* NULL is fine */
