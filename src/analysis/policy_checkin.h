/* How a candidate checks in: the member "checkin" of a policy. Private to this folder. */
#pragma once
#include "analysis/policy.h"

/* `from` 0..2 as in the columns of the rule table: open, standard, strict. */
void policy_checkin_builtin(size_t from, struct policy_checkin *ret);
/* {"face_scan": true, "approval": "before"}: what is not named stays as in *ret. */
MUST_USE bool policy_checkin_parse(json_t *value, struct policy_checkin *ret, struct error *err);
/* The caller ends *ret with json_decref(). */
MUST_USE bool policy_checkin_json(const struct policy_checkin *c, json_t **ret, struct error *err);
