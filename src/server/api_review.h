/* Shared by the reviewer's routes. */
#pragma once
#include "base/json.h"
#include "proctor/exam.h"

json_t *review_exam_json(const struct proctored_exam *exam);
