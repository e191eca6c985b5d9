/* Where the CPU time of a thread goes. The thread is in one stage at any moment; entering another
 * one ends it, so the times add up to the whole. All calls take NULL, which measures nothing: then
 * a call is one comparison. */
#pragma once
#include "base/base.h"

#define STAGES_MAX 48

struct stages; /* of the thread that made it */

/* The time from now on is that of the stage `first`. */
MUST_USE bool stages_create(const char *first, struct stages **ret, struct error *err);
void stages_destroy(struct stages *s); /* NULL is fine */
void stages_destroyp(struct stages **s);
/* From now on the thread is in `name`, a literal. What it was in comes back, to be entered again
 * afterwards. More than STAGES_MAX of them share the last one. */
const char *stages_enter(struct stages *s, const char *name);
struct stage {
    const char *name;
    uint64_t entries;
    int64_t cpu_us;
};
/* The i-th stage in the order of first entry; false past the last one. */
bool stages_get(struct stages *s, size_t i, struct stage *ret);
