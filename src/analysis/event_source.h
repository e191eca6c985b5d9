/* What each kind of event says about a rule. For this folder only. */
#pragma once
#include "analysis/event_rules.h"
#include "analysis/policy.h"

#define EVENT_NAME_MAX 96 /* bytes */

enum event_change {
    EVENT_CHANGE_NONE = 0,
    EVENT_BEGINS,
    EVENT_ENDS,
    EVENT_HAPPENS, /* in a moment */
};
/* Each reports for itself: what one no longer sees another may. */
enum event_reporter { EVENT_BY_APP, EVENT_BY_PLUGIN, EVENT_BY_OTHERS };

/* That something of `name` begins or ends. */
struct event_said {
    enum event_change change;
    char name[EVENT_NAME_MAX];
};

struct event_source {
    enum rule rule;
    const char *kind;
    bool alone; /* one thing at a time: what begins ends the one before */
    void (*says)(const struct policy *p, const json_t *detail, struct event_said *ret);
    enum event_reporter by;
};
/* All that are of this kind: call with *at 0 at first, until it is NULL. */
const struct event_source *event_source_next(struct str kind, size_t *at);

/* A reporter that ends sees nothing any more. One that begins anew knows nothing of what it saw
 * before it was ended: what it does not tell again was over by then. */
struct event_watch {
    const char *kind;
    enum event_reporter by;
    bool anew;
};
const struct event_watch *event_watch_of(struct str kind); /* NULL: of none */
