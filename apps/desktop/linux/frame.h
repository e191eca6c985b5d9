/* The blue frame around every display: an X11 window that is only four strips and takes no clicks,
 * so no compositor is needed and what lies beneath is used as before. One thread. */
#pragma once
#include "app_core/facts.h"

struct frame;

MUST_USE bool frame_create(struct frame **ret, struct error *err);
void frame_destroy(struct frame *f); /* NULL is fine */
/* Shows one around each of these displays, and none elsewhere; 0 hides all. Call it a few times a
 * second: it also puts them above what came above them. */
void frame_show(struct frame *f, const struct fact_display *displays, size_t len);
