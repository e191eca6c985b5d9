#include "app_core/checks.h"

#include <stdio.h>
#include <string.h>

/* Light: below this mean brightness the server's detectors find no small faces (docs/policy.md). */
#define LIGHT_MIN 0.10
/* A room with a computer in it gives more than this on any microphone that is not muted; a
 * digital silence gives 0. */
#define PEAK_MIN 0.0005
/* Camera 400, sound 32 and two screens at 150 kbit/s, and half as much again for headers and for
 * catching up after a cut. */
#define UP_MIN_MBIT 1.0
#define DOWN_MIN_MBIT 0.5
#define LATENCY_MAX_MS 2000
#define SKEW_MAX_US INT64_C(300000000) /* five minutes: TLS and people begin to disagree */
/* Three hours of two screens wait in at most this, should the network fail from the beginning. */
#define DISK_MIN_BYTES (INT64_C(1) << 30)
#define MEMORY_MIN_BYTES (INT64_C(1) << 30)
#define BATTERY_MIN 30 /* percent, when no charger is connected */
#define NAMED_MAX 8    /* of programs in a sentence */

static const struct {
    const char *name, *title;
} points[POINTS_LEN] = {
    [POINT_NONE] = {"none", ""},
    [POINT_CAMERA] = {"camera", "Camera"},
    [POINT_MICROPHONE] = {"microphone", "Microphone and audio output"},
    [POINT_DISPLAYS] = {"displays", "Displays and input devices"},
    [POINT_NETWORK] = {"network", "Network"},
    [POINT_MACHINE] = {"machine", "Computer"},
    [POINT_PROGRAMS] = {"programs", "Running programs"},
    [POINT_BROWSER] = {"browser", "Browser and plugin"},
};

const char *point_name(enum point p) { return p < POINTS_LEN ? points[p].name : "none"; }
const char *point_title(enum point p) { return p < POINTS_LEN ? points[p].title : ""; }

void check_done(struct check *c)
{
    json_decref(c->detail);
    c->detail = NULL;
}

static bool end(struct check *ret, json_t *detail, const char *problem, const char *mend,
                struct error *err)
{
    if (!detail)
        return error_no_memory(err);
    ret->detail = detail;
    ret->passed = !problem;
    fact_text(ret->problem, sizeof ret->problem, str_from(problem));
    fact_text(ret->mend, sizeof ret->mend, str_from(problem ? mend : NULL));
    return true;
}

/* ---- 1 ---- */

bool check_camera(const struct camera_look *l, struct check *ret, struct error *err)
{
    const char *problem = NULL, *mend = NULL;
    json_t *detail = json_pack("{s:i, s:s, s:b, s:b, s:b, s:b, s:f}", "cameras", l->cameras, "name",
                               l->name, "opened", l->opened, "live", l->live, "virtual",
                               l->virtual_one, "busy", l->busy, "light", l->light);
    if (l->cameras == 0) {
        problem = "No camera was found.";
        mend = "Connect a camera, or switch it on: some laptops have a key or a slide for it.";
    } else if (l->virtual_one) {
        problem = "The camera is one that a program makes.";
        mend = "Choose a real camera, and close the program that makes this one.";
    } else if (!l->opened && !l->busy) {
        problem = "The camera cannot be opened.";
        mend = "Allow programs to use the camera in the system's settings, or connect it anew.";
    } else if (l->opened && !l->live) {
        problem = "The camera gives no moving picture.";
        mend = "Close other programs that use it, or connect it anew.";
    } else if (l->opened && l->light < LIGHT_MIN) {
        problem = "It is too dark to see you.";
        mend = "Switch on a light in front of you, and take off a cover of the lens.";
    }
    /* Busy: the browser has it, as it must; the page has looked at its picture. */
    return end(ret, detail, problem, mend, err);
}

/* ---- 2 ---- */

static json_t *sounds_json(const struct facts *f)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < MIN(f->sounds_len, 8); i++) {
        const struct fact_sound *s = &f->sounds[i];
        json_array_append_new(list, json_pack("{s:s, s:b, s:b, s:b, s:b}", "name", s->name,
                                              "output", s->output, "used", s->used, "on_ears",
                                              s->on_ears, "bluetooth", s->bluetooth));
    }
    return list;
}

static const struct fact_sound *worn(const struct facts *f)
{
    for (size_t i = 0; i < f->sounds_len; i++)
        if (f->sounds[i].output && f->sounds[i].used && f->sounds[i].on_ears)
            return &f->sounds[i];
    return NULL;
}

bool check_microphone(const struct sound_look *l, const struct facts *f,
                      const struct check_policy *p, struct check *ret, struct error *err)
{
    char text[CHECK_TEXT_SIZE];
    const char *problem = NULL, *mend = NULL;
    const struct fact_sound *ears = worn(f);
    json_t *detail = json_pack("{s:i, s:s, s:b, s:b, s:f, s:o}", "microphones", l->inputs, "name",
                               l->name, "opened", l->opened, "muted", l->muted, "peak", l->peak,
                               "devices", sounds_json(f));
    if (l->inputs == 0) {
        problem = "No microphone was found.";
        mend = "Connect a microphone, or switch it on.";
    } else if (!l->opened) {
        problem = "The microphone cannot be opened.";
        mend = "Allow programs to use the microphone in the system's settings.";
    } else if (l->muted || l->peak < PEAK_MIN) {
        problem = "The microphone is silent.";
        mend = "Switch it on, turn it up in the sound settings, and check again while you speak.";
    } else if (ears && !p->headphones) {
        snprintf(text, sizeof text, "Sound goes to headphones or a headset: %s.", ears->name);
        problem = text;
        mend = "Take them off, disconnect them, and let sound come from the loudspeakers.";
    }
    return end(ret, detail, problem, mend, err);
}

/* ---- 3 ---- */

bool check_displays(const struct facts *f, const struct check_policy *p, struct check *ret,
                    struct error *err)
{
    char text[CHECK_TEXT_SIZE];
    const char *problem = NULL, *mend = NULL;
    int keyboards = 0, pointers = 0, mirrored = 0;
    json_t *list = json_array();
    for (size_t i = 0; list && i < f->displays_len; i++) {
        const struct fact_display *d = &f->displays[i];
        mirrored += d->mirrors;
        json_array_append_new(list,
                              json_pack("{s:s, s:i, s:i, s:b}", "name", d->name, "width", d->width,
                                        "height", d->height, "mirrors", d->mirrors));
    }
    for (size_t i = 0; i < f->inputs_len; i++) {
        keyboards += f->inputs[i].kind == FACT_KEYBOARD;
        pointers += f->inputs[i].kind == FACT_POINTER;
    }
    json_t *detail = json_pack("{s:o, s:i, s:i, s:i}", "displays", list, "mirrored", mirrored,
                               "keyboards", keyboards, "pointers", pointers);
    if (!f->windows_known) {
        problem = "This desktop shows the app nothing of its windows (Wayland).";
        mend = "Sign out, choose a session \"on Xorg\" where you sign in, and start anew. If there "
               "is none, ask the support: the browser's share of the screen may be enough.";
    } else if (f->displays_len == 0) {
        problem = "No display was found.";
        mend = "Switch on your display.";
    } else if (f->displays_len > 1 && !p->second_screen) {
        snprintf(text, sizeof text, "%zu displays are connected%s; one is allowed.",
                 f->displays_len, mirrored ? ", and one shows what another shows" : "");
        problem = text;
        mend = "Disconnect all but one: also projectors, and screens that are shared wirelessly.";
    }
    return end(ret, detail, problem, mend, err);
}

/* ---- 4 ---- */

bool check_network(const struct network_look *l, struct check *ret, struct error *err)
{
    char text[CHECK_TEXT_SIZE];
    const char *problem = NULL, *mend = NULL;
    json_t *detail = json_pack("{s:f, s:f, s:f, s:i, s:i, s:I}", "up_mbit", l->up_mbit, "down_mbit",
                               l->down_mbit, "latency_ms", l->latency_ms, "tries", l->tries, "lost",
                               l->lost, "skew_us", (json_int_t)l->skew_us);
    int64_t skew_us = l->skew_us < 0 ? -l->skew_us : l->skew_us;
    if (l->tries == 0 || l->lost * 2 > l->tries) {
        problem = "The server can hardly be reached.";
        mend = "Check your network; move nearer to the router, or use a cable.";
    } else if (l->up_mbit < UP_MIN_MBIT || l->down_mbit < DOWN_MIN_MBIT) {
        snprintf(text, sizeof text,
                 "The network is too slow: %.1f Mbit/s up (%.1f needed), %.1f down (%.1f needed).",
                 l->up_mbit, UP_MIN_MBIT, l->down_mbit, DOWN_MIN_MBIT);
        problem = text;
        mend = "Stop downloads and video calls in your network, or use a cable.";
    } else if (l->latency_ms > LATENCY_MAX_MS) {
        problem = "The network answers too slowly.";
        mend = "Move nearer to the router, or use a cable.";
    } else if (skew_us > SKEW_MAX_US) {
        snprintf(text, sizeof text, "The clock of this computer is wrong by %.0f minutes.",
                 (double)skew_us / 60e6);
        problem = text;
        mend = "Let the system set date and time automatically.";
    }
    return end(ret, detail, problem, mend, err);
}

/* ---- 5: virtual machines and remote sessions are told, and stop nobody ---- */

bool check_machine(const struct facts *f, struct check *ret, struct error *err)
{
    const char *problem = NULL, *mend = NULL;
    json_t *detail =
        json_pack("{s:s, s:I, s:I, s:i, s:b, s:s, s:s}", "os", f->os, "memory_bytes",
                  (json_int_t)f->memory_bytes, "disk_free_bytes", (json_int_t)f->disk_free_bytes,
                  "battery_percent", f->battery_percent, "on_battery", f->on_battery,
                  "virtual_machine", f->virtual_machine, "remote", f->remote);
    if (f->disk_free_bytes >= 0 && f->disk_free_bytes < DISK_MIN_BYTES) {
        problem = "There is too little free space on the disk.";
        mend = "Make 1 GB free: what is recorded waits there until it is sent.";
    } else if (f->memory_bytes >= 0 && f->memory_bytes < MEMORY_MIN_BYTES) {
        problem = "This computer has too little memory.";
        mend = "Close other programs, or use another computer.";
    } else if (f->on_battery && f->battery_percent >= 0 && f->battery_percent < BATTERY_MIN) {
        problem = "The battery is low.";
        mend = "Connect the charger.";
    }
    return end(ret, detail, problem, mend, err);
}

/* ---- 6 ---- */

struct found {
    const char *name, *kind;
};

/* Each name once, at most NAMED_MAX; returns how many there are in all. */
static size_t find_forbidden(const struct facts *f, const struct check_policy *p,
                             struct found ret[NAMED_MAX])
{
    size_t len = 0;
    for (size_t i = 0; i < f->programs_len && len < NAMED_MAX; i++) {
        const char *kind = programs_kind(p->programs, f->programs[i].name);
        bool again = false;
        for (size_t k = 0; kind && k < len; k++)
            again = again || strcmp(ret[k].name, f->programs[i].name) == 0;
        if (kind && !again)
            ret[len++] = (struct found){f->programs[i].name, kind};
    }
    return len;
}

bool check_programs(const struct facts *f, const struct check_policy *p, struct check *ret,
                    struct error *err)
{
    struct found found[NAMED_MAX];
    char text[CHECK_TEXT_SIZE];
    size_t len = find_forbidden(f, p, found), used;
    json_t *list = json_array();
    used = (size_t)snprintf(text, sizeof text, "Please close: ");
    for (size_t i = 0; list && i < len; i++) {
        json_array_append_new(
            list, json_pack("{s:s, s:s}", "name", found[i].name, "kind", found[i].kind));
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s (%s)", i ? ", " : "",
                                     found[i].name, found[i].kind);
    }
    json_t *detail =
        json_pack("{s:I, s:o}", "running", (json_int_t)f->programs_len, "forbidden", list);
    return end(ret, detail, len ? text : NULL,
               "Save your work, close these programs, and check again. Nothing is closed for you.",
               err);
}
