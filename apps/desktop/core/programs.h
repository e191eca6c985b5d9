/* The programs that this exam does not allow, as the server tells them by the exam's policy. */
#pragma once
#include "app_core/facts.h"
#include "base/json.h"

struct programs; /* read only once made */

/* [{"kind": "office", "title": "office programs", "names": ["soffice.bin", ...]}] */
MUST_USE bool programs_create(const json_t *list, struct programs **ret, struct error *err);
void programs_destroy(struct programs *p); /* NULL is fine */
/* The kind of a program that is not allowed; NULL when it is. `name` as in facts. */
const char *programs_kind(const struct programs *p, const char *name);
