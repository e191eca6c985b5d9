/* The blue frame: four thin windows a display, above all, that take no clicks. The window's thread.
 */
#pragma once
#include "app_core/facts.h"

#include "wide.h"

struct frame;

MUST_USE bool frame_create(HINSTANCE program, struct frame **ret, struct error *err);
void frame_destroy(struct frame *f); /* NULL is fine */
/* Shows one around each of these displays, and none elsewhere; call it a few times a second. */
void frame_show(struct frame *f, const struct fact_display *displays, size_t len);
