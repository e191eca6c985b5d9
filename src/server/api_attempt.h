/* What of an attempt both sides are shown: time that was given, files. NULL when out of memory. */
#pragma once
#include "base/json.h"

struct attempt_view;
json_t *api_times_json(const struct attempt_view *v);
json_t *api_files_json(const struct attempt_view *v);
