/* The browser's plugin, as the candidate's page heard of it: a claim. Only this module touches the
 * table `plugin_seen`. */
#pragma once
#include "base/arena.h"
#include "proctor/proctor.h"

#define PLUGIN_TEXT_MAX 64 /* bytes of version and id */

struct plugin {
    struct str version; /* in the arena */
    int64_t seen_us;    /* 0: not yet */
};
MUST_USE bool plugin_find_in(struct db *db, struct str session_id, struct arena *arena,
                             struct plugin *ret, struct error *err);
/* It answered. */
MUST_USE bool plugin_report(struct proctor *p, struct str session_id, int64_t user_ref,
                            struct str version, struct str plugin_id, struct error *err);

MUST_USE bool plugin_forget_in(struct db *db, struct str session_id, struct error *err);
