/* The app without its window: pairs, checks, monitors, records, sends. A window shows what
 * engine_look() gives a few times a second and passes on what is pressed; nothing here waits for
 * it.
 *
 * Threads: `control` talks with the server and moves the phases; `monitor` looks at the machine and
 * records, while and only while phase_monitors(); `sender` sends what waits on the disk. */
#pragma once
#include "app_core/checks.h"
#include "app_core/platform.h"
#include "app_core/sitting.h"

struct engine;

enum point_state {
    POINT_WAITING = 0,
    POINT_RUNNING,
    POINT_PASSED,
    POINT_FAILED,
    POINT_OVERRIDDEN,
};

#define ENGINE_READING_MAX 256
#define ENGINE_MESSAGE_MAX 300

struct engine_view {
    enum phase phase;
    bool busy;      /* a request of the user's is on its way */
    bool connected; /* the last request was answered */
    char server[128], candidate[256], exam[256];
    struct {
        enum point_state state;
        char problem[CHECK_TEXT_SIZE], mend[CHECK_TEXT_SIZE];
    } points[POINTS_LEN];
    int64_t elapsed_s;                /* since monitoring began */
    char reading[ENGINE_READING_MAX]; /* what is being read now, in words */
    char message[ENGINE_MESSAGE_MAX]; /* what went wrong, for the candidate; "" nothing */
    int percent;                      /* of what is to be sent */
    uint64_t waiting_bytes;           /* still to be sent */
    struct fact_display displays[FACTS_DISPLAYS_MAX]; /* for the frame */
    size_t displays_len;
};

/* `p` is borrowed. Goes on with a session that a crash has left. ERROR_BUSY when an app of this
 * user is running already: engine_pass_on() gives it the link. */
MUST_USE bool engine_start(const struct platform *p, struct engine **ret, struct error *err);
/* What a program does at its start: the same, and with `link` (may be empty) the session that it
 * names; where an app is running already, that one gets the link, and *ret is NULL. */
MUST_USE bool engine_open(const struct platform *p, struct str link, struct engine **ret,
                          struct error *err);
/* Ends the threads; what is not sent yet waits on the disk. NULL is fine. */
void engine_stop(struct engine *e);
/* Leaves a link for the app that is running. */
MUST_USE bool engine_pass_on(const struct platform *p, struct str link, struct error *err);

void engine_look(struct engine *e, struct engine_view *ret);
/* The agreement's text, with a NUL; "" before there is one. Lives until engine_stop(). */
const char *engine_agreement(struct engine *e);
/* True once since the last call when a link came that the window should be shown for. */
bool engine_was_called(struct engine *e);

/* What is pressed. */
void engine_pair(struct engine *e, struct str link);
void engine_pair_typed(struct engine *e, struct str address, struct str code);
void engine_agree(struct engine *e);  /* "Start System Check" */
void engine_again(struct engine *e);  /* "Check again" */
void engine_begin(struct engine *e);  /* "I Agree, Let's Begin" */
void engine_upload(struct engine *e); /* "End", "Yes" */
