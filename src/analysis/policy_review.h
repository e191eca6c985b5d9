/* How people decide on a session: the member "review" of a policy. Private to this folder, but for
 * the name. */
#pragma once
#include "analysis/policy.h"

/* No built-in policy asks for a second reviewer: where there is one only, nothing could ever be
 * released. */
void policy_review_builtin(struct policy_review *ret);
/* {"second": "violations"}: what is not named stays as in *ret. */
MUST_USE bool policy_review_parse(json_t *value, struct policy_review *ret, struct error *err);
/* The caller ends *ret with json_decref(). */
MUST_USE bool policy_review_json(const struct policy_review *p, json_t **ret, struct error *err);
