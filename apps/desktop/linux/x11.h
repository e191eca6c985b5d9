/* What X11 tells: displays, pictures of them, windows, input devices. One connection of its own,
 * not GTK's; calls are made by one thread at a time. */
#pragma once
#include "app_core/platform.h"

struct x11;

/* ERROR_UNSUPPORTED where there is no X server, ERROR_CLOSED where it cannot be reached. */
MUST_USE bool x11_open(struct x11 **ret, struct error *err);
void x11_close(struct x11 *x); /* NULL is fine */
/* Errors of our own connections are answers ("that window has gone"), not reasons to end; GTK's go
 * where they went. Once, after GTK has started. */
void x11_take_errors(void);

/* Fills displays, inputs, active and overlays of *ret, and remote where the X server tells. */
void x11_look(struct x11 *x, struct facts *ret);
MUST_USE bool x11_grab(struct x11 *x, const struct fact_display *display, struct picture *ret,
                       struct error *err);
