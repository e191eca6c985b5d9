/* Options that several commands take. */
#pragma once
#include "analysis/policy.h"

/* --policy: open, standard, strict, or a JSON file. */
MUST_USE bool options_policy(const char *given, struct policy *ret, struct error *err);
#define OPTIONS_THREADS_MAX 64
MUST_USE bool options_threads(const char *given, size_t *ret, struct error *err);
size_t options_threads_default(void); /* one a processor */
