/* The seven points of the system check. Only this module touches the table `system_check`. What is
 * kept of a point is a claim of the page or of the app, and recorded as such; staff may override a
 * point with a reason. Every claim and every override is a record of the evidence. */
#pragma once
#include "base/arena.h"
#include "base/json.h"
#include "proctor/proctor.h"

enum check_point {
    CHECK_POINT_NONE = 0,
    CHECK_CAMERA,
    CHECK_MICROPHONE,
    CHECK_DISPLAYS,
    CHECK_NETWORK,
    CHECK_MACHINE,
    CHECK_PROGRAMS,
    CHECK_BROWSER,
    CHECK_POINTS,
};
enum check_state { CHECK_WAITING = 0, CHECK_PASSED, CHECK_FAILED, CHECK_OVERRIDDEN, CHECK_STATES };

#define CHECK_DETAIL_MAX 4096 /* bytes of JSON */
#define CHECK_TEXT_MAX 400    /* bytes of what is wrong, and of how to mend it */
#define CHECK_REASON_MAX 500  /* bytes of an override's reason */

struct check {
    enum check_point point;
    enum check_state state;
    struct str detail;        /* JSON object, "{}" while it waits */
    struct str problem, mend; /* empty: none */
    int64_t checked_us;       /* 0: not yet */
    struct str by, reason;    /* of an override, else empty */
    int64_t override_us;
};

const char *check_point_name(enum check_point point);    /* "camera"; static */
const char *check_state_name(enum check_state state);    /* "waiting" */
enum check_point check_point_from_name(struct str name); /* CHECK_POINT_NONE for another text */
/* What people read: without the app the page sees less of the running programs. */
const char *check_point_title(enum check_point point, bool app);
bool check_is_done(const struct check *c); /* passed or overridden */

/* All seven in their order, also those nobody has said anything of; texts in the arena. */
MUST_USE bool check_list_in(struct db *db, struct str session_id, struct arena *arena,
                            struct check ret[CHECK_POINTS - 1], struct error *err);

struct check_claim {
    enum check_point point;
    enum check_state state;   /* CHECK_PASSED or CHECK_FAILED */
    const json_t *detail;     /* an object, or NULL */
    struct str problem, mend; /* may be empty */
    bool from_app;
};
/* A claim for a candidate's own session. A point that was overridden stays so unless it passes.
 * ERROR_CONFLICT after the start, and for a point that the other side (page or app) checks. */
MUST_USE bool check_report(struct proctor *p, struct str session_id, int64_t user_ref,
                           const struct check_claim *claim, struct error *err);
/* A member of staff lets a candidate pass; the caller has checked their role. `by` is their name as
 * the candidate and reviewers shall see it. ERROR_CONFLICT once the recording has begun. */
MUST_USE bool check_override(struct proctor *p, struct str session_id, enum check_point point,
                             int64_t staff_ref, struct str by, struct str reason,
                             struct error *err);

MUST_USE bool check_forget_in(struct db *db, struct str session_id, struct error *err);
