/* What the browser's plugin does about other pages: the member "plugin" of a policy. Private to
 * this folder, but for the two questions. */
#pragma once
#include "analysis/policy.h"

/* `from` 0..2 as in the columns of the rule table: open, standard, strict. */
void policy_plugin_builtin(size_t from, struct policy_plugin *ret);
/* {"mode": "warn", "allow": ["*.example.org"]}: what is not named stays as in *ret. */
MUST_USE bool policy_plugin_parse(json_t *value, struct policy_plugin *ret, struct error *err);
/* The caller ends *ret with json_decref(). */
MUST_USE bool policy_plugin_json(const struct policy_plugin *p, json_t **ret, struct error *err);
