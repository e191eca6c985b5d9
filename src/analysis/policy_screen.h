/* What a screen must not show: the member "screen" of a policy. Private to this folder. */
#pragma once
#include "analysis/policy.h"

/* `from` 0..2 as in the columns of the rule table: open, standard, strict. */
void policy_screen_builtin(size_t from, struct policy_screen *ret);
/* {"kinds": ["messenger"], "forbidden": ["example.org"]}: what is not named stays as in *ret. */
MUST_USE bool policy_screen_parse(json_t *value, struct policy_screen *ret, struct error *err);
/* The caller ends *ret with json_decref(). */
MUST_USE bool policy_screen_json(const struct policy_screen *s, json_t **ret, struct error *err);
