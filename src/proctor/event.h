/* What happened in a session, for a reviewer's timeline: the records of the evidence that are no
 * pieces, each with a title; and the events that a candidate's page may report. */
#pragma once
#include "proctor/app_build.h"
#include "proctor/evidence.h"

#define EVENT_DETAIL_MAX 4096 /* bytes of JSON */
#define EVENT_LIST_MAX 5000   /* of one session */

struct event {
    int64_t time_us;
    struct str kind;
    const char *title; /* static */
    struct str detail; /* JSON object */
};

/* A claim of the candidate's page, which becomes evidence as such. `kind` is one of those in
 * docs/protocol.md, else ERROR_INVALID; takes the reference on `detail` (an object or NULL). */
MUST_USE bool event_report(struct proctor *p, struct str session_id, int64_t user_ref,
                           struct str kind, json_t *detail, int64_t client_us, struct error *err);
/* The same of the desktop app, which has kinds of its own. */
MUST_USE bool event_report_app(struct proctor *p, struct str session_id, int64_t user_ref,
                               struct str kind, json_t *detail, int64_t client_us,
                               struct error *err);
/* The same of `app-started`, and beside it which program that is. Takes the reference on `detail`.
 */
MUST_USE bool event_report_app_started(struct proctor *p, struct str session_id, int64_t user_ref,
                                       json_t *detail, const struct app_build_word *word,
                                       int64_t client_us, struct error *err);
/* Is it one that the browser's plugin may report (plugin_event.h)? */
bool event_is_of_plugin(struct str kind);
/* In order of time; in the arena. Repeated saves of one answer within a minute are one event. */
MUST_USE bool event_list(struct proctor *p, struct str session_id, struct arena *arena,
                         struct event **ret, size_t *ret_len, struct error *err);
/* Logs that a member of staff (or the candidate: `own`) looked at a recording; again within ten
 * minutes adds nothing. */
MUST_USE bool event_viewed(struct proctor *p, struct str session_id, struct str stream_id,
                           int64_t user_ref, bool own, struct error *err);
