/* Things that an exam's policy permits: what silences which rule. Private to this folder. */
#pragma once
#include "analysis/policy.h"

/* A bit for each item of the list, in its order; ERROR_INVALID names the place and what there is.
 */
MUST_USE bool permitted_parse(json_t *list, const char *path, uint32_t *ret, struct error *err);
/* The list as JSON; the caller ends *ret with json_decref(). */
MUST_USE bool permitted_json(uint32_t permitted, json_t **ret, struct error *err);
bool permitted_silences(uint32_t permitted, enum rule rule);
