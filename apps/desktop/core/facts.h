/* What a platform tells of the machine at one moment: the whole of what the app reads beside the
 * pictures of the screen. docs/privacy.md lists the same; nothing is read outside a session. */
#pragma once
#include "base/base.h"

#define FACT_TEXT 128 /* bytes of a name, with its NUL; cut at a whole character */
#define FACT_TITLE 200

struct fact_display {
    char name[FACT_TEXT];
    int x, y, width, height;
    bool mirrors; /* shows what another one shows */
};
struct fact_sound {
    char name[FACT_TEXT];
    bool output;  /* else an input */
    bool used;    /* the one that sound goes to or comes from now */
    bool on_ears; /* headphones, earbuds, a headset */
    bool bluetooth;
};
enum fact_input_kind { FACT_INPUT_NONE = 0, FACT_KEYBOARD, FACT_POINTER };
struct fact_input {
    char name[FACT_TEXT];
    enum fact_input_kind kind;
};
struct fact_program {
    char name[FACT_TEXT]; /* of its executable's file, lower case, without ".exe" */
    int64_t id;           /* of the process */
    bool own_place;       /* its file lies where its user can put one, and an installer does not */
};
struct fact_window {
    char program[FACT_TEXT];
    char title[FACT_TITLE];
    int64_t id; /* of the window */
};

#define FACTS_DISPLAYS_MAX 8
#define FACTS_SOUNDS_MAX 24
#define FACTS_INPUTS_MAX 24
#define FACTS_PROGRAMS_MAX 1024
#define FACTS_OVERLAYS_MAX 8

struct facts {
    struct fact_display displays[FACTS_DISPLAYS_MAX];
    size_t displays_len;
    struct fact_sound sounds[FACTS_SOUNDS_MAX];
    size_t sounds_len;
    struct fact_input inputs[FACTS_INPUTS_MAX];
    size_t inputs_len;
    struct fact_program programs[FACTS_PROGRAMS_MAX]; /* of this user */
    size_t programs_len;
    struct fact_window active; /* title and program empty: none */
    /* Above all others without taking clicks, or shut out of recordings of the screen. */
    struct fact_window overlays[FACTS_OVERLAYS_MAX];
    size_t overlays_len;
    char virtual_machine[FACT_TEXT]; /* "": no sign of one */
    char remote[FACT_TEXT];          /* "": no sign of a remote session */
    char os[FACT_TEXT];
    int64_t memory_bytes, disk_free_bytes; /* -1: cannot be told */
    int battery_percent;                   /* -1: none */
    bool on_battery;
    bool locked;
    bool sounds_known, windows_known; /* the platform could tell at all */
};

/* One look at the camera, and one at the microphone. */
struct camera_look {
    char name[FACT_TEXT];
    int cameras; /* how many there are */
    bool opened, live, virtual_one;
    double light; /* mean brightness, 0..1 */
    bool busy;    /* there is one, and another program (the browser) has it */
};
struct sound_look {
    char name[FACT_TEXT];
    int inputs;
    bool opened, muted;
    double peak; /* 0..1, the loudest of a second and a half */
};
struct network_look {
    double up_mbit, down_mbit, latency_ms;
    int tries, lost;
    int64_t skew_us; /* this clock minus the server's */
};

/* Copies text, cut at a whole character, control characters replaced. */
void fact_text(char *ret, size_t size, struct str text);
/* A program's name as facts have it: of a path's last part, lower case, without ".exe". */
void fact_program_name(char *ret, size_t size, struct str path);
/* Does the name of a camera say that it is a program's? */
bool fact_is_virtual_camera(struct str name);
/* Does the name of an output say that it is worn on the ears? */
bool fact_is_on_ears(struct str name);
