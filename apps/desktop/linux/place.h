/* What GTK 4 does not offer: a window's place on the screen, and to stay above others (X11). */
#pragma once
#include <gtk/gtk.h>

/* Into the lower right corner of its display, above other windows. */
void place_in_corner(GtkWindow *window);
