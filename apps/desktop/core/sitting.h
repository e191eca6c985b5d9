/* Where the app is with one session. Phases only move forward; every move is checked here. Pure. */
#pragma once
#include "base/base.h"

enum phase {
    PHASE_NONE = 0,
    PHASE_PAIR,       /* no session yet */
    PHASE_CONSENT,    /* the agreement; nothing is read before it is accepted */
    PHASE_CHECKING,   /* seven points */
    PHASE_READY,      /* all done: "I Agree, Let's Begin" */
    PHASE_MONITORING, /* blue frame */
    PHASE_STOPPED, /* the exam is finished: nothing is read any more; "End" is still to be pressed
                    */
    PHASE_UPLOADING,
    PHASE_DONE, /* all is on the server: "Quit App" or "Uninstall" */
};
enum sitting_input {
    SITTING_NONE = 0,
    SITTING_PAIRED,
    SITTING_AGREED,
    SITTING_CHECKED, /* every point is passed or overridden */
    SITTING_BEGIN,
    SITTING_FINISHED, /* the server says that the exam is over */
    SITTING_UPLOAD,   /* "Yes" */
    SITTING_SENT,
};

const char *phase_name(enum phase p); /* as the server is told it: "monitoring" */
/* May what the machine does be read, as it is done while monitoring? */
bool phase_monitors(enum phase p);
/* Moves *phase; ERROR_CONFLICT when this may not come now. Where it already has come, nothing
 * changes. */
MUST_USE bool sitting_move(enum phase *phase, enum sitting_input input, struct error *err);
