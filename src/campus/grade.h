/* Grades: points for each item of an attempt that was handed in. Single and multiple choice and
 * numbers are graded by the server, texts wait for a person. Only this module touches the table
 * `grade`. */
#pragma once
#include "campus/answer.h"

struct grade_sum {
    bool complete; /* nothing waits for a person */
    double points; /* so far */
    double points_max;
};

/* The points of one answer (`value` as canonical JSON, empty for none); false: a person grades it.
 */
bool grade_answer(const struct item *item, struct str value, double *ret_points);
/* Grades an attempt; part of handing it in. */
MUST_USE bool grade_attempt_in(struct db *db, int64_t attempt_id, int64_t exam_id,
                               struct error *err);
MUST_USE bool grade_sum_in(struct db *db, int64_t attempt_id, int64_t exam_id,
                           struct grade_sum *ret, struct error *err);
