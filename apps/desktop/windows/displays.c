#include "displays.h"

#include "wide.h"

#include <string.h>

static BOOL CALLBACK on_monitor(HMONITOR monitor, HDC dc, LPRECT area, LPARAM context)
{
    struct facts *ret = (struct facts *)context;
    MONITORINFOEXW info = {.cbSize = sizeof info};
    (void)dc;
    (void)area;
    if (!GetMonitorInfoW(monitor, (MONITORINFO *)&info))
        return TRUE;
    struct fact_display *d = &ret->displays[ret->displays_len++];
    wide_to(info.szDevice, d->name, sizeof d->name);
    d->x = info.rcMonitor.left;
    d->y = info.rcMonitor.top;
    d->width = info.rcMonitor.right - info.rcMonitor.left;
    d->height = info.rcMonitor.bottom - info.rcMonitor.top;
    return ret->displays_len < FACTS_DISPLAYS_MAX;
}

/* Outputs that show what another shows are one monitor to EnumDisplayMonitors: the paths tell. */
static void look_for_mirrors(struct facts *ret)
{
    DISPLAYCONFIG_PATH_INFO paths[16];
    DISPLAYCONFIG_MODE_INFO modes[32];
    UINT32 paths_len = ARRAY_LEN(paths), modes_len = ARRAY_LEN(modes);
    if (QueryDisplayConfig(QDC_ONLY_ACTIVE_PATHS, &paths_len, paths, &modes_len, modes, NULL))
        return;
    for (UINT32 i = 0; i < paths_len && ret->displays_len < FACTS_DISPLAYS_MAX; i++) {
        bool again = false;
        for (UINT32 k = 0; k < i; k++)
            again = again || (paths[k].sourceInfo.id == paths[i].sourceInfo.id &&
                              memcmp(&paths[k].sourceInfo.adapterId, &paths[i].sourceInfo.adapterId,
                                     sizeof(LUID)) == 0);
        if (!again || ret->displays_len == 0)
            continue;
        struct fact_display *d = &ret->displays[ret->displays_len++];
        *d = ret->displays[0];
        d->mirrors = true;
    }
}

void displays_look(struct facts *ret)
{
    EnumDisplayMonitors(NULL, NULL, on_monitor, (LPARAM)ret);
    look_for_mirrors(ret);
}

/* ---- pictures ---- */

static struct image {
    HDC dc;
    HBITMAP bitmap;
    HGDIOBJ before;
    void *pixels; /* the bitmap's */
    int width, height;
} image; /* of the monitor's thread alone */

void displays_done(void)
{
    if (image.dc) {
        SelectObject(image.dc, image.before);
        DeleteObject(image.bitmap);
        DeleteDC(image.dc);
    }
    memset(&image, 0, sizeof image);
}

static bool make_image(HDC screen, int width, int height, struct error *err)
{
    BITMAPINFO info = {.bmiHeader = {.biSize = sizeof info.bmiHeader,
                                     .biWidth = width,
                                     .biHeight = -height, /* from above */
                                     .biPlanes = 1,
                                     .biBitCount = 32,
                                     .biCompression = BI_RGB}};
    if (image.dc && image.width == width && image.height == height)
        return true;
    displays_done();
    image.dc = CreateCompatibleDC(screen);
    image.bitmap = CreateDIBSection(screen, &info, DIB_RGB_COLORS, &image.pixels, NULL, 0);
    if (!image.dc || !image.bitmap)
        return error_no_memory(err);
    image.before = SelectObject(image.dc, image.bitmap);
    image.width = width;
    image.height = height;
    return true;
}

bool displays_grab(const struct fact_display *d, struct picture *ret, struct error *err)
{
    HDC screen = GetDC(NULL);
    if (!screen)
        return wide_error(err, "the screen");
    bool good = make_image(screen, d->width, d->height, err);
    if (good &&
        !BitBlt(image.dc, 0, 0, d->width, d->height, screen, d->x, d->y, SRCCOPY | CAPTUREBLT))
        good = wide_error(err, "a picture of the screen"); /* the lock screen's, for one */
    ReleaseDC(NULL, screen);
    if (!good)
        return false;
    GdiFlush();
    *ret = (struct picture){image.pixels, d->width, d->height, (size_t)d->width * 4};
    return true;
}
