/* What the exam's policy says of programs, as the server tells it. */
#pragma once
#include "app_core/facts.h"
#include "base/json.h"

struct programs; /* read only once made */

/* {"programs": [{"kind": "office program", "names": ["soffice.bin", ...]}] that are not allowed,
 * "allowed": ["zoom"], "unknown": are those told that nobody knows?} */
MUST_USE bool programs_create(const json_t *policy, struct programs **ret, struct error *err);
void programs_destroy(struct programs *p); /* NULL is fine */
/* The kind of a program that is not allowed; NULL when it is. `name` as in facts. */
const char *programs_kind(const struct programs *p, const char *name);
/* Is it one that is told when it starts, though nothing is said against it? */
bool programs_unknown(const struct programs *p, const struct fact_program *program);
bool programs_tell_unknown(const struct programs *p);
