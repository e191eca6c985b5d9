/* The server's own heartbeat: one row that says when it could last write. A gap in it is a time in
 * which nobody's answers could be saved (the server was away, the disk was full, the machine
 * slept), and that time is given back to every attempt that was running. Only this module touches
 * the table `server_beat`. */
#pragma once
#include "campus/campus.h"

#define BEAT_EVERY_US (2 * INT64_C(1000000))
/* Three beats that are missing. A shorter silence is one slow flush, and costs nobody an answer:
 * the page sends it again within that time. */
#define BEAT_GAP_US (6 * INT64_C(1000000))

/* Credits the gap before `now_us`, if there was one, and writes the beat. Whoever decides that a
 * candidate's time is over calls it first. */
MUST_USE bool beat_in(struct db *db, int64_t now_us, struct error *err);
MUST_USE bool beat(struct campus *c, int64_t now_us, struct error *err);
