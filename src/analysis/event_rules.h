/* Rules about what the desktop app and the browser's plugin report: from events to flags. Pure: the
 * same events and policy give the same flags. Which event begins and ends what stands in one table
 * (event_source.c); the rules' words in another (rule_events.c). */
#pragma once
#include "analysis/rules.h"
#include "base/arena.h"

struct event_fact {
    int64_t time_us;      /* of the server's clock; not falling */
    struct str kind;      /* "program-started" */
    const json_t *detail; /* an object */
};

/* Is there a rule that asks for this kind? */
bool event_rules_use(struct str kind);
/* All of them, each once; returns how many. */
#define EVENT_RULES_KINDS_MAX 32
size_t event_rules_kinds(const char *ret[EVENT_RULES_KINDS_MAX]);
struct event_judged {
    struct flag *flags; /* in the arena, in order of their beginning; times from the exam's start */
    size_t len;
    int64_t due_us; /* then it is to be judged again, whatever happens; EVENT_RULES_NEVER */
};
#define EVENT_RULES_NEVER INT64_MAX
/* What was true between `from_us` (the exam's start) and `to_us` (its finish, or now when `open`):
 * what began before counts from `from_us` on. */
MUST_USE bool event_rules_judge(const struct policy *policy, const struct event_fact *events,
                                size_t len, int64_t from_us, int64_t to_us, bool open,
                                struct arena *arena, struct event_judged *ret, struct error *err);
