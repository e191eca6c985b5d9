/* What the browser's plugin reports during a session, by way of the candidate's page: claims, which
 * become evidence as such. The plugin numbers its events from 1 in each run (a run is one watch
 * over one session by one installation), and keeps them until it hears that they are here. So each
 * number is taken once and in order, whatever is sent twice. Only this module touches the table
 * `plugin_run`. */
#pragma once
#include "proctor/plugin_told.h"
#include "proctor/proctor.h"

#define PLUGIN_RUNS_MAX 64     /* of one session */
#define PLUGIN_EVENTS_MAX 3000 /* of one session: what comes after is counted, not kept */

/* `events` is a list of {"seq", "kind", "detail", "client_us"}, borrowed. *ret_next is the number
 * that is wanted next: all before it are durable. Those that are there already change nothing; a
 * number that leaves a gap is ERROR_CONFLICT, and nothing of the list is taken when one of it is
 * wrong. */
MUST_USE bool plugin_events_take(struct proctor *p, struct str session_id, int64_t user_ref,
                                 struct str run, json_t *events, int64_t *ret_next,
                                 struct error *err);
