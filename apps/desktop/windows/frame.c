#include "frame.h"

#include "wide.h"

#include <stdlib.h>

#define THICK 6
#define BLUE RGB(26, 102, 255)
#define CLASS L"ProctortrackFrame"

struct frame {
    HINSTANCE program;
    HBRUSH brush;
    struct {
        HWND strips[4]; /* NULL: hidden */
        int x, y, width, height;
    } shown[FACTS_DISPLAYS_MAX];
};

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM w, LPARAM l)
{
    if (message == WM_NCHITTEST)
        return HTTRANSPARENT;
    return DefWindowProcW(window, message, w, l);
}

bool frame_create(HINSTANCE program, struct frame **ret, struct error *err)
{
    struct frame *f = calloc(1, sizeof *f);
    if (!f)
        return error_no_memory(err);
    f->program = program;
    f->brush = CreateSolidBrush(BLUE);
    const WNDCLASSW class = {.lpfnWndProc = on_message,
                             .hInstance = program,
                             .hbrBackground = f->brush,
                             .lpszClassName = CLASS};
    if (!RegisterClassW(&class)) {
        free(f);
        return wide_error(err, "the frame");
    }
    *ret = f;
    return true;
}

static void hide(struct frame *f, size_t i)
{
    for (int s = 0; s < 4; s++) {
        if (f->shown[i].strips[s])
            DestroyWindow(f->shown[i].strips[s]);
        f->shown[i].strips[s] = NULL;
    }
}

void frame_destroy(struct frame *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < FACTS_DISPLAYS_MAX; i++)
        hide(f, i);
    DeleteObject(f->brush);
    free(f);
}

static void show(struct frame *f, size_t i, const struct fact_display *d)
{
    const RECT strips[4] = {{0, 0, d->width, THICK},
                            {0, d->height - THICK, d->width, THICK},
                            {0, THICK, THICK, d->height - 2 * THICK},
                            {d->width - THICK, THICK, THICK, d->height - 2 * THICK}};
    for (int s = 0; s < 4; s++) {
        HWND w = CreateWindowExW(
            WS_EX_TOPMOST | WS_EX_LAYERED | WS_EX_TRANSPARENT | WS_EX_TOOLWINDOW | WS_EX_NOACTIVATE,
            CLASS, L"Proctortrack: you are being monitored", WS_POPUP, d->x + strips[s].left,
            d->y + strips[s].top, strips[s].right, strips[s].bottom, NULL, NULL, f->program, NULL);
        if (w) {
            SetLayeredWindowAttributes(w, 0, 255, LWA_ALPHA);
            ShowWindow(w, SW_SHOWNOACTIVATE);
        }
        f->shown[i].strips[s] = w;
    }
    f->shown[i].x = d->x;
    f->shown[i].y = d->y;
    f->shown[i].width = d->width;
    f->shown[i].height = d->height;
}

void frame_show(struct frame *f, const struct fact_display *displays, size_t len)
{
    for (size_t i = 0; i < FACTS_DISPLAYS_MAX; i++) {
        const struct fact_display *d = i < len ? &displays[i] : NULL;
        if (d && f->shown[i].strips[0] && f->shown[i].x == d->x && f->shown[i].y == d->y &&
            f->shown[i].width == d->width && f->shown[i].height == d->height) {
            for (int s = 0; s < 4; s++)
                SetWindowPos(f->shown[i].strips[s], HWND_TOPMOST, 0, 0, 0, 0,
                             SWP_NOMOVE | SWP_NOSIZE | SWP_NOACTIVATE);
            continue;
        }
        hide(f, i);
        if (d && !d->mirrors && d->width > 2 * THICK && d->height > 2 * THICK)
            show(f, i, d);
    }
}
