/* The desktop app for Windows: wiring of the platform's parts. */
#include "app_core/vault.h"
#include "app_record/encoder.h"
#include "camera.h"
#include "displays.h"
#include "http_winhttp.h"
#include "install.h"
#include "machine.h"
#include "sound.h"
#include "wide.h"
#include "window.h"

#include <shellapi.h>

static bool facts(void *context, struct facts *ret, struct error *err)
{
    (void)err;
    machine_look(context, ret);
    return true;
}

static bool camera(void *context, struct camera_look *ret, struct error *err)
{
    (void)context;
    return camera_look_mf(ret, err);
}

static bool microphone(void *context, struct sound_look *ret, struct error *err)
{
    (void)context;
    return sound_listen(ret, err);
}

static bool grab(void *context, const struct fact_display *display, struct picture *ret,
                 struct error *err)
{
    (void)context;
    return displays_grab(display, ret, err);
}

static int fail(const struct error *err)
{
    wchar_t text[ERROR_MESSAGE_MAX];
    wide_from(str_from(err->message), text, ARRAY_LEN(text));
    MessageBoxW(NULL, text, L"Proctortrack", MB_ICONERROR);
    return 1;
}

static bool run(HINSTANCE instance, char *data, const char *program, struct str link,
                struct error *err)
{
    const struct platform platform = {
        .name = "windows",
        .data = data,
        .program = program,
        .context = data,
        .http = http_winhttp_create,
        .facts = facts,
        .camera = camera,
        .microphone = microphone,
        .grab = grab,
        .encoder_create = encoder_create,
        .encode = encoder_add,
        .encoder_destroy = encoder_destroy,
        .protect = install_protect,
        .unprotect = install_unprotect,
    };
    struct engine *engine;
    if (!engine_open(&platform, link, &engine, err))
        return false;
    bool good = !engine || /* another one runs, and shows itself */
                window_run(instance, &engine, err);
    engine_stop(engine);
    displays_done();
    return good;
}

int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, PWSTR line, int show)
{
    char data[DISK_PATH_MAX], program[DISK_PATH_MAX], link[2048] = "";
    struct error err;
    int words_len = 0;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &words_len);
    (void)before;
    (void)line;
    (void)show;
    if (words && words_len > 1)
        WideCharToMultiByte(CP_UTF8, 0, words[1], -1, link, sizeof link, NULL, NULL);
    LocalFree(words);
    link[sizeof link - 1] = '\0';
    if (!vault_start(&err) || !install_program(program, &err) || !install_data(data, &err) ||
        !install_handler(&err) || !run(instance, data, program, str_from(link), &err))
        return fail(&err);
    return 0;
}
