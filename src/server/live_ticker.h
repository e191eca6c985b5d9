/* Tells walls what goes out by time alone (proctor/live.h): one thread that looks once a second at
 * the exams that somebody watches, and sleeps when nobody does. */
#pragma once
#include "server/server.h"

struct live_ticker; /* any thread */

/* `s` is borrowed. */
MUST_USE bool live_ticker_create(struct server *s, struct live_ticker **ret, struct error *err);
/* Somebody has begun to watch this exam; it is looked at for as long as a stream of events lasts.
 * ERROR_THROTTLED when too many exams are watched at once. */
MUST_USE bool live_ticker_want(struct live_ticker *t, struct str exam_id, struct error *err);
void live_ticker_destroy(struct live_ticker *t); /* NULL is fine */
