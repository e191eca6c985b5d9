/* The desktop app for Windows: wiring of the platform's parts. */
#include "app_core/native.h"
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

#include <fcntl.h>
#include <io.h>
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

static bool plugin_host(void *context, const char *plugin_id, struct error *err)
{
    return install_host(context, plugin_id, err);
}

static int fail(const struct error *err)
{
    wchar_t text[ERROR_MESSAGE_MAX];
    wide_from(str_from(err->message), text, ARRAY_LEN(text));
    MessageBoxW(NULL, text, L"Proctortrack", MB_ICONERROR);
    return 1;
}

/* Started by the browser, without a window: its plugin asks who we are. */
static int host(const char *plugin_id)
{
    char data[DISK_PATH_MAX];
    const struct platform platform = {.name = "windows",
                                      .data = data,
                                      .protect = install_protect,
                                      .unprotect = install_unprotect};
    struct error err;
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
    return !(vault_start(&err) && install_data(data, &err) &&
             native_serve(&platform, plugin_id, stdin, stdout, &err)); /* nobody reads why */
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
        .plugin_host = plugin_host,
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
    char data[DISK_PATH_MAX], program[DISK_PATH_MAX], link[2048] = "", plugin_id[NATIVE_ID_SIZE];
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
    if (native_origin(str_from(link), plugin_id))
        return host(plugin_id);
    if (!vault_start(&err) || !install_program(program, &err) || !install_data(data, &err) ||
        !install_handler(&err) || !run(instance, data, program, str_from(link), &err))
        return fail(&err);
    return 0;
}
