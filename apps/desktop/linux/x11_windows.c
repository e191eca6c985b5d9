/* Windows: the one in front, and those that lie above all others and take no clicks. */
#include "machine.h"
#include "x11_private.h"

#include <X11/Xatom.h>
#include <X11/Xutil.h>
#include <X11/extensions/shape.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WINDOWS_MAX 512
#define OVERLAY_MIN 40 /* pixels a side: smaller ones show nothing that could be read */

/* *ret_len items; the caller frees with XFree(); NULL for none. */
static void *property(struct x11 *x, Window w, Atom name, Atom type, unsigned long *ret_len)
{
    Atom actual;
    int format;
    unsigned long rest;
    unsigned char *data = NULL;
    *ret_len = 0;
    if (XGetWindowProperty(x->display, w, name, 0, 4096, False, type, &actual, &format, ret_len,
                           &rest, &data) != Success)
        return NULL;
    if (data && actual != type) {
        XFree(data);
        *ret_len = 0;
        return NULL;
    }
    return data;
}

static Window window_property(struct x11 *x, Window w, Atom name)
{
    unsigned long len;
    unsigned long *value = property(x, w, name, XA_WINDOW, &len);
    Window found = value && len ? (Window)value[0] : None;
    if (value)
        XFree(value);
    return found;
}

static int64_t pid_of(struct x11 *x, Window w)
{
    unsigned long len;
    unsigned long *value = property(x, w, x->wm_pid, XA_CARDINAL, &len);
    int64_t pid = value && len ? (int64_t)value[0] : 0;
    if (value)
        XFree(value);
    return pid;
}

static void title_of(struct x11 *x, Window w, char *ret, size_t size)
{
    unsigned long len;
    char *text = property(x, w, x->wm_name, x->utf8, &len);
    char *old = NULL;
    if (!text && XFetchName(x->display, w, &old) && old)
        len = strlen(old);
    fact_text(ret, size, str_bytes(text ? text : old, text || old ? len : 0));
    if (text)
        XFree(text);
    if (old)
        XFree(old);
}

static void program_of(struct x11 *x, Window w, char *ret, size_t size)
{
    XClassHint hint = {NULL, NULL};
    int64_t pid = pid_of(x, w);
    ret[0] = '\0';
    if (pid > 0)
        machine_program(pid, ret, size);
    if (!ret[0] && XGetClassHint(x->display, w, &hint)) {
        fact_program_name(ret, size, str_from(hint.res_class));
        XFree(hint.res_name);
        XFree(hint.res_class);
    }
}

static void look_at_active(struct x11 *x, struct facts *ret)
{
    Window w = window_property(x, x->root, x->active_window);
    int revert;
    if (w == None) { /* no window manager that tells */
        XGetInputFocus(x->display, &w, &revert);
        if (w == PointerRoot || w == None)
            return;
    }
    ret->active.id = (int64_t)w;
    title_of(x, w, ret->active.title, sizeof ret->active.title);
    program_of(x, w, ret->active.program, sizeof ret->active.program);
}

/* ---- overlays ---- */

static bool is_above(struct x11 *x, Window w)
{
    unsigned long len;
    unsigned long *states = property(x, w, x->wm_state, XA_ATOM, &len);
    bool above = false;
    for (unsigned long i = 0; states && i < len; i++)
        above = above || states[i] == x->above;
    if (states)
        XFree(states);
    return above;
}

static bool takes_no_clicks(struct x11 *x, Window w)
{
    int len = 1, ordering;
    XRectangle *areas = XShapeGetRectangles(x->display, w, ShapeInput, &len, &ordering);
    if (areas)
        XFree(areas);
    return len == 0;
}

static bool is_nameless(const struct fact_window *f) { return !f->title[0] && !f->program[0]; }

/* A compositor has a window of its own over everything, without a name; ours is ours. */
static void look_at_overlay(struct x11 *x, Window w, bool managed, struct facts *ret)
{
    XWindowAttributes a, root;
    struct fact_window f = {.id = (int64_t)w};
    if (ret->overlays_len == FACTS_OVERLAYS_MAX || !XGetWindowAttributes(x->display, w, &a) ||
        a.map_state != IsViewable || a.class != InputOutput || a.width < OVERLAY_MIN ||
        a.height < OVERLAY_MIN || (!a.override_redirect && !managed) ||
        (managed && !is_above(x, w)) || !takes_no_clicks(x, w) || pid_of(x, w) == getpid() ||
        !XGetWindowAttributes(x->display, x->root, &root))
        return;
    title_of(x, w, f.title, sizeof f.title);
    program_of(x, w, f.program, sizeof f.program);
    if (is_nameless(&f) && a.width == root.width && a.height == root.height)
        return;
    ret->overlays[ret->overlays_len++] = f;
}

static void look_at_overlays(struct x11 *x, struct facts *ret)
{
    Window root, parent, *children = NULL;
    unsigned len = 0;
    unsigned long managed_len;
    if (!x->has_shape)
        return;
    if (XQueryTree(x->display, x->root, &root, &parent, &children, &len))
        for (unsigned i = 0; i < len && i < WINDOWS_MAX; i++)
            look_at_overlay(x, children[i], false, ret);
    if (children)
        XFree(children);
    unsigned long *managed = property(x, x->root, x->client_list, XA_WINDOW, &managed_len);
    for (unsigned long i = 0; managed && i < managed_len && i < WINDOWS_MAX; i++)
        look_at_overlay(x, (Window)managed[i], true, ret);
    if (managed)
        XFree(managed);
}

void x11_windows(struct x11 *x, struct facts *ret)
{
    const char *kind = getenv("XDG_SESSION_TYPE");
    /* Xwayland shows nothing of windows that are not its own. */
    ret->windows_known = !(kind && strcmp(kind, "wayland") == 0) && !getenv("WAYLAND_DISPLAY");
    look_at_active(x, ret);
    look_at_overlays(x, ret);
}
