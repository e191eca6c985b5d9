/* Collects the flags of one recording, and judges a track under any policy: in milliseconds, for
 * nothing is decoded. The same policy gives the same flags as the analysis did. */
#pragma once
#include "analysis/rules.h"
#include "analysis/track.h"

/* The last word on each flag, by index. Zeroed is ready. */
struct findings {
    struct flag *flags; /* owned */
    size_t len, room;
    bool no_memory;
};
void findings_take(void *findings, uint32_t index, const struct flag *flag); /* a rules_raised */
/* In the order of a report. ERROR_NO_MEMORY when a flag could not be kept. */
MUST_USE bool findings_arrange(struct findings *f, struct error *err);
void findings_done(struct findings *f);

/* Runs the rules over all that a track holds; the flags are arranged. */
MUST_USE bool judge_track(struct track_reader *track, const struct policy *policy,
                          struct findings *ret, struct error *err);
