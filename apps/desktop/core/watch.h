/* From what is true now and what was true before to events: only changes are told, each once. Pure.
 * The first look tells the state that monitoring began with. */
#pragma once
#include "app_core/facts.h"
#include "app_core/programs.h"
#include "base/json.h"

struct watch;

/* `programs` is borrowed. */
MUST_USE bool watch_create(const struct programs *programs, struct watch **ret, struct error *err);
void watch_destroy(struct watch *w); /* NULL is fine */

/* One event; takes the reference on `detail`. False stops the look. */
typedef bool watch_tell(void *context, const char *kind, json_t *detail, struct error *err);
/* `wall_us` and `monotonic_us` were read together, beside the facts. */
MUST_USE bool watch_look(struct watch *w, const struct facts *f, int64_t wall_us,
                         int64_t monotonic_us, watch_tell *tell, void *context, struct error *err);
