/* Shared by x11*.c. */
#pragma once
#include "x11.h"

#include <X11/Xlib.h>
#include <X11/extensions/XShm.h>

struct x11_image {
    XImage *image; /* owned; NULL: none */
    XShmSegmentInfo segment;
    int width, height;
};
struct x11 {
    Display *display; /* owned */
    Window root;
    bool has_shape, has_shm;
    int xi_opcode; /* 0: none */
    Atom client_list, active_window, wm_name, wm_pid, wm_state, above, utf8;
    struct x11_image images[FACTS_DISPLAYS_MAX];
};

void x11_windows(struct x11 *x, struct facts *ret);
