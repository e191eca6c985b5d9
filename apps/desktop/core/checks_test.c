/* The seven points, what changes become events, the phases, links: all that is pure. */
#include "app_core/checks.h"
#include "app_core/link.h"
#include "app_core/pages.h"
#include "app_core/sitting.h"
#include "app_core/watch.h"
#include "app_core/webm.h"
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

/* ---- the points ---- */

static void passes(bool good, struct check *c)
{
    assert_true(good);
    if (!c->passed)
        fail_msg("not passed: %s", c->problem);
    assert_int_equal(strlen(c->problem), 0);
    check_done(c);
}

static void fails(bool good, struct check *c, const char *word)
{
    assert_true(good);
    assert_false(c->passed);
    if (!strstr(c->problem, word))
        fail_msg("\"%s\" has no \"%s\"", c->problem, word);
    assert_true(strlen(c->mend) > 0);
    check_done(c);
}

static void a_camera_must_be_there_real_alive_and_in_the_light(void **state)
{
    struct check c = {.passed = false};
    const struct camera_look good = {"HD Webcam", 1, true, true, false, 0.4, false};
    struct camera_look l = good;
    struct error err;
    (void)state;
    passes(check_camera(&l, &c, &err), &c);
    l.cameras = 0;
    fails(check_camera(&l, &c, &err), &c, "No camera");
    l = good;
    l.virtual_one = true;
    fails(check_camera(&l, &c, &err), &c, "program");
    l = good;
    l.live = false;
    fails(check_camera(&l, &c, &err), &c, "moving");
    l = good;
    l.light = 0.02;
    fails(check_camera(&l, &c, &err), &c, "dark");
    l = good;
    l.opened = l.live = false;
    fails(check_camera(&l, &c, &err), &c, "opened");
    l.busy = true; /* the browser has it */
    passes(check_camera(&l, &c, &err), &c);
}

static void a_microphone_must_hear_and_nothing_be_on_the_ears(void **state)
{
    CLEANUP(freep) struct facts *f = calloc(1, sizeof *f);
    struct check c = {.passed = false};
    struct check_policy p = {false, false, NULL};
    struct sound_look l = {"Built-in", 1, true, false, 0.02};
    struct error err;
    (void)state;
    f->sounds[0] = (struct fact_sound){"Earbuds", true, false, true, true};
    f->sounds_len = 1;
    passes(check_microphone(&l, f, &p, &c, &err), &c); /* there, but not in use */
    f->sounds[0].used = true;
    fails(check_microphone(&l, f, &p, &c, &err), &c, "Earbuds");
    p.headphones = true;
    passes(check_microphone(&l, f, &p, &c, &err), &c);
    l.peak = 0;
    fails(check_microphone(&l, f, &p, &c, &err), &c, "silent");
    l.inputs = 0;
    fails(check_microphone(&l, f, &p, &c, &err), &c, "No microphone");
}

static void one_display_network_machine_and_programs(void **state)
{
    CLEANUP(freep) struct facts *f = calloc(1, sizeof *f);
    CLEANUP(json_decrefp)
    json_t *list = json_loads(
        "{\"programs\":[{\"kind\":\"office\",\"names\":[\"soffice.bin\",\"WINWORD.EXE\"]}]}", 0,
        NULL);
    struct programs *programs;
    struct check c = {.passed = false};
    struct network_look n = {20, 50, 30, 5, 0, 1000};
    struct error err;
    (void)state;
    assert_good(programs_create(list, &programs, &err), err);
    struct check_policy p = {false, false, programs};
    f->windows_known = true;
    f->displays_len = 1;
    passes(check_displays(f, &p, &c, &err), &c);
    f->displays_len = 2;
    fails(check_displays(f, &p, &c, &err), &c, "2 displays");
    p.second_screen = true;
    passes(check_displays(f, &p, &c, &err), &c);
    f->windows_known = false;
    fails(check_displays(f, &p, &c, &err), &c, "Wayland");

    passes(check_network(&n, &c, &err), &c);
    n.up_mbit = 0.2;
    fails(check_network(&n, &c, &err), &c, "slow");
    n = (struct network_look){20, 50, 30, 5, 3, 0};
    fails(check_network(&n, &c, &err), &c, "reached");
    n = (struct network_look){20, 50, 30, 5, 0, -INT64_C(3600000000)};
    fails(check_network(&n, &c, &err), &c, "clock");

    f->memory_bytes = INT64_C(8) << 30;
    f->disk_free_bytes = INT64_C(8) << 30;
    f->battery_percent = 20;
    passes(check_machine(f, &c, &err), &c);
    f->on_battery = true;
    fails(check_machine(f, &c, &err), &c, "battery");
    f->on_battery = false;
    fact_text(f->virtual_machine, sizeof f->virtual_machine, STR("KVM"));
    passes(check_machine(f, &c, &err), &c); /* evidence, no wall */
    f->disk_free_bytes = 1000;
    fails(check_machine(f, &c, &err), &c, "disk");

    passes(check_programs(f, &p, &c, &err), &c);
    f->programs_len = 3;
    strcpy(f->programs[0].name, "orca"); /* a screen reader */
    strcpy(f->programs[1].name, "winword");
    strcpy(f->programs[2].name, "winword");
    fails(check_programs(f, &p, &c, &err), &c, "Please close: winword (office)");
    programs_destroy(programs);
}

static void names_are_made_alike(void **state)
{
    char name[16];
    (void)state;
    fact_program_name(name, sizeof name, STR("C:\\Program Files\\Zoom\\Zoom.EXE"));
    assert_string_equal(name, "zoom");
    fact_program_name(name, sizeof name, STR("/usr/lib/firefox-esr/firefox-esr"));
    assert_string_equal(name, "firefox-esr");
    fact_text(name, sizeof name,
              STR("\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"));
    assert_int_equal(strlen(name), 14); /* whole characters */
    fact_text(name, sizeof name, STR("a\nb\xff"));
    assert_string_equal(name, "a b?");
    assert_true(fact_is_virtual_camera(STR("OBS Virtual Camera")));
    assert_false(fact_is_virtual_camera(STR("Integrated Camera")));
    assert_true(fact_is_on_ears(STR("Jabra Headset")));
    assert_false(fact_is_on_ears(STR("HDMI Audio")));
}

/* ---- events ---- */

struct told {
    struct buf text;
};

static bool tell(void *context, const char *kind, json_t *detail, struct error *err)
{
    struct told *t = context;
    CLEANUP(freep) char *text = NULL;
    bool good = json_text(detail, &text, err);
    json_decref(detail);
    buf_printf(&t->text, "%s %s\n", kind, good ? text : "");
    return good;
}

static void only_changes_are_told_each_once(void **state)
{
    CLEANUP(freep) struct facts *f = calloc(1, sizeof *f);
    CLEANUP(json_decrefp)
    json_t *list = json_loads("{\"programs\":[{\"kind\":\"office\",\"names\":[\"soffice\"]}],"
                              "\"allowed\":[\"zoom\"],\"unknown\":true}",
                              0, NULL);
    struct programs *programs;
    struct watch *w;
    struct told t = {.text = {0}};
    struct error err;
    int64_t wall = 1000000, monotonic = 5;
    (void)state;
    assert_good(programs_create(list, &programs, &err), err);
    assert_good(watch_create(programs, &w, &err), err);
#define LOOK(expected)                                                                             \
    do {                                                                                           \
        buf_clear(&t.text);                                                                        \
        wall += 2000000;                                                                           \
        monotonic += 2000000;                                                                      \
        assert_good(watch_look(w, f, wall, monotonic, tell, &t, &err), err);                       \
        assert_str(buf_str(&t.text), STR(expected));                                               \
    } while (0)
    f->displays_len = 1;
    strcpy(f->displays[0].name, "eDP-1");
    f->displays[0].width = 1280;
    LOOK("display-changed {\"count\":1,\"displays\":[{\"height\":0,\"mirrors\":false,\"name\":"
         "\"eDP-1\",\"width\":1280,\"x\":0,\"y\":0}]}\n"
         "device-changed {\"headphones\":\"\",\"inputs\":[],\"sound\":[]}\n");
    LOOK("");
    f->programs_len = 2;
    strcpy(f->programs[0].name, "bash"); /* nobody's business */
    strcpy(f->programs[1].name, "soffice");
    f->programs[1].id = 7;
    LOOK("program-started {\"kind\":\"office\",\"name\":\"soffice\"}\n");
    f->programs_len = 3; /* another process of it */
    strcpy(f->programs[2].name, "soffice");
    LOOK("");
    f->programs_len = 1;
    memset(&f->programs[1], 0, 2 * sizeof f->programs[1]);
    LOOK("program-ended {\"kind\":\"office\",\"name\":\"soffice\"}\n");
    f->programs_len = 3; /* from a folder of the user's own */
    strcpy(f->programs[1].name, "helper");
    strcpy(f->programs[2].name, "zoom");
    f->programs[1].own_place = f->programs[2].own_place = true;
    LOOK("program-started {\"kind\":\"unknown\",\"name\":\"helper\"}\n");
    f->programs_len = 1;
    LOOK("");
    f->programs_len = 2; /* again */
    LOOK("");
    f->programs_len = 1;
    strcpy(f->active.program, "chromium");
    strcpy(f->active.title, "Exam");
    LOOK("window-changed {\"program\":\"chromium\",\"title\":\"Exam\"}\n");
    f->overlays_len = 1;
    f->overlays[0].id = 9;
    LOOK("overlay-window {\"program\":\"\",\"shown\":true,\"title\":\"\",\"window\":9}\n");
    f->overlays_len = 0;
    LOOK("overlay-window {\"program\":\"\",\"shown\":false,\"title\":\"\",\"window\":9}\n");
    strcpy(f->remote, "RDP");
    LOOK("remote-session {\"sign\":\"RDP\"}\n");
    wall += INT64_C(3600000000); /* somebody set the clock */
    LOOK("clock-jumped {\"by_us\":3600000000}\n");
    wall -= INT64_C(7200000000);
    LOOK("clock-jumped {\"by_us\":-7200000000}\n");
    LOOK("");
    watch_destroy(w);
    programs_destroy(programs);
    buf_done(&t.text);
}

/* ---- phases ---- */

static void phases_only_move_forward(void **state)
{
    enum phase p = PHASE_PAIR;
    struct error err;
    (void)state;
    assert_error(sitting_move(&p, SITTING_AGREED, &err), err, ERROR_CONFLICT);
    assert_error(sitting_move(&p, SITTING_BEGIN, &err), err, ERROR_CONFLICT);
    assert_good(sitting_move(&p, SITTING_PAIRED, &err), err);
    assert_error(sitting_move(&p, SITTING_BEGIN, &err), err, ERROR_CONFLICT);
    assert_good(sitting_move(&p, SITTING_AGREED, &err), err);
    assert_error(sitting_move(&p, SITTING_UPLOAD, &err), err, ERROR_CONFLICT);
    assert_good(sitting_move(&p, SITTING_CHECKED, &err), err);
    assert_false(phase_monitors(p));
    assert_good(sitting_move(&p, SITTING_BEGIN, &err), err);
    assert_true(phase_monitors(p));
    assert_good(sitting_move(&p, SITTING_AGREED, &err), err); /* long ago */
    assert_int_equal(p, PHASE_MONITORING);
    assert_good(sitting_move(&p, SITTING_FINISHED, &err), err);
    assert_false(phase_monitors(p));
    assert_good(sitting_move(&p, SITTING_BEGIN, &err), err);
    assert_int_equal(p, PHASE_STOPPED);
    assert_good(sitting_move(&p, SITTING_UPLOAD, &err), err);
    assert_good(sitting_move(&p, SITTING_SENT, &err), err);
    assert_int_equal(p, PHASE_DONE);
}

static void every_phase_has_its_page(void **state)
{
    (void)state;
    assert_int_equal(page_of(PHASE_NONE, false, false), PAGE_PAIR);
    assert_int_equal(page_of(PHASE_CONSENT, false, false), PAGE_CONSENT);
    assert_int_equal(page_of(PHASE_READY, true, false), PAGE_CHECKS);
    assert_int_equal(page_of(PHASE_MONITORING, false, false), PAGE_MONITOR);
    assert_int_equal(page_of(PHASE_STOPPED, true, false), PAGE_ASK);
    assert_int_equal(page_of(PHASE_UPLOADING, true, false), PAGE_UPLOAD); /* "Yes" was pressed */
    assert_int_equal(page_of(PHASE_DONE, false, true), PAGE_GONE);
    assert_false(page_is_small(PAGE_CHECKS));
    assert_true(page_is_small(PAGE_MONITOR));
}

/* ---- links ---- */

static void links_lead_only_to_servers_that_are_safe(void **state)
{
    static const char *const bad[] = {
        "",
        "https://example.org",
        "proctortrack://pair",
        "proctortrack://pair?server=a.b",
        "proctortrack://pair?code=ABCD",
        "proctortrack://pair?server=http%3A%2F%2Fa.b&code=A",
        "proctortrack://pair?server=a.b%2&code=A",
        "proctortrack://pair?server=a%0ab&code=A",
        "proctortrack://pair?server=https%3A%2F%2Fu%40a.b&code=A",
        "proctortrack://pair?server=http%3A%2F%2F127.0.0.1.evil.org&code=A"};
    struct pairing p;
    struct error err;
    (void)state;
    assert_good(pairing_parse(STR("proctortrack://pair?server=https%3A%2F%2Fexam.example.org%3A8443"
                                  "%2Fproctortrack%2F&code=ABCD2345"),
                              &p, &err),
                err);
    assert_string_equal(p.origin, "https://exam.example.org:8443");
    assert_string_equal(p.code, "ABCD2345");
    assert_good(pairing_parse(STR("proctortrack://pair/?code=A&server=http%3A%2F%2F127.0.0.1%3A8"),
                              &p, &err),
                err);
    assert_string_equal(p.origin, "http://127.0.0.1:8");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_error(pairing_parse(str_from(bad[i]), &p, &err), err, ERROR_INVALID);
    assert_good(pairing_origin(STR(" exam.example.org/x "), p.origin, &err), err);
    assert_string_equal(p.origin, "https://exam.example.org");
    assert_good(pairing_origin(STR("localhost:8080"), p.origin, &err), err);
    assert_string_equal(p.origin, "http://localhost:8080");
}

/* ---- WebM ---- */

static void blocks_stand_in_clusters_that_key_frames_begin(void **state)
{
    CLEANUP(buf_done) struct buf b = {0};
    struct webm w;
    struct error err;
    (void)state;
    webm_begin(&w, 1280, 720, &b);
    assert_memory_equal(b.ptr, "\x1a\x45\xdf\xa3", 4);
    assert_error(webm_add(&w, STR("frame"), 0, false, &b, &err), err, ERROR_INVALID);
    assert_good(webm_add(&w, STR("frame"), 0, true, &b, &err), err);
    size_t before = b.len;
    assert_good(webm_add(&w, STR("frame"), 500, false, &b, &err), err);
    assert_memory_equal(b.ptr + before,
                        "\xa3\x10\x00\x00\x09\x81\x01\xf4\x00"
                        "frame",
                        14);
    assert_error(webm_add(&w, STR("frame"), 40000, false, &b, &err), err, ERROR_INVALID);
    before = b.len;
    assert_good(webm_add(&w, STR("frame"), 40000, true, &b, &err), err);
    assert_memory_equal(b.ptr + before, "\x1f\x43\xb6\x75\x01\xff\xff\xff\xff\xff\xff\xff\xe7", 13);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_camera_must_be_there_real_alive_and_in_the_light),
        T(a_microphone_must_hear_and_nothing_be_on_the_ears),
        T(one_display_network_machine_and_programs),
        T(names_are_made_alike),
        T(only_changes_are_told_each_once),
        T(phases_only_move_forward),
        T(every_phase_has_its_page),
        T(links_lead_only_to_servers_that_are_safe),
        T(blocks_stand_in_clusters_that_key_frames_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
