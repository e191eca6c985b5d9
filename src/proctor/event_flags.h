/* Flags of what the desktop app and the plugin report (analysis/event_rules.h), raised as the
 * events come and made anew when the report is made. They are flags of the session as a whole.
 * Nothing is raised about the time before "Start Exam" or after "Finish Exam", whenever the report
 * of it arrives. */
#pragma once
#include "proctor/proctor.h"

/* In the write that adds an event of `kind`; nothing happens where no rule asks for it. */
MUST_USE bool event_flags_update_in(struct db *db, struct str session_id, struct str kind,
                                    struct error *err);
/* Time has passed: what goes on may have lasted long enough by now. Called as the app or the page
 * is heard of; costs a look at one row when nothing is due. */
MUST_USE bool event_flags_grow_in(struct db *db, struct str session_id, struct error *err);
/* In the write that closes the answers or ends the session: nothing goes on any more. */
MUST_USE bool event_flags_close_in(struct db *db, struct str session_id, struct error *err);
/* The last word, for the report. */
MUST_USE bool event_flags_finish(struct proctor *p, struct str session_id, struct error *err);
