/* The same as show.c for Windows: show TITLE [overlay]. Until killed. */
#include <windows.h>

#include <string.h>

int main(int argc, char **argv)
{
    BOOL overlay = argc > 2 && strcmp(argv[2], "overlay") == 0;
    DWORD style =
        overlay ? WS_EX_TOPMOST | WS_EX_LAYERED | WS_EX_TRANSPARENT | WS_EX_NOACTIVATE : 0;
    WNDCLASSA kind = {.lpfnWndProc = DefWindowProcA,
                      .hInstance = GetModuleHandleA(NULL),
                      .lpszClassName = "show"};
    MSG message;
    if (argc < 2 || !RegisterClassA(&kind))
        return 1;
    HWND window = CreateWindowExA(style, "show", argv[1], overlay ? WS_POPUP : WS_OVERLAPPEDWINDOW,
                                  60, 60, 400, 200, NULL, NULL, kind.hInstance, NULL);
    if (!window)
        return 1;
    if (overlay)
        SetLayeredWindowAttributes(window, 0, 200, LWA_ALPHA);
    ShowWindow(window, overlay ? SW_SHOWNOACTIVATE : SW_SHOW);
    if (!overlay)
        SetForegroundWindow(window);
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    return 0;
}
