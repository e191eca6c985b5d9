/* Slows down those who guess passwords. Failures are counted per user name and address together (a
 * class behind one address must not lock out its neighbour), per name, and per address; each count
 * has its own patience. Memory is bounded: the entry that was used longest ago makes room. */
#pragma once
#include "base/base.h"

struct throttle; /* any thread */

MUST_USE bool throttle_create(struct throttle **ret, struct error *err);
void throttle_destroy(struct throttle *t); /* NULL is fine */

/* How many seconds this one has to wait before the next try; 0 is go ahead. Times are monotonic. */
unsigned throttle_wait_s(struct throttle *t, struct str username, struct str address,
                         int64_t now_us);
void throttle_failed(struct throttle *t, struct str username, struct str address, int64_t now_us);
/* Forgets the failures of this name from this address. */
void throttle_passed(struct throttle *t, struct str username, struct str address);
