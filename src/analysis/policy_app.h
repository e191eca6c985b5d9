/* What the desktop app is to look for: the member "app" of a policy. Private to this folder. */
#pragma once
#include "analysis/policy.h"

/* `from` 0..2 as in the columns of the rule table: open, standard, strict. */
void policy_app_builtin(size_t from, struct policy_app *ret);
/* {"forbid": ["office"], "programs": ["maple"], "allow": ["zoom"], "silent_s": 60, "unknown":
 * true}: what is not named stays as in *ret. */
MUST_USE bool policy_app_parse(json_t *value, struct policy_app *ret, struct error *err);
/* The caller ends *ret with json_decref(). */
MUST_USE bool policy_app_json(const struct policy_app *a, json_t **ret, struct error *err);
