/* A window for the desktop tests: show TITLE [overlay]. Named like a browser's program it is one,
 * as far as an app can tell. An overlay lies over all others, unmanaged, and lets clicks through.
 * Until killed. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/shape.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    Display *display = XOpenDisplay(NULL);
    if (argc < 2 || !display) {
        fprintf(stderr, "usage: show TITLE [overlay], with a display\n");
        return 1;
    }
    XSetWindowAttributes set = {.override_redirect = argc > 2 && strcmp(argv[2], "overlay") == 0,
                                .background_pixel = WhitePixel(display, DefaultScreen(display)),
                                .event_mask = StructureNotifyMask};
    Window window = XCreateWindow(display, DefaultRootWindow(display), 60, 60, 400, 200, 0,
                                  CopyFromParent, InputOutput, CopyFromParent,
                                  CWOverrideRedirect | CWBackPixel | CWEventMask, &set);
    long pid = getpid();
    XStoreName(display, window, argv[1]);
    XChangeProperty(display, window, XInternAtom(display, "_NET_WM_PID", False), 6 /* CARDINAL */,
                    32, PropModeReplace, (unsigned char *)&pid, 1);
    if (set.override_redirect)
        XShapeCombineRectangles(display, window, ShapeInput, 0, 0, NULL, 0, ShapeSet, Unsorted);
    XMapRaised(display, window);
    for (XEvent event;;)
        XNextEvent(display, &event);
}
