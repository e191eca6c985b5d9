#include "x11_private.h"

#include <X11/Xutil.h>
#include <X11/extensions/XInput2.h>
#include <X11/extensions/Xrandr.h>
#include <X11/extensions/shape.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

/* ---- errors ---- */

#define OURS_MAX 4
static Display *ours[OURS_MAX]; /* set before other threads run */
static int (*before)(Display *, XErrorEvent *);

static void add_ours(Display *d)
{
    for (int i = 0; i < OURS_MAX; i++) {
        if (!ours[i]) {
            ours[i] = d;
            return;
        }
    }
}

static int on_error(Display *d, XErrorEvent *e)
{
    for (int i = 0; i < OURS_MAX; i++)
        if (ours[i] == d)
            return 0;
    return before ? before(d, e) : 0;
}

void x11_take_errors(void) { before = XSetErrorHandler(on_error); }

/* ---- connection ---- */

static Atom atom(struct x11 *x, const char *name) { return XInternAtom(x->display, name, False); }

bool x11_open(struct x11 **ret, struct error *err)
{
    int event, error, major = 2, minor = 0;
    struct x11 *x = calloc(1, sizeof *x);
    if (!x)
        return error_no_memory(err);
    x->display = XOpenDisplay(NULL);
    if (!x->display) {
        free(x);
        return error_set(err, ERROR_CLOSED, "there is no X server");
    }
    add_ours(x->display);
    x->root = DefaultRootWindow(x->display);
    x->has_shape = XShapeQueryExtension(x->display, &event, &error);
    x->has_shm = XShmQueryExtension(x->display);
    if (!XQueryExtension(x->display, "XInputExtension", &x->xi_opcode, &event, &error) ||
        XIQueryVersion(x->display, &major, &minor) != Success)
        x->xi_opcode = 0;
    x->client_list = atom(x, "_NET_CLIENT_LIST");
    x->active_window = atom(x, "_NET_ACTIVE_WINDOW");
    x->wm_name = atom(x, "_NET_WM_NAME");
    x->wm_pid = atom(x, "_NET_WM_PID");
    x->wm_state = atom(x, "_NET_WM_STATE");
    x->above = atom(x, "_NET_WM_STATE_ABOVE");
    x->utf8 = atom(x, "UTF8_STRING");
    *ret = x;
    return true;
}

static void drop_image(struct x11 *x, struct x11_image *i)
{
    if (!i->image)
        return;
    if (i->segment.shmaddr) {
        XShmDetach(x->display, &i->segment);
        shmdt(i->segment.shmaddr);
        i->image->data = NULL;
    }
    XDestroyImage(i->image);
    *i = (struct x11_image){.image = NULL};
}

void x11_close(struct x11 *x)
{
    if (!x)
        return;
    for (int i = 0; i < FACTS_DISPLAYS_MAX; i++)
        drop_image(x, &x->images[i]);
    XCloseDisplay(x->display);
    free(x);
}

/* ---- displays ---- */

static void add_display(struct facts *f, const char *name, const XRRMonitorInfo *m, bool mirrors)
{
    if (f->displays_len == FACTS_DISPLAYS_MAX)
        return;
    struct fact_display *d = &f->displays[f->displays_len++];
    fact_text(d->name, sizeof d->name, str_from(name ? name : "display"));
    d->x = m->x;
    d->y = m->y;
    d->width = m->width;
    d->height = m->height;
    d->mirrors = mirrors;
}

static bool covers_another(const struct facts *f, const XRRMonitorInfo *m)
{
    for (size_t i = 0; i < f->displays_len; i++)
        if (f->displays[i].x == m->x && f->displays[i].y == m->y)
            return true;
    return false;
}

static void look_at_displays(struct x11 *x, struct facts *ret)
{
    int len = 0;
    XRRMonitorInfo *monitors = XRRGetMonitors(x->display, x->root, True, &len);
    for (int i = 0; monitors && i < len; i++) {
        char *name = XGetAtomName(x->display, monitors[i].name);
        add_display(ret, name, &monitors[i], covers_another(ret, &monitors[i]));
        for (int k = 1; k < monitors[i].noutput; k++) /* outputs that show the same */
            add_display(ret, name, &monitors[i], true);
        if (name)
            XFree(name);
    }
    if (monitors)
        XRRFreeMonitors(monitors);
}

/* ---- input devices ---- */

static bool is_no_device(const char *name)
{
    static const char *const words[] = {"XTEST",     "Power Button", "Sleep Button",
                                        "Video Bus", "Lid Switch",   NULL};
    for (int i = 0; words[i]; i++)
        if (strstr(name, words[i]))
            return true;
    return false;
}

static void look_at_inputs(struct x11 *x, struct facts *ret)
{
    int len = 0;
    XIDeviceInfo *all = x->xi_opcode ? XIQueryDevice(x->display, XIAllDevices, &len) : NULL;
    for (int i = 0; all && i < len && ret->inputs_len < FACTS_INPUTS_MAX; i++) {
        bool keys = all[i].use == XISlaveKeyboard, points = all[i].use == XISlavePointer;
        if ((!keys && !points) || !all[i].enabled || is_no_device(all[i].name))
            continue;
        struct fact_input *f = &ret->inputs[ret->inputs_len++];
        fact_text(f->name, sizeof f->name, str_from(all[i].name));
        f->kind = keys ? FACT_KEYBOARD : FACT_POINTER;
    }
    if (all)
        XIFreeDeviceInfo(all);
}

void x11_look(struct x11 *x, struct facts *ret)
{
    int opcode, event, error;
    look_at_displays(x, ret);
    look_at_inputs(x, ret);
    x11_windows(x, ret);
    if (XQueryExtension(x->display, "VNC-EXTENSION", &opcode, &event, &error))
        fact_text(ret->remote, sizeof ret->remote, STR("VNC server"));
}

/* ---- pictures ---- */

static bool make_image(struct x11 *x, struct x11_image *i, int width, int height, struct error *err)
{
    int screen = DefaultScreen(x->display);
    i->image = XShmCreateImage(x->display, DefaultVisual(x->display, screen),
                               (unsigned)DefaultDepth(x->display, screen), ZPixmap, NULL,
                               &i->segment, (unsigned)width, (unsigned)height);
    if (!i->image)
        return error_no_memory(err);
    size_t size = (size_t)i->image->bytes_per_line * (size_t)height;
    i->segment.shmid = shmget(IPC_PRIVATE, size, IPC_CREAT | 0600);
    void *place = i->segment.shmid < 0 ? (void *)-1 : shmat(i->segment.shmid, NULL, 0);
    if (place == (void *)-1) {
        if (i->segment.shmid >= 0)
            shmctl(i->segment.shmid, IPC_RMID, NULL);
        drop_image(x, i);
        return error_set(err, ERROR_NO_MEMORY, "no shared memory for a picture");
    }
    i->segment.shmaddr = i->image->data = place;
    i->segment.readOnly = False;
    XShmAttach(x->display, &i->segment);
    XSync(x->display, False);
    shmctl(i->segment.shmid, IPC_RMID, NULL); /* goes with the last who has it */
    i->width = width;
    i->height = height;
    return true;
}

static struct x11_image *image_of(struct x11 *x, int width, int height, struct error *err)
{
    struct x11_image *free_one = NULL;
    for (int i = 0; i < FACTS_DISPLAYS_MAX; i++) {
        if (x->images[i].image && x->images[i].width == width && x->images[i].height == height)
            return &x->images[i];
        if (!x->images[i].image && !free_one)
            free_one = &x->images[i];
    }
    if (!free_one) { /* sizes that came and went */
        free_one = &x->images[0];
        drop_image(x, free_one);
    }
    return make_image(x, free_one, width, height, err) ? free_one : NULL;
}

bool x11_grab(struct x11 *x, const struct fact_display *d, struct picture *ret, struct error *err)
{
    if (!x->has_shm)
        return error_set(err, ERROR_UNSUPPORTED, "this X server gives no pictures");
    struct x11_image *i = image_of(x, d->width, d->height, err);
    if (!i)
        return false;
    if (i->image->bits_per_pixel != 32 || i->image->byte_order != LSBFirst)
        return error_set(err, ERROR_UNSUPPORTED, "this X server has %d bits a pixel",
                         i->image->bits_per_pixel);
    /* A display that has just gone makes this fail, and the next look tells so. */
    if (!XShmGetImage(x->display, x->root, i->image, d->x, d->y, AllPlanes))
        return error_set(err, ERROR_IO, "no picture of %s", d->name);
    *ret = (struct picture){(const unsigned char *)i->image->data, d->width, d->height,
                            (size_t)i->image->bytes_per_line};
    return true;
}
