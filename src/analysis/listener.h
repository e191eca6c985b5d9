/* The parent's ear: takes a decoder's bytes as they come, checks them, runs the rules on its looks
 * and tells the events. No I/O, so that it can be fuzzed. Private to this folder. */
#pragma once
#include "analysis/follow.h"
#include "analysis/message.h"

struct listener; /* one thread at a time */

MUST_USE bool listener_create(const struct policy *policy, const struct follow_events *events,
                              struct listener **ret, struct error *err);
/* After an error, the child's own or one about what it said, nothing more may be taken. */
MUST_USE bool listener_take(struct listener *l, struct str bytes, struct error *err);
bool listener_is_ready(const struct listener *l);  /* the first message came */
bool listener_has_ended(const struct listener *l); /* the last message came: all was well */
/* What the child said at the end; borrowed from the listener. */
struct follow_end listener_end(const struct listener *l);
const char *listener_models(const struct listener *l); /* "{}" before it is ready */
const char *listener_isa(const struct listener *l);    /* "" before it is ready */
void listener_destroy(struct listener *l);
void listener_destroyp(struct listener **l);
