/* The engine's three threads with a made-up machine and server: from the link to the end, and again
 * after a crash in the middle. */
#include "app_core/engine.h"
#include "app_core/test_server_impl.h"
#include "app_core/vault.h"
#include "support/fault.h"
#include "support/test.h"

#include <dirent.h>
#include <unistd.h>

static struct test_server *server; /* of the test that runs: the interface has no context */
static struct {
    int looks, pictures; /* how often the machine was read */
    bool second_display, office;
} machine;

static bool make_http(const char *origin, struct http **ret, struct error *err)
{
    (void)err;
    assert_string_equal(origin, "http://127.0.0.1:1");
    *ret = test_http(server);
    return true;
}

static bool facts(void *context, struct facts *ret, struct error *err)
{
    (void)context;
    (void)err;
    pthread_mutex_lock(&test_lock);
    machine.looks++;
    ret->displays_len = machine.second_display ? 2 : 1;
    for (size_t i = 0; i < ret->displays_len; i++) {
        snprintf(ret->displays[i].name, FACT_TEXT, "D%zu", i);
        ret->displays[i].width = ret->displays[i].height = 8;
    }
    if (machine.office) {
        snprintf(ret->programs[0].name, FACT_TEXT, "soffice");
        ret->programs_len = 1;
    }
    pthread_mutex_unlock(&test_lock);
    ret->windows_known = true;
    ret->memory_bytes = ret->disk_free_bytes = INT64_C(8) << 30;
    return true;
}

static bool camera(void *context, struct camera_look *ret, struct error *err)
{
    (void)context;
    (void)err;
    *ret = (struct camera_look){"Webcam", 1, true, true, false, 0.5, false};
    return true;
}

static bool microphone(void *context, struct sound_look *ret, struct error *err)
{
    (void)context;
    (void)err;
    *ret = (struct sound_look){"Microphone", 1, true, false, 0.1};
    return true;
}

static bool grab(void *context, const struct fact_display *d, struct picture *ret,
                 struct error *err)
{
    static const unsigned char pixels[8 * 8 * 4];
    (void)context;
    (void)d;
    (void)err;
    pthread_mutex_lock(&test_lock);
    machine.pictures++;
    pthread_mutex_unlock(&test_lock);
    *ret = (struct picture){pixels, 8, 8, 32};
    return true;
}

struct encoder {
    int n;
};
static bool encoder_create(int width, int height, struct encoder **ret, struct error *err)
{
    (void)width;
    (void)height;
    *ret = calloc(1, sizeof **ret);
    return *ret || error_no_memory(err);
}
static bool encode(struct encoder *e, const struct picture *p, int64_t at_ms, struct buf *to,
                   struct error *err)
{
    (void)p;
    (void)at_ms;
    buf_printf(to, "<picture %d>", e->n++);
    return buf_ok(to, err);
}
static void encoder_destroy(struct encoder *e) { free(e); }

static struct platform platform_in(const struct test_folder *folder)
{
    return (struct platform){.name = "linux",
                             .data = folder->path,
                             .http = make_http,
                             .facts = facts,
                             .camera = camera,
                             .microphone = microphone,
                             .grab = grab,
                             .encoder_create = encoder_create,
                             .encode = encode,
                             .encoder_destroy = encoder_destroy};
}

static void waits_for(struct engine *e, enum phase phase)
{
    struct engine_view v;
    for (int i = 0; i < 300; i++) {
        engine_look(e, &v);
        if (v.phase == phase)
            return;
        usleep(50000);
    }
    fail_msg("phase %s instead of %s (%s)", phase_name(v.phase), phase_name(phase), v.message);
}

static bool contains(const struct buf *b, const char *text)
{
    pthread_mutex_lock(&test_lock);
    bool found = b->len && memmem(b->ptr, b->len, text, strlen(text));
    pthread_mutex_unlock(&test_lock);
    return found;
}

static void comes(const struct buf *b, const char *text)
{
    for (int i = 0; i < 200; i++) {
        if (contains(b, text))
            return;
        usleep(50000);
    }
    fail_msg("no \"%s\"", text);
}

static void set(bool *what, bool to)
{
    pthread_mutex_lock(&test_lock);
    *what = to;
    pthread_mutex_unlock(&test_lock);
}

static int looks(void)
{
    pthread_mutex_lock(&test_lock);
    int n = machine.looks + machine.pictures;
    pthread_mutex_unlock(&test_lock);
    return n;
}

static struct engine *start(const struct platform *p)
{
    struct engine *e;
    struct error err;
    assert_good(engine_start(p, &e, &err), err);
    return e;
}

static void from_the_link_to_the_end_with_a_crash_and_a_cut(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    struct test_server s = {.overridden = true};
    struct engine *e, *second;
    struct error err;
    (void)state;
    test_folder_init(&folder);
    memset(&machine, 0, sizeof machine);
    server = &s;
    const struct platform p = platform_in(&folder);
    e = start(&p);
    assert_error(engine_start(&p, &second, &err), err, ERROR_BUSY);
    /* The link comes through a second start. */
    assert_good(engine_pass_on(
                    &p, STR("proctortrack://pair?server=http%3A%2F%2F127.0.0.1%3A1&code=A"), &err),
                err);
    waits_for(e, PHASE_CONSENT);
    usleep(700000);
    assert_int_equal(looks(), 0); /* nothing is read before consent */
    assert_string_equal(engine_agreement(e), "One.\n\nTwo.");
    engine_begin(e); /* not what comes now */
    engine_agree(e);
    waits_for(e, PHASE_READY);
    engine_begin(e);
    waits_for(e, PHASE_MONITORING);
    set(&s.recording, true);
    set(&machine.second_display, true);
    set(&machine.office, true);
    comes(&s.events, "\"kind\":\"office\",\"name\":\"soffice\"");
    comes(&s.events, "\"count\":2");
    comes(&s.uploads[0], "<picture 1>");

    /* The network goes, then the app; what was recorded waits. */
    set(&s.gone, true);
    usleep(2500000);
    engine_stop(e); /* stands for a kill: nothing of it is told */
    set(&s.gone, false);
    e = start(&p);
    waits_for(e, PHASE_MONITORING);
    for (int i = 0; i < 200 && s.lengths[0] < 0; i++)
        usleep(50000);
    assert_true(s.lengths[0] > 0);
    set(&s.finished, true);
    waits_for(e, PHASE_STOPPED);
    usleep(1200000);
    int before = looks();
    usleep(1200000);
    assert_int_equal(looks(), before); /* and nothing after the finish */
    engine_upload(e);
    waits_for(e, PHASE_DONE);
    struct engine_view v;
    engine_look(e, &v);
    engine_stop(e);
    assert_true(contains(&s.beats, "\"phase\":\"done\""));
    assert_true(contains(&s.events, "app-closed"));
    for (size_t i = 0; i < s.uploads_len; i++)
        assert_int_equal(s.lengths[i], s.uploads[i].len);
    char path[300];
    snprintf(path, sizeof path, "%s/sessions/abc", folder.path);
    assert_int_equal(access(path, F_OK), -1); /* nothing is left here */
    test_server_done(&s);
}

static void a_session_that_is_not_known_any_more_is_forgotten(void **state)
{
    CLEANUP(test_folder_done) struct test_folder folder;
    struct test_server s = {.overridden = true};
    struct engine_view v;
    (void)state;
    test_folder_init(&folder);
    server = &s;
    const struct platform p = platform_in(&folder);
    struct engine *e = start(&p);
    engine_pair_typed(e, STR("127.0.0.1:1"), STR("abcd"));
    waits_for(e, PHASE_CONSENT);
    set(&s.unauthorized, true);
    waits_for(e, PHASE_PAIR);
    engine_pair(e, STR("proctortrack://other"));
    engine_look(e, &v);
    assert_non_null(strstr(v.message, "no link of Proctortrack"));
    engine_stop(e);
    test_server_done(&s);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    struct error err;
    const struct CMUnitTest tests[] = {
        T(from_the_link_to_the_end_with_a_crash_and_a_cut),
        T(a_session_that_is_not_known_any_more_is_forgotten),
    };
    return vault_start(&err) ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
