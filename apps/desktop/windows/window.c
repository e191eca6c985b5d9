#include "window.h"

#include "app_core/pages.h"
#include "frame.h"
#include "install.h"
#include "wide.h"

#include <commctrl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLASS L"ProctortrackWindow"
#define TICK_MS 250
#define WIDE 620 /* of the inner part, at 96 dots an inch */
#define TALL 540
#define SMALL_WIDE 380
#define SMALL_TALL 200
#define GAP 24 /* pixels from the edges of the screen */
#define TEXT_MAX 1200

#define ON(page) (1 << (page)) /* a bit of control.pages */

enum id {
    ID_NONE = 100,
    ID_PAIR_TITLE,
    ID_PAIR_TEXT,
    ID_ADDRESS_LABEL,
    ID_ADDRESS,
    ID_CODE_LABEL,
    ID_CODE,
    ID_CONNECT,
    ID_WHO,
    ID_AGREEMENT,
    ID_PRIVACY,
    ID_AGREE,
    ID_START,
    ID_POINTS,
    ID_AGAIN,
    ID_BEGIN,
    ID_ELAPSED,
    ID_READING,
    ID_END,
    ID_ASK,
    ID_YES,
    ID_NO,
    ID_BAR,
    ID_SENT,
    ID_DONE,
    ID_QUIT,
    ID_UNINSTALL,
    ID_GONE,
    ID_MESSAGE,
};

/* Places at 96 dots an inch. */
static const struct control {
    enum id id;
    int pages; /* bits of enum page */
    const wchar_t *class, *text;
    DWORD style;
    int x, y, width, height;
} controls[] = {
    {ID_PAIR_TITLE, ON(PAGE_PAIR), L"STATIC", L"Proctortrack", 0, 18, 18, 580, 24},
    {ID_PAIR_TEXT, ON(PAGE_PAIR), L"STATIC",
     L"Press \"Open Proctortrack\" on the page of your exam. Or type here the address of the page "
     L"and the code that it shows.",
     0, 18, 48, 580, 44},
    {ID_ADDRESS_LABEL, ON(PAGE_PAIR), L"STATIC", L"A&ddress of the page", 0, 18, 100, 580, 20},
    {ID_ADDRESS, ON(PAGE_PAIR), L"EDIT", L"", WS_TABSTOP | WS_BORDER | ES_AUTOHSCROLL, 18, 122, 580,
     26},
    {ID_CODE_LABEL, ON(PAGE_PAIR), L"STATIC", L"C&ode", 0, 18, 158, 580, 20},
    {ID_CODE, ON(PAGE_PAIR), L"EDIT", L"", WS_TABSTOP | WS_BORDER | ES_AUTOHSCROLL, 18, 180, 200,
     26},
    {ID_CONNECT, ON(PAGE_PAIR), L"BUTTON", L"&Connect", WS_TABSTOP | BS_DEFPUSHBUTTON, 18, 222, 140,
     32},

    {ID_WHO, ON(PAGE_CONSENT), L"STATIC", L"", SS_NOPREFIX, 18, 14, 580, 80},
    {ID_AGREEMENT, ON(PAGE_CONSENT), L"EDIT", L"",
     WS_TABSTOP | WS_BORDER | WS_VSCROLL | ES_MULTILINE | ES_READONLY, 18, 100, 580, 250},
    {ID_PRIVACY, ON(PAGE_CONSENT), L"STATIC",
     L"During the exam this app reads: displays and pictures of them, the window in front, running "
     L"programs that are not allowed or not known, sound and input devices. Before you agree it "
     L"reads nothing, and afterwards nothing any more.",
     0, 18, 358, 580, 52},
    {ID_AGREE, ON(PAGE_CONSENT), L"BUTTON", L"I have &read the agreement and I agree",
     WS_TABSTOP | BS_AUTOCHECKBOX, 18, 414, 580, 24},
    {ID_START, ON(PAGE_CONSENT), L"BUTTON", L"&Start System Check", WS_TABSTOP | BS_DEFPUSHBUTTON,
     18, 444, 200, 32},

    {ID_POINTS, ON(PAGE_CHECKS), L"STATIC", L"", SS_NOPREFIX, 18, 14, 580, 420},
    {ID_AGAIN, ON(PAGE_CHECKS), L"BUTTON", L"Check &again", WS_TABSTOP, 18, 444, 150, 32},
    {ID_BEGIN, ON(PAGE_CHECKS), L"BUTTON", L"I Agree, Let's &Begin", WS_TABSTOP | BS_DEFPUSHBUTTON,
     180, 444, 220, 32},

    {ID_ELAPSED, ON(PAGE_MONITOR), L"STATIC", L"", 0, 14, 12, 350, 40},
    {ID_READING, ON(PAGE_MONITOR), L"STATIC", L"", SS_NOPREFIX, 14, 54, 350, 60},
    {ID_END, ON(PAGE_MONITOR), L"BUTTON", L"&End", WS_TABSTOP, 14, 158, 100, 30},

    {ID_ASK, ON(PAGE_ASK), L"STATIC",
     L"Upload the exam?\r\n\r\nAnswer Yes when you have handed in your exam: monitoring ends, and "
     L"what "
     L"was recorded is sent.",
     0, 14, 12, 350, 96},
    {ID_YES, ON(PAGE_ASK), L"BUTTON", L"&Yes", WS_TABSTOP | BS_DEFPUSHBUTTON, 14, 158, 100, 30},
    {ID_NO, ON(PAGE_ASK), L"BUTTON", L"&No", WS_TABSTOP, 124, 158, 100, 30},

    {ID_BAR, ON(PAGE_UPLOAD), PROGRESS_CLASSW, L"", 0, 14, 48, 350, 22},
    {ID_SENT, ON(PAGE_UPLOAD), L"STATIC", L"", SS_NOPREFIX, 14, 12, 350, 30},

    {ID_DONE, ON(PAGE_DONE), L"STATIC",
     L"100 % uploaded\r\n\r\nEverything is with your university. Nothing of it is on this computer "
     L"any "
     L"more.",
     0, 14, 12, 350, 90},
    {ID_QUIT, ON(PAGE_DONE) | ON(PAGE_GONE), L"BUTTON", L"&Quit App", WS_TABSTOP | BS_DEFPUSHBUTTON,
     14, 158, 110, 30},
    {ID_UNINSTALL, ON(PAGE_DONE), L"BUTTON", L"&Uninstall", WS_TABSTOP, 134, 158, 110, 30},
    {ID_GONE, ON(PAGE_GONE), L"STATIC", L"", SS_NOPREFIX, 14, 12, 350, 140},

    {ID_MESSAGE, ON(PAGE_PAIR) | ON(PAGE_CONSENT) | ON(PAGE_CHECKS), L"STATIC", L"", SS_NOPREFIX,
     18, 484, 580, 46},
};

struct window {
    HINSTANCE program;
    struct engine **engine; /* borrowed */
    HWND window;
    HFONT font;
    struct frame *frame; /* owned */
    enum page page;
    bool asking, removed, agreement_shown;
    int dpi;
};

/* ---- small things ---- */

static int scaled(const struct window *w, int pixels) { return MulDiv(pixels, w->dpi, 96); }

static HWND item(const struct window *w, enum id id) { return GetDlgItem(w->window, (int)id); }

static void set_wide(const struct window *w, enum id id, const wchar_t *text)
{
    wchar_t now[TEXT_MAX];
    GetWindowTextW(item(w, id), now, TEXT_MAX);
    if (wcscmp(now, text) != 0) /* no flicker, and a screen reader hears of changes alone */
        SetWindowTextW(item(w, id), text);
}

static void set_text(const struct window *w, enum id id, const char *text)
{
    wchar_t wide[TEXT_MAX];
    wide_from(str_from(text), wide, TEXT_MAX);
    set_wide(w, id, wide);
}

static struct str get_text(const struct window *w, enum id id, char *room, size_t size)
{
    wchar_t wide[300];
    GetWindowTextW(item(w, id), wide, ARRAY_LEN(wide));
    int len = WideCharToMultiByte(CP_UTF8, 0, wide, -1, room, (int)size, NULL, NULL);
    return str_bytes(room, len > 0 ? (size_t)len - 1 : 0);
}

/* ---- what is pressed ---- */

static void on_uninstall(struct window *w)
{
    CLEANUP(buf_done) struct buf told = {0};
    struct error err = {0};
    const char *text;
    engine_stop(*w->engine); /* it holds files of the folder that goes */
    *w->engine = NULL;
    w->removed = true;
    buf_add_c(&told, "Removed:\r\n");
    if (!install_remove(&told, &err))
        buf_add_c(&told, err.message);
    set_text(w, ID_GONE, buf_c_text(&told, &text, &err) ? text : err.message);
}

static void on_pressed(struct window *w, int id)
{
    char address[600], code[200];
    struct engine *e = *w->engine;
    if (!e && id != ID_QUIT)
        return;
    switch (id) {
    case ID_CONNECT:
        engine_pair_typed(e, get_text(w, ID_ADDRESS, address, sizeof address),
                          get_text(w, ID_CODE, code, sizeof code));
        break;
    case ID_AGREE:
        EnableWindow(item(w, ID_START),
                     SendMessageW(item(w, ID_AGREE), BM_GETCHECK, 0, 0) == BST_CHECKED);
        break;
    case ID_START:
        engine_agree(e);
        break;
    case ID_AGAIN:
        engine_again(e);
        break;
    case ID_BEGIN:
        engine_begin(e);
        break;
    case ID_END:
        w->asking = true;
        break;
    case ID_NO:
        w->asking = false;
        break;
    case ID_YES:
        w->asking = false;
        engine_upload(e);
        break;
    case ID_QUIT:
        PostQuitMessage(0);
        break;
    case ID_UNINSTALL:
        on_uninstall(w);
        break;
    default:
        break;
    }
}

/* While something is monitored or sent, the window's cross is not the way to end it. */
static void on_close(struct window *w)
{
    struct engine_view v = {.phase = PHASE_NONE};
    if (*w->engine)
        engine_look(*w->engine, &v);
    if (v.phase == PHASE_MONITORING || v.phase == PHASE_STOPPED)
        w->asking = true;
    else if (v.phase != PHASE_UPLOADING)
        PostQuitMessage(0);
}

/* ---- showing ---- */

static void place(struct window *w, bool small)
{
    RECT r = {0, 0, scaled(w, small ? SMALL_WIDE : WIDE), scaled(w, small ? SMALL_TALL : TALL)};
    MONITORINFO monitor = {.cbSize = sizeof monitor};
    GetMonitorInfoW(MonitorFromWindow(w->window, MONITOR_DEFAULTTOPRIMARY), &monitor);
    AdjustWindowRect(&r, WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_MINIMIZEBOX, FALSE);
    int width = r.right - r.left, height = r.bottom - r.top;
    const RECT *room = &monitor.rcWork;
    int x = small ? room->right - width - GAP : room->left + (room->right - room->left - width) / 2;
    int y =
        small ? room->bottom - height - GAP : room->top + (room->bottom - room->top - height) / 2;
    SetWindowPos(w->window, small ? HWND_TOPMOST : HWND_NOTOPMOST, x, MAX(y, room->top), width,
                 height, SWP_NOACTIVATE);
}

static const wchar_t *title_of(enum page page)
{
    switch (page) {
    case PAGE_CONSENT:
        return L"Proctortrack: agreement";
    case PAGE_CHECKS:
        return L"Proctortrack: system check";
    case PAGE_MONITOR:
        return L"Proctortrack: monitoring";
    case PAGE_ASK:
        return L"Proctortrack: upload the exam?";
    case PAGE_UPLOAD:
        return L"Proctortrack: uploading";
    case PAGE_DONE:
        return L"Proctortrack: uploaded";
    case PAGE_GONE:
        return L"Proctortrack: removed";
    case PAGE_NONE:
    case PAGES:
    case PAGE_PAIR:
        break;
    }
    return L"Proctortrack";
}

static void show_page(struct window *w, enum page page)
{
    HWND focus = NULL;
    bool was_small = page_is_small(w->page), small = page_is_small(page);
    if (page == w->page)
        return;
    if (w->page == PAGE_NONE || small != was_small)
        place(w, small);
    w->page = page;
    for (size_t i = 0; i < ARRAY_LEN(controls); i++) {
        bool shown = (controls[i].pages & ON(page)) != 0;
        ShowWindow(item(w, controls[i].id), shown ? SW_SHOWNA : SW_HIDE);
        if (shown && !focus && controls[i].style & WS_TABSTOP)
            focus = item(w, controls[i].id);
    }
    SetWindowTextW(w->window, title_of(page));
    if (focus)
        SetFocus(focus);
}

/* A multi-line EDIT wants carriage returns. */
static void show_agreement(struct window *w, const char *text)
{
    CLEANUP(buf_done) struct buf lines = {0};
    const char *c_text;
    if (!text[0] || w->agreement_shown)
        return;
    for (; *text; text++) {
        if (*text == '\n')
            buf_add_char(&lines, '\r');
        buf_add_char(&lines, *text);
    }
    size_t size = (lines.len + 1) * sizeof(wchar_t);
    CLEANUP(freep) wchar_t *wide = malloc(size);
    if (!wide || !buf_c_text(&lines, &c_text, NULL))
        return;
    wide_from(str_from(c_text), wide, lines.len + 1);
    SetWindowTextW(item(w, ID_AGREEMENT), wide);
    w->agreement_shown = true;
    EnableWindow(item(w, ID_AGREE), TRUE);
}

static void show_consent(struct window *w, const struct engine_view *v)
{
    char who[700];
    snprintf(who, sizeof who, "Agreement policy\r\n%s\r\n%s\r\nServer: %s", v->candidate, v->exam,
             v->server);
    set_text(w, ID_WHO, who);
    show_agreement(w, engine_agreement(*w->engine));
}

static void show_checks(struct window *w, const struct engine_view *v)
{
    static const char *const words[] = {
        [POINT_WAITING] = "waiting",
        [POINT_RUNNING] = "checking",
        [POINT_PASSED] = "passed",
        [POINT_FAILED] = "not passed",
        [POINT_OVERRIDDEN] = "let pass by staff",
    };
    static const char *const marks[] = {
        [POINT_WAITING] = " ", [POINT_RUNNING] = "\xe2\x80\xa6",    [POINT_PASSED] = "\xe2\x9c\x93",
        [POINT_FAILED] = "!",  [POINT_OVERRIDDEN] = "\xe2\x9c\x93",
    };
    char text[TEXT_MAX * 4];
    bool failed = false, running = false;
    size_t len = (size_t)snprintf(text, sizeof text, "System check\r\n\r\n");
    for (enum point p = POINT_NONE + 1; p < POINTS_LEN; p++) {
        enum point_state state = v->points[p].state;
        failed = failed || (state == POINT_FAILED && p != POINT_BROWSER);
        running = running || state == POINT_RUNNING;
        if (len < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s  %d. %s: %s\r\n",
                                    marks[state], (int)p, point_title(p), words[state]);
        if (state == POINT_FAILED && len < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "      %s %s\r\n",
                                    v->points[p].problem, v->points[p].mend);
        else if (p == POINT_BROWSER && state == POINT_WAITING && len < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len,
                                    "      The page in your browser checks this one.\r\n");
    }
    set_text(w, ID_POINTS, text);
    if (w->page != PAGE_CHECKS)
        return;
    ShowWindow(item(w, ID_AGAIN), failed ? SW_SHOWNA : SW_HIDE);
    EnableWindow(item(w, ID_AGAIN), !running);
    ShowWindow(item(w, ID_BEGIN), v->phase == PHASE_READY ? SW_SHOWNA : SW_HIDE);
}

static void show_monitor(struct window *w, const struct engine_view *v)
{
    char text[TEXT_MAX];
    bool on = phase_monitors(v->phase);
    snprintf(text, sizeof text, "%s %d:%02d:%02d\r\n%s", on ? "Monitoring" : "The exam is finished",
             (int)(v->elapsed_s / 3600), (int)(v->elapsed_s / 60 % 60), (int)(v->elapsed_s % 60),
             v->connected ? "Connected" : "Not connected: what is recorded waits on this computer");
    set_text(w, ID_ELAPSED, text);
    snprintf(text, sizeof text, "%s%s%s%s", on ? "Being read now: " : "Nothing is read any more. ",
             on ? v->reading : "Press End to send the rest.", v->message[0] ? "\r\n" : "",
             v->message);
    set_text(w, ID_READING, text);
    SendMessageW(item(w, ID_BAR), PBM_SETPOS, (WPARAM)v->percent, 0);
    snprintf(text, sizeof text, "Uploading the exam: %d %%. %s%s", v->percent, v->message,
             v->connected ? "" : "No connection: it goes on by itself when there is one.");
    set_text(w, ID_SENT, text);
}

static void tick(struct window *w)
{
    struct engine_view v = {.phase = PHASE_NONE};
    if (*w->engine)
        engine_look(*w->engine, &v);
    show_page(w, page_of(v.phase, w->asking, w->removed));
    frame_show(w->frame, v.displays, phase_monitors(v.phase) ? v.displays_len : 0);
    if (!*w->engine)
        return;
    set_text(w, ID_MESSAGE, v.message);
    EnableWindow(item(w, ID_CONNECT), !v.busy);
    show_consent(w, &v);
    show_checks(w, &v);
    show_monitor(w, &v);
    if (engine_was_called(*w->engine)) {
        ShowWindow(w->window, SW_SHOWNORMAL);
        SetForegroundWindow(w->window);
    }
}

/* ---- life ---- */

static LRESULT CALLBACK on_message(HWND window, UINT message, WPARAM wp, LPARAM lp)
{
    struct window *w = (struct window *)GetWindowLongPtrW(window, GWLP_USERDATA);
    switch (message) {
    case WM_COMMAND:
        if (w && HIWORD(wp) == BN_CLICKED)
            on_pressed(w, LOWORD(wp));
        return 0;
    case WM_TIMER:
        if (w)
            tick(w);
        return 0;
    case WM_CLOSE:
        if (w)
            on_close(w);
        return 0;
    default:
        return DefWindowProcW(window, message, wp, lp);
    }
}

static void make_controls(struct window *w)
{
    for (size_t i = 0; i < ARRAY_LEN(controls); i++) {
        const struct control *c = &controls[i];
        HWND made = CreateWindowExW(0, c->class, c->text, WS_CHILD | c->style, scaled(w, c->x),
                                    scaled(w, c->y), scaled(w, c->width), scaled(w, c->height),
                                    w->window, (HMENU)(intptr_t)c->id, w->program, NULL);
        SendMessageW(made, WM_SETFONT, (WPARAM)w->font, FALSE);
    }
    SendMessageW(item(w, ID_CODE), EM_LIMITTEXT, 24, 0);
    SendMessageW(item(w, ID_AGREEMENT), EM_LIMITTEXT, 0, 0);
    EnableWindow(item(w, ID_START), FALSE);
    EnableWindow(item(w, ID_AGREE), FALSE);
}

static bool make_window(struct window *w, struct error *err)
{
    NONCLIENTMETRICSW metrics = {.cbSize = sizeof metrics};
    const WNDCLASSW class = {.lpfnWndProc = on_message,
                             .hInstance = w->program,
                             .hCursor = LoadCursorW(NULL, IDC_ARROW),
                             .hIcon = LoadIconW(NULL, IDI_SHIELD),
                             .hbrBackground = (HBRUSH)(COLOR_BTNFACE + 1),
                             .lpszClassName = CLASS};
    HDC dc = GetDC(NULL);
    w->dpi = dc ? GetDeviceCaps(dc, LOGPIXELSX) : 96;
    ReleaseDC(NULL, dc);
    SystemParametersInfoW(SPI_GETNONCLIENTMETRICS, sizeof metrics, &metrics, 0);
    metrics.lfMessageFont.lfHeight = -scaled(w, 14);
    w->font = CreateFontIndirectW(&metrics.lfMessageFont);
    if (!RegisterClassW(&class))
        return wide_error(err, "the window");
    w->window = CreateWindowExW(WS_EX_CONTROLPARENT, CLASS, L"Proctortrack",
                                WS_OVERLAPPED | WS_CAPTION | WS_SYSMENU | WS_MINIMIZEBOX,
                                CW_USEDEFAULT, CW_USEDEFAULT, scaled(w, WIDE), scaled(w, TALL),
                                NULL, NULL, w->program, NULL);
    if (!w->window)
        return wide_error(err, "the window");
    make_controls(w);
    SetWindowLongPtrW(w->window, GWLP_USERDATA, (LONG_PTR)w);
    return true;
}

bool window_run(HINSTANCE program, struct engine **engine, struct error *err)
{
    struct window w = {.program = program, .engine = engine};
    const INITCOMMONCONTROLSEX wanted = {sizeof wanted, ICC_PROGRESS_CLASS};
    MSG message;
    InitCommonControlsEx(&wanted);
    if (!frame_create(program, &w.frame, err) || !make_window(&w, err))
        return false;
    tick(&w);
    ShowWindow(w.window, SW_SHOWNORMAL);
    SetTimer(w.window, 1, TICK_MS, NULL);
    while (GetMessageW(&message, NULL, 0, 0) > 0) {
        if (IsDialogMessageW(w.window, &message)) /* Tab, Alt with a letter, Return */
            continue;
        TranslateMessage(&message);
        DispatchMessageW(&message);
    }
    KillTimer(w.window, 1);
    SetWindowLongPtrW(w.window, GWLP_USERDATA, 0);
    frame_destroy(w.frame);
    DestroyWindow(w.window);
    DeleteObject(w.font);
    return true;
}
