/* Shared by the reviewer's routes. */
#pragma once
#include "base/json.h"
#include "proctor/exam.h"
#include "proctor/flag.h"

json_t *review_exam_json(const struct proctored_exam *exam);
json_t *review_flags_json(const struct flag_row *flags, size_t len);
/* `incidents` were made from `flags` by flag_incidents(). */
json_t *review_incidents_json(const struct incident *incidents, size_t len,
                              const struct flag_row *flags);
