/* The desktop app for Linux: wiring of the platform's parts. */
#include "app_core/native.h"
#include "app_core/vault.h"
#include "app_record/encoder.h"
#include "camera_v4l2.h"
#include "http_curl.h"
#include "install.h"
#include "machine.h"
#include "sound_pulse.h"
#include "window.h"
#include "x11.h"

#include "base/log.h"

#include <gtk/gtk.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct machine {
    struct x11 *x11; /* owned */
    char data[DISK_PATH_MAX], program[DISK_PATH_MAX];
    pthread_mutex_t lock; /* checks and monitoring are different threads */
};

/* ---- the platform's table ---- */

static bool facts(void *context, struct facts *ret, struct error *err)
{
    struct machine *m = context;
    (void)err;
    pthread_mutex_lock(&m->lock);
    machine_look(m->data, ret);
    x11_look(m->x11, ret);
    pthread_mutex_unlock(&m->lock);
    sound_devices(ret);
    return true;
}

static bool camera(void *context, struct camera_look *ret, struct error *err)
{
    (void)context;
    return camera_look_v4l2("/dev", ret, err);
}

static bool microphone(void *context, struct sound_look *ret, struct error *err)
{
    (void)context;
    return sound_listen(ret, err);
}

static bool grab(void *context, const struct fact_display *display, struct picture *ret,
                 struct error *err)
{
    struct machine *m = context;
    pthread_mutex_lock(&m->lock);
    bool good = x11_grab(m->x11, display, ret, err);
    pthread_mutex_unlock(&m->lock);
    return good;
}

static bool plugin_host(void *context, const char *plugin_id, struct error *err)
{
    const struct machine *m = context;
    return install_host(m->program, plugin_id, err);
}

/* ---- life ---- */

static int fail(const struct error *err)
{
    fprintf(stderr, "proctortrack: %s\n", err->message);
    return 1;
}

static void about(void)
{
    puts("usage: proctortrack [proctortrack://pair?server=...&code=...]\n\n"
         "The Proctortrack app, version " PT_VERSION ". It is started by the page of an exam.\n"
         "  --uninstall   remove everything that the app has put here\n"
         "  --version");
}

static bool find_program(struct machine *m, struct error *err)
{
    ssize_t len = readlink("/proc/self/exe", m->program, sizeof m->program - 1);
    if (len <= 0)
        return error_set(err, ERROR_IO, "/proc is not there");
    m->program[len] = '\0';
    return true;
}

static int uninstall(struct machine *m)
{
    CLEANUP(buf_done) struct buf told = {0};
    struct error err;
    if (!find_program(m, &err) || !install_remove(m->program, &told, &err))
        return fail(&err);
    printf("removed:\n" STR_FMT, STR_ARG(buf_str(&told)));
    return 0;
}

/* Started by the browser, without a window: its plugin asks who we are. */
static int host(struct machine *m, const char *plugin_id)
{
    const struct platform platform = {.name = "linux", .data = m->data};
    struct error err;
    if (!vault_start(&err) || !install_data(m->data, &err) ||
        !native_serve(&platform, plugin_id, stdin, stdout, &err))
        return fail(&err);
    return 0;
}

static bool run(struct machine *m, struct str link, struct error *err)
{
    const struct platform platform = {
        .name = "linux",
        .data = m->data,
        .program = m->program,
        .context = m,
        .http = http_curl_create,
        .facts = facts,
        .camera = camera,
        .microphone = microphone,
        .grab = grab,
        .encoder_create = encoder_create,
        .encode = encoder_add,
        .encoder_destroy = encoder_destroy,
        .plugin_host = plugin_host,
    };
    struct engine *engine;
    if (!engine_open(&platform, link, &engine, err))
        return false;
    bool good = !engine || /* another one runs, and shows itself */
                window_run(engine, m->program, err);
    engine_stop(engine);
    return good;
}

/* A window of text and buttons is drawn by cairo as well as by GL, and without Mesa, whose compiler
 * alone is more than this app: measured at its first page 37 MB resident instead of 206, where
 * there is no graphics card. Whoever sets these variables keeps what they set. Before any thread.
 */
static void stay_small(void)
{
    setenv("GSK_RENDERER", "cairo", 0);
    setenv("GDK_DEBUG", "gl-disable", 0);  /* GTK up to 4.14 */
    setenv("GDK_DISABLE", "gl,vulkan", 0); /* and later ones */
    mallopt(M_ARENA_MAX, 2);               /* five threads that mostly wait */
    /* As it is at the start, also after a large block was freed: such blocks are pages of their
     * own, which are zero without being written to, and go back when they are freed. */
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
}

int main(int argc, char **argv)
{
    struct machine m = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct error err;
    const char *word = argc > 1 ? argv[1] : "";
    char plugin_id[NATIVE_ID_SIZE];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return about(), 0;
    if (strcmp(word, "--version") == 0)
        return puts("proctortrack " PT_VERSION), 0;
    if (strcmp(word, "--uninstall") == 0)
        return uninstall(&m);
    if (native_origin(str_from(word), plugin_id))
        return host(&m, plugin_id);
    stay_small();
    gdk_set_allowed_backends("x11"); /* the frame and the pictures are X11's */
    if (!gtk_init_check()) {
        error_set(&err, ERROR_CLOSED, "there is no display");
        return fail(&err);
    }
    x11_take_errors();
    if (!vault_start(&err) || !http_curl_start(&err) || !find_program(&m, &err) ||
        !install_data(m.data, &err) || !install_handler(m.program, &err) || !x11_open(&m.x11, &err))
        return fail(&err);
    bool good = run(&m, str_from(word), &err);
    x11_close(m.x11);
    return good ? 0 : fail(&err);
}
