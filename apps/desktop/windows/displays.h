/* Displays and pictures of them, by GDI: it works on every Windows and in every session, and costs
 * some milliseconds a picture. */
#pragma once
#include "app_core/platform.h"

void displays_look(struct facts *ret);
MUST_USE bool displays_grab(const struct fact_display *display, struct picture *ret,
                            struct error *err);
void displays_done(void); /* gives the memory of pictures back */
