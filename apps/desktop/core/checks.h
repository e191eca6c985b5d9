/* The seven points of the system check, judged from what a platform tells. Pure. What is found goes
 * to the server as numbers (detail), with what is wrong and how to mend it. */
#pragma once
#include "app_core/facts.h"
#include "app_core/programs.h"
#include "base/json.h"

enum point {
    POINT_NONE = 0,
    POINT_CAMERA,
    POINT_MICROPHONE,
    POINT_DISPLAYS,
    POINT_NETWORK,
    POINT_MACHINE,
    POINT_PROGRAMS,
    POINT_BROWSER, /* the page's own */
    POINTS_LEN,
};
const char *point_name(enum point p);  /* "camera": as the protocol has it */
const char *point_title(enum point p); /* "Camera" */

#define CHECK_TEXT_SIZE 400 /* bytes, with the NUL: of what is wrong, and of how to mend it */

struct check {
    bool passed;
    char problem[CHECK_TEXT_SIZE], mend[CHECK_TEXT_SIZE]; /* empty when it passed */
    json_t *detail;                                       /* owned */
};
void check_done(struct check *c); /* CLEANUP(check_done); zeroed is fine */

/* What the exam permits. */
struct check_policy {
    bool second_screen, headphones;
    const struct programs *programs; /* not allowed */
};

/* Each fills *ret, which was zeroed; false only without memory. */
MUST_USE bool check_camera(const struct camera_look *l, struct check *ret, struct error *err);
MUST_USE bool check_microphone(const struct sound_look *l, const struct facts *f,
                               const struct check_policy *p, struct check *ret, struct error *err);
MUST_USE bool check_displays(const struct facts *f, const struct check_policy *p, struct check *ret,
                             struct error *err);
MUST_USE bool check_network(const struct network_look *l, struct check *ret, struct error *err);
MUST_USE bool check_machine(const struct facts *f, struct check *ret, struct error *err);
MUST_USE bool check_programs(const struct facts *f, const struct check_policy *p, struct check *ret,
                             struct error *err);
