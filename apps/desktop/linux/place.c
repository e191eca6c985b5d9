#include "place.h"

#include <X11/Xlib.h>

/* GDK's headers for X11 have warnings of their own. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#include <gdk/x11/gdkx.h>
#pragma GCC diagnostic pop

#define GAP 24        /* pixels from the edges */
#define DECORATION 30 /* what a window manager may put around it */

static void keep_above(Display *d, Window w)
{
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = w,
                                .message_type = XInternAtom(d, "_NET_WM_STATE", False),
                                .format = 32}};
    event.xclient.data.l[0] = 1; /* add */
    event.xclient.data.l[1] = (long)XInternAtom(d, "_NET_WM_STATE_ABOVE", False);
    event.xclient.data.l[3] = 1; /* an application asks */
    XSendEvent(d, DefaultRootWindow(d), False, SubstructureRedirectMask | SubstructureNotifyMask,
               &event);
}

void place_in_corner(GtkWindow *window)
{
    GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(window));
    if (!surface || !GDK_IS_X11_SURFACE(surface))
        return;
    GdkDisplay *display = gdk_surface_get_display(surface);
    GdkMonitor *monitor = gdk_display_get_monitor_at_surface(display, surface);
    GdkRectangle area;
    if (!monitor)
        return;
    gdk_monitor_get_geometry(monitor, &area);
    int scale = gdk_monitor_get_scale_factor(monitor);
    int width = gdk_surface_get_width(surface), height = gdk_surface_get_height(surface);
    Display *d = gdk_x11_display_get_xdisplay(display);
    Window w = gdk_x11_surface_get_xid(surface);
    XMoveWindow(d, w, (area.x + area.width - width - GAP) * scale,
                (area.y + area.height - height - GAP - DECORATION) * scale);
    keep_above(d, w);
    XFlush(d);
}
