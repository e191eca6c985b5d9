/* The steps of a session in the guide's order: which it has, which are done, which is the one to do
 * now. A step is a row of steps.c; what it needs to know is read once into `struct steps`. */
#pragma once
#include "analysis/policy.h"
#include "proctor/app_link.h"
#include "proctor/check.h"
#include "proctor/plugin.h"
#include "proctor/profile.h"
#include "proctor/session.h"

enum step {
    STEP_NONE = 0,
    STEP_PLUGIN,
    STEP_INSTRUCTIONS,
    STEP_AGREEMENT,
    STEP_FACE_SCAN,
    STEP_ID_SCAN,
    STEP_APP,
    STEP_SYSTEM_CHECK,
    STEP_SCREEN,
    STEP_CAMERA,
    STEP_EXAM,
    STEP_UPLOAD,
    STEP_RECEIPT,
    STEPS,
};

/* All that decides about the steps, of one moment; texts in the arena. */
struct steps {
    struct session session;
    struct policy policy;
    bool practice;
    struct profile profile;
    bool scanned[PROFILE_PARTS]; /* confirmed in this session */
    struct check checks[CHECK_POINTS - 1];
    struct app_link app;
    struct plugin plugin;
    int64_t screen_us;
};

MUST_USE bool steps_read_in(struct proctor *p, struct db *db, struct str session_id,
                            struct arena *arena, struct steps *ret, struct error *err);
/* For staff. */
MUST_USE bool steps_read(struct proctor *p, struct str session_id, struct arena *arena,
                         struct steps *ret, struct error *err);
/* For a candidate: somebody else's session is ERROR_NOT_FOUND. */
MUST_USE bool steps_read_own(struct proctor *p, struct str session_id, int64_t user_ref,
                             struct arena *arena, struct steps *ret, struct error *err);

const char *step_name(enum step step); /* "face-scan"; static */
bool step_is_needed(const struct steps *s, enum step step);
bool step_is_done(const struct steps *s, enum step step);
/* The first that is needed and not done: the receipt at last. */
enum step steps_current(const struct steps *s);

/* May this step be done now? ERROR_CONFLICT when an earlier one is open, naming it, or when the
 * session does not have it. */
MUST_USE bool steps_check(const struct steps *s, enum step step, struct error *err);
