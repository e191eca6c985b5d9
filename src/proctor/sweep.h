/* What happens by the clock alone: streams that expire, sessions that nobody came back to,
 * what was kept long enough. */
#pragma once
#include "proctor/proctor.h"

#define SWEEP_INTERVAL_US (30 * INT64_C(1000000))

/* One round; any process may do it at any time. Goes on after a failure and reports the first. */
MUST_USE bool sweep(struct proctor *p, int64_t now_us, struct error *err);
