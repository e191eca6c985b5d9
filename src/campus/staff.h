/* The portal's side of an exam's staff (proctor/staff.h). */
#pragma once
#include "campus/campus.h"

/* Before there was a staff of each exam, all instructors and proctors saw all exams: those of that
 * time become the staff of the exams of that time, so that an upgrade locks nobody out. Runs at
 * every start and does nothing when there are no such exams. */
MUST_USE bool campus_staff_adopt(struct campus *c, struct error *err);
