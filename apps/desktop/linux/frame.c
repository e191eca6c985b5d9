#include "frame.h"

#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/shape.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define THICK 6 /* pixels */

struct frame {
    Display *display; /* owned */
    unsigned long blue;
    struct {
        Window window; /* None: hidden */
        int x, y, width, height;
    } shown[FACTS_DISPLAYS_MAX];
};

bool frame_create(struct frame **ret, struct error *err)
{
    XColor colour = {
        .red = 0x1a00, .green = 0x6600, .blue = 0xff00, .flags = DoRed | DoGreen | DoBlue};
    struct frame *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->display = XOpenDisplay(NULL);
    if (!f->display) {
        free(f);
        return error_set(err, ERROR_CLOSED, "there is no X server");
    }
    XAllocColor(f->display, DefaultColormap(f->display, DefaultScreen(f->display)), &colour);
    f->blue = colour.pixel;
    *ret = f;
    return true;
}

static void hide(struct frame *f, size_t i)
{
    if (f->shown[i].window != None)
        XDestroyWindow(f->display, f->shown[i].window);
    f->shown[i].window = None;
}

void frame_destroy(struct frame *f)
{
    if (!f)
        return;
    XCloseDisplay(f->display); /* its windows go with it */
    free(f);
}

static void shape(struct frame *f, Window w, int width, int height)
{
    XRectangle strips[4] = {
        {0, 0, (unsigned short)width, THICK},
        {0, (short)(height - THICK), (unsigned short)width, THICK},
        {0, 0, THICK, (unsigned short)height},
        {(short)(width - THICK), 0, THICK, (unsigned short)height},
    };
    XShapeCombineRectangles(f->display, w, ShapeBounding, 0, 0, strips, 4, ShapeSet, Unsorted);
    XShapeCombineRectangles(f->display, w, ShapeInput, 0, 0, NULL, 0, ShapeSet, Unsorted);
}

static void show(struct frame *f, size_t i, const struct fact_display *d)
{
    XSetWindowAttributes a = {.override_redirect = True, .background_pixel = f->blue};
    XClassHint class = {(char[]){"proctortrack"}, (char[]){"Proctortrack"}};
    unsigned long pid = (unsigned long)getpid();
    Window w = XCreateWindow(f->display, DefaultRootWindow(f->display), d->x, d->y,
                             (unsigned)d->width, (unsigned)d->height, 0, CopyFromParent,
                             InputOutput, CopyFromParent, CWOverrideRedirect | CWBackPixel, &a);
    XStoreName(f->display, w, "Proctortrack: you are being monitored");
    XSetClassHint(f->display, w, &class);
    XChangeProperty(f->display, w, XInternAtom(f->display, "_NET_WM_PID", False), XA_CARDINAL, 32,
                    PropModeReplace, (unsigned char *)&pid, 1);
    shape(f, w, d->width, d->height);
    XMapRaised(f->display, w);
    f->shown[i].window = w;
    f->shown[i].x = d->x;
    f->shown[i].y = d->y;
    f->shown[i].width = d->width;
    f->shown[i].height = d->height;
}

void frame_show(struct frame *f, const struct fact_display *displays, size_t len)
{
    for (size_t i = 0; i < FACTS_DISPLAYS_MAX; i++) {
        const struct fact_display *d = i < len ? &displays[i] : NULL;
        bool same = d && f->shown[i].window != None && f->shown[i].x == d->x &&
                    f->shown[i].y == d->y && f->shown[i].width == d->width &&
                    f->shown[i].height == d->height;
        if (same) {
            XRaiseWindow(f->display, f->shown[i].window);
            continue;
        }
        hide(f, i);
        if (d && !d->mirrors && d->width > 2 * THICK && d->height > 2 * THICK)
            show(f, i, d);
    }
    XFlush(f->display);
    while (XPending(f->display)) { /* nothing of it concerns us */
        XEvent event;
        XNextEvent(f->display, &event);
    }
}
